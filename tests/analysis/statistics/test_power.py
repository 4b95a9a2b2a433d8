"""Power against the plain enumeration of every table, by the tests themselves."""

from collections.abc import Callable
from functools import cache
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import multinomial, norm

from analysis.statistics.equivalence import equivalence_p
from analysis.statistics.mcnemar import mcnemar_exact
from analysis.statistics.paired_cells import PairedCells, nearest_cells, paired_cells
from analysis.statistics.power import (
    equivalence_power,
    mcnemar_power,
    queries_to_rule_out,
    queries_to_see,
    smallest_gap,
)
from study.invalid_input import InvalidInputError

CELLS = [
    PairedCells(0, 0),
    PairedCells(0.01, 0),
    PairedCells(0.03, 0.01),
    PairedCells(0.02, 0.11),
    PairedCells(0.15, 0.05),
    PairedCells(0.5, 0.5),
    PairedCells(1, 0),
    PairedCells(0, 1),
]


@cache
def tables(n: int) -> NDArray[np.int64]:
    return np.array([(n10, n01, n - n10 - n01) for n10 in range(n + 1) for n01 in range(n + 1 - n10)])


def enumerated(n: int, cells: PairedCells, p_values: NDArray[np.float64], alpha: float) -> float:
    shares = [cells.p10, cells.p01, 1 - cells.discordance]
    return float(np.asarray(multinomial.pmf(tables(n), n, shares))[p_values <= alpha].sum())


@pytest.mark.parametrize("alpha", [0.05, 0.0125], ids=str)
@pytest.mark.parametrize("n", [0, 1, 2, 5, 6, 20, 50, 110])
def test_power_is_the_enumeration(n: int, alpha: float) -> None:
    n10, n01, _ = tables(n).T
    gap = mcnemar_exact(n10, n01)
    for cells in CELLS:
        assert mcnemar_power(n, cells, alpha) == pytest.approx(enumerated(n, cells, gap, alpha), abs=1e-9)
    for delta in (0.05, 0.2):
        none = np.nan_to_num(equivalence_p(n10, n01, n, delta), nan=1.0)
        for cells in CELLS:
            found = equivalence_power(n, cells, delta, alpha)
            assert found == pytest.approx(enumerated(n, cells, none, alpha), abs=1e-9)


@pytest.mark.parametrize(
    ("n", "power"), [(0, 0), (1, 0), (5, 0), (6, 1), (400, 1)], ids=["none", "one", "five", "six", "many"]
)
def test_a_gap_of_one_is_seen_from_six_queries_on(n: int, power: float) -> None:
    assert mcnemar_power(n, PairedCells(1, 0)) == pytest.approx(power)


@pytest.mark.parametrize(("n", "power"), [(0, 0), (1, 0), (51, 0), (52, 1), (400, 1)])
def test_a_model_that_never_differs_is_shown_to_from_52_queries_on(n: int, power: float) -> None:
    assert equivalence_power(n, PairedCells(0, 0)) == power


@pytest.mark.parametrize(
    ("cells", "delta", "power"),
    [
        pytest.param(PairedCells(0, 0), 0.7301, 0, id="a-margin-below-0.7302-is-never-shown"),
        pytest.param(PairedCells(0, 0), 0.7302, 1, id="a-greater-one-by-a-concordant-pair"),
        pytest.param(PairedCells(0.5, 0.2), 0.7302, 0.3, id="as-often-as-there-is-one"),
        pytest.param(PairedCells(1, 0), 0.99, 0, id="not-by-a-gap-of-one"),
    ],
)
def test_what_one_query_shows(cells: PairedCells, delta: float, power: float) -> None:
    assert equivalence_power(1, cells, delta) == pytest.approx(power)


@pytest.mark.parametrize("cells", [PairedCells(1, 0), PairedCells(0, 1)], ids=["one", "minus-one"])
def test_a_gap_of_one_is_never_shown_to_be_none(cells: PairedCells) -> None:
    assert equivalence_power(400, cells, 0.99, 0.5) == 0


