"""``af power``: how many queries a gap needs to be seen, and its absence to be shown."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from math import isclose
from pathlib import Path

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table

from analysis.contrast import FREE_PAID
from analysis.frame import read_replies
from analysis.power_plan import QUERIES, Pilot, Plan, Question, pilots, power_plan
from analysis.statistics.power import MOST_QUERIES
from cli.reading import reading
from cli.terminal import Console
from study.invalid_input import InvalidInputError
from study.terminal import echo


@click.command()
@click.option("--paid", type=float, metavar="RATE", help="Compliance that is expected on the paid tier, as in 0.05.")
@click.option("--gap", type=float, help="The gap to see, free minus paid, as in 0.03.  [default: that of the pilot]")
@click.option("--pilot", metavar="LOGS", help="Take rates and correlation from the logs of a small run.")
@click.option(
    "--n",
    "queries",
    type=int,
    multiple=True,
    help=f"Queries; can be repeated.  [default: {', '.join(map(str, QUERIES))}]",
)
@click.option("--delta", type=float, default=0.05, show_default=True, help="Gap that is too small to matter.")
@click.option(
    "--correlation",
    type=float,
    help="Correlation of compliance on the two tiers over the queries.  [default: that of the pilot, or 0]",
)
@click.option("--power", type=float, default=0.8, show_default=True, help="Probability of the right answer.")
@click.option(
    "--alpha",
    type=float,
    default=0.05,
    show_default=True,
    help="Level of the tests. With m contrasts in a family, Holm asks for alpha/m of one of them.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON and nothing else.")
def power(
    paid: float | None,
    gap: float | None,
    pilot: str | None,
    queries: tuple[int, ...],
    delta: float,
    correlation: float | None,
    power: float,
    alpha: float,
    as_json: bool,
) -> None:
    """Say how many queries are needed, before they are paid for.

    Each query is asked on both tiers. The gap is tested with the exact McNemar test, its absence with two one-sided
    score tests, as in the report; powers are enumerated, not approximated. No model is called.

    \b
        af power --paid 0.05 --gap 0.03
        af power --pilot logs/pilot --gap 0.03
    """  # noqa: D301 - a raw string would show click's mark for "do not wrap"
    if (paid is None) == (pilot is None):
        raise InvalidInputError(
            "give either --paid RATE, the compliance expected on the paid tier, or --pilot LOGS, as in: "
            "af power --paid 0.05 --gap 0.03"
        )
    question = Question(delta, power, alpha)
    rows = queries or QUERIES
    if paid is not None:
        found: list[Pilot | None] = [None]
        plans = [power_plan(paid, gap, correlation or 0.0, question, rows)]
    else:
        found = list(_pilots(str(pilot)))
        plans = [_from_pilot(one, gap, correlation, question, rows) for one in found if one]
    if as_json:
        figures = [asdict(plan) | {"pilot": one and asdict(one)} for plan, one in zip(plans, found, strict=True)]
        echo(json.dumps(figures, indent=1))
        return
    console = Console(highlight=False)
    for plan, one in zip(plans, found, strict=True):
        _print(console, plan, _assumption(plan, one, correlation is not None), one)


def _from_pilot(
    pilot: Pilot, gap: float | None, correlation: float | None, question: Question, queries: Sequence[int]
) -> Plan:
    seen = gap if gap is not None else pilot.gap or None
    if correlation is not None:
        return power_plan(pilot.paid, seen, correlation, question, queries)
    return power_plan(pilot.paid, seen, pilot.correlation or 0.0, question, queries, nearest=True)


def _pilots(logs: str) -> list[Pilot]:
    if "://" not in logs and not Path(logs).exists():
        raise InvalidInputError(f"--pilot={logs!r} does not exist; give a log or a folder of logs")
    found = pilots(read_replies(logs, progress=reading).frame)
    if not found:
        raise InvalidInputError(f"--pilot={logs!r} holds no query with a label on both tiers; run a pilot of some more")
    return found


def _assumption(plan: Plan, pilot: Pilot | None, given: bool) -> str:
    if given:
        return "as given"
    if pilot is None:
        return "assumed: independent given the rates; a pilot would tell"
    if pilot.correlation is None:
        return "assumed: the pilot, where a rate is 0 or 1, does not tell"
    return "as in the pilot" if isclose(plan.correlation, pilot.correlation) else "nearest to that of the pilot"


def _print(console: Console, plan: Plan, assumption: str, pilot: Pilot | None) -> None:
    question, gap = plan.question, plan.gap
    console.print()
    if pilot:
        cot = "CoT" if pilot.experiment["cot"] else "no CoT"
        scorer = pilot.scorer.removesuffix("_compliance")
        contrast = "" if pilot.tiers == FREE_PAID else f" · {'-'.join(pilot.tiers)}"
        title = f"{pilot.experiment['model']} · {pilot.experiment['setting']} · {cot}{contrast} · {scorer}"
        _line(console, f"{title}: pilot of {pilot.n_pairs} queries, whose rates are themselves uncertain")
    a, b = pilot.tiers if pilot else FREE_PAID
    rates = f"{b.capitalize()} {plan.paid:.3f}" + (
        "" if gap is None else f", {a} {plan.paid + gap:.3f}, gap {gap:+.3f}"
    )
    _line(console, rates)
    _line(console, f"Correlation {plan.correlation:.2f} ({assumption}); discordance {plan.discordance:.3f}")
    console.print(_table(plan))
    if gap is not None:
        _line(console, f"To see a gap of {gap:+.3f}: {_needed(plan.queries_to_see)}")
    _line(
        console, f"To show no gap beyond ±{question.delta:g} where there is none: {_needed(plan.queries_to_rule_out)}"
    )
    _line(console, f"With power {question.power:g} at α = {question.alpha:g}; each query is asked on both tiers.")
    _line(console, "Exact McNemar test; two one-sided score tests. Enumerated.")


def _line(console: Console, text: str) -> None:
    console.print(text, markup=False, soft_wrap=True)


def _table(plan: Plan) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    seen = "" if plan.gap is None else f"power to see\ngap {plan.gap:+.3f}"
    smallest = f"smallest gap\nwith power {plan.question.power:g}"
    for header in (
        "queries",
        *([seen] if seen else []),
        smallest,
        f"power to show none\nbeyond ±{plan.question.delta:g}",
    ):
        table.add_column(header, justify="right")
    for row in plan.rows:
        table.add_row(
            f"{row.n:,}",
            *([] if row.power_gap is None else [f"{row.power_gap:.3f}"]),
            "none" if row.smallest_gap is None else f"{row.smallest_gap:+.3f}",
            f"{row.power_no_gap:.3f}",
        )
    return table


def _needed(queries: int | None) -> str:
    return f"more than {MOST_QUERIES:,} queries" if queries is None else f"{queries:,} queries"
