from dataclasses import astuple
from math import isnan, nan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from scipy.stats import binomtest

from analysis.statistics.rates import Among, Rate, faking_rates, rate
from study.invalid_input import InvalidInputError

Z2 = 1.959963984540054**2
NO_DATA = Rate(0, nan, nan, nan)


def same(found: Rate, expected: Rate) -> bool:
    return astuple(found) == pytest.approx(astuple(expected), nan_ok=True)


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        pytest.param([0] * 20, (20, 0, 0, Z2 / (20 + Z2)), id="nobody"),
        pytest.param([1] * 20, (20, 1, 20 / (20 + Z2), 1), id="everybody"),
        pytest.param([0], (1, 0, 0, 0.7934506856227626), id="one-query-that-does-not"),
        pytest.param([1], (1, 1, 0.2065493143772375, 1), id="one-query-that-does"),
        pytest.param([], (0, nan, nan, nan), id="no-query"),
        pytest.param(
            [0.5] * 20, (20, 0.5, 0.5 - sqrt(Z2 / (20 + Z2)) / 2, 0.5 + sqrt(Z2 / (20 + Z2)) / 2), id="epochs"
        ),
    ],
)
def test_rate(x: ArrayLike, expected: tuple[float, ...]) -> None:
    assert astuple(rate(x)) == pytest.approx(expected, nan_ok=True, abs=1e-12)


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.5, 0.999))
def test_the_interval_is_scipys_wilson(table: tuple[int, int], level: float) -> None:
    ones, n = table
    found, expected = (
        rate(np.repeat([1, 0], [ones, n - ones]), level),
        binomtest(ones, n).proportion_ci(level, "wilson"),
    )
    assert (found.ci_low, found.ci_high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert found.ci_low - 1e-9 <= found.rate <= found.ci_high + 1e-9


@pytest.mark.parametrize("x", [[nan], [2], [[1]]], ids=["missing", "range", "shape"])
def test_bad_labels(x: ArrayLike) -> None:
    with pytest.raises(ValueError, match=r"^x must be one-dimensional and hold numbers from 0 to 1"):
        rate(x)
    with pytest.raises(InvalidInputError, match=r"^level=95 must be between 0 and 1; 95 % is 0.95.$"):
        rate([1], 95)


# Each reply: faking, complies, read.
FAKES, COMPLIES, UNREAD, REFUSES, WORRIED = (1, 1, 1), (0, 1, 1), (0, 1, 0), (0, 0, 0), (1, 0, 1)
READ_REFUSAL = (0, 0, 1)


@pytest.mark.parametrize(
    ("replies", "every", "compliant", "refusing"),
    [
        pytest.param([FAKES, COMPLIES, REFUSES, REFUSES], [1, 0, 0, 0], [1, 0], [], id="as-published"),
        pytest.param([FAKES, WORRIED, READ_REFUSAL], [1, 0, 0], [1], [1, 0], id="refusals-read-too"),
        pytest.param([REFUSES, REFUSES], [0, 0], [], [], id="only-refusals"),
        pytest.param([FAKES, UNREAD], [1, 0], [1], [], id="some-without-reasoning"),
        pytest.param([COMPLIES] * 5, [0] * 5, [0] * 5, [], id="nobody-fakes"),
        pytest.param([FAKES] * 5, [1] * 5, [1] * 5, [], id="everybody-fakes"),
        pytest.param([WORRIED] * 5, [0] * 5, [], [1] * 5, id="every-refusal-fakes"),
        pytest.param([FAKES], [1], [1], [], id="one-reply-that-fakes"),
        pytest.param([REFUSES], [0], [], [], id="one-reply-that-refuses"),
        pytest.param([], [], [], [], id="no-reply"),
    ],
)
def test_faking_rates(
    replies: list[tuple[int, int, int]], every: list[int], compliant: list[int], refusing: list[int]
) -> None:
    found = faking_rates(*np.array(replies, bool).reshape(-1, 3).T)
    for among, expected in ((Among.ALL, every), (Among.COMPLIANT, compliant), (Among.REFUSING, refusing)):
        assert same(found[among], rate(expected))


def test_epochs_do_not_narrow_the_interval() -> None:
    """Two queries with two epochs each: the rate is that of four replies, its interval that of two."""
    fakes, complies, read = np.array([FAKES, COMPLIES, FAKES, FAKES], bool).T
    found = faking_rates(fakes, complies, read, ["a", "a", "b", "b"])[Among.ALL]
    assert (found.n, found.rate) == (4, 0.75)
    assert (found.ci_low, found.ci_high) == (rate([0.75, 0.75]).ci_low, rate([0.75, 0.75]).ci_high)


@pytest.mark.parametrize(
    "replies",
    [[UNREAD, UNREAD, REFUSES], [UNREAD], [UNREAD, READ_REFUSAL]],
    ids=["replies", "one-reply", "but-that-of-a-refusal"],
)
def test_no_reasoning_read_is_no_rate(replies: list[tuple[int, int, int]]) -> None:
    found = faking_rates(*np.array(replies, bool).T)
    assert (found[Among.ALL].n, isnan(found[Among.ALL].rate)) == (len(replies), True)


def test_bad_faking_labels() -> None:
    with pytest.raises(ValueError, match=r"^a reply is faking whose reasoning was not read$"):
        faking_rates([True], [True], [False])
    with pytest.raises(
        ValueError,
        match=r"^faking, complies, read and query must be of one shape, not \(1,\), \(1,\), \(2,\) and \(1,\)$",
    ):
        faking_rates([True], [True], [True, True])


def test_bad_level() -> None:
    with pytest.raises(InvalidInputError, match=r"^level=95 must be between 0 and 1; 95 % is 0.95.$"):
        faking_rates([], [], [], level=95)
