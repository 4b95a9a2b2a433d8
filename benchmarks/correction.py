"""How often the interval of a corrected rate holds the truth.

Judges of known sensitivity and specificity label replies of a known rate. Where all replies are asked about, every run
and every calibration is enumerated; rates among all replies, several epochs and labels by people are simulated. The
interval of the rate that the judge alone finds stands beside it.

    python benchmarks/correction.py
    python benchmarks/correction.py --check --quick
"""

import sys
import warnings
from collections.abc import Iterator
from itertools import product
from math import sqrt
from pathlib import Path
from typing import NamedTuple, TypeAlias

import click
import numpy as np
from numpy.typing import NDArray
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from scipy.stats import binom
from statsmodels.stats.proportion import proportion_confint

from analysis.statistics.corrected_rate import LEAST_YOUDEN, Judge, Judges, Refused, corrected_bounds
from analysis.statistics.prediction_powered import stratified_bounds
from benchmarks.figure import Figure, all_hold, print_figures, worst

Floats: TypeAlias = NDArray[np.float64]
Interval: TypeAlias = tuple[Floats, Floats]

RATES = (0.0, 0.01, 0.05, 0.1, 0.3, 0.5)
JUDGES = ((0.7, 0.95), (0.7, 0.99), (0.85, 0.9), (0.9, 0.8), (0.95, 0.95), (0.95, 0.99))
"""Sensitivity and specificity."""
SIZES = (100, 400)
CALIBRATIONS = ((50, 50), (45, 79), (51, 55), (200, 200))
"""Labels that are positive, and that are not."""
SHARES = (0.02, 0.1, 0.3, 0.9)
"""Of the replies that comply, and so are asked about."""
BY_PEOPLE = ((15, 45), (30, 30), (50, 50))
"""Labels by people of the replies that the judge calls positive, and of those that it does not."""
WEAK = (0.0, 0.1, 0.19)
"""Youden's J of judges that should be refused."""
EPOCHS, QUERIES, CORRELATIONS = 5, 100, (0.0, 0.5, 0.9)
LEAST, DRAWS, SEED = 0.94, 2000, 20261122
SLACK = 2 * sqrt(LEAST * (1 - LEAST) / DRAWS)
"""Two standard errors of a share of 0.94 in so many draws."""


class Case(NamedTuple):
    """A true rate, a judge, a run and a calibration."""

    rate: float
    sensitivity: float
    specificity: float
    n: int
    positives: int
    negatives: int

    @property
    def judged(self) -> float:
        """The rate that the judge finds on average."""
        return self.rate * self.sensitivity + (1 - self.rate) * (1 - self.specificity)

    def __str__(self) -> str:
        labels = f"{self.positives} + {self.negatives} labels"
        return f"rate {self.rate:g}, Se {self.sensitivity:g}, Sp {self.specificity:g}, n = {self.n}, {labels}"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--check", is_flag=True, help="Exit with 1 when a bound is missed.")
@click.option("--quick", is_flag=True, help="Fewer cases: a second instead of a minute.")
@click.option("--json", "as_json", is_flag=True, help="Print the worst figure of each kind as JSON, the tables aside.")
def main(check: bool, quick: bool, as_json: bool) -> None:
    """Count how often corrected rates hold the truth."""
    console = Console(width=120, stderr=as_json)
    cases = [
        Case(rate, se, sp, n, *labels)
        for rate, (se, sp), n, labels in product(
            *((RATES[:3], JUDGES[::3], SIZES[:1], CALIBRATIONS[:2]) if quick else (RATES, JUDGES, SIZES, CALIBRATIONS))
        )
    ]
    figures = [
        *everywhere(cases, console),
        *among_all(cases, console),
        *epochs(cases, console),
        *refusals(CALIBRATIONS[:1] if quick else CALIBRATIONS),
        *by_people(cases, console),
    ]
    hold = all_hold(figures, console)
    if as_json:
        print_figures(worst(figures))
    sys.exit(1 if check and not hold else 0)


def everywhere(cases: list[Case], console: Console) -> Iterator[Figure]:
    """Coverage where every reply is asked about, enumerated."""
    table = _table("Every run and calibration enumerated", "corrected", "judged")
    least = 1.0
    for case in cases:
        (coverage, width), (naive, naive_width) = enumerated(case)
        least = min(least, naive)
        _row(table, str(case), coverage, width, naive, naive_width)
        yield Figure(f"coverage, {case}", coverage, at_least=LEAST)
    console.print(table)
    yield Figure("coverage of the judged rate's interval (the least)", least)


