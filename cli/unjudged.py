"""Conditions in which a judge labelled nothing: to Inspect a success, though nothing was measured there."""

import pandas as pd

from analysis.experiment import EXPERIMENT
from analysis.log_rows import SCORERS
from analysis.reply_schema import reason_column
from study.condition import Condition, Tier
from study.labels import Unscored

_OF_THE_GRADER = {Unscored.GRADER_FAILED, Unscored.UNREADABLE_VERDICT, Unscored.UNREADABLE_VOTES}
_REMEDY = (
    "the replies are kept: inspect score LOG --action overwrite --overwrite judges them again, "
    "--model-role grader=PROVIDER/MODEL by another"
)


def unjudged(frame: pd.DataFrame) -> list[str]:
    """A sentence for each scorer that gave no label in some condition, where that is its grader's doing.

    Where no reply could be labelled because of what the model under test said, nothing failed, and nothing is said.

    Args:
        frame: Replies in the form of `analysis.reply_schema`.
    """
    conditions: dict[tuple[str, str], list[str]] = {}
    for _, replies in frame.groupby([*EXPERIMENT, "tier"], sort=False, observed=True, dropna=False):
        first = replies.iloc[0]
        asked = " · ".join([first["model"], first["setting"], *([first["variation"]] * (first["variation"] != "base"))])
        for scorer in SCORERS:
            reasons = replies[reason_column(scorer)]
            if (replies[scorer].notna() & reasons.isna()).any() or not _OF_THE_GRADER & {*reasons}:
                continue
            counts = ", ".join(f"{count} {reason}" for reason, count in reasons.value_counts().items() if count)
            name = Condition(Tier(first["tier"]), bool(first["cot"])).name
            conditions.setdefault((asked, scorer), []).append(f"{name} ({counts} of {len(replies)})")
    return [
        f"Not judged: {asked}: {scorer} gave no label in {', '.join(where)}; {_REMEDY}"
        for (asked, scorer), where in conditions.items()
    ]
