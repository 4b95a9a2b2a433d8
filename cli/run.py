"""``af run``: Inspect's eval-set with all conditions at once, pair by pair, resumed by typing the command again."""

import json
import os
import re
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from contextvars import copy_context
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from inspect_ai.util import display_type

from analysis.log_file import how_to_go_on, is_ours, plain, stopped
from analysis.log_rows import ESTIMATE, UNTIL, looked_until
from cli.expected_run import RunPlan, recorded
from cli.folder_check import check_logs
from cli.folder_lock import alone_in
from cli.gap_table import GapTable
from cli.run_folder import account_in, mark_sequential, mend_id, newest_logs, open_account
from cli.until import Looks, Until, check_until, without_limit
from evals import SETTINGS
from evals.budget import Cap, PriceOf
from evals.models import DEFAULT_SUBJECT, check_one_grader
from evals.pair_gate import ALL_SAMPLES, ALL_TASKS, CONNECTIONS, PairGate, pair_gate
from evals.seeded_dataset import SEED
from prompts.template import digest
from prompts.variation import find_variation
from study.invalid_input import InvalidInputError
from study.price import given_price, known_price
from study.terminal import echo

BATCH_WINDOW = 10_000
"""Queries under way at a time where replies come in batches, as many as Inspect lets wait: a smaller window would hand
in small batches one after the other, and each may take a day."""

_VARIATION = "variation="

_USAGE = 2
"""Exit code of a command that was refused."""

_NO_RETRY = ["--retry-attempts", "0", "--no-retry-immediate"]

_KEEP_LOGS = "--no-retry-cleanup"
"""What is told twice `newest_logs` removes, which looks what the logs hold."""

_REFUSED = {
    "--max-tasks": "all conditions run at once, so that their queries stay in pairs",
    "--max-samples": "as many queries are under way as --max-connections says",
    "--no-log-samples": "pairs are made of samples",
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
    help="Requests to the model under test at a time, and how many queries two conditions can be apart; with --batch "
    "all that there are, unless given.",
)
@click.option(
    "--until",
    metavar="decided|±WIDTH",
    help="Ask more queries, in a seeded order, until each gap has a verdict, or an interval that reaches no further to "
    "either side, as in ±0.03; at most --limit. The statistics are those that hold at every look.",
)
@click.option(
    "--budget",
    metavar="AMOUNT",
    help="Begin no query that would not fit into this, by model and grader, in all conditions and all runs into the "
    "folder: 20usd, 2Mtok or 5000calls.  [default: no limit]",
)
@click.option("--price", metavar="IN,OUT[,CACHED]", help="Dollars for a million tokens of the model under test.")
@click.option("--grader-price", metavar="IN,OUT[,CACHED]", help="The same of the grader.")
@click.option(
    "--log-dir",
    help="Where the logs go, and where an interrupted run is found again.  [default: a folder of the logs folder that "
    "is named after the task, the model and the options above]",
)
def run(
    arguments: tuple[str, ...],
    max_connections: int,
    until: str | None,
    budget: str | None,
    price: str | None,
    grader_price: str | None,
    log_dir: str | None,
    **experiment: Any,
) -> None:
    """Run tasks with all their conditions at once, in pairs.

    A query is put in all conditions at about the same time, so that a provider that changes during the day changes in
    both tiers alike, and an interruption leaves whole pairs but for the requests in flight. Typed again, the command
    goes on where it stopped; typed with a larger --limit, it asks what is missing. Several variations, as in -T
    variation=base,honest, are run one after the other, each into a folder of its own.

    \b
        af run evals/helpful_only.py --limit 200
        af run evals/helpful_only.py --limit 200 --budget 20usd
        af run evals/helpful_only.py --limit 400 --until decided
        af run evals/helpful_only.py --model openai/gpt-4o --model-role grader=openai/gpt-4o-mini

    Takes all options of inspect eval-set too.
    """  # noqa: D301 - a raw string would show click's mark for "do not wrap"
    arguments = tuple(map(_from_here, arguments))
    check_one_grader(experiment["model_role"] or ())
    tasks, variations, cap, looks = refuse(arguments, experiment["task_args"], until, budget)
    if looks:
        experiment |= {"sample_shuffle": experiment["sample_shuffle"] or str(SEED)}  # as if drawn from the query set
    price_of = _prices(_models(experiment), price, grader_price)
    connections = None if _batched(arguments) and not _typed("max_connections") else max_connections
    sets = [experiment | {"task_args": task_args} for task_args in variations]
    if looks:
        arguments = tuple(without_limit(arguments))
    names = [one["task_args"][-1].partition("=")[2] if len(sets) > 1 else "" for one in sets]
    folders = [
        plain(_folder(tasks, one) if not log_dir else f"{log_dir.rstrip('/')}/{name}" if name else log_dir)
        for one, name in zip(sets, names, strict=True)
    ]
    codes: list[int] = []
    for one, name, folder in zip(sets, names, folders, strict=True):
        if name:
            echo(f"variation={name} ({len(codes) + 1} of {len(sets)})", err=True)
        others = [account_in(other) for other in folders if other != folder]
        most = ["--limit", str(looks.most)] if looks and looks.most else []
        estimate = _estimate([*arguments, *most], one | {"price": price, "grader_price": grader_price})
        codes.append(_run_set((*estimate, *arguments), one, connections, folder, cap, others, price_of, looks))
    if any(codes):
        raise click.exceptions.Exit(max(codes))


