"""How many queries a question needs: a table over n, from given rates or from those of a pilot."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import pandas as pd

from analysis.contrast import Tiers, contrasts
from analysis.statistics.agreement import pairing_correlation
from analysis.statistics.paired_cells import correlation_range, nearest_cells, paired_cells
from analysis.statistics.power import (
    MOST_QUERIES,
    equivalence_power,
    mcnemar_power,
    queries_to_rule_out,
    queries_to_see,
    smallest_gap,
)
from study.invalid_input import InvalidInputError

QUERIES = (50, 100, 200, 400, 800, 1600)
"""Rows of the table unless others are asked for."""

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Question:
    """What is to be seen, and how surely."""

    delta: float = 0.05
    """Margin of equivalence, in (0, 1)."""
    power: float = 0.8
    """Probability of the right answer, in (alpha, 1)."""
    alpha: float = 0.05
    """Level of both tests, in (0, 1)."""


@dataclass(frozen=True)
class Row:
    """What n queries can show."""

    n: int
    power_gap: float | None
    """Probability of seeing the gap, in [0, 1]; None without one."""
    smallest_gap: float | None
    """Smallest gap seen with the power of the question; None where no gap is."""
    power_no_gap: float
    """Probability of ruling out a gap beyond ±δ where there is none, in [0, 1]."""


@dataclass(frozen=True)
class Plan:
    """Power over n for one pair of rates."""

    paid: float
    gap: float | None
    """Free minus paid; None where there is none to see."""
    correlation: float
    """Between the replies to a query on the two tiers (phi)."""
    discordance: float
    """Share of the queries that are answered differently on the two tiers."""
    question: Question
    rows: tuple[Row, ...]
    queries_to_see: int | None
    """Queries for the gap; None without one, or beyond `MOST_QUERIES`."""
    queries_to_rule_out: int | None
    """Queries to show that there is no gap beyond ±δ, where there is none; None beyond `MOST_QUERIES`."""


@dataclass(frozen=True)
class Pilot:
    """Rates that a small run found."""

    experiment: dict[str, Any]
    scorer: str
    tiers: Tiers
    n_pairs: int
    paid: float
    """Compliance on the second tier, which is the paid one of two."""
    gap: float
    """First tier minus second."""
    correlation: float | None
    """None where a rate is 0 or 1, so that nothing varies."""


def power_plan(
    paid: float,
    gap: float | None,
    correlation: float = 0.0,
    question: Question | None = None,
    queries: Sequence[int] = QUERIES,
    nearest: bool = False,
) -> Plan:
    """Power, by exact enumeration, over numbers of queries.

    Args:
        paid: Compliance on the paid tier, in [0, 1].
        gap: Free minus paid, so that paid + gap is in [0, 1] too; not 0. None asks what gap could be seen.
        correlation: Of compliance on the two tiers over the queries. 0, for want of a pilot, takes the replies as
            independent given the rates; real ones go together, and fewer queries are needed.
        question: Margin, power and level.
        queries: Numbers of queries, each asked on both tiers.
        nearest: Whether a correlation that the rates do not allow is replaced by the nearest that they do.

    Raises:
        InvalidInputError: If a number is out of range, or the correlation impossible.
    """
    question = question or Question()
    if not 0 <= paid <= 1:
        raise InvalidInputError(f"paid={paid} must be a rate between 0 and 1; 5 % is 0.05.")
    if gap is not None and not -_ROUNDING <= paid + gap <= 1 + _ROUNDING:
        raise InvalidInputError(
            f"gap={gap} is not possible with paid={paid}: compliance on the free tier would be {paid + gap:g}; "
            f"give a gap from {-paid:g} to {1 - paid:g}."
        )
    if gap == 0:
        raise InvalidInputError("gap=0 is no gap to see; leave it out to be told which gaps can be seen.")
    if not queries or any(not 1 <= n <= MOST_QUERIES for n in queries):
        raise InvalidInputError(f"n must be from 1 to {MOST_QUERIES}, not {', '.join(map(str, queries)) or 'nothing'}.")
    delta, power, alpha = question.delta, question.power, question.alpha
    free = paid if gap is None else min(1.0, max(0.0, paid + gap))
    cells = (nearest_cells if nearest else paired_cells)(free, paid, correlation)
    none = nearest_cells(paid, paid, correlation)
    low, high = correlation_range(free, paid)
    return Plan(
        paid,
        gap,
        min(max(correlation, low), high),
        cells.discordance,
        question,
        tuple(
            Row(
                n,
                None if gap is None else mcnemar_power(n, cells, alpha),
                smallest_gap(n, paid, correlation, power, alpha),
                equivalence_power(n, none, delta, alpha),
            )
            for n in queries
        ),
        None if gap is None else queries_to_see(cells, power, alpha),
        queries_to_rule_out(none, delta, power, alpha),
    )


def pilots(frame: pd.DataFrame) -> list[Pilot]:
    """The rates of each contrast in a frame of replies, by its primary scorer; those without a pair are left out."""
    found = []
    for contrast in contrasts(frame):
        paired = contrast.paired
        if contrast.primary and paired.n_pairs:
            phi = pairing_correlation(*contrast.pairs)
            known = None if isnan(phi) else phi
            found.append(
                Pilot(
                    contrast.experiment,
                    contrast.scorer,
                    contrast.tiers,
                    paired.n_pairs,
                    paired.rate_b,
                    paired.gap,
                    known,
                )
            )
    return found
