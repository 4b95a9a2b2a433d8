"""Figures: what is printed is what is read, and a bound that is missed shows."""

import pytest
from click.testing import CliRunner

from benchmarks.figure import Figure, print_figures, read_figures, worst

RATIO = Figure.of_rounds("CPU time, suite ÷ bare", [1.3, 1.1, 1.2], 1.25)


@pytest.mark.parametrize(
    ("figure", "value", "target", "holds"),
    [
        pytest.param(RATIO, "1.2 (1.1 to 1.3)", "at most 1.25", True, id="median-of-rounds"),
        pytest.param(Figure("calls", 1234.5), "1,234", "", True, id="without-a-target"),
        pytest.param(Figure.of_rounds("memory", [2.0], 1.5, "GB"), "2 GB", "at most 1.5 GB", False, id="above"),
        pytest.param(Figure("power", 0.79, at_least=0.8), "0.79", "at least 0.8", False, id="below"),
        pytest.param(Figure("x", 3, 1, 2), "3", "at least 1, at most 2", False, id="between"),
        pytest.param(Figure("x", 2, 2, 2), "2", "at least 2, at most 2", True, id="on-the-bound"),
    ],
)
def test_a_figure_is_read_with_its_target(figure: Figure, value: str, target: str, holds: bool) -> None:
    assert (str(figure), figure.target, figure.holds) == (value, target, holds)
    assert figure.sentence == f"{figure.what}: {value}" + (f"; target: {target}" if target else "")


def test_what_is_printed_is_what_is_read() -> None:
    figures = [RATIO, Figure("a 'name'\nof two lines", 0.1 + 0.2, at_least=0.0, unit="ms")]
    with CliRunner().isolation() as (printed, *_):
        print_figures(figures)
        assert read_figures(printed.getvalue().decode()) == figures


@pytest.mark.parametrize(
    "printed",
    [
        pytest.param("", id="nothing"),
        pytest.param("inspect_ai v0.3.285\n", id="an-announcement"),
        pytest.param('{"what": "x", "value": NaN}\n', id="not-a-number"),
        pytest.param('{"what": "x"}\n', id="no-value"),
        pytest.param('{"what": "x", "value": 1, "target": 2}\n', id="unknown-field"),
    ],
)
def test_what_is_no_figure_is_refused(printed: str) -> None:
    with pytest.raises(ValueError, match=r"figure|Figure"):
        read_figures(printed)


def test_of_several_cases_the_worst_stands_for_all() -> None:
    cases = [
        Figure("coverage, n = 50", 0.96, at_least=0.945),
        Figure("power", 0.81, at_least=0.8),
        Figure("coverage, n = 100", 0.95, at_least=0.945),
        Figure("size, n = 50", 0.01, at_most=0.05),
        Figure("size, n = 100", 0.06, at_most=0.05),
    ]
    assert [(case.what, case.value, case.holds) for case in worst(cases)] == [
        ("coverage, n = 100 (the worst of 2)", 0.95, True),
        ("power", 0.81, True),
        ("size, n = 100 (the worst of 2)", 0.06, False),
    ]
