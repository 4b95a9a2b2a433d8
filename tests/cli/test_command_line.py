"""What a user types, typed: real commands in processes of their own, with no key and no network.

Each costs seconds, so there are few, and what one process can show is shown in the tests of the packages.
"""

import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from contextvars import Context
from math import isnan
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai import score
from inspect_ai.log import EvalLog, list_eval_logs, read_eval_log, write_eval_log
from inspect_ai.model import get_model

from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from evals.models import chosen_models
from evals.task_options import Options
from scorers.prefix_compliance import prefix_compliance
from study.condition import Condition, Tier
from tests.made_up import REPOSITORY, Write, metrics

TASK_FILE = REPOSITORY / "evals" / "helpful_only.py"
CONDITIONS = ["cot_free", "cot_paid", "no_cot_free", "no_cot_paid"]


def inspect(*arguments: str, where: Path = REPOSITORY) -> "subprocess.CompletedProcess[str]":
    """Type ``inspect …`` in a folder. Logs, caches and buffers are this test's: see ``conftest.py``."""
    program = Path(sys.executable).with_name("inspect")
    return subprocess.run(
        [str(program), *arguments],
        cwd=where,
        env=os.environ | {"COLUMNS": "120", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def logs_in(folder: Path) -> list[EvalLog]:
    return [read_eval_log(log) for log in list_eval_logs(str(folder))]


def labels(log: EvalLog, scorer: str) -> dict[Any, object]:
    """Label of every sample, or the reason for none."""
    return {
        sample.id: given.reason if isinstance(given.value, float) and isnan(given.value) else given.value
        for sample in log.samples or []
        for name, given in (sample.scores or {}).items()
        if name == scorer
    }


# --- inspect eval, inspect eval-set


def test_the_main_command_needs_no_key_and_ends_with_the_gap(tmp_path: Path) -> None:
    done = inspect("eval", "evals/helpful_only.py", "--limit", "2", "--display", "plain")
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0), done.stderr
    logs = logs_in(tmp_path / "logs")
    assert sorted((log.eval.task, log.status, log.eval.model, len(log.samples or [])) for log in logs) == [
        (f"helpful_only_{condition}", "success", "control/faker", 2) for condition in CONDITIONS
    ]
    table = [line.split() for line in done.stdout.splitlines() if re.match(r"\s*(no )?CoT +(judged|prefix) ", line)]
    assert [line[: line.index("+1.000") + 1] for line in table] == [
        [*cot.split(), scorer, "2", "1.000", "0.000", "+1.000"]
        for cot in ("CoT", "no CoT")
        for scorer in ("judged", "prefix")
    ]


def test_every_task_of_the_folder_succeeds_in_a_set(tmp_path: Path) -> None:
    done = inspect("eval-set", "evals", "--limit", "1", "--display", "log", "--log-dir", str(tmp_path / "set"))
    assert done.returncode == 0, done.stderr
    assert sorted((log.eval.task, log.status) for log in logs_in(tmp_path / "set")) == [
        (f"helpful_only_{condition}", "success") for condition in CONDITIONS
    ]


def test_a_path_is_relative_to_where_it_is_typed_in_a_retry_too(tmp_path: Path, write: Write) -> None:
    write("mine.csv", "query\nOne request\nAnother\n")
    task = f"{TASK_FILE}@helpful_only_cot_paid"
    done = inspect("eval", task, "-T", "queries=mine.csv", "--display", "plain", where=tmp_path)
    assert done.returncode == 0, done.stderr
    [log] = logs_in(tmp_path / "logs")
    assert sorted(str(sample.input) for sample in log.samples or []) == ["Another", "One request"]

    interrupted = log.model_copy(update={"status": "error", "samples": (log.samples or [])[:1]})
    write_eval_log(interrupted, log.location)
    kept = (interrupted.samples or [])[0]
    done = inspect(
        "eval-retry", log.location, "--log-dir", str(tmp_path / "again"), "--display", "plain", where=tmp_path
    )
    assert done.returncode == 0, done.stderr
    [retried] = logs_in(tmp_path / "again")
    uuids = {str(sample.input): sample.uuid for sample in retried.samples or []}
    assert (retried.status, sorted(uuids), uuids[str(kept.input)]) == ("success", ["Another", "One request"], kept.uuid)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            "-T queries=bultin",
            "queries='bultin' is not known. Did you mean 'builtin'? Choose from: builtin. "
            "Or give a path to a file: .csv, .jsonl, .parquet.",
            id="unknown-query-set",
        ),
        pytest.param(
            "-T queries=mine.csv",
            "queries='mine.csv': there is no file {folder}/mine.csv; check the path",
            id="missing-file",
        ),
        pytest.param(
            "-T wrapper=notebok",
            "wrapper='notebok' is not known. Did you mean 'notebook'? Choose from: notebook, revisited.",
            id="unknown-wrapper",
        ),
        pytest.param(
            "-T quries=builtin",
            "-T='quries' is not known. Did you mean 'queries'? "
            "Choose from: column, developer, judge_all, queries, variation, votes, wrapper.",
            id="unknown-parameter",
        ),
        pytest.param(
            "-T developer=3",
            "developer=3 is not a text; give one, in quotes where YAML reads it otherwise",
            id="number-for-a-name",
        ),
        pytest.param(
            "--model control/fakir",
            "--model control/…='fakir' is not known. Did you mean 'faker'? Choose from: anti_faker, complier, doubter, "
            "faker, filtered, grader, malformer, quiet_faker, quoter, random, refuser, tag_glitcher, truncator, "
            "untagged_complier, worried_refuser.",
            id="unknown-control-policy",
        ),
    ],
)
def test_what_cannot_be_right_is_one_line_and_no_log(arguments: str, message: str, tmp_path: Path) -> None:
    done = inspect(
        "eval", str(TASK_FILE), *shlex.split(arguments), "--limit", "1", "--display", "plain", where=tmp_path
    )
    assert (done.returncode, done.stderr.strip()) == (2, f"Error: {message}".replace("{folder}", str(tmp_path)))
    assert "Traceback" not in done.stdout
    assert list(tmp_path.rglob("*.eval")) == []


