"""Logs from others: whether one can be opened without being more than it says.

An ``.eval`` is a zip, and Inspect expands what it reads of one whole, whatever the zip says of its size: a file of one
megabyte can hold gigabytes. What would be expanded is looked through here before, piece by piece.
"""

import re
import struct
from os import SEEK_END
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from fsspec.core import url_to_fs

from study.bounded_file import LARGEST, check_bounded
from study.invalid_input import InvalidInputError

MEMBER = 2**29
"""Most bytes of one part, written out: a reply with all that was said about it, or the summaries of all."""

TOTAL = 2**32
"""Bytes of all parts, written out, up to which nobody asks how well they were compressed."""

RATIO = 100
"""Most bytes for each byte of the file beyond that; logs of replies come to about 10."""

LOCAL = 2**40
"""Most bytes of a log that lies here: as many as there may be, of which each part is bounded."""

_ZSTANDARD = 93
_METHODS = (ZIP_STORED, ZIP_DEFLATED, _ZSTANDARD)
_ENCRYPTED = 0x1
_PIECE = 2**12
"""Bytes that are expanded at once: of zstandard each may come to 32,768, whatever one asks for."""

_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_SAMPLES = "samples/"


def check_log(location: str, *, whole: bool = False) -> None:
    """Refuse a log that would take more room than such a log has reason to, or that is not built as Inspect builds one.

    Args:
        location: Where it is: a path, or an fsspec address.
        whole: Whether the replies are to be read too; else only what stands before them.

    Raises:
        InvalidInputError: If it is larger, written out, than it says or than is read; if names of its parts lead
            elsewhere. Two parts may have one name: Inspect then reads the later one, and so does everything here.
        OSError: If it cannot be read.
        zipfile.BadZipFile: If it is no zip, or a damaged one; a damaged part may raise `zlib.error` and others.
    """
    files, path = url_to_fs(location, use_listings_cache=False)
    if is_local(location):
        check_size(Path(path), location)
    if not location.endswith(".eval"):
        return
    with files.open(path, "rb") as file, ZipFile(file) as parts:
        members = check_members(parts, location)
        for member in members:
            if whole or not member.filename.startswith(_SAMPLES):
                _look_through(parts, member, location)


def is_local(location: str) -> bool:
    """Whether a log lies on this machine."""
    return "://" not in location.removeprefix("file://")


def check_size(path: Path, location: str) -> None:
    """Refuse a log that is too large as it lies here: in JSON it is read whole.

    Args:
        path: Where it lies.
        location: The same, as users type it.

    Raises:
        InvalidInputError: If it is too large, or no file.
        OSError: If it cannot be read.
    """
    if location.endswith(".eval"):
        check_bounded(path, LOCAL, location)
    else:
        check_bounded(
            path, LARGEST, location, "make it an .eval: inspect log convert --to eval --output-dir FOLDER LOG"
        )


def check_members(parts: ZipFile, location: str) -> list[ZipInfo]:
    """The parts of an ``.eval``, if its directory can be right; nothing is expanded.

    Raises:
        InvalidInputError: As `check_log`.
    """
    if not _has_one_directory(parts):
        raise _refused(location, "its directory is not at its end, where others would read another one")
    members = parts.infolist()
    for member in members:
        steps = re.split(r"[/\\]", member.filename)
        if "\0" in member.orig_filename or ".." in steps or not steps[0]:  # the other name ends at the first NUL
            raise _refused(location, f"its part {member.filename[:80]!r} leads elsewhere")
        if member.compress_type not in _METHODS or member.flag_bits & _ENCRYPTED:
            raise _refused(location, f"its part {member.filename[:80]!r} is encrypted, or compressed as none is")
        if member.file_size > MEMBER:
            raise _refused(location, f"its part {member.filename[:80]!r} has {member.file_size:,} bytes, written out")
    total = sum(member.file_size for member in members)
    if total > TOTAL and total > RATIO * _size(parts):  # not of what parts say: several may be of the same bytes
        raise _refused(location, f"it has {total:,} bytes, written out")
    return members


def _size(parts: ZipFile) -> int:
    return _file(parts).seek(0, SEEK_END)


def _file(parts: ZipFile) -> IO[bytes]:
    if parts.fp is None:
        raise ValueError("the zip is closed")
    return parts.fp


def _has_one_directory(parts: ZipFile) -> bool:
    """Whether a zip says of its directory that it is where Python reads it: Inspect goes by what the zip says."""
    end = _size(parts) - _END.size
    magic, *_, size, offset, comment = _record(parts, end, _END)
    if magic != b"PK\5\6" or comment:
        return False
    behind, said = end, {offset} - {0xFFFFFFFF}
    locator, _, where, _ = _record(parts, end - _LOCATOR_64.size, _LOCATOR_64)
    if locator == b"PK\6\7":
        behind = end - _LOCATOR_64.size - _END_64.size
        *_, size, offset_64 = _record(parts, behind, _END_64)
        said.add(offset_64)
        if where != behind:
            return False
    return said == {parts.start_dir} and parts.start_dir + size == behind


def _record(parts: ZipFile, at: int, form: struct.Struct) -> tuple[Any, ...]:
    """What stands somewhere in a zip; nulls where it is too short."""
    file = _file(parts)
    file.seek(max(at, 0))
    return form.unpack(file.read(form.size).ljust(form.size, b"\0"))


def _look_through(parts: ZipFile, member: ZipInfo, location: str) -> None:
    """Expand one part piece by piece, and keep nothing: what it says of its size is what somebody wrote there."""
    said, found = member.file_size, 0
    member.file_size = said + 1  # else no more than was said is read, and nobody sees that there is more
    try:
        with parts.open(member) as part:
            while piece := part.read(_PIECE):
                found += len(piece)
                if found > MEMBER:
                    break
    except Exception as error:
        if type(error).__name__ != "ZstdError":  # of a package that Inspect brings, and that Python has from 3.14
            raise
        raise BadZipFile(f"part {member.filename[:80]!r} is damaged: {error}") from error
    finally:
        member.file_size = said
    if found != said:
        raise _refused(location, f"its part {member.filename[:80]!r} is larger or smaller than it says")


def _refused(location: str, why: str) -> InvalidInputError:
    return InvalidInputError(
        f"{location} is not read: {why}, as no log that Inspect wrote; leave it out, or ask whoever gave it to you for "
        "the log as it was written"
    )
