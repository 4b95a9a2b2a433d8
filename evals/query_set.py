"""Query sets: those that are shipped, published ones by name, and files in the user's hands."""

import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import Any

import click

from evals.published_set import PUBLISHED, PublishedSet, copy_of, fetch
from evals.user_directory import from_user
from prompts.template import digest
from study.invalid_input import InvalidInputError, unknown_value

SHIPPED = {path.stem: path for path in sorted((Path(__file__).parent / "data").glob("*.jsonl"))}
"""Query sets that come with the suite, by name: each such file of ``data/``, with a data card beside it."""

INTERVIEW = Path(__file__).parent / "data" / "interview" / "questions.jsonl"
"""The questions of an interview, with their data card beside them: no query set that a setting could be asked."""

NAMES = (*SHIPPED, *PUBLISHED)
"""Query sets that are known by name."""

TEXT_COLUMNS = ("query", "prompt", "goal", "behavior", "instruction", "question", "forbidden_prompt", "text")
"""Columns in which the request is looked for, in this order, whatever their case, unless one is named."""

ID_COLUMNS = ("id", "query_id")
CATEGORY_COLUMNS = ("category", "semanticcategory", "topic")
HARMFUL_COLUMN = "harmful"
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_SURROGATE = re.compile("[\ud800-\udfff]")
_SHOWN = 5

Row = dict[str, object]


@dataclass(frozen=True)
class Query:
    """One request."""

    id: str
    """Stable: its own, or drawn from its text, so that a row that moves keeps its pairs."""
    text: str
    category: str | None = None
    harmful: bool = True


@dataclass(frozen=True)
class QuerySet:
    """Requests with stable ids, all different."""

    name: str
    queries: tuple[Query, ...]
    source: Mapping[str, Any] | None = None
    """Of a published set: where it is from, which bytes, its licence, and how many of its rows were left out."""

    @cached_property
    def sha256(self) -> str:
        """Digest of the rows: the same rows in another file format are the same set."""
        return digest("\n".join(json.dumps(asdict(query), sort_keys=True) for query in self.queries))


def load_queries(queries: str, column: str | None = None) -> QuerySet:
    """Load a query set.

    A file that is a copy of a published set is that set, with its name and its columns, unless a column is named.

    Args:
        queries: One of `NAMES`, or a path to a ``.csv``, ``.jsonl`` or ``.parquet`` file, relative to the user.
        column: Column that holds the request; by default the first of `TEXT_COLUMNS` that the file has.

    Raises:
        InvalidInputError: If the set is not known or cannot be fetched, or the file is missing, empty, not UTF-8,
            without a column of requests, or has blank, duplicate or unreadable rows.
    """
    if not isinstance(queries, str):
        raise InvalidInputError(f"queries={queries!r} is not a name or a path; choose {sorted(NAMES)} or give a path")
    if queries in SHIPPED:
        return _load(_read(SHIPPED[queries], queries), queries, queries, column)
    if queries in PUBLISHED:
        return _load_published(PUBLISHED[queries], None, queries, column)
    path = from_user(queries)
    if path.suffix.casefold() not in _READERS and not _exists(path):
        raise unknown_value("queries", queries, NAMES, f"Or give a path to a file: {', '.join(_READERS)}.")
    if column is None and (published := copy_of(path)):
        return _load_published(published, path, queries, column)
    return _load(_read(path, queries), path.stem, queries, column)


def interview_questions() -> QuerySet:
    """The questions of an interview, with their group as the category; `harmful`, which is to say that they count."""
    return _load(_read_jsonl(INTERVIEW), "interview", "interview", None)


def _load(rows: list[Row], name: str, typed: str, column: str | None) -> QuerySet:
    checked = _Rows(rows, typed)
    texts = checked.texts(column)
    ids = checked.ids() or [f"q-{digest(text)[:12]}" for text in texts]
    categories = checked.values(checked.find(CATEGORY_COLUMNS)) or [None] * len(texts)
    harmful = checked.flags(HARMFUL_COLUMN)
    return QuerySet(
        name,
        tuple(
            Query(ids[i], texts[i], None if category in (None, "") else str(category), harmful[i])
            for i, category in enumerate(categories)
        ),
    )


def _load_published(published: PublishedSet, path: Path | None, typed: str, column: str | None) -> QuerySet:
    if column not in (None, published.column):
        raise InvalidInputError(
            f"column={column!r} is not where {published.name!r} has its requests; leave it out: "
            f"{published.column!r} is read"
        )
    read = _read_columns(path or fetch(published), published.suffix, published.columns)
    members = [row for row in read if all(row[name] == value for name, value in published.keep.items())]
    rows: dict[str, Row] = {}  # by request: nobody can mend a published set, so one that comes again is not an error
    for row in members:
        if text := str(row[published.column] or "").strip():
            rows.setdefault(text, {"query": text, "category": row[published.category] if published.category else None})
    left_out = len(members) - len(rows)
    loaded = _load(list(rows.values()), published.name, typed, None)
    _say_once_what_is_asked(published, len(rows), left_out)
    return replace(loaded, source=asdict(published) | {"left_out": left_out})


