"""Does anything that others wrote crash what reads it, hang it, or bring a scratchpad into an output?

Replies, verdicts, files of labels, query sets, logs for the frame, and labels for logs: Hypothesis makes examples of
the marks that each reader looks for, and each is put to the reader changed in many ways, a million inputs in all. The
same seed makes the same inputs.

    python benchmarks/fuzz.py
    python benchmarks/fuzz.py --executions 20000 --only frame --seed 2
    python benchmarks/fuzz.py --state counts.json          # interrupted, and typed again: it goes on
"""

import faulthandler
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from traceback import extract_tb
from typing import Any
from zlib import crc32

import click
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from pydantic import TypeAdapter, ValidationError

from benchmarks.figure import Figure, print_figures
from benchmarks.fuzz_targets import Target, refusal, targets
from study.invalid_input import InvalidInputError

EXECUTIONS = 1_000_000
LONGEST = 1.0
"""Seconds of CPU that an execution may take: a wall clock would measure what else the machine does."""
EXAMPLES = 20
"""Of Hypothesis, in a round."""
HANG = 300
"""Seconds in which one example must be done with; then the process ends with a traceback."""

NAMES = ("replies", "verdicts", "label files", "query sets", "frame", "label import")

_SHOWN = 3000


class FoundError(Exception):
    """An input that a reader could not bear."""


@dataclass
class Course:
    """What has been done of one target."""

    rounds: int = 0
    executions: int = 0
    refused: int = 0
    """Inputs that were answered with an error for people."""
    slowest: float = 0.0
    """Seconds of CPU of the slowest execution."""
    found: list[str] = field(default_factory=list)
    """What went wrong, one for each round in which something did."""

    def execute(self, target: Target, made: Any) -> None:
        """Put one input to its reader.

        Raises:
            FoundError: If something else comes of it than a result that holds, or an error for people, in time.
        """
        self.executions += 1
        begun = time.thread_time()
        try:
            target.execute(made)
        except InvalidInputError as error:
            took = time.thread_time() - begun
            self.refused += 1
            _hold(refusal, error, made)
        except Exception as error:
            last = extract_tb(error.__traceback__)[-1]
            where = f"{Path(last.filename).name}:{last.lineno}"
            raise FoundError(f"{type(error).__name__} in {where}: {error}; of {_shown(made)}") from error
        else:
            took = time.thread_time() - begun
        self.slowest = max(self.slowest, took)
        if took > LONGEST:
            raise FoundError(f"it took {took:.1f} s; of {_shown(made)}")


Courses = dict[str, Course]
_COURSES = TypeAdapter(Courses)


def fuzz_round(target: Target, course: Course, number: int) -> None:
    """Make some examples, and put them to a target in all their changes; the same number makes the same ones."""

    @seed(crc32(f"{target.name} {number} {course.rounds}".encode()))
    @settings(
        database=None,
        deadline=None,
        max_examples=EXAMPLES,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[*HealthCheck],
        report_multiple_bugs=False,
        print_blob=False,
    )
    @given(target.examples, st.integers(0, 2**32 - 1))
    def put(example: Any, drawn: int) -> None:
        faulthandler.dump_traceback_later(HANG, exit=True, file=2)
        random = Random(drawn)
        for _ in range(target.changes):
            course.execute(target, target.input_of(example, random))

    try:
        put()
    except (FoundError, Flaky) as error:
        course.found.append(f"{target.name}, round {course.rounds}: {error}")
    finally:
        faulthandler.cancel_dump_traceback_later()
    course.rounds += 1


