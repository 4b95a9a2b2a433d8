"""A folder of logs that one run has to itself: two would ask everything twice."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from socket import gethostname
from threading import Event, Thread
from time import sleep
from typing import Any
from uuid import uuid4

from filelock import FileLock, Timeout
from fsspec.core import url_to_fs

from study.invalid_input import InvalidInputError
from study.terminal import echo

LOCK = ".af-run.lock"
"""Name of the lock in the folder."""

BEAT = 5.0
"""Seconds after which a run says again, in a lock that is not on this machine, that it is at work."""

MISSED = 4
"""Beats without a word after which a run is taken to be dead."""


@contextmanager
def alone_in(folder: str) -> Iterator[None]:
    """Hold a folder for this run.

    A killed process gives a lock on this machine back. A remote file system has none such: there the lock is an object
    that its holder writes anew every `BEAT` seconds. One that nobody has for `MISSED` beats was left by a killed run,
    and is taken over; a holder that finds another in its place is interrupted. So two runs are at work in a folder for
    one beat at most, and only after the first could not reach it.

    Args:
        folder: A path, or an fsspec address.

    Raises:
        InvalidInputError: If another run is at work there, or nothing can be written there.
    """
    with _leased(folder) if "://" in folder else _locked(Path(folder)):
        yield


@contextmanager
def undisturbed(folder: Path) -> Iterator[None]:
    """Hold a local folder in which runs were at work, so that none goes on there; another folder is left as it is.

    Raises:
        InvalidInputError: If a run is at work there.
    """
    lock = FileLock(folder / LOCK, timeout=0)
    if not (folder / LOCK).exists():
        yield
        return
    try:
        lock.acquire()
    except Timeout as error:
        raise InvalidInputError(f"a run is at work in {folder}; wait for it, and type the command again") from error
    try:
        yield
    finally:
        lock.release()


def _taken(folder: str) -> InvalidInputError:
    return InvalidInputError(
        f"another run is at work in {folder}; wait for it, or give this one a --log-dir of its own"
    )


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    made = not folder.exists()
    lock = FileLock(folder / LOCK, timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise _taken(str(folder)) from error
    except OSError as error:
        raise InvalidInputError(
            f"nothing can be written to {folder} ({error.strerror}); make room or give yourself the right to, or give "
            "another --log-dir"
        ) from error
    try:
        yield
    finally:
        lock.release()
        if made and all(path.name.startswith(".") for path in folder.iterdir()):  # refused: nothing in it but marks
            rmtree(folder)


@contextmanager
def _leased(folder: str) -> Iterator[None]:
    try:
        files, path = url_to_fs(f"{folder}/{LOCK}", use_listings_cache=False)
        lease = _Lease(folder, files, path)
        taken = lease.take()
    except Exception as error:  # every file system raises its own
        raise InvalidInputError(
            f"nothing can be written to {folder} ({' '.join(str(error).split())}); check that the bucket is there, and "
            "the keys and the address of the service in the environment, or give another --log-dir"
        ) from error
    if not taken:
        raise _taken(folder)
    released = Event()
    beats = Thread(target=lease.beat, args=[released], daemon=True)
    beats.start()
    try:
        yield
    finally:
        released.set()
        beats.join()
        lease.give_back()


class _Lease:
    """An object that says who is at work, and that they still are."""

    def __init__(self, folder: str, files: Any, path: str) -> None:
        self._folder, self._files, self._path = folder, files, path
        self._holder = f"{gethostname()}, process {os.getpid()}, {uuid4()}"
        self._beats = 0

    def take(self) -> bool:
        """Hold it, if nobody does; True if so."""
        if self._create():
            return True
        seen = self._read()
        holder = (seen or b"").decode().partition("\n")[0].rpartition(",")[0]
        echo(f"{self._folder} is held by {holder}; waiting to hear whether it is at work", err=True)
        for _ in range(MISSED):
            sleep(BEAT)
            if self._read() != seen:
                return self._create()  # given back meanwhile, or not
        with suppress(FileNotFoundError):
            self._files.rm_file(self._path)
        if not self._create():
            return False
        sleep(BEAT)  # another that takes it over at the same moment has done so by now
        return self._is_mine()

    def beat(self, released: Event) -> None:
        """Say at every beat that this run is at work, until it is released; interrupt it if the lock is another's."""
        while not released.wait(BEAT):
            with suppress(Exception):  # what cannot be said now is said at the next beat
                if self._is_mine():
                    self._beats += 1
                    self._files.pipe_file(self._path, self._said)
                    continue
                echo(f"Interrupted: another af run is at work in {self._folder}", err=True)
                os.kill(os.getpid(), signal.SIGINT)
                return

    def give_back(self) -> None:
        """Leave no lock; what cannot be removed is taken over by the next run."""
        with suppress(Exception):
            if self._is_mine():
                self._files.rm_file(self._path)

    @property
    def _said(self) -> bytes:
        return f"{self._holder}\n{self._beats}\n".encode()

    def _create(self) -> bool:
        try:
            self._files.pipe_file(self._path, self._said, mode="create")
        except FileExistsError:
            return False
        return True

    def _read(self) -> bytes | None:
        try:
            return bytes(self._files.cat_file(self._path))
        except FileNotFoundError:
            return None

    def _is_mine(self) -> bool:
        return (self._read() or b"").startswith(self._holder.encode())
