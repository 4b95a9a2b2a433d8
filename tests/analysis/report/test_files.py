import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from analysis.report.figures import FIGURES, Drawing
from analysis.report.files import SCHEMA, report_schema, write_report
from analysis.report.schema import Report
from study.invalid_input import InvalidInputError
from tests import hostile
from tests.made_up_report import empty, gap, report

NAMES = ("agreement", "compliance", "gaps", "missing", "power", "variations")
DRAWN = [f"figures/{name}.{form}" for name in NAMES for form in ("png", "svg")]


def held(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_schema_in_the_repository_is_that_of_the_model() -> None:
    """After a change: ``json.dumps(report_schema(), indent=2, ensure_ascii=False)``, and a line break, is the file."""
    assert json.loads(SCHEMA.read_text("utf-8")) == report_schema()


@pytest.mark.parametrize("made", [report, empty], ids=["everything", "nothing"])
def test_files_of_a_report(made: Callable[[], Report], tmp_path: Path) -> None:
    written = write_report(made(), tmp_path / "new" / "folder")
    assert [str(path.relative_to(tmp_path / "new" / "folder")) for path in written] == [
        *DRAWN,
        "report.html",
        "report.json",
    ]
    assert sorted(held(tmp_path)) == [f"new/folder/{name}" for name in (*DRAWN, "report.html", "report.json")]
    text = written[-1].read_text("utf-8")
    assert Report.model_validate_json(text) == made()
    Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(json.loads(text))


def test_every_reader_of_json_can_read_hostile_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blank = dict.fromkeys(FIGURES, Drawing(b"<svg/>", b""))  # drawn in the tests of the page
    monkeypatch.setattr("analysis.report.files.kept_drawings", lambda *_: blank)
    write_report(hostile.report_of(), tmp_path)
    text = (tmp_path / "report.json").read_bytes()
    assert Report.model_validate_json(text) == Report.model_validate(json.loads(text))
    assert b"[U+D800]" in text


def test_an_earlier_report_is_replaced_and_what_else_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    write_report(empty(), tmp_path)
    write_report(report(), tmp_path, more=lambda folder: (folder / "replies.csv").write_text("a,b\n", "utf-8"))
    assert sorted(held(tmp_path)) == [*DRAWN, "notes.txt", "replies.csv", "report.html", "report.json"]
    assert Report.model_validate_json((tmp_path / "report.json").read_text("utf-8")) == report()


def broken(folder: Path) -> None:
    (folder / "replies.csv").write_text("a,", "utf-8")
    raise ZeroDivisionError


@pytest.mark.parametrize("before", [True, False], ids=["earlier-report", "new-folder"])
def test_what_fails_leaves_everything_as_it_was(before: bool, tmp_path: Path) -> None:
    if before:
        write_report(empty(), tmp_path / "out")
    was = held(tmp_path)
    with pytest.raises(ZeroDivisionError):
        write_report(report(), tmp_path / "out", more=broken)
    edited = report()
    edited.gaps.append(gap().model_copy(update={"gap": float("inf")}))
    with pytest.raises(ValidationError, match="finite number"):
        write_report(edited, tmp_path / "out")
    assert held(tmp_path) == was
    assert [path.name for path in tmp_path.iterdir()] == ["out"] * before


def test_a_file_where_the_folder_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", "utf-8")
    with pytest.raises(InvalidInputError, match=r"out is a file; name a folder for the report\.$"):
        write_report(empty(), tmp_path / "out")
    with pytest.raises(InvalidInputError, match=r"out/below cannot be written to \(.*File exists.*\); name another"):
        write_report(empty(), tmp_path / "out" / "below")
    (tmp_path / "blocked").mkdir()
    (tmp_path / "blocked" / "figures").write_text("mine", "utf-8")
    with pytest.raises(
        InvalidInputError, match=r"blocked cannot be written to \(.*File exists.*\); name another folder"
    ):
        write_report(empty(), tmp_path / "blocked", more=lambda folder: (folder / "a.csv").write_text("a", "utf-8"))
    assert held(tmp_path) == {"out": b"mine", "blocked/figures": b"mine"}


def test_a_folder_that_is_a_link_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_report(empty(), tmp_path / "link")
    assert "report.html" in held(tmp_path / "real")
