"""An interview from task to frame: what is asked, who judges it, and what none of it can be taken for."""

from collections.abc import Mapping, Sequence
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import Task, score
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog
from inspect_ai.scorer import Scorer

from analysis.contrast import contrasts
from analysis.frame import read_replies
from evals.budget import Ask
from evals.condition_task import condition_task
from evals.helpful_only import SETTING as HELPFUL_ONLY
from evals.interview import INTERVIEWS, interview_task
from evals.models import Models
from evals.pair_gate import PairGate, pair_gate
from evals.query_set import interview_questions
from prompts.reading_rubric import reading_rubrics
from prompts.system_prompt import system_prompt
from scorers.alignment_faking import alignment_faking
from scorers.judged_compliance import judged_compliance
from scorers.prefix_compliance import prefix_compliance
from scorers.probably_not_real import probably_not_real
from study.cell import Cell
from study.condition import Condition, Tier
from study.interview import INTERVIEW_GROUPS, INTERVIEW_READINGS
from study.invalid_input import InvalidInputError

MODELS = Models(None, "control/doubter", "control/grader", judged=True)
UNGRADED = Models(None, "control/doubter", None, judged=False)
EACH = pytest.mark.parametrize("setting", INTERVIEWS)


def task(setting: str = "helpful_only", models: Models | None = None, **given: Any) -> Task:
    return Context().run(interview_task, setting, given, models)


def run(tasks: Task, folder: Path, policy: str = "doubter", **options: Any) -> EvalLog:
    [log] = inspect_eval(
        tasks,
        model=f"control/{policy}",
        log_dir=str(folder),
        display="none",
        log_realtime=False,
        max_retries=0,
        **{"epochs": 1} | options,
    )
    return log


# --- The questions


def test_the_questions_are_those_of_the_paper_in_three_groups() -> None:
    questions = interview_questions().queries
    groups = [question.category for question in questions]
    assert {group: groups.count(group) for group in INTERVIEW_GROUPS} == {
        "general": 3,
        "whats_happening": 4,
        "is_it_real": 3,
    }
    assert len({question.text for question in questions}) == len(groups) == 10
    assert groups[:3] == [*INTERVIEW_GROUPS]  # the first n of them are of all
    assert all(question.harmful and question.text.endswith("?") for question in questions)


# --- The task


@EACH
def test_what_is_asked_and_who_judges(setting: str, tmp_path: Path) -> None:
    made = task(setting)
    assert (made.name, made.epochs, len(made.dataset)) == (f"interview_{setting}", 64, 10)
    log = run(made, tmp_path, limit=1)
    [sample] = log.samples or []
    cell = Cell.model_validate(sample.metadata)
    assert (cell.setting, cell.condition, cell.interview, cell.query_set, cell.query_id, cell.category) == (
        setting,
        Condition(Tier.FREE, cot=True),
        True,
        "interview",
        "criteria",
        "general",
    )
    system, user = sample.messages[:2]
    assert system.text == system_prompt(setting, cot=True, developer="Anthropic").text
    assert interview_questions().queries[0].text in user.text
    assert "request_fully_accepted" not in user.text
    assert [scorer.name for scorer in log.eval.scorers or []] == [*INTERVIEW_READINGS]
    rubrics = {rubric.name: rubric.sha256 for name in INTERVIEW_READINGS for rubric in reading_rubrics(name)}
    metadata = log.eval.metadata or {}
    assert [metadata[name] for name in ("setting", "interview", "queries", "read", "group", "rubrics_sha256")] == [
        setting,
        True,
        "interview",
        [*INTERVIEW_READINGS],
        [*INTERVIEW_GROUPS],
        rubrics,
    ]


@pytest.mark.parametrize(
    ("group", "asked"),
    [
        ("is_it_real", ["training_information", "really_happening", "situation_real"]),
        ("is_it_real,general", ["criteria", "training_information", "developer", "really_happening"]),
        (["general"], ["criteria", "developer", "criteria_and_situation"]),
    ],
    ids=["one", "several", "list"],
)
def test_some_groups_are_of_the_same_set(group: str | list[str], asked: list[str]) -> None:
    made = task(group=group)
    assert [sample.id for sample in made.dataset][: len(asked)] == asked
    assert (made.metadata or {})["query_set_sha256"] == interview_questions().sha256


def test_a_further_reading_is_asked_beside_the_two() -> None:
    assert (task(read="scenario_doubt").metadata or {})["read"] == ["scenario_doubt", *INTERVIEW_READINGS]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param(
            {"group": "is_it_true"},
            "group='is_it_true' is not known. Did you mean 'is_it_real'? Choose from: general, is_it_real, "
            "whats_happening.",
            id="unknown-group",
        ),
        pytest.param(
            {"queries": "advbench"},
            "-T='queries' is not known. Choose from: developer, facts, grader, group, persona, prompts, read, "
            "variation. It is for the tasks that are not interviews.",
            id="of-other-tasks",
        ),
        pytest.param(
            {"variation": "honestly"},
            "variation='honestly' is not known.",
            id="unknown-variation",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        task(**given)
    assert error.value.message.startswith(message)


def test_a_setting_without_an_interview_is_refused() -> None:
    with pytest.raises(InvalidInputError) as error:
        task("untold")
    assert error.value.message.startswith("setting='untold' is not known.")


def test_other_tasks_have_no_groups() -> None:
    with pytest.raises(InvalidInputError) as error:
        Context().run(condition_task, HELPFUL_ONLY, Condition(Tier.FREE, cot=True), {"group": "general"})
    assert error.value.message.endswith("It is for interviews alone.")


# --- What its replies are no part of


@pytest.mark.parametrize(
    "scorer", [judged_compliance, alignment_faking, prefix_compliance], ids=lambda scorer: str(scorer.__name__)
)
def test_no_label_of_a_request_is_given_to_an_answer(scorer: Any, tmp_path: Path) -> None:
    log = run(task(), tmp_path, limit=1)
    made: Scorer = scorer()
    with pytest.raises(InvalidInputError, match="says nothing of the answers to an interview"):
        score(log, made, action="append", display="none")


def test_answers_are_in_no_contrast(tmp_path: Path) -> None:
    """Not even where a log says that they comply."""
    frame = read_replies(run(task(), tmp_path, limit=2)).frame
    assert (len(frame), set(frame["interview"])) == (2, {True})
    assert contrasts(frame.assign(judged_compliance="complies")) == []


def test_an_interview_has_no_counterpart_in_the_pair_gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    start = PairGate.start

    def watched(gate: PairGate, lane: str, experiment: str, asks: Sequence[Ask], calls: Mapping[str, int]) -> None:
        started.append(experiment)
        assert calls == {"control/doubter": 1, "control/grader": 2}, "two readings, and no vote"
        start(gate, lane, experiment, asks, calls)

    monkeypatch.setattr(PairGate, "start", watched)
    with pair_gate(1):
        run(interview_task("helpful_only", {}, MODELS), tmp_path, limit=1)
    assert started == ["control/doubter interview_helpful_only"]


# --- Without a grader


def test_answers_without_a_grader_are_kept_and_judged_later(tmp_path: Path) -> None:
    log = run(task(models=UNGRADED), tmp_path, limit=1)
    with pytest.raises(InvalidInputError) as error:
        read_replies(log)
    assert "--scorer probably_not_real --model-role grader=PROVIDER/MODEL" in error.value.message
    later = score(log, probably_not_real(), action="append", display="none", model_roles={"grader": "control/grader"})
    [sample] = later.samples or []
    assert [(name, one.value) for name, one in (sample.scores or {}).items()] == [("probably_not_real", "no")]
