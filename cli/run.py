"""``af run``: Inspect's eval-set with all conditions at once, pair by pair, resumed by typing the command again."""

import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from shutil import rmtree
from typing import Any

import click
from filelock import FileLock, Timeout
from fsspec.core import url_to_fs
from inspect_ai.log import EvalLog, list_eval_logs, read_eval_log, read_eval_log_sample_summaries
from inspect_ai.util import display_type

from analysis.log_file import is_ours, newest_attempts
from cli.gap_table import GapTable
from evals import SETTINGS
from evals.pair_gate import pair_gate
from prompts.template import digest
from prompts.variation import find_variation
from study.invalid_input import InvalidInputError

CONNECTIONS = 20
"""Requests to the model under test at a time, unless the user says otherwise."""

_ALL_TASKS = "1000"
"""More tasks than there can be: behind the gate each waits for all others to start."""

_VARIATION = "variation="

_USAGE = 2
"""Exit code of a command that was refused."""

_NO_RETRY = ["--retry-attempts", "0", "--no-retry-immediate"]

_REFUSED = {
    "--max-tasks": "all conditions run at once, so that their queries stay in pairs",
    "--detach": "the pairs are kept by the process that you started; put that one in the background",
}


@click.command(
    context_settings={"ignore_unknown_options": True},
    options_metavar="[OPTIONS] [OPTIONS OF inspect eval-set]",
)
@click.argument("arguments", nargs=-1, required=True, type=click.UNPROCESSED, metavar="TASK...")
@click.option("--model", help="Model under test, PROVIDER/NAME.  [default: control/faker]")
@click.option("--model-role", multiple=True, metavar="ROLE=MODEL", help="The grader: grader=PROVIDER/NAME.")
@click.option("--model-base-url", metavar="URL", help="Where the model under test is served.")
@click.option("-M", "model_args", multiple=True, metavar="NAME=VALUE", help="Argument of the model; can be repeated.")
@click.option("-T", "task_args", multiple=True, metavar="NAME=VALUE", help="Task parameter; can be repeated.")
@click.option("--temperature", help="Temperature of the model under test.  [default: 1.0]")
@click.option("--max-tokens", help="Longest reply, in tokens.  [default: 8192]")
@click.option("--sample-shuffle", metavar="SEED", help="Take the queries in a shuffled order.")
@click.option(
    "--max-connections",
    type=click.IntRange(min=1),
    default=CONNECTIONS,
    show_default=True,
    envvar="INSPECT_EVAL_MAX_CONNECTIONS",
    help="Requests to the model under test at a time, and how many queries two conditions can be apart.",
)
@click.option(
    "--log-dir",
    help="Where the logs go, and where an interrupted run is found again.  [default: a folder of the logs folder that "
    "is named after the task, the model and the options above]",
)
def run(arguments: tuple[str, ...], max_connections: int, log_dir: str | None, **experiment: Any) -> None:
    """Run tasks with all their conditions at once, in pairs.

    A query is put in all conditions at about the same time, so that a provider that changes during the day changes in
    both tiers alike, and an interruption leaves whole pairs but for the requests in flight. Typed again, the command
    goes on where it stopped; typed with a larger --limit, it asks what is missing. Several variations, as in -T
    variation=base,honest, are run one after the other, each into a folder of its own.

    \b
        af run evals/helpful_only.py --limit 200
        af run evals/helpful_only.py --model openai/gpt-4o --model-role grader=openai/gpt-4o-mini

    Takes all options of inspect eval-set too.
    """  # noqa: D301 - a raw string would show click's mark for "do not wrap"
    tasks = [argument for argument in arguments if Path(argument.partition("@")[0]).exists()]
    if not tasks:
        raise InvalidInputError(
            f"{' '.join(arguments)!r} names no task file or folder; give one, as in: af run evals/helpful_only.py"
        )
    for option, reason in _REFUSED.items():
        if any(argument.partition("=")[0] == option for argument in arguments):
            raise InvalidInputError(f"{option} does not go with af run: {reason}; leave it out")
    if os.environ.get("INSPECT_ASYNC_BACKEND") == "trio":
        raise InvalidInputError("INSPECT_ASYNC_BACKEND='trio' does not go with af run, which needs asyncio; unset it")
    sets = _each_variation(experiment["task_args"], tasks)
    codes: list[int] = []
    for task_args in sets:
        one = experiment | {"task_args": task_args}
        place = log_dir
        if len(sets) > 1:
            name = task_args[-1].partition("=")[2]
            place = f"{log_dir.rstrip('/')}/{name}" if log_dir else None
            click.echo(f"variation={name} ({len(codes) + 1} of {len(sets)})", err=True)
        codes.append(_run_set(arguments, tasks, one, max_connections, place))
    if any(codes):
        raise click.exceptions.Exit(max(codes))


def _each_variation(task_args: tuple[str, ...], tasks: list[str]) -> list[tuple[str, ...]]:
    """The task parameters of each set: one for each variation of a list, all of them known before the first runs."""
    given = [argument for argument in task_args if argument.startswith(_VARIATION)]
    value = given[-1].removeprefix(_VARIATION).strip() if given else ""
    names = [name.strip(" '\"") for name in value.removeprefix("[").removesuffix("]").split(",")]
    if len(names) == 1:
        return [task_args]
    settings = {setting.stem: setting.name for setting in SETTINGS}
    stems = {Path(task.partition("@")[0]).stem for task in tasks}
    asked = stems if stems <= settings.keys() else settings
    for setting in (settings[stem] for stem in settings if stem in asked):
        found = [find_variation(setting, name).name for name in names]
        if twice := [name for name, same in zip(names, found, strict=True) if found.count(same) > 1]:
            raise InvalidInputError(f"variation={','.join(names)!r} has {twice[0]!r} twice; name it once")
    others = tuple(argument for argument in task_args if argument not in given)
    return [(*others, f"{_VARIATION}{name}") for name in names]


