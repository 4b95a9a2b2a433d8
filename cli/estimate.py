"""``af estimate``: what a run will cost in calls, tokens, dollars and time, before it is paid for."""

import json
import os
import re
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, replace
from typing import Any

import click
from inspect_ai.log import list_eval_logs, read_eval_log
from rich.box import SIMPLE_HEAD
from rich.table import Table

from analysis.log_file import is_ours, newest_attempts
from analysis.pilot import Observed, observed, with_pilot
from cli.expected_run import ROLES, ExpectedRun, RunPlan
from cli.run import refuse, run
from cli.terminal import Console
from evals.expected_calls import BYTES_PER_TOKEN, Selection
from evals.seeded_dataset import SEED
from prompts.template import digest
from study.expected_calls import Range, Total, seconds
from study.model_name import is_control
from study.price import price_list
from study.terminal import echo

_OF_WHOLE_RUNS = ("budget", "until")
"""Options of a run that say when it ends, which a pilot does by itself."""

_NOT_ASKED = ("log_dir", "price", "grader_price")
"""Options of a run that change nothing of what it asks."""


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
@click.option("--reply-tokens", type=click.IntRange(min=1), help="Tokens that you expect of a reply.")
@click.option("--compliance", type=click.FloatRange(0, 1), help="Share of replies that you expect to comply.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON and nothing else.")
def estimate(
    arguments: tuple[str, ...],
    limit: str | None,
    epochs: int | None,
    pilot: int | None,
    yes: bool,
    reply_tokens: int | None,
    compliance: float | None,
    as_json: bool,
    max_connections: int,
    until: str | None,
    budget: str | None,
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
    typed = [*arguments, *_given("--limit", limit), *_given("--epochs", epochs)]
    refuse(typed, given["task_args"], until, budget)
    with redirect_stdout(sys.stderr):  # where Inspect announces its hooks, and a pilot its table
        plan = RunPlan.read(typed, given, reply_tokens, compliance)
        made = plan.runs()
        if pilot:
            made = _with_pilots(plan, made, pilot, yes, arguments, given, max_connections)
    if as_json:
        echo(json.dumps([_as_json(one, max_connections) for one in made], indent=1))
        return
    console = Console(highlight=False, soft_wrap=False)
    for one in made:
        _print(console, one, max_connections)
    _say_what_it_stands_on(console, made)


_OWN = {param.name for param in estimate.params}
estimate.params = [*(param for param in run.params if param.name not in _OWN), *estimate.params]
"""The arguments of a run, and those of an estimate."""


def _given(option: str, value: object) -> list[str]:
    return [] if value is None else [option, str(value)]


# --- The pilot


def _with_pilots(
    plan: RunPlan,
    made: list[ExpectedRun],
    queries: int,
    yes: bool,
    arguments: Sequence[str],
    given: dict[str, Any],
    max_connections: int,
) -> list[ExpectedRun]:
    real = [one for one in made if not (is_control(one.model) and is_control(one.grader or one.model))]
    if real and not yes:
        for one in real:
            echo(f"The pilot asks {_shown_pilot(one, queries)}", err=True)
        click.confirm("Ask them?", abort=True, err=True)
    return [_with_pilot(plan, one, queries, arguments, given, max_connections) for one in made]


def _shown_pilot(one: ExpectedRun, queries: int) -> str:
    small = [replace(row, number=row.number * min(1.0, queries / row.replies)) for row in one.calls]
    total = Total.of(small, one.prices)
    cost = _money(total.dollars) if total.dollars else "no known price"
    names = one.model if one.grader is None else f"{one.model} and {one.grader}"
    return f"{names}: {queries} queries in each condition, {_range(total.calls)} calls, {cost}."


def _with_pilot(
    plan: RunPlan,
    one: ExpectedRun,
    queries: int,
    arguments: Sequence[str],
    given: dict[str, Any],
    max_connections: int,
) -> ExpectedRun:
    """Run it, through the same pipeline, into a folder of its own: typed again, nothing is asked twice."""
    task_args = [argument for argument in given["task_args"] if not argument.startswith("variation=")]
    if one.variation is not None:
        task_args.append(f"variation={one.variation}")
    of = given | {"model": one.model, "task_args": tuple(task_args)}
    seed = plan.selection.shuffle or SEED  # the first of a set are often of one category
    of["sample_shuffle"] = str(seed)
    of["log_dir"] = _pilot_folder(of, arguments, queries)
    typed = [*arguments, "--limit", str(queries), "--epochs", "1", "--max-connections", str(max_connections)]
    for param in run.params:
        value = of.get(param.name or "")
        if isinstance(param, click.Option) and value is not None and param.name not in _OF_WHOLE_RUNS:
            for each in value if param.multiple else [value]:
                typed += [param.opts[0], str(each)]
    echo(f"Pilot of {one.model}: {of['log_dir']}", err=True)
    code = run.main(typed, standalone_mode=False)
    logs = [read_eval_log(info, resolve_attachments=True) for info in list_eval_logs(of["log_dir"])]
    newest, _ = newest_attempts(log for log in logs if is_ours(log))
    seen = observed(newest)
    if code or not seen:
        raise click.ClickException("the pilot is not finished, so nothing is estimated from it; see what it says above")
    drawn = replace(plan, selection=Selection(0, queries, seed, 1)).run(one.model, one.variation)
    calls = [with_pilot(row, small, seen) for row, small in zip(one.calls, drawn.calls, strict=True)]
    return replace(one, calls=calls, pilot=_queries(seen))


def _pilot_folder(of: dict[str, Any], arguments: Sequence[str], queries: int) -> str:
    logs = os.environ.get("INSPECT_LOG_DIR", "logs").rstrip("/")
    name = re.sub(r"[^\w.]+", "-", of["model"].rsplit("/", 1)[-1]).strip("-.")[:40]
    asked = {key: of[key] for key in sorted(of) if key not in _NOT_ASKED}
    same = json.dumps([*arguments, queries, asked], default=str)
    return f"{logs}/pilot-{name}-{digest(same)[:8]}"


def _queries(seen: dict[tuple[str, str], Observed]) -> int:
    return max(len(one.replies) for one in seen.values())


# --- What is shown


def _print(console: Console, one: ExpectedRun, connections: int) -> None:
    console.print()
    title = " · ".join(
        part
        for part in (one.model, one.variation, f"graded by {one.grader}" if one.grader else "nobody grades")
        if part
    )
    console.print(title, markup=False, soft_wrap=True)
    wide = _table(one, narrow=False)
    fits = console.measure(wide, options=console.options.update(width=1_000)).maximum <= console.width
    console.print(wide if fits else _table(one, narrow=True))
    time = seconds(one.calls, connections)
    console.print(
        f"Time with {connections} calls to each at a time: {_span(time.likely)} ({_span(time.low)}–{_span(time.high)})"
    )


def _table(one: ExpectedRun, *, narrow: bool) -> Table:
    """The sums of a run; where it is narrow, with each range below what is likely."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("", no_wrap=True)
    for header in ("calls", "tokens in", "cached", "tokens out", "dollars"):
        table.add_column(header, justify="right", overflow="fold")
    roles = [role for role in ROLES if any(row.role == role for row in one.calls)]
    last = ""
    for task in dict.fromkeys(row.condition for row in one.calls):
        setting, condition = _parted(task)
        if setting != last:
            table.add_row(setting)
        last = setting
        if condition:
            table.add_row(f"  {condition}")
        for role in roles:
            rows = [row for row in one.calls if (row.condition, row.role) == (task, role)]
            table.add_row(f"    {role}", *_sums(Total.of(rows, one.prices), narrow))
    table.add_section()
    for role in roles:
        total = Total.of([row for row in one.calls if row.role == role], one.prices)
        table.add_row(f"all, {role}", *_sums(total, narrow))
    table.add_row("all", *_sums(Total.of(one.calls, one.prices), narrow))
    return table


def _parted(task: str) -> tuple[str, str]:
    """Setting and condition, of an interview its name alone."""
    found = re.fullmatch(r"(.+?)_((?:no_)?cot_.+)", task)
    return (found[1], found[2]) if found else (task, "")


def _sums(total: Total, narrow: bool) -> list[str]:
    cells = [_range(one, narrow) for one in (total.calls, total.input, total.cached, total.output)]
    return [*cells, "?" if total.dollars is None else _money(total.dollars, narrow)]


def _range(of: Range, narrow: bool = False) -> str:
    return _shown([_short(one) for one in (of.low, of.likely, of.high)], narrow)


def _money(of: Range, narrow: bool = False) -> str:
    return _shown([f"{one:,.2f}" for one in (of.low, of.likely, of.high)], narrow)


def _shown(ends: Sequence[str], narrow: bool) -> str:
    low, likely, high = ends
    if low == likely == high:
        return likely
    return f"{likely}\n{low}–{high}" if narrow else f"{likely} ({low}–{high})"


def _short(number: float) -> str:
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if number >= size:
            scaled = number / (1e3 if letter == "k" else size)
            return f"{scaled:.3g}{letter}" if scaled < 999.5 else f"{scaled:,.0f}{letter}"
    return f"{number:,.0f}"


def _span(time: float) -> str:
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if time >= size:
            return f"{time / size:,.1f} {unit}"
    return f"{time:.0f} s"


def _say_what_it_stands_on(console: Console, made: list[ExpectedRun]) -> None:
    few, likely, many = BYTES_PER_TOKEN
    lines = [_basis(made[0])]
    if not made[0].pilot:
        lines += [line for one in made for line in _priors(one)]
        lines += [f"A token is taken for {likely} bytes ({many}–{few})."]
    lines += [f"Prices that you did not give are those of {price_list()}."]
    for one in made:
        for role, name, option in (("subject", one.model, "--price"), ("grader", one.grader, "--grader-price")):
            if name is not None and one.prices[role] is None:
                remedy = f"give one with {option} IN,OUT[,CACHED] (dollars for a million tokens)"
                lines += [f"No price is known of {name}: {remedy}."]
    for line in dict.fromkeys(lines):
        console.print(line, markup=False, soft_wrap=True)


def _basis(one: ExpectedRun) -> str:
    if one.pilot:
        return f"Likely (low–high), from a pilot of {one.pilot} queries in each condition."
    return "Likely (low–high), by assumption; low and high are all that can happen. A pilot narrows them: --pilot 5."


def _priors(one: ExpectedRun) -> list[str]:
    """How often the model is taken to comply, and who says so; a line for each setting and source."""
    if one.grader is None:  # it costs nothing then
        return []
    rates: dict[tuple[str, str], list[str]] = {}
    for known in one.priors:
        rate = f"{known.complies.likely:.3g} {known.condition.tier}" if known.complies else ""
        rates.setdefault((known.setting, known.source), []).append(rate)
    return [
        f"Prior of {one.model}, {setting}: compliance {', '.join(filter(None, of))}{'; ' * any(of)}{source}."
        for (setting, source), of in rates.items()
    ]


def _as_json(one: ExpectedRun, connections: int) -> dict[str, Any]:
    return {
        "model": one.model,
        "grader": one.grader,
        "variation": one.variation,
        "pilot": one.pilot,
        "priors": [
            {
                "setting": known.setting,
                "tier": known.condition.tier,
                "compliance": known.complies.likely if known.complies else None,
                "source": known.source,
            }
            for known in one.priors
        ],
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
