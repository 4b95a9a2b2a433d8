from pathlib import Path

import pytest

from analysis import instrument_check
from analysis.instrument_check import INSTRUMENT, last_check, record
from analysis.report.schema import InstrumentCheck
from tests.made_up import REPOSITORY

WHAT = "14 policies, all queries"
RUN_IT = "run af check, which needs no key."


def test_without_a_record_nothing_was_checked() -> None:
    assert last_check() == InstrumentCheck(
        when=None, figures=None, differ=None, note=f"None of this code is on record: {RUN_IT}"
    )


def test_what_is_recorded_is_said_with_its_date() -> None:
    record(1008, 2, WHAT)
    found = last_check()
    assert (found.figures, found.differ, found.note) == (1008, 2, f"{WHAT}.")
    assert (found.when or "").endswith("+00:00")


def test_of_other_code_it_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    record(1008, 0, WHAT)
    when = last_check().when
    monkeypatch.setattr(instrument_check, "INSTRUMENT", INSTRUMENT[:-1])
    found = last_check()
    assert (found.when, found.figures, found.differ) == (None, None, None)
    assert found.note.startswith(f"The last one, of {when}, was of other code (version ")
    assert found.note.endswith(f"): {RUN_IT}")


def test_a_damaged_record_is_none(tmp_path: Path) -> None:
    record(1008, 0, WHAT)
    [path] = (tmp_path / "state").rglob("instrument_check.json")
    path.write_text("{", "utf-8")
    assert last_check().differ is None


def test_every_package_that_a_figure_goes_through_is_in_the_digest() -> None:
    packages = {path.parent.name for path in REPOSITORY.glob("*/__init__.py")}
    # What `cli` shows is made by the others; no figure is made of what `documents` and `reading_room` write.
    assert packages - {"tests", "benchmarks", "documents", "reading_room"} == {*INSTRUMENT, "cli"}
