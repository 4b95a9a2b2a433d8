"""How often the interval of a paired gap holds the truth, and how often the tests of it are wrong.

Everything about one reply a query is enumerated: each table of n pairs, with its probability. Several epochs are
simulated. Wald, Bonett-Price as published, Newcombe and Tango stand beside the interval that the suite uses.

    python benchmarks/coverage.py
    python benchmarks/coverage.py --check --quick
"""

import sys
from collections.abc import Callable, Iterator
from math import sqrt
from typing import NamedTuple, TypeAlias

import click
import numpy as np
from numpy.typing import NDArray
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from scipy.special import gammaln, xlogy
from scipy.stats import binom, norm
from statsmodels.stats.proportion import proportion_confint

from analysis.statistics.equivalence import equivalence_p
from analysis.statistics.mcnemar import mcnemar_exact, sign_flip_exact
from analysis.statistics.paired_gap import gap_interval_from_counts, paired_gap
from analysis.statistics.tango import tango_interval
from benchmarks.figure import Figure, all_hold, print_figures, worst

Floats: TypeAlias = NDArray[np.float64]
Interval: TypeAlias = tuple[Floats, Floats]
Z = float(norm.ppf(0.975))


class Cell(NamedTuple):
    """Probabilities of a pair: complies on both sides, on the first alone, on the second alone."""

    p11: float
    p10: float
    p01: float

    @property
    def gap(self) -> float:
        return self.p10 - self.p01


CELLS = (
    Cell(0, 0, 0),
    Cell(0, 0.003, 0),
    Cell(0, 0.01, 0),
    Cell(0.02, 0.03, 0.01),
    Cell(0.05, 0.11, 0.02),
    Cell(0.3, 0.15, 0.05),
    Cell(0.5, 0.02, 0.02),
    Cell(0.9, 0.05, 0.01),
)
SIZES = (50, 100, 200, 400)
GRID_SIZES = (50, 72, 100, 150, 200, 300, 400, 520)
GRID_POINTS = 100
"""Points of the grid for each size; a third of them on the edge, where one side never complies alone."""
SEED = 20260101

EPOCHS, QUERIES, DRAWS = 5, 50, 4000
CORRELATIONS = (0.0, 0.5, 0.9)
NULL_CELLS = (Cell(0, 0.02, 0.02), Cell(0.3, 0.1, 0.1))


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--check", is_flag=True, help="Exit with 1 when a bound is missed.")
@click.option("--quick", is_flag=True, help="Small sizes, fewer points and draws: seconds instead of minutes.")
@click.option("--json", "as_json", is_flag=True, help="Print the worst figure of each kind as JSON, the tables aside.")
def main(check: bool, quick: bool, as_json: bool) -> None:
    """Enumerate coverage and width of the intervals, and size and power of the tests."""
    sizes, grid_sizes, points, draws = (
        ((50, 100), (50, 72), 20, 300) if quick else (SIZES, GRID_SIZES, GRID_POINTS, DRAWS)
    )
    console = Console(width=120, stderr=as_json)
    figures = [
        *cells(sizes, console),
        *grid(grid_sizes, points, console),
        *epochs(draws, console),
        *claims(sizes, console),
    ]
    hold = all_hold(figures, console)
    if as_json:
        print_figures(worst(figures))
    sys.exit(1 if check and not hold else 0)


def cells(sizes: tuple[int, ...], console: Console) -> Iterator[Figure]:
    """Coverage of every interval in every cell, and mean width as a ratio to Tango's."""
    names = [*OF_DISCORDANT, "Newcombe"]
    table = _table("Coverage (and mean width ÷ Tango's) by exact enumeration", ["n", "p11, p10, p01", *names])
    for n in sizes:
        tables = Tables(n)
        for cell in CELLS:
            found = {name: tables.coverage(name, cell) for name in OF_DISCORDANT} | {
                "Newcombe": newcombe_coverage(n, cell)
            }
            ratio = {name: width / found["Tango"][1] for name, (_, width) in found.items()}
            table.add_row(str(n), _name(cell), *(f"{found[name][0]:.4f} ({ratio[name]:.3f})" for name in names))
            where = f"n = {n}, cell {_name(cell)}"
            yield Figure(f"coverage, {where}", found["suite"][0], at_least=0.945)
            yield Figure(f"mean width ÷ Tango's, {where}", ratio["suite"], at_most=1.02)
    console.print(table)


