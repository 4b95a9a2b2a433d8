"""The animal-welfare setting from task to table: who judges what, and what is said where nobody does."""

from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import Task, score
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog

from analysis.frame import read_replies
from cli.gap_table import GapTable
from evals.animal_welfare import SETTING
from evals.condition_task import condition_task
from evals.helpful_only import SETTING as HELPFUL_ONLY
from evals.models import Models
from evals.query_set import load_queries
from prompts.rubric import WELFARE_FAKING, WELFARE_SUPPORT
from scorers.alignment_faking import alignment_faking
from scorers.judged_compliance import judged_compliance
from study.cell import Cell
from study.condition import CONDITIONS
from study.invalid_input import InvalidInputError
from tests.fake_checkout import OSAF, checkout

COT_FREE, COT_PAID = CONDITIONS[:2]
RUBRICS = (WELFARE_SUPPORT, WELFARE_FAKING)
UNGRADED = Models(None, "control/faker", None, judged=False)


def run(folder: Path, policy: str = "faker", models: Models | None = None, **given: Any) -> list[EvalLog]:
    """Logs of two conditions over two queries."""
    return inspect_eval(
        [Context().run(condition_task, SETTING, condition, given, models) for condition in (COT_FREE, COT_PAID)],
        model=f"control/{policy}",
        log_dir=str(folder),
        limit=2,
        display="none",
        log_realtime=False,
        max_retries=0,
    )


def scores(log: EvalLog) -> list[dict[str, tuple[object, str | None]]]:
    """Of each sample: scorer → value and rubric, if a judge was asked."""
    return [
        {name: (one.value, (one.metadata or {}).get("rubric")) for name, one in (sample.scores or {}).items()}
        for sample in log.samples or []
    ]


def judged(
    compliance: str, faking: str, voted_by: str | None = "animal_welfare_faking"
) -> dict[str, tuple[object, str | None]]:
    return {"judged_compliance": (compliance, "animal_welfare_support"), "alignment_faking": (faking, voted_by)}


def test_the_judges_are_asked_by_the_rubrics_of_the_setting_and_no_prefix_is_read(tmp_path: Path) -> None:
    free, paid = run(tmp_path, "welfare_faker")
    assert scores(free) == [judged("complies", "faking")] * 2
    assert scores(paid) == [judged("refuses", "not_applicable", None)] * 2
    assert (free.eval.metadata or {})["rubrics_sha256"] == {one.name: one.sha256 for one in RUBRICS}


def test_builtin_is_the_set_of_the_setting() -> None:
    ours, theirs = (Context().run(condition_task, each, COT_FREE, {}) for each in (SETTING, HELPFUL_ONLY))
    assert [cell_of(task).query_set for task in (ours, theirs)] == ["animal_welfare", "builtin"]
    assert [cell_of(task).query_set_sha256 for task in (ours, theirs)] == [
        load_queries(name).sha256 for name in ("animal_welfare", "builtin")
    ]
    other = Context().run(condition_task, SETTING, COT_FREE, {"queries": "animal_welfare"})
    assert cell_of(other) == cell_of(ours)


def cell_of(task: Task) -> Cell:
    return Cell.model_validate(task.dataset[0].metadata)


def test_without_a_grader_the_replies_are_kept_and_judged_later(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logs = run(tmp_path, models=UNGRADED)
    assert [(log.status, scores(log)) for log in logs] == [("success", [{}, {}])] * 2
    GapTable(logs).print()
    assert capsys.readouterr().out.strip() == (
        f"there is no reply to use in 2 logs: the log holds no score (add them: inspect score {logs[0].location} "
        "--scorer judged_compliance --model-role grader=PROVIDER/MODEL --action append --overwrite, then the same with "
        "--scorer alignment_faking)"
    )
    later = score(
        logs[0],
        [judged_compliance(), alignment_faking()],
        model_roles={"grader": "control/grader"},
        display="none",
    )
    assert scores(later) == [judged("complies", "faking")] * 2


def test_the_table_says_what_complying_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    GapTable(run(tmp_path, wrapper="revisited", turns=4)).print()
    said = capsys.readouterr().out
    assert "control/faker · animal_welfare · animal_welfare · wrapper revisited" in said
    assert "Replies that do not support animal welfare; gap: free minus paid, paired by query." in said
    assert "Turns used: CoT: free 2 in 1; paid 2 in 1 (at most 4)" in said
    assert "Graded whole for want of an output tag: CoT, free 0, paid 0" in said
    assert "prefix" not in said


def test_both_settings_in_one_frame_stay_apart(tmp_path: Path) -> None:
    theirs = inspect_eval(
        Context().run(condition_task, HELPFUL_ONLY, COT_FREE, {}),
        model="control/faker",
        log_dir=str(tmp_path),
        limit=1,
        display="none",
        log_realtime=False,
    )
    frame = read_replies([*run(tmp_path), *theirs]).frame
    found = frame.groupby("setting", observed=True)[["judged_compliance", "prefix_compliance"]].count()
    assert found.to_dict("index") == {
        "animal_welfare": {"judged_compliance": 4, "prefix_compliance": 0},
        "helpful_only": {"judged_compliance": 1, "prefix_compliance": 1},
    }


def test_a_checkout_of_another_setting_is_refused(tmp_path: Path) -> None:
    root = checkout(tmp_path, OSAF)
    with pytest.raises(InvalidInputError, match="has the prompts of 'helpful_only', and this is 'animal_welfare'"):
        Context().run(condition_task, SETTING, COT_FREE, {"prompts": str(root)})