_said: set[str] = set()


def _say_once_what_is_asked(published: PublishedSet, asked: int, left_out: int) -> None:
    if published.name in _said:
        return
    _said.add(published.name)
    missing = f" ({left_out} blank or repeated rows left out)" if left_out else ""
    click.echo(
        f"{published.name}: {asked} requests{missing} of {published.title}; licence: {published.licence}; "
        f"{published.repository} at {published.revision[:12]}, SHA-256 as pinned.",
        err=True,
    )


class _Rows:
    """The rows of a file, and the errors that name it."""

    def __init__(self, rows: list[Row], typed: str) -> None:
        self._rows = rows
        self._typed = typed
        self._columns = list(dict.fromkeys(name for row in rows for name in row))
        if not rows:
            raise self.error("has no rows", "give a file with at least one request")

    def error(self, what: str, remedy: str) -> InvalidInputError:
        return InvalidInputError(f"queries={self._typed!r} {what}; {remedy}")

    def find(self, candidates: Sequence[str]) -> str | None:
        by_name = {name.casefold().strip(): name for name in reversed(self._columns)}
        return next((by_name[name] for name in candidates if name in by_name), None)

    def values(self, column: str | None) -> list[object]:
        return [] if column is None else [row.get(column) for row in self._rows]

    def texts(self, column: str | None) -> list[str]:
        if column is not None and column not in self._columns:
            raise unknown_value("column", column, self._columns, f"These are the columns of {self._typed!r}.")
        found = column or self.find(TEXT_COLUMNS)
        if found is None:
            raise self.error(
                f"has no column of requests among {self._columns}",
                f"name it with -T column=…, or call it one of {', '.join(TEXT_COLUMNS)}",
            )
        values = self.values(found)
        blank = [not isinstance(value, str) or not value.strip() for value in values]
        self._refuse_rows("no request", blank, "fill it in or remove the row")
        torn = [bool(_SURROGATE.search(str(value))) for value in values]
        self._refuse_rows(
            "half a character (a lone surrogate)", torn, "write the whole character: no request can carry it"
        )
        return self._distinct([str(value).strip() for value in values], "request")

    def ids(self) -> list[str]:
        values = self.values(self.find(ID_COLUMNS))
        blank = [value is None or not str(value).strip() for value in values]
        self._refuse_rows("no id", blank, "fill it in, or remove the column: ids are then drawn from the requests")
        return self._distinct([str(value).strip() for value in values], "id")

    def flags(self, column: str) -> list[bool]:
        values = self.values(self.find([column])) or [True] * len(self._rows)
        words = [str(value).casefold() for value in values]
        bad = [word not in _FLAGS for word in words]
        self._refuse_rows(f"{column} neither true nor false", bad, "write one of them")
        return [_FLAGS[word] for word in words]

    def _distinct(self, values: list[str], what: str) -> list[str]:
        counts = Counter(values)
        repeated = [counts[value] > 1 for value in values]
        self._refuse_rows(f"the same {what}", repeated, "remove all but one: queries are paired by it")
        return values

    def _refuse_rows(self, what: str, bad: list[bool], remedy: str) -> None:
        """Refuse rows, numbered as a reader counts them: the first row of data is 1."""
        numbers = [number for number, is_bad in enumerate(bad, start=1) if is_bad]
        if numbers:
            shown = ", ".join(map(str, numbers[:_SHOWN])) + (", …" if len(numbers) > _SHOWN else "")
            raise self.error(f"has {what} in {len(numbers)} of its rows: {shown}", remedy)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # the name is longer than the file system allows
        return False


def _read(path: Path, typed: str) -> list[Row]:
    reader = _READERS.get(path.suffix.casefold())
    if reader is None:
        endings = ", ".join(_READERS)
        raise InvalidInputError(f"queries={typed!r} ends in {path.suffix!r}; give a file that ends in one of {endings}")
    try:
        return reader(path)
    except FileNotFoundError as error:
        raise InvalidInputError(f"queries={typed!r}: there is no file {path}; check the path") from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"queries={typed!r} is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except (ValueError, OSError, csv.Error, RecursionError) as error:  # ValueError: also what json and pyarrow raise
        reason = str(error).rstrip(".")
        raise InvalidInputError(
            f"queries={typed!r} cannot be read as {path.suffix}: {reason}; check the file, or save it anew"
        ) from error


def _read_columns(path: Path, suffix: str, columns: list[str]) -> list[Row]:
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
    from pyarrow.parquet import read_table  # heavy, and every Inspect process imports this module

    return [dict(row) for row in read_table(path, columns=columns).to_pylist()]


def _text(path: Path) -> str:
    """Content without a byte-order mark and the line ends that close it; those inside are kept as they are."""
    return path.read_bytes().decode("utf-8-sig").rstrip("\r\n")


_READERS: dict[str, Callable[[Path], list[Row]]] = {
    ".csv": _read_csv,
    ".jsonl": _read_jsonl,
    ".parquet": _read_parquet,
}
