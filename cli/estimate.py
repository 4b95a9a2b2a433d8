"""``af estimate``: what a run will cost in calls, tokens, dollars and time, before it is paid for."""

import json
import os
import re
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click
import yaml
from inspect_ai.log import list_eval_logs, read_eval_log
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from analysis.log_file import is_ours, newest_attempts
from analysis.pilot import Observed, observed, with_pilot
from cli.run import run
from cli.unknown_provider import unknown_provider
from evals import INTERVIEWS, SETTINGS
from evals.condition_task import Setting
from evals.expected_calls import BYTES_PER_TOKEN, Assumed, Selection, task_calls
from evals.interview import CONDITION
from evals.models import DEFAULT_GRADER, DEFAULT_SUBJECT, Models, check_one_grader
from evals.seeded_dataset import SEED
from evals.task_options import Options
from prompts.template import digest
from scorers.ballot_form import check_choices
from scorers.judge import GRADER_ROLE, control_mismatch
from study.condition import Condition
from study.expected_calls import ExpectedCalls, Range, Total, seconds
from study.invalid_input import InvalidInputError
from study.model_name import is_control
from study.prefill import refuse_unless_prefilled
from study.price import Price, given_price, known_price, price_list

ROLES = ("subject", "grader")

_OF_WHOLE_RUNS = ("budget", "until")
"""Options of a run that say when it ends, which a pilot does by itself."""

_REFUSED = ("--sample-id", "--task-config", "--generate-config", "--model-config", "--run-config")
"""Options of a run that could change what it asks, and are not read here."""


@dataclass(frozen=True)
class Estimate:
    """What one model is asked in one variation of the tasks."""

    model: str
    grader: str | None
    variation: str | None
    calls: list[ExpectedCalls]
    prices: dict[str, Price | None]
    pilot: int = 0
    """Queries of the pilot that it is made with."""


@click.command(
    context_settings={"ignore_unknown_options": True},
    options_metavar="[OPTIONS] [OPTIONS OF af run]",
)
@click.option("--limit", metavar="N | FROM-TO", envvar="INSPECT_EVAL_LIMIT", help="Queries that the run will ask.")
@click.option("--epochs", type=click.IntRange(min=1), envvar="INSPECT_EVAL_EPOCHS", help="Times each will be asked.")
@click.option(
    "--pilot",
    type=click.IntRange(min=2),
    metavar="N",
    help="Run N drawn queries in every condition first, and estimate from what they took. Asks before it spends.",
)
@click.option("--yes", is_flag=True, help="Do not ask before the pilot.")
@click.option("--price", metavar="IN,OUT[,CACHED]", help="Dollars for a million tokens of the model under test.")
@click.option("--grader-price", metavar="IN,OUT[,CACHED]", help="The same of the grader.")
@click.option("--reply-tokens", type=click.IntRange(min=1), help="Tokens that you expect of a reply.")
@click.option("--compliance", type=click.FloatRange(0, 1), help="Share of replies that you expect to comply.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON and nothing else.")
def estimate(
    arguments: tuple[str, ...],
    limit: str | None,
    epochs: int | None,
    pilot: int | None,
    yes: bool,
    price: str | None,
    grader_price: str | None,
    reply_tokens: int | None,
    compliance: float | None,
    as_json: bool,
    max_connections: int,
    **given: Any,
) -> None:
    """Say what af run would cost with the same arguments: calls, tokens, dollars and time.

    Counts the prompts as they are rendered. No key, no network, and without --pilot no call: what replies and verdicts
    will be is then assumed, and the range is that of all that can happen.

    \b
        af estimate evals/helpful_only.py --model openai/gpt-4o --model-role grader=openai/gpt-4o-mini --limit 200
        af estimate evals/helpful_only.py --model openai/gpt-4o,together/meta-llama/Llama-3.3-70B-Instruct-Turbo
        af estimate evals/helpful_only.py --model vllm/my-model --model-role grader=openai/gpt-4o --price 0,0 --pilot 5
    """  # noqa: D301 - a raw string would show click's mark for "do not wrap"
    tasks = _tasks(arguments)
    for argument in arguments:
        if (option := argument.partition("=")[0]) in _REFUSED:
            raise InvalidInputError(f"{option} is not read by af estimate; leave it out")
    models = [
        name.strip() for name in (given["model"] or os.environ.get("INSPECT_EVAL_MODEL") or DEFAULT_SUBJECT).split(",")
    ]
    check_one_grader(given["model_role"])
    grader = _grader(given["model_role"])
    for name in (*models, *([grader] if grader else [])):
        if unknown := _nameless(name):
            raise unknown
    selection = _selection(limit, epochs, given["sample_shuffle"])
    longest = _whole("--max-tokens", given["max_tokens"]) if given["max_tokens"] else Assumed.max_tokens
    assumed = Assumed(reply_tokens, compliance, longest, _pairs("-M", given["model_args"]))
    own = given_price("--price", price) if price is not None else None
    graders = given_price("--grader-price", grader_price) if grader_price is not None else None
    made = []
    with redirect_stdout(sys.stderr):  # where Inspect announces its hooks, and a pilot its table
        for name in models:
            judge = grader or (DEFAULT_GRADER if is_control(name) else None)
            prices = {"subject": own or known_price(name), "grader": graders or (known_price(judge) if judge else None)}
            for variation, task_args in _variations(given["task_args"]):
                calls = [
                    row
                    for setting, condition in tasks
                    for row in task_calls(
                        setting, condition, task_args, _named(name, judge, task_args, setting), selection, assumed
                    )
                ]
                made.append(Estimate(name, judge, variation, calls, prices))
        if pilot:
            made = _with_pilots(made, pilot, yes, arguments, given, max_connections)
    if as_json:
        click.echo(json.dumps([_as_json(one, max_connections) for one in made], indent=1))
        return
    console = Console(highlight=False, soft_wrap=False)
    for one in made:
        _print(console, one, max_connections)
    _say_what_it_stands_on(console, made)


