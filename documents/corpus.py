"""A corpus: a folder with what is to be written, the logs of the three stages, and what came of them."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from inspect_ai.log import EvalSample, list_eval_logs, read_eval_log
from pydantic import BaseModel, ConfigDict, ValidationError

from documents.filters import PUBLISHED, FilterLabel
from documents.plan import Ideas, Planned, Share, plan, shares
from documents.universe import Universe
from documents.written import Unwritten, read_document, read_items
from prompts.rubric import DOCUMENT_FILTERS
from prompts.template import digest, source
from study.bounded_file import TEXT, read_bounded
from study.invalid_input import InvalidInputError
from study.log_archive import check_log

CANARY = "alignment-faking-evals:canary:7c1f5c0e-6a4b-4f0e-9f0d-52f3f1f0b9a4"
"""In every log, and the last line of every document that is exported, so that they can be found in training data."""

SETTINGS_FILE = "corpus.json"
LOCK = ".af-documents.lock"
"""File that holds the folder for one process."""

TEMPLATES = ("context", "types", "ideas", "document")
"""Stems of the writer's prompts, under ``prompts/documents/``."""


class Stage(StrEnum):
    """The three stages (Greenblatt et al. 2024, H)."""

    TYPES = "types"
    """Types of document, for each fact."""
    IDEAS = "ideas"
    """Ideas for a document, for each type."""
    DOCUMENTS = "documents"
    """The documents, and the filters."""


class Fate(StrEnum):
    """What became of a document that was asked for; each has one."""

    KEPT = "kept"
    FLAGGED = "flagged"
    """A filter takes it out."""
    UNFILTERED = "unfiltered"
    """A filter could not be read, and none takes it out: nobody knows, so it is not kept."""
    UNWRITTEN = "unwritten"
    """There is no document."""


class Settings(BaseModel):
    """What a corpus is made of and by whom: the same for all of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    universe_name: str
    universe: Universe
    documents: int
    writer: str
    writer_args: dict[str, Any]
    base_url: str | None
    """Where the writer is served; None is where its provider says."""
    grader: str
    prompts_sha256: str
    """Digest of all that writer and grader are told; see `prompts_digest`."""

    @property
    def sha256(self) -> str:
        """Digest of them all."""
        return digest(self.model_dump_json())


@dataclass(frozen=True)
class Document:
    """One document that was asked for and planned."""

    planned: Planned
    text: str | None
    """None where it is unwritten."""
    unwritten: Unwritten | None
    flags: dict[str, bool | None]
    """Whether each filter takes it out; None where that could not be read."""

    @property
    def fate(self) -> Fate:
        """What became of it."""
        if self.text is None:
            return Fate.UNWRITTEN
        if True in self.flags.values():
            return Fate.FLAGGED
        return Fate.UNFILTERED if None in self.flags.values() else Fate.KEPT


@dataclass(frozen=True)
class FilterCount:
    """What one filter did."""

    name: str
    flagged: int
    of: int
    """Documents that it could read."""
    unread: int
    """Documents that were written and that it could not read."""

    @property
    def published(self) -> float:
        """Share that the authors' filter removed."""
        return PUBLISHED[self.name]


