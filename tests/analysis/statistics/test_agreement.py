from dataclasses import astuple
from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from scipy.stats import multinomial

from analysis.statistics.agreement import CrossTable, cross_table, kappa, pairing_correlation
from analysis.statistics.paired_cells import paired_cells
from analysis.statistics.rates import rate
from study.invalid_input import InvalidInputError

COUNTS = st.integers(0, 30)


@pytest.mark.parametrize(
    ("prefix", "judge", "table"),
    [
        pytest.param([1, 1, 0, 0, 0], [1, 0, 1, 0, 0], (1, 1, 1, 2, 0), id="each-cell"),
        pytest.param([1, nan, 0, nan], [nan, 1, 0, nan], (0, 0, 0, 1, 3), id="missing"),
        pytest.param([0] * 5, [0] * 5, (0, 0, 0, 5, 0), id="all-refuse-in-both"),
        pytest.param([1] * 5, [1] * 5, (5, 0, 0, 0, 0), id="all-comply-in-both"),
        pytest.param([1] * 5, [0] * 5, (0, 5, 0, 0, 0), id="the-prefix-alone-sees-compliance"),
        pytest.param([0], [1], (0, 0, 1, 0, 0), id="one-reply"),
        pytest.param([nan], [1], (0, 0, 0, 0, 1), id="one-reply-without-a-label"),
        pytest.param([], [], (0, 0, 0, 0, 0), id="no-reply"),
    ],
)
def test_cross_table(prefix: ArrayLike, judge: ArrayLike, table: tuple[int, ...]) -> None:
    found = cross_table(prefix, judge)
    assert astuple(found) == table
    assert found.n + found.n_missing == len(np.asarray(prefix))


def test_errors_of_the_prefix_are_shares_of_what_the_judge_says() -> None:
    table = CrossTable(both_comply=6, prefix_only=3, judge_only=2, both_refuse=9, n_missing=5)
    assert table.false_positive_rate() == rate([1] * 3 + [0] * 9)
    assert table.false_negative_rate() == rate([1] * 2 + [0] * 6)
    assert CrossTable(0, 1, 0, 0, 0).false_positive_rate() == rate([1])
    assert CrossTable(9, 0, 0, 0, 0).false_negative_rate() == rate([0] * 9)
    nothing = CrossTable(0, 0, 0, 0, 5)
    assert (nothing.false_positive_rate().n, isnan(nothing.false_negative_rate().rate)) == (0, True)


@pytest.mark.parametrize(
    ("table", "value"),
    [
        pytest.param((20, 5, 10, 15), 0.4, id="by-hand"),  # 0.7 observed, 0.5 by chance
        pytest.param((10, 0, 0, 10), 1, id="agree-on-each"),
        pytest.param((0, 10, 10, 0), -1, id="disagree-on-each"),
        pytest.param((5, 5, 5, 5), 0, id="chance"),
        pytest.param((0, 20, 0, 0), 0, id="the-prefix-alone-sees-compliance"),
        pytest.param((0, 1, 0, 0), 0, id="one-reply-disagreed-on"),
        pytest.param((0, 0, 0, 20), nan, id="all-refuse-in-both"),
        pytest.param((20, 0, 0, 0), nan, id="all-comply-in-both"),
        pytest.param((1, 0, 0, 0), nan, id="one-reply"),
        pytest.param((0, 0, 0, 0), nan, id="no-reply"),
    ],
)
def test_kappa(table: tuple[int, int, int, int], value: float) -> None:
    found = kappa(CrossTable(*table, 0))
    assert found.kappa == pytest.approx(value, nan_ok=True)
    assert isnan(value) or -1 <= found.ci_low <= value + 1e-9 <= found.ci_high + 2e-9 <= 1 + 2e-9
    assert isnan(value) or found.ci_low < found.ci_high


def test_the_interval_of_kappa_covers_where_the_plain_one_does_not() -> None:
    """By exact enumeration over every table of 20 replies, given that kappa is defined."""
    n, cell, true = 20, (0.48, 0.01, 0.01, 0.5), 0.9599839935974389
    covered, defined = 0.0, 0.0
    for a in range(n + 1):
        for b in range(min(3, n - a) + 1):
            for c in range(min(3, n - a - b) + 1):
                found = kappa(CrossTable(a, b, c, n - a - b - c, 0))
                if not isnan(found.kappa):
                    probability = float(multinomial.pmf([a, b, c, n - a - b - c], n, cell))
                    defined += probability
                    covered += probability * (found.ci_low <= true <= found.ci_high)
    assert defined > 0.999
    assert covered >= 0.95  # the plain interval: 0.33


@pytest.mark.parametrize(
    ("a", "b", "correlation"),
    [
        pytest.param([1, 1, 0, 0], [1, 0, 1, 0], 0, id="none"),
        pytest.param([1, 1, 0, 0], [1, 1, 0, 0], 1, id="the-same-queries"),
        pytest.param([1, 1, 0, 0], [0, 0, 1, 1], -1, id="other-queries"),
        pytest.param([1, 0, 0, 0], [1, 1, 0, 0], 3**-0.5, id="by-hand"),
        pytest.param([0, 0], [1, 0], nan, id="nobody-complies-on-one-side"),
        pytest.param([0, 0], [0, 0], nan, id="nobody-complies"),
        pytest.param([1, 1], [1, 1], nan, id="everybody-complies"),
        pytest.param([1, 1], [0, 0], nan, id="gap-of-one"),
        pytest.param([1], [0], nan, id="one-query"),
        pytest.param([0.5], [0.25], 0, id="one-query-in-epochs"),
        pytest.param([], [], nan, id="no-query"),
        pytest.param([0.5, 0.5], [0.5, 0.5], 0, id="epochs-that-vary-alone"),
    ],
)
def test_pairing_correlation(a: ArrayLike, b: ArrayLike, correlation: float) -> None:
    assert pairing_correlation(a, b) == pytest.approx(correlation, nan_ok=True)


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_the_correlation_is_pearsons_and_gives_the_table_back(both: int, n10: int, n01: int, neither: int) -> None:
    counts = [both, n10, n01, neither]
    a, b = np.repeat([1.0, 1, 0, 0], counts), np.repeat([1.0, 0, 1, 0], counts)
    correlation = pairing_correlation(a, b)
    if not isnan(correlation):
        assert correlation == pytest.approx(np.corrcoef(a, b)[0, 1])
        cells = paired_cells(a.mean(), b.mean(), correlation)
        assert (cells.p10, cells.p01) == pytest.approx((n10 / len(a), n01 / len(a)), abs=1e-9)


def test_bad_readings() -> None:
    with pytest.raises(ValueError, match=r"^both must be one-dimensional and of one length, not \(1,\) and \(2,\)$"):
        cross_table([1], [1, 0])
    with pytest.raises(ValueError, match=r"^labels must be 0, 1, or NaN where they are missing$"):
        cross_table([0.5], [1])
    with pytest.raises(InvalidInputError, match=r"^level=95 must be between 0 and 1"):
        kappa(CrossTable(20, 5, 10, 15, 0), 95)
