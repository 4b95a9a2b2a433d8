"""Whether two gaps over the same queries differ: prefix against judge, with CoT against without."""

from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from analysis.statistics.mcnemar import sign_flip_exact
from analysis.statistics.tango import critical_value


@dataclass(frozen=True)
class GapDifference:
    """One gap minus another; all but n is NaN where n = 0."""

    n: int
    """Queries that both gaps are of."""
    difference: float
    """First gap minus second, in [-2, 2]."""
    ci_low: float
    ci_high: float
    p_value: float
    """Of the hypothesis that the gaps are equal, in [0, 1]."""


def gap_difference(first: ArrayLike, second: ArrayLike, level: float = 0.95) -> GapDifference:
    """Paired difference of two gaps, query by query.

    Each query has its own difference of tiers under both readings, d₁ and d₂, and e = d₁ − d₂ from -2 to 2. Two gaps of
    the same queries, and more so two readings of the same replies, are far from independent, so they are never compared
    by whether their intervals overlap (Schenker and Gentleman 2001, Am. Stat. 55). The p-value is Fisher's
    randomisation test of paired differences (Fisher 1935, The Design of Experiments, §21), exact by `sign_flip_exact`:
    if the reading does not matter, e is as likely to have the other sign.

    Departure: the interval is the adjusted Wald interval of `paired_gap` carried over from d to e, with the same h =
    3z²/8 added for e = 1 and for e = -1: centre Σe/(n + 2h), variance ((Σe² + 2h)/(n + 2h) − centre²)/(n + 2h), cut to
    [-2, 2].

    Args:
        first: Shape (n,): difference of the tiers of each query in the first reading, in [-1, 1]; pairs that lack a
            label in either reading left out.
        second: Shape (n,): the same queries, in the same order, in the second reading.
        level: Confidence level, in (0, 1).

    Returns:
        Difference, interval and p. Where no query differs, as at 0/n and at n/n in both readings, the difference is 0,
        p is 1, and the interval is ±z√(2h)/(n + 2h). At a gap of n/n against one of 0/n the difference is 1 and p is
        2^(1 − n). Where n = 1, p is 1 and the interval wide. With e = ±2 in a few queries, the interval is drawn in
        beyond the difference itself, and is stretched to hold it. All is NaN where n = 0.

    Raises:
        ValueError: If the shapes differ, or a value is outside [-1, 1] or NaN.
        InvalidInputError: If the level is outside (0, 1).
    """
    first, second = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError(f"both must be one-dimensional and of one length, not {first.shape} and {second.shape}")
    if not (np.all(np.abs(first) <= 1) and np.all(np.abs(second) <= 1)):
        raise ValueError("differences must be from -1 to 1; leave pairs with a missing label out")
    z = critical_value(level)
    n = len(first)
    if n == 0:
        return GapDifference(0, nan, nan, nan, nan)
    e = first - second
    added = 3 * z**2 / 4
    centre = float(e.sum()) / (n + added)
    half = z * sqrt(((float(np.square(e).sum()) + added) / (n + added) - centre**2) / (n + added))
    mean = float(e.mean())
    return GapDifference(
        n,
        mean,
        min(mean, max(-2.0, centre - half)),
        max(mean, min(2.0, centre + half)),
        # The signs of e are those of the two halves' difference, which are rates.
        sign_flip_exact((1 + first) / 2, (1 + second) / 2),
    )
