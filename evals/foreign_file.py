"""The records of a foreign file: CSV, JSONL, or JSON in which they are a list, nested tables of lists, or one."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.mapping import Records, steps
from study.bounded_file import LARGEST, check_bounded
from study.invalid_input import InvalidInputError

SIZE = LARGEST
"""Most bytes of a file: it is read whole."""

DEPTH = 64
"""Most levels that a record may be nested in itself."""

LENGTH = 2_000_000
"""Most characters of a text."""

SUFFIXES = (".csv", ".json", ".jsonl")
_DIGITS = 18
"""Whole numbers with more stay text: neither JSON nor a log could give them back."""

MISSING = object()
"""What is found where there is nothing."""

SEVERAL = object()
"""What is found where a step leads to more than one place."""

TOO_DEEP = "is nested too deeply"

Found = tuple["Record", str]


@dataclass(frozen=True)
class Record:
    """One record, as it was found."""

    file: Path
    number: int
    """Place in its file, from 1."""
    content: Any = None
    levels: dict[str, str] = field(default_factory=dict)
    """Keys of the tables that it is nested in."""


def foreign_files(given: list[Path]) -> list[Path]:
    """The files, and those in the folders, of which other kinds are left out.

    Raises:
        InvalidInputError: If a file is of another kind or too large, or a folder has none.
    """
    found: list[Path] = []
    for path in given:
        inside = (
            sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES) if path.is_dir() else [path]
        )
        if not inside:
            raise InvalidInputError(f"{path} holds no file that ends with {', '.join(SUFFIXES)}; give one that does")
        found += inside
    for path in found:
        if path.suffix.lower() not in SUFFIXES:
            raise InvalidInputError(f"{path} ends with {path.suffix!r}; give files that end with {', '.join(SUFFIXES)}")
        try:
            check_bounded(path, SIZE)
            links_out = [folder for folder in given if folder.is_dir() and _leads_out(path, folder)]
        except (OSError, RuntimeError) as error:  # a link that leads nowhere, or to itself
            raise InvalidInputError(f"{path} cannot be read ({_one_line(error)}); leave it out") from error
        if links_out:
            raise InvalidInputError(
                f"{path} is a link that leads out of {links_out[0]}, to what nobody may have meant to hand on; put a "
                "copy in its place, or leave it out"
            )
    return found


def _leads_out(path: Path, folder: Path) -> bool:
    return path.is_relative_to(folder) and not path.resolve(strict=True).is_relative_to(folder.resolve())


def read_records(path: Path, records: Records) -> Iterator[Found]:
    """Each record of a file, with why it cannot be used; that is empty where it can.

    Raises:
        InvalidInputError: If the file cannot be read as what it is.
    """
    reader = {".csv": _csv, ".jsonl": _jsonl, ".json": _json}[path.suffix.lower()]
    try:
        yield from (_checked(*found) for found in reader(path, records))
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except (OSError, ValueError, RecursionError, csv.Error) as error:
        raise InvalidInputError(
            f"{path} cannot be read as {path.suffix} ({_one_line(error)}); check the file, or save it anew"
        ) from error


def at(content: Any, path: list[str | int]) -> Any:
    """What stands at the end of some steps; `MISSING` where there is nothing or a null; it may be `SEVERAL`."""
    for step in path:
        content = _step(content, step)
    return MISSING if content is None else content


def _step(content: Any, step: str | int) -> Any:
    if isinstance(content, dict):
        return content.get(str(step), MISSING)
    if not isinstance(content, list):
        return SEVERAL if content is SEVERAL else MISSING
    key, equals, text = str(step).partition("=")
    if equals:
        matching = [one for one in content if isinstance(one, dict) and one.get(key) == text]
        return SEVERAL if len(matching) > 1 else matching[0] if matching else MISSING
    if not key.removeprefix("-").isdecimal() or len(key) > 9:
        return MISSING
    place = int(key)
    return content[place] if -len(content) <= place < len(content) else MISSING


def _csv(path: Path, _: Records) -> Iterator[Found]:
    limit = csv.field_size_limit(SIZE)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file, strict=True)
            header = next(rows, [])
            if len(set(header)) < len(header):
                raise ValueError("two columns have the same name")
            for number, row in enumerate(rows, start=1):
                # An empty cell says nothing.
                content = {name: cell for name, cell in zip(header, row, strict=False) if cell}
                problem = "has more fields than the header" if len(row) > len(header) else ""
                yield Record(path, number, content), problem
    finally:
        csv.field_size_limit(limit)


def _jsonl(path: Path, _: Records) -> Iterator[Found]:
    number = 0
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        for line in file:
            if not line.strip():
                continue
            number += 1
            try:
                content = _parsed(line)
            except ValueError as error:
                yield Record(path, number, line.rstrip("\r\n")), f"is no JSON that can be read: {_one_line(error)}"
                continue
            except RecursionError:
                yield Record(path, number, line.rstrip("\r\n")), TOO_DEEP
                continue
            yield Record(path, number, content), ""


def _json(path: Path, records: Records) -> Iterator[Found]:
    content = at(_parsed(path.read_text("utf-8-sig")), steps(records.at))
    if content is MISSING:
        raise ValueError(f"nothing is at {records.at!r}, where the mapping says that the records are")
    for number, (levels, one, problem) in enumerate(_nested(content, records.levels, {}), start=1):
        yield Record(path, number, one, levels), problem


def _nested(content: Any, left: list[str], levels: dict[str, str]) -> Iterator[tuple[dict[str, str], Any, str]]:
    if not left:
        for one in content if isinstance(content, list) else [content]:
            yield levels, one, ""
    elif isinstance(content, dict):
        for key, inside in content.items():
            yield from _nested(inside, left[1:], levels | {left[0]: key})
    else:
        yield levels, content, f"is no table of the level {left[0]!r}"


def _checked(record: Record, problem: str) -> Found:
    if not problem and not isinstance(record.content, dict):
        problem = "is no table of fields"
    return record, problem or (TOO_DEEP if _is_deep(record.content) else "")


def _is_deep(content: Any) -> bool:
    layer = [content]
    for _ in range(DEPTH):
        layer = [inner for one in layer for inner in _inside(one)]
    return bool(layer)


def _inside(content: Any) -> list[Any]:
    if isinstance(content, dict):
        return list(content.values())
    return content if isinstance(content, list) else []


def _parsed(text: str) -> Any:
    return json.loads(text, parse_int=_whole, object_pairs_hook=_table)


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= _DIGITS else digits


def _table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("a table has the same key twice")
    return table


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
