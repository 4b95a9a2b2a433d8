"""``af import``: transcripts that others collected become logs, which every scorer and report here can read."""

from collections import Counter
from pathlib import Path
from shlex import quote

import click

from cli.local_folder import LocalFolder
from evals.foreign_file import foreign_files
from evals.imported_log import LIST, Import, check_empty, import_files, write_logs
from evals.mapping import PLAIN, load_mapping
from prompts.user_message import asks_for_tag
from study.invalid_input import InvalidInputError
from study.model_name import is_control
from study.terminal import echo

_SHOWN = 12
_NAMED = 40


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("-o", "--output", required=True, type=LocalFolder(), help="Folder of the logs; new, or empty.")
@click.option(
    "--mapping", metavar="NAME|FILE", help="Where in a record each field is.  [default: columns by our names]"
)
@click.option("--set", "settings", multiple=True, metavar="FIELD=VALUE", help="The same for every record; repeatable.")
@click.option("--strict", is_flag=True, help="Write nothing unless every record can be imported.")
def import_(
    files: tuple[Path, ...], output: Path, mapping: str | None, settings: tuple[str, ...], strict: bool
) -> None:
    """Make logs of the replies in FILES (CSV, JSONL, JSON, or folders of them) that others collected.

    Without a mapping the columns are query, tier, reply and, where they are there, query_id, category, harmful, model,
    system, user, reasoning, cot, epoch, stop_reason, setting, variation, wrapper, developer, query_set, prefill and
    label_…. What cannot be imported is listed, with the reason, in import.jsonl beside the logs.

    \b
        af import replies.csv --set model=openai/gpt-4o -o logs/imported
        af import results.json --mapping open-source-alignment-faking --set model=openai/gpt-4o -o logs/hughes
    """  # noqa: D301 - a raw string would show click's mark for "do not wrap"
    check_empty(output)
    chosen = (load_mapping(mapping) if mapping else PLAIN).with_values(dict(map(_setting, settings)))
    made = import_files(foreign_files(list(files)), chosen)
    said = Counter(f"{one.field} {one.reason}".strip() for one in made.listed)
    lines = [f"  {count:,} × {reason}" for reason, count in said.most_common(_SHOWN)]
    if len(said) > _SHOWN:
        lines.append(f"  and {len(said) - _SHOWN} other reasons")
    if not made.imported or (strict and made.listed):
        echo("\n".join([f"{len(made.listed):,} of {made.found:,} records cannot be imported:", *lines]), err=True)
        for one in made.listed[:3]:
            echo(f"{one.file}, record {one.record}: {one.field} {one.reason}: {one.value}", err=True)
        raise click.ClickException("nothing was written")
    write_logs(made, output)
    echo(f"Imported {made.imported:,} of {made.found:,} records into {len(made.logs)} logs: {output}")
    if made.listed:
        echo("\n".join([f"Not imported: {len(made.listed):,}, in {output / LIST}:", *lines]))
    for note in _notes(made):
        echo(f"Note: {note}")
    echo("\n".join(["Next:", *_next(output, made)]))


def _setting(given: str) -> tuple[str, str]:
    name, sign, value = given.partition("=")
    if not (name and sign and value):
        raise InvalidInputError(f"--set {given!r} is no field with a value; write --set FIELD=VALUE")
    return name, value


_TAKEN = {"cot": "true", "setting": "helpful_only", "wrapper": "revisited", "stop_reason": "unknown"}


def _notes(made: Import) -> list[str]:
    notes = []
    counts = {field: made.assumed[field] for field in _TAKEN if made.assumed[field]}
    if counts:
        taken = ", ".join(f"{field}={_TAKEN[field]} ({count:,})" for field, count in counts.items())
        notes.append(f"the source does not say, and --set can: {taken}")
    if made.tags:
        tags = ", ".join(f"<{tag}> ({count:,})" for tag, count in made.tags.most_common(_SHOWN))
        notes.append(f"replies begin with tags that are not known here: {tags}; see tags in docs/import.md")
    if made.unread:
        notes.append(f"fields that nothing reads: {', '.join(sorted(made.unread)[:_NAMED])}")
    if unverified := made.mapping.unverified:
        notes.append(
            f"nobody has compared these entries of {made.mapping.name} with its files: {', '.join(unverified)}"
        )
    return notes


def _next(output: Path, made: Import) -> list[str]:
    """The commands that score the logs. The subject is not called, so that its name need not be one of a provider's."""
    controls = all(is_control(log.eval.model) for log in made.logs)
    tagged = all(asks_for_tag((log.eval.metadata or {})["setting"]) for log in made.logs)
    common = "--action append --overwrite" + ("" if controls else " --model none/none")
    judge = f"{common} --model-role grader={'control/grader' if controls else 'PROVIDER/MODEL'} -S prompts=suite"
    loop = f'for LOG in {quote(str(output))}/*.eval; do inspect score "$LOG" --scorer'
    return [
        *([f"  {loop} prefix_compliance {common}; done"] if tagged else []),
        f"  {loop} judged_compliance {judge}; done",
        f"  {loop} alignment_faking {judge}; done",
        f"  af report {quote(str(output))}",
        f"  af site {quote(str(output))}",
    ]
