"""An .eval is not expanded before it is known what it would come to."""

import struct
import tracemalloc
from collections.abc import Callable
from copy import copy
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_LZMA, BadZipFile, ZipFile

import inspect_ai.log  # noqa: F401 - has Python read what Inspect compresses with
import pytest

from study.invalid_input import InvalidInputError
from study.log_archive import check_log

_ZSTANDARD = 93
HEADER, SAMPLE = "header.json", "samples/a_epoch_1.json"

Parts = list[tuple[str, bytes]]


def write(path: Path, parts: Parts, method: int = _ZSTANDARD) -> str:
    with ZipFile(path, "w") as archive:
        for name, content in parts:
            archive.writestr(name, content, method)
    return str(path)


def changed(path: str, part: str, at: int, form: str, value: int) -> None:
    """Change what the directory of a zip says of a part."""
    content = bytearray(Path(path).read_bytes())
    entry = content.rfind(b"PK\x01\x02", 0, content.rfind(part.encode()))
    struct.pack_into(form, content, entry + at, value)
    Path(path).write_bytes(content)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("study.log_archive.MEMBER", 1_000)
    monkeypatch.setattr("study.log_archive.TOTAL", 3_000)
    monkeypatch.setattr("study.log_archive.RATIO", 3)


GOOD = [(HEADER, b"{}"), (SAMPLE, b"x" * 1_000)]


