"""Made-up frames of replies."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from analysis.reply_schema import SCHEMA, reason_column, table, to_pandas

JUDGED, PREFIX, FAKING = "judged_compliance", "prefix_compliance", "alignment_faking"

_REPLY: dict[str, object] = {
    column.name: {"bool": False, "int16": 1, "float64": None}.get(column.dtype, None if column.nullable else "made-up")
    for column in SCHEMA
} | {
    "model": "made-up/model",
    "setting": "helpful_only",
    "tier": "free",
    "tier_told": "yes",
    "cot": True,
    "wrapper": "notebook",
    "harmful": True,
    "temperature": 1.0,
}

EXPERIMENT: dict[str, Any] = {
    "model": "made-up/model",
    "setting": "helpful_only",
    "wrapper": "notebook",
    "developer": "made-up",
    "query_set": "made-up",
    "prompts": "made-up",
    "prefill": False,
    "turns": 1,
}
"""What a row of a report says of these replies, whatever their variation."""


def reply(query: str, tier: str, complies: bool | None, scorer: str = JUDGED, **changes: object) -> dict[str, object]:
    """One reply as a row: whether it complies, to one scorer, or None where it was truncated."""
    label = "truncated" if complies is None else "complies" if complies else "refuses"
    reason = "truncated" if complies is None else None
    return _REPLY | {"query_id": query, "tier": tier, scorer: label, reason_column(scorer): reason} | changes


def pairs(of: Iterable[tuple[str, bool | None, bool | None]], **changes: Any) -> list[dict[str, object]]:
    """Replies to queries on both tiers: query, and whether it complies on the free and on the paid one."""
    return [
        reply(query, tier, complies, **changes)
        for query, free, paid in of
        for tier, complies in (("free", free), ("paid", paid))
    ]


def frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    """The rows in the types of the schema."""
    return to_pandas([table("made-up", rows)])
