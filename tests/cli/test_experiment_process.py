"""A process of a sweep, and a folder in which it must not go on: it says so, and asks nothing."""

import threading
from contextlib import nullcontext
from pathlib import Path

import pytest
from filelock import FileLock

from cli import experiment_process
from cli.experiment_process import run_experiment
from cli.folder_lock import LOCK
from evals.helpful_only import SETTING
from evals.named_model import NamedModel
from evals.sweep import Experiment

ONE = Experiment(NamedModel(name="control/faker"), SETTING, ("base",), None, {})


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the handlers of signals, and with no patience."""
    monkeypatch.setattr(experiment_process._Process, "stop", threading.Event(), raising=False)
    monkeypatch.setattr(experiment_process, "_interruptible", nullcontext)
    monkeypatch.setattr(experiment_process, "_GRACE", 0)
    monkeypatch.setattr(experiment_process, "_run", lambda one, folder: pytest.fail("it was begun"))


def test_one_in_whose_folder_a_run_is_at_work_waits_for_another_time(tmp_path: Path) -> None:
    folder = tmp_path / ONE.folder
    folder.mkdir()
    with FileLock(folder / LOCK):
        failure = run_experiment(ONE, str(tmp_path)).failure
    assert failure == f"another process is at work in {folder}; wait for it, and type the command again"


def test_one_beside_a_damaged_log_says_which(tmp_path: Path) -> None:
    log = tmp_path / ONE.folder / "2026-03-01T12-00-00-00-00_helpful-only-cot-free_abc.eval"
    log.parent.mkdir()
    log.write_bytes(b"")
    assert str(run_experiment(ONE, str(tmp_path)).failure).startswith(f"{log} is damaged")