@pytest.mark.parametrize("method", [_ZSTANDARD, ZIP_DEFLATED], ids=["zstandard", "deflated"])
@pytest.mark.parametrize(
    "parts",
    [
        pytest.param(GOOD, id="as-written"),
        pytest.param([*GOOD, (SAMPLE, b"{}")], id="a-sample-written-again"),
        pytest.param([(f"samples/{i}.json", bytes(range(250))) for i in range(20)], id="large-but-hardly-compressed"),
        pytest.param([], id="empty"),
        pytest.param([("samples/a\\b..c_epoch_1.json", b"{}")], id="an-id-with-signs"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_a_log_that_is_read(parts: Parts, method: int, tmp_path: Path) -> None:
    check_log(write(tmp_path / "log.eval", parts, method), whole=True)


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        pytest.param([(HEADER, b" " * 1_001)], "its part 'header.json' has 1,001 bytes, written out", id="part"),
        pytest.param(
            [(f"samples/{i}.json", b" " * 1_000) for i in range(4)], "it has 4,000 bytes, written out", id="all-parts"
        ),
        pytest.param([("/etc/evil", b"")], "its part '/etc/evil' leads elsewhere", id="absolute"),
        pytest.param([("samples/../../evil", b"")], "its part 'samples/../../evil' leads elsewhere", id="upwards"),
        pytest.param([("..\\evil", b"")], "its part '..\\\\evil' leads elsewhere", id="upwards-on-windows"),
    ],
)
def test_a_log_that_is_not_read(parts: Parts, why: str, tmp_path: Path) -> None:
    path = write(tmp_path / "log.eval", parts)
    with pytest.raises(InvalidInputError) as refused:
        check_log(path)
    assert refused.value.message == (
        f"{path} is not read: {why}, as no log that Inspect wrote; leave it out, or ask whoever gave it to you for the "
        "log as it was written"
    )


def says_less(path: str) -> None:
    changed(path, SAMPLE, 24, "<I", 10)


def says_less_and_signs_it(path: str) -> None:
    from zlib import crc32

    says_less(path)
    changed(path, SAMPLE, 16, "<I", crc32(b"x" * 10))


def says_it_is_encrypted(path: str) -> None:
    changed(path, SAMPLE, 8, "<H", 1)


@pytest.mark.parametrize("lie", [says_less, says_less_and_signs_it], ids=["size", "size-and-checksum"])
@pytest.mark.parametrize("method", [_ZSTANDARD, ZIP_DEFLATED], ids=["zstandard", "deflated"])
def test_a_part_that_is_larger_than_it_says(lie: Callable[[str], None], method: int, tmp_path: Path) -> None:
    path = write(tmp_path / "log.eval", GOOD, method)
    lie(path)
    check_log(path)  # of samples nothing is read
    with pytest.raises((InvalidInputError, BadZipFile), match=r"larger or smaller than it says|Bad CRC-32"):
        check_log(path, whole=True)


def test_parts_that_inspect_would_not_write(tmp_path: Path) -> None:
    path = write(tmp_path / "log.eval", GOOD)
    says_it_is_encrypted(path)
    for odd in (path, write(tmp_path / "lzma.eval", GOOD, ZIP_LZMA)):
        with pytest.raises(InvalidInputError, match="is encrypted, or compressed as none is"):
            check_log(odd)


def test_a_damaged_part_is_no_other_error(tmp_path: Path) -> None:
    path = write(tmp_path / "log.eval", GOOD)
    content = bytearray(Path(path).read_bytes())
    content[30 + len(HEADER) : 30 + len(HEADER) + 4] = b"\0\0\0\0"  # where the first part's compressed bytes begin
    Path(path).write_bytes(content)
    with pytest.raises(BadZipFile, match=r"part 'header\.json' is damaged"):
        check_log(path)


def two_directories(path: str) -> None:
    """The one that Inspect would read, of the whole log, and at the end one of as many bytes that names no sample."""
    content = Path(path).read_bytes()
    first, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    directory = content[first:end].replace(SAMPLE.encode(), b"n" * len(SAMPLE))
    Path(path).write_bytes(content[:end] + directory + content[end:])


def a_comment(path: str) -> None:
    with ZipFile(path, "a") as archive:
        archive.comment = b"of somebody"


def bytes_before(path: str) -> None:
    Path(path).write_bytes(b"#!/bin/sh\n" + Path(path).read_bytes())


@pytest.mark.parametrize("change", [two_directories, a_comment, bytes_before])
def test_a_log_that_others_might_read_as_another(change: Callable[[str], None], tmp_path: Path) -> None:
    path = write(tmp_path / "log.eval", [(HEADER, b"{}"), (SAMPLE, b"{}")])
    change(path)
    assert len(ZipFile(path).infolist()) == 2  # Python reads it
    with pytest.raises(InvalidInputError, match="its directory is not at its end"):
        check_log(path)


@pytest.mark.parametrize("limit", ["ZIP_FILECOUNT_LIMIT", "ZIP64_LIMIT"], ids=["65,536-parts", "2-GB"])
def test_a_log_that_is_more_than_a_small_zip(limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"zipfile.{limit}", 1)
    path = write(tmp_path / "log.eval", [*GOOD, ("samples/b_epoch_1.json", b"{}")])
    assert b"PK\x06\x07" in Path(path).read_bytes()
    check_log(path, whole=True)


def test_a_part_is_expanded_piece_by_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as is bounded: 200 MB of noughts are a few kilobytes."""
    monkeypatch.setattr("study.log_archive.MEMBER", 2**20)
    path = write(tmp_path / "log.eval", [(HEADER, bytes(200 * 2**20))])
    changed(path, HEADER, 24, "<I", 10)
    tracemalloc.start()
    try:
        with pytest.raises((InvalidInputError, BadZipFile)):
            check_log(path)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 160 * 2**20


def test_parts_that_are_all_of_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "log.eval"
    with ZipFile(path, "w") as archive:
        archive.writestr("samples/0.json", bytes(range(250)) * 2, ZIP_DEFLATED)
        for number in range(1, 20):
            again = copy(archive.filelist[0])
            again.filename = again.orig_filename = f"samples/{number}.json"
            archive.filelist.append(again)
    with pytest.raises(InvalidInputError, match="it has 10,000 bytes, written out"):
        check_log(str(path))


def test_a_log_in_json_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("study.log_archive.LARGEST", 10)
    (tmp_path / "log.json").write_bytes(b"{}" + b" " * 9)
    with pytest.raises(InvalidInputError, match=r"more than 10 bytes, which is the most that is read; make it an"):
        check_log(str(tmp_path / "log.json"))
