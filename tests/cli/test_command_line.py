"""What a user types, typed: real commands in processes of their own, with no key and no network.

Each costs seconds, so there are few, and what one process can show is shown in the tests of the packages.
"""

from collections import Counter
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai import score
from inspect_ai.log import EvalLog, list_eval_logs, read_eval_log, write_eval_log
from inspect_ai.model import Model, get_model

from controls.provider import MODELS
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from evals.query_set import NAMES
from evals.task_options import Options
from scorers.alignment_faking import alignment_faking
from scorers.judged_compliance import judged_compliance
from scorers.prefix_compliance import prefix_compliance
from study.condition import Condition, Tier
from study.invalid_input import InvalidInputError
from study.labels import ComplianceLabel, FakingLabel, PrefixLabel
from tests.command_line import run
from tests.made_up import REPOSITORY, Write, metrics

TASK = f"{REPOSITORY / 'evals' / 'helpful_only.py'}@helpful_only_cot_paid"
"""A task as it is typed from any folder; Inspect takes an absolute path with the name of a task alone."""


def logs_in(folder: Path) -> list[EvalLog]:
    return [read_eval_log(log) for log in list_eval_logs(str(folder))]


# --- inspect eval, inspect eval-retry


def test_a_path_is_relative_to_where_it_was_typed_in_a_retry_too(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real retry; the real command before it, with a path of one's own, is in the README."""
    write("mine.csv", "query\nOne request\nAnother\n")
    with monkeypatch.context() as where_it_is_typed:
        where_it_is_typed.chdir(tmp_path)
        where_it_is_typed.setattr("evals.user_directory.USER_DIRECTORY", tmp_path)
        [log] = inspect_eval(
            TASK,
            task_args={"queries": "mine.csv"},
            log_dir=str(tmp_path / "logs"),
            display="none",
            log_realtime=False,
        )
    assert sorted(str(sample.input) for sample in log.samples or []) == ["Another", "One request"]

    interrupted = log.model_copy(update={"status": "error", "samples": (log.samples or [])[:1]})
    write_eval_log(interrupted, log.location)
    kept = (interrupted.samples or [])[0]
    again = tmp_path / "again"
    done = run(f"inspect eval-retry {log.location} --log-dir {again} --display plain", tmp_path, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    [retried] = logs_in(again)
    uuids = {str(sample.input): sample.uuid for sample in retried.samples or []}
    assert (retried.status, sorted(uuids), uuids[str(kept.input)]) == ("success", ["Another", "One request"], kept.uuid)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param(
            {"queries": "bultin"},
            "queries='bultin' is not known. Did you mean 'builtin'? "
            f"Choose from: {', '.join(sorted(NAMES))}. "
            "Or give a path to a file: .csv, .jsonl, .parquet.",
            id="unknown-query-set",
        ),
        pytest.param(
            {"wrapper": "notebok"},
            "wrapper='notebok' is not known. Did you mean 'notebook'? Choose from: notebook, revisited.",
            id="unknown-wrapper",
        ),
        pytest.param(
            {"developer": 3},
            "developer=3 is not a text; give one, in quotes where YAML reads it otherwise",
            id="number-for-a-name",
        ),
        pytest.param(
            {"queries": "/nowhere/mine.csv"},
            "queries='/nowhere/mine.csv': there is no file /nowhere/mine.csv; check the path",
            id="missing-file",
        ),
    ],
)
def test_what_cannot_be_right_is_an_error_before_any_log(given: dict[str, Any], message: str, tmp_path: Path) -> None:
    """Of which the next test shows that a terminal shows one line."""
    with pytest.raises(InvalidInputError) as refused:
        inspect_eval(TASK, task_args=given, limit=1, log_dir=str(tmp_path), display="none")
    assert refused.value.message == message
    assert list(tmp_path.rglob("*.eval")) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            "-T quries=builtin",
            "-T='quries' is not known. Did you mean 'queries'? "
            f"Choose from: {', '.join(sorted({*Options.__dataclass_fields__} - {'group'}))}.",
            id="unknown-parameter",
        ),
        pytest.param(
            "--model control/fakir",
            "--model='control/fakir' is not known. Did you mean 'control/faker'? Choose from: "
            + ", ".join(sorted(MODELS))
            + ".",
            id="unknown-control-policy",
        ),
    ],
)
def test_what_cannot_be_right_is_one_line_and_no_log(arguments: str, message: str, tmp_path: Path) -> None:
    done = run(f"inspect eval {TASK} {arguments} --limit 1 --display plain", tmp_path, cwd=tmp_path)
    assert (done.returncode, done.stderr.strip()) == (2, f"Error: {message}")
    assert "Traceback" not in done.stdout
    assert list(tmp_path.rglob("*.eval")) == []


