from dataclasses import astuple
from math import nan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from scipy.stats import binomtest, permutation_test

from analysis.statistics.gap_difference import gap_difference

Z = 1.959963984540054


def by_hand(total: float, squares: float, n: int) -> tuple[float, float]:
    added = 3 * Z**2 / 4
    centre = total / (n + added)
    half = Z * sqrt(((squares + added) / (n + added) - centre**2) / (n + added))
    return max(-2, centre - half), min(2, centre + half)


@pytest.mark.parametrize(
    ("first", "second", "difference", "p_value"),
    [
        pytest.param([1, 0, 0, 0], [1, 0, 0, 0], 0, 1, id="no-query-differs"),
        pytest.param([0] * 6, [0] * 6, 0, 1, id="no-gap-in-both"),
        pytest.param([1] * 6, [1] * 6, 0, 1, id="gap-of-one-in-both"),
        pytest.param([1] * 6, [0] * 6, 1, 2**-5, id="gap-of-one-in-one"),
        pytest.param([1, 1, 1, 1, 1, 0], [0, 0, 0, 0, 0, 0], 5 / 6, 2**-4, id="one-reading-sees-a-gap"),
        pytest.param([1, 1], [-1, -1], 2, 0.5, id="opposite-gaps"),
        pytest.param([1], [0], 1, 1, id="one-query"),
        pytest.param([0], [0], 0, 1, id="one-query-that-does-not-differ"),
        pytest.param([1], [-1], 2, 1, id="one-query-of-opposite-gaps"),
        pytest.param([0.5] * 6, [0] * 6, 0.5, 2**-5, id="epochs"),
    ],
)
def test_gap_difference(first: list[float], second: list[float], difference: float, p_value: float) -> None:
    e = np.subtract(first, second)
    low, high = by_hand(e.sum(), np.square(e).sum(), len(e))
    expected = (len(e), difference, min(low, difference), max(high, difference), p_value)
    assert astuple(gap_difference(first, second)) == pytest.approx(expected)


def test_no_query_is_no_data() -> None:
    assert astuple(gap_difference([], [])) == pytest.approx((0, nan, nan, nan, nan), nan_ok=True)


def test_readings_that_differ_by_one_are_a_sign_test() -> None:
    first = [1] * 9 + [0] * 14
    second = [0] * 9 + [1] * 3 + [0] * 11
    assert gap_difference(first, second).p_value == pytest.approx(binomtest(9, 12).pvalue)


@given(st.lists(st.tuples(st.sampled_from([-1, 0, 1]), st.sampled_from([-1, 0, 1])), min_size=2, max_size=10))
def test_p_is_that_of_every_assignment_of_signs(pairs: list[tuple[int, int]]) -> None:
    first, second = np.array(pairs, float).T
    every = permutation_test(
        (first - second,), lambda e, axis: np.abs(e.sum(axis=axis)), permutation_type="samples", alternative="greater"
    )
    assert gap_difference(first, second).p_value == pytest.approx(every.pvalue)


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ([1], [1, 0], r"^both must be one-dimensional and of one length, not \(1,\) and \(2,\)$"),
        ([2], [1], "^differences must be from -1 to 1; leave pairs with a missing label out$"),
        ([0], [nan], "^differences must be from -1 to 1"),
    ],
    ids=["lengths", "range", "missing"],
)
def test_bad_differences(first: ArrayLike, second: ArrayLike, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        gap_difference(first, second)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_the_interval_of_opposite_readings_holds_their_difference(n: int) -> None:
    found = gap_difference([1] * n, [-1] * n)
    assert (found.difference, found.ci_high, found.ci_low < 2) == (2.0, 2.0, True)
