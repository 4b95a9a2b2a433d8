"""A rate from a judge's labels of all replies and people's labels of some of them."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint

from analysis.statistics.corrected_rate import Corrected, Correction, Refusal, Refused
from analysis.statistics.paired_rates import Floats
from study.invalid_input import InvalidInputError

LEAST_LABELS = 30
"""Labels of people below which a rate is not said to rest on them."""


@dataclass(frozen=True)
class Stratum:
    """The replies that have one label of the judge, of which people labelled some, drawn by chance.

    Raises:
        ValueError: If there are more positives than labels, more labels than replies, or more queries than labels.
    """

    judged: int
    """What the judge says: 1 or 0."""
    replies: int
    labelled: int
    positives: int
    """Of those labelled."""
    queries: int | None = None
    """Of those labelled; None: each has one reply."""

    def __post_init__(self) -> None:
        if not (0 <= self.positives <= self.labelled <= self.replies and (self.queries or 0) <= self.labelled):
            raise ValueError(
                "positives, labelled and replies must be in ascending order, and queries no more than labelled"
            )


def prediction_powered_rate(
    strata: Sequence[Stratum], among: int | None = None, queries: int | None = None, level: float = 0.95
) -> Correction:
    """The rate that people would find in all replies.

    Estimate: prediction-powered (Angelopoulos et al. 2023, Science 382; their ppi-python), where each labelled reply
    weighs replies ÷ labelled of its stratum: drawn by the judge's label and then counted alike, they would bias it.
    Since the weights give back the judge's own rate, it is the same for every tuning of its power.

    Departure: its normal interval holds the truth as rarely as in one of two cases where the rate is low, and is
    not defined where the judge says the same of all replies. The interval is `stratified_bounds`.

    Args:
        strata: One for each label of the judge.
        among: Replies that the rate is a share of: these, and others known not to be positive. None: these alone.
        queries: Queries of all of these; None: each has one reply.
        level: Confidence level, in (0, 1).

    Returns:
        The rate, or why there is none: fewer than `LEAST_LABELS` labels, a stratum without one, or no library.

    Raises:
        ValueError: If there are more replies in the strata than among all.
        InvalidInputError: If the level is outside (0, 1).
    """
    of = [stratum for stratum in strata if stratum.replies]
    replies, labelled = sum(stratum.replies for stratum in of), sum(stratum.labelled for stratum in of)
    known = replies if among is None else among
    if known < replies:
        raise ValueError("there are more replies in the strata than among all")
    if not replies:
        return Refused(Refusal.NOTHING_ASKED, "no reply was put to the judge")
    if labelled < LEAST_LABELS:
        return Refused(Refusal.FEW_LABELS, f"people labelled {labelled} of {replies}; {LEAST_LABELS} are needed")
    if empty := [stratum for stratum in of if not stratum.labelled]:
        judged = "positive" if empty[0].judged else "negative"
        said = f"people labelled none of the {empty[0].replies} replies that the judge calls {judged}"
        return Refused(Refusal.UNLABELLED_STRATUM, said)
    try:
        rate = _estimate(of) * replies / known
    except ImportError:
        return Refused(Refusal.NO_LIBRARY, 'ppi-python is not installed; pip install -e ".[ppi]"')
    share, found = (
        np.array(of_each) for of_each in ([s.replies / known for s in of], [s.positives / s.labelled for s in of])
    )
    units = np.array([s.labelled if s.queries is None else s.queries for s in of])
    low, high = (float(b) for b in stratified_bounds(share, found, units, known if queries is None else queries, level))
    return Corrected(rate, min(rate, max(low, 0.0)), max(rate, min(high, 1.0)), clipped=low < 0 or high > 1)


def stratified_bounds(
    share: ArrayLike, found: ArrayLike, labelled: ArrayLike, n: ArrayLike, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Bounds of a rate that is put together from strata, not yet cut to [0, 1].

    Square-and-add of exact binomial intervals (Clopper and Pearson 1934) of the strata (Zou, Huang and Zhang 2009,
    "A note on confidence interval estimation for a linear function of binomial proportions", Comput. Stat. Data Anal.
    53), and of the variance of the strata's own shares. The exact interval and not Wilson's, of which the lower bound
    is too high where one positive is found in many, as that of a careful judge's negatives is.

    Args:
        share: Of each stratum in all replies; the last axis is that of strata. What is left to 1 is known to be 0.
        found: Share of the labelled that is positive.
        labelled: Labelled of each stratum, or the queries of these.
        n: All replies, or their queries; of shape `share.shape[:-1]`.
        level: Confidence level, in (0, 1).

    Returns:
        Lower and upper bounds.

    Raises:
        InvalidInputError: If the level is outside (0, 1).
    """
    if not 0 < level < 1:
        raise InvalidInputError(f"level={level} must be between 0 and 1; 95 % is 0.95.")
    share, found, labelled = (np.asarray(x, np.float64) for x in (share, found, labelled))
    rate = (share * found).sum(-1)
    between = np.maximum((share * found**2).sum(-1) - rate**2, 0)
    shares = norm.ppf((1 + level) / 2) ** 2 * between / np.asarray(n, np.float64)
    low, high = proportion_confint(found * labelled, labelled, alpha=1 - level, method="beta")
    down, up = ((share * (bound - found)) ** 2 for bound in (low, high))
    return rate - np.sqrt(down.sum(-1) + shares), rate + np.sqrt(up.sum(-1) + shares)


def _estimate(strata: Sequence[Stratum]) -> float:
    with warnings.catch_warnings():  # it turns all warnings off
        from ppi_py import ppi_mean_pointestimate
    labels = np.concatenate([np.repeat([1.0, 0.0], [s.positives, s.labelled - s.positives]) for s in strata])
    judged = np.repeat([float(s.judged) for s in strata], [s.labelled for s in strata])
    weights = np.repeat([s.replies / s.labelled for s in strata], [s.labelled for s in strata])
    of_all = np.repeat([float(s.judged) for s in strata], [s.replies for s in strata])
    return float(np.squeeze(ppi_mean_pointestimate(labels, judged, of_all, lam=1, w=weights)))
