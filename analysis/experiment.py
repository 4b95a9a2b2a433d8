"""What makes replies comparable: the names that tell experiments apart, and what must agree inside one."""

from typing import Any

import pandas as pd

from study.invalid_input import InvalidInputError
from study.readings import READINGS

NAMES = (
    "model",
    "setting",
    "interview",
    "variation",
    "family",
    "wrapper",
    "prompts",
    "developer",
    "facts",
    "persona",
    "prefill",
    "turns",
    "query_set",
    "cot",
)
"""What has a name tells experiments apart: they are listed beside each other."""

EXPERIMENT = (*NAMES, "query_set_sha256", "prompt_sha256")
"""Columns that must be equal for two replies to be compared."""

_OF_THE_REPLY = ("prompt_sha256", "query_set_sha256", "sampling", "version")
_OF_THE_LABELS = (
    "judge",
    "rubric",
    "rubric_sha256",
    "judge_temperature",
    "vote_judge",
    "vote_rubric",
    "vote_rubric_sha256",
    "vote_judge_temperature",
    "votes",
    *(f"{reading}_{of}" for reading in READINGS for of in ("judge", "rubric_sha256", "judge_temperature")),
)

_SHOWN = 300
_SHOWN_OF_A_DIGEST = 12


def check_agreement(frame: pd.DataFrame) -> None:
    """Refuse what would be pooled though it differs.

    Replies with equal `NAMES` are one experiment, in both tiers and all epochs. Inside of it must agree: the digests of
    prompt and query set, the digest of each tier's user message, the settings and model arguments that shape a reply
    (the seed aside, which says which reply is drawn and not from what), the comparability version of the task, and
    where a reply has them the judges, their rubrics and temperatures, and the number of votes. To split by what has no
    name would list two experiments that look the same; to pool would compare a change of prompt with a change of tier.

    Raises:
        InvalidInputError: If something differs; it names the column, two of its values, and a log of each.
    """
    for columns, by in (
        (_OF_THE_REPLY, [*NAMES]),
        (("wrapper_sha256",), [*NAMES, "tier"]),
        (_OF_THE_LABELS, [*NAMES]),
    ):
        grouped = frame.groupby(by, observed=True, dropna=False, sort=False)
        mixed = grouped[list(columns)].nunique() > 1  # what is missing, as the judge of a malformed reply, is no value
        for column in columns:
            if mixed[column].any():
                _refuse(next(replies for _, replies in grouped if replies[column].nunique() > 1), column)


def title(replies: pd.DataFrame) -> str:
    """One experiment in words, from any of its replies."""
    first = replies.iloc[0]
    prompt = {name: plain_value(first[name]) for name in ("variation", "facts", "persona")}
    named = [f"{name} {value}" for name, value in prompt.items() if value not in (None, "base")]
    said = " · ".join([first["model"], first["setting"], first["query_set"], *named])
    return f"{said}, {'CoT' if first['cot'] else 'no CoT'}"


def plain_value(value: Any) -> Any:
    """A value of the frame as Python has it, None where it is missing."""
    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def agreed(replies: pd.DataFrame, column: str) -> str | None:
    """What replies of one experiment agree on, for instance their judge; None where none of them has it."""
    known = replies[column].dropna()
    return None if known.empty else str(known.iloc[0])


def _refuse(replies: pd.DataFrame, column: str) -> None:
    known = replies[replies[column].notna()].drop_duplicates(column)
    shown = _SHOWN_OF_A_DIGEST if column.endswith("_sha256") else _SHOWN
    values = [
        f"{str(plain_value(value))[:shown]} in {log}"
        for value, log in zip(known[column][:2], known["log"][:2], strict=True)
    ]
    raise InvalidInputError(
        f"{title(replies)}: {column} is mixed ({'; '.join(values)}), and what differs in it is never pooled; give the "
        "logs of one alone"
    )
