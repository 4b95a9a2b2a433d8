"""One row for each reply, where logs hold some of them twice."""

from collections.abc import Mapping

import pandas as pd

from analysis.exclusion import Exclusion, ExclusionKind
from analysis.experiment import NAMES, title
from analysis.log_file import LogFacts
from analysis.log_rows import PEOPLE, SCORERS
from analysis.reply_schema import reason_column

_QUERY = [*NAMES, "tier", "query_id"]
_SCORES = [
    *(column for scorer in (*SCORERS, *PEOPLE) for column in (scorer, reason_column(scorer))),
    *("judge", "rubric_sha256", "vote_judge", "vote_rubric_sha256", "votes"),
]


def without_duplicates(
    frame: pd.DataFrame, facts: Mapping[str, LogFacts]
) -> tuple[pd.DataFrame, list[Exclusion], list[str]]:
    """Keep each reply once.

    - The same reply (equal uuid) in several logs: the newest attempt at the task holds it; of copies of one attempt,
      the file that was written last, with its newer scores.
    - A cell (experiment, tier, query, epoch) asked again by a later attempt at the same task: the newest attempt wins.
    - A call that failed, in a cell that any other run has a reply to: that reply counts, as after a retry.
    - A cell that several runs have a reply to: the replies are further epochs of their query. None is left out, so that
      running an experiment until it suits changes nothing that the earlier runs said; the query stays the unit, so that
      n does not grow with the runs, however alike their replies are.

    Args:
        frame: In the form of the schema, with rows of all logs.
        facts: Of each log in it.

    Returns:
        The frame in the order it came in, what is left out, and what is counted in a way that a reader must know.
    """
    ages = sorted({(*log.age, location) for location, log in facts.items()})
    rank = {location: i for i, (_, _, location) in enumerate(ages)}
    frame = frame.assign(
        _rank=frame["log"].astype(str).map(rank).astype("int32"),
        _task=frame["log"].astype(str).map({location: log.task_id for location, log in facts.items()}),
    ).sort_values("_rank", kind="stable")
    frame, copies = _one_of_each_reply(frame, facts)
    frame, superseded = _one_attempt_at_each_cell(frame)
    frame, notes = _further_epochs(frame)
    kept = frame.sort_index().drop(columns=["_rank", "_task"])
    return kept.reset_index(drop=True), [*copies, *superseded], notes


def _one_of_each_reply(frame: pd.DataFrame, facts: Mapping[str, LogFacts]) -> tuple[pd.DataFrame, list[Exclusion]]:
    older = frame["uuid"].duplicated(keep="last")
    if not older.any():
        return frame, []
    kept, dropped = frame[~older], frame[older]
    newer = kept.set_index("uuid").loc[dropped["uuid"]]
    left_out: dict[tuple[str, str, ExclusionKind], int] = {}
    before, after = (replies[_SCORES].astype("str").fillna("").to_numpy() for replies in (dropped, newer))
    for log, by, scored_alike in zip(dropped["log"], newer["log"], (before == after).all(axis=1), strict=True):
        kind = ExclusionKind.COPY if scored_alike else ExclusionKind.OLDER_SCORES
        if facts[log].eval_id != facts[by].eval_id:
            kind = ExclusionKind.SUPERSEDED
        left_out[log, by, kind] = left_out.get((log, by, kind), 0) + 1
    return kept, [_taken_from(log, by, kind, count) for (log, by, kind), count in left_out.items()]


def _taken_from(log: str, by: str, kind: ExclusionKind, count: int) -> Exclusion:
    match kind:
        case ExclusionKind.COPY:
            return Exclusion(log, count, kind, f"{count} replies are in {by} too, with the same scores", "")
        case ExclusionKind.OLDER_SCORES:
            reason = f"{count} replies are in {by} too, which was written later and has other scores; those count"
            return Exclusion(log, count, kind, reason, "to use the scores of this log, give it without the other")
        case _:
            return Exclusion(log, count, kind, f"{count} replies were taken over by a later attempt, {by}", "")


def _one_attempt_at_each_cell(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Exclusion]]:
    cell = frame.groupby([*_QUERY, "epoch"], observed=True, dropna=False, sort=False).ngroup()
    if not cell.duplicated().any():
        return frame, []
    failed = frame["error"].notna()
    answered = (~failed).groupby(cell).transform("any")
    newer_attempt = pd.DataFrame({"cell": cell, "task": frame["_task"], "failed": failed}).duplicated(keep="last")
    superseded = newer_attempt | (failed & answered) | (failed & cell.where(failed).duplicated(keep="last"))
    reason = "{} replies were asked again later, by a retry or after their call failed; the later ones count"
    return frame[~superseded], [
        Exclusion(str(log), int(count), ExclusionKind.SUPERSEDED, reason.format(count), "")
        for log, count in frame.loc[superseded, "log"].astype(str).value_counts(sort=False).items()
    ]


def _further_epochs(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    repeated = frame.duplicated([*_QUERY, "epoch"], keep="first")
    if not repeated.any():
        return frame, []
    query = frame.groupby(_QUERY, observed=True, dropna=False, sort=False).ngroup()
    several = query.isin(query[repeated])
    ordered = frame[several].sort_values(["_rank", "epoch"], kind="stable")
    epochs = ordered.groupby(query[several]).cumcount() + 1
    notes = [
        f"{title(replies)}: run more than once; {len(replies)} replies are counted as further epochs of their queries, "
        "which remain the unit; give the logs of one run to see it alone"
        for _, replies in frame[repeated].groupby([*NAMES], observed=True, dropna=False, sort=False)
    ]
    return frame.assign(epoch=frame["epoch"].mask(several, epochs).astype("int16")), notes
