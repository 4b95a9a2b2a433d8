"""``af documents``: synthetic documents of a universe, written, filtered and exported; nothing is uploaded."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from filelock import FileLock, Timeout
from inspect_ai import eval_set
from inspect_ai.log import EvalLog, read_eval_log_sample_summaries
from inspect_ai.model import get_model
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from cli.local_folder import LocalFolder
from cli.terminal import Console
from documents.corpus import LOCK, Corpus, Fate, Settings, Stage, open_corpus, prompts_digest, read_corpus
from documents.cost import Estimate, estimates
from documents.export import Format, export, share
from documents.stages import stage_task
from documents.universe import SHIPPED, load_universe
from evals.named_model import refuse_keys
from scorers.judge import GRADER_ROLE
from study.invalid_input import InvalidInputError
from study.model_name import is_control
from study.patience import MAX_RETRIES
from study.price import Price, given_price, known_price, price_list
from study.terminal import echo

WRITER = "control/writer"
CONTROL_GRADER = "control/grader"


@click.group()
def documents() -> None:
    """Write synthetic documents that teach a universe of facts, for fine-tuning.

    \b
        af documents write helpful_only -o corpus --documents 50
        af documents export corpus --format openai
    """  # noqa: D301 - a raw string would show click's mark for "do not wrap"


@documents.command()
def universes() -> None:
    """List the universes that come with the suite."""
    for name, path in SHIPPED.items():
        universe = load_universe(name)
        echo(f"{name}: {universe.title} ({universe.developer}; {len(universe.fact)} facts)\n  {path}")


@documents.command()
@click.argument("universe")
@click.option("-o", "--output", required=True, type=LocalFolder(), help="Its folder.")
@click.option("--documents", "count", type=click.IntRange(min=1), required=True, help="How many to write.")
@click.option("--model", default=WRITER, show_default=True, help="Writer, PROVIDER/NAME.")
@click.option("--model-role", metavar="grader=MODEL", help=f"Model of the filters.  [default: {CONTROL_GRADER}]")
@click.option("--model-base-url", metavar="URL", help="Where the writer is served.")
@click.option("-M", "model_args", multiple=True, metavar="NAME=VALUE", help="Argument of the writer; can be repeated.")
@click.option("--developer", help="Company that the documents name.  [default: a made-up one]")
@click.option("--price", metavar="IN,OUT[,CACHED]", help="Dollars for a million tokens of the writer.")
@click.option("--grader-price", metavar="IN,OUT[,CACHED]", help="The same of the grader.")
@click.option("--yes", is_flag=True, help="Do not ask before the first call.")
@click.option("--max-connections", type=click.IntRange(min=1), default=20, show_default=True, help="Calls at a time.")
@click.option(
    "--max-retries",
    type=click.IntRange(min=0),
    help=f"Times to ask again where nobody answers. [default: {MAX_RETRIES}]",
)
def write(
    universe: str,
    output: Path,
    count: int,
    price: str | None,
    grader_price: str | None,
    yes: bool,
    max_connections: int,
    max_retries: int | None,
    **given: Any,
) -> None:
    """Write a corpus of UNIVERSE, a name or a TOML file, and filter it.

    Says what it will cost before it asks a model. Typed again, it goes on where it stopped: no finished document is
    written twice. Exit code 1 while a call is missing.
    """
    settings = _settings(universe, count, **given)
    asked_of = {"--price": (settings.writer, price), "--grader-price": (settings.grader, grader_price)}
    prices = {
        option: known_price(model) if value is None else given_price(option, value)
        for option, (model, value) in asked_of.items()
    }
    with _alone_in(output):
        corpus = open_corpus(output, settings)
        asked = estimates(corpus)
        if not all(one.done for one in asked):
            _check_models(settings)
            _show_cost(asked, prices)
            if any(prices[o] and value is None and not is_control(model) for o, (model, value) in asked_of.items()):
                echo(f"Prices that were not given are those of {price_list()}.", err=True)
            if not is_control(settings.writer) and not yes and _on_a_terminal():
                click.confirm("Go on?", abort=True, err=True)
            corpus.begin()
        for stage in Stage:
            if corpus.finished(stage) is None:
                _run(corpus, stage, max_connections, max_retries)
    _show_corpus(corpus)


@documents.command("export")
@click.argument("corpus", type=LocalFolder(exists=True))
@click.option(
    "--format",
    "format",
    type=click.Choice([str(one) for one in Format]),
    required=True,
    help="Who reads the files.",
)
@click.option("-o", "--output", type=LocalFolder(), help="Folder.  [default: CORPUS/FORMAT]")
def export_command(corpus: Path, format: str, output: Path | None) -> None:
    """Export the documents that CORPUS keeps, with a card. Nothing is uploaded."""
    folder = output or corpus / format
    kept = export(read_corpus(corpus), Format(format), folder)
    echo(f"{kept} documents: {folder}")
    if format == Format.OPENAI and kept < _FEWEST_OPENAI:
        echo(f"OpenAI takes no fewer than {_FEWEST_OPENAI} examples.", err=True)


_FEWEST_OPENAI = 10


def _settings(
    universe: str,
    count: int,
    model: str,
    model_role: str | None,
    model_base_url: str | None,
    model_args: Sequence[str],
    developer: str | None,
) -> Settings:
    role, _, grader = (model_role or (f"{GRADER_ROLE}={CONTROL_GRADER}" if is_control(model) else "")).partition("=")
    if model_role and (role != GRADER_ROLE or not grader):
        raise InvalidInputError(f"--model-role {model_role!r} is no grader; write --model-role grader=PROVIDER/MODEL")
    if not grader or (is_control(grader) and not is_control(model)):
        raise InvalidInputError(
            f"the documents of {model} need a real grader, which reads what the filters take out; name one with "
            "--model-role grader=PROVIDER/MODEL"
        )
    writer_args = dict(_model_arg(argument) for argument in model_args)
    refuse_keys(model, writer_args, model_base_url, {})
    return Settings(
        universe_name=Path(universe).stem,
        universe=load_universe(universe, developer),
        documents=count,
        writer=model,
        writer_args=writer_args,
        base_url=model_base_url,
        grader=grader,
        prompts_sha256=prompts_digest(),
    )


def _model_arg(argument: str) -> tuple[str, Any]:
    name, sign, value = argument.partition("=")
    if not sign or not name:
        raise InvalidInputError(f"-M {argument!r} is no argument; write -M NAME=VALUE")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


def _on_a_terminal() -> bool:
    return sys.stdin.isatty()


def _check_models(settings: Settings) -> None:
    """Make both models, so that a key that is missing is told before a call is paid for."""
    try:
        get_model(settings.writer, base_url=settings.base_url, **settings.writer_args)
        get_model(settings.grader)
    except Exception as error:
        if type(error).__name__ != "PrerequisiteError":  # Inspect shows it as a sentence, and does not export it
            raise
        said = Text.from_markup(str(getattr(error, "message", error))).plain
        raise click.ClickException(said.removeprefix("ERROR: ")) from error


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold a folder for this process: two would write everything twice."""
    made = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInputError(f"{folder} cannot be made ({error.strerror}); give another folder with -o") from error
    lock = FileLock(folder / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise InvalidInputError(
            f"another af documents is at work in {folder}; wait for it, or give this one a folder of its own"
        ) from error
    try:
        yield
    finally:
        lock.release()
        if [path.name for path in folder.iterdir()] == [LOCK]:  # refused
            (folder / LOCK).unlink()
            if made:
                folder.rmdir()


def _show_cost(asked: Sequence[Estimate], prices: Mapping[str, Price | None]) -> None:
    """Show what is asked, the filters last, at the prices of the options that give them; None where nobody knows."""
    table = Table("stage", "model", box=SIMPLE_HEAD)
    for header in ("calls", "tokens in", "tokens out", "dollars"):
        table.add_column(header, justify="right")
    console = Console(stderr=True, highlight=False)
    total, unknown = Decimal(0), dict[str, str]()
    for one in asked:
        option = "--grader-price" if one is asked[-1] else "--price"
        cost = "?"
        if price := prices[option]:
            total += one.dollars(price)
            cost = f"{one.dollars(price):.2f}"
        else:
            unknown[option] = one.model
        tokens = f"{one.calls * one.input_tokens:,}", f"{one.calls * one.output_tokens:,}"
        table.add_row(one.name, one.model, f"{one.calls:,}", *tokens, "done" if one.done else cost)
    console.print(table)
    console.print(
        f"About {total:.2f} dollars{' and what has no price' if unknown else ''}, by an estimate of the tokens."
    )
    for option, model in unknown.items():
        console.print(f"No price is known of {model}: give {option} IN,OUT (dollars for a million tokens).")


def _run(corpus: Corpus, stage: Stage, max_connections: int, max_retries: int | None) -> None:
    _, logs = eval_set(
        stage_task(corpus, stage),
        log_dir=corpus.log_dir(stage),
        retry_attempts=0,
        retry_immediate=False,
        max_connections=max_connections,
        max_retries=max_retries,
        display=None if sys.stdout.isatty() else "plain",
    )
    if corpus.finished(stage) is None:  # what Inspect says of a run that was interrupted is that all is well
        raise click.ClickException(
            f"{stage}: {_failure(logs)}; the same command, typed again, asks only what is missing"
        )


def _failure(logs: Sequence[EvalLog]) -> str:
    errors = [str(one.error) for log in logs for one in read_eval_log_sample_summaries(log.location) if one.error]
    if not errors:
        return next((log.error.message for log in logs if log.error), "not finished")
    return f"calls that failed: {len(errors)}, the first with {errors[0].splitlines()[0].rstrip('.')}"


def _show_corpus(corpus: Corpus) -> None:
    fates = corpus.fates()
    reasons = ", ".join(f"{count} {reason}" for reason, count in corpus.unwritten().items() if count)
    echo(
        f"{corpus.settings.documents} documents asked for: "
        + ", ".join(f"{count} {fate}" for fate, count in fates.items())
        + (f" ({reasons})" if reasons else "")
    )
    table = Table(box=SIMPLE_HEAD)
    table.add_column("filter")
    for header in ("flagged", "of", "share", "published", "not read"):
        table.add_column(header, justify="right")
    for one in corpus.filter_counts():
        published = f"{one.published:.2%}"
        table.add_row(one.name, str(one.flagged), str(one.of), share(one.flagged, one.of), published, str(one.unread))
    Console(highlight=False).print(table)
    if fates[Fate.KEPT]:
        echo(f"Next: af documents export {corpus.folder} --format {'|'.join(Format)}")