def _run_set(
    arguments: tuple[str, ...],
    tasks: list[str],
    experiment: dict[str, Any],
    max_connections: int,
    log_dir: str | None,
) -> int:
    """Run one set of tasks, and give its exit code where another set may follow it.

    Raises:
        click.exceptions.Exit: If it was refused or interrupted.
    """
    folder = log_dir or _folder(tasks, experiment)
    command = [*_forwarded(experiment), "--max-connections", str(max_connections), "--log-dir", folder, *arguments]
    with _alone_in(folder), pair_gate(max_connections):
        code = _inspect(["eval-set", "--max-tasks", _ALL_TASKS, *_once(arguments), *command])
        logs = _newest_logs(folder)
    if code == _USAGE:  # it has said so, and nothing ran
        raise click.exceptions.Exit(code)
    if display_type() != "none" and (ours := [log for log in logs if is_ours(log)]):
        GapTable(ours, resumed_by_itself=True).print()
    if any(log.status != "success" for log in logs):  # Inspect gives 0 to a run that was interrupted
        click.echo(f"Not finished: the same command, typed again, goes on where this run stopped ({folder})", err=True)
        if any(log.status in ("started", "cancelled") for log in logs):
            raise click.exceptions.Exit(code or 1)
        return code or 1
    if code:
        if logs:
            click.echo(
                f"Nothing was run. If {folder} holds a run with other prompts, queries or settings, give this one a "
                "--log-dir of its own.",
                err=True,
            )
        raise click.exceptions.Exit(code)
    return 0


def _folder(tasks: list[str], experiment: dict[str, Any]) -> str:
    """The same for the same experiment, so that the command finds what it did before."""
    model = experiment["model"] or os.environ.get("INSPECT_EVAL_MODEL") or "control/faker"
    names = (name.rsplit("/", 1)[-1] for name in model.split(","))
    words = [*(Path(task.partition("@")[0]).stem for task in tasks), *names]
    name = re.sub(r"[^\w.]+", "-", "-".join(words)).strip("-.")[:80]
    given = {name: sorted(value) if isinstance(value, tuple) else value for name, value in experiment.items()}
    same = digest(json.dumps([tasks, given | {"model": model}], sort_keys=True))[:8]
    return f"{os.environ.get('INSPECT_LOG_DIR', 'logs').rstrip('/')}/{name}-{same}"


def _forwarded(experiment: dict[str, Any]) -> list[str]:
    names = {"model_args": "-M", "task_args": "-T"}
    given: list[str] = []
    for name, value in experiment.items():
        option = names.get(name, f"--{name.replace('_', '-')}")
        for one in value if isinstance(value, tuple) else [value]:
            given += [option, str(one)] if one is not None else []
    return given


def _once(arguments: tuple[str, ...]) -> list[str]:
    """Nothing is tried again by itself: the same command does that, when the user has seen what failed."""
    return [] if any(argument.startswith("--retry-attempts") for argument in arguments) else _NO_RETRY


def _inspect(arguments: list[str]) -> int:
    """Type a command of Inspect's in this process, and give its exit code."""
    [program] = entry_points(group="console_scripts", name="inspect")
    before, sys.argv = sys.argv, ["inspect", *arguments]
    try:
        program.load()()
    except SystemExit as done:
        return _code(done)
    except (Exception, KeyboardInterrupt):  # noqa: BLE001 - what would end the process ends this command, and is shown
        try:
            sys.excepthook(*sys.exc_info())
        except SystemExit as done:
            return _code(done)
        return 1
    finally:
        sys.argv = before
    return 0


def _code(done: SystemExit) -> int:
    return done.code if isinstance(done.code, int) else int(done.code is not None)


@contextmanager
def _alone_in(folder: str) -> Iterator[None]:
    """Hold a folder for this run: two would ask everything twice."""
    if "://" in folder:  # no lock that a killed process would give back
        yield
        return
    place = Path(folder)
    made = not place.exists()
    place.mkdir(parents=True, exist_ok=True)
    lock = FileLock(place / ".af-run.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise InvalidInputError(
            f"another af run is at work in {folder}; wait for it, or give this one a --log-dir of its own"
        ) from error
    try:
        yield
    finally:
        lock.release()
        if made and all(path.name.startswith(".") for path in place.iterdir()):  # refused: nothing in it but marks
            rmtree(place)


def _newest_logs(folder: str) -> list[EvalLog]:
    """The log of each task, without those of earlier attempts, which it has taken over.

    Inspect leaves the log of a killed process where it is, since it cannot know that nobody writes to it. Nobody does
    where this process is alone, so what the newest log holds all of is removed: it would be counted twice. A log that
    was finished stays: one that was scored into another file has judgements that the newest does not hold.
    """
    newest, older = newest_attempts(read_eval_log(info, header_only=True) for info in list_eval_logs(folder))
    for log, later in older:
        killed = log.status == "started" and is_ours(log) and "://" not in folder
        if killed and later.status == "success" and _replies(log) <= _replies(later):
            files, path = url_to_fs(log.location)
            files.rm(path)
    return newest


def _replies(log: EvalLog) -> set[str | None]:
    return {summary.uuid for summary in read_eval_log_sample_summaries(log.location) if not summary.error}
