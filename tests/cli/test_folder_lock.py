"""One run to a folder, on this machine and at an address."""

import os
import signal
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from threading import Event, Thread

import fsspec
import pytest
from filelock import FileLock

from cli.folder_lock import LOCK, alone_in
from study.invalid_input import InvalidInputError

FOLDER = "memory://locked/logs"
PATH = f"/locked/logs/{LOCK}"
TAKEN = "another run is at work in {}; wait for it, or give this one a --log-dir of its own"


@pytest.fixture
def files() -> Iterator[fsspec.AbstractFileSystem]:
    files = fsspec.filesystem("memory")
    yield files
    files.store.clear()


@pytest.fixture
def beats(monkeypatch: pytest.MonkeyPatch) -> None:
    """As fast as a test can wait for."""
    monkeypatch.setattr("cli.folder_lock.BEAT", 0.01)


def test_a_folder_of_this_machine_is_held_by_one(tmp_path: Path) -> None:
    with FileLock(tmp_path / LOCK), pytest.raises(InvalidInputError) as refused, alone_in(str(tmp_path)):
        pass
    assert refused.value.message == TAKEN.format(tmp_path)


def test_a_folder_at_an_address_is_held_and_given_back(files: fsspec.AbstractFileSystem) -> None:
    with alone_in(FOLDER):
        assert f"process {os.getpid()}".encode() in files.cat_file(PATH)
    assert not files.exists(PATH)


@pytest.mark.usefixtures("beats")
def test_one_that_is_at_work_keeps_the_other_out(files: fsspec.AbstractFileSystem) -> None:
    beat, done = count(), Event()
    files.pipe_file(PATH, b"there, process 1, a\n")

    def work() -> None:
        while not done.wait(0.001):
            files.pipe_file(PATH, f"there, process 1, a\n{next(beat)}\n".encode())

    at_work = Thread(target=work)
    at_work.start()
    with pytest.raises(InvalidInputError) as refused, alone_in(FOLDER):
        pass
    done.set()
    at_work.join()
    assert refused.value.message == TAKEN.format(FOLDER)
    assert files.cat_file(PATH).startswith(b"there"), "it is left to its holder"


@pytest.mark.usefixtures("beats")
def test_what_a_killed_run_left_is_taken_over(
    files: fsspec.AbstractFileSystem, capsys: pytest.CaptureFixture[str]
) -> None:
    files.pipe_file(PATH, b"there, process 1, a\n7\n")
    with alone_in(FOLDER):
        assert not files.cat_file(PATH).startswith(b"there")
    assert not files.exists(PATH)
    assert capsys.readouterr().err == (f"{FOLDER} is held by there, process 1; waiting to hear whether it is at work\n")


def test_one_that_is_given_back_meanwhile_is_taken(
    files: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.pipe_file(PATH, b"there, process 1, a\n7\n")
    monkeypatch.setattr("cli.folder_lock.sleep", lambda seconds: files.rm_file(PATH))
    with alone_in(FOLDER):
        assert not files.cat_file(PATH).startswith(b"there")


def test_of_two_that_take_it_over_at_once_the_last_has_it(
    files: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.pipe_file(PATH, b"there, process 1, a\n7\n")

    def sleep(seconds: float) -> None:
        if not files.cat_file(PATH).startswith(b"there"):
            files.pipe_file(PATH, b"elsewhere, process 2, b\n0\n")

    monkeypatch.setattr("cli.folder_lock.sleep", sleep)
    with pytest.raises(InvalidInputError), alone_in(FOLDER):
        pass
    assert files.cat_file(PATH) == b"elsewhere, process 2, b\n0\n"


@pytest.mark.usefixtures("beats")
def test_a_run_whose_lock_is_anothers_is_interrupted(
    files: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupted = Event()
    sent: list[tuple[int, int]] = []

    def kill(process: int, signal: int) -> None:
        sent.append((process, signal))
        interrupted.set()

    monkeypatch.setattr("cli.folder_lock.os.kill", kill)
    with alone_in(FOLDER):
        files.pipe_file(PATH, b"elsewhere, process 2, b\n0\n")
        assert interrupted.wait(30)
    assert sent == [(os.getpid(), signal.SIGINT)]
    assert files.cat_file(PATH) == b"elsewhere, process 2, b\n0\n", "it is not given back for another"
    assert capsys.readouterr().err == f"Interrupted: another af run is at work in {FOLDER}\n"


def test_a_holder_says_at_every_beat_that_it_is_at_work(
    files: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.folder_lock.BEAT", 0.001)
    heard: set[bytes] = set()
    with alone_in(FOLDER):
        while len(heard) < 3:
            heard.add(files.cat_file(PATH))


def test_an_address_that_cannot_be_written_to_is_said_with_a_remedy() -> None:
    with pytest.raises(InvalidInputError) as refused, alone_in("ftpx://host/logs"):
        pass
    assert refused.value.message == (
        "nothing can be written to ftpx://host/logs (Protocol not known: ftpx); check that the bucket is there, and "
        "the keys and the address of the service in the environment, or give another --log-dir"
    )
