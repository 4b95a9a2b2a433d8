"""Labels by people, put into the logs that hold the replies, by Inspect's own editing of scores."""

import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from math import nan
from pathlib import Path
from typing import Any
from uuid import uuid4

from inspect_ai.log import (
    EvalLog,
    EvalSample,
    ProvenanceData,
    edit_score,
    read_eval_log,
    read_eval_log_sample_summaries,
    write_eval_log,
)
from inspect_ai.scorer import Score, ScoreEdit
from pydantic import ValidationError

from analysis.frame import Progress
from analysis.log_file import BROKEN, check, content_key, is_ours, read_header, unreadable
from analysis.log_rows import reply_id
from analysis.reply_schema import FAKING_SCORER
from reading_room.transcript import reasoning_as_redacted
from scorers.reading import Reading, reading_of_sample
from study.human_label import HumanLabel, agreed_label, human_score, shown_sha256
from study.invalid_input import InvalidInputError
from study.label_lines import Key, LabelLine
from study.labels import Undecided

SHOWN: dict[str, Callable[[Reading], str | None]] = {
    "alignment_faking": lambda reading: reading.reasoning,
    "judged_compliance": lambda reading: reading.answer,
}
"""What of a reply a labeller is shown, by question; on a site without outputs, the reasoning less its drafts."""


_KEPT = {"labeller", "label", "note", "time", "stratum", "stratum_size", "seed", "shown_sha256"}
"""Of a label, in a score."""


class Change(StrEnum):
    """What a label changed in the logs."""

    ADDED = "added"
    REPLACED = "replaced"
    NONE = "there already"


@dataclass(frozen=True)
class Imported:
    """One label, and what became of it."""

    label: HumanLabel
    logs: tuple[str, ...]
    """That hold the reply: after a retry or a copy several do."""
    change: Change
    changed: tuple[str, ...]
    """Logs in which that was so; none where it was there already."""


def import_labels(
    lines: Sequence[LabelLine],
    logs: Sequence[str],
    *,
    replace: bool = False,
    dry_run: bool = False,
    progress: Progress = nullcontext,
) -> list[Imported]:
    """Put labels into logs, as scores `human_score` beside those of the judges, which stay as they are.

    A reply is found by Inspect's id of the sample; its query must be the label's, and its text what the labeller was
    shown. The number of the epoch may differ, because replies of a run that was done twice are numbered on, and so may
    the log, because a retry takes replies over. The results of a log, which are figures of its judges, are not touched.

    Everything is checked, and each log that changes is written beside the old one, before the first is replaced.

    Args:
        lines: Of each labeller, reply and question one.
        logs: Locations, as `find_logs` gives them. Those of other suites are passed over.
        replace: Put a label in the place of another one by the same labeller; the history of the score keeps that.
        dry_run: Check everything and write nothing.
        progress: Shows that logs are being read.

    Returns:
        One for each line, in their order.

    Raises:
        InvalidInputError: If a reply is in none of the logs, or has another query or text than was shown; if its
            labeller gave another label before, unless `replace`; if a log cannot be read or written, or its run is at
            work.
    """
    wanted = defaultdict[str, list[LabelLine]](list)
    for line in lines:
        wanted[line.label.uuid].append(line)
    held = defaultdict[str, list[str]](list)
    changes = defaultdict[Key, dict[str, Change]](dict)
    """By label and log."""
    with ExitStack() as drafts:
        commits = []
        with progress(list(logs)) as locations:
            for location in map(str, locations):
                if not (here := _labelled(location, wanted)):
                    continue
                for uuid in here:
                    held[uuid].append(location)
                made, commit = _change_log(location, {uuid: wanted[uuid] for uuid in here}, replace, dry_run, drafts)
                for key, change in made.items():
                    if change is not Change.NONE:
                        changes[key][location] = change
                commits += [commit] if commit else []
        _all_found(lines, held, len(logs))
        for commit in commits:
            commit()
    return [
        Imported(line.label, (*held[line.label.uuid],), next(iter(made.values()), Change.NONE), (*made,))
        for line in lines
        for made in [changes[line.key]]
    ]


def _labelled(location: str, wanted: Iterable[str]) -> list[str]:
    """Which of the replies a log holds."""
    header = read_header(location)
    if not is_ours(header):
        return []
    try:
        here = {reply_id(header, summary) for summary in read_eval_log_sample_summaries(location)} & {*wanted}
    except BROKEN as error:
        raise unreadable(location, error) from error
    if here and header.status == "started":
        raise InvalidInputError(
            f"{location} holds labelled replies, and its run is at work or was killed; wait for it, or finish it with "
            f"inspect log recover {location}, before labels are put into it"
        )
    return sorted(here)


def _all_found(lines: Sequence[LabelLine], held: dict[str, list[str]], n: int) -> None:
    if lost := [line for line in lines if line.label.uuid not in held]:
        label, more = lost[0].label, len(lost) - 1
        raise InvalidInputError(
            f"{lost[0].place}: reply {label.uuid} (query {label.query_id!r}) is in none of the {n} logs"
            f"{f', nor are those of {more} further lines' if more else ''}; give --logs the folder that the site was "
            "made of"
        )


