"""Whether labels go missing more often on one tier than on the other."""

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import ArrayLike

from analysis.statistics.mcnemar import mcnemar_exact
from analysis.statistics.paired_rates import paired_rates


@dataclass(frozen=True)
class Missingness:
    """Labels that are missing on two sides of the same queries."""

    n: int
    """Queries asked on both sides."""
    rate_a: float
    """Share missing on the first side, in [0, 1]; NaN where n = 0."""
    rate_b: float
    p_value: float
    """Of the hypothesis that a label is as likely to be missing on either side, in [0, 1]."""


def missingness(missing_a: ArrayLike, missing_b: ArrayLike) -> Missingness:
    """Exact McNemar test on missing or not.

    A label that is missing by chance does no harm to a gap; one that is missing because of the tier does. The test is
    `mcnemar_exact` with "is missing" in the place of "complies": queries that miss it on one side alone are as likely
    to miss it on the other. A p that is not small does not say that the labels are missing by chance: with few it
    cannot be. The worst-case bounds hold either way.

    Departure: with several epochs a query counts for the side that misses more of its labels, and the test is the sign
    test over queries (Conover 1999, Practical Nonparametric Statistics, 3.4), so that n is not multiplied.

    Args:
        missing_a: Shape (n,): share of the labels of each query that are missing on the first side, in [0, 1]; 0 or 1
            (or booleans) with one epoch.
        missing_b: Shape (n,): the same queries, in the same order, on the second side.

    Returns:
        Shares and p: 1 where as many are missing of each query on both sides, as where none is (0/n) and where all
        are (n/n), and 2^(1 − n) where all are missing on one side and none on the other. At n = 1, p is 1. Where n = 0
        it is 1 too, and the shares are NaN.

    Raises:
        ValueError: If the shapes differ, or a share is outside [0, 1] or NaN.
    """
    a, b = paired_rates(missing_a, missing_b)
    p_value = float(mcnemar_exact(np.sum(a > b), np.sum(b > a)))
    if not len(a):
        return Missingness(0, nan, nan, p_value)
    return Missingness(len(a), float(a.mean()), float(b.mean()), p_value)
