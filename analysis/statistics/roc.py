"""How well a number of votes tells two kinds of texts apart, whatever the threshold."""

from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from sklearn.metrics import roc_auc_score

from analysis.statistics.tango import critical_value


@dataclass(frozen=True)
class RocArea:
    """Area under the ROC curve with its interval; NaN where one of the two kinds is missing."""

    value: float
    """In [0, 1]: how often a text that is positive has the higher score; a tie counts half."""
    ci_low: float
    ci_high: float


def roc_area(
    positive: ArrayLike,
    score: ArrayLike,
    weight: ArrayLike | None = None,
    sizes: tuple[float, float] | None = None,
    level: float = 0.95,
) -> RocArea:
    """Area under the ROC curve, by scikit-learn, with the interval of Newcombe.

    Newcombe (2006, Stat. Med. 25:559, method 5): the areas that differ from the one found by no more than z standard
    errors, each with the standard error that it would have itself, θ(1 − θ)(1 + N(1 − θ)/(2 − θ) + Nθ/(1 + θ))/(mn)
    squared, with N = (m + n)/2 − 1. Where the two kinds are parted without an error it says how little a few texts can
    rule out; there the interval of Brunner and Munzel (statsmodels' `rank_compare_2indep`) has no width.

    Args:
        positive: Shape (n,): whether a text is positive.
        score: Shape (n,): its score, for instance its yes votes.
        weight: Shape (n,): texts that it stands for. None: all weigh the same.
        sizes: Positives and negatives of equal weight that would say as much; without them those that there are.
        level: Confidence level, in (0, 1).

    Returns:
        The area; where it is 0 the interval begins there, where it is 1 it ends there. At m = n = 1 it is [0.207, 1],
        [0, 0.793] or, of a tie, wider; NaN where one of the kinds is missing.

    Raises:
        ValueError: If the shapes differ.
    """
    positive, score = np.asarray(positive, np.bool_), np.asarray(score, np.float64)
    if positive.shape != score.shape:
        raise ValueError("positive and score must be of one shape")
    if positive.all() or not positive.any():
        return RocArea(nan, nan, nan)
    area = float(roc_auc_score(positive, score, sample_weight=weight))
    m, n = sizes or (float(positive.sum()), float((~positive).sum()))
    z = critical_value(level)

    def distance(theta: float) -> float:
        return abs(area - theta) - z * _standard_error(theta, m, n)

    # At the area itself the distance is negative, but at 0 and 1, where a standard error is 0, it is 0.
    inside = min(max(area, 1e-9), 1 - 1e-9)
    low = 0.0 if area == 0 else float(brentq(distance, 0.0, inside))
    high = 1.0 if area == 1 else float(brentq(distance, inside, 1.0))
    return RocArea(area, low, high)


def _standard_error(theta: float, m: float, n: float) -> float:
    more = max((m + n) / 2 - 1, 0)
    return sqrt(theta * (1 - theta) * (1 + more * (1 - theta) / (2 - theta) + more * theta / (1 + theta)) / (m * n))