def fuzz(
    chosen: Sequence[Target],
    executions: int,
    number: int,
    courses: Courses,
    keep: Callable[[Courses], object] = lambda courses: None,
) -> None:
    """Go on until each target had its share; the one that is furthest behind is next.

    Args:
        chosen: What is fuzzed.
        executions: Of all targets together, were all chosen.
        number: Seed.
        courses: What has been done; it is brought up to date.
        keep: Called after each round.
    """
    shares = {target.name: max(1, round(target.executions * executions / EXECUTIONS)) for target in chosen}
    begun, before = time.monotonic(), sum(course.executions for course in courses.values())
    said = begun
    while True:
        for target in chosen:
            courses.setdefault(target.name, Course())
        behind = min(chosen, key=lambda target: courses[target.name].executions / shares[target.name])
        if courses[behind.name].executions >= shares[behind.name]:
            return
        known = len(courses[behind.name].found)
        fuzz_round(behind, courses[behind.name], number)
        keep(courses)
        for one in courses[behind.name].found[known:]:
            click.echo(f"found: {one}", err=True)
        if (now := time.monotonic()) - said > 10:
            said, done = now, sum(course.executions for course in courses.values())
            click.echo(
                f"{done:,} of {sum(shares.values()):,}; {(done - before) / (now - begun):,.0f} a second", err=True
            )


def figures(courses: Courses) -> list[Figure]:
    """What it came to."""
    found = [one for course in courses.values() for one in course.found]
    leaks = [one for one in found if "scratchpad text in" in one]
    return [
        Figure("executions", sum(course.executions for course in courses.values()), at_least=EXECUTIONS),
        *(Figure(f"executions: {name}", course.executions) for name, course in courses.items()),
        Figure("inputs with scratchpad text in an output", len(leaks), at_most=0),
        Figure("inputs with another crash, or over 1 s", len(found) - len(leaks), at_most=0),
        Figure("slowest execution", max(course.slowest for course in courses.values()), at_most=LONGEST, unit="s"),
        Figure(
            "share that is refused with an error for people",
            sum(course.refused for course in courses.values()) / sum(course.executions for course in courses.values()),
        ),
    ]


def _hold(check: Callable[[InvalidInputError], None], error: InvalidInputError, made: Any) -> None:
    try:
        check(error)
    except (AssertionError, UnicodeEncodeError) as wrong:
        raise FoundError(f"{wrong}: {error.format_message()!r}; of {_shown(made)}") from error


def _shown(made: Any) -> str:
    content = f" {made.read_bytes()!r}" if isinstance(made, Path) else ""
    return f"{made!r}{content}"[:_SHOWN]


def _kept(state: Path | None) -> Courses:
    if state is None or not state.exists():
        return {}
    try:
        return _COURSES.validate_json(state.read_bytes())
    except ValidationError as error:
        raise click.UsageError(f"{state} holds no counts of this benchmark; name another file") from error


def _keep(state: Path | None, courses: Courses) -> None:
    if state:
        unfinished = state.with_suffix(".part")
        unfinished.write_bytes(_COURSES.dump_json(courses, indent=1))
        unfinished.replace(state)


@click.command()
@click.option("--executions", type=click.IntRange(min=1), default=EXECUTIONS, show_default=True, help="Of all targets.")
@click.option("--only", type=click.Choice(NAMES), multiple=True, help="Fuzz this one; can be repeated.")
@click.option("--seed", "number", type=int, default=1, show_default=True, help="Another one makes other inputs.")
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), help="File with the counts, to go on from.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON and nothing else.")
def main(executions: int, only: tuple[str, ...], number: int, state: Path | None, as_json: bool) -> None:
    """Put made-up input of every kind to whatever reads what others wrote."""
    courses = _kept(state)
    with redirect_stdout(sys.stderr), TemporaryDirectory() as folder:  # where Inspect announces its hooks
        chosen = [target for target in targets(Path(folder)) if not only or target.name in only]
        try:
            fuzz(chosen, executions, number, courses, lambda done: _keep(state, done))
        except KeyboardInterrupt:
            click.echo("Interrupted; these are the figures so far.", err=True)
    if as_json:
        print_figures(figures(courses))
    else:
        for figure in figures(courses):
            click.echo(figure.sentence)


if __name__ == "__main__":
    main()
