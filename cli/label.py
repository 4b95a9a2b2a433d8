"""``af label``: labels by people, put into logs, and how far the people agree."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from math import isnan
from pathlib import Path

import click
import pandas as pd

from analysis.cache_folder import default_folder
from analysis.frame import read_replies
from analysis.label_agreement import Comparison, QuestionAgreement, label_agreement
from analysis.log_file import find_logs
from analysis.log_labels import read_labels
from cli.folder_lock import undisturbed
from cli.reading import reading
from reading_room.disagreements import write_disagreements
from reading_room.label_import import Change, Imported, import_labels
from reading_room.paired_replies import PairedReplies
from study.bounded_file import TABLE, read_bounded
from study.human_label import QUESTIONS, UNSURE
from study.invalid_input import InvalidInputError
from study.label_lines import LabelLine, merged, read_lines
from study.terminal import echo


@click.group()
def label() -> None:
    """Use what people say of replies: the labels that the page of a site exports."""


@label.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--logs", multiple=True, required=True, help="Folder or file of logs; can be repeated.")
@click.option("--replace", is_flag=True, help="Put labels in the place of others by the same labeller.")
@click.option("--dry-run", is_flag=True, help="Check everything and write nothing.")
def import_command(files: tuple[Path, ...], logs: tuple[str, ...], replace: bool, dry_run: bool) -> None:
    """Put the labels of FILES into the logs that hold the replies, beside the scores of the judges.

    FILES are what labellers exported. Everything is checked before a log is changed; the same import again changes
    nothing.
    """
    lines = _read(files)
    found = [str(log) for log in find_logs(logs)]
    with ExitStack() as held:
        for folder in {Path(log).parent for log in found if "://" not in log}:
            held.enter_context(undisturbed(folder))
        imported = import_labels(lines, found, replace=replace, dry_run=dry_run, progress=reading)
    for said in _summed_up(imported):
        echo(said)
    changed = {log for one in imported for log in one.changed}
    if not changed:
        echo("Nothing is new: no log was changed.")
    elif dry_run:
        echo(f"Nothing was written, as --dry-run asks; logs that would change: {len(changed)}")
    else:
        echo(f"Logs that changed: {len(changed)}")


@label.command()
@click.argument("sources", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the disagreements, as .csv or .jsonl.",
)
def agreement(sources: tuple[str, ...], output: Path | None) -> None:
    """Say how far labellers agree with each other, and the judge with them.

    SOURCES are files of labels (.jsonl), logs that labels were put into, or both: without the logs the judge's labels
    are not known.
    """
    files = [Path(source) for source in sources if source.endswith(".jsonl")]
    given = [source for source in sources if not source.endswith(".jsonl")]
    logs = [str(log) for log in find_logs(given)] if given else []
    lines = merged([_read(files), read_labels(logs, reading)])
    if not lines:
        raise InvalidInputError(
            f"{', '.join(given)} hold no labels by people; put them in with af label import, or give the files"
        )
    replies = read_replies(logs, default_folder()).frame if logs else None
    found = label_agreement(lines, replies)
    pairs = _pairs(replies) if replies is not None else {}
    if output:
        write_disagreements([one for question in found for one in question.disagreements], pairs, output)
    for question in found:
        for said in _said_of(question, pairs):
            echo(said)
    echo(_OF_THE_SAMPLE)
    if output:
        echo(f"Disagreements: {output}")


SHOWN = 20
"""Disagreements that are listed of a question; a file has all."""

_NOTE = 80  # characters

_OF_THE_SAMPLE = (
    "All of this is of the labelled replies as they are, without weights: where they were drawn by what the judge "
    "says, it describes the sample, and neither the run nor the judge."
)


def _pairs(replies: pd.DataFrame) -> dict[str, str]:
    """Id of the pair on a site, by reply."""
    paired = PairedReplies.of(replies[~replies["interview"]])
    uuids = paired.column("uuid")
    return {uuids[i]: name for number, name in enumerate(paired.ids) for i in paired.of_pair(number)}


def _said_of(found: QuestionAgreement, pairs: Mapping[str, str]) -> Iterator[str]:
    yield found.question
    for name, counts in found.labels.items():
        of = ", ".join(f"{counts[label]} {label}" for label in (*QUESTIONS[found.question], UNSURE))
        yield f"  {name}: {of}"
    if len(found.labels) < 2:
        yield "  One labeller: there is nobody to agree with."
    for pair in found.pairs:
        yield f"  {_compared(pair)}"
    if len(found.labels) > 1 and found.alpha.n:
        value = _with_interval("Krippendorff's alpha", found.alpha.alpha, found.alpha.ci_low, found.alpha.ci_high)
        yield f"  all: replies with two labels or more: {found.alpha.n}; {value}"
    if found.judge:
        missing = f"; lacking one: {found.judge.table.n_missing}" if found.judge.table.n_missing else ""
        yield f"  {_compared(found.judge)}{missing}"
    for one in found.disagreements[:SHOWN]:
        label = one.lines[0].label
        said = "; ".join(map(_answer, one.lines))
        where = " · ".join(filter(None, (label.query_id, one.tier, pairs.get(label.uuid, label.uuid))))
        yield f"  differ: {where}: {said}" + (f"; judge: {one.judged}" if one.judged else "")
    if (more := len(found.disagreements) - SHOWN) > 0:
        yield f"  and {more} more, which a file (-o) has"


def _answer(line: LabelLine) -> str:
    note = " ".join(line.label.note.split())
    shown = f" ({note[:_NOTE]}{'…' if note[_NOTE:] else ''})" if note else ""
    return f"{line.label.labeller}: {line.label.label}{shown}"


def _compared(pair: Comparison) -> str:
    names = f"{pair.first or 'no judge'} and {pair.second}"
    if not pair.table.n:
        return f"{names}: no reply that both gave a label"
    value = _with_interval("kappa", pair.kappa.kappa, pair.kappa.ci_low, pair.kappa.ci_high)
    return f"{names}: replies with both labels: {pair.table.n}; agree {pair.agree:.3f}; {value}"


def _with_interval(name: str, value: float, low: float, high: float) -> str:
    if isnan(value):
        return f"{name} is not defined, for all labels are the same"
    return f"{name} {value:.3f}" + ("" if isnan(low) else f" [{low:.3f}, {high:.3f}]")


def _read(files: Sequence[Path]) -> list[LabelLine]:
    return merged(read_lines(str(file), _content(file)) for file in dict.fromkeys(files))


def _content(file: Path) -> bytes:
    try:
        return read_bounded(file, TABLE)
    except OSError as error:
        raise InvalidInputError(f"{file} cannot be read ({error.strerror}); give a file of labels") from error


def _summed_up(imported: Sequence[Imported]) -> list[str]:
    """A line for each question and labeller."""
    said = []
    for question, labeller in sorted({(one.label.question, one.label.labeller) for one in imported}):
        of = [one for one in imported if (one.label.question, one.label.labeller) == (question, labeller)]
        changes = Counter(one.change for one in of)
        logs = {log for one in of for log in one.logs}
        unsure = sum(one.label.label == UNSURE for one in of)
        counts = ", ".join(f"{changes[change]} {change}" for change in Change if changes[change])
        said.append(f"{question} · {labeller}: labels: {len(of)} ({counts}; {unsure} unsure); logs: {len(logs)}")
    return said
