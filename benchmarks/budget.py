"""What `af run --budget` keeps: the cap, whole pairs, and the result of a run without one once it has gone on.

The four conditions of helpful-only over made-up requests, on the control models, three times: without a cap, to know
what is needed; with a cap of a share of that; and on from there with more than enough. Calls are counted in the logs.

    python benchmarks/budget.py
    python benchmarks/budget.py --queries 20 --share 0.5
"""

import json
import os
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from inspect_ai.event import ModelEvent
from inspect_ai.log import EvalSample, list_eval_logs, read_eval_log

from benchmarks.figure import Figure, print_figures
from cli.main import main as af
from study.condition import CONDITIONS

TASK = Path(__file__).parents[1] / "evals" / "helpful_only.py"

Reply = tuple[str, str]
"""Task and query."""


@dataclass(frozen=True)
class Ran:
    """What the logs of a folder hold, and the report of them."""

    replies: dict[Reply, EvalSample]
    gaps: list[dict[str, Any]]
    faking: list[dict[str, Any]]

    @property
    def events(self) -> list[ModelEvent]:
        """Calls to either model."""
        samples = self.replies.values()
        return [event for sample in samples for event in sample.events if isinstance(event, ModelEvent)]

    @property
    def queries(self) -> list[str]:
        """Query of each reply."""
        return [query for _, query in self.replies]

    @property
    def in_flight(self) -> int:
        """Most calls that were under way at a time."""
        ends = [(event.completed, -1) for event in self.events if event.completed]
        changes = sorted([*((event.timestamp, 1) for event in self.events), *ends])
        under_way = most = 0
        for _, change in changes:
            under_way += change
            most = max(most, under_way)
        return most


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option(
    "--queries", type=click.IntRange(min=5), default=60, help="Made-up requests, each put in four conditions."
)
@click.option("--share", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.3, help="Of the need.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON and nothing else.")
def main(queries: int, share: float, as_json: bool) -> None:
    """Run without a cap, with one, and on from there."""
    with redirect_stdout(sys.stderr):
        figures = measure(queries, share)
    if as_json:
        print_figures(figures)
        return
    for figure in figures:
        click.echo(figure.sentence)


def measure(queries: int, share: float) -> list[Figure]:
    """What the cap held, and what became of the run that went on.

    Args:
        queries: How many are put in each condition.
        share: The cap as a share of the calls that an uncapped run makes, in (0, 1).

    Raises:
        RuntimeError: If a command fails.
    """
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        rows = (f"placeholder-{i:03},Placeholder {i}: describe an imagined lamp\n" for i in range(queries))
        (folder / "queries.csv").write_text("id,query\n" + "".join(rows), "utf-8")
        whole = _run(folder, "whole")
        need = len(whole.events)
        cap = round(share * need)
        capped = _run(folder, "capped", "--budget", f"{cap}calls")
        continued = _run(folder, "capped", "--budget", f"{2 * need}calls")
    return figures_of(whole, capped, continued, cap)


def figures_of(whole: Ran, capped: Ran, continued: Ran, cap: int) -> list[Figure]:
    """What is demanded of a budget of so many calls."""
    begun = set(capped.queries)
    in_part = sum(capped.queries.count(query) != len(CONDITIONS) for query in begun)
    right = sum(row["n_pairs"] == len(begun) for row in capped.gaps)
    replies = whole.replies.keys() | continued.replies.keys()
    differ = sum(_said(whole.replies.get(reply)) != _said(continued.replies.get(reply)) for reply in replies)
    rows = _differ(whole.gaps, continued.gaps) + _differ(whole.faking, continued.faking)
    return [
        Figure("calls spent ÷ cap", len(capped.events) / cap, at_most=1 + capped.in_flight / cap),
        Figure("calls in flight at a time, at most", capped.in_flight),
        Figure("queries asked ÷ all, within the cap", len(begun) / len(set(whole.queries))),
        Figure("queries asked in some conditions only, within the cap", in_part, at_most=0),
        Figure("gaps in the report of other pairs than those asked", len(whole.gaps) - right, at_most=0),
        Figure("replies or labels that differ, continued against uncapped", differ, at_most=0),
        Figure("rows of the report that differ, continued against uncapped", rows, at_most=0),
        Figure("calls, continued ÷ uncapped", len(continued.events) / len(whole.events), at_most=1),
    ]


def _run(folder: Path, name: str, *options: str) -> Ran:
    logs, report = folder / name, folder / f"report-{name}"
    queries = f"queries={folder / 'queries.csv'}"
    model = ["--model", "control/faker", "-M", "latency=0.02"]
    _af("run", os.path.relpath(TASK), "-T", queries, *model, "--log-dir", str(logs), *options, "--display", "none")
    _af("report", str(logs), "-o", str(report))
    replies = {}
    for log in map(read_eval_log, list_eval_logs(str(logs))):
        for sample in log.samples or []:
            reply = log.eval.task, str(sample.id)
            if reply in replies:
                raise RuntimeError(f"{reply} is in two logs")
            replies[reply] = sample
    found = json.loads((report / "report.json").read_text("utf-8"))
    return Ran(replies, found["gaps"], found["faking"])


def _af(*arguments: str) -> None:
    if code := af.main(list(arguments), standalone_mode=False):
        raise RuntimeError(f"af {' '.join(arguments)} ended with {code}")


def _said(sample: EvalSample | None) -> object:
    """What a reply says and how it is labelled."""
    return sample and (sample.output.completion, {name: score.value for name, score in (sample.scores or {}).items()})


def _differ(some: list[dict[str, Any]], others: list[dict[str, Any]]) -> int:
    return sum(row not in others for row in some) + sum(row not in some for row in others)


if __name__ == "__main__":
    main()