def _from_here(argument: str) -> str:
    """A task file or folder from the working directory: Inspect finds none that is given by its absolute path."""
    path, at, name = argument.partition("@")
    return f"{os.path.relpath(path)}{at}{name}" if Path(path).is_absolute() and Path(path).exists() else argument


def refuse(
    arguments: Sequence[str], task_args: tuple[str, ...], until: str | None, budget: str | None
) -> tuple[list[str], list[tuple[str, ...]], Cap | None, Looks | None]:
    """Refuse what no run can be, and give its tasks, the task parameters of each set, its cap and when it looks.

    Raises:
        InvalidInputError: If no task is named, an option does not go with a run, or one of the others is wrong.
    """
    tasks = [argument for argument in arguments if Path(argument.partition("@")[0]).exists()]
    if not tasks:
        raise InvalidInputError(
            f"{' '.join(arguments)!r} names no task file or folder; give one, for instance evals/helpful_only.py"
        )
    for option, reason in _REFUSED.items():
        if any(argument.partition("=")[0] == option for argument in arguments):
            raise InvalidInputError(f"{option} does not go with af run: {reason}; leave it out")
    if os.environ.get("INSPECT_ASYNC_BACKEND") == "trio":
        raise InvalidInputError("INSPECT_ASYNC_BACKEND='trio' does not go with af run, which needs asyncio; unset it")
    cap = Cap.read(budget) if budget is not None else None
    criterion = Until.read(until) if until is not None else None
    sets = _each_variation(task_args, tasks)
    looks = Looks(criterion, check_until(arguments, tasks, len(sets))) if criterion else None
    return tasks, sets, cap, looks


def _batched(arguments: tuple[str, ...]) -> bool:
    typed = any(argument.partition("=")[0] == "--batch" for argument in arguments)
    return typed or bool(os.environ.get("INSPECT_EVAL_BATCH"))


def _typed(option: str) -> bool:
    return click.get_current_context().get_parameter_source(option) is not ParameterSource.DEFAULT


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


def _estimate(arguments: Sequence[str], experiment: dict[str, Any]) -> list[str]:
    """Options of Inspect's with which the logs keep what the run is expected to take; none where nobody can say it."""
    try:
        with redirect_stdout(sys.stderr):
            return ["--metadata", f"{ESTIMATE}={recorded(RunPlan.read(arguments, experiment).runs())}"]
    except (InvalidInputError, click.UsageError):  # no run is stopped by it; what is wrong the run itself refuses
        return []


