"""Files in the user's hands, as rows: CSV, JSONL and Parquet, with errors that name file and row."""

import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path
from unicodedata import category

from study.bounded_file import TABLE, check_bounded, read_bounded
from study.invalid_input import InvalidInputError, unknown_value

ID_COLUMNS = ("id", "query_id")
"""Columns in which the id of a row is looked for."""

LONGEST_ID = 1_000
"""Most characters of an id, which is the name of a file in a log."""

_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_SURROGATE = re.compile("[\ud800-\udfff]")
_SHOWN = 5
_BATCH = 256
_TOO_MUCH = f"written out it has more than {TABLE:,} bytes"

Row = dict[str, object]
"""A row, by column."""


class Rows:
    """The rows of a file, and the errors that name it."""

    def __init__(
        self,
        rows: list[Row],
        argument: str,
        typed: str,
        what: str = "request",
        once: str = "queries are paired by it",
    ) -> None:
        """Take rows.

        Args:
            rows: As `read_rows` gives them.
            argument: What the user set to name them, for instance ``queries``.
            typed: What they set it to.
            what: What each row holds.
            once: Why none may come twice.

        Raises:
            InvalidInputError: If there is none.
        """
        self._rows = rows
        self._argument, self._typed, self._what, self._once = argument, typed, what, once
        self.columns = list(dict.fromkeys(name for row in rows for name in row))
        if not rows:
            raise self.error("has no rows", f"give a file with at least one {what}")

    def error(self, what: str, remedy: str) -> InvalidInputError:
        """An error that names the file."""
        return InvalidInputError(f"{self._argument}={self._typed!r} {what}; {remedy}")

    def find(self, candidates: Sequence[str]) -> str | None:
        """The first of some columns that is there, whatever its case."""
        by_name = {name.casefold().strip(): name for name in reversed(self.columns)}
        return next((by_name[name] for name in candidates if name in by_name), None)

    def values(self, column: str | None) -> list[object]:
        """What the rows hold there; nothing where no column is named."""
        return [] if column is None else [row.get(column) for row in self._rows]

    def column(self, argument: str, given: str | None, candidates: Sequence[str], holds: str) -> str:
        """The column that the user names, or else the first of some that is there.

        Raises:
            InvalidInputError: If it is not there.
        """
        if given is not None and given not in self.columns:
            raise unknown_value(argument, given, self.columns, f"These are the columns of {self._typed!r}.")
        found = given or self.find(candidates)
        if found is None:
            raise self.error(
                f"has no column of {holds} among {self.columns}",
                f"name it with -T {argument}=…, or call it one of {', '.join(candidates)}",
            )
        return found

    def texts(self, column: str | None, candidates: Sequence[str], *, distinct: bool = True) -> list[str]:
        """The texts that the rows are about, without white space around them; all are there, and differ if need be."""
        values = self.values(self.column("column", column, candidates, f"{self._what}s"))
        blank = [not isinstance(value, str) or not value.strip() for value in values]
        self.refuse(f"no {self._what}", blank, "fill it in or remove the row")
        self.refuse_torn(values)
        found = [str(value).strip() for value in values]
        return self._distinct(found, self._what) if distinct else found

    def ids(self) -> list[str]:
        """Their ids, all different; none where there is no such column."""
        values = self.values(self.find(ID_COLUMNS))
        blank = [value is None or not str(value).strip() for value in values]
        self.refuse("no id", blank, f"fill it in, or remove the column: ids are then drawn from the {self._what}s")
        found = [str(value).strip() for value in values]
        self.refuse(
            "an id that cannot be a name in a log",
            [_is_no_name(value) for value in found],
            f"write at most {LONGEST_ID:,} characters, without control characters, lone surrogates and '..' as part of "
            "a path",
        )
        return self._distinct(found, "id")

    def flags(self, column: str) -> list[bool]:
        """True or false of each; true where there is no such column."""
        values = self.values(self.find([column])) or [True] * len(self._rows)
        words = [str(value).casefold() for value in values]
        bad = [word not in _FLAGS for word in words]
        self.refuse(f"{column} neither true nor false", bad, "write one of them")
        return [_FLAGS[word] for word in words]

    def _distinct(self, values: list[str], what: str) -> list[str]:
        counts = Counter(values)
        repeated = [counts[value] > 1 for value in values]
        self.refuse(f"the same {what}", repeated, f"remove all but one: {self._once}")
        return values

    def refuse_torn(self, values: list[object]) -> None:
        """Refuse what neither a request nor a log can carry.

        Raises:
            InvalidInputError: If a value holds half a character.
        """
        torn = [bool(_SURROGATE.search(str(value))) for value in values]
        self.refuse("half a character (a lone surrogate)", torn, "write the whole character: it cannot be sent or kept")

    def refuse(self, what: str, bad: list[bool], remedy: str) -> None:
        """Refuse rows, numbered as a reader counts them: the first row of data is 1.

        Raises:
            InvalidInputError: If any is bad.
        """
        numbers = [number for number, is_bad in enumerate(bad, start=1) if is_bad]
        if numbers:
            shown = ", ".join(map(str, numbers[:_SHOWN])) + (", …" if len(numbers) > _SHOWN else "")
            raise self.error(f"has {what} in {len(numbers)} of its rows: {shown}", remedy)


