"""How often a run that stops when it is decided is wrong, and how many queries it takes.

One reply a query, looks every 25 queries up to 400, both tests at 0.05. Everything is enumerated: the probability of
each table at each look among the runs that are still going on. As many runs as the target names are simulated besides.

    python benchmarks/sequential.py
    python benchmarks/sequential.py --check --quick
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import TypeAlias

import click
import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.statistics.mcnemar import mcnemar_exact
from analysis.statistics.paired_cells import PairedCells, paired_cells
from analysis.statistics.sequential import sequential_equivalence_p, sequential_interval, sequential_p
from benchmarks.figure import Figure, print_figures, worst

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]

LOOK, MOST = 25, 400
ALPHA, DELTA = 0.05, 0.05
RUNS, SEED = 2000, 20261121
SLACK = 2 * (ALPHA * (1 - ALPHA) / RUNS) ** 0.5
"""Two standard errors of a share of 0.05 in so many runs."""

SEEN = paired_cells(0.14, 0.03)
"""14 against 3 points, replies of the two tiers independent."""

NO_GAP = (*(PairedCells(p, p) for p in (0.01, 0.02, 0.05, 0.1, 0.25)), PairedCells(0.5, 0.5))
AT_THE_MARGIN = tuple(PairedCells(p + DELTA, p) for p in (0.0, 0.01, 0.05, 0.2))
CELLS = (SEEN, PairedCells(0.11, 0.0), PairedCells(0.08, 0.03), *NO_GAP, *AT_THE_MARGIN)

_NOTHING = 1e-16


@dataclass(frozen=True)
class Course:
    """What becomes of runs with one true table."""

    gap: float
    """Probability that the gap is significant at some look."""
    no_gap: float
    """Probability that it is shown at some look to be within ±δ."""
    missed: float
    """Probability that the interval misses the true gap at some look."""
    naive: float
    """Probability that a fixed-sample exact McNemar test is significant at some look."""
    queries: float
    """Mean number of queries of runs that stop at the first of the two verdicts."""


def course(cells: PairedCells, look: int = LOOK, most: int = MOST) -> Course:
    """Enumerate all runs with looks every so many queries, up to so many."""

    def missed(n10: Floats, n01: Floats, n: int) -> Flags:
        low, high = sequential_interval(n10, n01, n)
        return np.asarray((low > cells.gap) | (high < cells.gap))

    def naive(n10: Floats, n01: Floats, n: int) -> Flags:
        return np.asarray(mcnemar_exact(n10, n01) <= ALPHA)

    def decided(n10: Floats, n01: Floats, n: int) -> Flags:
        return np.asarray(_gap(n10, n01, n) | _no_gap(n10, n01, n))

    left = {stop: _going_on(cells, stop, look, most) for stop in (_gap, _no_gap, missed, naive, decided)}
    return Course(
        gap=1 - left[_gap][-1],
        no_gap=1 - left[_no_gap][-1],
        missed=1 - left[missed][-1],
        naive=1 - left[naive][-1],
        queries=look * sum([1.0, *left[decided][:-1]]),
    )


def simulated(cells: PairedCells, runs: int = RUNS) -> tuple[float, float]:
    """Share of seeded runs that stop with a gap, and the mean number of queries."""
    draws = np.random.default_rng(SEED).random((runs, MOST))
    ends = np.arange(LOOK, MOST + 1, LOOK)
    n10, n01 = (np.cumsum(of, axis=1)[:, ends - 1] for of in (draws < cells.p10, draws >= 1 - cells.p01))
    gap = _gap(n10, n01, ends)
    stop = gap | _no_gap(n10, n01, ends)
    last = np.where(stop.any(axis=1), stop.argmax(axis=1), len(ends) - 1)
    return float(gap[np.arange(runs), last].mean()), float(ends[last].mean())


def _gap(n10: ArrayLike, n01: ArrayLike, n: ArrayLike) -> Flags:
    return np.asarray(sequential_p(n10, n01) <= ALPHA)


def _no_gap(n10: ArrayLike, n01: ArrayLike, n: ArrayLike) -> Flags:
    return np.asarray(sequential_equivalence_p(n10, n01, n, DELTA) <= ALPHA)


def _going_on(cells: PairedCells, stop: Callable[[Floats, Floats, int], Flags], look: int, most: int) -> list[float]:
    """Probability that a run goes on after each look."""
    at = np.zeros((most + 1, most + 1))  # n10, n01
    at[0, 0] = 1.0
    left = []
    for n in range(1, most + 1):
        after = at * (1 - cells.p10 - cells.p01)
        after[1:] += at[:-1] * cells.p10
        after[:, 1:] += at[:, :-1] * cells.p01
        at = np.where(after > _NOTHING, after, 0.0)
        if n % look == 0:
            n10, n01 = np.nonzero(at)
            stopped = stop(n10.astype(np.float64), n01.astype(np.float64), n)
            at[n10[stopped], n01[stopped]] = 0.0
            left.append(float(at.sum()))
    return left


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--check", is_flag=True, help="Exit with 1 when a bound is missed.")
@click.option("--quick", is_flag=True, help="Up to 100 queries instead of 400, and without the bound on their mean.")
@click.option("--json", "as_json", is_flag=True, help="Print the worst figure of each kind as JSON, the others aside.")
def main(check: bool, quick: bool, as_json: bool) -> None:
    """Enumerate error rates under repeated looking, and the mean number of queries."""
    most = 100 if quick else MOST
    with redirect_stdout(sys.stderr if as_json else sys.stdout):
        figures = [*_enumerated(most), *(() if quick else _simulated())]
        held = [figure.holds for figure in figures]
        click.echo(f"{sum(held)} of {len(held)} bounds hold.")
    if as_json:
        print_figures(worst(figures))
    sys.exit(1 if check and not all(held) else 0)


def _enumerated(most: int) -> Iterator[Figure]:
    click.echo(f"Looks every {LOOK} queries up to {most}; at some look:")
    for cells in CELLS:
        found = course(cells, most=most)
        click.echo(
            f"p10 {cells.p10:.4f}  p01 {cells.p01:.4f}  gap {found.gap:.4f}  no gap beyond ±{DELTA:g} "
            f"{found.no_gap:.4f}  interval misses {found.missed:.4f}  naive McNemar {found.naive:.4f}  "
            f"mean queries {found.queries:.0f}"
        )
        where = f"p10 = {cells.p10:.4g}, p01 = {cells.p01:.4g}"
        yield Figure(f"intervals that miss at some look, {where}", found.missed, at_most=ALPHA)
        if cells in NO_GAP:
            yield Figure(f"false *gap* at some look, {where}", found.gap, at_most=ALPHA)
        if cells in AT_THE_MARGIN:
            yield Figure(f"false *no gap beyond ±{DELTA:g}* at some look, {where}", found.no_gap, at_most=ALPHA)
        if cells == SEEN and most == MOST:
            yield Figure("mean queries ÷ a fixed 400, 14 against 3 points", found.queries / MOST, at_most=0.55)


def _simulated() -> Iterator[Figure]:
    for cells in (*NO_GAP, SEEN):
        gap, queries = simulated(cells)
        click.echo(
            f"{RUNS} runs  p10 {cells.p10:.4f}  p01 {cells.p01:.4f}  stopped with gap {gap:.4f}  "
            f"mean queries {queries:.0f} ({queries / MOST:.0%} of {MOST})"
        )
        if cells == SEEN:
            yield Figure(
                f"mean queries ÷ a fixed 400 in {RUNS} simulated runs, 14 against 3 points",
                queries / MOST,
                at_most=0.55,
            )
        else:
            where = f"p10 = p01 = {cells.p10:.4g}"
            yield Figure(f"false *gap* in {RUNS} simulated runs, {where}", gap, at_most=ALPHA + SLACK)


if __name__ == "__main__":
    main()
