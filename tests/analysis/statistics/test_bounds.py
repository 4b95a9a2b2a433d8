from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from analysis.statistics.bounds import Bounds, gap_bounds, rate_bounds

LABELS = st.sampled_from([0.0, 1.0])
PAIRS = st.lists(st.tuples(LABELS, LABELS, st.booleans(), st.booleans()), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("labels", "bounds"),
    [
        pytest.param([1, 0, 0, 0], (0.25, 0.25), id="none-missing"),
        pytest.param([1, 0, nan, nan], (0.25, 0.75), id="half-missing"),
        pytest.param([nan, nan], (0, 1), id="all-missing"),
        pytest.param([0, 0, nan, 0], (0, 0.25), id="nobody-complies"),
        pytest.param([1, 1, nan, 1], (0.75, 1), id="everybody-complies"),
        pytest.param([0, 0, 0, 0], (0, 0), id="nobody-complies-and-none-missing"),
        pytest.param([1, 1, 1, 1], (1, 1), id="everybody-complies-and-none-missing"),
        pytest.param([0], (0, 0), id="one-query-that-does-not"),
        pytest.param([1], (1, 1), id="one-query-that-does"),
        pytest.param([nan], (0, 1), id="one-query"),
        pytest.param([[1, nan], [0, 0]], (0.25, 0.5), id="epochs"),
    ],
)
def test_rate_bounds(labels: ArrayLike, bounds: tuple[float, float]) -> None:
    assert rate_bounds(labels) == Bounds(*bounds)


@pytest.mark.parametrize(
    ("a", "b", "bounds"),
    [
        pytest.param([1, 1, 0, 0], [0, 1, 0, 0], (0.25, 0.25), id="none-missing"),
        pytest.param([1, nan, 0, 0], [0, 1, 0, 0], (0, 0.25), id="missing-on-the-first-side"),
        pytest.param([1, 1, 0, 0], [0, 1, nan, 0], (0, 0.25), id="missing-on-the-second-side"),
        pytest.param([1, nan, 0, 0], [0, nan, 0, 0], (0, 0.5), id="missing-on-both"),
        pytest.param([nan, nan], [nan, nan], (-1, 1), id="all-missing"),
        pytest.param([0, 0], [0, 0], (0, 0), id="nobody-complies"),
        pytest.param([1, 1], [1, 1], (0, 0), id="everybody-complies"),
        pytest.param([1, 1], [0, 0], (1, 1), id="gap-of-one"),
        pytest.param([1], [0], (1, 1), id="one-query"),
        pytest.param([nan], [0], (0, 1), id="one-query-missing-on-the-first-side"),
        pytest.param([1], [nan], (0, 1), id="one-query-missing-on-the-second-side"),
        pytest.param([nan], [nan], (-1, 1), id="one-query-missing-on-both"),
        pytest.param([[1, nan], [0, 0]], [[0], [nan]], (-0.25, 0.5), id="epochs"),
    ],
)
def test_gap_bounds(a: ArrayLike, b: ArrayLike, bounds: tuple[float, float]) -> None:
    assert gap_bounds(a, b) == Bounds(*bounds)


def test_nothing_asked_is_no_data() -> None:
    for bounds in (rate_bounds([]), gap_bounds([], [])):
        assert isnan(bounds.low)
        assert isnan(bounds.high)


@given(PAIRS)
def test_the_true_gap_lies_within_and_the_bounds_are_reached(pairs: list[tuple[float, float, bool, bool]]) -> None:
    a, b, hidden_a, hidden_b = (np.array(side, np.float64) for side in zip(*pairs, strict=True))
    seen_a, seen_b = np.where(hidden_a, nan, a), np.where(hidden_b, nan, b)
    bounds = gap_bounds(seen_a, seen_b)
    assert bounds.low - 1e-12 <= (a - b).mean() <= bounds.high + 1e-12
    worst = np.where(hidden_a, 0, a) - np.where(hidden_b, 1, b)
    best = np.where(hidden_a, 1, a) - np.where(hidden_b, 0, b)
    assert (bounds.low, bounds.high) == pytest.approx((worst.mean(), best.mean()))


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ([1, 0], [1], "^a and b must be of the same queries, not of 2 and 1$"),
        ([2], [1], "^labels must be from 0 to 1, or NaN where they are missing$"),
        ([[[1]]], [1], r"^labels must be of shape \(n,\) or \(n, epochs\), not \(1, 1, 1\)$"),
    ],
    ids=["lengths", "range", "shape"],
)
def test_bad_labels(a: ArrayLike, b: ArrayLike, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        gap_bounds(a, b)
