"""``af sweep``: one file of models × settings × variations × graders, run by Inspect Flow or written for an engine."""

import os
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import redirect_stderr, redirect_stdout
from importlib.util import find_spec
from io import StringIO
from multiprocessing import active_children, get_all_start_methods, get_context
from pathlib import Path

import click
import yaml
from dotenv import find_dotenv, load_dotenv
from rich.box import SIMPLE_HEAD
from rich.table import Table

from cli.experiment_process import Outcome, prepare, run_experiment
from cli.terminal import Console
from cli.unknown_provider import unknown_provider
from evals.engine_files import flow_spec, hawk_eval_sets
from evals.models import DEFAULT_GRADER
from evals.sweep import Experiment, Planned, Sweep, plan
from study.invalid_input import InvalidInputError
from study.model_name import is_control
from study.terminal import echo

_PACKAGE = f"alignment-faking-evals @ {Path(__file__).parents[1].as_uri()}"
"""This checkout, which a server elsewhere does not have."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--processes", type=click.IntRange(min=1), default=1, show_default=True, help="Experiments at a time.")
@click.option(
    "--log-dir",
    help="Where the logs go, a folder for each experiment, and where an interrupted sweep is found again; s3://… and "
    "the like too.  [default: a folder of the logs folder that is named after the file]",
)
@click.option("--dry-run", is_flag=True, help="Check the file and show what it comes to, and run nothing.")
@click.option("--write", type=click.Choice(["flow", "hawk"]), help="Write the file of that engine, and run nothing.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where --write writes it.")
@click.option(
    "--package",
    default=_PACKAGE,
    help="This suite as Hawk is to install it, for instance git+https://…@SHA.  [default: this checkout]",
)
def sweep(
    file: Path,
    processes: int,
    log_dir: str | None,
    dry_run: bool,
    write: str | None,
    output: Path | None,
    package: str,
) -> None:
    """Run every model in every setting and variation, graded by every grader, as FILE names them.

    All of it is checked before the first call. An experiment is a model in a setting with a grader; each process works
    on one at a time. Typed again, the command goes on where it stopped, whatever stopped it and with as many processes
    as you like; with a larger limit in the file it asks what is missing.

    \b
        af sweep sweeps/controls.yaml
        af sweep sweeps/controls.yaml --processes 4 --log-dir s3://bucket/controls
        af sweep sweeps/controls.yaml --write hawk && hawk local eval-set controls.hawk.yaml
    """  # noqa: D301 - a raw string would show click's mark for "do not wrap"
    experiments = Sweep.read(file).experiments()
    runs = not (dry_run or write)
    if runs and not find_spec("inspect_flow"):
        raise InvalidInputError(
            "af sweep runs with Inspect Flow, which is not installed; install it: pip install -e '.[sweep]' -c "
            "constraints.txt"
        )
    load_dotenv(find_dotenv(usecwd=True))  # as Inspect does in what it runs: keys
    planned = _plan(file, experiments, with_keys=runs)
    folder = (log_dir or f"{os.environ.get('INSPECT_LOG_DIR', 'logs').rstrip('/')}/{file.stem}").rstrip("/")
    _show(planned)
    if write == "flow":
        _write(output or Path(f"{file.stem}.flow.yaml"), flow_spec(experiments, f"{folder}-flow"), "flow run")
    elif write == "hawk":
        for key, eval_set in hawk_eval_sets(experiments, file.stem, package).items():
            default = output or Path(f"{file.stem}.hawk.yaml")
            target = default.with_name(f"{key}.{default.name}") if key else default
            _write(target, eval_set, "hawk local eval-set")
    elif runs:
        _run(planned, processes, folder)


def _plan(file: Path, experiments: Sequence[Experiment], with_keys: bool) -> list[Planned]:
    try:
        with redirect_stdout(sys.stderr), redirect_stderr(StringIO()):  # what is said of a task is said by its run
            return plan(experiments, with_keys)
    except InvalidInputError as error:
        raise InvalidInputError(f"{file}: {error.message}") from error
    except ValueError as error:
        if (explained := unknown_provider(error)) is None:
            raise
        raise InvalidInputError(f"{file}: {explained.message}") from error


def _show(planned: Sequence[Planned]) -> None:
    table = Table(box=SIMPLE_HEAD)
    for header in ("model", "setting", "grader", "variations", "tasks", "replies"):
        numeric = header in ("variations", "tasks", "replies")
        table.add_column(header, justify="right" if numeric else "left", overflow="fold")
    for one in planned:
        of = one.experiment
        numbers = (len(of.variations), one.tasks, one.replies)
        table.add_row(of.model.name, of.setting.name, _grader(of), *(f"{number:,}" for number in numbers))
    console = Console(highlight=False, stderr=True, width=None if sys.stderr.isatty() else 120)
    console.print(table)
    console.print(
        f"{_experiments(len(planned))}, {sum(one.tasks for one in planned):,} tasks, "
        f"{sum(one.replies for one in planned):,} replies"
    )


def _grader(of: Experiment) -> str:
    if of.grader:
        return of.grader.name
    return DEFAULT_GRADER if is_control(of.model.name) else "none"


def _experiments(count: int) -> str:
    return f"{count} experiment{'' if count == 1 else 's'}"


def _write(target: Path, content: dict[str, object], command: str) -> None:
    try:
        target.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), "utf-8")
    except OSError as error:
        raise InvalidInputError(f"{target} cannot be written ({error.strerror}); give another --output") from error
    echo(f"{command} {target}")


def _run(planned: Sequence[Planned], processes: int, log_dir: str) -> None:
    failed: list[Outcome] = []
    context = get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")
    context.set_forkserver_preload(["__main__", prepare.__module__, "inspect_flow.api"])  # imported once, not by each
    stop = context.Event()
    with ProcessPoolExecutor(min(processes, len(planned)), context, prepare, (stop,)) as pool:
        try:
            under_way = {pool.submit(run_experiment, one.experiment, log_dir): one.experiment for one in planned}
            for number, future in enumerate(as_completed(under_way), start=1):
                try:
                    outcome = future.result()
                except BrokenProcessPool:
                    outcome = Outcome(under_way[future].folder, 0, 0.0, "a process died")
                if outcome.failure:
                    failed.append(outcome)
                echo(f"[{number} of {len(planned)}] {_told(outcome)}", err=True)
        except KeyboardInterrupt:
            echo("Stopping: what is under way is written to its logs …", err=True)
            stop.set()
            for child in active_children():
                if child.pid:
                    os.kill(child.pid, signal.SIGINT)
            pool.shutdown(cancel_futures=True)
            echo(f"Interrupted: the same command, typed again, goes on from here ({log_dir})", err=True)
            raise click.exceptions.Exit(130) from None
    if failed:
        echo(
            f"Not finished: {len(failed)} of {_experiments(len(planned))}. The same command, typed again, asks what is "
            f"missing ({log_dir})",
            err=True,
        )
        raise click.exceptions.Exit(1)
    echo(f"Finished. af report {log_dir}", err=True)


def _told(outcome: Outcome) -> str:
    if outcome.failure:
        return f"{outcome.folder}: not finished: {outcome.failure}"
    return f"{outcome.folder}: {outcome.replies:,} replies, {outcome.seconds:.0f} s"