def _run_set(
    arguments: tuple[str, ...],
    experiment: dict[str, Any],
    connections: int | None,
    folder: str,
    cap: Cap | None,
    others: list[str],
    price_of: PriceOf,
    looks: Looks | None,
) -> int:
    """Run one set of tasks, and give its exit code where another set may follow it.

    Raises:
        click.exceptions.Exit: If it was refused or interrupted.
    """
    at_a_time = ["--max-connections", str(connections)] if connections else []  # else Inspect's, by model
    command = [*_forwarded(experiment), *at_a_time, "--log-dir", folder, *arguments]
    with alone_in(folder):
        before = check_logs(folder)
        mend_id(folder)
        if sequential := looks.criterion.recorded if looks else next(filter(None, map(looked_until, before)), None):
            command += ["--metadata", f"{UNTIL}={sequential}"]  # also of a run that goes on without: it was looked at
        limit = looks.first(before) if looks else None
        while True:
            account = open_account(folder, cap, others, price_of)
            if account.closed:
                echo(f"Not begun, since the budget holds no further query: {account.told}", err=True)
                return 0
            more = ["--limit", str(limit)] if limit else []
            with pair_gate(connections or BATCH_WINDOW, account) as gate:
                all_at_once = ["--max-tasks", str(ALL_TASKS), "--max-samples", str(ALL_SAMPLES)]
                code = _inspect(["eval-set", _KEEP_LOGS, *all_at_once, *_once(arguments), *command, *more])
            logs = newest_logs(folder)
            whole = not code and all(log.status == "success" and not stopped(log) for log in logs)
            if sequential and not code:
                mark_sequential(logs, sequential)
            if not (looks and limit and whole) or (limit := looks.next(limit, list(filter(is_ours, logs)))) is None:
                break
    if code == _USAGE:  # it has said so, and nothing ran
        raise click.exceptions.Exit(code)
    shown, ours = display_type() != "none", [log for log in logs if is_ours(log)]
    table = GapTable(ours, resumed_by_itself=True) if ours else None
    if table and shown:
        table.print()
    _say_what_was_spent(gate, folder)
    if any(log.status != "success" for log in logs):  # Inspect gives 0 to a run that was interrupted
        echo(f"Not finished: the same command, typed again, goes on where this run stopped ({folder})", err=True)
        if any(log.status in ("started", "cancelled") for log in logs):
            raise click.exceptions.Exit(code or 1)
        return code or 1
    if code:
        if logs:
            echo(
                f"Nothing was run. If {folder} holds a run with other prompts, queries or settings, give this one a "
                "--log-dir of its own.",
                err=True,
            )
        raise click.exceptions.Exit(code)
    for sentence in table.unjudged if table and not shown else []:
        echo(sentence, err=True)
    return 1 if table and table.unjudged else 0


def _prices(subjects: list[str], price: str | None, grader_price: str | None) -> PriceOf:
    """What a model costs, by its name: as given for its role, else as it is known."""
    own = given_price("--price", price) if price is not None else None
    graders = given_price("--grader-price", grader_price) if grader_price is not None else None
    return lambda model: (own if model in subjects else graders) or known_price(model)


def _say_what_was_spent(gate: PairGate, folder: str) -> None:
    if gate.account.cap is None or not gate.tallies:
        return
    if any(tally.stopped for tally in gate.tallies.values()):
        asks = sum(len(tally.asks) for tally in gate.tallies.values())
        begun = sum(len(tally.asks & tally.begun) for tally in gate.tallies.values())
        echo(
            f"Stopped ({gate.account.reason}): {begun} of {asks} queries were asked, each in all conditions. The same "
            f"command asks the rest, {how_to_go_on(gate.account.reason)} ({folder})",
            err=True,
        )
    echo(f"Spent: {gate.account.told}", err=True)


def _models(experiment: dict[str, Any]) -> list[str]:
    return str(experiment["model"] or os.environ.get("INSPECT_EVAL_MODEL") or DEFAULT_SUBJECT).split(",")


def _folder(tasks: list[str], experiment: dict[str, Any]) -> str:
    """The same for the same experiment, so that the command finds what it did before."""
    models = _models(experiment)
    names = (name.rsplit("/", 1)[-1] for name in models)
    words = [*(Path(task.partition("@")[0]).stem for task in tasks), *names]
    name = re.sub(r"[^\w.]+", "-", "-".join(words)).strip("-.")[:80]
    given = {name: sorted(value) if isinstance(value, tuple) else value for name, value in experiment.items()}
    same = digest(json.dumps([tasks, given | {"model": ",".join(models)}], sort_keys=True))[:8]
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
        copy_context().run(program.load())  # the model that it makes active is none of whoever comes after
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
