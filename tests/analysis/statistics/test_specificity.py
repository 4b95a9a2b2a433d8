from dataclasses import astuple
from math import nan

import numpy as np
import pytest
from scipy.stats import beta, binom

from analysis.statistics.prediction_powered import Stratum
from analysis.statistics.rates import Rate, rate
from analysis.statistics.specificity import (
    difference,
    sampled_sensitivity,
    sampled_specificity,
    share_of_labels,
    too_few_positives_p,
)

YES, NO = Stratum(1, replies=40, labelled=20, positives=15), Stratum(0, replies=160, labelled=40, positives=2)


def test_each_label_weighs_the_replies_that_it_stands_for() -> None:
    """Positive: 30 of the 40 and 8 of the 160. Negative: 10 and 152."""
    assert sampled_sensitivity((YES, NO)).rate == pytest.approx(30 / 38)
    assert sampled_specificity((YES, NO)).rate == pytest.approx(152 / 162)
    assert (sampled_sensitivity((YES, NO)).n, sampled_specificity((YES, NO)).n) == (17, 43)


def test_its_interval_by_hand() -> None:
    """Of the negatives 38 of 40 labelled stand for 160 replies, 5 of 20 for 40; exact bounds of both shares."""
    found, z2 = sampled_specificity((YES, NO)), 1.959963984540054**2
    log_hits, log_misses = np.log(38.5 / 41), np.log(5.5 / 21)
    hits = [(log_hits - np.log(beta.ppf(q, 38 + (q > 0.5), 2 + (q < 0.5)))) ** 2 + z2 / 160 for q in (0.025, 0.975)]
    misses = [(log_misses - np.log(beta.ppf(q, 5 + (q > 0.5), 15 + (q < 0.5)))) ** 2 + z2 / 40 for q in (0.025, 0.975)]
    centre = np.log(160 / 40) + log_hits - log_misses
    bounds = centre - (hits[0] + misses[1]) ** 0.5, centre + (hits[1] + misses[0]) ** 0.5
    assert (found.ci_low, found.ci_high) == pytest.approx([1 / (1 + np.exp(-bound)) for bound in bounds])


@pytest.mark.parametrize(
    ("strata", "expected"),
    [
        pytest.param((Stratum(1, 0, 0, 0), Stratum(0, 90, 45, 0)), (45, 1, 0.9598, 1), id="judge-finds-none"),
        pytest.param((Stratum(1, 10, 5, 5), Stratum(0, 90, 45, 45)), (0, nan, nan, nan), id="all-are"),
        pytest.param((Stratum(1, 10, 0, 0), Stratum(0, 90, 45, 0)), (45, nan, nan, nan), id="a-stratum-unlabelled"),
        pytest.param((Stratum(1, 0, 0, 0), Stratum(0, 0, 0, 0)), (0, nan, nan, nan), id="nothing"),
    ],
)
def test_specificity_at_the_edges(strata: tuple[Stratum, Stratum], expected: tuple[float, ...]) -> None:
    assert astuple(sampled_specificity(strata)) == pytest.approx(expected, nan_ok=True, abs=5e-5)


def test_no_false_alarm_among_few_labels_leaves_room_for_some() -> None:
    found = sampled_specificity((Stratum(1, 30, 10, 10), Stratum(0, 70, 30, 0)))
    assert found.rate == 1
    assert 0.7 < found.ci_low < 0.99


@pytest.mark.parametrize("specificity", [0.7, 0.9, 0.98])
def test_the_interval_covers(specificity: float) -> None:
    """A rate of 0.2, sensitivity of 0.8, 300 replies, 25 + 25 labels, 600 draws."""
    rng, held = np.random.default_rng(1), 0
    for _ in range(600):
        true = int(rng.binomial(300, 0.2))
        tp, fp = int(rng.binomial(true, 0.8)), int(rng.binomial(300 - true, 1 - specificity))
        strata = []
        for judged, positive, replies in ((1, tp, tp + fp), (0, true - tp, 300 - tp - fp)):
            labelled = min(25, replies)
            found = int(rng.hypergeometric(positive, replies - positive, labelled))
            strata.append(Stratum(judged, replies, labelled, found))
        low, high = astuple(sampled_specificity((strata[0], strata[1])))[2:]
        held += low <= specificity <= high
    assert held >= 0.94 * 600 - 2 * (600 * 0.94 * 0.06) ** 0.5


def test_difference_by_hand() -> None:
    first, second = Rate(40, 0.9, 0.8, 0.95), Rate(60, 0.7, 0.6, 0.8)
    assert difference(first, second) == pytest.approx((0.2, 0.2 - 0.02**0.5, 0.2 + 0.0125**0.5))


def test_a_share_of_whole_labels_is_a_rate() -> None:
    assert astuple(share_of_labels(0.75, 20)) == pytest.approx(astuple(rate([1] * 15 + [0] * 5)))
    assert share_of_labels(0.75, 20.5).ci_low > share_of_labels(0.75, 20).ci_low


@pytest.mark.parametrize(
    ("counts", "p"),
    [
        # 0 of 20 against 10 of 20: of all ways to deal 10 positives to 40, those that give the first 20 none.
        pytest.param((0, 20, 0.5, 20), 184756 / 847660528, id="none-where-half-are-mistakes"),
        pytest.param((10, 20, 0.5, 20), 0.6238, id="as-many"),
        pytest.param((20, 20, 0.5, 20), 1, id="more"),
        pytest.param((0, 0, 0.5, 20), 1, id="nothing-asked"),
        pytest.param((0, 20, 1, 20), 1, id="no-mistakes"),
    ],
)
def test_too_few_positives(counts: tuple[float, float, float, float], p: float) -> None:
    assert too_few_positives_p(*counts) == pytest.approx(p, abs=5e-5)


def test_it_is_rarely_wrong() -> None:
    """Nobody fakes and the specificity is that of the calibration: enumerated, 60 replies and 50 labels."""
    p = np.array([[too_few_positives_p(x, 60, 1 - f / 50, 50) for f in range(20)] for x in range(20)])
    chance = np.outer(binom.pmf(range(20), 60, 0.1), binom.pmf(range(20), 50, 0.1))
    assert float((chance * (p <= 0.05)).sum()) <= 0.05
