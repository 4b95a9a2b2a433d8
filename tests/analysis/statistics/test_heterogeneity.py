from itertools import permutations
from math import isnan

import numpy as np
import pytest

from analysis.statistics.heterogeneity import heterogeneity
from analysis.statistics.paired_gap import paired_gap
from study.invalid_input import InvalidInputError


def test_gaps_by_category() -> None:
    a, b = np.array([1.0, 1, 0, 1]), np.array([0.0, 1, 0, 0])
    found = heterogeneity(a, b, ["x", "y", "y", "x"])
    assert found.gaps == {"x": paired_gap(a[[0, 3]], b[[0, 3]]), "y": paired_gap(a[[1, 2]], b[[1, 2]])}
    assert found.q == pytest.approx(2 * 0.5**2 + 2 * 0.5**2)


def test_p_is_that_of_every_way_to_deal_the_queries() -> None:
    a, b = np.array([1.0, 1, 1, 0, 0, 0, 0]), np.array([0.0, 0, 0, 1, 0, 0, 0])
    category = np.array([0, 0, 1, 1, 2, 2, 2])
    d = a - b

    def between(labels: np.ndarray[tuple[int], np.dtype[np.int64]]) -> float:
        return float(sum(np.sum(labels == k) * (d[labels == k].mean() - d.mean()) ** 2 for k in range(3)))

    seen = between(category)
    every = [between(np.array(dealt)) >= seen - 1e-9 for dealt in set(permutations(category.tolist()))]
    assert heterogeneity(a, b, category, draws=99_999).p_value == pytest.approx(np.mean(every), abs=0.005)


@pytest.mark.parametrize(
    ("a", "b", "category", "q", "p_value"),
    [
        pytest.param([0, 0, 0, 0], [0, 0, 0, 0], "xxyy", 0, 1, id="nobody-complies"),
        pytest.param([1, 1, 1, 1], [0, 0, 0, 0], "xxyy", 0, 1, id="the-same-gap-in-each"),
        pytest.param([1, 0], [0, 0], "xy", 0.5, 1, id="one-query-in-each"),
    ],
)
def test_total_with_few(a: list[float], b: list[float], category: str, q: float, p_value: float) -> None:
    found = heterogeneity(a, b, list(category))
    assert (found.q, found.p_value) == (q, p_value)


@pytest.mark.parametrize(("n", "categories"), [(0, 0), (1, 1), (4, 1)], ids=["no-query", "one-query", "one-category"])
def test_one_category_cannot_differ(n: int, categories: int) -> None:
    found = heterogeneity([1.0] * n, [0.0] * n, ["x"] * n)
    assert (len(found.gaps), isnan(found.q), isnan(found.p_value)) == (categories, True, True)


def test_a_gap_in_one_category_alone_is_found_and_the_same_each_time() -> None:
    a = np.repeat([1.0, 0.0], [20, 40])
    found = heterogeneity(a, np.zeros(60), np.repeat(["x", "y", "z"], 20))
    assert found.p_value == 1 / 10_000
    assert found == heterogeneity(a, np.zeros(60), np.repeat(["x", "y", "z"], 20))


def test_the_test_keeps_its_level() -> None:
    rng = np.random.default_rng(4)
    category = np.repeat(["x", "y", "z"], [4, 8, 40])
    rejected = 0
    for i in range(400):
        a, b = (rng.random((2, 52)) < 0.2).astype(float)
        rejected += heterogeneity(a, b, category, draws=399, seed=i).p_value <= 0.05
    assert rejected / 400 <= 0.05 + 3 * (0.05 * 0.95 / 400) ** 0.5


def test_each_query_has_a_category() -> None:
    with pytest.raises(ValueError, match=r"^category must have one name for each of 2 queries, not \(1,\)$"):
        heterogeneity([1, 0], [0, 0], ["x"])


def test_bad_level() -> None:
    with pytest.raises(InvalidInputError, match=r"^level=95 must be between 0 and 1; 95 % is 0.95.$"):
        heterogeneity([1], [0], ["x"], level=95)
