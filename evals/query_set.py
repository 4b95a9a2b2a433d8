"""Query sets: those that are shipped, published ones by name, and files in the user's hands."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from evals.published_set import PUBLISHED, PublishedSet, copy_of, fetch
from evals.row_file import FORMATS, Row, Rows, exists, read_columns, read_rows
from evals.user_directory import from_user
from prompts.template import digest
from study.invalid_input import InvalidInputError, unknown_value
from study.terminal import echo

SHIPPED = {path.stem: path for path in sorted((Path(__file__).parent / "data").glob("*.jsonl"))}
"""Query sets that come with the suite, by name: each such file of ``data/``, with a data card beside it."""

INTERVIEW = Path(__file__).parent / "data" / "interview" / "questions.jsonl"
"""The questions of an interview, with their data card beside them: no query set that a setting could be asked."""

NAMES = (*SHIPPED, *PUBLISHED)
"""Query sets that are known by name."""

TEXT_COLUMNS = ("query", "prompt", "goal", "behavior", "instruction", "question", "forbidden_prompt", "text")
"""Columns in which the request is looked for, in this order, whatever their case, unless one is named."""

CATEGORY_COLUMNS = ("category", "semanticcategory", "topic")
HARMFUL_COLUMN = "harmful"


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
        return _load(read_rows(SHIPPED[queries], f"queries={queries!r}"), queries, queries, column)
    if queries in PUBLISHED:
        return _load_published(PUBLISHED[queries], None, queries, column)
    path = from_user(queries)
    if path.suffix.casefold() not in FORMATS and not exists(path):
        raise unknown_value("queries", queries, NAMES, f"Or give a path to a file: {', '.join(FORMATS)}.")
    if column is None and (published := copy_of(path)):
        return _load_published(published, path, queries, column)
    return _load(read_rows(path, f"queries={queries!r}"), path.stem, queries, column)


def interview_questions() -> QuerySet:
    """The questions of an interview, with their group as the category; `harmful`, which is to say that they count."""
    return _load(read_rows(INTERVIEW, "queries='interview'"), "interview", "interview", None)


def _load(rows: list[Row], name: str, typed: str, column: str | None) -> QuerySet:
    checked = Rows(rows, "queries", typed)
    texts = checked.texts(column, TEXT_COLUMNS)
    ids = checked.ids() or [f"q-{digest(text)[:12]}" for text in texts]
    categories = checked.values(checked.find(CATEGORY_COLUMNS)) or [None] * len(texts)
    checked.refuse_torn(categories)
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
    read = read_columns(path or fetch(published), published.suffix, published.columns)
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
    echo(
        f"{published.name}: {asked} requests{missing} of {published.title}; licence: {published.licence}; "
        f"{published.repository} at {published.revision[:12]}, SHA-256 as pinned.",
        err=True,
    )
