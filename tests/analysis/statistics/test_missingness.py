from dataclasses import astuple
from math import isnan

import pytest
from numpy.typing import ArrayLike
from scipy.stats import binomtest

from analysis.statistics.missingness import missingness


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        pytest.param([0] * 5, [0] * 5, (5, 0, 0, 1), id="none-missing"),
        pytest.param([1] * 5, [1] * 5, (5, 1, 1, 1), id="all-missing"),
        pytest.param([1] * 5, [0] * 5, (5, 1, 0, 2**-4), id="all-on-one-side"),
        pytest.param([0] * 5, [1] * 5, (5, 0, 1, 2**-4), id="all-on-the-other-side"),
        pytest.param([1], [0], (1, 1, 0, 1), id="one-query"),
        pytest.param([1], [1], (1, 1, 1, 1), id="one-query-missing-on-both"),
        pytest.param([0], [0], (1, 0, 0, 1), id="one-query-not-missing"),
        pytest.param([1, 1, 1, 1, 0, 0], [0, 0, 0, 0, 1, 0], (6, 4 / 6, 1 / 6, 0.375), id="ordinary"),
        pytest.param([True, False], [False, False], (2, 0.5, 0, 1), id="booleans"),
        pytest.param([0.2] * 8, [0] * 8, (8, 0.2, 0, 2**-7), id="epochs"),
    ],
)
def test_missingness(a: ArrayLike, b: ArrayLike, expected: tuple[float, ...]) -> None:
    assert astuple(missingness(a, b)) == pytest.approx(expected)


def test_it_is_the_binomial_test_on_queries_that_miss_one_side() -> None:
    a, b = [1] * 14 + [0] * 5 + [1] * 3, [0] * 14 + [1] * 5 + [1] * 3
    assert missingness(a, b).p_value == pytest.approx(binomtest(14, 19).pvalue)


def test_nothing_asked_is_no_data() -> None:
    nothing = missingness([], [])
    assert (nothing.n, nothing.p_value, isnan(nothing.rate_a), isnan(nothing.rate_b)) == (0, 1, True, True)