_OWN = {param.name for param in estimate.params}
estimate.params = [*(param for param in run.params if param.name not in _OWN), *estimate.params]
"""The arguments of a run, and those of an estimate."""


def _tasks(arguments: Sequence[str]) -> list[tuple[Setting, Condition]]:
    """The tasks of files and folders, as Inspect finds them, and of ``FILE@TASK``."""
    files = {path.stem: path for path in Path(__file__).parents[1].joinpath("evals").glob("*.py")}
    known = {
        **{setting.stem: [(setting, one) for one in setting.conditions] for setting in SETTINGS},
        "interview": [(setting, CONDITION) for setting in INTERVIEWS.values()],
    }
    found: list[tuple[Setting, Condition]] = []
    for argument in arguments:
        path, _, name = argument.partition("@")
        if not Path(path).exists():
            continue
        stems = [*known] if Path(path).is_dir() else [Path(path).stem]
        if unknown := [stem for stem in stems if stem not in known]:
            raise InvalidInputError(
                f"{argument}: {unknown[0]} is no task file of this suite; choose from {', '.join(sorted(known))}"
            )
        tasks = [task for stem in stems if stem in files for task in known[stem]]
        chosen = [task for task in tasks if name in ("", _name(*task))]
        if not chosen:
            raise InvalidInputError(
                f"{argument}: there is no task {name!r}; choose from {', '.join(_name(*one) for one in tasks)}"
            )
        found += chosen
    if not found:
        raise InvalidInputError(
            f"{' '.join(arguments)!r} names no task file or folder; give one, as in: af estimate evals/helpful_only.py"
        )
    return found


def _name(setting: Setting, condition: Condition) -> str:
    return f"interview_{setting.name}" if setting.interview else f"{setting.name}_{condition.name}"


def _grader(roles: Sequence[str]) -> str | None:
    for role in roles:
        name, _, value = role.partition("=")
        if name != GRADER_ROLE:
            continue
        read = yaml.safe_load(value)
        model = read.get("model") if isinstance(read, dict) else read
        if not isinstance(model, str):
            raise InvalidInputError(f"--model-role {role} names no model; write --model-role grader=PROVIDER/MODEL")
        return model
    return None


def _nameless(model: str) -> InvalidInputError | None:
    if "/" in model.strip("/"):
        return None
    return unknown_provider(ValueError(f"Model name '{model}' should be in the format of <api_name>/<model_name>."))


def _named(subject: str, grader: str | None, given: dict[str, Any], setting: Setting) -> Models:
    """What the run would be refused for is refused here."""
    options = Options.checked(given, setting.interview)
    if options.prefill:
        refuse_unless_prefilled(subject)
    if grader and (mismatch := control_mismatch(grader, subject)):
        raise InvalidInputError(mismatch)
    if options.read and not grader:
        raise InvalidInputError(
            f"read={','.join(options.read)!r} asks a judge, and no grader is named for {subject}; add "
            f"--model-role {GRADER_ROLE}=PROVIDER/MODEL, or leave read out"
        )
    if grader:
        check_choices(options.ballot, grader)
    default = grader if grader == DEFAULT_GRADER else None
    return Models(None, subject, default, judged=grader is not None, grader_to_come=grader)


