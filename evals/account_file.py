"""Where an account is kept: lines that stay, whatever becomes of the process that wrote them."""

import asyncio
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from fsspec.core import url_to_fs

GATHER = 0.1
"""Seconds in which lines are gathered before they are sent, so that many calls at a time are one request."""

PIECE = 100_000
"""Bytes after which a piece of a remote account is left as it is, and the next one begins."""


class AccountFile(Protocol):
    """Lines, each of them there whole or not at all. One process writes them at a time."""

    def exists(self) -> bool:
        """Whether there is an account, if only an empty one."""

    def read(self) -> bytes:
        """All whole lines; none where there is no account."""

    def add(self, line: bytes) -> None:
        """Add a line; `kept` tells when it is there for good."""

    async def kept(self, wait: bool) -> None:
        """Write down what was added.

        Args:
            wait: Until it is there for good.

        Raises:
            OSError: If it cannot be.
        """

    def begin(self, lines: Iterable[bytes]) -> None:
        """Write all those lines, or none, where there is no account."""

    def remove(self) -> None:
        """Leave no account."""


def account_file(address: str | Path) -> AccountFile:
    """The account at a path, or at an fsspec address."""
    return _Remote(str(address)) if "://" in str(address) else _Local(Path(address))


class _Local:
    """A file that grows line by line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._left = b""  # what a full disk did not take
        self._begun = False

    def exists(self) -> bool:
        return self._path.exists()

    def read(self) -> bytes:
        lines = self._path.read_bytes() if self._path.exists() else b""
        return lines[: lines.rfind(b"\n") + 1]  # what a full disk cut off was not written

    def add(self, line: bytes) -> None:
        self._left += line
        with suppress(OSError):  # `kept` raises it
            self._write()  # in one piece: a kill leaves whole lines

    async def kept(self, wait: bool) -> None:
        """A line is there when it was added, unless it could not be; then it is tried again."""
        if self._left:
            self._write()

    def _write(self) -> None:
        if not self._begun and self._path.exists():  # only who writes may cut: another reads what a run is writing
            os.truncate(self._path, len(self.read()))
        self._begun = True
        with self._path.open("ab", buffering=0) as file:
            while self._left:  # a disk that gets full takes a part of a line
                self._left = self._left[file.write(self._left) :]

    def begin(self, lines: Iterable[bytes]) -> None:
        unfinished = self._path.with_suffix(".part")
        unfinished.write_bytes(b"".join(lines))
        unfinished.replace(self._path)

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)


class _Remote:
    """Objects beside each other, since nothing can be added to one: the last is sent again whole with every line.

    A request replaces an object whole or not at all, and each process begins with an object of its own: what was
    written is never cut.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._files, self._path = url_to_fs(address, use_listings_cache=False)
        earlier = self._pieces()
        self._piece = int(earlier[-1].rpartition(".")[2]) + 1 if earlier else 0
        self._lines: list[bytes] = []  # of the piece that is being written
        self._added = self._written = 0
        self._writing: asyncio.Task[None] | None = None

    def exists(self) -> bool:
        return bool(self._pieces())

    def read(self) -> bytes:
        return b"".join(self._files.cat_file(piece) for piece in self._pieces())

    def add(self, line: bytes) -> None:
        self._lines.append(line)
        self._added += 1

    async def kept(self, wait: bool) -> None:
        added = self._added
        while self._written < added:
            if self._writing is None:
                self._writing = asyncio.create_task(self._write())
                self._writing.add_done_callback(lambda done: done.cancelled() or done.exception())  # some wait for none
            if not wait:
                return
            await asyncio.shield(self._writing)  # it is for the others too, where one is cancelled

    def begin(self, lines: Iterable[bytes]) -> None:
        if piece := b"".join(lines):
            self._send(piece)
            self._piece += 1

    def remove(self) -> None:
        for piece in self._pieces():
            self._files.rm_file(piece)

    def _pieces(self) -> list[str]:
        return sorted(self._files.glob(f"{self._path}.*"))

    async def _write(self) -> None:
        try:
            await asyncio.sleep(GATHER)
            sent, added = len(self._lines), self._added
            piece = b"".join(self._lines)
            await asyncio.to_thread(self._send, piece)
            self._written = added
            if len(piece) > PIECE:
                self._piece += 1
                del self._lines[:sent]
        finally:
            self._writing = None

    def _send(self, piece: bytes) -> None:
        try:
            self._files.pipe_file(f"{self._path}.{self._piece:06}", piece)
        except Exception as error:  # every file system raises its own
            raise OSError(f"{self._address}: {error}") from error