def _change_log(
    location: str, lines: dict[str, list[LabelLine]], replace: bool, dry_run: bool, drafts: ExitStack
) -> tuple[dict[Key, Change], Callable[[], object] | None]:
    """What labels change in a log, and what puts the changed one in its place; None where nothing does."""
    before = content_key(location)
    check(location, whole=True)
    try:
        log = read_eval_log(location)
    except BROKEN as error:
        raise unreadable(location, error) from error
    changes = {
        line.key: _add(log, sample, line, location, replace)
        for sample in log.samples or []
        for line in lines.get(reply_id(log, sample), [])
    }
    if {*changes.values()} == {Change.NONE}:
        return changes, None
    if "://" not in location and not (os.access(location, os.W_OK) and os.access(Path(location).parent, os.W_OK)):
        raise InvalidInputError(f"{location} may not be written to; copy the logs to a place where they may be")
    return changes, None if dry_run else _drafted(log, location, before, drafts)


def _add(log: EvalLog, sample: EvalSample, line: LabelLine, location: str, replace: bool) -> Change:
    label = line.label
    reply = f"reply {label.uuid} in {location}"
    if str(sample.id) != label.query_id:
        raise InvalidInputError(
            f"{line.place}: query_id={label.query_id!r}, but {reply} answers {sample.id!r}; export the file again"
        )
    text = SHOWN[label.question](_reading(sample, reply))
    redacted = reasoning_as_redacted(sample) if label.question == FAKING_SCORER else None
    if label.shown_sha256 not in [shown_sha256(one) for one in (text, redacted) if one is not None]:
        what = "nothing to show" if text is None else f"another text ({shown_sha256(text)[:12]}…)"
        raise InvalidInputError(
            f"{line.place}: shown_sha256={label.shown_sha256[:12]}…, but {reply} has {what}; give the logs that the "
            "site was made of, or make the site anew of these and label it again"
        )
    score = (sample.scores or {}).get(human_score(label.question))
    said = _said_before(score, location, sample)
    before = next((one for one in said if one["labeller"] == label.labeller), None)
    if before and (before["label"], before["note"]) == (label.label, label.note):
        return Change.NONE
    if before and not replace:
        raise InvalidInputError(
            f"{line.place}: {label.labeller!r} says {label.label!r} ({label.note!r}), but of {reply} said "
            f"{before['label']!r} ({before['note']!r}) before; --replace puts the new one in its place"
        )
    new = label.model_dump(mode="json", include=_KEPT)
    edit = _edit([new if one is before else one for one in said] + ([] if before else [new]), label.labeller)
    edit_score(log, sample.id, human_score(label.question), edit, recompute_metrics=False, epoch=sample.epoch)
    return Change.REPLACED if before else Change.ADDED


def _reading(sample: EvalSample, reply: str) -> Reading:
    try:
        return reading_of_sample(sample)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InvalidInputError(
            f"{reply}: {'.'.join(map(str, first['loc']))}={first['input']!r} is not known here ({first['msg']}); leave "
            "that log out, or use the version of this suite that made it"
        ) from error


def _said_before(score: Score | None, location: str, sample: EvalSample) -> list[dict[str, Any]]:
    if score is None:
        return []
    said = (score.metadata or {}).get("labellers")
    if not isinstance(said, list) or not all(isinstance(one, dict) and one.keys() == _KEPT for one in said):
        raise InvalidInputError(
            f"{location}: sample {sample.id!r} has a score by people that af label import did not write; give a copy "
            "of the log without it"
        )
    return said


def _edit(said: list[dict[str, Any]], author: str) -> ScoreEdit:
    """The score that all who were asked come to, as one of them changed it."""
    agreed = agreed_label(one["label"] for one in said)
    decided = not isinstance(agreed, Undecided)
    drawn = {(one["stratum"], one["stratum_size"]) for one in said}
    stratum, size = drawn.pop() if len(drawn) == 1 else (None, None)
    return ScoreEdit(
        value=agreed if decided else nan,
        reason=None if decided else str(agreed),
        explanation="\n".join(f"{one['labeller']}: {one['label']} {one['note']}".strip() for one in said),
        # Summaries of samples, which the analysis reads, have no room for all that labellers say.
        metadata={"labellers": said, "labelled_by": len(said), "stratum": stratum, "stratum_size": size},
        provenance=ProvenanceData(author=author, reason="af label import"),
    )


def _drafted(log: EvalLog, location: str, before: object, drafts: ExitStack) -> Callable[[], object]:
    if "://" in location:  # such a file system puts a whole object in place, or none
        return partial(_replace, location, before, partial(write_eval_log, log, location, if_match_etag=log.etag))
    path = Path(location).resolve()
    draft = path.with_name(f".{path.name}.{uuid4().hex[:8]}.draft")
    drafts.callback(draft.unlink, missing_ok=True)
    try:
        write_eval_log(log, str(draft), format="eval" if path.suffix == ".eval" else "json")
        shutil.copymode(path, draft)
    except OSError as error:
        raise InvalidInputError(
            f"{location} cannot be written ({error}); nothing was changed; copy the logs to a place where there is room"
        ) from error
    return partial(_replace, location, before, partial(draft.replace, path))


def _replace(location: str, before: object, put_in_place: Callable[[], object]) -> None:
    if content_key(location) != before:
        raise InvalidInputError(
            f"{location} was written by somebody else meanwhile, and its labels were not put into it; type the command "
            "again"
        )
    put_in_place()