def _variations(task_args: Sequence[str]) -> list[tuple[str | None, dict[str, Any]]]:
    """The task parameters as Inspect reads them, once for each variation of a list."""
    given = _pairs("-T", task_args)
    several = given.get("variation")
    if not isinstance(several, list):
        return [(several, given)]
    return [(str(one).strip(), given | {"variation": str(one).strip()}) for one in several]


def _pairs(option: str, typed: Sequence[str]) -> dict[str, Any]:
    """Names and values as Inspect reads them."""
    given: dict[str, Any] = {}
    for argument in typed:
        name, sign, text = argument.partition("=")
        if not sign:
            raise InvalidInputError(f"{option} {argument!r} has no value; write {option} NAME=VALUE")
        value = yaml.safe_load(text)
        given[name.replace("-", "_")] = value.split(",") if isinstance(value, str) and "," in value else value
    return given


def _selection(limit: str | None, epochs: int | None, shuffle: str | None) -> Selection:
    first, last = 0, None
    if limit is not None:
        found = re.fullmatch(r"(?:(\d+)-)?(\d+)", limit.strip())
        first, last = (int(found[1] or 1) - 1, int(found[2])) if found else (0, 0)
        if first < 0 or last <= first:
            raise InvalidInputError(f"--limit {limit!r} takes no query; give a number from 1, or a range as in 10-20")
    seed = None
    if shuffle is not None and shuffle.casefold() != "false":
        seed = SEED if shuffle.casefold() == "true" else _whole("--sample-shuffle", shuffle)
    return Selection(first, last, seed, epochs)


def _whole(option: str, value: str) -> int:
    if not value.isdecimal() or int(value) < 1:
        raise InvalidInputError(f"{option} {value!r} is not a whole number from 1; give one")
    return int(value)


# --- The pilot


def _with_pilots(
    made: list[Estimate],
    queries: int,
    yes: bool,
    arguments: Sequence[str],
    given: dict[str, Any],
    max_connections: int,
) -> list[Estimate]:
    real = [one for one in made if not (is_control(one.model) and is_control(one.grader or one.model))]
    if real and not yes:
        for one in real:
            click.echo(f"The pilot asks {_shown_pilot(one, queries)}", err=True)
        click.confirm("Ask them?", abort=True, err=True)
    return [_with_pilot(one, queries, arguments, given, max_connections) for one in made]


def _shown_pilot(one: Estimate, queries: int) -> str:
    small = [replace(row, number=row.number * min(1.0, queries / row.replies)) for row in one.calls]
    total = Total.of(small, one.prices)
    cost = _money(total.dollars) if total.dollars else "no known price"
    names = one.model if one.grader is None else f"{one.model} and {one.grader}"
    return f"{names}: {queries} queries in each condition, {_range(total.calls)} calls, {cost}."


def _with_pilot(
    one: Estimate, queries: int, arguments: Sequence[str], given: dict[str, Any], max_connections: int
) -> Estimate:
    """Run it, through the same pipeline, into a folder of its own: typed again, nothing is asked twice."""
    task_args = [argument for argument in given["task_args"] if not argument.startswith("variation=")]
    if one.variation is not None:
        task_args.append(f"variation={one.variation}")
    of = given | {"model": one.model, "task_args": tuple(task_args)}
    of["sample_shuffle"] = given["sample_shuffle"] or str(SEED)  # the first of a set are often of one category
    of["log_dir"] = _pilot_folder(of, arguments, queries)
    typed = [*arguments, "--limit", str(queries), "--epochs", "1", "--max-connections", str(max_connections)]
    for param in run.params:
        value = of.get(param.name or "")
        if isinstance(param, click.Option) and value is not None and param.name not in _OF_WHOLE_RUNS:
            for each in value if param.multiple else [value]:
                typed += [param.opts[0], str(each)]
    click.echo(f"Pilot of {one.model}: {of['log_dir']}", err=True)
    code = run.main(typed, standalone_mode=False)
    logs = [read_eval_log(info, resolve_attachments=True) for info in list_eval_logs(of["log_dir"])]
    newest, _ = newest_attempts(log for log in logs if is_ours(log))
    seen = observed(newest)
    if code or not seen:
        raise click.ClickException("the pilot is not finished, so nothing is estimated from it; see what it says above")
    return replace(one, calls=[with_pilot(row, seen) for row in one.calls], pilot=_queries(seen))


