"""A process of a sweep: it runs one experiment after the other with Inspect Flow, and is told when to stop."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.synchronize import Event
from pathlib import Path
from time import monotonic

from filelock import FileLock, Timeout
from inspect_ai.log import EvalLog, read_eval_log_sample_summaries

from cli.folder_check import check_logs
from cli.folder_lock import LOCK, alone_in
from cli.run_folder import newest_logs
from evals.engine_files import flow_spec
from evals.pair_gate import ALL_SAMPLES, ALL_TASKS, pair_gate
from evals.sweep import Experiment
from study.invalid_input import InvalidInputError

_GRACE = 60.0
"""Seconds that a process which works for a parent that died has to write its logs."""


@dataclass(frozen=True)
class Outcome:
    """What became of an experiment."""

    folder: str
    replies: int
    """Those that are in its logs now."""
    seconds: float
    failure: str | None
    """Why it is not finished; None if it is."""


class _Process:
    """What this process knows of itself."""

    stop: Event
    idle = threading.Event()


def prepare(stop: Event) -> None:
    """Make this process ready: it stops when it is told, or when its parent is gone."""
    os.setpgid(0, 0)  # a terminal interrupts the parent alone, which tells us once: twice would cut off the logs
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.setdefault("UV_OFFLINE", "1")  # Flow asks a package index what it need not know
    _Process.stop = stop
    _Process.idle.set()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def run_experiment(one: Experiment, log_dir: str) -> Outcome:
    """Run an experiment; what it has in its folder is not asked again.

    Args:
        one: What is run.
        log_dir: Folder of the sweep, or what `fsspec` opens.
    """
    begun = monotonic()
    if _Process.stop.is_set():
        return Outcome(one.folder, 0, 0.0, "not begun")
    folder = f"{log_dir.rstrip('/')}/{one.folder}"
    try:
        with _interruptible(), _alone_in(folder):
            check_logs(folder)
            replies, failure = _run(one, folder)
    except Timeout:
        replies, failure = 0, f"another process is at work in {folder}; wait for it, and type the command again"
    except InvalidInputError as error:
        replies, failure = 0, error.message
    except Exception as error:  # noqa: BLE001 - one that fails stops no other, and is told
        replies, failure = 0, " ".join(str(error.__cause__ or error).split()) or type(error).__name__
    return Outcome(
        one.folder, replies, monotonic() - begun, "interrupted" if _Process.stop.is_set() and failure else failure
    )


def _run(one: Experiment, folder: str) -> tuple[int, str | None]:
    from inspect_flow import FlowOptions, FlowSpec
    from inspect_flow.api import init, run
    from uv import find_uv_bin

    os.environ["PATH"] = f"{Path(find_uv_bin()).parent}{os.pathsep}{os.environ['PATH']}"  # where Flow looks for it
    _keep_no_note()
    init(display="none")
    spec = FlowSpec.model_validate(flow_spec([one], folder))
    assert isinstance(spec.options, FlowOptions)
    spec.options.display = "none"
    spec.options.max_tasks, spec.options.max_samples = ALL_TASKS, ALL_SAMPLES  # the gate says which begin
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere), pair_gate(one.connections):
        result = run(spec)
    logs = newest_logs(folder)
    unfinished = [log for log in logs if log.status != "success"]
    replies = sum(log.results.completed_samples for log in logs if log.results)
    if not unfinished:
        return replies, None if result.success else "it was not run"
    return replies, f"{len(unfinished)} of {len(logs)} tasks: {_why(unfinished[0])}"


def _keep_no_note() -> None:
    """Have Flow not write down the folder, for ``flow run --resume``, in a file that all processes of a user share.

    It writes that file in place: another process reads it half-written, and a kill leaves it empty, which Flow cannot
    read, in any folder, until somebody removes it.
    """
    from inspect_flow._launcher import launch

    assert callable(launch.write_data)  # type: ignore[attr-defined]  # private: a new Flow may have it elsewhere
    launch.write_data = lambda key, value: None  # type: ignore[attr-defined]


def _why(log: EvalLog) -> str:
    failed = (one.error for one in read_eval_log_sample_summaries(log.location) if one.error)
    said = log.error.message if log.error else next(failed, log.status)
    return " ".join(said.split())[:500]


@contextmanager
def _interruptible() -> Iterator[None]:
    _Process.idle.clear()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _Process.idle.set()


def _alone_in(folder: str) -> AbstractContextManager[object]:
    """Two processes in one folder would ask everything twice; one that lost its parent soon gives it back."""
    if "://" in folder:
        return alone_in(folder)
    Path(folder).mkdir(parents=True, exist_ok=True)
    return FileLock(Path(folder) / LOCK, timeout=_GRACE)


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    _Process.stop.set()
    if not _Process.idle.is_set():
        os.kill(os.getpid(), signal.SIGINT)
        _Process.idle.wait(_GRACE)
    os._exit(1)
