"""A figure that a benchmark measured: what every script here prints with ``--json``, and nothing else."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import inf
from statistics import median

import click
from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass
from rich.console import Console


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class Figure:
    """A number, and the bound that it has to keep, if any."""

    what: str
    """What was measured; after a comma, in which case."""
    value: float
    at_least: float | None = None
    at_most: float | None = None
    low: float | None = None
    """Least of the rounds of which the value is the median."""
    high: float | None = None
    """Greatest of them."""
    unit: str = ""

    @classmethod
    def of_rounds(cls, what: str, found: Sequence[float], at_most: float | None = None, unit: str = "") -> "Figure":
        """The median of what several rounds found, and its range."""
        return cls(what, median(found), at_most=at_most, low=min(found), high=max(found), unit=unit)

    @property
    def margin(self) -> float:
        """By how much the bound is kept; below 0 where it is missed, infinite where there is none."""
        low = inf if self.at_least is None else self.value - self.at_least
        high = inf if self.at_most is None else self.at_most - self.value
        return min(low, high)

    @property
    def holds(self) -> bool:
        """Whether the bound is kept; true where there is none."""
        return self.margin >= 0

    @property
    def target(self) -> str:
        """The bound, as people read it; empty where there is none."""
        bounds = {"at least": self.at_least, "at most": self.at_most}
        said = (f"{word} {_read(bound)} {self.unit}" for word, bound in bounds.items() if bound is not None)
        return ", ".join(bound.rstrip() for bound in said)

    @property
    def sentence(self) -> str:
        """All of it, as people read it."""
        return f"{self.what}: {self}" + (f"; target: {self.target}" if self.target else "")

    def __str__(self) -> str:
        """The value with its range, as people read it."""
        value = f"{_read(self.value)} {self.unit}".rstrip()
        if self.low is None or self.high is None or self.low == self.high:
            return value
        return f"{value} ({_read(self.low)} to {_read(self.high)})"


_FIGURE = TypeAdapter(Figure)


def print_figures(figures: Iterable[Figure]) -> None:
    """Print figures, one to a line."""
    for figure in figures:
        click.echo(_FIGURE.dump_json(figure, exclude_defaults=True))


def read_figures(printed: str) -> list[Figure]:
    """Read what a benchmark printed.

    Raises:
        ValueError: If a line is no figure, or there is none.
    """
    figures = [_FIGURE.validate_json(line) for line in printed.splitlines()]
    if not figures:
        raise ValueError("no figure was printed")
    return figures


def worst(figures: Iterable[Figure]) -> Iterator[Figure]:
    """For all that was measured in several cases, the case that comes nearest to its bound, or misses it by most."""
    cases: dict[str, list[Figure]] = {}
    for figure in figures:
        cases.setdefault(figure.what.partition(",")[0], []).append(figure)
    for of_one in cases.values():
        figure = min(of_one, key=lambda case: case.margin)
        yield replace(figure, what=f"{figure.what} (the worst of {len(of_one)})") if len(of_one) > 1 else figure


def all_hold(figures: Sequence[Figure], console: Console) -> bool:
    """Whether every bound is kept; says which are missed."""
    missed = [figure for figure in figures if not figure.holds]
    for figure in missed:
        console.print(f"MISSED: {figure.what}: {figure.value:.4f}, not {figure.target}")
    console.print(f"{len(figures) - len(missed)} of {len(figures)} bounds hold.")
    return not missed


def _read(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.4g}"
