"""Lines of an account: there for good once they are said to be, at an address, and at a path whose disk is full."""

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import fsspec
import pytest

from evals.account_file import AccountFile, account_file
from evals.budget import Account, Cap, Unit

ADDRESS = "memory://accounts/spent"
ONE, TWO = b"1\n", b"2\n"


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> Iterator[fsspec.AbstractFileSystem]:
    monkeypatch.setattr("evals.account_file.GATHER", 0.01)
    files = fsspec.filesystem("memory")
    yield files
    files.store.clear()


def pieces(files: fsspec.AbstractFileSystem) -> dict[str, bytes]:
    return {path.rpartition(".")[2]: files.cat_file(path) for path in sorted(files.glob(f"{ADDRESS}.*"))}


def keep(account: AccountFile, *lines: bytes, wait: bool = True) -> None:
    async def add() -> None:
        for line in lines:
            account.add(line)
            await account.kept(wait)

    asyncio.run(add())


def test_a_line_is_there_when_it_is_waited_for(files: fsspec.AbstractFileSystem) -> None:
    assert not account_file(ADDRESS).exists()
    keep(account_file(ADDRESS), ONE, TWO)
    assert pieces(files) == {"000000": ONE + TWO}
    assert (account_file(ADDRESS).exists(), account_file(ADDRESS).read()) == (True, ONE + TWO)


def test_lines_of_many_calls_are_one_request(files: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[bytes] = []
    monkeypatch.setattr(type(files), "pipe_file", lambda self, path, piece: sent.append(piece))
    account = account_file(ADDRESS)

    async def calls() -> None:
        async def call() -> None:
            account.add(ONE)
            await account.kept(wait=True)

        await asyncio.gather(*(call() for _ in range(50)))

    asyncio.run(calls())
    assert sent == [ONE * 50]


def test_a_line_that_comes_while_others_are_sent_goes_after_them(
    files: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, send = account_file(ADDRESS), type(files).pipe_file

    def slow(self: object, path: str, piece: bytes) -> None:
        if piece == ONE:
            account.add(TWO)
        send(self, path, piece)

    monkeypatch.setattr(type(files), "pipe_file", slow)

    async def calls() -> None:
        account.add(ONE)
        await account.kept(wait=True)
        await account.kept(wait=True)

    asyncio.run(calls())
    assert pieces(files) == {"000000": ONE + TWO}


@pytest.mark.usefixtures("files")
def test_nobody_waits_who_need_not() -> None:
    account = account_file(ADDRESS)

    async def call() -> list[bytes]:
        account.add(ONE)
        await account.kept(wait=False)
        at_once = account.read()
        await account.kept(wait=True)
        return [at_once, account.read()]

    assert asyncio.run(call()) == [b"", ONE]


def test_one_who_is_cancelled_takes_no_line_with_it(files: fsspec.AbstractFileSystem) -> None:
    account = account_file(ADDRESS)

    async def calls() -> None:
        account.add(ONE)
        first = asyncio.create_task(account.kept(wait=True))
        await asyncio.sleep(0)
        account.add(TWO)
        second = asyncio.create_task(account.kept(wait=True))
        await asyncio.sleep(0)
        first.cancel()
        await second

    asyncio.run(calls())
    assert pieces(files) == {"000000": ONE + TWO}


def test_a_full_piece_and_those_of_earlier_runs_are_left_alone(
    files: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evals.account_file.PIECE", 3)
    keep(account_file(ADDRESS), ONE, ONE, TWO)
    keep(account_file(ADDRESS), TWO)
    assert pieces(files) == {"000000": ONE + ONE, "000001": TWO, "000002": TWO}
    account_file(ADDRESS).remove()
    assert pieces(files) == {}


def test_it_can_begin_with_what_is_known(files: fsspec.AbstractFileSystem) -> None:
    account = account_file(ADDRESS)
    account.begin([ONE, ONE])
    keep(account, TWO)
    assert pieces(files) == {"000000": ONE + ONE, "000001": TWO}


def test_what_cannot_be_written_down_closes_a_budget(
    files: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: object, path: str, piece: bytes) -> None:
        raise RuntimeError("no such bucket")

    monkeypatch.setattr(type(files), "pipe_file", refused)
    account, unlimited = Account(Cap(100, Unit.CALLS), ADDRESS), Account(None, ADDRESS)

    async def call() -> None:
        for one in (account, unlimited):
            one.charge("a", ("q", 1), "a/model", 1)
            await one.kept(wait=True)

    asyncio.run(call())
    assert (account.closed_to("a"), unlimited.closed_to("a")) == (True, False)
    assert account.reason == f"the account cannot be written to: {ADDRESS}: no such bucket"


# --- At a path


@contextmanager
def room(size: int) -> Iterator[None]:
    """No file grows beyond so many bytes, as on a disk that is full then."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_gets_full_amid_a_line_closes_a_budget_and_leaves_whole_lines(tmp_path: Path) -> None:
    file = tmp_path / "spent"
    account = Account(Cap(100, Unit.CALLS), file)

    async def call(query: str) -> None:
        account.charge("a", (query, 1), "a/model", 1)
        await account.kept()

    asyncio.run(call("first"))
    whole = file.read_bytes()
    with room(len(whole) + 5):
        asyncio.run(call("second"))
    assert file.read_bytes().startswith(whole)
    assert len(file.read_bytes()) == len(whole) + 5
    assert account.closed_to("a")
    assert account.reason.startswith("the account cannot be written to: ")
    asyncio.run(call("third"))
    assert Account(Cap(100, Unit.CALLS), file).spent == 3


def test_a_line_that_a_full_disk_cut_off_is_none_to_the_next_run(tmp_path: Path) -> None:
    file = tmp_path / "spent"
    with room(3):
        account_file(file).add(ONE + TWO)
    assert (file.read_bytes(), account_file(file).read()) == (b"1\n2", ONE)


def test_only_who_writes_cuts_off_what_is_no_line(tmp_path: Path) -> None:
    """A run of another variation reads the account of one that may be writing to it."""
    file = tmp_path / "spent"
    file.write_bytes(ONE + b"hal")
    account = account_file(file)
    assert (account.read(), file.read_bytes()) == (ONE, ONE + b"hal")
    keep(account, TWO)
    assert file.read_bytes() == ONE + TWO