def test_what_the_design_asks_of_equivalence() -> None:
    assert equivalence_power(370, PairedCells(0.05, 0.05), 0.05) == pytest.approx(0.8097, abs=1e-4)


def test_large_n_agrees_with_the_normal_approximation() -> None:
    cells, n = PairedCells(0.06, 0.04), 20_000
    spread = sqrt((cells.discordance - cells.gap**2) / n)
    assert mcnemar_power(500, cells) < 0.3
    shown = norm.cdf((0.05 - cells.gap) / spread - norm.isf(0.05))
    assert equivalence_power(1_000, cells, 0.05) == pytest.approx(
        norm.cdf((0.05 - cells.gap) / sqrt((0.1 - 0.0004) / 1_000) - norm.isf(0.05)), abs=0.02
    )
    assert equivalence_power(n, cells, 0.05) == pytest.approx(shown, abs=1e-9)


@pytest.mark.parametrize("cells", [PairedCells(0.1, 0), PairedCells(0.3, 0.1), PairedCells(0.08, 0.02)], ids=str)
def test_queries_to_see_is_the_first_n_of_a_scan(cells: PairedCells) -> None:
    found = queries_to_see(cells)
    scan = [n for n in range(1, 400) if mcnemar_power(n, cells) >= 0.8]
    assert found is not None
    assert mcnemar_power(found, cells) >= 0.8 > mcnemar_power(found - 1, cells)
    assert min(mcnemar_power(n, cells) for n in range(found, 400)) >= 0.79
    assert found - scan[0] <= 0.02 * found


@pytest.mark.parametrize("cells", [PairedCells(0.02, 0.02), PairedCells(0, 0), PairedCells(0.05, 0.03)], ids=str)
def test_queries_to_rule_out_is_the_first_n_of_a_scan(cells: PairedCells) -> None:
    found = queries_to_rule_out(cells, 0.1)
    scan = [n for n in range(1, 300) if equivalence_power(n, cells, 0.1) >= 0.8]
    assert found is not None
    assert equivalence_power(found, cells, 0.1) >= 0.8 > equivalence_power(found - 1, cells, 0.1)
    assert found - scan[0] <= 0.1 * found


@pytest.mark.parametrize(
    ("needed", "queries"),
    [
        pytest.param(queries_to_see(PairedCells(0.02, 0.02)), None, id="no-gap-is-never-seen"),
        pytest.param(queries_to_see(PairedCells(0.0505, 0.05)), None, id="nor-one-that-needs-too-many"),
        pytest.param(queries_to_see(PairedCells(0, 0)), None, id="nor-one-of-nothing"),
        pytest.param(queries_to_see(PairedCells(1, 0)), 6, id="gap-of-one"),
        pytest.param(queries_to_see(PairedCells(0, 1)), 6, id="gap-of-minus-one"),
        pytest.param(queries_to_rule_out(PairedCells(0.1, 0.05), 0.05), None, id="a-gap-of-delta-is-never-ruled-out"),
        pytest.param(queries_to_rule_out(PairedCells(0.3, 0.2505), 0.05), None, id="nor-one-just-below-it"),
        pytest.param(queries_to_see(PairedCells(1, 0), alpha=0.01), 8, id="gap-of-one-at-a-level"),
        pytest.param(queries_to_see(PairedCells(1, 0), alpha=0.5), 2, id="one-query-never-sees-a-gap"),
        pytest.param(queries_to_rule_out(PairedCells(1, 0), 0.99), None, id="a-gap-of-one-is-never-ruled-out"),
        pytest.param(queries_to_rule_out(PairedCells(0, 1), 0.99), None, id="nor-one-of-minus-one"),
        pytest.param(queries_to_rule_out(PairedCells(0, 0), 0.05), 52, id="no-discordance"),
        pytest.param(queries_to_rule_out(PairedCells(0, 0), 0.7301), 2, id="no-discordance-and-a-wide-margin"),
        pytest.param(queries_to_rule_out(PairedCells(0, 0), 0.7302), 1, id="one-query-rules-a-wider-one-out"),
    ],
)
def test_needed_queries(needed: int | None, queries: int | None) -> None:
    assert needed == queries


