"""Figures that are kept: drawn once for what they show, never trusted when damaged."""

from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest

from analysis.report import figure_cache
from analysis.report.figure_cache import kept_drawings
from analysis.report.figures import FIGURES, Drawing
from analysis.report.schema import Report
from tests import hostile
from tests.made_up_report import report

DRAWN = {name: Drawing(f"<svg>{name}</svg>".encode(), b"\x89PNG" + name.encode()) for name in FIGURES}


@pytest.fixture
def draw(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Draws nothing, and counts how often it is asked to."""
    drawn = Mock(return_value=DRAWN)
    monkeypatch.setattr(figure_cache, "drawings", drawn)
    return drawn


def test_what_says_the_same_is_drawn_once(draw: Mock, tmp_path: Path) -> None:
    first = kept_drawings(report(), tmp_path / "cache")
    again = kept_drawings(report(made="2027-01-01T00:00:00+00:00"), tmp_path / "cache")
    assert first == again == DRAWN
    assert draw.call_count == 1


def test_without_a_folder_nothing_is_kept(draw: Mock) -> None:
    assert kept_drawings(report(), None) == kept_drawings(report(), None) == DRAWN
    assert draw.call_count == 2


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(lambda: report(suite_version="another"), id="version"),
        pytest.param(lambda: report(gaps=[]), id="gaps"),
        pytest.param(hostile.report_of, id="hostile-text"),
    ],
)
def test_what_says_something_else_is_drawn_anew(changed: Callable[[], Report], draw: Mock, tmp_path: Path) -> None:
    kept_drawings(report(), tmp_path)
    kept_drawings(changed(), tmp_path)
    assert draw.call_count == 2


def test_other_code_or_another_library_draws_anew(draw: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept_drawings(report(), tmp_path)
    monkeypatch.setattr(figure_cache, "version", lambda _: "0")
    kept_drawings(report(), tmp_path)
    (tmp_path / "figures.py").write_text("# another", "utf-8")
    monkeypatch.setattr(figure_cache, "__file__", str(tmp_path / "figure_cache.py"))
    kept_drawings(report(), tmp_path)
    assert draw.call_count == 3


def flip(kept: Path) -> None:
    """One byte of the first figure, which comes after a header of 38."""
    content = bytearray(kept.read_bytes())
    content[42] ^= 1
    kept.write_bytes(content)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda kept: kept.write_bytes(kept.read_bytes()[:-20]), id="cut"),
        pytest.param(lambda kept: kept.write_bytes(b""), id="empty"),
        pytest.param(flip, id="one-byte"),
    ],
)
def test_a_damaged_file_is_made_again(damage: Callable[[Path], object], draw: Mock, tmp_path: Path) -> None:
    kept_drawings(report(), tmp_path)
    [kept] = tmp_path.iterdir()
    damage(kept)
    assert kept_drawings(report(), tmp_path) == DRAWN
    assert draw.call_count == 2, "what was damaged was trusted"
    kept_drawings(report(), tmp_path)
    assert draw.call_count == 2, "it was not made again"


def test_a_folder_that_cannot_be_written_costs_no_figure(draw: Mock, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("", "utf-8")
    assert kept_drawings(report(), tmp_path / "cache") == DRAWN
