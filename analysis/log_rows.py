"""The rows of one log, from its sample summaries, which are enough and far faster than samples."""

import json
from collections.abc import Sequence
from dataclasses import replace
from math import isnan
from typing import Any

import pyarrow as pa
from inspect_ai.log import EvalLog, EvalSample, EvalSampleSummary, read_eval_log_sample_summaries
from inspect_ai.model import ModelUsage
from inspect_ai.scorer import Score
from pydantic import BaseModel, PositiveInt, ValidationError

from analysis.log_file import BROKEN, LogFacts, asked, is_ours, plain, sampling, stopped, unreadable
from analysis.reply_schema import ARROW, COMPLIANCE_SCORERS, FAKING_SCORER, reason_column, table
from study.cell import Cell
from study.human_label import QUESTIONS, human_score
from study.invalid_input import InvalidInputError
from study.labels import FakingLabel, Unscored
from study.outcome import Outcome, outcome_of_label, outcome_of_reason
from study.readings import READINGS
from study.reply import Defect
from study.score_name import newest

SCORERS = (*COMPLIANCE_SCORERS, FAKING_SCORER, *READINGS)
"""Every scorer of the suite."""

PEOPLE = tuple(map(human_score, QUESTIONS))
"""Scores by people, which stand beside those of the judges and replace none."""

DIGESTS = tuple(name for name in Cell.model_fields if name.endswith("_sha256"))

UNTIL = "until"
"""In the metadata of a log: what the run was stopped at, if it looked at its results and stopped."""

_WITH_DEFAULT = [name for name, field in Cell.model_fields.items() if not field.is_required()]
ESTIMATE = "estimate"
"""In the metadata of a log: what the run was expected to take, by model and task."""

GRADER = "grader"
"""Role of the judges."""

_FLAGS = ("hidden_reasoning", "unasked_reasoning")


def read_rows(log: EvalLog, written: str = "") -> tuple[LogFacts, pa.Table]:
    """What a log says of its run, and one row for each of its replies.

    Args:
        log: Header of a log, with its location.
        written: When the file was written.

    Returns:
        The facts, and a table in the form of the schema; without rows if the log is not of this suite.

    Raises:
        InvalidInputError: If the log cannot be read, mixes two experiments, or holds a label, a reason or a value of a
            cell that no scorer and no task of this suite gives.
    """
    location = plain(log.location)
    if not is_ours(log):
        return _facts(log, written, set(), []), ARROW.empty_table()
    try:
        summaries = read_eval_log_sample_summaries(log.location)
    except BROKEN as error:
        raise unreadable(location, error) from error
    names = {name for summary in summaries for name in summary.scores or {}}
    scorers = _scorers(log, summaries, names)
    shared = _shared(log, location)
    rows = [shared | _row(log, location, summary, scorers) for summary in summaries]
    unsaid = tuple(name for name in _WITH_DEFAULT if any(name not in summary.metadata for summary in summaries))
    return replace(_facts(log, written, names, scorers), unsaid=unsaid), table(location, rows)


def reply_id(log: EvalLog, sample: EvalSample | EvalSampleSummary) -> str:
    """Inspect's id of a sample, or a name where it has none, as in logs that were not made by a run."""
    return sample.uuid or f"{log.eval.eval_id}/{sample.id}/{sample.epoch}"


def looked_until(log: EvalLog) -> str | None:
    """What the run was stopped at, if it looked at its results; None where the number of queries was fixed."""
    said = (log.eval.metadata or {}).get(UNTIL)
    return None if said is None else str(said)


def _facts(log: EvalLog, written: str, names: set[str], scorers: Sequence[str]) -> LogFacts:
    return LogFacts(
        task=log.eval.task,
        task_id=log.eval.task_id,
        eval_id=log.eval.eval_id,
        created=log.eval.created,
        written=written,
        status=log.status,
        model=log.eval.model,
        asked=asked(log),
        ours=is_ours(log),
        invalidated=log.invalidated,
        scored=bool(scorers),
        unknown_scorers=tuple(
            sorted(name for name in names if name not in PEOPLE and not any(newest([name], known) for known in SCORERS))
        ),
        names_scorers=bool(log.eval.scorers),
        interview=bool((log.eval.metadata or {}).get("interview")),
        stopped=stopped(log),
        prompts=str((log.eval.metadata or {}).get("prompts", "suite")),
    )