def enumerated(case: Case) -> tuple[tuple[float, float], tuple[float, float]]:
    """Coverage and mean width of the corrected interval, and of the judged one.

    Runs and calibrations beyond the quantiles of 10⁻⁹ are left out and count as missed. So does what is refused.
    """
    sides = ((case.n, case.judged), (case.positives, case.sensitivity), (case.negatives, case.specificity))
    counts = [np.arange(binom.ppf(1e-9, *side), binom.isf(1e-9, *side) + 1) for side in sides]
    x, tp, tn = np.meshgrid(*counts, indexing="ij", sparse=True)
    p = np.prod(np.meshgrid(*(binom.pmf(c, *s) for c, s in zip(counts, sides, strict=True)), indexing="ij"), axis=0)
    judges = Judges(tp / case.positives, tn / case.negatives, np.full(1, case.positives), np.full(1, case.negatives))
    strong = judges.sensitivity + judges.specificity - 1 >= LEAST_YOUDEN
    with np.errstate(divide="ignore", invalid="ignore"):  # of judges that are refused
        interval = corrected_bounds(x, case.n, case.n, judges)
    low, high = proportion_confint(counts[0], case.n, method="wilson")
    held = np.asarray((low <= case.rate) & (case.rate <= high))
    p_x = binom.pmf(counts[0], *sides[0])
    return (
        (
            float((p * (_held(interval, case.rate) & strong)).sum()),
            float((p * np.where(strong, _width(interval), 0)).sum()),
        ),
        (float(p_x @ held), float(p_x @ (high - low))),
    )


def among_all(cases: list[Case], console: Console) -> Iterator[Figure]:
    """Coverage of the rate among all replies, where some refuse and are known not to be positive."""
    rng = np.random.default_rng(SEED)
    table = _table(f"Share of the replies asked about × rate, {DRAWS} draws", "corrected", "judged")
    for case, share in product(cases, SHARES):
        asked = rng.binomial(case.n, share, DRAWS)
        x, true = rng.binomial(asked, case.judged), share * case.rate
        interval = corrected_bounds(x, asked, case.n, _calibrated(rng, case))
        low, high = proportion_confint(x, case.n, method="wilson")
        where = f"share {share:g}, {case}"
        coverage, width = _held(interval, true).mean(), _width(interval).mean()
        _row(table, where, coverage, width, np.mean((low <= true) & (true <= high)), (high - low).mean())
        yield Figure(f"coverage among all, {where}", coverage, at_least=LEAST - SLACK)
    console.print(table)


def epochs(cases: list[Case], console: Console) -> Iterator[Figure]:
    """Coverage where each query has several replies, and the interval is that of as many as there are queries."""
    rng = np.random.default_rng(SEED)
    table = _table(
        f"{QUERIES} queries × {EPOCHS} epochs, {DRAWS} draws; ρ: epochs that are like their query",
        "corrected",
        "one reply a query",
    )
    for case, rho in product([case for case in cases if case.n == SIZES[0]], CORRELATIONS):
        shape = (DRAWS, QUERIES, EPOCHS)
        like, of_query = rng.random(shape) < rho, rng.random((*shape[:2], 1)) < case.rate
        true = np.where(like, of_query, rng.random(shape) < case.rate)
        found = rng.random(shape) < np.where(true, case.sensitivity, 1 - case.specificity)
        judges = _calibrated(rng, case)
        interval = corrected_bounds(found.mean((1, 2)) * QUERIES, QUERIES, QUERIES, judges)
        single = corrected_bounds(found[:, :, 0].sum(1), QUERIES, QUERIES, judges)
        held, where = _held(interval, case.rate).mean(), f"ρ = {rho}, {case}"
        _row(table, where, held, _width(interval).mean(), _held(single, case.rate).mean(), _width(single).mean())
        yield Figure(f"coverage with epochs, {where}", held, at_least=LEAST - SLACK)
    console.print(table)


def refusals(calibrations: tuple[tuple[int, int], ...]) -> Iterator[Figure]:
    """Whether every calibration in which J is too small is refused, and how often a weak judge is."""
    for positives, negatives in calibrations:
        tables = list(product(range(positives + 1), range(negatives + 1)))
        judges = [Judge.of_counts(tp, positives - tp, negatives - tn, tn) for tp, tn in tables]
        refused = np.array([isinstance(judge.refused(), Refused) for judge in judges])
        weak = np.array([judge.youden < LEAST_YOUDEN for judge in judges])
        labels = f"{positives} + {negatives} labels"
        yield Figure(
            f"calibrations with J < {LEAST_YOUDEN:g} that are corrected by, {labels}",
            (weak & ~refused).sum(),
            at_most=0,
        )
        if (positives, negatives) == CALIBRATIONS[0]:
            for youden in WEAK:
                side = 0.5 + youden / 2
                p_tp, p_tn = (binom.pmf(np.arange(n + 1), n, side) for n in (positives, negatives))
                yield Figure(
                    f"judges with a true J of {youden:g} that are refused, {labels}",
                    float(p_tp @ refused.reshape(len(p_tp), -1) @ p_tn),
                )


