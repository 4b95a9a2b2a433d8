"""The benchmark of the report: it measures all of it, and compares like with like."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import Mock

import pytest
from click.testing import CliRunner

from analysis.report.figures import FIGURES, Drawing
from benchmarks.figure import read_figures
from tests.made_up import REPOSITORY

SMALL = ["--logs", "2", "--samples", "3", "--rounds", "1", "--json"]


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """With every side in this process."""
    spec = importlib.util.spec_from_file_location("report_benchmark", REPOSITORY / "benchmarks" / "report.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "_in_a_new_process", lambda side, *arguments: side(*arguments))
    return module


def test_the_first_report_draws_and_all_sides_read_every_reply(
    benchmark: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = Mock(return_value={name: Drawing(b"<svg/>", b"") for name in FIGURES})
    monkeypatch.setattr("analysis.report.figure_cache.drawings", drawn)
    done = CliRunner().invoke(benchmark.report, SMALL)
    assert done.exit_code == 0, done.output
    figures = read_figures(done.stdout)
    assert [(figure.what, figure.target) for figure in figures] == [
        ("wall time, first ÷ samples_df", "at most 1.3"),
        ("CPU time, first ÷ samples_df", "at most 1.3"),
        ("wall time, second ÷ first", "at most 0.1"),
        ("peak memory", "at most 1.5 GB"),
    ]
    assert all(figure.value > 0 for figure in figures)
    assert drawn.call_count == 1


@pytest.mark.parametrize(
    ("rows", "figure", "message"),
    [
        pytest.param(5, b"<svg/>", "the sides did not read 6 replies each", id="rows"),
        pytest.param(6, b"<svg/>", "the second report differs from the first", id="figures"),
    ],
)
def test_sides_that_differ_are_not_compared(
    rows: int, figure: bytes, message: str, benchmark: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def report(folder: Path, output: str, _: str) -> Any:
        (folder / output).mkdir()
        (folder / output / "report.html").write_bytes(b"")
        (folder / output / "report.json").write_bytes(b"{}")
        (folder / output / "gaps.svg").write_bytes(figure if output.startswith("second") else b"")
        return benchmark.Reading(1.0, 1.0, 1.0, rows)

    monkeypatch.setattr(benchmark, "make_logs", lambda *_: None)
    monkeypatch.setattr(benchmark, "_samples_df", lambda _: benchmark.Reading(1.0, 1.0, 1.0, 6))
    monkeypatch.setattr(benchmark, "_report", report)
    done = CliRunner().invoke(benchmark.report, SMALL)
    assert done.exit_code == 1
    assert message in done.output