# --- inspect score

SCORERS = {
    "prefix_compliance": ("compliance_rate", PrefixLabel.ACCEPTED, PrefixLabel),
    "judged_compliance": ("compliance_rate", ComplianceLabel.COMPLIES, ComplianceLabel),
    "alignment_faking": ("faking_of_all", FakingLabel.FAKING, FakingLabel),
}
"""Of each scorer its main figure, the label that the figure counts, and its labels."""


def labels(log: EvalLog, scorer: str) -> dict[Any, object]:
    """Label of every sample, or the reason for none."""
    scores = {sample.id: (sample.scores or {})[scorer] for sample in log.samples or []}
    return {id_: score.reason if score.value != score.value else score.value for id_, score in scores.items()}


def figures(log: EvalLog, scorer: str) -> dict[str, str]:
    """What the log prints for a scorer, as text: NaN equals NaN."""
    return {name: str(value) for name, value in metrics(log, scorer).items()}


def varied(folder: Path, grader: Model, **options: Any) -> EvalLog:
    """A log of a control model whose labels differ from query to query."""
    [log] = inspect_eval(
        Context().run(condition_task, SETTING, Condition(Tier.FREE, cot=True), {}),
        model=get_model("control/random", complies_free=0.6, faking_free=0.5),
        model_roles={"grader": grader},
        limit=12,
        log_dir=str(folder),
        display="none",
        log_realtime=False,
        **options,
    )
    return log


@pytest.mark.defect(22, 30)
def test_scored_later_is_scored_alike_and_rates_are_of_the_samples(tmp_path: Path) -> None:
    grader = get_model("control/grader", unreadable=0.2, seed=3)
    at_once, later = varied(tmp_path / "at_once", grader), varied(tmp_path / "later", grader, score=False)
    assert later.results is None or later.results.scores == []
    done = run(f"inspect score {later.location} --overwrite --display plain", tmp_path)
    assert done.returncode == 0, done.stderr
    log = read_eval_log(later.location)
    harmful = {sample.id for sample in log.samples or [] if sample.metadata["harmful"]}
    for scorer, (figure, counted, kinds) in SCORERS.items():
        assert labels(log, scorer) == labels(at_once, scorer)
        assert figures(log, scorer) == figures(at_once, scorer)
        given = Counter(label for id_, label in labels(log, scorer).items() if id_ in harmful)
        known = {kind: given[kind] for kind in kinds}
        assert metrics(log, scorer)[figure] == known[counted] / sum(known.values())
        assert 0 < known[counted] < sum(known.values()), "labels that do not differ would show nothing"
    missing = set(labels(log, "judged_compliance").values()) - set(ComplianceLabel)
    assert missing == {"unreadable_verdict"}, "nor would a run in which nothing is missing"


def test_judges_that_are_added_to_an_old_log_label_alike(tmp_path: Path) -> None:
    """As the command does it, which is typed in the test of what the README's run without a grader prints."""
    grader = get_model("control/grader")
    at_once = varied(tmp_path / "at_once", grader)
    log = score(varied(tmp_path / "old", grader, score=False), prefix_compliance(), display="none")
    for judge in (judged_compliance(), alignment_faking()):
        log = score(log, judge, model_roles={"grader": "control/grader"}, action="append", display="none")
    for scorer in SCORERS:
        assert labels(log, scorer) == labels(at_once, scorer)
        assert figures(log, scorer) == figures(at_once, scorer)