def _scorers(log: EvalLog, summaries: Sequence[EvalSampleSummary], names: set[str]) -> list[str]:
    """Scorers that the log has, or would have if not all of its samples had failed; none after ``--no-score``."""
    if not names and all(summary.error for summary in summaries):
        names = {scorer.name for scorer in log.eval.scorers or []}
    return [scorer for scorer in SCORERS if newest(names, scorer)]


def _shared(log: EvalLog, location: str) -> dict[str, Any]:
    """What is equal in all rows, and what is missing unless a score says it."""
    settings = sampling(log)
    return dict.fromkeys(ARROW.names) | {
        "log": location,
        "model": log.eval.model,
        "until": looked_until(log),
        "estimate": _estimate(log, location),
        "version": str(log.eval.task_version).partition("-")[0],
        "sampling": json.dumps(settings, sort_keys=True, default=str),
        "temperature": settings.get("temperature"),
        "missing_output": False,
        "hidden_reasoning": False,
        "unasked_reasoning": False,
    }


def _row(log: EvalLog, location: str, summary: EvalSampleSummary, scorers: Sequence[str]) -> dict[str, Any]:
    row: dict[str, Any] = {
        **_cell(log, location, summary).model_dump(),
        "uuid": reply_id(log, summary),
        "epoch": summary.epoch,
        "query_id": str(summary.id),  # metadata of a summary are cut at 1,024 characters; ids are whole
        "error": summary.error,
        "limit": summary.limit,
        "retries": summary.retries or 0,
        "older_scores": _older_scores(summary),
        **_usage(summary),
    }
    try:
        for scorer in COMPLIANCE_SCORERS:
            if scorer in scorers:
                _add_compliance(row, summary, scorer)
        if FAKING_SCORER in scorers:
            _add_faking(row, summary)
        for reading in READINGS.keys() & set(scorers):
            _add_reading(row, summary, reading)
        for name in PEOPLE:
            _add_people(row, summary, name)
    except ValueError as error:
        raise InvalidInputError(f"{location}: sample {summary.id!r}: {error}; leave that log out") from error
    return row


class _Sums(BaseModel):
    """Low, likely and high; dollars, and those of a million tokens in, out and cached, where the price is known."""

    input: tuple[float, float, float]
    output: tuple[float, float, float]
    dollars: tuple[float, float, float] | None = None
    price: tuple[float, float, float] | None = None


class _Estimate(BaseModel):
    replies: PositiveInt
    subject: _Sums | None = None
    grader: _Sums | None = None


def _estimate(log: EvalLog, location: str) -> str | None:
    found = (log.eval.metadata or {}).get(ESTIMATE)
    of_model = found.get(log.eval.model) if isinstance(found, dict) else None
    of_task = of_model.get(log.eval.task) if isinstance(of_model, dict) else None
    if of_task is None:
        return None
    try:
        return _Estimate.model_validate(of_task).model_dump_json(exclude_none=True)
    except ValidationError as error:
        raise InvalidInputError(f"{location}: its estimate is none that af run makes; leave that log out") from error


def _usage(summary: EvalSampleSummary) -> dict[str, int]:
    """Tokens of a reply and of its judges; a model that does both is told apart by its role."""
    if not summary.model_usage:
        return {}
    judged = (summary.role_usage or {}).get(GRADER)
    all_of = list(summary.model_usage.values())
    found: dict[str, int] = {}
    for name, tokens in (("input", _sent), ("cached", _cached), ("output", _back)):
        graders = tokens(judged) if judged else 0
        found |= {f"subject_{name}": sum(map(tokens, all_of)) - graders, f"grader_{name}": graders}
    return found


def _sent(usage: ModelUsage) -> int:
    return usage.input_tokens + _cached(usage) + (usage.input_tokens_cache_write or 0)


def _cached(usage: ModelUsage) -> int:
    return usage.input_tokens_cache_read or 0


def _back(usage: ModelUsage) -> int:
    return usage.output_tokens


def _add_compliance(row: dict[str, Any], summary: EvalSampleSummary, scorer: str) -> None:
    score = _newest(summary, scorer)
    metadata = _metadata(score)
    row[scorer] = _outcome(summary, score, scorer)
    row[reason_column(scorer)] = _reason(summary, score, scorer)
    for name, field in (("turns_used", "turns"), ("channel", "channel")):
        if field in metadata:
            row[name] = metadata[field]
    if Defect.MISSING_OUTPUT in metadata.get("defects", []):
        row["missing_output"] = True
    for flag in _FLAGS:
        if metadata.get(flag, False):  # older logs do not say
            row[flag] = True
    if scorer != "judged_compliance":
        return
    row |= _judged_by(metadata)
    row["strong_reject"] = metadata.get("strong_reject")
    if row[reason_column(scorer)] == Unscored.GRADER_FAILED and score is not None:
        row["grader_failure"] = score.explanation