def by_people(cases: list[Case], console: Console) -> Iterator[Figure]:
    """Coverage where people labelled some of the replies, drawn by the judge's label."""
    rng = np.random.default_rng(SEED)
    table = _table(f"Labels by people of the run itself, {DRAWS} draws", "corrected", "ppi-python's own")
    least = 1.0
    distinct = dict.fromkeys(case._replace(positives=0, negatives=0) for case in cases)
    for case, most, share in product(distinct, BY_PEOPLE, (1.0, 0.3)):
        asked = rng.binomial(case.n, share, DRAWS)
        true = rng.binomial(asked, case.rate)
        tp, fp = rng.binomial(true, case.sensitivity), rng.binomial(asked - true, 1 - case.specificity)
        replies = np.stack([tp + fp, asked - tp - fp], 1)
        labelled = np.minimum(replies, most)
        found = rng.hypergeometric(np.stack([tp, true - tp], 1), replies - np.stack([tp, true - tp], 1), labelled)
        some = np.maximum(labelled, 1)
        interval = stratified_bounds(replies / case.n, found / some, some, case.n)
        coverage, width = _held(interval, share * case.rate).mean(), _width(interval).mean()
        where = f"share {share:g}, {case._replace(positives=most[0], negatives=most[1])}"
        naive = naive_width = np.nan
        if share == 1 and most == BY_PEOPLE[0] and case.rate in RATES[1:3]:
            naive, naive_width = library(case.rate, replies, labelled, found)
            least = min(least, naive)
        _row(table, where, coverage, width, naive, naive_width)
        yield Figure(f"coverage with labels by people, {where}", coverage, at_least=LEAST - SLACK)
    console.print(table)
    yield Figure("coverage of ppi-python's own interval with the same weights (the least)", least)


def library(
    rate: float, replies: NDArray[np.int64], labelled: NDArray[np.int64], found: NDArray[np.int64], draws: int = 500
) -> tuple[float, float]:
    """Coverage and mean width of the normal interval of ppi-python; one that is not a number holds nothing."""
    sys.path[:] = [folder for folder in sys.path if folder != str(Path(__file__).parent)]
    with warnings.catch_warnings():  # numba looks for a package `coverage`, and would find the benchmark of that name
        from ppi_py import ppi_mean_ci
    judged = np.array([1.0, 0.0])
    bounds = []
    with np.errstate(invalid="ignore"):
        for of_each, by_people, positive in zip(replies[:draws], labelled[:draws], found[:draws], strict=True):
            labels = np.concatenate(
                [np.repeat([1.0, 0.0], [k, n - k]) for k, n in zip(positive, by_people, strict=True)]
            )
            weights = np.repeat(of_each / np.maximum(by_people, 1), by_people)
            interval = ppi_mean_ci(labels, np.repeat(judged, by_people), np.repeat(judged, of_each), 0.05, w=weights)
            bounds.append([float(np.squeeze(bound)) for bound in interval])
    low, high = np.array(bounds).T
    return float(np.mean((low <= rate) & (rate <= high))), float(np.nanmean(high - low))


def _calibrated(rng: np.random.Generator, case: Case) -> Judges:
    tp, tn = (
        rng.binomial(case.positives, case.sensitivity, DRAWS),
        rng.binomial(case.negatives, case.specificity, DRAWS),
    )
    return Judges(tp / case.positives, tn / case.negatives, np.full(1, case.positives), np.full(1, case.negatives))


def _held(interval: Interval, rate: float) -> NDArray[np.bool_]:
    """An interval beyond [0, 1] is refused, and holds nothing."""
    low, high = interval
    return np.asarray((low <= rate + 1e-12) & (rate - 1e-12 <= high))


def _width(interval: Interval) -> Floats:
    low, high = (np.clip(bound, 0, 1) for bound in interval)
    return np.asarray(high - low)


def _table(title: str, *intervals: str) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    table.add_column("case")
    for interval in intervals:
        table.add_column(interval, justify="right")
        table.add_column("width", justify="right")
    return table


def _row(table: Table, case: str, *numbers: float) -> None:
    table.add_row(case, *(f"{number:.4f}" for number in numbers))


if __name__ == "__main__":
    main()