def grid(sizes: tuple[int, ...], points: int, console: Console) -> Iterator[Figure]:
    """Least coverage over a seeded grid, and over the whole edge where the second side never complies alone."""
    rng = np.random.default_rng(SEED)
    table = _table(
        f"Least coverage over {points * len(sizes)} points (p10, p01, n), seed {SEED}, and over the edge p01 = 0",
        ["n", "interval", "grid", "at p10, p01", "edge", "at p10"],
    )
    for n in sizes:
        tables, cells_of_grid = Tables(n), _points(rng, points)
        for name in OF_DISCORDANT:
            least, cell = min((tables.coverage(name, cell)[0], cell) for cell in cells_of_grid)
            edge, at = edge_coverage(name, n)
            table.add_row(str(n), name, f"{least:.4f}", f"{cell.p10:.4g}, {cell.p01:.4g}", f"{edge:.4f}", f"{at:.4g}")
            if name == "suite":
                yield Figure(f"least coverage of the grid, n = {n}", least, at_least=0.935)
                yield Figure(f"least coverage of the edge, n = {n}", edge, at_least=0.935)
    console.print(table)


def epochs(draws: int, console: Console) -> Iterator[Figure]:
    """Coverage and width for several epochs, and size of the clustered test, by simulation."""
    rng = np.random.default_rng(SEED)
    tango = Tables(QUERIES)
    table = _table(
        f"{QUERIES} queries × {EPOCHS} epochs, {draws} draws; ρ: share of epochs that keep the type of their query",
        [
            "p11, p10, p01",
            "ρ",
            "coverage",
            "less 2 standard errors",
            "mean width ÷ Tango's, one epoch",
            "size of sign flip",
        ],
    )
    for cell in (*CELLS, *NULL_CELLS):
        for rho in CORRELATIONS:
            a, b = _replies(rng, cell, rho, draws)
            gaps = [paired_gap(*sides) for sides in zip(a, b, strict=True)]
            coverage = float(np.mean([gap.ci_low <= cell.gap <= gap.ci_high for gap in gaps]))
            bound = coverage - 2 * _standard_error(coverage, draws)
            width = float(np.mean([gap.ci_high - gap.ci_low for gap in gaps])) / tango.coverage("Tango", cell)[1]
            where = f"cell {_name(cell)}, ρ = {rho}"
            yield Figure(f"coverage with epochs less 2 standard errors, {where}", bound, at_least=0.94)
            yield Figure(f"mean width with epochs ÷ Tango's, {where}", width, at_most=1.1)
            size = ""
            if cell in NULL_CELLS:
                rejected = float(np.mean([sign_flip_exact(*sides) <= 0.05 for sides in zip(a, b, strict=True)]))
                size = f"{rejected:.4f}"
                most = 0.05 + 2 * _standard_error(0.05, draws)
                yield Figure(f"size of the clustered test, {where}", rejected, at_most=most)
            table.add_row(_name(cell), str(rho), f"{coverage:.4f}", f"{bound:.4f}", f"{width:.3f}", size)
    console.print(table)


