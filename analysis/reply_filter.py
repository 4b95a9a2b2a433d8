"""Some of the replies, chosen by what they are of and never by what came out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import pandas as pd

from analysis.experiment import NAMES, plain_value
from analysis.frame import Replies
from study.invalid_input import InvalidInputError, unknown_value

COLUMNS = (*NAMES, "category")
"""What replies can be chosen by: what tells experiments apart, and the category of the query."""

_SHOWN = 8


def filtered(replies: Replies, conditions: Sequence[str]) -> Replies:
    """Keep the replies that meet conditions, and note how many there were.

    Args:
        replies: What was read from logs.
        conditions: Each ``COLUMN=VALUE``, with one of `COLUMNS`. The value may hold ``*`` and ``?``, as in
            ``model=together/*``; flags are ``true`` and ``false``, what a reply lacks is ``none``. Of several with one
            column one must hold, of several columns all. None keeps everything.

    Raises:
        InvalidInputError: If a condition is of another form, names no such column, or is met by no reply, alone or
            with the others.
    """
    if not conditions:
        return replies
    wanted: dict[str, list[str]] = {}
    for condition in conditions:
        column, equals, pattern = condition.partition("=")
        if not equals or not pattern:
            raise InvalidInputError(f"--filter={condition!r} must be COLUMN=VALUE, as in --filter cot=true")
        if column not in COLUMNS:
            raise unknown_value("--filter", column, COLUMNS)
        wanted.setdefault(column, []).append(pattern)
    kept = pd.Series(True, replies.frame.index)
    for column, patterns in wanted.items():
        told = _told(replies.frame[column])
        for pattern in patterns:
            if not any(fnmatchcase(value, pattern) for value in told.values()):
                present = sorted(set(told.values()))
                more = f" and {len(present) - _SHOWN} more" if len(present) > _SHOWN else ""
                raise InvalidInputError(
                    f"--filter={column}={pattern}: no reply has it; the {column} of these is "
                    f"{', '.join(present[:_SHOWN])}{more}"
                )
        meeting = {value for value, text in told.items() if any(fnmatchcase(text, pattern) for pattern in patterns)}
        kept &= replies.frame[column].map(plain_value).isin(meeting)
    if not kept.any():
        raise InvalidInputError(f"--filter: no reply meets all of {' '.join(conditions)}; leave one out")
    note = (
        f"Chosen with {' '.join(f'--filter {condition}' for condition in conditions)}: {kept.sum():,} of {len(kept):,} "
        "replies; the others are in no figure, and in no adjustment of p-values"
    )
    return replace(replies, frame=replies.frame[kept].reset_index(drop=True), notes=[note, *replies.notes])


def _told(column: "pd.Series[Any]") -> Mapping[object, str]:
    """Every value of a column, and how it is written in a condition."""
    values = map(plain_value, column.unique())
    return {
        value: "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        for value in values
    }
