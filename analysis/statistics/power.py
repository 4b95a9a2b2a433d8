"""What n queries can show, by exact enumeration: power, the smallest gap that is seen, and the n that is needed."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, norm

from analysis.statistics.equivalence import check_margin
from analysis.statistics.paired_cells import PairedCells, nearest_cells
from analysis.statistics.tango import tango_z
from study.invalid_input import InvalidInputError

MOST_QUERIES = 100_000
"""Largest n that is looked at; no query set of the field comes near it."""

POWER = 0.8

_NEGLIGIBLE = 1e-12
"""Probability of the tables that are not enumerated."""


@lru_cache(maxsize=4096)
def mcnemar_power(n: int, cells: PairedCells, alpha: float = 0.05) -> float:
    """Probability that n queries give the exact two-sided McNemar test a p ≤ α.

    Unconditional, as Duffy (1984, Biometrics 40) puts it: the number of discordant pairs is binomial(n, p10 + p01) and,
    given it, n10 is binomial with share p10/(p10 + p01). Both are summed over, not approximated; tables of a total
    probability below 10⁻¹² are left out.

    Args:
        n: Queries with a label on both sides, 0 or more.
        cells: The true table.
        alpha: Level of the test, in (0, 1).

    Returns:
        Probability in [0, 1]: 0 where n = 0, where no pair is ever discordant (rates of 0/n, or of n/n, on both
        sides), and where n is too small for any table to reach α (n < 6 at 0.05, n = 1 always). At a gap of 1 or -1,
        n/n against 0/n, it is 1 from n = 6 on.

    Raises:
        InvalidInputError: If n is negative or α outside (0, 1).
    """
    _check(n, alpha)
    changing = _chance(cells.discordance)
    if n == 0 or changing == 0:
        return 0.0
    discordant = _likely(n, changing)
    candidate = np.asarray(binom.ppf(alpha / 2, discordant, 0.5))  # the largest smaller count to reject, or one above
    largest = candidate - (2 * binom.cdf(candidate, discordant, 0.5) > alpha)
    share = _chance(cells.p10 / cells.discordance)
    rejected = binom.cdf(largest, discordant, share) + binom.sf(discordant - largest - 1, discordant, share)
    return float(binom.pmf(discordant, n, changing) @ rejected)


@lru_cache(maxsize=4096)
def equivalence_power(n: int, cells: PairedCells, delta: float = 0.05, alpha: float = 0.05) -> float:
    """Probability that n queries show the gap to be within ±δ: that `equivalence_p` is ≤ α.

    The sum of the trinomial probabilities of the tables (n10, n01) for which both one-sided score tests of Tango (1998)
    reject. The score rises in n10, so that for each n01 these are the tables between two values of n10, which are found
    by bisection. Values of n01 of a total probability below 10⁻¹² are left out.

    Args:
        n: Queries with a label on both sides, 0 or more.
        cells: The true table; one with no gap for the usual question.
        delta: Margin δ, in (0, 1).
        alpha: Level of the test, in (0, 1).

    Returns:
        Probability in [0, 1]: 0 where n = 0. With z the one-sided quantile of α, it is 0 at n = 1 where δ is below
        z²/(1 + z²), 0.7301 at α = 0.05, and from there on that of a concordant pair. With no discordance (rates of 0/n,
        or of n/n, on both sides) it is 1 where n ≥ z²(1 − δ)/δ, at δ = 0.05 from n = 52 on, and else 0. With a true gap
        of ±δ or more it is α at most, but for the discreteness of the table; at a gap of n/n it is 0 for α ≤ 0.5.

    Raises:
        InvalidInputError: If n is negative, or δ or α outside (0, 1).
    """
    _check(n, alpha)
    check_margin(delta)
    if n == 0:
        return 0.0
    p01 = _chance(cells.p01)
    n01 = _likely(n, p01)
    share = _chance(cells.p10 / (1 - p01)) if p01 < 1 else 0.0
    z = float(norm.isf(alpha))
    most = _counts_below(lambda n10: tango_z(n10, n01, n, delta) <= -z, n - n01) - 1
    fewest = _counts_below(lambda n10: tango_z(n10, n01, n, -delta) < z, n - n01)
    shown = binom.cdf(most, n - n01, share) - binom.cdf(fewest - 1, n - n01, share)
    return float(binom.pmf(n01, n, p01) @ np.maximum(shown, 0.0))


def queries_to_see(cells: PairedCells, power: float = POWER, alpha: float = 0.05) -> int | None:
    """Queries with which `mcnemar_power` reaches a power.

    The exact power of Duffy (1984, Biometrics 40), as in `mcnemar_power`, and no normal approximation. Found by
    bisection. An exact test gains power in small steps back and forth (Chernick and Liu 2002, Am. Stat. 56), so that a
    slightly larger n may have a power below by less than 0.01.

    Args:
        cells: The true table.
        power: Power that is wanted, in (α, 1).
        alpha: Level of the test, in (0, 1).

    Returns:
        n with the power, where n − 1 does not have it; None where there is no gap, as at 0/n and at n/n on both sides,
        or more than `MOST_QUERIES` are needed. At a gap of 1 or -1 it is the first n with 2^(1 − n) ≤ α, 6 at 0.05. It
        is never 0 or 1: one pair has p = 1.

    Raises:
        InvalidInputError: If α is outside (0, 1), or the power is not between α and 1.
    """
    _check_power(power, alpha)
    if abs(cells.gap) < 1 / MOST_QUERIES:
        return None
    return _fewest(lambda n: mcnemar_power(n, cells, alpha) >= power)


def queries_to_rule_out(
    cells: PairedCells, delta: float = 0.05, power: float = POWER, alpha: float = 0.05
) -> int | None:
    """Queries with which `equivalence_power` reaches a power.

    The score tests of Tango (1998, Statist. Med. 17). Nam (1997, Biometrics 53) has their n by a normal approximation.

    Departure: the power is enumerated, and n found by bisection, as in `queries_to_see`; a slightly larger n may have
    less power.

    Args:
        cells: The true table; one with no gap for the usual question.
        delta: Margin δ, in (0, 1).
        power: Power that is wanted, in (α, 1).
        alpha: Level of each of the two tests, in (0, 1).

    Returns:
        n with the power, where n − 1 does not have it; None where the true gap is not within ±δ, as at n/n against 0/n,
        or more than `MOST_QUERIES` are needed. At 0/n and at n/n on both sides it is the first n ≥ z²(1 − δ)/δ, z the
        one-sided quantile of α: 52 at δ = 0.05, and 1 only from δ = z²/(1 + z²) on, 0.7302. It is never 0.

    Raises:
        InvalidInputError: If δ or α is outside (0, 1), or the power is not between α and 1.
    """
    _check_power(power, alpha)
    check_margin(delta)
    margin = delta - abs(cells.gap)
    # A normal approximation, well below the n that is needed: it spares the enumeration of huge tables.
    z = norm.isf(alpha) + norm.ppf(power)
    if margin <= 0 or z**2 * max(0.0, cells.discordance - cells.gap**2) / margin**2 > 2 * MOST_QUERIES:
        return None
    return _fewest(lambda n: equivalence_power(n, cells, delta, alpha) >= power)


def smallest_gap(
    n: int, rate_b: float, correlation: float = 0.0, power: float = POWER, alpha: float = 0.05
) -> float | None:
    """Smallest gap above 0 that n queries show with a power.

    The minimum detectable effect of Bloom (1995, Eval. Rev. 19). The first side is moved up from the second until
    `mcnemar_power` is reached, by bisection to 0.0001, rounded up.

    Departure: Bloom has it as a multiple of a standard error, which here would change with the gap; the exact power
    takes its place. The correlation is kept; where a gap does not allow it, the nearest is taken that it allows (with
    unequal rates, φ has a bound below 1).

    Args:
        n: Queries with a label on both sides, 0 or more.
        rate_b: Compliance on the second side, in [0, 1].
        correlation: Pairing correlation φ, in [-1, 1].
        power: Power that is wanted, in (α, 1).
        alpha: Level of the test, in (0, 1).

    Returns:
        Gap in (0, 1 − rate_b]; None where no gap would be seen with that power: n = 0, n = 1 and every n below 6 at α =
        0.05, or a second side that leaves no room, as at n/n. With a second side of 0/n the first alone complies, and
        no correlation matters: at n = 6 it is 0.9635, the sixth root of the power.

    Raises:
        InvalidInputError: If n is negative, a rate, the correlation or α is out of range, or the power is not between α
            and 1.
    """
    _check_power(power, alpha)
    if not -1 <= correlation <= 1:
        raise InvalidInputError(f"correlation={correlation} must be between -1 and 1.")

    def seen(gap: float) -> bool:
        return mcnemar_power(n, nearest_cells(min(1.0, rate_b + gap), rate_b, correlation), alpha) >= power

    steps = 10_000
    low, high = 0, int(steps * (1 - rate_b) + 1e-9)
    if not seen(high / steps):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if seen(middle / steps) else (middle, high)
    return high / steps


def _fewest(enough: Callable[[int], bool]) -> int | None:
    high = 1
    while not enough(high):
        if high == MOST_QUERIES:
            return None
        high = min(2 * high, MOST_QUERIES)
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _counts_below(
    holds: Callable[[NDArray[np.int64]], NDArray[np.bool_]], most: NDArray[np.int64]
) -> NDArray[np.int64]:
    """How many counts 0, 1, … up to most satisfy what holds up to some count and for none above it."""
    low, high = np.zeros_like(most), most + 1  # the answer is in [low, high]
    while np.any(low < high):
        middle = (low + high) // 2
        below = holds(np.minimum(middle, most)) & (middle <= most)
        low, high = np.where(below & (low < high), middle + 1, low), np.where(below, high, middle)
    return low


def _chance(probability: float) -> float:
    """A probability inside [0, 1]; one that no n could show is 0, where scipy would overflow."""
    return 0.0 if probability < _NEGLIGIBLE**2 else min(1.0, probability)


def _likely(n: int, share: float) -> NDArray[np.int64]:
    """Counts that a binomial is likely to give."""
    low, high = binom.interval(1 - _NEGLIGIBLE, n, share)
    return np.arange(int(max(low, 0)), int(high) + 1)


def _check(n: int, alpha: float) -> None:
    if n < 0:
        raise InvalidInputError(f"n={n} must be a number of queries: 0 or more.")
    if not 0 < alpha < 1:
        raise InvalidInputError(f"alpha={alpha} must be between 0 and 1; the usual level is 0.05.")


def _check_power(power: float, alpha: float) -> None:
    _check(0, alpha)
    if not alpha < power < 1:
        raise InvalidInputError(f"power={power} must be between alpha, {alpha}, and 1; the usual one is 0.8.")