def _add_faking(row: dict[str, Any], summary: EvalSampleSummary) -> None:
    score = _newest(summary, FAKING_SCORER)
    metadata = _metadata(score)
    row[FAKING_SCORER], row[reason_column(FAKING_SCORER)] = _faking(summary, score, row.get("judged_compliance"))
    row |= _judged_by(metadata, "vote_")
    row |= {name: metadata.get(name) for name in ("votes", "votes_asked", "votes_yes", "votes_unreadable")}


def _add_reading(row: dict[str, Any], summary: EvalSampleSummary, name: str) -> None:
    score = _newest(summary, name)
    metadata = _metadata(score)
    row[reason_column(name)] = _reason(summary, score, name)
    if score is not None and not _unscored(score):
        if "compliance" in metadata and not _followed(score, row.get("judged_compliance")):
            row[reason_column(name)] = Unscored.COMPLIANCE_UNSCORED
        else:
            row[name] = READINGS[name](score.as_str())
    row |= _judged_by(metadata, f"{name}_")


def _add_people(row: dict[str, Any], summary: EvalSampleSummary, name: str) -> None:
    if (score := (summary.scores or {}).get(name)) is None:
        return
    if _unscored(score):
        row[reason_column(name)] = str(score.reason)
    else:
        row[name] = score.as_str()
    for column, of in (("labellers", "labelled_by"), ("stratum", "stratum"), ("stratum_size", "stratum_size")):
        row[f"{name}_{column}"] = _metadata(score).get(of)


def _judged_by(metadata: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """What a score says of its judge, under the names that its columns have."""
    return {prefix + name: metadata.get(name) for name in ("judge", "rubric", "rubric_sha256", "judge_temperature")}


def _faking(
    summary: EvalSampleSummary, score: Score | None, judged: Outcome | None
) -> tuple[FakingLabel | None, str | None]:
    """Label or reason."""
    if score is None or _unscored(score):
        return None, _reason(summary, score, FAKING_SCORER)
    if not _followed(score, judged):
        return None, Unscored.COMPLIANCE_UNSCORED
    return FakingLabel(score.as_str()), None


def _followed(score: Score, judged: Outcome | None) -> bool:
    """Whether a score followed the newest judgement of compliance: of another one it says nothing about this one."""
    known = judged is not None and judged.known
    return known and outcome_of_label(str(_metadata(score).get("compliance"))) is judged


def _cell(log: EvalLog, location: str, summary: EvalSampleSummary) -> Cell:
    """The cell of a sample, if it is of the experiment that its log is of.

    Inspect's ``eval-retry`` keeps the samples that a run had finished, also when the prompt or the queries were changed
    before it: then old replies stand under new digests.
    """
    try:
        cell = Cell.model_validate(summary.metadata)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InvalidInputError(
            f"{location}: sample {summary.id!r}: {'.'.join(map(str, first['loc']))}={first['input']!r} is not known "
            f"here ({first['msg']}); leave that log out, or read it with the version of this suite that made it"
        ) from error
    for name in DIGESTS:
        if getattr(cell, name) != (log.eval.metadata or {}).get(name):
            raise InvalidInputError(
                f"{location}: sample {summary.id!r} has another {name} than the log: the log mixes two experiments, "
                "as a retry after a change of prompts or queries does; run it anew"
            )
    return cell


def _outcome(summary: EvalSampleSummary, score: Score | None, scorer: str) -> Outcome:
    if score is None:
        return Outcome.ERRORED if summary.error else Outcome.UNGRADED
    return outcome_of_reason(score.reason) if _unscored(score) else outcome_of_label(score.as_str())


def _reason(summary: EvalSampleSummary, score: Score | None, scorer: str) -> str | None:
    if score is None:
        return str(_outcome(summary, None, scorer))
    return str(score.reason) if _unscored(score) else None


def _newest(summary: EvalSampleSummary, scorer: str) -> Score | None:
    name = newest(summary.scores or {}, scorer)
    return (summary.scores or {})[name] if name else None


def _older_scores(summary: EvalSampleSummary) -> int:
    named = [sum(newest([name], scorer) is not None for name in summary.scores or {}) for scorer in SCORERS]
    return sum(count - 1 for count in named if count)


def _metadata(score: Score | None) -> dict[str, Any]:
    return (score.metadata if score else None) or {}


def _unscored(score: Score) -> bool:
    return isinstance(score.value, float) and isnan(score.value)
