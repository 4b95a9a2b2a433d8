"""A folder before a run: what is damaged, later than now, or held by another run is told, and nothing is asked."""

import asyncio
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from filelock import FileLock
from inspect_ai.hooks import EvalSetEnd, EvalSetStart, RunStart
from inspect_ai.log import EvalConfig, EvalDataset, EvalLog, EvalSpec, EvalStatus, write_eval_log

from cli.folder_check import check_logs
from cli.folder_guard import FolderGuard
from cli.folder_lock import LOCK, alone_in
from cli.main import main
from cli.run_folder import mend_id
from evals.pair_gate import pair_gate
from study.invalid_input import InvalidInputError

TASK = "evals/helpful_only.py"
BEGUN = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAME = "2026-03-01T12-00-00-00-00_helpful-only-cot-free_abc.eval"


def made_up(folder: Path, name: str = NAME, created: datetime = BEGUN, status: EvalStatus = "started") -> Path:
    """The log of a task, without samples."""
    spec = EvalSpec(
        created=created.isoformat(), task="helpful_only_cot_free", dataset=EvalDataset(), model="m", config=EvalConfig()
    )
    write_eval_log(EvalLog(eval=spec, status=status), str(folder / name))
    return folder / name


def of_a_clock_ahead(folder: Path) -> None:
    made_up(folder, created=datetime.now(UTC) + timedelta(hours=1))


def of_a_file_ahead(folder: Path) -> None:
    os.utime(made_up(folder), (time.time() + 3600,) * 2)


def cut_off(folder: Path) -> None:
    log = made_up(folder)
    log.write_bytes(log.read_bytes()[:-100])


def empty(folder: Path) -> None:
    made_up(folder).write_bytes(b"")


BAD = {
    "cut-off": (cut_off, "is damaged (File is not a zip file), and no run can go on beside it"),
    "empty": (empty, "is damaged (File is not a zip file), and no run can go on beside it"),
    "begun-later-than-now": (of_a_clock_ahead, "set the clock right, or give another --log-dir"),
    "written-later-than-now": (of_a_file_ahead, "set the clock right, or give another --log-dir"),
}


def test_good_logs_are_handed_on(tmp_path: Path) -> None:
    made_up(tmp_path)
    made_up(tmp_path, "2026-03-01T13-00-00-00-00_helpful-only-cot-paid_def.eval", BEGUN + timedelta(hours=1))
    assert sorted(log.eval.created for log in check_logs(str(tmp_path))) == [
        "2026-03-01T12:00:00+00:00",
        "2026-03-01T13:00:00+00:00",
    ]
    (tmp_path / "none").mkdir()
    assert check_logs(str(tmp_path / "none")) == []


@pytest.mark.parametrize(
    ("name", "status", "kept"),
    [
        pytest.param(NAME.replace(".eval", "-recovered.eval"), "started", False, id="half-recovered"),
        pytest.param(NAME.replace(".eval", "-recovered.eval"), "error", True, id="recovered"),
        pytest.param("another-recovered.eval", "started", True, id="without-what-it-was-made-of"),
        pytest.param("another.eval", "started", True, id="a-log-of-its-own"),
    ],
)
def test_what_a_kill_left_of_a_recovery_is_made_again(
    name: str, status: EvalStatus, kept: bool, tmp_path: Path
) -> None:
    made_up(tmp_path)
    made_up(tmp_path, name, status=status)
    assert len(check_logs(str(tmp_path))) == 1 + kept
    assert (tmp_path / name).exists() == kept