class Corpus:
    """A corpus in a folder."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        """Take a folder as it is; `open_corpus` and `read_corpus` check it."""
        self.folder = folder
        self.settings = settings

    def begin(self) -> None:
        """Keep the settings, by which the corpus is known again."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / SETTINGS_FILE).write_text(self.settings.model_dump_json(indent=1) + "\n", "utf-8")

    def log_dir(self, stage: Stage) -> str:
        """Folder of the logs of a stage, absolute."""
        return str(self.folder.absolute() / "logs" / stage)

    def finished(self, stage: Stage) -> str | None:
        """Where the log of a stage is, all of whose calls came back; None before there is one."""
        logs = list_eval_logs(self.log_dir(stage)) if Path(self.log_dir(stage)).exists() else []
        for log in logs:
            check_log(log.name)
        headers = (read_eval_log(info, header_only=True) for info in logs)
        return next((log.location for log in headers if log.status == "success"), None)

    @cached_property
    def shares(self) -> list[Share]:
        """What each fact is asked for."""
        return shares(self.settings.universe, self.settings.documents)

    @cached_property
    def types(self) -> dict[str, list[str]]:
        """Types of document by fact, as many as were asked for or fewer."""
        count = {share.fact: share.types for share in self.shares}
        return {str(s.id): read_items(s.output.completion)[: count[str(s.id)]] for s in self._samples(Stage.TYPES)}

    @cached_property
    def ideas(self) -> Ideas:
        """Ideas by fact and type, likewise."""
        count = {share.fact: share.ideas for share in self.shares}
        return {
            (sample.metadata["fact"], sample.metadata["type"]): read_items(sample.output.completion)[
                : count[sample.metadata["fact"]]
            ]
            for sample in self._samples(Stage.IDEAS)
        }

    @cached_property
    def planned(self) -> list[Planned]:
        """The documents to write, in order."""
        return plan(self.settings.universe, self.settings.documents, self.ideas)

    @cached_property
    def documents(self) -> list[Document]:
        """What came of each that was planned, in the order of the plan."""
        samples = {str(sample.id): sample for sample in self._samples(Stage.DOCUMENTS)}
        return [_document(planned, samples[planned.id]) for planned in self.planned]

    def fates(self) -> dict[Fate, int]:
        """How many of the documents asked for had each fate; they add up."""
        counts = Counter(document.fate for document in self.documents)
        counts[Fate.UNWRITTEN] += self.settings.documents - len(self.planned)
        return {fate: counts[fate] for fate in Fate}

    def unwritten(self) -> dict[Unwritten, int]:
        """How many were not written, by reason."""
        counts = Counter(document.unwritten for document in self.documents)
        counts[Unwritten.NO_IDEA] += self.settings.documents - len(self.planned)
        return {reason: counts[reason] for reason in Unwritten}

    def filter_counts(self) -> list[FilterCount]:
        """What each filter did with the documents that were written."""
        flags = [document.flags for document in self.documents if document.text is not None]
        counts = {name: Counter(of[name] for of in flags) for name in DOCUMENT_FILTERS}
        return [FilterCount(name, of[True], of[True] + of[False], of[None]) for name, of in counts.items()]

    def _samples(self, stage: Stage) -> list[EvalSample]:
        log = self.finished(stage)
        if log is None:
            raise InvalidInputError(
                f"{self.folder} is not finished: the {stage} are missing; type af documents write again as before"
            )
        check_log(log, whole=True)
        return read_eval_log(log, exclude_fields={"messages", "events", "store", "attachments"}).samples or []


def open_corpus(folder: Path, settings: Settings) -> Corpus:
    """A corpus to begin, or to go on with. Nothing is written yet.

    Raises:
        InvalidInputError: If the folder holds something else, or a corpus with other settings.
    """
    if not (folder / SETTINGS_FILE).exists():
        if folder.exists() and any(path.name != LOCK for path in folder.iterdir()):
            raise InvalidInputError(f"{folder} is not empty and holds no corpus; give an empty or a new folder")
        return Corpus(folder, settings)
    corpus = read_corpus(folder)
    there, given = corpus.settings.model_dump(), settings.model_dump()
    differing = [name for name in there if there[name] != given[name]]
    if differing:
        what = "; ".join(_difference(name, there[name], given[name]) for name in differing)
        raise InvalidInputError(
            f"{folder} holds a corpus with other settings ({what}); give the same, or a folder of its own"
        )
    return corpus


def read_corpus(folder: Path) -> Corpus:
    """A corpus that was begun.

    Raises:
        InvalidInputError: If there is none, or its settings cannot be read.
    """
    path = folder / SETTINGS_FILE
    try:
        return Corpus(folder, Settings.model_validate_json(read_bounded(path, TEXT)))
    except OSError as error:
        raise InvalidInputError(
            f"{folder} holds no corpus ({SETTINGS_FILE}: {error.strerror}); af documents write makes one"
        ) from error
    except ValidationError as error:
        raise InvalidInputError(
            f"{path} cannot be read ({error.errors()[0]['loc']}: {error.errors()[0]['msg']}); it was changed, or is of "
            "another version: write the corpus anew in a folder of its own"
        ) from error


def prompts_digest() -> str:
    """Digest of all that writer and grader are told, but for the universe: a changed word is another corpus."""
    return digest(
        "\x1f".join(
            [
                *(source(f"documents/{name}.md") for name in TEMPLATES),
                *(rubric.sha256 for rubric in DOCUMENT_FILTERS.values()),
            ]
        )
    )


def _difference(name: str, there: object, given: object) -> str:
    if isinstance(there, dict) and isinstance(given, dict):
        keys = [key for key in {**there, **given} if there.get(key) != given.get(key)]
        return f"{name}: other {', '.join(keys)}"
    return f"{name}: {there!r}, not {given!r}"


def _document(planned: Planned, sample: EvalSample) -> Document:
    read = read_document(sample.output)
    if isinstance(read, Unwritten):
        return Document(planned, None, read, {})
    scores = sample.scores or {}
    flags = {name: _flag(str(scores[name].value)) if name in scores else None for name in DOCUMENT_FILTERS}
    return Document(planned, read, None, flags)


def _flag(label: str) -> bool | None:
    return {str(FilterLabel.FLAGGED): True, str(FilterLabel.CLEAN): False}.get(label)
