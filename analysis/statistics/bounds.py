"""What a rate and a gap could be if the missing labels were known."""

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import ArrayLike

from analysis.statistics.paired_rates import Floats


@dataclass(frozen=True)
class Bounds:
    """Least and greatest value that the missing labels allow; both NaN where nothing was asked."""

    low: float
    high: float


def rate_bounds(x: ArrayLike) -> Bounds:
    """Worst-case bounds of a rate: all missing labels 0, all missing labels 1.

    Horowitz and Manski (2000, J. Am. Stat. Assoc. 95), the bounds without any assumption of why a label is missing. No
    interval is added for the sampling of queries: the bounds are those of the queries that were asked.

    Args:
        x: Shape (n,), or (n, m) for m epochs: 0, 1 or NaN where the label is missing. Fewer epochs of a query are
            filled with NaN.

    Returns:
        Bounds in [0, 1]: the rate twice where no label is missing, 0 to 1 where all are. With k of n labels missing
        and the others all 0 they are 0 to k/n, and 1 − k/n to 1 with the others all 1; n = 1 is nothing special. NaN
        where n = 0.

    Raises:
        ValueError: If x has another shape, or a value that is not in [0, 1] and not NaN.
    """
    x = _labels(x)
    return Bounds(float(_filled(x, 0).mean()), float(_filled(x, 1).mean())) if x.size else Bounds(nan, nan)


def gap_bounds(
    a: ArrayLike, b: ArrayLike, missing_a: ArrayLike | None = None, missing_b: ArrayLike | None = None
) -> Bounds:
    """Worst-case bounds of the paired gap: missing labels all against it, and all for it.

    Horowitz and Manski (2000), per query: a missing label on the first side is 0 in the lower bound and 1 in the upper,
    one on the second side the other way round; a query without a label on either side spans -1 to 1. The gap of all
    queries asked lies within, whatever made labels go missing. That of the pairs with both labels need not: it is of
    other queries.

    Args:
        a: Shape (n,), or (n, m) for m epochs: first side, 0, 1 or NaN where the label is missing.
        b: Shape (n,) or (n, k): the same queries, in the same order, on the second side.
        missing_a: Shape (n,): where a is means over the labelled epochs, the share of each query's epochs that have no
            label, in [0, 1]; 1 where a is NaN. None: those of a that are NaN.
        missing_b: The same of b.

    Returns:
        Bounds in [-1, 1]: the gap twice where no label is missing, so 0 twice at 0/n and at n/n on both sides, and 1
        twice at n/n against 0/n; -1 to 1 where all are missing. n = 1 is nothing special: a label that is missing on
        one side leaves a width of 1. NaN where n = 0.

    Raises:
        ValueError: If the numbers of queries differ, or a value is not in [0, 1] and not NaN.
    """
    a, b = _labels(a), _labels(b)
    if len(a) != len(b):
        raise ValueError(f"a and b must be of the same queries, not of {len(a)} and {len(b)}")
    first, second = _bounds(a, missing_a), _bounds(b, missing_b)
    return Bounds(first.low - second.high, first.high - second.low)


def _bounds(x: Floats, missing: ArrayLike | None) -> Bounds:
    if missing is None:
        return rate_bounds(x)
    share = np.asarray(missing, np.float64)
    if share.shape != x.shape or x.ndim != 1 or not np.all((share >= 0) & (share <= 1)):
        raise ValueError(f"the shares that are missing must be from 0 to 1, one for each of {len(x)} means")
    if np.any(np.isnan(x) != (share == 1)):
        raise ValueError("all of a query's epochs are missing where its mean is NaN, and nowhere else")
    if not len(x):
        return Bounds(nan, nan)
    low = _filled(x, 0) * (1 - share)
    return Bounds(float(low.mean()), float((low + share).mean()))


def _labels(x: ArrayLike) -> Floats:
    x = np.asarray(x, np.float64)
    if x.ndim not in (1, 2):
        raise ValueError(f"labels must be of shape (n,) or (n, epochs), not {x.shape}")
    if not np.all(np.isnan(x) | ((x >= 0) & (x <= 1))):
        raise ValueError("labels must be from 0 to 1, or NaN where they are missing")
    return x


def _filled(x: Floats, value: float) -> Floats:
    return np.where(np.isnan(x), value, x)
