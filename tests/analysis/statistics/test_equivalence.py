from math import nan, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import multinomial, norm

from analysis.statistics.equivalence import equivalence_p
from analysis.statistics.tango import tango_interval
from study.invalid_input import InvalidInputError


def all_tables(n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    counts = np.indices((n + 1, n + 1)).reshape(2, -1)
    n10, n01 = counts[:, counts.sum(0) <= n]
    return n10, n01


def rejects(n: int, p10: float, p01: float, delta: float) -> float:
    """Exact probability that equivalence is claimed at 0.05."""
    n10, n01 = all_tables(n)
    p = multinomial.pmf(np.stack([n10, n01, n - n10 - n01], axis=1), n, [p10, p01, 1 - p10 - p01])
    return float(p @ (equivalence_p(n10, n01, n, delta) <= 0.05))


@pytest.mark.parametrize(
    ("table", "delta", "p"),
    [
        pytest.param((0, 0, 400), 0.05, norm.sf(sqrt(400 / 19)), id="nobody-differs"),
        pytest.param((0, 0, 51), 0.05, 0.05067, id="nobody-of-51"),
        pytest.param((0, 0, 52), 0.05, 0.04903, id="nobody-of-52"),
        pytest.param((50, 0, 50), 0.05, norm.cdf(sqrt(50 * 0.95 / 1.05)), id="gap-of-one"),
        pytest.param((0, 0, 1), 0.05, norm.sf(sqrt(1 / 19)), id="one-pair"),
        pytest.param((0, 0, 1), 0.7301, 0.05001, id="one-pair-and-nearly-the-least-margin"),
        pytest.param((0, 0, 1), 0.7302, 0.04997, id="one-pair-and-the-least-margin"),
        pytest.param((1, 0, 1), 0.99, norm.cdf(sqrt(0.01 / 1.99)), id="one-pair-that-differs"),
        pytest.param((20, 0, 400), 0.05, 0.5, id="gap-of-the-margin"),
        pytest.param((0, 20, 400), 0.05, 0.5, id="gap-of-the-margin-the-other-way"),
        pytest.param((0, 0, 0), 0.05, nan, id="no-pair"),
    ],
)
def test_p(table: tuple[int, int, int], delta: float, p: float) -> None:
    assert float(equivalence_p(*table, delta)) == pytest.approx(p, abs=5e-6, nan_ok=True)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 600), st.sampled_from([0.02, 0.05, 0.1]))
@settings(max_examples=40, deadline=None)
def test_it_is_whether_the_interval_of_90_percent_lies_within_the_margin(
    n10: int, n01: int, agree: int, delta: float
) -> None:
    n = n10 + n01 + agree
    low, high = tango_interval(n10, n01, n, 0.9)
    assert (equivalence_p(n10, n01, n, delta) <= 0.05) == (low >= -delta and high <= delta)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 600))
@settings(max_examples=100)
def test_p_is_symmetric_and_falls_in_the_margin(n10: int, n01: int, agree: int) -> None:
    n = n10 + n01 + agree
    p = [float(equivalence_p(n10, n01, n, delta)) for delta in (0.02, 0.05, 0.1, 0.3)]
    assert all(0 <= value <= 1 for value in p)
    assert p == sorted(p, reverse=True)
    assert p == [float(equivalence_p(n01, n10, n, delta)) for delta in (0.02, 0.05, 0.1, 0.3)]


@pytest.mark.parametrize(
    ("p10", "p01"),
    [(0.01, 0), (0.03, 0.01), (0.11, 0.02), (0.15, 0.05), (0.02, 0.11)],
    ids=lambda p: f"{p:g}",
)
@pytest.mark.parametrize("n", [50, 100])
def test_a_gap_of_the_margin_is_rarely_called_none(n: int, p10: float, p01: float) -> None:
    assert rejects(n, p10, p01, abs(p10 - p01)) <= 0.051


def test_power_at_370_queries() -> None:
    assert rejects(370, 0.05, 0.05, 0.05) == pytest.approx(0.8097, abs=5e-5)


@pytest.mark.parametrize("delta", [0, -0.05, 1, 5, nan])
def test_bad_margin(delta: float) -> None:
    with pytest.raises(InvalidInputError, match=rf"^delta={delta} must be between 0 and 1: the gap that is held to be"):
        equivalence_p(1, 2, 50, delta)
