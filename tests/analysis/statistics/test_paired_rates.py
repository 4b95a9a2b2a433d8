from math import nan

import numpy as np
import pytest

from analysis.statistics.mcnemar import sign_flip_exact
from analysis.statistics.paired_gap import paired_gap
from analysis.statistics.paired_rates import cluster_means, paired_rates

FAMILIES = ["b", "a", "b", "c", "b", "a"]
FREE, PAID = [1, 1, 1, 0, 0, 0], [0, 1, 0, 0, 0, 0]


def test_means_are_in_the_order_of_the_clusters() -> None:
    assert cluster_means(FREE, FAMILIES).tolist() == pytest.approx([1 / 2, 2 / 3, 0])
    assert cluster_means(PAID, FAMILIES).tolist() == [0.5, 0, 0]


@pytest.mark.parametrize("cluster", [[3, 1, 2], ["c", "a", "b"]], ids=["numbers", "names"])
def test_clusters_of_one_are_the_queries(cluster: list[int] | list[str]) -> None:
    assert cluster_means([1, 0, 0.5], cluster).tolist() == [0, 0.5, 1]


@pytest.mark.parametrize(
    ("rates", "cluster", "means"),
    [
        pytest.param([0] * 6, FAMILIES, [0, 0, 0], id="nobody-complies"),
        pytest.param([1] * 6, FAMILIES, [1, 1, 1], id="everybody-complies"),
        pytest.param([0.4], ["a"], [0.4], id="one-member"),
        pytest.param([], [], [], id="no-member-is-no-cluster"),
        pytest.param([nan, 1, 0], ["a", "a", "b"], [nan, 0], id="missing"),
    ],
)
def test_cluster_means(rates: list[float], cluster: list[str], means: list[float]) -> None:
    assert cluster_means(rates, cluster).tolist() == pytest.approx(means, nan_ok=True)


@pytest.mark.parametrize("side", [[0, 0], [1, 1], [1], []], ids=["nobody", "everybody", "one-query", "no-query"])
def test_pairs_of_rates_are_given_back(side: list[float]) -> None:
    assert [found.tolist() for found in paired_rates(side, side)] == [side, side]


def test_the_family_is_the_unit() -> None:
    a, b = cluster_means(FREE, FAMILIES), cluster_means(PAID, FAMILIES)
    gap = paired_gap(a, b)
    assert gap.n_pairs == 3
    assert gap.gap == pytest.approx(2 / 9)
    assert sign_flip_exact(a, b) == 1.0


def test_more_paraphrases_of_the_same_behaviour_say_nothing_new() -> None:
    a, b, family = np.array([1.0, 1, 0, 0]), np.array([0.0, 1, 0, 0]), np.arange(4)
    once = paired_gap(a, b)
    more_a, more_b = (cluster_means(np.repeat(side, 10), np.repeat(family, 10)) for side in (a, b))
    assert paired_gap(more_a, more_b) == once


def test_bad_clusters() -> None:
    with pytest.raises(
        ValueError, match=r"^rates and cluster must be one-dimensional and of one length, not \(2,\) and"
    ):
        cluster_means([1, 0], ["a"])
