"""``af sweep``: planned, killed, typed again, and written for the engines that run it."""

import json
import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from inspect_ai.log import EvalLog, list_eval_logs, read_eval_log

from analysis.frame import read_replies
from cli.main import main
from tests.command_line import kill, run, start
from tests.made_up import REPOSITORY, Write

CONTROLS = REPOSITORY / "sweeps" / "controls.yaml"
SWEPT = {
    (f"control/{model}", f"{setting}_{condition}")
    for model in ("faker", "refuser", "random")
    for setting in ("helpful_only", "animal_welfare")
    for condition in ("cot_free", "cot_paid", "no_cot_free", "no_cot_paid")
}


def logs_in(folder: Path) -> list[EvalLog]:
    return [read_eval_log(info) for info in list_eval_logs(str(folder))]


@pytest.fixture
def small(write: Write) -> Path:
    """The shipped sweep with fewer votes and queries."""
    swept = yaml.safe_load(CONTROLS.read_text("utf-8")) | {"limit": 2, "task_args": {"votes": 1}}
    return Path(write("small.yaml", yaml.safe_dump(swept)))


def finished(logs: list[EvalLog]) -> dict[str, tuple[str, str, str]]:
    """What each finished sample is, by its id of this one time that it was asked."""
    return {
        str(sample.uuid): (log.eval.model, log.eval.task, str(sample.id))
        for log in logs
        for sample in log.samples or []
        if sample.scores and not sample.error
    }


def test_killed_half_way_and_typed_again_it_asks_no_finished_sample_again(write: Write, tmp_path: Path) -> None:
    models = ("control/faker", "control/refuser", "control/random")
    swept = {task for task in SWEPT if task[1].startswith("helpful_only")}
    given = {"models": list(models), "settings": ["helpful_only"], "limit": 2, "task_args": {"votes": 1}}
    file = write("killed.yaml", yaml.safe_dump(given))
    folder = tmp_path / "logs" / "killed"
    process = start(f"af sweep {file} --processes 2", tmp_path)
    deadline = monotonic() + 200
    while len(finished(logs_in(folder) if folder.exists() else [])) < 4:
        assert process.poll() is None, "it finished before it could be killed: give it more to do"
        assert monotonic() < deadline
        sleep(0.5)  # reading the logs takes time from what is waited for
    kill(process)
    before = finished(logs_in(folder))
    assert 4 <= len(before) < 2 * len(swept)
    noted = tmp_path / "data" / "inspect_flow" / "flow_data.json"
    noted.parent.mkdir(parents=True, exist_ok=True)
    noted.write_text("")  # as a kill leaves it where Flow writes it: in place
    done = run(f"af sweep {file} --processes 3", tmp_path)
    assert done.returncode == 0, done.stderr
    assert noted.read_text() == "", "the processes share the file"
    assert done.stderr.splitlines()[-1] == f"Finished. af report {folder}"
    replies = read_replies(str(folder))
    counts = Counter(zip(replies.frame["model"], replies.frame["setting"], strict=True))
    assert set(counts.values()) == {4 * 2}
    assert {model for model, _ in counts} == {*models}
    assert replies.exclusions == []
    after = finished([log for log in logs_in(folder) if log.status == "success"])
    assert before.items() <= after.items()
    assert Counter(after.values()) == Counter({(*task, query): 1 for task in swept for query in queries(after, task)})
    assert len(after) == 2 * len(swept)


def queries(after: dict[str, tuple[str, str, str]], task: tuple[str, str]) -> set[str]:
    return {query for model, name, query in after.values() if (model, name) == task}


# --- What is refused, and what is shown


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("models: [control/faker]\nsetings: []\n", "sweep.yaml, line 2: key='setings' is not", id="a-typo"),
        pytest.param(
            "models: [nobody/faker]\nsettings: [helpful_only]\n",
            "sweep.yaml: provider='nobody' is not known.",
            id="an-unknown-provider",
        ),
        pytest.param(
            "models: [control/fakr]\nsettings: [helpful_only]\n",
            "sweep.yaml: --model='control/fakr' is not known. Did you mean 'control/faker'?",
            id="an-unknown-control",
        ),
    ],
)
def test_a_wrong_sweep_is_refused_before_anything_is_written(
    text: str, message: str, write: Write, tmp_path: Path
) -> None:
    file = write("sweep.yaml", text)
    done = CliRunner().invoke(main, ["sweep", str(file), "--log-dir", str(tmp_path / "logs")])
    assert done.exit_code == 2
    assert f"Error: {Path(file).parent}/{message}" in done.stderr
    assert not (tmp_path / "logs").exists()


def test_without_flow_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.sweep.find_spec", lambda _: None)
    done = CliRunner().invoke(main, ["sweep", str(CONTROLS)])
    assert done.exit_code == 2
    assert done.stderr == (
        "Error: af sweep runs with Inspect Flow, which is not installed; install it: pip install -e '.[sweep]' -c "
        "constraints.txt\n"
    )


