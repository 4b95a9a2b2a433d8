"""The discordant pairs of a 2 × 2 table of n pairs, which are all that a paired gap depends on."""

import numpy as np
from numpy.typing import ArrayLike

from analysis.statistics.paired_rates import Floats, paired_rates

_ROUNDING = 1e-12  # of sums of fractions of a pair


def discordance(n10: ArrayLike, n01: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Counts as floats of one shape, once they are seen to be those of a table.

    The discordant cells of McNemar (1947, Psychometrika 12).

    Departure: a count need not be whole, for `discordance_of_rates`.

    Args:
        n10: Pairs that comply on the first side alone, 0 or more; any shape.
        n01: Pairs that comply on the second side alone, 0 or more.
        n: All pairs, at least n10 + n01; ∞ where they do not matter.

    Returns:
        The three, broadcast, and as they were given at 0/n and n/n, n = 0 and n = 1 too: all of these are tables.

    Raises:
        ValueError: If a count is negative or NaN, the discordant pairs are more than all, or the shapes do not
            broadcast.
    """
    counts = np.broadcast_arrays(np.asarray(n10, np.float64), np.asarray(n01, np.float64), np.asarray(n, np.float64))
    if not all(np.all(count >= 0) for count in counts):
        raise ValueError("n10, n01 and n must be counts: 0 or more, and none missing")
    if np.any(counts[0] + counts[1] > counts[2] * (1 + _ROUNDING)):
        raise ValueError("n10 + n01, the discordant pairs, must not be more than n, all pairs")
    return counts[0], counts[1], counts[2]


def discordance_of_rates(a: ArrayLike, b: ArrayLike) -> tuple[float, float, int]:
    """Discordant counts of paired rates: (n10, n01, n).

    With one epoch they are the discordant cells of McNemar (1947, Psychometrika 12).

    Departure: with several epochs, each query adds the positive part of its difference to n10, Σmax(a − b, 0), and the
    negative to n01, Σmax(b − a, 0). `tango_interval` and `equivalence_p` of these are conservative: they take Σ|d| for
    the second moment of the differences, which is Σd² and not more, so epochs do not narrow what they give.

    Args:
        a: Shape (n,): compliance of each query on the first side, in [0, 1].
        b: Shape (n,): the same queries, in the same order, on the second side.

    Returns:
        n10 and n01 from 0 to n, whole with one epoch, and n. (0, 0, n) at 0/n and at n/n on both sides, (n, 0, n) at
        n/n against 0/n; n = 1 is nothing special. (0, 0, 0) where n = 0.

    Raises:
        ValueError: If the shapes differ, or a value is outside [0, 1] or NaN.
    """
    a, b = paired_rates(a, b)
    return float(np.maximum(a - b, 0).sum()), float(np.maximum(b - a, 0).sum()), len(a)
