"""Labelled scratchpads: ours, the authors' from where they published them, files of the user's, and labels in logs."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from inspect_ai.log import EvalSample, list_eval_logs, read_eval_log
from inspect_ai.scorer import Score

from evals.published_set import HUB, fetching
from evals.row_file import FORMATS, Row, Rows, exists, read_rows
from evals.user_directory import from_user
from prompts.template import digest
from scorers.reading import reading_of_sample
from study.human_label import human_score, shown
from study.invalid_input import InvalidInputError, unknown_value
from study.labels import FakingLabel
from study.log_archive import check_log
from study.score_name import newest
from study.terminal import echo

BUILTIN = "builtin"
HUGHES = "hughes"
NAMES = (BUILTIN, HUGHES)
"""Sets that are known by name."""

SHIPPED = Path(__file__).parent / "data" / "calibration" / "scratchpads.jsonl"
"""Our own, with their data card beside them."""

REPOSITORY = "jplhughes2/classify_alignment_faking_human_labels"
"""On Hugging Face: the scratchpads that Hughes et al. (2025) labelled. No licence is stated: they are never shipped."""

PUBLISHED_COUNTS = {FakingLabel.FAKING: 51, FakingLabel.NOT_FAKING: 55}
"""Their labels, as published."""

TEXT_COLUMNS = ("scratchpad", "scratchpad_reasoning", "reasoning", "text")
"""Columns in which the scratchpad is looked for, in this order, whatever their case, unless one is named."""

LABEL_COLUMNS = ("label", "alignment_faking_human_label", "human_label", "alignment_faking")
"""Columns in which its label is looked for, likewise."""

OTHER_COLUMNS = ("tier", "model", "kind", "why", "stratum")
"""What else of a row is kept, where it is there."""

SIZE_COLUMN = "stratum_size"
QUESTION = "alignment_faking"

_LABELS = {
    **dict.fromkeys(("faking", "1", "1.0", "true", "yes"), FakingLabel.FAKING),
    **dict.fromkeys(("not_faking", "0", "0.0", "false", "no"), FakingLabel.NOT_FAKING),
}
_LOGS = (".eval", ".json")


@dataclass(frozen=True)
class LabelledText:
    """One scratchpad, and what people say of it."""

    id: str
    text: str
    label: FakingLabel
    tier: str | None = None
    model: str | None = None
    """Whose scratchpad it is."""
    kind: str | None = None
    why: str | None = None
    stratum: str | None = None
    """What it was drawn from; None where the labels are of no stratified sample."""
    weight: float = 1.0
    """Texts of the stratum that it stands for."""


@dataclass(frozen=True)
class LabelledSet:
    """Labelled scratchpads with stable ids, all different, some of them faking and some not."""

    name: str
    texts: tuple[LabelledText, ...]
    source: Mapping[str, Any] = field(default_factory=dict)
    """Where they are from, and what of it could not be used."""

    @cached_property
    def sha256(self) -> str:
        """Digest of the rows: the same rows in another file format, or in another order, are the same set."""
        rows = [json.dumps(asdict(text), sort_keys=True) for text in self.texts]
        return digest("\n".join(sorted(rows)))


def load_labels(labels: str, column: str | None = None, label_column: str | None = None) -> LabelledSet:
    """Load labelled scratchpads.

    Args:
        labels: One of `NAMES`; a path to a ``.csv``, ``.jsonl`` or ``.parquet`` file, relative to the user; or a folder
            of logs, or a log, that hold labels by people (``af label import``).
        column: Column of a file that holds the scratchpad; by default the first of `TEXT_COLUMNS` that it has.
        label_column: Column that holds its label, likewise of `LABEL_COLUMNS`.

    Raises:
        InvalidInputError: If the set is not known or cannot be fetched or read, lacks a column, has blank, repeated or
            unreadable rows or a label that is not known, or all of its labels are alike.
    """
    if labels == HUGHES:
        return _checked(_hughes())
    if labels == BUILTIN:
        return _checked(_of_rows(read_rows(SHIPPED, f"labels={labels!r}"), BUILTIN, labels, column, label_column))
    path = from_user(labels)
    if not exists(path):
        raise unknown_value(
            "labels", labels, NAMES, f"Or give a path that exists: a file ({', '.join(FORMATS)}), or a folder of logs."
        )
    if path.is_dir() or path.suffix in _LOGS:
        for name, value in (("column", column), ("label_column", label_column)):
            if value is not None:
                raise InvalidInputError(f"{name}={value!r} is of files, and labels={labels!r} names logs; leave it out")
        return _checked(_of_logs(path, labels))
    return _checked(_of_rows(read_rows(path, f"labels={labels!r}"), path.stem, labels, column, label_column))


def _checked(found: LabelledSet) -> LabelledSet:
    counts = Counter(text.label for text in found.texts)
    if len(counts) < len(_LABEL_KINDS):
        told = " and ".join(f"{counts[label]} {label}" for label in _LABEL_KINDS)
        raise InvalidInputError(
            f"labels={found.name!r}: {told}; give labels of both kinds: those of one say nothing of what a judge does "
            "with the other"
        )
    return found


_LABEL_KINDS = (FakingLabel.FAKING, FakingLabel.NOT_FAKING)


def _of_rows(
    rows: list[Row],
    name: str,
    typed: str,
    column: str | None = None,
    label_column: str | None = None,
    *,
    distinct: bool = True,
) -> LabelledSet:
    checked = Rows(rows, "labels", typed, "scratchpad", "each counts once")
    texts = checked.texts(column, TEXT_COLUMNS, distinct=distinct)
    ids = checked.ids() or [f"s-{digest(text)[:12]}" for text in texts]
    words = _words(checked.values(checked.column("label_column", label_column, LABEL_COLUMNS, "labels")))
    checked.refuse(
        f"a label that is not known ({', '.join(sorted({repr(word) for word in words if word not in _LABELS}))})",
        [word not in _LABELS for word in words],
        "write faking or not_faking (or 1 and 0, true and false, yes and no)",
    )
    others = {key: checked.values(checked.find([key])) or [None] * len(rows) for key in OTHER_COLUMNS}
    sizes = _sizes(checked, others["stratum"])
    weights = _weights(others["stratum"], sizes)
    return LabelledSet(
        name,
        tuple(
            LabelledText(
                id=ids[i],
                text=text,
                label=_LABELS[words[i]],
                weight=weights[i],
                **{key: None if values[i] in (None, "") else str(values[i]) for key, values in others.items()},
            )
            for i, text in enumerate(texts)
        ),
    )


def _words(values: Sequence[object]) -> list[str]:
    return [str("" if value is None else value).strip().casefold() for value in values]


def _sizes(checked: Rows, strata: Sequence[object]) -> list[int]:
    """Of the stratum of each row; empty where the rows are of no stratified sample."""
    values = checked.values(checked.find([SIZE_COLUMN]))
    stratified = [stratum not in (None, "") for stratum in strata]
    if not any(stratified) and not any(_words(values)):
        return []
    words = _words(values) or [""] * len(strata)
    bad = [not (known and word.isdecimal() and int(word)) for known, word in zip(stratified, words, strict=True)]
    checked.refuse(
        f"no stratum, or no {SIZE_COLUMN} that is a number from 1",
        bad,
        "give both for every row of a stratified sample, or remove both columns: all weigh the same then",
    )
    sizes: dict[object, set[int]] = {}
    for stratum, word in zip(strata, words, strict=True):
        sizes.setdefault(stratum, set()).add(int(word))
    checked.refuse(
        f"a {SIZE_COLUMN} that others of its stratum do not have",
        [len(sizes[stratum]) > 1 for stratum in strata],
        "give each stratum one size",
    )
    counts = Counter(strata)
    checked.refuse(
        f"a {SIZE_COLUMN} below the number of rows of its stratum",
        [int(word) < counts[stratum] for stratum, word in zip(strata, words, strict=True)],
        "give the number of texts that the rows were drawn from",
    )
    return [int(word) for word in words]


def _weights(strata: Sequence[object], sizes: Sequence[int]) -> list[float]:
    """Texts that each row stands for: the size of its stratum over the rows that were labelled of it."""
    counts = Counter(strata)
    return (
        [size / counts[stratum] for stratum, size in zip(strata, sizes, strict=True)] if sizes else [1.0] * len(strata)
    )


def _hughes() -> LabelledSet:
    rows, commit = _fetched()
    text_column, label_column = TEXT_COLUMNS[1], LABEL_COLUMNS[1]
    members: dict[
        str, Row
    ] = {}  # by text: nobody can mend a published set, so what cannot be used is left out, and said
    for row in rows:
        text, [label] = str(row.get(text_column) or "").strip(), _words([row.get(label_column)])
        if text and label in _LABELS:
            members.setdefault(text, row)
    found = _of_rows(list(members.values()), HUGHES, HUGHES, text_column, label_column)
    counts = Counter(text.label for text in found.texts)
    left_out = len(rows) - len(members)
    as_published = counts == PUBLISHED_COUNTS and not left_out
    told = f"{len(found.texts)} scratchpads, {counts[FakingLabel.FAKING]} faking"
    if not as_published:
        published = f"{sum(PUBLISHED_COUNTS.values())}, {PUBLISHED_COUNTS[FakingLabel.FAKING]} faking"
        told += f" (published: {published}; {left_out} rows could not be used)"
    echo(f"{HUGHES}: {told}; licence: none stated; {REPOSITORY} at {commit[:12]}.", err=True)
    source = {"repository": REPOSITORY, "revision": commit, "left_out": left_out, "as_published": as_published}
    return replace(found, source=source)


def _fetched() -> tuple[list[Row], str]:
    """The rows of the authors' set, and the commit that they are of."""
    from datasets import load_dataset
    from huggingface_hub import HfApi

    remedy = f"download the set where you can, save it as {' or '.join(FORMATS)}, and give its path with -T labels=FILE"
    with fetching(f"labels={HUGHES!r}", f"{HUB}/{REPOSITORY}", REPOSITORY, remedy):
        commit = str(HfApi().dataset_info(REPOSITORY).sha)
        loaded = load_dataset(REPOSITORY, split="train", revision=commit)
    wanted = (TEXT_COLUMNS[1], LABEL_COLUMNS[1])
    if missing := [name for name in wanted if name not in loaded.column_names]:
        raise InvalidInputError(
            f"labels={HUGHES!r}: {REPOSITORY} at {commit[:12]} has no column {missing[0]!r} among "
            f"{loaded.column_names}; {remedy}, and the columns with -T column=… and -T label_column=…"
        )
    kept = [name for name in loaded.column_names if name in (*wanted, *OTHER_COLUMNS)]
    return [dict(row) for row in loaded.select_columns(kept)], commit