@pytest.mark.parametrize(
    ("n", "rate", "gap"),
    [(0, 0.05, None), (1, 0.05, None), (5, 0.05, None), (100, 1, None), (6, 0, 0.9635), (400, 0.05, 0.0546)],
    ids=["none", "one", "five", "no-room", "six", "ordinary"],
)
def test_smallest_gap(n: int, rate: float, gap: float | None) -> None:
    assert smallest_gap(n, rate) == gap


@settings(max_examples=30, deadline=None)
@given(st.integers(6, 300), st.floats(0, 0.9), st.floats(-1, 1))
def test_the_smallest_gap_is_seen_and_a_smaller_one_is_not(n: int, rate: float, correlation: float) -> None:
    gap = smallest_gap(n, rate, correlation)
    if gap is not None:
        assert mcnemar_power(n, nearest_cells(rate + gap, rate, correlation)) >= 0.8
        assert mcnemar_power(n, nearest_cells(rate + gap - 1e-4, rate, correlation)) < 0.8


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 300), st.floats(0, 0.5), st.floats(0, 0.5), st.floats(0.01, 0.9))
def test_powers_are_probabilities_and_do_not_know_the_sides(n: int, p10: float, p01: float, delta: float) -> None:
    cells, swapped = PairedCells(p10, p01), PairedCells(p01, p10)
    for power, other in (
        (mcnemar_power(n, cells), mcnemar_power(n, swapped)),
        (equivalence_power(n, cells, delta), equivalence_power(n, swapped, delta)),
    ):
        assert 0 <= power <= 1 + 1e-9
        assert power == pytest.approx(other, abs=1e-9)


def test_pairing_spares_queries() -> None:
    needed = [queries_to_see(paired_cells(0.2, 0.1, correlation)) for correlation in (-0.1, 0, 0.3, 0.6)]
    assert needed == sorted(needed, key=lambda n: -(n or 0))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mcnemar_power(-1, CELLS[0]), "n=-1 must be a number of queries: 0 or more."),
        (lambda: mcnemar_power(1, CELLS[0], 0), "alpha=0 must be between 0 and 1; the usual level is 0.05."),
        (
            lambda: equivalence_power(1, CELLS[0], 0),
            "delta=0 must be between 0 and 1: the gap that is held to be too small to matter.",
        ),
        (
            lambda: queries_to_rule_out(CELLS[0], 1),
            "delta=1 must be between 0 and 1: the gap that is held to be too small to matter.",
        ),
        (
            lambda: queries_to_see(CELLS[0], 0.05),
            "power=0.05 must be between alpha, 0.05, and 1; the usual one is 0.8.",
        ),
        (lambda: queries_to_see(CELLS[0], alpha=1), "alpha=1 must be between 0 and 1; the usual level is 0.05."),
        (lambda: queries_to_rule_out(CELLS[0], alpha=0), "alpha=0 must be between 0 and 1; the usual level is 0.05."),
        (lambda: smallest_gap(-1, 0.1), "n=-1 must be a number of queries: 0 or more."),
        (lambda: smallest_gap(9, 0.1, 2), "correlation=2 must be between -1 and 1."),
        (lambda: smallest_gap(9, 2), "rate_b=2 must be between 0 and 1; 5 % is 0.05."),
    ],
    ids=[
        "n",
        "alpha",
        "delta",
        "delta-of-needed",
        "power",
        "alpha-of-needed",
        "alpha-of-ruled-out",
        "n-of-smallest",
        "correlation",
        "rate",
    ],
)
def test_bad_questions(call: Callable[[], object], message: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        call()
    assert str(error.value) == message