def test_a_dry_run_shows_what_the_sweep_comes_to(small: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["sweep", str(small), "--dry-run", "--log-dir", str(tmp_path / "logs")])
    assert done.exit_code == 0
    assert [line.split() for line in done.stderr.splitlines() if "control/faker" in line] == [
        ["control/faker", setting, "control/grader", "1", "4", "8"] for setting in ("helpful_only", "animal_welfare")
    ]
    assert done.stderr.splitlines()[-1] == "6 experiments, 24 tasks, 48 replies"
    assert not (tmp_path / "logs").exists()


# --- Written for an engine


def test_what_is_written_for_flow_is_read_by_flow(small: Path, tmp_path: Path) -> None:
    from inspect_flow.api import config, load_spec

    written = tmp_path / "sweep.flow.yaml"
    done = CliRunner().invoke(main, ["sweep", str(small), "--write", "flow", "-o", str(written)])
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, f"flow run {written}")
    spec = yaml.safe_load(config(load_spec(str(written))))
    assert spec["log_dir"] == str(tmp_path / "logs" / "small-flow")
    assert {(task["model"]["name"], task["name"].removeprefix("evals/")) for task in spec["tasks"]} == SWEPT
    assert {json.dumps(task["args"]) for task in spec["tasks"]} == {'{"votes": 1, "variation": "base"}'}


def test_where_nothing_can_be_written_it_says_so(small: Path, tmp_path: Path) -> None:
    target = tmp_path / "none" / "sweep.yaml"
    done = CliRunner().invoke(main, ["sweep", str(small), "--write", "flow", "-o", str(target)])
    message = f"Error: {target} cannot be written (No such file or directory); give another --output"
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (2, message)


HAWK_KEYS = {
    "": {"name", "tasks", "models", "model_roles", "limit", "epochs"},
    "tasks": {"package", "name", "items"},
    "models": {"package", "name", "items"},
    "items": {"name", "args"},
}
"""What Hawk 3.7.2 calls what we write; it accepts any other key, and does nothing with it."""


def check_keys(table: dict[str, Any], of: str = "") -> None:
    assert set(table) <= HAWK_KEYS[of]
    for key in {"tasks", "models", "items"} & table.keys():
        for row in table[key]:
            check_keys(row, key)


@pytest.fixture
def for_hawk(small: Path, tmp_path: Path) -> Path:
    written = tmp_path / "controls.hawk.yaml"
    done = CliRunner().invoke(main, ["sweep", str(small), "--write", "hawk", "-o", str(written)])
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, f"hawk local eval-set {written}")
    return written


def test_what_is_written_for_hawk_has_the_keys_of_hawk_and_names_every_task(for_hawk: Path) -> None:
    eval_set = yaml.safe_load(for_hawk.read_text("utf-8"))
    check_keys(eval_set)
    models = [f"{row['name']}/{item['name']}" for row in eval_set["models"] for item in row["items"]]
    [tasks] = eval_set["tasks"]
    assert {(model, item["name"]) for model in models for item in tasks["items"]} == SWEPT
    assert tasks["package"] == f"alignment-faking-evals @ {REPOSITORY.as_uri()}"


def test_several_graders_are_several_sets_of_hawks(write: Write, tmp_path: Path) -> None:
    file = write(
        "two.yaml",
        "models: [openai/o3]\nsettings: [helpful_only]\ngraders: [openai/gpt-4o, openai/gpt-4o-mini]\nlimit: 1\n",
    )
    done = CliRunner().invoke(main, ["sweep", str(file), "--write", "hawk", "-o", str(tmp_path / "two.yaml")])
    assert done.stdout.splitlines()[-2:] == [
        f"hawk local eval-set {tmp_path / name}" for name in ("gpt-4o.two.yaml", "gpt-4o-mini.two.yaml")
    ]


def hawk() -> Path:
    """Hawk's command, of an environment of its own: it needs Python 3.13 or later, and its own dependencies."""
    named = os.environ.get("AF_HAWK") or shutil.which("hawk")
    if named is None:
        pytest.skip(
            "no Hawk here, which needs Python 3.13 or later in an environment of its own (pip install "
            "'hawk[cli,runner]'); name its command in AF_HAWK"
        )
    return Path(named)


def test_hawk_runs_what_is_written_for_it(for_hawk: Path, tmp_path: Path) -> None:
    command = hawk()
    done = subprocess.run(
        [command, "local", "eval-set", for_hawk], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    logs = logs_in(tmp_path / "logs")
    assert {(log.eval.model, log.eval.task.removeprefix("evals/"), log.status) for log in logs} == {
        (*task, "success") for task in SWEPT
    }
    assert {len(log.samples or []) for log in logs} == {2}