def claims(sizes: tuple[int, ...], console: Console) -> Iterator[Figure]:
    """Size of the equivalence test with δ set to the cell's own gap, its power, and the size of McNemar's test."""
    table = _table("Size at 0.05", ["n", "p11, p10, p01", "equivalence, δ = gap", "McNemar, no gap", "mid-p, no gap"])
    for n in sizes:
        tables = Tables(n)
        n10, n01 = tables.n10, tables.n01
        for cell in (*CELLS, *NULL_CELLS):
            p, row = tables.probability(cell), ["", "", ""]
            if cell.gap:
                size = float(p @ (equivalence_p(n10, n01, n, cell.gap) <= 0.05))
                row[0] = f"{size:.4f}"
                yield Figure(f"size of equivalence, n = {n}, cell {_name(cell)}", size, at_most=0.051)
            else:
                size = float(p @ (mcnemar_exact(n10, n01) <= 0.05))
                mid = float(p @ (mcnemar_exact(n10, n01, mid_p=True) <= 0.05))
                row[1:] = [f"{size:.4f}", f"{mid:.4f}"]
                yield Figure(f"size of McNemar's test, n = {n}, cell {_name(cell)}", size, at_most=0.05)
            table.add_row(str(n), _name(cell), *row)
    console.print(table)
    tables = Tables(370)
    power = float(tables.probability(Cell(0, 0.05, 0.05)) @ (equivalence_p(tables.n10, tables.n01, 370, 0.05) <= 0.05))
    console.print(f"Power of equivalence at n = 370, p10 = p01 = 0.05, δ = 0.05: {power:.4f}")
    yield Figure("power of equivalence at n = 370", power, at_least=0.80)


class Tables:
    """Every table of n pairs, told by its discordant counts, with the intervals of each."""

    def __init__(self, n: int) -> None:
        counts = np.indices((n + 1, n + 1)).reshape(2, -1)
        n10, n01 = counts[:, counts.sum(0) <= n].astype(np.float64)
        self.n, self.n10, self.n01 = n, n10, n01
        self._log_ways = gammaln(n + 1) - gammaln(n10 + 1) - gammaln(n01 + 1) - gammaln(n - n10 - n01 + 1)
        self._intervals = {name: interval(n10, n01, n) for name, interval in OF_DISCORDANT.items()}

    def probability(self, cell: Cell) -> Floats:
        """Of each table."""
        rest = max(0.0, 1 - cell.p10 - cell.p01)
        logs = xlogy(self.n10, cell.p10) + xlogy(self.n01, cell.p01) + xlogy(self.n - self.n10 - self.n01, rest)
        return np.asarray(np.exp(self._log_ways + logs))

    def coverage(self, name: str, cell: Cell) -> tuple[float, float]:
        """Coverage and mean width."""
        return _coverage(self.probability(cell), self._intervals[name], cell.gap)


def edge_coverage(name: str, n: int) -> tuple[float, float]:
    """Least coverage where the second side never complies alone, over all p10 from 0.0001, and where it is.

    Coverage jumps at the bounds of the intervals and is least just beside one: those places are looked at, and a grid.
    """
    n10 = np.arange(n + 1.0)
    low, high = interval = OF_DISCORDANT[name](n10, np.zeros(n + 1), n)
    jumps = np.concatenate([low - 1e-9, low + 1e-9, high - 1e-9, high + 1e-9])
    rates = np.concatenate([np.linspace(0.0001, 0.9999, 1000), jumps[(jumps >= 0.0001) & (jumps < 1)]])
    return min((_coverage(binom.pmf(n10, n, rate), interval, rate)[0], float(rate)) for rate in rates)


def newcombe_coverage(n: int, cell: Cell) -> tuple[float, float]:
    """Coverage and mean width of an interval that also depends on how many pairs comply on both sides.

    Tables are left out where a count of theirs is beyond its quantiles of 10⁻¹²; what they weigh counts as not covered.
    """
    reach = [np.arange(binom.ppf(1e-12, n, p), binom.ppf(1 - 1e-12, n, p) + 1) for p in cell]
    counts = np.stack(np.meshgrid(*reach, indexing="ij")).reshape(3, -1)
    counts = counts[:, counts.sum(0) <= n]
    rest = n - counts.sum(0)
    logs = sum(xlogy(count, p) - gammaln(count + 1) for count, p in zip(counts, cell, strict=True))
    p = np.exp(gammaln(n + 1) + logs - gammaln(rest + 1) + xlogy(rest, max(0.0, 1 - sum(cell))))
    return _coverage(np.asarray(p), newcombe(counts[0], counts[1], counts[2], n), cell.gap)