@pytest.mark.parametrize("bad", BAD)
def test_a_run_is_refused_in_one_line(bad: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make, told = BAD[bad]
    make(tmp_path)
    monkeypatch.setattr("cli.run._inspect", lambda command: pytest.fail("it was begun"))
    done = CliRunner().invoke(main, ["run", TASK, "--log-dir", str(tmp_path)])
    line = done.stderr.splitlines()[-1]
    assert (done.exit_code, line.startswith(f"Error: {tmp_path / NAME} "), told in line) == (2, True, True), line


def test_a_clock_that_is_a_little_late_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("cli.folder_check.sleep", waited.append)
    made_up(tmp_path, created=datetime.now(UTC) + timedelta(seconds=30))
    check_logs(str(tmp_path))
    assert [0 < seconds <= 30 for seconds in waited] == [True]
    assert "later than the clock of this machine says" in capsys.readouterr().err


@pytest.mark.parametrize(("said", "kept"), [("", False), ("\n", False), ("abc", True)], ids=["empty", "blank", "whole"])
def test_an_id_that_a_kill_left_empty_is_made_again(said: str, kept: bool, tmp_path: Path) -> None:
    (tmp_path / ".eval-set-id").write_text(said, "utf-8")
    mend_id(str(tmp_path))
    mend_id(str(tmp_path))  # where there is none
    assert (tmp_path / ".eval-set-id").exists() == kept


def test_a_folder_that_cannot_be_written_to_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cli.folder_lock.FileLock.acquire", full)
    done = CliRunner().invoke(main, ["run", TASK, "--log-dir", str(tmp_path)])
    told = f"Error: nothing can be written to {tmp_path} (No space left on device); make room or give yourself the "
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (2, f"{told}right to, or give another --log-dir")


# --- Before an eval-set


@pytest.fixture
def guard() -> Iterator[FolderGuard]:
    guard = FolderGuard()
    yield guard
    asyncio.run(guard.on_eval_set_end(EvalSetEnd("set", "")))


def started(guard: FolderGuard, folder: Path, *tasks: str) -> int | str | None:
    """Exit code with which an eval-set ends before its first task; 0 where it goes on."""
    try:
        asyncio.run(guard.on_eval_set_start(EvalSetStart("set", str(folder))))
        asyncio.run(guard.on_run_start(RunStart("set", "run", list(tasks))))
    except SystemExit as ended:
        return ended.code
    return 0


def held(folder: Path) -> bool:
    """Whether ``af run`` would find another at work."""
    try:
        with alone_in(str(folder)):
            return False
    except InvalidInputError:
        return True


@pytest.mark.parametrize(
    ("task", "earlier", "holds"),
    [
        pytest.param("helpful_only_cot_free", False, True, id="ours-in-a-new-folder"),
        pytest.param("interview_three_tiers", False, True, id="an-interview"),
        pytest.param("helpful_only_cot_free", True, True, id="ours-beside-earlier-logs"),
        pytest.param("somebody_elses", False, False, id="of-other-people"),
    ],
)
def test_an_eval_set_holds_its_folder_until_it_ends(
    task: str, earlier: bool, holds: bool, tmp_path: Path, guard: FolderGuard
) -> None:
    if earlier:
        made_up(tmp_path)
    assert started(guard, tmp_path, task) == 0
    asyncio.run(guard.on_run_start(RunStart("set", "again", [task])))
    assert held(tmp_path) == holds
    asyncio.run(guard.on_eval_set_end(EvalSetEnd("set", str(tmp_path))))
    assert not held(tmp_path)


@pytest.mark.parametrize("bad", BAD)
def test_an_eval_set_is_refused_where_it_would_lose_replies(
    bad: str, tmp_path: Path, guard: FolderGuard, capsys: pytest.CaptureFixture[str]
) -> None:
    make, told = BAD[bad]
    make(tmp_path)
    assert started(guard, tmp_path, "helpful_only_cot_free") == 2
    assert told in capsys.readouterr().err


def test_an_eval_set_is_refused_where_a_run_is_at_work(
    tmp_path: Path, guard: FolderGuard, capsys: pytest.CaptureFixture[str]
) -> None:
    with FileLock(tmp_path / LOCK):
        assert started(guard, tmp_path, "helpful_only_cot_free") == 2
    assert capsys.readouterr().err == (
        f"Error: another run is at work in {tmp_path}; wait for it, or give this one a --log-dir of its own\n"
    )


def test_it_is_silent_elsewhere(guard: FolderGuard) -> None:
    assert guard.enabled()
    with pair_gate(1):
        assert not guard.enabled(), "af run holds its folder itself"
    assert started(guard, Path("s3://bucket/logs"), "helpful_only_cot_free") == 0
    asyncio.run(guard.on_run_start(RunStart(None, "run", ["helpful_only_cot_free"])))
