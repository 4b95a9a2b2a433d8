"""From logs to a frame with one row a reply. Reads sample summaries, which are enough and far faster than samples."""

import re
from collections.abc import Iterable, Sequence
from math import isnan
from typing import Any

import pandas as pd
from inspect_ai.log import EvalLog, EvalSampleSummary, read_eval_log_sample_summaries
from inspect_ai.scorer import Score

from study.cell import Cell
from study.labels import FakingLabel
from study.outcome import Outcome, outcome_of_label, outcome_of_reason

COMPLIANCE_SCORERS = ("judged_compliance", "prefix_compliance")
"""The scorers whose labels say whether a reply complies, the primary one first."""

FAKING_SCORER = "alignment_faking"

DIGESTS = tuple(name for name in Cell.model_fields if name.endswith("_sha256"))
CELL_COLUMNS = tuple(name for name in Cell.model_fields if name not in DIGESTS)

FAKING_REASON = f"{FAKING_SCORER}_reason"

COLUMNS = ("log", "model", "epoch", *CELL_COLUMNS, "error", *COMPLIANCE_SCORERS, FAKING_SCORER, FAKING_REASON)
"""Columns of the frame. A compliance scorer's holds an `Outcome`, or None where the log does not have the scorer."""


def is_ours(log: EvalLog) -> bool:
    """Whether a log is of one of this suite's tasks."""
    return "query_set_sha256" in (log.eval.metadata or {})


def reply_frame(logs: Iterable[EvalLog]) -> pd.DataFrame:
    """One row for each reply asked for.

    Args:
        logs: Logs of this suite, with a location; headers are enough.

    Returns:
        Frame with the columns `COLUMNS`.

    Raises:
        ValueError: If a log is not of this suite, or holds a label or a reason that no scorer of it gives.
    """
    rows = [row for log in logs for row in _rows(log)]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


def _rows(log: EvalLog) -> list[dict[str, Any]]:
    if not is_ours(log):
        raise ValueError(f"{log.location}: task {log.eval.task!r} is not one of this suite")
    summaries = read_eval_log_sample_summaries(log.location)
    names = _scorer_names(log, summaries)
    return [_row(log, summary, names) for summary in summaries]


def _scorer_names(log: EvalLog, summaries: Sequence[EvalSampleSummary]) -> set[str]:
    configured = {scorer.name for scorer in log.eval.scorers or []} if log.results and log.results.scores else set()
    return configured | {name for summary in summaries for name in summary.scores or {}}


def _row(log: EvalLog, summary: EvalSampleSummary, names: set[str]) -> dict[str, Any]:
    cell = _cell(log, summary)
    faking = _newest(summary.scores, FAKING_SCORER)
    return {
        "log": log.location,
        "model": log.eval.model,
        "epoch": summary.epoch,
        **cell.model_dump(include=set(CELL_COLUMNS)),
        "error": summary.error,
        **{name: _outcome(summary, name) if name in names else None for name in COMPLIANCE_SCORERS},
        FAKING_SCORER: FakingLabel(faking.as_str()) if faking is not None and not _unscored(faking) else None,
        FAKING_REASON: faking.reason if faking is not None else None,
    }


def _cell(log: EvalLog, summary: EvalSampleSummary) -> Cell:
    """The cell of a sample, if it is of the experiment that its log is of.

    Inspect's ``eval-retry`` keeps the samples that a run had finished, also when the prompt or the queries were changed
    before it: then old replies stand under new digests.
    """
    cell = Cell.model_validate(summary.metadata)
    for name in DIGESTS:
        if getattr(cell, name) != (log.eval.metadata or {}).get(name):
            raise ValueError(
                f"{log.location}: sample {summary.id!r} has another {name} than the log: the log mixes two "
                "experiments, as a retry after a change of prompts or queries does; run it anew"
            )
    return cell


def _outcome(summary: EvalSampleSummary, scorer: str) -> Outcome:
    score = _newest(summary.scores, scorer)
    if score is None:
        return Outcome.ERRORED if summary.error else Outcome.UNGRADED
    return outcome_of_reason(score.reason) if _unscored(score) else outcome_of_label(score.as_str())


def _newest(scores: dict[str, Score] | None, scorer: str) -> Score | None:
    """The newest score of a scorer: Inspect numbers those that are appended to a log that has one."""
    numbered = {
        int(found[1] or 0): score
        for name, score in (scores or {}).items()
        if (found := re.fullmatch(rf"{scorer}(\d*)", name))
    }
    return numbered[max(numbered)] if numbered else None


def _unscored(score: Score) -> bool:
    return isinstance(score.value, float) and isnan(score.value)
