"""The benchmark that enumerates runs with repeated looks: its bounds hold, and it would say so if they did not."""

import pytest
from click.testing import CliRunner
from scipy.stats import binom

from analysis.statistics.mcnemar import mcnemar_exact
from analysis.statistics.paired_cells import PairedCells
from benchmarks import sequential


def test_every_bound_holds_in_the_quick_form() -> None:
    done = CliRunner().invoke(sequential.main, ["--check", "--quick"])
    assert done.output.endswith("23 of 23 bounds hold.\n")
    assert done.exit_code == 0


def test_a_test_for_one_look_misses_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequential, "sequential_p", mcnemar_exact)
    found = sequential.course(PairedCells(0.25, 0.25), most=100)
    assert (found.gap, found.naive) == pytest.approx((0.0821, 0.0821), abs=5e-5)
    monkeypatch.setattr(sequential, "CELLS", (PairedCells(0.25, 0.25),))
    done = CliRunner().invoke(sequential.main, ["--check", "--quick"])
    assert (done.exit_code, done.output.splitlines()[-1]) == (1, "1 of 2 bounds hold.")


@pytest.mark.parametrize(
    ("cells", "gap", "queries"),
    [
        pytest.param(PairedCells(0.25, 0.25), 0.05, 400, id="no-gap"),
        pytest.param(sequential.SEEN, 1.0, 220, id="fourteen-against-three-points"),
    ],
)
def test_2000_simulated_runs(cells: PairedCells, gap: float, queries: float) -> None:
    stopped, mean = sequential.simulated(cells)
    assert stopped <= gap + sequential.SLACK
    assert mean <= queries


@pytest.mark.parametrize(
    ("p10", "look", "most", "gap", "naive", "queries"),
    [
        pytest.param(1, 1, 6, 0, 1, 6, id="six-one-way-are-too-few"),
        pytest.param(1, 1, 10, 1, 1, 7, id="seven-are-enough"),
        pytest.param(1, 5, 20, 1, 1, 10, id="which-the-next-look-sees"),
        pytest.param(0.5, 7, 14, binom.sf(6, 14, 0.5), binom.sf(5, 14, 0.5), 14 - 7 * 0.5**7, id="half-of-them"),
    ],
)
def test_runs_that_differ_one_way_alone(
    p10: float, look: int, most: int, gap: float, naive: float, queries: float
) -> None:
    found = sequential.course(PairedCells(p10, 0), look, most)
    assert (found.gap, found.naive, found.queries) == pytest.approx((gap, naive, queries))