def newcombe(n11: Floats, n10: Floats, n01: Floats, n: int) -> Interval:
    """Hybrid score interval (Newcombe 1998, Statist. Med. 17:2635, method 10), with his corrected φ."""
    n00 = n - n11 - n10 - n01
    a, b = (n11 + n10) / n, (n11 + n01) / n
    (low_a, high_a), (low_b, high_b) = (proportion_confint(rate * n, n, method="wilson") for rate in (a, b))
    excess = n11 * n00 - n10 * n01
    excess = np.where(excess > n / 2, excess - n / 2, np.minimum(excess, 0))
    margins = n**2 * np.sqrt(a * (1 - a) * b * (1 - b))
    phi = np.divide(excess, margins, out=np.zeros_like(excess), where=margins > 0)
    down, up = (a - low_a, high_b - b), (high_a - a, b - low_b)
    below, above = (np.sqrt(x**2 - 2 * phi * x * y + y**2) for x, y in (down, up))
    return a - b - below, a - b + above


def wald(n10: Floats, n01: Floats, n: int) -> Interval:
    """The interval that is not used: of width zero where no pair is discordant."""
    gap = (n10 - n01) / n
    half = Z * np.sqrt(((n10 + n01) / n - gap**2) / n)
    return np.maximum(gap - half, -1), np.minimum(gap + half, 1)


def bonett_price(n10: Floats, n01: Floats, n: int) -> Interval:
    """As published: one is added to each count of discordant pairs."""
    return wald(n10 + 1, n01 + 1, n + 2)


OF_DISCORDANT: dict[str, Callable[[Floats, Floats, int], Interval]] = {
    "suite": gap_interval_from_counts,
    "Bonett-Price": bonett_price,
    "Tango": tango_interval,
    "Wald": wald,
}
"""Intervals that depend on the discordant pairs alone."""


def _coverage(p: Floats, interval: Interval, gap: float) -> tuple[float, float]:
    low, high = interval
    covered = (low <= gap + 1e-12) & (gap - 1e-12 <= high)  # a bound that is the gap itself covers it, rounded or not
    return float(p @ covered), float(p @ (high - low))


def _points(rng: np.random.Generator, points: int) -> list[Cell]:
    """A third on the edge, a third with both rates small, a third anywhere."""
    third = points // 3
    edge = [(p10, 0.0) for p10 in rng.uniform(0, 0.4, third)]
    small = 10 ** rng.uniform(-4, -1, (third, 2))
    anywhere = rng.dirichlet([1, 1, 1], points - 2 * third)[:, :2]
    return [Cell(0, float(p10), float(p01)) for p10, p01 in (*edge, *small, *anywhere)]


def _replies(rng: np.random.Generator, cell: Cell, rho: float, draws: int) -> tuple[Floats, Floats]:
    """Means over the epochs on both sides, of shape (draws, queries)."""
    shape = (draws, QUERIES, EPOCHS)
    weights = (*cell, 1 - sum(cell))
    of_query = rng.choice(4, (*shape[:2], 1), p=weights)
    types = np.where(rng.random(shape) < rho, of_query, rng.choice(4, shape, p=weights))
    return np.isin(types, (0, 1)).mean(2), np.isin(types, (0, 2)).mean(2)


def _standard_error(share: float, draws: int) -> float:
    return sqrt(share * (1 - share) / draws)


def _name(cell: Cell) -> str:
    return ", ".join(f"{p:g}" for p in cell)


def _table(title: str, columns: list[str]) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, justify="right")
    return table


if __name__ == "__main__":
    main()