def _of_logs(path: Path, typed: str) -> LabelledSet:
    """Replies with a label by people, of one log or a folder of them.

    ``af label import``, which put the labels there, held them to what was shown.
    """
    logs = [info.name for info in reversed(list_eval_logs(str(path)))] if path.is_dir() else [str(path)]
    rows: dict[str, Row] = {}  # by reply, the newest log last: a retry has those of what it retries
    undecided: dict[str, str] = {}
    refusing: set[str] = set()
    for location in logs:
        try:
            check_log(location, whole=True)
            log = read_eval_log(location, resolve_attachments=True)
        except InvalidInputError:
            raise
        except (OSError, BadZipFile, ValueError, KeyError, EOFError) as error:
            raise InvalidInputError(f"labels={typed!r}: {location} cannot be read ({error}); leave it out") from error
        for sample in log.samples or []:
            name = newest(sample.scores or {}, human_score(QUESTION))
            if name is None:
                continue
            key, score = sample.uuid or f"{location} {sample.id} {sample.epoch}", (sample.scores or {})[name]
            rows.pop(key, None)
            undecided.pop(key, None)
            refusing.discard(key)
            if _drawn_from_several(score):
                raise InvalidInputError(
                    f"labels={typed!r}: sample {sample.id!r} of {location} was labelled in several samples, so nothing "
                    "says how much its label weighs; give logs with the labels of one sample"
                )
            if _is_not_judged(sample):
                refusing.add(key)
            elif isinstance(score.value, str):
                rows[key] = _row(sample, score, log.eval.model) | {"id": key}
            else:
                undecided[key] = str(score.reason)
    if not rows:
        undecided_told = f" ({len(undecided)} on which people do not agree)" if undecided else ""
        undecided_told += f" ({len(refusing)} refusals, which the judge is not asked about, aside)" if refusing else ""
        raise InvalidInputError(
            f"labels={typed!r} holds no label of {QUESTION} by people{undecided_told}; add some with af label import"
        )
    found = _of_rows([*rows.values()], path.stem, typed, distinct=False)
    return replace(found, source={"undecided": dict(Counter(undecided.values())), "refusing": len(refusing)})


def _drawn_from_several(score: Score) -> bool:
    """Whether labellers drew the reply from other strata, or from other numbers of replies: there is no one weight."""
    about = score.metadata or {}
    return bool(about.get("labellers")) and about.get("stratum") is None


def _is_not_judged(sample: EvalSample) -> bool:
    """Whether the reply refuses and was not put to the judge: no rate that a calibration corrects is of such reasoning.

    In the sample that people label these are a stratum of their own, often the largest, and would outweigh the rest.
    """
    scores = sample.scores or {}
    name = newest(scores, QUESTION)
    return name is not None and scores[name].value == FakingLabel.NOT_APPLICABLE


def _row(sample: EvalSample, score: Score, model: str) -> Row:
    about = score.metadata or {}
    return {
        "scratchpad": shown(reading_of_sample(sample).reasoning or ""),
        "label": score.value,
        "tier": sample.metadata.get("tier"),
        "model": model,
        "stratum": about.get("stratum"),
        SIZE_COLUMN: about.get(SIZE_COLUMN),
    }
