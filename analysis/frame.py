"""From logs to a frame with one row a reply, and a list of what is not in it."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa
from inspect_ai.log import EvalLog

from analysis.duplicates import without_duplicates
from analysis.exclusion import Exclusion, ExclusionKind
from analysis.experiment import NAMES, check_agreement
from analysis.frame_cache import FrameCache
from analysis.log_file import LogFacts, LogSource, content_key, find_logs, how_to_go_on, plain, read_header
from analysis.log_rows import SCORERS, read_rows
from analysis.reply_schema import check, reason_column, to_pandas
from study.cell import IMPORTED, Cell
from study.interview import INTERVIEW_READINGS
from study.invalid_input import InvalidInputError

Progress = Callable[[Sequence[str | EvalLog]], AbstractContextManager[Iterable[str | EvalLog]]]
"""Hands on the logs one by one, and shows how far it is: ``click.progressbar`` is one."""


@dataclass(frozen=True)
class Replies:
    """The replies of some logs."""

    frame: pd.DataFrame
    """One row for each reply asked for, with the columns of `analysis.reply_schema.SCHEMA`."""
    exclusions: list[Exclusion]
    """What is in no figure, and why, in the order of the logs."""
    notes: list[str] = field(default_factory=list)
    """What is counted in a way that a reader must know; sentences."""


def read_replies(
    logs: LogSource | Sequence[LogSource], cache: Path | None = None, progress: Progress = nullcontext
) -> Replies:
    """Read logs, one after the other, from their sample summaries.

    Used are the replies of every log of this suite that has ended, whatever its status: of one that was cancelled or
    failed those that it has, where a call that failed is `errored`, and what was never asked is an exclusion. A log
    whose run is at work or was killed is left out whole. For what is in several logs see `without_duplicates`; for what
    must agree see `check_agreement`.

    Args:
        logs: Folders, files or headers of logs, local or at fsspec addresses. A header counts as it is given, and is
            not cached.
        cache: Folder that keeps what was read, by the content of the logs (see `analysis.cache_folder.default_folder`);
            None keeps nothing.
        progress: Shows that logs are being read; nothing unless given.

    Returns:
        At least one reply, with a score or an error.

    Raises:
        InvalidInputError: If there are no logs, or none is of this suite; if a file is no log, or half-written; if no
            log holds a reply to use; if a log holds a label, reason or cell that is not known; or if replies of one
            experiment differ in what must agree.
    """
    found = find_logs(logs)
    facts, tables, exclusions = _read(found, FrameCache(cache) if cache else None, progress)
    if not any(log.ours for log in facts.values()):
        task = next(iter(facts.values())).task
        raise InvalidInputError(
            f"none of {len(found)} logs is of this suite (the first is of the task {task!r}); give logs of its tasks"
        )
    for location, log in facts.items():
        exclusions += _left_out(location, log, len(tables[location]))
    used = {location: log for location, log in facts.items() if _used(log)}
    if not any(len(tables[location]) for location in used):
        raise InvalidInputError(f"there is no reply to use in {len(found)} logs: {_summed_up(exclusions)}")
    frame, duplicates, notes = without_duplicates(to_pandas(tables[location] for location in used), used)
    check_agreement(frame)
    check(frame)
    order = {location: i for i, location in enumerate(facts)}
    exclusions += [*duplicates, *_older_scores(frame), *_missing_scorers(frame)]
    notes += _unsaid([*used.values()])
    return Replies(frame, sorted(exclusions, key=lambda exclusion: order.get(exclusion.log, -1)), notes)


def _read(
    found: Sequence[str | EvalLog], cache: FrameCache | None, progress: Progress
) -> tuple[dict[str, LogFacts], dict[str, pa.Table], list[Exclusion]]:
    facts, tables, copies = {}, {}, []
    first: dict[str, str] = {}
    with progress(found) as sources:
        for source in sources:
            location = plain(source.location) if isinstance(source, EvalLog) else source
            key, written = content_key(location)
            if (same := first.setdefault(key, location)) != location:
                copies.append((location, same))
                continue
            facts[location], tables[location] = _read_one(source, key, written, cache)
    if cache:
        cache.prune()
    return (
        facts,
        tables,
        [
            Exclusion(copy, len(tables[same]), ExclusionKind.COPY, f"the log is a copy of {same}", "")
            for copy, same in copies
        ],
    )


def _read_one(source: str | EvalLog, key: str, written: str, cache: FrameCache | None) -> tuple[LogFacts, pa.Table]:
    if isinstance(source, EvalLog):
        return read_rows(source, written)
    if cache is None:
        return read_rows(read_header(source), written)
    if (kept := cache.get(key, source)) is None:
        kept = read_rows(read_header(source), written)
        cache.put(key, *kept)
    return kept


def _used(log: LogFacts) -> bool:
    return log.ours and log.status != "started" and not log.invalidated and log.scored


def _judges(log: LogFacts) -> str:
    first, second = INTERVIEW_READINGS if log.interview else ("judged_compliance", "alignment_faking")
    words = "" if log.prompts == "suite" else " -S prompts=CHECKOUT"
    if log.prompts.partition("/")[0] == IMPORTED:
        words = " -S prompts=suite --model none/none"  # nobody may have the model whose replies they are
    return (
        f" --scorer {first} --model-role grader=PROVIDER/MODEL --action append --overwrite{words}, then the same with "
        f"--scorer {second}"
    )


def _unsaid(logs: Sequence[LogFacts]) -> list[str]:
    """What is taken for granted of logs that are older than the fields of a cell which would say it."""
    older = [log for log in logs if log.unsaid]
    names = [name for name in Cell.model_fields if any(name in log.unsaid for log in older)]
    taken = ", ".join(f"{name}={Cell.model_fields[name].default}" for name in names)
    say = "does not say of its samples" if len(older) == 1 else "do not say of their samples"
    said = f"{len(older)} of {len(logs)} logs, of an earlier version, {say} what is assumed: {taken}"
    return [said] if older else []


def _left_out(location: str, log: LogFacts, rows: int) -> list[Exclusion]:
    """What of a log is in no figure, by its header alone."""

    def exclusion(kind: ExclusionKind, samples: int, reason: str, remedy: str) -> Exclusion:
        return Exclusion(location, samples, kind, reason, remedy)

    if not log.ours:
        reason = f"the task {log.task!r} is not one of this suite"
        return [exclusion(ExclusionKind.OTHER_SUITE, log.asked, reason, "")]
    if log.status == "started":
        reason = f"the run is still at work, or was killed: {rows} of {log.asked} replies are in the log so far"
        remedy = (
            f"wait; if nothing runs, the af run command again, inspect eval-retry or inspect log recover {location}"
        )
        return [exclusion(ExclusionKind.UNFINISHED, rows, reason, remedy)]
    if log.invalidated:
        reason = "samples of the log were marked as invalid, and their summaries do not say which"
        return [exclusion(ExclusionKind.INVALIDATED, rows, reason, f"ask those again: inspect eval-retry {location}")]
    if not log.scored:
        remedy = f"add them: inspect score {location}" + ("" if log.names_scorers else _judges(log))
        return [exclusion(ExclusionKind.UNSCORED, rows, "the log holds no score", remedy)]
    found = []
    missing = max(0, log.asked - rows)
    if log.status == "success" and missing and log.stopped:
        reason = f"the run stopped ({log.stopped}): {rows} of {log.asked} replies are used, {missing} were never asked"
        remedy = f"ask the rest: the af run command again, {how_to_go_on(log.stopped)}"
        found.append(exclusion(ExclusionKind.STOPPED, missing, reason, remedy))
    elif log.status != "success" or missing:
        how = {"success": "ended", "cancelled": "was cancelled"}.get(log.status, "ended with an error")
        reason = f"the run {how}: {rows} of {log.asked} replies are used, {missing} were never asked"
        remedy = f"ask the rest: the af run command again, or inspect eval-retry {location}"
        found.append(exclusion(ExclusionKind.PARTIAL, missing, reason, remedy))
    if log.unknown_scorers:
        reason = f"scores of {', '.join(log.unknown_scorers)} are not of this suite, and in no figure"
        found.append(exclusion(ExclusionKind.UNKNOWN_SCORER, rows, reason, ""))
    return found


def _older_scores(frame: pd.DataFrame) -> list[Exclusion]:
    """Scores that a newer one in the same log replaces."""
    again = frame[frame["older_scores"] > 0]
    reason = "{} replies were scored again in this log; the newest score of a scorer counts"
    return [
        Exclusion(str(log), int(count), ExclusionKind.OLDER_SCORES, reason.format(count), "")
        for log, count in again["log"].astype(str).value_counts(sort=False).items()
    ]


def _missing_scorers(frame: pd.DataFrame) -> list[Exclusion]:
    """Logs that lack a scorer which another log of their experiment has."""
    found = []
    for scorer in SCORERS:
        has = frame[scorer].notna() | frame[reason_column(scorer)].notna()
        if has.all() or not has.any():
            continue
        elsewhere = has.groupby([frame[name] for name in NAMES], observed=True, dropna=False).transform("any")
        for log, count in frame.loc[elsewhere & ~has, "log"].astype(str).value_counts(sort=False).items():
            reason = f"{count} replies have no {scorer}, which other replies of their experiment have"
            remedy = f"add it: inspect score {log} --scorer {scorer} --action append"
            found.append(Exclusion(str(log), int(count), ExclusionKind.MISSING_SCORER, reason, remedy))
    return found


def _summed_up(exclusions: Sequence[Exclusion]) -> str:
    first = {exclusion.kind: exclusion for exclusion in reversed(exclusions)}
    return "; ".join(
        exclusion.reason + (f" ({exclusion.remedy})" if exclusion.remedy else "")
        for exclusion in reversed(first.values())
    )
