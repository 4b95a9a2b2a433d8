"""The true 2 × 2 table that replies to one query are drawn from, told by two rates and how they go together."""

from dataclasses import dataclass
from math import sqrt

from study.invalid_input import InvalidInputError

_ROUNDING = 1e-9


@dataclass(frozen=True)
class PairedCells:
    """Probabilities of the discordant cells; the gap and every power depends on nothing else."""

    p10: float
    """That the first side alone complies, in [0, 1]."""
    p01: float
    """That the second side alone complies, in [0, 1]; p10 + p01 ≤ 1."""

    def __post_init__(self) -> None:
        """Refuse what is no table."""
        if not (self.p10 >= 0 and self.p01 >= 0 and self.p10 + self.p01 <= 1 + _ROUNDING):
            raise InvalidInputError(
                f"p10={self.p10} and p01={self.p01} must be probabilities that add up to 1 at most; "
                "they are the shares of queries with which one side alone complies."
            )

    @property
    def gap(self) -> float:
        """First rate minus second, in [-1, 1]."""
        return self.p10 - self.p01

    @property
    def discordance(self) -> float:
        """Share of the queries on which the sides differ, in [0, 1]."""
        return self.p10 + self.p01


def paired_cells(rate_a: float, rate_b: float, correlation: float = 0.0) -> PairedCells:
    """The cells that two rates and a pairing correlation come to.

    With φ the correlation of compliance on both sides over the queries: p11 = ab + φ√(a(1 − a)b(1 − b)), p10 = a − p11,
    p01 = b − p11, the usual parametrisation (Connor 1987, Biometrics 43, for the sample size of McNemar's test).
    Published sources print the two rates and not the pairing. With φ = 0, the default, replies are independent given
    the rates: no query is easier than another. Real queries differ, φ is then above 0, discordance and every n that is
    needed smaller: the default is on the safe side.

    Args:
        rate_a: Compliance on the first side, in [0, 1].
        rate_b: Compliance on the second side, in [0, 1].
        correlation: φ, within `correlation_range`. A rate of 0 or 1 leaves only φ = 0.

    Returns:
        The cells: probabilities, which know no n. Both are 0 where both rates are 0 (0/n) or both are 1 (n/n); p10 is 1
        where the rates are 1 and 0, and p01 where they are 0 and 1.

    Raises:
        InvalidInputError: If a rate is outside [0, 1], or no table has these rates and this correlation.
    """
    low, high = correlation_range(rate_a, rate_b)
    if not low - _ROUNDING <= correlation <= high + _ROUNDING:
        raise InvalidInputError(
            f"correlation={correlation:g} is not possible between rates of {rate_a:g} and {rate_b:g}; "
            f"give one from {low:.3f} to {high:.3f}."
        )
    both = rate_a * rate_b + correlation * _spread(rate_a, rate_b)
    return PairedCells(max(0.0, rate_a - both), max(0.0, rate_b - both))


def correlation_range(rate_a: float, rate_b: float) -> tuple[float, float]:
    """Least and greatest correlation that two rates allow.

    From max(0, a + b − 1) ≤ p11 ≤ min(a, b), the bounds of Fréchet (1951, Ann. Univ. Lyon A 14): these, less ab, over
    √(a(1 − a)b(1 − b)).

    Args:
        rate_a: In [0, 1].
        rate_b: In [0, 1].

    Returns:
        Bounds in [-1, 1], of no n; 1 is reached by equal rates alone, -1 by rates that add up to 1. Both are 0 where a
        rate is 0 or 1, as at 0/n and n/n, and at n = 1 with one epoch: nothing varies.

    Raises:
        InvalidInputError: If a rate is outside [0, 1].
    """
    for name, rate in (("rate_a", rate_a), ("rate_b", rate_b)):
        if not 0 <= rate <= 1:
            raise InvalidInputError(f"{name}={rate} must be between 0 and 1; 5 % is 0.05.")
    spread = _spread(rate_a, rate_b)
    if spread == 0:
        return 0.0, 0.0
    product = rate_a * rate_b
    low, high = (max(0.0, rate_a + rate_b - 1) - product) / spread, (min(rate_a, rate_b) - product) / spread
    return max(-1.0, low), min(1.0, high)  # where a product underflows, the quotient is a little beyond


def nearest_cells(rate_a: float, rate_b: float, correlation: float) -> PairedCells:
    """`paired_cells` with the correlation that the rates allow and that is nearest to the given one.

    Args:
        rate_a: Compliance on the first side, in [0, 1].
        rate_b: Compliance on the second side, in [0, 1].
        correlation: φ, any number; cut to `correlation_range`, and so to 0 where a rate is 0 or 1.

    Returns:
        The cells; at 0/n and n/n as `paired_cells`.

    Raises:
        InvalidInputError: If a rate is outside [0, 1], or the correlation is NaN.
    """
    low, high = correlation_range(rate_a, rate_b)
    return paired_cells(rate_a, rate_b, min(max(correlation, low), high))


def _spread(rate_a: float, rate_b: float) -> float:
    return sqrt(rate_a * (1 - rate_a) * rate_b * (1 - rate_b))