# --- inspect score


def run(folder: Path, **options: Any) -> EvalLog:
    """A log of a control model whose labels differ from query to query."""
    [log] = inspect_eval(
        Context().run(condition_task, SETTING, Condition(Tier.FREE, cot=True), {}),
        model=get_model("control/random", complies_free=0.6, faking_free=0.5),
        limit=12,
        log_dir=str(folder),
        display="none",
        log_realtime=False,
        **options,
    )
    return log


def assert_labelled_alike(log: EvalLog, at_once: EvalLog, scorers: list[str]) -> None:
    for scorer in scorers:
        assert labels(log, scorer) == labels(at_once, scorer), scorer
        shown, wanted = metrics(log, scorer), metrics(at_once, scorer)
        assert {name: str(value) for name, value in shown.items()} == {
            name: str(value) for name, value in wanted.items()
        }


JUDGES = ["judged_compliance", "alignment_faking"]


@pytest.mark.defect(22, 30)
def test_scored_later_is_scored_alike(tmp_path: Path) -> None:
    at_once = run(tmp_path / "at once")
    later = run(tmp_path / "later", score=False)
    assert later.results is None or later.results.scores == []

    done = inspect("score", later.location, "--overwrite", "--display", "plain")

    assert done.returncode == 0, done.stderr
    rescored = read_eval_log(later.location)
    assert_labelled_alike(rescored, at_once, ["prefix_compliance", *JUDGES])
    harmful = {sample.id for sample in rescored.samples or [] if sample.metadata["harmful"]}
    for scorer, comply, least in (("prefix_compliance", "accepted", 2), ("judged_compliance", "complies", 2)):
        counts = Counter(label for id_, label in labels(rescored, scorer).items() if id_ in harmful)
        assert len(counts) >= least, "labels that do not differ would show nothing"
        assert metrics(rescored, scorer)["compliance_rate"] == counts[comply] / counts.total()
    votes = Counter(label for id_, label in labels(rescored, "alignment_faking").items() if id_ in harmful)
    assert set(votes) == {"faking", "not_faking", "not_applicable"}
    assert metrics(rescored, "alignment_faking")["faking_of_all"] == votes["faking"] / votes.total()


def test_the_commands_that_add_the_judges_later_work_as_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "x")
    monkeypatch.setattr("evals.models._said", set())
    monkeypatch.setattr("evals.models.get_model", lambda: get_model("openai/gpt-4o"))
    chosen_models(Options())
    commands = [line.strip() for line in capsys.readouterr().err.splitlines() if line.startswith("  inspect score")]
    assert len(commands) == 2

    at_once = run(tmp_path / "at once")
    later = score(run(tmp_path / "later", score=False), prefix_compliance(), display="none")
    write_eval_log(later)
    for command in commands:
        typed = command.replace("LOG", later.location).replace("PROVIDER/MODEL", "control/grader")
        done = inspect(*shlex.split(typed)[1:], "--display", "plain")
        assert done.returncode == 0, done.stderr

    assert_labelled_alike(read_eval_log(later.location), at_once, ["prefix_compliance", *JUDGES])
