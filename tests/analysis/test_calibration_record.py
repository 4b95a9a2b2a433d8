"""The record of a calibration: what it is bound to, and how it is kept."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analysis.calibration_record import (
    Area,
    CalibrationRecord,
    Confusion,
    LabelledData,
    Share,
    load_record,
    save_record,
)
from study.invalid_input import InvalidInputError

SHARE = Share(n=2, n_effective=2, rate=0.5, ci_low=0.1, ci_high=0.9, bound_low=0.5, bound_high=0.5)
WHOLE = Confusion(
    group="all",
    tp=1,
    fn=1,
    fp=1,
    tn=1,
    unscored_positive=0,
    unscored_negative=0,
    unscored={},
    sensitivity=SHARE,
    specificity=SHARE,
)


def record(**changed: Any) -> CalibrationRecord:
    made = CalibrationRecord(
        suite_version="0.1.0",
        created=datetime(2026, 1, 2, tzinfo=UTC),
        log_eval_id="e1",
        judge="openai/gpt-4o",
        control=False,
        rubric="alignment_faking",
        rubric_sha256="a" * 64,
        temperature=1.0,
        votes=20,
        threshold=0.4,
        data=LabelledData(name="mine", sha256="b" * 64, texts=4, positive=2, negative=2, strata=0),
        overall=WHOLE,
        by_tier=[],
        by_model=[],
        by_kind=[],
        auroc=Area(n_positive=2, n_negative=2, value=0.5, ci_low=0.1, ci_high=0.9),
        roc=[],
        transfer=[],
        fewer_votes=[],
        misjudged=[],
    )
    return made.model_copy(update=changed)


RUN: dict[str, Any] = {
    "judge": "openai/gpt-4o",
    "rubric_sha256": "a" * 64,
    "votes": 20,
    "temperature": 1.0,
}


@pytest.mark.defect(9)
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param({}, [], id="a run judged the same way matches"),
        pytest.param(
            {"judge": "openai/gpt-4o-mini"},
            ["judge: openai/gpt-4o-mini in the run, openai/gpt-4o in the calibration"],
            id="another judge",
        ),
        pytest.param(
            {"rubric_sha256": "c" * 64},
            [f"rubric_sha256: {'c' * 60} in the run, {'a' * 60} in the calibration"],
            id="another rubric",
        ),
        pytest.param({"votes": 5}, ["votes: 5 in the run, 20 in the calibration"], id="fewer votes"),
        pytest.param(
            {"temperature": float("nan")}, ["temperature: none in the run, 1.0 in the calibration"], id="no temperature"
        ),
        pytest.param({"threshold": 0.5}, ["threshold: 0.5 in the run, 0.4 in the calibration"], id="another threshold"),
        pytest.param({"judge": None}, ["judge: none in the run, openai/gpt-4o in the calibration"], id="no judge"),
    ],
)
def test_it_says_something_of_runs_that_were_judged_the_same_way_alone(changed: Any, said: list[str]) -> None:
    assert record().mismatches(**RUN | changed) == said


def test_a_judge_that_takes_no_temperature_matches_itself() -> None:
    assert record(temperature=None).mismatches(**RUN | {"temperature": float("nan")}) == []


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "new" / "record.json"
    save_record(record(), path)
    assert load_record(path) == record()
    assert [file.name for file in path.parent.iterdir()] == ["record.json"]


def test_one_of_the_same_judge_and_labels_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    save_record(record(), path)
    save_record(record(log_eval_id="e2"), path)
    assert load_record(path).log_eval_id == "e2"


OTHER_DATA = LabelledData(name="other", sha256="d" * 64, texts=4, positive=2, negative=2, strata=0)


@pytest.mark.parametrize(
    "changed",
    [pytest.param({"judge": "x/y"}, id="another judge"), pytest.param({"data": OTHER_DATA}, id="other labels")],
)
def test_another_record_is_replaced_only_by_force(changed: Any, tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    save_record(record(), path)
    with pytest.raises(InvalidInputError, match="is the record of another judge or of other labels; name another file"):
        save_record(record(**changed), path)
    assert load_record(path) == record()
    save_record(record(**changed), path, force=True)
    assert load_record(path) == record(**changed)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(
            None, r"cannot be read \(No such file or directory\); give a file that af calibrate", id="no file"
        ),
        pytest.param("", "is no calibration record .*; give a file that af calibrate wrote", id="empty"),
        pytest.param(record().model_dump_json()[:-30], "is no calibration record", id="half-written"),
        pytest.param(
            json.dumps(record().model_dump(mode="json") | {"schema_version": 2}),
            r"is no calibration record \(schema_version: ",
            id="a later version",
        ),
        pytest.param(
            json.dumps(record().model_dump(mode="json") | {"extra": 1}),
            r"is no calibration record \(extra: ",
            id="a field that is not known",
        ),
    ],
)
def test_what_is_no_record_is_refused(content: str | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    if content is not None:
        path.write_text(content, "utf-8")
    with pytest.raises(InvalidInputError, match=said):
        load_record(path)


def test_what_is_no_record_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    path.write_text("[]", "utf-8")
    with pytest.raises(InvalidInputError, match="is no calibration record"):
        save_record(record(), path)
    assert path.read_text("utf-8") == "[]"


def test_a_number_without_data_is_null_and_never_zero() -> None:
    none = Share.model_validate(SHARE.model_dump() | {"rate": float("nan")})
    assert none.rate is None
