"""``af calibrate``: a judge of alignment-faking reasoning, held against labels that people gave."""

import shlex
import sys
from contextlib import nullcontext, redirect_stdout
from pathlib import Path
from typing import Any

import click
import yaml
from inspect_ai import Task
from inspect_ai import eval as inspect_eval
from pydantic import ValidationError

from analysis.calibration import is_calibration, read_calibration
from analysis.calibration_record import CalibrationRecord, check_replaceable, save_record
from analysis.log_file import plain, read_header
from cli.calibration_table import CalibrationTable
from cli.unknown_provider import check_provider
from evals.calibration import calibration
from evals.labelled_set import BUILTIN, NAMES
from evals.named_model import NamedModel
from scorers.ballot import VOTES
from scorers.ballot_form import BallotForm
from study.invalid_input import InvalidInputError
from study.terminal import echo

RECORD = Path("calibration.json")


@click.command()
@click.argument("labels", required=False)
@click.option("--grader", metavar="MODEL", help="The judge: PROVIDER/NAME, or {name: …, args: …, config: …} as YAML.")
@click.option("--setting", default="helpful_only", show_default=True, help="Setting whose rubric is asked.")
@click.option("--votes", type=int, default=VOTES, show_default=True, help="Votes on each scratchpad; all are asked.")
@click.option(
    "--prompts", default="suite", show_default=True, help="Whose rubric: ours, or a checkout of the authors'."
)
@click.option("--ballot", default=BallotForm.AUTO.value, show_default=True, help="How votes are put, as in a run.")
@click.option("--column", help="Column of a file with the scratchpad.  [default: found by its name]")
@click.option("--label-column", help="Column with its label.  [default: found by its name]")
@click.option("--limit", type=click.IntRange(min=1), help="So many scratchpads, drawn; not of a stratified sample.")
@click.option("--log-dir", help="Where the log is kept.  [default: ./logs]")
@click.option("--log", help="The log of a calibration that there is already: nothing is asked.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=RECORD,
    show_default=True,
    help="The record, which af report reads.",
)
@click.option("--force", is_flag=True, help="Replace the record of another judge or of other labels.")
@click.option("--json", "as_json", is_flag=True, help="Print the record and nothing else.")
def calibrate(
    labels: str | None,
    grader: str | None,
    limit: int | None,
    log_dir: str | None,
    log: str | None,
    output: Path,
    force: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Hold a judge against LABELS, and write down how often it is right.

    LABELS are `builtin` (ours), `hughes` (the authors', fetched), a CSV, JSONL or Parquet file with the columns
    scratchpad and label, or logs into which af label import put labels. All votes of each scratchpad are asked; no
    model under test is.

    \b
        af calibrate --grader openai/gpt-4o
        af calibrate mine.csv --grader openai/gpt-4o --setting animal_welfare -o gpt-4o.json
        af calibrate --log logs/CALIBRATION.eval
    """  # noqa: D301 - a raw string would show click's mark for "do not wrap"
    if log is not None:
        _refuse_beside_log(labels, grader)
        location = log
    else:
        location = _run(labels or BUILTIN, _named(grader), limit, log_dir, output, force, as_json, options)
    record = read_calibration(location)
    save_record(record, output, force)
    if as_json:
        echo(record.model_dump_json(indent=1, ensure_ascii=True))
        return
    CalibrationTable(record).print()
    echo(f"Log: {plain(location)}")
    echo(f"Record: {output}; use it with: af report LOGS --calibration {shlex.quote(str(output))}")


def _refuse_beside_log(labels: str | None, grader: str | None) -> None:
    for name, value in (("LABELS", labels), ("--grader", grader)):
        if value is not None:
            raise InvalidInputError(
                f"{name}={value!r} beside --log: that log has its labels and its judge; leave it out"
            )


def _run(
    labels: str,
    grader: NamedModel,
    limit: int | None,
    log_dir: str | None,
    output: Path,
    force: bool,
    as_json: bool,
    options: dict[str, Any],
) -> str:
    """Run the task, and say where its log is."""
    if labels not in NAMES and labels.endswith((".eval", ".json")) and is_calibration(read_header(labels)):
        raise InvalidInputError(f"LABELS={labels!r} is the log of a calibration; to read it again: --log {labels}")
    given = {name: value for name, value in options.items() if value is not None}
    task = _task(given | {"labels": labels, "grader": grader.model_dump()})
    told = task.metadata or {}
    if not force:
        check_replaceable(output, lambda record: _is_same(record, grader.name, told, limit))
    texts = min(limit or len(task.dataset), len(task.dataset))
    if not as_json:
        echo(f"{told['labels_name']}: {texts} scratchpads × {told['votes']} votes = {texts * told['votes']:,} votes")
    with redirect_stdout(sys.stderr) if as_json else nullcontext():  # where Inspect announces its hooks
        logs = inspect_eval(
            task,
            model="none/none",  # no model under test is asked, whatever the environment names
            limit=limit,
            sample_shuffle=1 if limit else None,
            log_dir=log_dir,
            display="none" if as_json else None,
        )
    if not logs:  # Inspect gives none back of a run that was interrupted; it has said where the log is
        raise click.ClickException("interrupted; to ask the rest: inspect eval-retry LOG, then af calibrate --log LOG")
    [done] = logs
    if done.status == "error" and done.error:
        raise click.ClickException(done.error.message)
    return done.location


def _task(given: dict[str, Any]) -> Task:
    """The task; a key that is missing is one sentence."""
    try:
        return calibration(**given)  # as registered, so that eval-retry can make it again
    except Exception as error:
        if type(error).__name__ != "PrerequisiteError":  # Inspect shows it as a sentence, and does not export it
            raise
        from rich.text import Text

        said = Text.from_markup(str(getattr(error, "message", error))).plain
        raise click.ClickException(said.removeprefix("ERROR: ")) from error


def _named(grader: str | None) -> NamedModel:
    if grader is None:
        raise InvalidInputError("no judge is named; add --grader PROVIDER/MODEL (control/grader needs no key)")
    try:
        named = NamedModel.model_validate(yaml.safe_load(grader) if grader.lstrip().startswith("{") else grader)
    except (ValidationError, yaml.YAMLError) as error:
        shown = "{…}" if grader.lstrip().startswith("{") else repr(grader)  # a mapping may hold a key
        why = error.errors()[0]["msg"].removeprefix("Value error, ") if isinstance(error, ValidationError) else ""
        raise InvalidInputError(
            f"--grader={shown} is not a model{why and f' ({why})'}; write PROVIDER/MODEL, or a mapping of "
            f"{', '.join(NamedModel.model_fields)} in YAML"
        ) from error
    check_provider(named.name)
    return named


def _is_same(record: CalibrationRecord, grader: str, told: dict[str, Any], limit: int | None) -> bool:
    """Whether a record is of what is to be run; of a drawn part of the labels only its judge is known before."""
    same_labels = limit is not None or record.data.sha256 == told["labels_sha256"]
    judge = (record.judge, record.rubric_sha256, record.votes)
    return same_labels and judge == (grader, told["rubric_sha256"], told["votes"])
