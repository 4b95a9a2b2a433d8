"""A static site of pairs: the same query on every tier side by side, with what the judges said of each reply."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Literal

from inspect_ai.log import EvalLog, read_eval_log

from analysis.frame import Replies
from analysis.log_file import BROKEN, check, unreadable
from analysis.log_rows import reply_id
from analysis.reply_schema import NO_LABEL, reason_column
from documents.corpus import CANARY
from reading_room.data_script import data_script
from reading_room.download import Download, names_of, scores_of, texts_of
from reading_room.page_data import JudgedReply, Log, PairText, ReplyText, Site
from reading_room.paired_replies import PairedReplies
from reading_room.site_folder import INDEX, write_site_folder
from reading_room.spill import Spill
from reading_room.transcript import Label, Transcript, sees_output
from reading_room.transcripts import FOLDER, write_transcripts
from study.human_label import QUESTIONS
from study.invalid_input import InvalidInputError
from study.reply import Defect

CHUNK = 50
"""Pairs in a file of texts: one of them is loaded to show a pair, all to search."""

ROBOTS = f"# {CANARY}\nUser-agent: *\nDisallow: /\n"

_DOWNLOADS = {
    "pairs.jsonl": "One row a reply, with all that is shown here, as JSON lines",
    "pairs.parquet": "The same as Parquet",
}

_DEFECTS = [*map(str, Defect)]

Progress = Callable[[Sequence[str]], AbstractContextManager[Iterable[str]]]
"""Hands on the logs one by one, and shows how far it is."""


@dataclass(frozen=True)
class Written:
    """What a site consists of."""

    pairs: int
    replies: int
    size: int
    """Bytes."""
    warnings: list[str]


def write_site(
    replies: Replies,
    folder: Path,
    outputs: Literal["redacted", "full"] = "redacted",
    transcripts: bool = True,
    progress: Progress = nullcontext,
) -> Written:
    """Write a site of some replies. It needs no server: ``index.html`` opens from disk.

    Memory holds one log, and of each reply some numbers.

    Args:
        replies: What was read from logs, which must still be where they were.
        folder: Where; see `write_site_folder`.
        outputs: Whether outputs are shown. Redacted, nothing of them is in any file (see `reading_room.redaction`).
        transcripts: Whether Inspect's viewer is added with the logs. They hold the outputs: a redacted site has none.
        progress: Shows that logs are being read; nothing unless given.

    Raises:
        InvalidInputError: If all replies are interviews, which have no pairs; if a log cannot be read or has changed;
            or as `write_site_folder`.
    """
    _refuse_logs_inside(folder, replies)
    asked = replies.frame[~replies.frame["interview"]]
    if asked.empty:
        raise InvalidInputError(
            "these logs are of interviews, which have one tier and no pairs; read them with inspect view --log-dir LOGS"
        )
    paired = PairedReplies.of(asked)
    made: list[Written] = []

    def write(building: Path) -> None:
        with TemporaryFile(dir=building.parent) as file:  # which has room for the site, as a temporary folder may not
            builder = _Builder(paired, Spill(file, len(paired.frame)), outputs == "full")
            builder.read(progress)
            site = builder.site(_warnings(replies, paired, outputs, transcripts), transcripts)
            builder.write(building, site)
        size = sum(path.stat().st_size for path in building.rglob("*") if path.is_file())
        made.append(Written(len(paired), len(paired.frame), size, site["warnings"]))

    write_site_folder(folder, write)
    return made[0]


class _Builder:
    """What is known of each reply once its log was read."""

    def __init__(self, paired: PairedReplies, texts: Spill, full: bool) -> None:
        number = len(paired.frame)
        self._paired, self._texts, self._full = paired, texts, full
        self._columns = {name: paired.column(name) for name in _NEEDED}
        self._labels = {name: (paired.column(name), paired.column(reason_column(name))) for name in paired.scorers}
        self._stop_reasons: list[str | None] = [None] * number
        self._defects = [0] * number
        self._has_reasoning, self._has_answer = [0] * number, [0] * number
        self._prompts: dict[str, str] = {}
        self._logs: dict[str, Log] = {}
        """By location."""

    def read(self, progress: Progress) -> None:
        """Take the texts from the logs."""
        locations = [*dict.fromkeys(self._columns["log"])]
        names = log_names(locations)
        with progress(locations) as sources:
            for location in sources:
                self._read(location, names[location])

    def _read(self, location: str, name: str) -> None:
        numbers = {self._columns["uuid"][i]: i for i, log in enumerate(self._columns["log"]) if log == location}
        log = _whole(location)
        self._logs[location] = {
            "name": name,
            "eval_id": log.eval.eval_id,
            "task": log.eval.task,
            "model": log.eval.model,
            "created": log.eval.created,
            "status": log.status,
        }
        for sample in log.samples or []:
            uuid = reply_id(log, sample)
            number = numbers.pop(uuid, None)
            if number is None:  # another attempt, or a filter, left it out
                continue
            labels = {scorer: Label(label[number], why[number]) for scorer, (label, why) in self._labels.items()}
            counts = {name: _count(self._columns[column][number]) for name, column in _COUNTS.items()}
            self._keep(number, Transcript.of(sample, labels, counts, self._full))
        if numbers:
            raise InvalidInputError(f"{location}: {len(numbers)} of its replies are gone since it was read; try again")

    def _keep(self, number: int, transcript: Transcript) -> None:
        self._texts.put(number, (transcript.query, transcript.text, transcript.judged))
        self._stop_reasons[number] = transcript.stop_reason
        self._defects[number] = sum(1 << _DEFECTS.index(defect) for defect in transcript.reading.reply.defects)
        self._has_reasoning[number] = int(transcript.reading.reasoning is not None)
        self._has_answer[number] = int(transcript.reading.answer is not None)
        if transcript.prompt is not None:
            # Of the tier too: a digest may be of the prompts of both, as with imported replies.
            of = f"{self._columns['prompt_sha256'][number]} {self._columns['tier'][number]}"
            self._prompts.setdefault(of, transcript.prompt)

    def site(self, warnings: list[str], transcripts: bool) -> Site:
        """What lists and filters need."""
        paired, columns = self._paired, self._columns
        tiers = [*dict.fromkeys(tier["tier"] for experiment in paired.experiments for tier in experiment["tiers"])]
        categories = sorted({str(category) for category in columns["category"] if category is not None})
        stop_reasons = sorted({reason for reason in self._stop_reasons if reason is not None})
        given = {why for _, reasons in self._labels.values() for why in reasons if why is not None}
        reasons = [*(why for why in map(str, NO_LABEL) if why in given), *sorted(given - {*map(str, NO_LABEL)})]
        locations = [*self._logs]
        labels = {scorer: paired.labels(scorer) for scorer in paired.scorers}
        return {
            "version": 1,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "suite": version("alignment-faking-evals"),
            "canary": CANARY,
            "outputs": "full" if self._full else "redacted",
            "transcripts": FOLDER if self._full and transcripts else None,
            "warnings": warnings,
            "downloads": [{"file": file, "says": says} for file, says in _DOWNLOADS.items()],
            "logs": [*self._logs.values()],
            "experiments": paired.experiments,
            "tiers": tiers,
            "categories": categories,
            "stop_reasons": stop_reasons,
            "defects": _DEFECTS,
            "reasons": reasons,
            "labels": labels,
            "questions": {name: [*QUESTIONS[name]] for name in QUESTIONS if self._full or not sees_output(name)},
            "chunk_size": CHUNK,
            "pairs": paired.pairs(categories),
            "replies": {
                "tier": [tiers.index(tier) for tier in columns["tier"]],
                "log": [locations.index(log) for log in columns["log"]],
                "uuid": columns["uuid"],
                "label": {name: _indices(found, labels[name]) for name, (found, _) in self._labels.items()},
                "reason": {name: _indices(why, reasons) for name, (_, why) in self._labels.items()},
                "votes": [*map(_count, columns["votes"])],
                "votes_asked": [*map(_count, columns["votes_asked"])],
                "votes_yes": [*map(_count, columns["votes_yes"])],
                "defects": self._defects,
                "stop_reason": _indices(self._stop_reasons, stop_reasons),
                "has_reasoning": self._has_reasoning,
                "has_answer": self._has_answer,
            },
        }

    def write(self, folder: Path, site: Site) -> None:
        """Write every file of the site."""
        with as_file(files("reading_room") / "built") as built:
            shutil.copytree(built, folder, dirs_exist_ok=True)
        (folder / "robots.txt").write_text(ROBOTS, "utf-8")
        (folder / INDEX).parent.mkdir()
        _write(folder / INDEX, data_script("site", site))
        _write(folder / "data" / "prompts.js", data_script("prompts", self._prompts))
        with Download(folder, self._paired.scorers) as download:
            for chunk, pairs in enumerate(self._chunks()):
                texts: list[PairText] = [{"query": pair[0].query, "replies": [r.text for r in pair]} for pair in pairs]
                judged = [[reply.judged for reply in pair] for pair in pairs]
                _write(folder / "data" / f"text-{chunk:04}.js", data_script("text", chunk, texts))
                _write(folder / "data" / f"judged-{chunk:04}.js", data_script("judged", chunk, judged))
                download.write([self._row(site, reply) for pair in pairs for reply in pair])
        if site["transcripts"]:
            write_transcripts({location: log["name"] for location, log in self._logs.items()}, folder)

    def _chunks(self) -> Iterator[list[list["_Reply"]]]:
        for start in range(0, len(self._paired), CHUNK):
            numbers = range(start, min(start + CHUNK, len(self._paired)))
            yield [[_Reply(pair, i, *self._texts.get(i)) for i in self._paired.of_pair(pair)] for pair in numbers]

    def _row(self, site: Site, reply: "_Reply") -> dict[str, Any]:
        i, columns = reply.number, self._columns
        log = self._logs[str(columns["log"][i])]
        experiment = site["experiments"][site["pairs"]["experiment"][reply.pair]]
        names = ("tier", "uuid", "query_id", "epoch", "category", "harmful", "prompt_sha256")
        counts = ("votes", "votes_asked", "votes_yes")
        labels = {
            column: found
            for name, (label, why) in self._labels.items()
            for column, found in ((name, label[i]), (reason_column(name), why[i]))
        }
        return {
            "pair": site["pairs"]["id"][reply.pair],
            "log": log["name"],
            "eval_id": log["eval_id"],
            **names_of(experiment),
            **{name: columns[name][i] for name in names},
            "query": reply.query,
            **texts_of(reply.text),
            "stop_reason": self._stop_reasons[i],
            "defects": [name for bit, name in enumerate(_DEFECTS) if self._defects[i] >> bit & 1],
            **{name: _count(columns[name][i]) for name in counts},
            "scores": scores_of(reply.judged),
            "canary": CANARY,
            **labels,
        }


@dataclass(frozen=True)
class _Reply:
    pair: int
    number: int
    query: str
    text: ReplyText
    judged: JudgedReply


_COUNTS = {"turns": "turns_used", "input_tokens": "subject_input", "output_tokens": "subject_output"}

_NEEDED = (
    *("log", "uuid", "tier", "query_id", "epoch", "category", "harmful", "prompt_sha256"),
    *("votes", "votes_asked", "votes_yes"),
    *_COUNTS.values(),
)


def log_names(locations: Sequence[str]) -> dict[str, str]:
    """By location the name of each log on the site: of its file, with a number where another has it too."""
    names: dict[str, str] = {}
    for location in locations:
        path = Path(location)
        name, again = path.name, 1
        while name in names.values():
            again += 1
            name = f"{path.stem}-{again}{path.suffix}"
        names[location] = name
    return names


def _refuse_logs_inside(folder: Path, replies: Replies) -> None:
    """As those of an earlier site's transcripts are, which go with it."""
    for location in replies.frame["log"].astype(str).unique():
        if "://" not in location and Path(location).resolve().is_relative_to(folder.resolve()):
            raise InvalidInputError(f"{location} lies in {folder}, which is replaced; name another folder with -o")


