"""The benchmark that enumerates coverage: its bounds hold, and it would say so if they did not."""

import importlib.util
from types import ModuleType

import numpy as np
import pytest
from click.testing import CliRunner
from rich.console import Console
from scipy.stats import multinomial

from tests.made_up import REPOSITORY


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("coverage_benchmark", REPOSITORY / "benchmarks" / "coverage.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.defect(29)
def test_every_bound_holds_in_the_quick_form(benchmark: ModuleType) -> None:
    done = CliRunner().invoke(benchmark.main, ["--check", "--quick"])
    assert "MISSED" not in done.output
    assert done.output.endswith("123 of 123 bounds hold.\n")
    assert done.exit_code == 0


def test_an_interval_that_does_not_cover_misses_its_bounds(
    benchmark: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(benchmark.OF_DISCORDANT, "suite", benchmark.wald)
    missed = [figure.what for figure in benchmark.cells((50,), Console(quiet=True)) if not figure.holds]
    assert missed[:2] == ["coverage, n = 50, cell 0, 0.003, 0", "coverage, n = 50, cell 0, 0.01, 0"]
    assert len(missed) == 6


def test_a_missed_bound_is_named_and_exits_with_1(benchmark: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    for part in ("cells", "grid", "epochs", "claims"):
        figure = benchmark.Figure(part, 0.1, at_least=1 if part == "grid" else 0)
        monkeypatch.setattr(benchmark, part, lambda *_, figure=figure: [figure])
    done = CliRunner().invoke(benchmark.main, ["--check", "--quick"])
    assert done.output == "MISSED: grid: 0.1000, not at least 1\n3 of 4 bounds hold.\n"
    assert done.exit_code == 1
    assert CliRunner().invoke(benchmark.main, ["--quick"]).exit_code == 0


@pytest.mark.parametrize(
    ("interval", "counts", "bounds"),
    [
        # Table of Cavo et al. (2012) in Fagerland, Lydersen and Laake (2017), Statistical Analysis of Contingency
        # Tables, chapter 8: 59 pairs with both, 6 and 16 with one, 80 with neither.
        pytest.param("newcombe", (59, 6, 16), (-0.1186, -0.0046), id="newcombe"),
        pytest.param("wald", (6, 16), (-0.1184, -0.0058), id="wald"),
        pytest.param("bonett_price", (6, 16), (-0.1195, -0.0032), id="bonett-price"),
    ],
)
def test_the_intervals_beside_ours_give_the_published_bounds(
    benchmark: ModuleType, interval: str, counts: tuple[int, ...], bounds: tuple[float, float]
) -> None:
    low, high = getattr(benchmark, interval)(*(np.array([float(count)]) for count in counts), 161)
    assert (low.item(), high.item()) == pytest.approx(bounds, abs=5e-5)


def test_newcombes_enumeration_leaves_no_table_out(benchmark: ModuleType) -> None:
    """Over all tables of 12 pairs, one by one."""
    n, cell = 12, benchmark.Cell(0.3, 0.15, 0.05)
    n11, n10, n01 = (counts.ravel().astype(float) for counts in np.indices((n + 1,) * 3))
    inside = n11 + n10 + n01 <= n
    low, high = benchmark.newcombe(n11[inside], n10[inside], n01[inside], n)
    counts = np.stack([n11, n10, n01, n - n11 - n10 - n01], axis=1)[inside]
    p = multinomial.pmf(counts, n, [*cell, 1 - sum(cell)])
    expected = (p @ ((low <= cell.gap) & (cell.gap <= high)), p @ (high - low))
    assert benchmark.newcombe_coverage(n, cell) == pytest.approx(expected, abs=1e-9)
