"""A share of labelled texts, also of a stratified sample."""

from math import isnan

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from analysis.statistics.labelled_share import labelled_share


@pytest.mark.parametrize(("hits", "n"), [(0, 1), (1, 1), (0, 10), (10, 10), (7, 9), (45, 79)])
def test_texts_of_one_weight_have_the_interval_of_clopper_and_pearson(hits: int, n: int) -> None:
    found = labelled_share([1] * hits + [0] * (n - hits) + [1, 0], [1] * n + [0, 0], [3.0] * (n + 2))
    low, high = proportion_confint(hits, n, method="beta")
    assert (found.n, found.n_effective, found.rate) == (n, n, hits / n)
    assert (found.ci_low, found.ci_high) == pytest.approx((0 if hits == 0 else low, 1 if hits == n else high))


def test_of_nothing_there_is_no_share() -> None:
    found = labelled_share([True, False], [False, False])
    assert (found.n, found.n_effective) == (0, 0)
    assert all(map(isnan, (found.rate, found.ci_low, found.ci_high)))


def test_weights_are_how_many_texts_each_stands_for() -> None:
    found = labelled_share([1, 1, 0], [1, 1, 1], [1, 1, 8], ["light", "light", "heavy"])
    assert found.rate == 0.2


def test_a_heavy_stratum_that_shows_nothing_leaves_the_interval_wide() -> None:
    """Ten positives were found, all of the judge's; of the 1,000 that it cleared one in fifty was looked at."""
    strata = ["judged faking"] * 10 + ["cleared"] * 20
    weights = [1.0] * 10 + [50.0] * 20
    positive = [True] * 10 + [False] * 20
    found = labelled_share([True] * 10 + [False] * 20, positive, weights, strata)
    assert (found.n, found.n_effective, found.rate, found.ci_high) == (10, 0.2, 1.0, 1.0)
    assert found.ci_low < 0.01


@pytest.mark.parametrize(
    ("prevalence", "sensitivity", "specificity"), [(0.2, 0.7, 0.9), (0.05, 0.9, 0.95), (0.5, 0.99, 0.99)]
)
def test_the_interval_covers_where_strata_are_the_labels_of_the_judge(
    prevalence: float, sensitivity: float, specificity: float
) -> None:
    """The hardest design: what is looked for depends on the stratum alone. 60 labels of 2,000 texts, 300 draws."""
    rng, covered = np.random.default_rng(2), [0, 0]
    for _ in range(300):
        faking = rng.random(2_000) < prevalence
        judged = rng.random(2_000) < np.where(faking, sensitivity, 1 - specificity)
        strata = [np.flatnonzero(judged == one) for one in (True, False)]
        chosen = np.concatenate([rng.choice(members, 30, replace=False) for members in strata])
        weight = np.repeat([len(members) / 30 for members in strata], 30)
        for i, (side, truth) in enumerate(((True, sensitivity), (False, specificity))):
            found = labelled_share(judged[chosen] == side, faking[chosen] == side, weight, judged[chosen])
            covered[i] += isnan(found.rate) or found.ci_low <= truth <= found.ci_high
    assert min(covered) / 300 >= 0.935


@pytest.mark.parametrize(
    ("weight", "said"), [([1.0, 0.0], "weights must be positive"), ([1.0], "must be of one shape")], ids=str
)
def test_what_is_no_sample_is_refused(weight: list[float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        labelled_share([1, 0], [1, 1], weight)
