"""Adjustment of the p-values of a family of tests."""

from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import false_discovery_control

from analysis.statistics.paired_rates import Floats


class Correction(StrEnum):
    """What is held down over a family of tests."""

    HOLM = "holm"
    """The probability of any false gap (Holm 1979, Scand. J. Stat. 6)."""
    BENJAMINI_HOCHBERG = "benjamini-hochberg"
    """The expected share of false gaps among those found (Benjamini and Hochberg 1995, J. R. Stat. Soc. B 57)."""

    @property
    def label(self) -> str:
        """As it is written: ``Holm``, ``Benjamini-Hochberg``."""
        return "-".join(map(str.capitalize, self.split("-")))


def adjusted(p_values: ArrayLike, correction: Correction = Correction.HOLM) -> Floats:
    """Adjusted p-values.

    Holm: with p sorted upwards, the greatest of (m − i)·p(i) so far, at most 1. Benjamini-Hochberg: the least of
    m·p(i)/(i + 1) from there on, by scipy, valid for tests that are independent or positively dependent. Both count i
    from 0. Both are what statsmodels' `multipletests` gives, which collects garbage at each call: 0.2 s and more.

    Departure: a test without data has no p-value. It is NaN, is not counted in m, and stays NaN.

    Args:
        p_values: Shape (m,): in [0, 1] or NaN; the p-values of one family.
        correction: Which.

    Returns:
        Shape (m,), in the same order: each at least its p-value, in [0, 1] or NaN. A p-value of 0 stays 0, and one of
        1, as of a gap of 0/n or at n = 1, stays 1. With m = 1 the p-value is left as it is; with m = 0 there is none.

    Raises:
        ValueError: If a p-value is outside [0, 1], or they are not one-dimensional.
    """
    p_values = np.asarray(p_values, np.float64)
    known = ~np.isnan(p_values)
    if p_values.ndim != 1 or not np.all((p_values[known] >= 0) & (p_values[known] <= 1)):
        raise ValueError("p_values must be one-dimensional, each from 0 to 1, or NaN where there is no test")
    result = np.full(p_values.shape, np.nan)
    result[known] = (
        _holm(p_values[known]) if correction is Correction.HOLM else false_discovery_control(p_values[known])
    )
    return result


def _holm(p_values: Floats) -> Floats:
    order = np.argsort(p_values)
    stepped = p_values[order] * np.arange(len(p_values), 0, -1)
    result = np.empty_like(p_values)
    result[order] = np.minimum(1.0, np.maximum.accumulate(stepped))
    return result
