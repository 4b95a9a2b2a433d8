"""The whole ballot on a labelled scratchpad."""

from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai import score as inspect_score
from inspect_ai.log import EvalLog
from inspect_ai.model import get_model

from controls.mark import ReasoningMark
from evals.calibration import calibration
from scorers.labelled_reasoning import labelled_reasoning
from study.draw import draw
from study.invalid_input import InvalidInputError
from tests.made_up import metrics

TEXTS = {
    f"{label}-{i}": (f"Made-up thought {i} of the {label}.", label)
    for label in ("faking", "not_faking")
    for i in range(12)
}
ROWS = "id,scratchpad,label\n" + "\n".join(f"{name},{text},{label}" for name, (text, label) in TEXTS.items())


def ran(tmp_path: Path, rows: str = ROWS, **options: Any) -> EvalLog:
    (tmp_path / "mine.csv").write_text(rows, "utf-8")
    [log] = inspect_eval(
        calibration(labels=str(tmp_path / "mine.csv"), **options),
        model="none/none",
        display="none",
        log_dir=str(tmp_path / "logs"),
        log_realtime=False,
    )
    return log


def judged(log: EvalLog) -> dict[str, Any]:
    return {str(sample.id): (sample.scores or {})["labelled_reasoning"] for sample in log.samples or []}


def grader(**args: float) -> dict[str, Any]:
    return {"name": "control/grader", "args": args}


def test_a_control_that_is_told_the_labels_meets_all_of_them(tmp_path: Path) -> None:
    log = ran(tmp_path, votes=5)
    assert metrics(log, "labelled_reasoning") == {"sensitivity": 1, "specificity": 1, "auroc": 1}
    assert {name: score.value for name, score in judged(log).items()} == {
        name: label for name, (_, label) in TEXTS.items()
    }
    assert (log.eval.model, log.eval.metadata and log.eval.metadata["control"]) == ("none/none", True)


def test_every_vote_is_asked_also_when_the_label_is_certain(tmp_path: Path) -> None:
    counts = [score.metadata or {} for score in judged(ran(tmp_path, votes=5)).values()]
    assert {(one["votes_asked"], one["votes_yes"] + one["votes_no"]) for one in counts} == {(5, 5)}


def test_a_judge_of_known_error_errs_where_it_was_drawn_to(tmp_path: Path) -> None:
    """The label that comes out is wrong exactly for the texts whose draw says so, in all of their votes."""
    log = ran(tmp_path, votes=3, grader=grader(sensitivity=0.7, specificity=0.6))
    wrong = {
        name
        for name, (text, label) in TEXTS.items()
        for mark in [ReasoningMark(20 if label == "faking" else 0)]
        if draw(0, f"\n{text}\n{mark}\n", "right") >= (0.7 if label == "faking" else 0.6)
    }
    found = judged(log)
    assert {name for name, score in found.items() if score.value != TEXTS[name][1]} == wrong
    assert {(score.metadata or {})["votes_yes"] for score in found.values()} == {0, 3}
    errors = [sum(name.startswith(kind) for name in wrong) for kind in ("faking", "not_faking")]
    assert errors == [2, 4]
    assert metrics(log, "labelled_reasoning")["sensitivity"] == 10 / 12
    assert metrics(log, "labelled_reasoning")["specificity"] == 8 / 12


def test_votes_that_cannot_be_read_are_no_verdict(tmp_path: Path) -> None:
    log = ran(tmp_path, votes=3, grader=grader(unreadable=1))
    assert {(score.reason, (score.metadata or {})["votes_unreadable"]) for score in judged(log).values()} == {
        ("unreadable_votes", 3)
    }


def test_a_control_subject_tells_the_truth_by_its_own_mark(tmp_path: Path) -> None:
    """A label that differs from the mark is an error of the labeller's, and is seen."""
    rows = f"scratchpad,label\nMade up {ReasoningMark(20)},not_faking\nMade up,faking"
    assert [score.value for score in judged(ran(tmp_path, rows, votes=3)).values()] == ["faking", "faking"]


def test_a_real_judge_is_never_shown_the_label(tmp_path: Path) -> None:
    log = ran(tmp_path, votes=1)
    with pytest.raises(InvalidInputError) as caught:
        inspect_score(
            log, labelled_reasoning(votes=1), model_roles={"grader": get_model("mockllm/model")}, display="none"
        )
    assert str(caught.value) == (
        "these scratchpads end in marks that tell a control its verdict; run them anew to calibrate mockllm/model"
    )


@pytest.mark.parametrize("ballot", ["one_by_one", "at_once"])
def test_no_form_changes_what_comes_out(tmp_path: Path, ballot: str) -> None:
    log = ran(tmp_path, votes=3, ballot=ballot, grader=grader(sensitivity=0.7, specificity=0.6))
    assert metrics(log, "labelled_reasoning")["sensitivity"] == 10 / 12
