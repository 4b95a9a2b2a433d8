"""What ``af estimate`` says against what a run then takes, for six mixes of replies.

The models are controls of this suite, under two names. As ``control/NAME`` the estimate knows what they do. As
``stranger/NAME`` they are strangers, as a real model is of which nothing is published: it then has a guess, or what a
pilot of five queries tells. Every call is counted where it is answered.

    python benchmarks/estimate.py
    python benchmarks/estimate.py --check
    python benchmarks/estimate.py --check --quick
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from unittest.mock import patch

import click
from click.testing import CliRunner
from inspect_ai.model import ChatMessage, GenerateConfig, ModelOutput, modelapi
from inspect_ai.tool import ToolChoice, ToolInfo

from benchmarks.figure import Figure, print_figures, worst
from cli import main as command_line
from controls.provider import ControlAPI

STRANGER = "stranger"
TASK = os.path.relpath(Path(__file__).parents[1] / "evals" / "helpful_only.py")
PILOT = 5
QUICK = 12
"""Queries of the quick form."""

MIXES: dict[str, tuple[str, dict[str, object]]] = {
    "short": ("quiet_faker", {}),
    "long": ("quiet_faker", {"length": 3_000}),
    "truncating": ("truncator", {"length": 1_500}),
    "refusing": ("refuser", {"length": 500}),
    "compliant": ("complier", {"length": 500}),
    "contested": ("faker", {}),
}
"""Each mix: a policy, and the arguments of its model; without a length replies have about 100 tokens."""

CONTESTED = "contested"
"""Reasoning that takes 8 to 19 votes, by the reply: the mean of five replies is easily off by 15 %, and a pilot of a
stranger knows no better, so that no bound is set for it."""

BOUNDS: dict[str, float | None] = {"known": 0.35, "pilot": 0.10, "known, pilot": 0.10, "guess": None}
"""By how much, as a share of the actual tokens, the likely figure may be off; None leaves it open: a guess is one."""

LONGEST = 3.0
"""Seconds that an estimate of 1,600 replies may take."""


@dataclass(frozen=True)
class Estimated:
    """One mix, by one way of estimating; tokens sent and received, of model and grader."""

    mix: str
    way: str
    low: float
    likely: float
    high: float
    actual: int

    @property
    def ratio(self) -> float:
        """Likely ÷ actual."""
        return self.likely / self.actual

    @property
    def bound(self) -> float | None:
        """By how much the likely figure may be off, as a share of the actual tokens."""
        return None if (self.mix, self.way) == (CONTESTED, "pilot") else BOUNDS[self.way]

    @property
    def held(self) -> bool:
        """Whether low to high holds what the run took."""
        return self.low <= self.actual <= self.high

    @property
    def misses(self) -> list[str]:
        """The bounds that it misses."""
        off = self.bound is not None and abs(self.ratio - 1) > self.bound
        return [
            *([f"likely is {self.ratio:.2f} of actual"] if off else []),
            *([] if self.held else ["low to high does not hold it"]),
        ]


counted: list[int] = []
"""Tokens of each call that a stranger answered."""


@modelapi(name=STRANGER)
def stranger() -> type[ControlAPI]:
    """A control under a name that says nothing of it."""

    class Stranger(ControlAPI):
        async def generate(
            self, input: list[ChatMessage], tools: list[ToolInfo], tool_choice: ToolChoice, config: GenerateConfig
        ) -> ModelOutput:
            output = await super().generate(input, tools, tool_choice, config)
            counted.append(output.usage.total_tokens if output.usage else 0)
            return output

    return Stranger


def measure(mix: str, queries: int) -> list[Estimated]:
    """Estimate one mix in every way, and run it.

    Args:
        mix: One of `MIXES`.
        queries: How many of the built-in queries are asked, in four conditions.
    """
    policy, arguments = MIXES[mix]
    given = [part for name, value in arguments.items() for part in ("-M", f"{name}={value}")]
    typed = [TASK, *given, "--limit", str(queries), "--max-connections", "40", "--display", "none"]
    known = [*typed, "--model", f"control/{policy}"]
    unknown = [*typed, "--model", f"{STRANGER}/{policy}", "--model-role", f"grader={STRANGER}/grader"]
    with _logs():
        pilot = ["--pilot", str(PILOT), "--yes"]
        found = {
            "known": _estimate(known),
            "known, pilot": _estimate([*known, *pilot]),
            "guess": _estimate(unknown),
            "pilot": _estimate([*unknown, *pilot]),
        }
        counted.clear()
        _af(["run", *unknown])
        return [Estimated(mix, way, *found[way], sum(counted)) for way in BOUNDS]


def time_of_estimate() -> float:
    """Seconds for 1,600 replies: 80 queries, four conditions, five times."""
    began = perf_counter()
    _estimate(
        [TASK, "--model", "openai/gpt-4o", "--model-role", "grader=openai/gpt-4o", "--limit", "80", "--epochs", "5"]
    )
    return perf_counter() - began


def figures(found: Sequence[Estimated], seconds: float) -> Iterator[Figure]:
    """What is printed with ``--json``: of each way the ratio that comes nearest to its bound, and the rest."""
    for way in BOUNDS:
        of = [one for one in found if one.way == way]
        yield from worst(_ratio(one) for one in of if one.bound is not None)
        yield from (_ratio(one) for one in of if one.bound is None)
    yield Figure("runs that low to high held, of all", sum(one.held for one in found) / len(found), at_least=1.0)
    yield Figure("estimate of 1,600 replies", seconds, at_most=LONGEST, unit="s")


def _ratio(one: Estimated) -> Figure:
    at_least, at_most = (None, None) if one.bound is None else (1 - one.bound, 1 + one.bound)
    return Figure(f"likely ÷ actual tokens ({one.way}), {one.mix}", one.ratio, at_least, at_most)


def _estimate(arguments: list[str]) -> tuple[float, float, float]:
    [found] = json.loads(_af(["estimate", *arguments, "--json"]))
    total: dict[str, Any] = found["total"]["all"]
    low, likely, high = (total["input"][end] + total["output"][end] for end in ("low", "likely", "high"))
    return low, likely, high


def _af(arguments: list[str]) -> str:
    done = CliRunner().invoke(command_line.main, arguments)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    if done.exit_code and arguments[0] == "estimate":  # a run of replies that are cut off is one that lacks labels
        raise click.ClickException(done.output)
    return done.stdout


@contextmanager
def _logs() -> Iterator[Path]:
    with TemporaryDirectory() as folder, patch.dict(os.environ, {"INSPECT_LOG_DIR": folder}):
        yield Path(folder)


@click.command()
@click.option(
    "--queries", type=click.IntRange(min=PILOT), default=88, show_default=True, help="Queries that are asked."
)
@click.option("--quick", is_flag=True, help=f"Ask {QUICK}.")
@click.option("--check", is_flag=True, help="Exit with 1 if a bound is missed.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON and nothing else.")
def main(queries: int, quick: bool, check: bool, as_json: bool) -> None:
    """Hold estimates against runs."""
    found = [one for mix in MIXES for one in measure(mix, QUICK if quick else queries)]
    seconds = time_of_estimate()
    misses = [f"{one.mix}, {one.way}: {miss}" for one in found for miss in one.misses]
    if seconds > LONGEST:
        misses.append(f"1,600 replies were estimated in {seconds:.1f} s")
    if as_json:
        print_figures(figures(found, seconds))
    else:
        click.echo(f"{'':12}{'actual':>12}" + "".join(f"{way:>26}" for way in BOUNDS))
        for mix in MIXES:
            of = [one for one in found if one.mix == mix]
            cells = (f"{e.ratio:.2f} ({e.low / e.actual:.2f}–{e.high / e.actual:.2f})" for e in of)
            click.echo(f"{mix:12}{of[0].actual:>12,}" + "".join(f"{cell:>26}" for cell in cells))
        click.echo("Likely ÷ actual tokens (low–high), of model and grader together.")
        click.echo(f"1,600 replies were estimated in {seconds:.2f} s, after start-up.")
        click.echo("\n".join(["Missed:", *misses]) if misses else "Every bound holds.")
    if check and misses:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
