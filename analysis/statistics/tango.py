"""Tango's score test and score interval for the gap of paired proportions."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize.elementwise import find_root
from scipy.stats import norm

from analysis.statistics.discordance import discordance
from analysis.statistics.paired_rates import Floats
from study.invalid_input import InvalidInputError

_NEARLY_ONE = float(np.nextafter(1.0, 0.0))


def tango_z(n10: ArrayLike, n01: ArrayLike, n: ArrayLike, delta: ArrayLike) -> Floats:
    """Score statistic of the hypothesis that the gap is delta.

    Tango (1998), "Equivalence test and confidence interval for the difference in proportions for the paired-sample
    design", Statist. Med. 17: z = (n10 − n01 − nδ) / √(n(2q + δ(1 − δ))), where q is the maximum likelihood estimate of
    p01 given δ, a root of 2nq² + ((2n − n10 + n01)δ − n10 − n01)q − n01·δ(1 − δ) = 0. At δ = 0 this is McNemar's z. A
    negative δ is put as the positive one of the table with its sides swapped, which is the same number and loses no
    digits near −1.

    Args:
        n10: Pairs that comply on the first side alone; any shape.
        n01: Pairs that comply on the second side alone.
        n: All pairs.
        delta: Gap of the hypothesis, in [-1, 1].

    Returns:
        z, broadcast: standard normal under the hypothesis, above 0 where the observed gap is above delta, and falling
        in delta. 0 where the table is just what the hypothesis says and leaves no variance (no discordant pair at δ =
        0, n/n at δ = 1), ±∞ where the hypothesis excludes it, NaN where n = 0. n = 1 is nothing special.

    Raises:
        ValueError: If the counts are not those of a table, or delta is outside [-1, 1].
    """
    n10, n01, n = discordance(n10, n01, n)
    delta = np.asarray(delta, np.float64)
    if not np.all(np.abs(delta) <= 1):
        raise ValueError("delta must be from -1 to 1")
    size = np.abs(delta)
    larger, smaller = np.where(delta < 0, n01, n10), np.where(delta < 0, n10, n01)
    half = ((2 * n - larger + smaller) * size - larger - smaller) / 2
    square = 2 * n * smaller * size * (1 - size)
    root = np.sqrt(np.square(half) + square)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Of two forms of the same root, the one that adds; the other would subtract nearly equal numbers.
        q = np.where(half > 0, square / (2 * n) / (root + half), (root - half) / (2 * n))
        excess = larger - smaller - n * size
        z = excess / np.sqrt(n * (2 * q + size * (1 - size)))
    z = np.where((excess == 0) & (n > 0), 0.0, z)
    return np.where(delta < 0, -z, z)


def tango_interval(n10: ArrayLike, n01: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Score interval of the paired gap: the gaps that `tango_z` does not reject.

    Tango (1998), as for `tango_z`. The bounds are found with scipy's bracketing root finder, to twelve digits. Neither
    statsmodels nor scipy has the interval for pairs.

    Args:
        n10: Pairs that comply on the first side alone; any shape.
        n01: Pairs that comply on the second side alone.
        n: All pairs.
        level: Confidence level, in (0, 1).

    Returns:
        Lower and upper bound, broadcast, in [-1, 1]. With no discordant pair ±z²/(n + z²), Wilson's bound for 0/n; at a
        gap of n/n from (n − z²)/(n + z²) to 1. Both are NaN where n = 0, and very wide where n = 1.

    Raises:
        InvalidInputError: If the level is outside (0, 1).
        ValueError: If the counts are not those of a table.
    """
    n10, n01, n = discordance(n10, n01, n)
    z = critical_value(level)
    return -_upper(n01, n10, n, z), _upper(n10, n01, n, z)


def critical_value(level: float) -> float:
    """Two-sided standard normal quantile of a confidence level: Φ⁻¹((1 + level)/2), 1.96 at 95 %.

    Args:
        level: Confidence level, in (0, 1).

    Returns:
        z, above 0.

    Raises:
        InvalidInputError: If the level is outside (0, 1).
    """
    if not 0 < level < 1:
        raise InvalidInputError(f"level={level} must be between 0 and 1; 95 % is 0.95.")
    return float(norm.ppf((1 + level) / 2))


def _upper(n10: Floats, n01: Floats, n: Floats, z: float) -> Floats:
    def excess(delta: Floats, n10: Floats, n01: Floats, n: Floats) -> Floats:
        return tango_z(n10, n01, n, delta) + z

    inside = (n > 0) & (n10 < n)  # at n/n no gap below 1 is rejected, and there is no root
    counts = np.where(inside, n10, 0.0), np.where(inside, n01, 0.0), np.where(inside, n, 1.0)
    ends = np.full(n.shape, -_NEARLY_ONE), np.full(n.shape, _NEARLY_ONE)
    found = find_root(excess, ends, args=counts, tolerances={"xatol": 1e-12, "xrtol": 0.0, "fatol": 0.0, "frtol": 0.0})
    return np.where(inside, found.x, np.where(n > 0, 1.0, np.nan))
