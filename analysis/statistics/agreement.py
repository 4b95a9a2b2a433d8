"""Two readings of the same replies: the prefix against the judge, and one side of a pair against the other."""

from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
from numpy.typing import ArrayLike
from statsmodels.stats.inter_rater import cohens_kappa

from analysis.statistics.paired_rates import Floats, paired_rates
from analysis.statistics.rates import Rate, rate
from analysis.statistics.tango import critical_value


@dataclass(frozen=True)
class CrossTable:
    """Replies by what the prefix and what the judge says of them."""

    both_comply: int
    prefix_only: int
    """The prefix says that the reply complies, the judge that it refuses."""
    judge_only: int
    both_refuse: int
    n_missing: int
    """Replies without a label of one of the two, or of both: in none of the cells."""

    @property
    def n(self) -> int:
        """Replies with both labels."""
        return self.both_comply + self.prefix_only + self.judge_only + self.both_refuse

    def false_positive_rate(self, level: float = 0.95) -> Rate:
        """Share of the replies that refuse, by the judge, in which the prefix sees compliance; with `rate`'s interval.

        At 0/n, n/n and n = 1, and for a bad level, as `rate`. NaN, with n = 0, where the judge sees no refusal.
        """
        return rate(_ones(self.prefix_only, self.both_refuse), level)

    def false_negative_rate(self, level: float = 0.95) -> Rate:
        """Share of the replies that comply, by the judge, in which the prefix sees none; with `rate`'s interval.

        At 0/n, n/n and n = 1, and for a bad level, as `rate`. NaN, with n = 0, where the judge sees no compliance.
        """
        return rate(_ones(self.judge_only, self.both_comply), level)


@dataclass(frozen=True)
class Kappa:
    """Agreement beyond chance; all is NaN where it is not defined."""

    kappa: float
    """In [-1, 1]: 1 is agreement on every reply, 0 what two readings agree by chance."""
    ci_low: float
    ci_high: float


def cross_table(prefix: ArrayLike, judge: ArrayLike) -> CrossTable:
    """Counts of the replies by both readings.

    The fourfold table of a diagnosis against the true state (Yerushalmy 1947, Public Health Rep. 62), with the prefix
    for the diagnosis and the judge for the state. What is 1 − specificity there is the false positive rate here,
    1 − sensitivity the false negative rate.

    Departure: a reply that lacks a label of either reading is counted apart and is in no cell.

    Args:
        prefix: Shape (n,): 1 where the prefix says that a reply complies, 0 where not, NaN without a label.
        judge: Shape (n,): the same replies, in the same order, by the judge.

    Returns:
        The table; its counts and the missing ones add up to n. Where both readings are 0/n all replies are
        `both_refuse`, where both are n/n `both_comply`; one reply is in one cell, or missing; none gives zeros.

    Raises:
        ValueError: If the shapes differ, or a label is not 0, 1 or NaN.
    """
    prefix, judge = np.asarray(prefix, np.float64), np.asarray(judge, np.float64)
    if prefix.shape != judge.shape or prefix.ndim != 1:
        raise ValueError(f"both must be one-dimensional and of one length, not {prefix.shape} and {judge.shape}")
    if not all(np.all(np.isnan(x) | (x == 0) | (x == 1)) for x in (prefix, judge)):
        raise ValueError("labels must be 0, 1, or NaN where they are missing")
    return CrossTable(
        both_comply=int(np.sum((prefix == 1) & (judge == 1))),
        prefix_only=int(np.sum((prefix == 1) & (judge == 0))),
        judge_only=int(np.sum((prefix == 0) & (judge == 1))),
        both_refuse=int(np.sum((prefix == 0) & (judge == 0))),
        n_missing=int(np.sum(np.isnan(prefix) | np.isnan(judge))),
    )


def kappa(table: CrossTable, level: float = 0.95) -> Kappa:
    """Cohen's kappa with an interval.

    Cohen (1960, Educ. Psychol. Meas. 20): (observed − chance agreement)/(1 − chance agreement), with the standard error
    of Fleiss, Cohen and Everitt (1969, Psychol. Bull. 72), both by statsmodels' `cohens_kappa`.

    Departure: the interval is that of the table with one added to each cell. Without that, a table without
    disagreement has an interval of width zero, however few its replies. Enumerated at n = 50 over nine cells, the plain
    interval covers at least 0.61, this one at least 0.948. It is not centred on kappa, which is the plain one; it is
    cut to [-1, 1], and takes kappa in where that lies outside.

    Args:
        table: Both readings of the replies.
        level: Confidence level, in (0, 1).

    Returns:
        Kappa; NaN where it is not defined: n = 0, or 0/n or n/n in both readings, where chance agrees as often. With
        n = 1 that is so, or kappa is 0 for want of agreement. The interval is given wherever kappa is.

    Raises:
        InvalidInputError: If the level is outside (0, 1).
    """
    counts = np.array([[table.both_comply, table.prefix_only], [table.judge_only, table.both_refuse]], np.float64)
    if max(table.both_comply, table.both_refuse) == table.n:
        return Kappa(nan, nan, nan)
    value = float(cohens_kappa(counts, return_results=False, wt=None))
    adjusted = cohens_kappa(counts + 1)
    half = critical_value(level) * float(adjusted.std_kappa)
    centre = float(adjusted.kappa)
    return Kappa(value, max(-1.0, min(value, centre - half)), min(1.0, max(value, centre + half)))


def pairing_correlation(a: ArrayLike, b: ArrayLike) -> float:
    """Correlation of compliance on the two sides over the queries (phi).

    Yule (1912, J. R. Stat. Soc. 75): (p11 − p̄a·p̄b)/√(p̄a(1 − p̄a)p̄b(1 − p̄b)) with p11 the mean of a·b, Pearson's
    correlation of two columns of 0 and 1, which is √(χ²/n) of their table, with a sign. The greater it is, the fewer
    queries a paired design needs; `paired_cells` takes it.

    Departure: a and b may be means over the epochs of a query. The result is then that of two single replies, estimated
    over all pairs of epochs, which is not the (greater) correlation of the means.

    Args:
        a: Shape (n,): compliance of each query on the first side, in [0, 1].
        b: Shape (n,): the same queries, in the same order, on the second side.

    Returns:
        φ in [-1, 1]; NaN where a rate is 0 or 1, as nothing varies: at 0/n or n/n on either side, and at n = 1 with
        one epoch. 0 at n = 1 where the epochs vary on both sides: one query shows no pairing. NaN at n = 0.

    Raises:
        ValueError: If the shapes differ, or a value is outside [0, 1] or NaN.
    """
    a, b = paired_rates(a, b)
    if not len(a):
        return nan
    rate_a, rate_b = float(a.mean()), float(b.mean())
    spread = rate_a * (1 - rate_a) * rate_b * (1 - rate_b)
    return (float((a * b).mean()) - rate_a * rate_b) / sqrt(spread) if spread > 0 else nan


def _ones(ones: int, zeros: int) -> Floats:
    return np.repeat([1.0, 0.0], [ones, zeros])
