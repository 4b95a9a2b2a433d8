"""How often a judge is right among replies of which people labelled some, and whether a calibration found the same."""

from math import exp, inf, log, nan, sqrt
from typing import NamedTuple

import numpy as np
from scipy.stats import fisher_exact
from statsmodels.stats.proportion import proportion_confint

from analysis.statistics.prediction_powered import Stratum
from analysis.statistics.rates import Rate
from analysis.statistics.tango import critical_value


def sampled_specificity(strata: tuple[Stratum, Stratum], level: float = 0.95) -> Rate:
    """Of the replies that people call negative, the share that the judge does; of a sample drawn by the judge's label.

    Each label weighs replies ÷ labelled of its stratum. With A and B the negatives, so reckoned, among those that the
    judge calls negative and positive, it is A ÷ (A + B). Interval: square-and-add of log A and log B (Zou and Donner
    2008, Statist. Med. 27), each with the exact interval of its stratum's share, centred on that with half a label
    added on each side, and with the variance of how many replies the judge calls so.

    Args:
        strata: The replies that the judge calls positive, and those that it calls negative.
        level: Confidence level, in (0, 1).

    Returns:
        The share, with the labels of people that are negative as n. All is NaN where there are none, or a stratum has
        replies and no label. At 0 and 1 the other end of the interval is inside, also where a stratum has no reply.
    """
    yes, no = strata
    return _share(no, no.labelled - no.positives, yes, yes.labelled - yes.positives, level)


def sampled_sensitivity(strata: tuple[Stratum, Stratum], level: float = 0.95) -> Rate:
    """Of the replies that people call positive, the share that the judge does; as `sampled_specificity`."""
    yes, no = strata
    return _share(yes, yes.positives, no, no.positives, level)


def share_of_labels(share: float, n: float, level: float = 0.95) -> Rate:
    """A share of so many labels of equal weight, which need not be whole, with the interval of `rates.rate`."""
    low, high = proportion_confint(share * n, n, alpha=1 - level, method="wilson")
    return Rate(round(n), share, min(share, float(low)), max(share, float(high)))


def difference(first: Rate, second: Rate) -> tuple[float, float, float]:
    """First minus second share of independent samples, with an interval by square-and-add (Newcombe 1998, no. 10)."""
    found = first.rate - second.rate
    down = sqrt((first.rate - first.ci_low) ** 2 + (second.ci_high - second.rate) ** 2)
    up = sqrt((first.ci_high - first.rate) ** 2 + (second.rate - second.ci_low) ** 2)
    return found, found - down, found + up


def too_few_positives_p(positives: float, asked: float, specificity: float, negatives: float) -> float:
    """Whether a judge finds fewer positives than the mistakes that a calibration found it to make.

    Whatever the true rate is, a judge with J above 0 finds at least 1 − specificity. One-sided exact test of Fisher
    (1935) that the share found is not below the share of false alarms in the calibration.

    Args:
        positives: Replies that the judge calls positive.
        asked: Replies that it was asked about.
        specificity: Of the calibration.
        negatives: Labels that it rests on. This and the others are rounded to whole replies.

    Returns:
        p; 1 where nothing was asked.
    """
    found, false_alarms = round(positives), round((1 - specificity) * negatives)
    table = np.array([[found, round(asked) - found], [false_alarms, round(negatives) - false_alarms]])
    return float(fisher_exact(table, alternative="less").pvalue)


def _share(right: Stratum, of_right: int, wrong: Stratum, of_wrong: int, level: float) -> Rate:
    n = of_right + of_wrong
    if not n or any(stratum.replies and not stratum.labelled for stratum in (right, wrong)):
        return Rate(n, nan, nan, nan)
    hits, misses = (_logarithm(*side, level) for side in ((right, of_right), (wrong, of_wrong)))
    expected = [s.replies * k / s.labelled if k else 0.0 for s, k in ((right, of_right), (wrong, of_wrong))]
    rate, odds = expected[0] / sum(expected), hits.value - misses.value
    low = _logistic(odds - sqrt(hits.down + misses.up))
    high = _logistic(odds + sqrt(hits.up + misses.down))
    return Rate(n, rate, min(rate, low), max(rate, high))


class _Logarithm(NamedTuple):
    """The logarithm of how many replies of a kind are in a stratum, and the squared distances to its bounds."""

    value: float
    down: float
    up: float


def _logarithm(stratum: Stratum, found: int, level: float) -> _Logarithm:
    if not stratum.replies:  # none by chance: the mean may be as great as that of which 0 is the lowest quantile
        return _Logarithm(centre := log(0.5), inf, (log(-log((1 - level) / 2)) - centre) ** 2)
    n = stratum.labelled if stratum.queries is None else stratum.queries
    k = found / stratum.labelled * n
    centre = log((k + 0.5) / (n + 1))
    low, high = proportion_confint(k, n, alpha=1 - level, method="beta")
    drawn = critical_value(level) ** 2 * stratum.labelled / n / stratum.replies  # how many are in it is chance, too
    down = inf if low <= 0 else (centre - log(low)) ** 2
    return _Logarithm(centre + log(stratum.replies), down + drawn, (log(high) - centre) ** 2 + drawn)


def _logistic(x: float) -> float:
    return 1 / (1 + exp(-x)) if x > 0 else exp(x) / (1 + exp(x))