def _pilot_folder(of: dict[str, Any], arguments: Sequence[str], queries: int) -> str:
    logs = os.environ.get("INSPECT_LOG_DIR", "logs").rstrip("/")
    name = re.sub(r"[^\w.]+", "-", of["model"].rsplit("/", 1)[-1]).strip("-.")[:40]
    same = json.dumps([*arguments, queries, {key: of[key] for key in sorted(of) if key != "log_dir"}], default=str)
    return f"{logs}/pilot-{name}-{digest(same)[:8]}"


def _queries(seen: dict[tuple[str, str], Observed]) -> int:
    return max(len(one.replies) for one in seen.values())


# --- What is shown


def _print(console: Console, one: Estimate, connections: int) -> None:
    console.print()
    title = " · ".join(
        part
        for part in (one.model, one.variation, f"graded by {one.grader}" if one.grader else "nobody grades")
        if part
    )
    console.print(title, markup=False, soft_wrap=True)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("", no_wrap=True)
    for header in ("calls", "tokens in", "cached", "tokens out", "dollars"):
        table.add_column(header, justify="right")
    roles = [role for role in ROLES if any(row.role == role for row in one.calls)]
    for condition in dict.fromkeys(row.condition for row in one.calls):
        for role in roles:
            rows = [row for row in one.calls if (row.condition, row.role) == (condition, role)]
            _add(table, f"{condition}\n  {role}" if role == roles[0] else f"  {role}", Total.of(rows, one.prices))
    table.add_section()
    for role in roles:
        _add(table, f"all, {role}", Total.of([row for row in one.calls if row.role == role], one.prices))
    _add(table, "all", Total.of(one.calls, one.prices))
    console.print(table)
    time = seconds(one.calls, connections)
    console.print(
        f"Time with {connections} calls to each at a time: {_span(time.likely)} ({_span(time.low)}–{_span(time.high)})"
    )


def _add(table: Table, name: str, total: Total) -> None:
    cells = (total.calls, total.input, total.cached, total.output)
    pad = "\n" if "\n" in name else ""
    dollars = "?" if total.dollars is None else _money(total.dollars)
    table.add_row(name, *(f"{pad}{_range(cell)}" for cell in cells), f"{pad}{dollars}")


def _range(of: Range) -> str:
    low, likely, high = (_short(one) for one in (of.low, of.likely, of.high))
    return likely if low == likely == high else f"{likely} ({low}–{high})"


def _short(number: float) -> str:
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if number >= size:
            scaled = number / (1e3 if letter == "k" else size)
            return f"{scaled:.3g}{letter}" if scaled < 999.5 else f"{scaled:,.0f}{letter}"
    return f"{number:,.0f}"


def _money(of: Range) -> str:
    low, likely, high = (f"{one:,.2f}" for one in (of.low, of.likely, of.high))
    return likely if low == likely == high else f"{likely} ({low}–{high})"


def _span(time: float) -> str:
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if time >= size:
            return f"{time / size:,.1f} {unit}"
    return f"{time:.0f} s"


def _say_what_it_stands_on(console: Console, made: list[Estimate]) -> None:
    few, likely, many = BYTES_PER_TOKEN
    for line in (
        _basis(made[0]),
        *([] if made[0].pilot else [f"A token is taken for {likely} bytes ({many}–{few})."]),
    ):
        console.print(line, markup=False, soft_wrap=True)
    console.print(f"Prices that you did not give are those of {price_list()}.", markup=False, soft_wrap=True)
    for one in made:
        for role, name, option in (("subject", one.model, "--price"), ("grader", one.grader, "--grader-price")):
            if name is not None and one.prices[role] is None:
                remedy = f"give one with {option} IN,OUT[,CACHED] (dollars for a million tokens)"
                console.print(f"No price is known of {name}: {remedy}.", markup=False, soft_wrap=True)


def _basis(one: Estimate) -> str:
    if one.pilot:
        return f"Likely (low–high), from a pilot of {one.pilot} queries in each condition."
    return "Likely (low–high), by assumption; low and high are all that can happen. A pilot narrows them: --pilot 5."


def _as_json(one: Estimate, connections: int) -> dict[str, Any]:
    return {
        "model": one.model,
        "grader": one.grader,
        "variation": one.variation,
        "pilot": one.pilot,
        "conditions": [
            {"condition": condition, "role": role, **asdict(Total.of(rows, one.prices))}
            for condition in dict.fromkeys(row.condition for row in one.calls)
            for role in ROLES
            if (rows := [row for row in one.calls if (row.condition, row.role) == (condition, role)])
        ],
        "total": {
            **{role: asdict(Total.of([row for row in one.calls if row.role == role], one.prices)) for role in ROLES},
            "all": asdict(Total.of(one.calls, one.prices)),
        },
        "seconds": asdict(seconds(one.calls, connections)),
        "connections": connections,
    }
