import sys
import warnings
from math import sqrt

import numpy as np
import pytest
from scipy.stats import beta, norm

from analysis.statistics.corrected_rate import Corrected, Refusal, Refused
from analysis.statistics.prediction_powered import Stratum, prediction_powered_rate, stratified_bounds
from study.invalid_input import InvalidInputError

YES, NO = Stratum(1, replies=40, labelled=20, positives=15), Stratum(0, replies=160, labelled=40, positives=2)


def test_prediction_powered_rate_by_hand() -> None:
    """Of the 40 that the judge calls positive 15/20 are, of the 160 others 2/40: 38 of 200."""
    found = prediction_powered_rate([YES, NO])
    between = 0.2 * 0.75**2 + 0.8 * 0.05**2 - 0.19**2
    down = (0.2 * (0.75 - beta.ppf(0.025, 15, 6))) ** 2 + (0.8 * (0.05 - beta.ppf(0.025, 2, 39))) ** 2
    up = (0.2 * (beta.ppf(0.975, 16, 5) - 0.75)) ** 2 + (0.8 * (beta.ppf(0.975, 3, 38) - 0.05)) ** 2
    wide = norm.ppf(0.975) ** 2 * between / 200
    assert isinstance(found, Corrected)
    assert (found.rate, found.ci_low, found.ci_high) == pytest.approx(
        (0.19, 0.19 - sqrt(down + wide), 0.19 + sqrt(up + wide))
    )
    assert not found.clipped


def test_replies_drawn_by_the_judges_label_weigh_as_many_as_they_stand_for() -> None:
    """Counted alike, a third of the labels are positive; nor does a sample of either size change the weights."""
    more = Stratum(1, replies=40, labelled=40, positives=30)
    found = [prediction_powered_rate(strata) for strata in ([YES, NO], [NO, YES], [more, NO])]
    assert [round(one.rate, 12) for one in found if isinstance(one, Corrected)] == [0.19] * 3


def test_among_all_replies() -> None:
    """As many again are known not to be positive."""
    found = prediction_powered_rate([YES, NO], among=400)
    assert isinstance(found, Corrected)
    assert found.rate == pytest.approx(0.095)
    assert found.ci_high - found.ci_low < 0.11


def test_several_replies_a_query_count_as_one_in_the_interval() -> None:
    once = prediction_powered_rate([YES, NO])
    twice = prediction_powered_rate(
        [Stratum(1, 80, 40, 30, queries=20), Stratum(0, 320, 80, 4, queries=40)], queries=200
    )
    assert isinstance(once, Corrected)
    assert isinstance(twice, Corrected)
    assert (twice.rate, twice.ci_low, twice.ci_high) == pytest.approx((once.rate, once.ci_low, once.ci_high))


@pytest.mark.parametrize(
    ("strata", "rate", "low"),
    [
        pytest.param([Stratum(1, 0, 0, 0), Stratum(0, 90, 45, 0)], 0, 0, id="judge-finds-none"),
        pytest.param([Stratum(1, 5, 5, 0), Stratum(0, 95, 45, 0)], 0, 0, id="nobody-fakes"),
        pytest.param([Stratum(1, 50, 30, 30), Stratum(0, 0, 0, 0)], 1, 0.8842966, id="everybody-does"),
    ],
)
def test_shares_of_0_and_1_have_an_interval(strata: list[Stratum], rate: float, low: float) -> None:
    found = prediction_powered_rate(strata)
    assert isinstance(found, Corrected)
    assert (found.rate, found.ci_low) == pytest.approx((rate, low))
    assert found.ci_high - found.ci_low > 0.05


@pytest.mark.parametrize(
    ("strata", "expected"),
    [
        pytest.param([], Refused(Refusal.NOTHING_ASKED, "no reply was put to the judge"), id="nothing-asked"),
        pytest.param(
            [Stratum(1, 40, 9, 5), Stratum(0, 160, 20, 0)],
            Refused(Refusal.FEW_LABELS, "people labelled 29 of 200; 30 are needed"),
            id="few-labels",
        ),
        pytest.param(
            [Stratum(1, 40, 40, 5), Stratum(0, 160, 0, 0)],
            Refused(
                Refusal.UNLABELLED_STRATUM, "people labelled none of the 160 replies that the judge calls negative"
            ),
            id="negatives-not-labelled",
        ),
        pytest.param(
            [Stratum(1, 3, 0, 0), Stratum(0, 160, 50, 0)],
            Refused(Refusal.UNLABELLED_STRATUM, "people labelled none of the 3 replies that the judge calls positive"),
            id="positives-not-labelled",
        ),
    ],
)
def test_refused(strata: list[Stratum], expected: Refused) -> None:
    assert prediction_powered_rate(strata) == expected


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ppi_py", None)
    said = 'ppi-python is not installed; pip install -e ".[ppi]"'
    assert prediction_powered_rate([YES, NO]) == Refused(Refusal.NO_LIBRARY, said)


def test_warnings_stay_as_they_are() -> None:
    before = list(warnings.filters)
    sys.modules.pop("ppi_py", None)
    prediction_powered_rate([YES, NO])
    assert list(warnings.filters) == before


def test_it_covers_where_people_labelled_a_stratified_sample() -> None:
    """A rate of 0.05, a judge of Se 0.8 and Sp 0.9, 200 replies, 20 and 30 labels, 2,000 draws."""
    rng = np.random.default_rng(1)
    true = rng.binomial(200, 0.05, 2000)
    tp, fp = rng.binomial(true, 0.8), rng.binomial(200 - true, 0.1)
    replies, positive = np.stack([tp + fp, 200 - tp - fp], 1), np.stack([tp, true - tp], 1)
    labelled = np.minimum(replies, [20, 30])
    found = rng.hypergeometric(positive, replies - positive, labelled)
    low, high = stratified_bounds(replies / 200, found / labelled, labelled, 200)
    assert np.mean((low <= 0.05) & (high >= 0.05)) == pytest.approx(0.98, abs=0.01)
    weights = labelled / labelled.sum(1, keepdims=True)
    low, high = stratified_bounds(weights, found / labelled, labelled, 200)
    assert np.mean((low <= 0.05) & (high >= 0.05)) < 0.8, "counted alike"


@pytest.mark.parametrize(
    "stratum",
    [(1, 5, 6, 0), (1, 5, 4, 5), (1, 5, 4, -1), (1, 5, 4, 1, 5)],
    ids=["labelled", "positives", "sign", "queries"],
)
def test_no_stratum(stratum: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"^positives, labelled and replies must be in ascending order"):
        Stratum(*stratum)


def test_bad_input() -> None:
    with pytest.raises(ValueError, match=r"^there are more replies in the strata than among all$"):
        prediction_powered_rate([YES, NO], among=199)
    with pytest.raises(InvalidInputError, match=r"^level=95 must be between 0 and 1; 95 % is 0.95.$"):
        stratified_bounds([1], [0.5], [10], 10, 95)
