"""Two sides of the same queries."""

from math import nan
from typing import Any

import pytest

from analysis.statistics.paired_rates import paired_rates


@pytest.mark.parametrize("side", [[0, 0], [1, 1], [1], []], ids=["nobody", "everybody", "one-query", "no-query"])
def test_pairs_of_rates_are_given_back(side: list[float]) -> None:
    assert [found.tolist() for found in paired_rates(side, side)] == [side, side]


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        pytest.param([1], [1, 0], "must be one-dimensional and of one length", id="lengths"),
        pytest.param([[1]], [[1]], "must be one-dimensional and of one length", id="dimensions"),
        pytest.param([1.1], [1], "must hold numbers from 0 to 1", id="no-rate"),
        pytest.param([nan], [1], "must hold numbers from 0 to 1", id="missing"),
    ],
)
def test_what_is_no_pair_of_rates(a: Any, b: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^a and b {message}"):
        paired_rates(a, b)
