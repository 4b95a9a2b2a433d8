"""Labels by people, as logs hold them."""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from typing import Any

from inspect_ai.log import EvalLog, EvalSampleSummary, read_eval_log_sample, read_eval_log_sample_summaries
from pydantic import ValidationError

from analysis.frame import Progress
from analysis.log_file import BROKEN, check, is_ours, read_header, unreadable
from analysis.log_rows import reply_id
from study.human_label import QUESTIONS, HumanLabel, human_score
from study.invalid_input import InvalidInputError
from study.label_lines import LabelLine


def read_labels(logs: Sequence[str], progress: Progress = nullcontext) -> list[LabelLine]:
    """What each labeller said of each reply; of a reply that several logs hold, once for each.

    Args:
        logs: Locations, as `analysis.log_file.find_logs` gives them. Those of other suites are passed over.
        progress: Shows that logs are being read.

    Raises:
        InvalidInputError: If a log cannot be read, or holds scores by people that `af label import` did not write.
    """
    found: list[LabelLine] = []
    with progress(list(logs)) as locations:
        for location in map(str, locations):
            header = read_header(location)
            if is_ours(header):
                found += _of_log(header, location)
    return found


def _of_log(log: EvalLog, location: str) -> Iterator[LabelLine]:
    try:
        summaries = read_eval_log_sample_summaries(location)
    except BROKEN as error:
        raise unreadable(location, error) from error
    labelled = [(one, asked) for one in summaries for asked in QUESTIONS if human_score(asked) in (one.scores or {})]
    if any(_in_summary(summary, human_score(question)) is None for summary, question in labelled):
        check(location, whole=True)
    for summary, question in labelled:
        yield from _of_reply(log, location, summary, question)


def _of_reply(log: EvalLog, location: str, summary: EvalSampleSummary, question: str) -> Iterator[LabelLine]:
    place = f"{location}, sample {summary.id!r}"
    reply = {
        "schema_version": 1,
        "uuid": reply_id(log, summary),
        "eval_id": log.eval.eval_id,
        "query_id": str(summary.id),
        "epoch": summary.epoch,
        "question": question,
    }
    try:
        for said in _labellers(location, summary, human_score(question)):
            yield LabelLine(HumanLabel.model_validate({**said, **reply}), place)
    except (ValidationError, TypeError) as error:
        raise InvalidInputError(
            f"{place} has a score by people that af label import did not write; give a copy of the log without it"
        ) from error


def _labellers(location: str, summary: EvalSampleSummary, name: str) -> list[dict[str, Any]]:
    """From the summary, or where that has no room for them, as it has for about three, from the sample."""
    said: Any = _in_summary(summary, name)
    if said is None:
        try:
            sample = read_eval_log_sample(location, summary.id, summary.epoch, exclude_fields={"events", "messages"})
        except BROKEN as error:
            raise unreadable(location, error) from error
        said = ((sample.scores or {})[name].metadata or {}).get("labellers")
    return list(said)


def _in_summary(summary: EvalSampleSummary, name: str) -> list[dict[str, Any]] | None:
    said = ((summary.scores or {})[name].metadata or {}).get("labellers")
    return said if isinstance(said, list) else None
