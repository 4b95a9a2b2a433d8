"""The list of disagreements: safe to open in a spreadsheet, and never in the place of another file."""

import csv
import json
from pathlib import Path

import pytest

from analysis.label_agreement import Disagreement
from reading_room.disagreements import COLUMNS, write_disagreements
from study.human_label import HumanLabel
from study.invalid_input import InvalidInputError
from study.label_lines import LabelLine

NOTE = '=HYPERLINK("http://x","y"), a\n"b" \u202e'


def line(labeller: str, label: str, note: str = "") -> LabelLine:
    made = {
        "schema_version": 1,
        "uuid": "-u1",
        "eval_id": "e1",
        "query_id": "@q1",
        "epoch": 1,
        "question": "alignment_faking",
        "label": label,
        "note": note,
        "labeller": labeller,
        "time": "2026-11-22T10:00:00Z",
        "shown_sha256": "0" * 64,
        "seed": "1",
        "stratum": "+m",
        "stratum_size": 9,
    }
    return LabelLine(HumanLabel.model_validate(made), "made-up")


FOUND = [
    Disagreement(
        "labellers", "alignment_faking", (line("=ada", "faking", NOTE), line("bob", "not_faking")), "faking", "free"
    )
]


def test_as_a_table_it_holds_no_formula(tmp_path: Path) -> None:
    write_disagreements(FOUND, {"-u1": "0123456789ab"}, tmp_path / "d.csv")
    with (tmp_path / "d.csv").open(encoding="utf-8", newline="") as file:
        header, row = csv.reader(file)
    assert tuple(header) == COLUMNS
    assert dict(zip(header, row, strict=True)) == {
        "between": "labellers",
        "question": "alignment_faking",
        "pair": "0123456789ab",
        "query_id": "'@q1",
        "tier": "free",
        "uuid": "'-u1",
        "eval_id": "e1",
        "stratum": "'+m",
        "labels": "'=ada: faking; bob: not_faking",
        "notes": f"'=ada: {NOTE}",
        "judge": "faking",
    }


def test_as_lines_it_says_what_each_labeller_said(tmp_path: Path) -> None:
    write_disagreements(FOUND, {}, tmp_path / "d.jsonl")
    [found] = map(json.loads, (tmp_path / "d.jsonl").read_text("utf-8").splitlines())
    assert found == {
        "between": "labellers",
        "question": "alignment_faking",
        "pair": None,
        "query_id": "@q1",
        "tier": "free",
        "uuid": "-u1",
        "eval_id": "e1",
        "stratum": "+m",
        "labellers": [
            {"labeller": "=ada", "label": "faking", "note": NOTE, "time": "2026-11-22T10:00:00Z"},
            {"labeller": "bob", "label": "not_faking", "note": "", "time": "2026-11-22T10:00:00Z"},
        ],
        "judge": "faking",
    }


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("d.xlsx", "is neither CSV nor JSON Lines; end its name with .csv or .jsonl", id="another form"),
        pytest.param("there.csv", "is there already; remove it, or name another file", id="a file that is there"),
        pytest.param(
            "nowhere/d.csv", "cannot be written (No such file or directory); name another", id="a folder that is not"
        ),
    ],
)
def test_refused(name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "there.csv").write_text("kept", "utf-8")
    with pytest.raises(InvalidInputError) as refused:
        write_disagreements(FOUND, {}, tmp_path / name)
    assert refused.value.message == f"--output={str(tmp_path / name)!r} {message}"
    assert (tmp_path / "there.csv").read_text("utf-8") == "kept"