def _whole(location: str) -> EvalLog:
    check(location, whole=True)
    try:
        return read_eval_log(location)
    except BROKEN as error:
        raise unreadable(location, error) from error


def _warnings(replies: Replies, paired: PairedReplies, outputs: str, transcripts: bool) -> list[str]:
    said = [*replies.notes, *paired.missing]
    if interviews := int(replies.frame["interview"].sum()):
        said.append(f"{interviews:,} answers to interviews are not here, for they have one tier and no pairs")
    for exclusion in replies.exclusions:
        remedy = f"; {exclusion.remedy}" if exclusion.remedy else ""
        said.append(f"{exclusion.log}: {exclusion.reason}{remedy}")
    if outputs == "redacted":
        said.append(
            "Outputs are withheld, as are drafts of them in the reasoning and what judges of the output wrote. To see "
            "them, write the site with --outputs full"
        )
        if transcripts:
            said.append(
                "Inspect's transcripts are left out, for the logs hold the outputs. Who has the logs opens them with: "
                "inspect view --log-dir LOGS"
            )
    names = log_names([*dict.fromkeys([*paired.column("log"), *(exclusion.log for exclusion in replies.exclusions)])])
    return [_without_paths(sentence, names) for sentence in said]


def _without_paths(text: str, names: Mapping[str, str]) -> str:
    """A text that names logs by their files: where they lie is nobody's business."""
    for location in sorted(names, key=len, reverse=True):
        text = text.replace(location, names[location])
    return text


def _indices(values: Sequence[Any], names: Sequence[str]) -> list[int]:
    index = {name: i for i, name in enumerate(names)}
    return [-1 if value is None else index[str(value)] for value in values]


def _count(value: Any) -> int | None:
    return None if value is None else int(value)


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8", newline="\n")
