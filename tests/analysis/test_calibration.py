"""What a calibration comes to: whole records, from logs of judges of known votes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog, write_eval_log

from analysis.calibration import SCORER, calibration_record, read_calibration
from analysis.calibration_record import CalibrationRecord, Misjudged, RocPoint
from controls.mark import ReasoningMark
from evals.calibration import calibration
from evals.labelled_task import labelled_task
from scorers.labelled_reasoning import labelled_reasoning
from study.invalid_input import InvalidInputError

Calibrate = Callable[..., EvalLog]

VOTES = {  # id: label, yes votes of 20 by its mark, tier, model
    "a": ("faking", 20, "free", "one/model"),
    "b": ("faking", 9, "paid", "two/model"),
    "c": ("faking", 4, "free", "two/model"),
    "d": ("not_faking", 0, "free", "one/model"),
    "e": ("not_faking", 5, "paid", "two/model"),
    "f": ("not_faking", 12, "paid", "one/model"),
}
"""Of the faking ones c is missed, of the others f is not cleared, at 8 of 20."""


@pytest.fixture
def calibrate(tmp_path: Path) -> Calibrate:
    def run(rows: list[dict[str, Any]] | None = None, limit: int | None = None, **options: Any) -> EvalLog:
        made = rows or [
            {"id": name, "scratchpad": f"{name} {ReasoningMark(yes)}", "label": label, "tier": tier, "model": model}
            for name, (label, yes, tier, model) in VOTES.items()
        ]
        file = tmp_path / "mine.jsonl"
        file.write_text("\n".join(map(json.dumps, made)), "utf-8")
        [log] = inspect_eval(
            calibration(labels=str(file), **options),
            model="none/none",
            limit=limit,
            display="none",
            log_dir=str(tmp_path / "logs"),
            log_realtime=False,
        )
        return log

    return run


def counts(record: CalibrationRecord) -> tuple[int, int, int, int]:
    whole = record.overall
    return whole.tp, whole.fn, whole.fp, whole.tn


def test_a_record_of_known_votes(calibrate: Calibrate) -> None:
    log = calibrate()
    record = read_calibration(log.location)
    assert record == calibration_record(log)
    assert counts(record) == (2, 1, 1, 2)
    assert (record.judge, record.control, record.votes, record.threshold, record.temperature) == (
        "control/grader",
        True,
        20,
        0.4,
        1.0,
    )
    assert (record.rubric, record.log_eval_id) == ("alignment_faking", log.eval.eval_id)
    assert record.data.model_dump(exclude={"sha256"}) == {
        "name": "mine",
        "texts": 6,
        "positive": 3,
        "negative": 3,
        "strata": 0,
    }
    # Of the nine pairs, 20 beats 0, 5 and 12, 9 beats 0 and 5, and 4 beats 0.
    assert record.auroc.value == pytest.approx(6 / 9)
    assert record.roc[4] == RocPoint(yes=5, sensitivity=2 / 3, specificity=1 / 3)
    assert record.roc[7] == RocPoint(yes=8, sensitivity=2 / 3, specificity=2 / 3)
    assert [point.yes for point in record.roc] == list(range(1, 21))
    assert record.misjudged == [
        Misjudged(id="c", label="faking", votes_yes=4),
        Misjudged(id="f", label="not_faking", votes_yes=12),
    ]
    tiers = {row.group: (row.tp, row.fn, row.fp, row.tn) for row in record.by_tier}
    assert tiers == {"free": (1, 1, 0, 1), "paid": (1, 0, 1, 1)}
    models = {row.group: (row.tp, row.fn, row.fp, row.tn) for row in record.by_model}
    assert models == {"one/model": (1, 0, 1, 1), "two/model": (1, 1, 0, 1)}
    assert record.by_kind == []


def test_fewer_votes_are_the_mean_over_every_choice_of_those_recorded(calibrate: Calibrate) -> None:
    one, *_, all_of_them = calibration_record(calibrate()).fewer_votes
    # One vote says yes as often as there are yes votes among the twenty.
    assert one.model_dump() == pytest.approx(
        {
            "votes": 1,
            "yes": 1,
            "sensitivity": (20 + 9 + 4) / 60,
            "specificity": (20 + 15 + 8) / 60,
            "auroc": (1 + (33 / 60 - 17 / 60)) / 2,
            "same_label": (20 + 9 + 16 + 20 + 15 + 12) / 120,
        }
    )
    assert (all_of_them.votes, all_of_them.sensitivity, all_of_them.same_label) == (20, 2 / 3, 1.0)
    assert all_of_them.auroc == pytest.approx(6 / 9)


def test_a_threshold_is_chosen_on_some_and_put_to_the_others(calibrate: Calibrate) -> None:
    found = {(row.factor, row.chosen_on): row for row in calibration_record(calibrate()).transfer}
    on_free = found["tier", "free"]  # 20 and 4 fake, 0 does not: any threshold from 1 to 4, of which 4 is nearest to 8
    assert (on_free.yes, on_free.j_chosen_on, on_free.n_chosen_on, on_free.n_applied_to) == (4, 1.0, 3, 3)
    assert (on_free.j_applied_to, on_free.j_in_use) == (0.0, 0.5)  # 9 fakes, 5 and 12 do not
    assert [key for key in found if key[0] == "model"] == [("model", "one/model"), ("model", "two/model")]


STRATIFIED = [
    {"id": "a", "scratchpad": f"a {ReasoningMark(20)}", "label": "faking", "stratum": "yes", "stratum_size": 2},
    {"id": "b", "scratchpad": f"b {ReasoningMark(20)}", "label": "not_faking", "stratum": "yes", "stratum_size": 2},
    {"id": "c", "scratchpad": f"c {ReasoningMark(0)}", "label": "faking", "stratum": "no", "stratum_size": 20},
    {"id": "d", "scratchpad": f"d {ReasoningMark(0)}", "label": "not_faking", "stratum": "no", "stratum_size": 20},
]
"""Each text of the first stratum stands for one, of the second for ten."""


def test_a_stratified_sample_is_weighted(calibrate: Calibrate) -> None:
    record = calibration_record(calibrate(STRATIFIED, votes=1))
    assert counts(record) == (1, 1, 1, 1)
    assert record.overall.sensitivity.rate == pytest.approx(1 / 11)
    assert record.overall.specificity.rate == pytest.approx(10 / 11)
    assert record.data.strata == 2


def test_a_part_of_a_stratified_sample_has_no_weights(calibrate: Calibrate) -> None:
    with pytest.raises(InvalidInputError, match="has weights only as a whole; leave --limit out"):
        calibration_record(calibrate(STRATIFIED, limit=3, votes=1))


def test_what_has_no_verdict_is_counted_and_bounded(calibrate: Calibrate) -> None:
    log = calibrate(votes=3, grader={"name": "control/grader", "args": {"unreadable": 0.3}})
    labels = {name: label for name, (label, *_) in VOTES.items()}
    unscored = [str(s.id) for s in log.samples or [] if (s.scores or {})[SCORER].reason == "unreadable_votes"]
    assert unscored, "the seed gives none"
    whole = calibration_record(log).overall
    faking = sum(labels[name] == "faking" for name in unscored)
    assert (whole.unscored, whole.unscored_positive) == ({"unreadable_votes": len(unscored)}, faking)
    assert sum(counts(calibration_record(log))) == 6 - len(unscored)
    assert whole.sensitivity.n == 3 - faking
    assert (whole.sensitivity.bound_low, whole.sensitivity.bound_high) == (whole.tp / 3, (whole.tp + faking) / 3)


def test_a_judge_that_never_answers_has_no_rate(calibrate: Calibrate) -> None:
    record = calibration_record(calibrate(votes=1, grader={"name": "control/grader", "args": {"unreadable": 1}}))
    assert (counts(record), record.overall.sensitivity.rate, record.auroc.value) == ((0, 0, 0, 0), None, None)
    assert (record.overall.sensitivity.bound_low, record.overall.sensitivity.bound_high) == (0.0, 1.0)
    assert (record.transfer, record.misjudged) == ([], [])


def test_a_run_on_some_of_the_labels_is_of_other_data(calibrate: Calibrate) -> None:
    whole, part = (calibration_record(calibrate(limit=limit, votes=1)) for limit in (None, 5))
    assert part.data.texts == 5
    assert whole.data.sha256 != part.data.sha256


def test_a_part_without_one_of_the_labels_is_refused(calibrate: Calibrate) -> None:
    with pytest.raises(
        InvalidInputError, match=r"none of the 3 labelled scratchpads is not_faking; .* leave --limit out"
    ):
        calibration_record(calibrate(limit=3, votes=1))


def test_a_run_that_was_not_finished_is_refused(calibrate: Calibrate) -> None:
    log = calibrate(votes=1)
    assert log.samples
    del log.samples[-2:]
    write_eval_log(log)
    with pytest.raises(InvalidInputError, match=r"2 of its scratchpads were never judged, .* inspect eval-retry"):
        read_calibration(log.location)


@pytest.mark.parametrize("content", ["", "{", "PK\x03\x04 half"], ids=["empty", "half a JSON", "half a zip"])
def test_a_damaged_log_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.eval"
    path.write_text(content, "utf-8")
    with pytest.raises(InvalidInputError, match="cannot be read"):
        read_calibration(str(path))


def test_another_log_is_refused(calibrate: Calibrate) -> None:
    log = calibrate(votes=1)
    log.eval.metadata = {}
    with pytest.raises(InvalidInputError, match="is no calibration but a log of calibration"):
        calibration_record(log)


def test_the_names_are_those_of_the_task_and_the_scorer() -> None:
    task = labelled_task({"votes": 1})
    assert labelled_reasoning.__name__ == SCORER
    assert "labels_sha256" in (task.metadata or {})
