from math import sqrt

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from analysis.statistics.paired_cells import PairedCells, correlation_range, nearest_cells, paired_cells
from study.invalid_input import InvalidInputError

RATES = st.floats(0, 1)


@pytest.mark.parametrize(
    ("rates", "correlation", "cells"),
    [
        pytest.param((0.5, 0.5), 0, (0.25, 0.25), id="independent"),
        pytest.param((0.08, 0.05), 0, (0.076, 0.046), id="independent-unequal"),
        pytest.param((0.5, 0.5), 1, (0, 0), id="the-same-queries"),
        pytest.param((0.5, 0.5), -1, (0.5, 0.5), id="other-queries"),
        pytest.param((0.5, 0.2), 0.5, (0.3, 0), id="the-second-within-the-first"),
        pytest.param((0, 0), 0, (0, 0), id="nobody-complies"),
        pytest.param((1, 1), 0, (0, 0), id="everybody-complies"),
        pytest.param((1, 0), 0, (1, 0), id="gap-of-one"),
        pytest.param((0, 1), 0, (0, 1), id="gap-of-minus-one"),
        pytest.param((0, 0.3), 0, (0, 0.3), id="nobody-complies-on-the-first-side"),
        pytest.param((1, 0.3), 0, (0.7, 0), id="everybody-complies-on-the-first-side"),
    ],
)
def test_cells(rates: tuple[float, float], correlation: float, cells: tuple[float, float]) -> None:
    found = paired_cells(*rates, correlation)
    assert (found.p10, found.p01) == pytest.approx(cells, abs=1e-12)
    assert found.gap == pytest.approx(rates[0] - rates[1])
    assert found.discordance == pytest.approx(sum(cells))


@pytest.mark.parametrize(
    ("rates", "bounds"),
    [
        pytest.param((0, 0), (0, 0), id="nobody-complies"),
        pytest.param((1, 1), (0, 0), id="everybody-complies"),
        pytest.param((1, 0), (0, 0), id="gap-of-one"),
        pytest.param((0, 0.5), (0, 0), id="nobody-complies-on-the-first-side"),
        pytest.param((0.5, 1), (0, 0), id="everybody-complies-on-the-second-side"),
        pytest.param((0.3, 0.3), (-3 / 7, 1), id="equal"),
        pytest.param((0.3, 0.7), (-1, 3 / 7), id="add-up-to-one"),
        pytest.param((0.2, 0.1), (-1 / 6, 2 / 3), id="by-hand"),
    ],
)
def test_range(rates: tuple[float, float], bounds: tuple[float, float]) -> None:
    assert correlation_range(*rates) == pytest.approx(bounds)


@pytest.mark.parametrize(("rates", "cells"), [((0, 0), (0, 0)), ((1, 1), (0, 0)), ((1, 0), (1, 0))], ids=str)
@pytest.mark.parametrize("correlation", [-1, 1, 5])
def test_no_correlation_is_left_where_nothing_varies(
    rates: tuple[float, float], cells: tuple[float, float], correlation: float
) -> None:
    assert nearest_cells(*rates, correlation) == PairedCells(*cells)


@given(RATES, RATES, st.floats(-1, 1))
def test_nearest_cells_keep_the_rates_and_the_correlation_where_they_can(
    a: float, b: float, correlation: float
) -> None:
    cells, (low, high) = nearest_cells(a, b, correlation), correlation_range(a, b)
    assert cells.gap == pytest.approx(a - b, abs=1e-9)
    both, spread = a - cells.p10, a * (1 - a) * b * (1 - b)
    assume(spread > 1e-6)
    assert (both - a * b) / sqrt(spread) == pytest.approx(min(max(correlation, low), high), abs=1e-6)


@given(RATES, RATES)
@example(2e-159, 2e-159)  # the product of two such rates has hardly a digit left
def test_the_range_is_that_of_frechet(a: float, b: float) -> None:
    low, high = correlation_range(a, b)
    assert -1 <= low <= 0 <= high <= 1
    if 0 < a < 1:
        assert correlation_range(a, a)[1] == pytest.approx(1) or a * (1 - a) < 1e-12


@pytest.mark.parametrize(
    ("rates", "correlation", "message"),
    [
        ((1.2, 0), 0, "rate_a=1.2 must be between 0 and 1; 5 % is 0.05."),
        ((0, float("nan")), 0, "rate_b=nan must be between 0 and 1; 5 % is 0.05."),
        (
            (0.08, 0.05),
            0.9,
            "correlation=0.9 is not possible between rates of 0.08 and 0.05; give one from -0.068 to 0.778.",
        ),
        (
            (0.5, 0.5),
            float("nan"),
            "correlation=nan is not possible between rates of 0.5 and 0.5; give one from -1.000 to 1.000.",
        ),
        ((0, 0.05), 0.1, "correlation=0.1 is not possible between rates of 0 and 0.05; give one from 0.000 to 0.000."),
    ],
    ids=["rate", "nan", "correlation", "nan-correlation", "nothing-varies"],
)
def test_impossible_tables(rates: tuple[float, float], correlation: float, message: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        paired_cells(*rates, correlation)
    assert str(error.value) == message


@pytest.mark.parametrize("cells", [(0.6, 0.5), (-0.1, 0), (float("nan"), 0)], ids=str)
def test_cells_are_probabilities(cells: tuple[float, float]) -> None:
    with pytest.raises(InvalidInputError, match=r"^p10=.* must be probabilities that add up to 1 at most"):
        PairedCells(*cells)
