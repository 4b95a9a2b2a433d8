"""Exact tests of the hypothesis that there is no gap: McNemar's for one epoch, its clustered form for several."""

from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binom, permutation_test

from analysis.statistics.discordance import discordance
from analysis.statistics.paired_rates import Floats, paired_rates

_MOST_EPOCHS = 1000
"""Greatest denominator of a mean over epochs that is recognised as such."""

_MOST_WORK = 2e8
"""Additions that an exact distribution may cost: about a quarter of a second."""

_FINEST = 1e9
"""Steps to 1 at most: sums that differ by rounding alone are equal."""


def mcnemar_exact(n10: ArrayLike, n01: ArrayLike, *, mid_p: bool = False) -> Floats:
    """Two-sided exact p-value of McNemar's test.

    Given the number of discordant pairs, n10 is binomial with one half; p is twice the smaller tail, at most 1. The
    tail is scipy's; for one table the value is that of `scipy.stats.binomtest(n10, n10 + n01)` and of statsmodels'
    `mcnemar`. The mid-p form (Fagerland, Lydersen and Laake 2013, BMC Med. Res. Methodol. 13:91) takes half the
    probability of the observed table off each tail: nearer to the nominal level, but not bound by it.

    Args:
        n10: Pairs that comply on the first side alone, whole numbers; any shape.
        n01: Pairs that comply on the second side alone.
        mid_p: Whether to give the mid-p value.

    Returns:
        p in [0, 1], broadcast; 1 where no pair is discordant, which is so at n = 0, and where nobody or everybody
        complies on both sides. At a gap of n/n it is 2^(1 − n): 1 where n = 1.

    Raises:
        ValueError: If a count is negative, NaN or not whole.
    """
    n10, n01, _ = discordance(n10, n01, np.inf)
    if np.any((n10 % 1 != 0) | (n01 % 1 != 0)):
        raise ValueError("n10 and n01 must be whole numbers; several epochs are for sign_flip_exact")
    smaller, discordant = np.minimum(n10, n01), n10 + n01
    tail = binom.cdf(smaller, discordant, 0.5)
    if mid_p:
        tail = tail - binom.pmf(smaller, discordant, 0.5) / 2
    return np.asarray(np.minimum(1.0, 2 * tail))


def sign_flip_exact(a: ArrayLike, b: ArrayLike, *, draws: int = 100_000, seed: int = 0) -> float:
    """Two-sided p-value of no gap where a query was asked in several epochs: McNemar's test with the query as the unit.

    Fisher's randomisation test of paired differences (Fisher 1935, The Design of Experiments, §21): if the tiers do not
    matter, the difference of each query is as likely to have the other sign, whatever ties its epochs together. p is
    the share of all 2ⁿ assignments of signs whose sum is at least as far from 0 as the one seen. With one epoch it is
    `mcnemar_exact`, number for number; the statistic is that of Obuchowski (1998, Statist. Med. 17), whose normal
    approximation is left out. The distribution of the sum is convolved on the lattice of the differences, so it is
    exact for any number of queries.

    What it holds at its level is the hypothesis that the tiers do not matter to any query. Where large differences one
    way cancel many small ones the other way, the gap is 0 and p ≤ 0.05 can be more frequent: 0.12 at n = 50 where 4 %
    of the queries differ by 1 and 20 % by −0.2, 0.05 from n = 200.

    Departure: where epochs are missing so unevenly that the lattice is too fine (more than 2 · 10⁸ steps of work),
    signs are drawn by `scipy.stats.permutation_test`; p is then (1 + hits)/(1 + draws), the same for the same seed.

    Args:
        a: Shape (n,): mean compliance of each query over its epochs on the first side, in [0, 1].
        b: Shape (n,): the same queries, in the same order, on the second side.
        draws: Assignments that are drawn where the lattice is too fine; if there are no more in all, all are taken.
        seed: Seed of the draws.

    Returns:
        p in (0, 1]. 1 where n = 0, n = 1 and where no query differs, as at 0/n and at n/n on both sides; 2^(1 − n) at a
        gap of n/n, which floats round to 0 from n = 1075 on.

    Raises:
        ValueError: If the shapes differ, or a value is outside [0, 1] or NaN.
    """
    a, b = paired_rates(a, b)
    steps = _steps(a, b)
    if not np.any(steps):
        return 1.0
    if np.abs(steps).sum() * np.count_nonzero(steps) > _MOST_WORK:
        return _drawn(steps[steps != 0], draws, seed)
    sizes = np.abs(steps[steps != 0]).astype(np.int64)
    positive = np.zeros(sizes.sum() + 1)  # probability that the steps with a positive sign add up to the index
    positive[0] = 1.0
    for size in sizes:
        positive[size:] += positive[:-size]
        positive /= 2
    sums = 2 * np.arange(len(positive)) - sizes.sum()
    return min(1.0, float(positive[np.abs(sums) >= abs(steps.sum())].sum()))


def _steps(a: Floats, b: Floats) -> Floats:
    """The differences as whole numbers of the greatest step that divides them all, or of 10⁻⁹ where there is none."""
    scale = lcm(*(Fraction(rate).limit_denominator(_MOST_EPOCHS).denominator for rate in {*a.tolist(), *b.tolist()}))
    if scale < _FINEST and np.allclose((a - b) * scale, np.rint((a - b) * scale), rtol=0, atol=1e-6):
        return np.rint((a - b) * scale)
    return np.rint((a - b) * _FINEST)


def _drawn(steps: Floats, draws: int, seed: int) -> float:
    drawn = permutation_test(
        (steps,),
        lambda signed, axis: np.abs(np.sum(signed, axis=axis)),
        permutation_type="samples",
        vectorized=True,
        n_resamples=draws,
        batch=1000,
        alternative="greater",
        rng=np.random.default_rng(seed),
    )
    return float(drawn.pvalue)
