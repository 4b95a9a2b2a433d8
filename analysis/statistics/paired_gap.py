"""The paired compliance gap and its interval, on arrays and on counts."""

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import ArrayLike

from analysis.statistics.discordance import discordance
from analysis.statistics.paired_rates import Floats, paired_rates
from analysis.statistics.tango import critical_value


@dataclass(frozen=True)
class PairedGap:
    """Difference of two rates measured on the same queries; every rate and bound is NaN where there is no pair."""

    n_pairs: int
    """Queries with a known label on both sides."""
    rate_a: float
    """Mean of the first side over the pairs, in [0, 1]."""
    rate_b: float
    """Mean of the second side over the pairs, in [0, 1]."""
    gap: float
    """rate_a − rate_b, in [-1, 1]."""
    ci_low: float
    """Lower bound of the interval of the gap, in [-1, 1]."""
    ci_high: float
    """Upper bound, in [-1, 1]."""


def paired_gap(a: ArrayLike, b: ArrayLike, level: float = 0.95) -> PairedGap:
    """Paired gap with the adjusted Wald interval of Bonett and Price, with a larger adjustment.

    Bonett and Price (2012), "Adjusted Wald confidence interval for a difference of binomial proportions based on paired
    data", J. Educ. Behav. Stat. 37: h = 1 is added to each count of discordant pairs, 2h to the number of pairs. With d
    the difference of a pair and D = Σd, S = Σd²: gap* = D/(n + 2h), variance = ((S + 2h)/(n + 2h) − gap*²)/(n + 2h).
    The bounds are gap* ± z√variance, cut to [-1, 1]. The gap itself is the plain estimate D/n; the interval is not
    centred on it.

    Departures, both checked by enumeration or simulation in ``benchmarks/coverage.py``:

    - h = 3z²/8, 1.44 at 95 %. Agresti and Coull (1998, Am. Stat. 52) add z²/2 for one proportion; Price and Bonett
      (2004, Comput. Stat. Data Anal. 45) half of that for a difference of two, which is where the 1 comes from. Where
      hardly any query complies on the second side alone, as in this experiment, one proportion is left: coverage with
      h = 1 falls to 0.929 at n = 50 (p01 = 0, p10 = 0.084). With z²/2 the interval is up to 8 % wider than Tango's.
      3z²/8 is halfway.
    - a and b may be means over the epochs of a query. With one epoch S is the number of discordant pairs, as published;
      with several, the query stays the unit, and n is not multiplied by the epochs. Of families of paraphrases
      `family_gap` says more.

    Args:
        a: Shape (n,): compliance of each query on the first side, in [0, 1].
        b: Shape (n,): the same queries, in the same order, on the second side.
        level: Confidence level, in (0, 1).

    Returns:
        The gap. Where n = 0 all is NaN; where n = 1, and at 0/n and n/n, the interval is wide and never of width zero.

    Raises:
        InvalidInputError: If the level is outside (0, 1).
        ValueError: If the shapes differ, or a value is outside [0, 1] or NaN.
    """
    a, b = paired_rates(a, b)
    low, high = _adjusted_wald((a - b).sum(), np.square(a - b).sum(), np.float64(len(a)), level)
    rates = (float(a.mean()), float(b.mean())) if len(a) else (nan, nan)
    return PairedGap(len(a), *rates, rates[0] - rates[1], float(low), float(high))


def gap_interval_from_counts(
    n10: ArrayLike, n01: ArrayLike, n: ArrayLike, level: float = 0.95
) -> tuple[Floats, Floats]:
    """The interval of `paired_gap` for whole tables, one epoch a query.

    Args:
        n10: Pairs that comply on the first side alone; any shape.
        n01: Pairs that comply on the second side alone.
        n: All pairs.
        level: Confidence level, in (0, 1).

    Returns:
        Lower and upper bound, broadcast, in [-1, 1]; NaN where n = 0. At 0/n and n/n, and where n = 1, as `paired_gap`.

    Raises:
        InvalidInputError: If the level is outside (0, 1).
        ValueError: If the counts are not those of a table.
    """
    n10, n01, n = discordance(n10, n01, n)
    return _adjusted_wald(n10 - n01, n10 + n01, n, level)


def _adjusted_wald(total: ArrayLike, squares: ArrayLike, n: ArrayLike, level: float) -> tuple[Floats, Floats]:
    z = critical_value(level)
    pseudo = 3 * z**2 / 4  # pairs, half of them on either side
    total, squares, n = np.asarray(total), np.asarray(squares), np.where(np.equal(n, 0), nan, n)
    centre = total / (n + pseudo)
    half = z * np.sqrt(((squares + pseudo) / (n + pseudo) - centre**2) / (n + pseudo))
    return np.maximum(-1.0, centre - half), np.minimum(1.0, centre + half)