def _is_no_name(value: str) -> bool:
    """Whether a log would lose the reply of this id, fail, or lead out of the folder that it is unpacked to."""
    unprintable = any(category(character) in ("Cc", "Cs") for character in value)
    return unprintable or len(value) > LONGEST_ID or ".." in re.split(r"[/\\]", value)


def exists(path: Path) -> bool:
    """Whether there is such a file."""
    try:
        return path.exists()
    except OSError:  # the name is longer than the file system allows
        return False


def read_rows(path: Path, named: str) -> list[Row]:
    """The rows of a file.

    Args:
        path: A file that ends in one of `FORMATS`.
        named: Argument and value that name it, as in ``queries='mine.csv'``.

    Raises:
        InvalidInputError: If it is not there, not UTF-8, or cannot be read.
    """
    reader = _READERS.get(path.suffix.casefold())
    if reader is None:
        endings = ", ".join(FORMATS)
        raise InvalidInputError(f"{named} ends in {path.suffix!r}; give a file that ends in one of {endings}")
    try:
        check_bounded(path, TABLE, named)
        return reader(path)
    except InvalidInputError:
        raise
    except FileNotFoundError as error:
        raise InvalidInputError(f"{named}: there is no file {path}; check the path") from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{named} is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except (ValueError, OSError, csv.Error, RecursionError) as error:  # ValueError: also what json and pyarrow raise
        reason = str(error).rstrip(".")
        raise InvalidInputError(
            f"{named} cannot be read as {path.suffix}: {reason}; check the file, or save it anew"
        ) from error


def read_columns(path: Path, suffix: str, columns: list[str]) -> list[Row]:
    """Some columns of a file; the others are not looked at."""
    if suffix == ".parquet":
        return _read_parquet(path, columns)
    return [{name: row.get(name) for name in columns} for row in _READERS[suffix](path)]


def _read_csv(path: Path) -> list[Row]:
    lines = list(csv.reader(StringIO(_text(path), newline=""), strict=True))
    if not lines:
        return []
    header, *rows = lines
    for number, row in enumerate(rows, start=1):
        if len(row) > len(header):
            raise ValueError(f"row {number} has {len(row)} fields, the header {len(header)}")
    return [dict(zip(header, row, strict=False)) for row in rows]


def _read_jsonl(path: Path) -> list[Row]:
    rows = []
    for number, line in enumerate(_text(path).split("\n"), start=1):
        try:
            row = json.loads(line) if line.strip() else {}
        except json.JSONDecodeError as error:
            raise ValueError(f"line {number} is not JSON: {error.msg} at column {error.colno}") from error
        if not isinstance(row, dict):
            raise ValueError(f"line {number} is not a JSON object")
        rows.append(row)
    return rows if any(rows) else []


def _read_parquet(path: Path, columns: list[str] | None = None) -> list[Row]:
    from pyarrow.parquet import ParquetFile  # heavy, and every Inspect process imports this module

    rows: list[Row] = []
    size = 0
    with ParquetFile(path) as file:
        declared = max((file.metadata.row_group(i).total_byte_size for i in range(file.num_row_groups)), default=0)
        if max(declared, file.metadata.num_rows) > TABLE:
            raise ValueError(_TOO_MUCH)
        for batch in file.iter_batches(_BATCH, columns=columns):  # of one that says little and holds much, not all
            read = batch.to_pylist()
            # The batch itself may hold a text once that a thousand rows repeat.
            size += batch.nbytes + sum(len(value) for row in read for value in row.values() if isinstance(value, str))
            if size > TABLE:
                raise ValueError(_TOO_MUCH)
            rows += read
    return rows


def _text(path: Path) -> str:
    """Content without a byte-order mark and the line ends that close it; those inside are kept as they are."""
    return read_bounded(path, TABLE).decode("utf-8-sig").rstrip("\r\n")


_READERS: dict[str, Callable[[Path], list[Row]]] = {
    ".csv": _read_csv,
    ".jsonl": _read_jsonl,
    ".parquet": _read_parquet,
}

FORMATS = tuple(_READERS)
"""Endings of the files that can be read."""
