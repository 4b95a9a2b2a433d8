"""A share of labelled texts, also where they are a stratified sample."""

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t as student
from statsmodels.stats.proportion import proportion_confint

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LabelledShare:
    """A share with its interval; all but n is NaN where n = 0."""

    n: int
    """Texts that it is a share of."""
    n_effective: float
    """Texts of equal weight that would say as much; 0 where n = 0."""
    rate: float
    ci_low: float
    ci_high: float


def labelled_share(
    hit: ArrayLike,
    counted: ArrayLike,
    weight: ArrayLike | None = None,
    stratum: ArrayLike | None = None,
    level: float = 0.95,
) -> LabelledShare:
    """Weighted share of the texts that count, with the interval of Korn and Graubard.

    Korn and Graubard (1998, Survey Methodology 24): the interval of Clopper and Pearson, by statsmodels, at an
    effective sample size. That is share(1 − share)/variance, with the variance of a ratio in a stratified sample by
    linearization and their factor for its degrees of freedom, and never more than n. Where all texts weigh the same it
    is n, and the interval that of Clopper and Pearson, which covers at least as often as it says.

    Departure: at a share of 0 or 1 the variance says nothing, and n would be too much where a heavy stratum shows none
    of what counts. The effective size is then the weight of what counts over the heaviest weight of all: as many as if
    each of those were of the stratum that one knows least of.

    Args:
        hit: Shape (n,): whether a text is what the share is of; only read where it counts.
        counted: Shape (n,): whether it counts. Of a stratified sample all texts are given, also those that do not.
        weight: Shape (n,): texts that it stands for; positive. None: all weigh the same.
        stratum: Shape (n,): what it was drawn from. None: all from one.
        level: Confidence level, in (0, 1).

    Returns:
        The share; at 0/n the interval begins at 0, at n/n it ends at 1, at n = 1 it is [0.025, 1] or [0, 0.975].

    Raises:
        ValueError: If the shapes differ, or a weight is not positive.
    """
    hit, counted = np.asarray(hit, np.bool_), np.asarray(counted, np.bool_)
    weights = np.ones(len(hit)) if weight is None else np.asarray(weight, np.float64)
    strata = np.zeros(len(hit)) if stratum is None else np.asarray(stratum)
    if not hit.shape == counted.shape == weights.shape == strata.shape:
        raise ValueError("hit, counted, weight and stratum must be of one shape")
    if not np.all(weights > 0):
        raise ValueError("weights must be positive")
    n = int(counted.sum())
    if not n:
        return LabelledShare(0, 0.0, nan, nan, nan)
    total = float(weights[counted].sum())
    share = float(weights[counted & hit].sum()) / total
    if np.ptp(weights) == 0:
        size = float(n)
    elif share in (0.0, 1.0):
        size = min(float(n), total / float(weights.max()))
    else:
        size = _effective_size(share, np.where(counted, weights * (hit - share) / total, 0.0), strata, n)
    low, high = proportion_confint(share * size, size, alpha=1 - level, method="beta")
    return LabelledShare(n, size, share, 0.0 if share == 0 else float(low), 1.0 if share == 1 else float(high))


def _effective_size(share: float, residual: Floats, strata: NDArray[np.generic], n: int) -> float:
    """Of a share that is neither 0 nor 1; a stratum of one text is held against the mean of all of them."""
    variance, groups = 0.0, np.unique(strata)
    for group in groups:
        of_group = residual[strata == group]
        m = len(of_group)
        variance += m / (m - 1) * float(((of_group - of_group.mean()) ** 2).sum()) if m > 1 else float(of_group[0] ** 2)
    freedom = max(len(residual) - len(groups), 1)
    factor = (student.ppf(0.975, max(n - 1, 1)) / student.ppf(0.975, freedom)) ** 2
    return min(float(n), share * (1 - share) / variance * float(factor))
