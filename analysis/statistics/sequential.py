"""What may be said of a paired gap after any number of looks at the data: betting p-values and a confidence sequence.

A bettor stakes a share of the capital on each pair that the gap is more than m (or, the sides swapped, less). If it is
not, the bets are fair or worse, the capital is a supermartingale that starts at 1, and it ever reaches 1/α with a
probability of at most α (Ville 1939). So 1/capital is a p-value at whatever look one stops, for whatever reason
(Robbins 1970, Ann. Math. Stat. 41; Howard, Ramdas, McAuliffe and Sekhon 2021, Ann. Stat. 49): no number of looks, and
no largest number of queries, has to be fixed before. ``benchmarks/sequential.py`` checks it by enumeration.

The price is an interval that is wider than `paired_gap`'s, which is for a number of queries that was fixed. That one,
and `mcnemar_exact`, do not hold their levels where a run stops because of what it saw.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize.elementwise import find_root
from scipy.special import logsumexp

from analysis.statistics.discordance import discordance, discordance_of_rates
from analysis.statistics.equivalence import check_margin
from analysis.statistics.paired_gap import PairedGap, paired_gap
from analysis.statistics.paired_rates import Floats
from study.invalid_input import InvalidInputError

_BETTORS = 100
_STAKES = np.cos((2 * np.arange(1, _BETTORS + 1) - 1) * np.pi / (4 * _BETTORS))
"""Shares of the greatest stake that cannot lose all, each with the same part of the capital.

Half of an arcsine distribution, so that both sides together are Jeffreys' prior where m is 0. A mixture of so many
bettors is a bettor itself: nothing is lost by not integrating but some power.
"""

_LEAST = -1 + 1e-12


def sequential_p(n10: ArrayLike, n01: ArrayLike) -> Floats:
    """Two-sided p-value of no gap that holds at every look.

    The test of a mean by betting (Waudby-Smith and Ramdas 2023, J. R. Stat. Soc. B 86) of the differences 1, −1 and 0
    of the pairs. Pairs that agree leave the capital as it is, so it is the sequential form of McNemar's test: a
    mixture of likelihood ratios of the discordant pairs (Robbins 1970). p is 2/capital of the better of both sides.

    Departure: counts that are not whole, as `discordance_of_rates` gives them for several epochs, are taken as they
    are. The logarithm of the capital is concave in a difference, so that this bets with less than the differences have
    and errs on the safe side.

    Args:
        n10: Pairs that comply on the first side alone, so far; any shape.
        n01: Pairs that comply on the second side alone.

    Returns:
        p in [0, 1], broadcast; 1 where no pair is discordant: at n = 0, and where nobody or everybody complies on both
        sides; 1 where n = 1. It is ≤ 0.05 from 7 pairs on that all differ the same way.

    Raises:
        ValueError: If a count is negative or NaN.
    """
    n10, n01, _ = discordance(n10, n01, np.inf)
    n = n10 + n01
    best = np.maximum(_log_capital(n10, n01, n, 0.0), _log_capital(n01, n10, n, 0.0))
    return np.asarray(np.exp(np.minimum(0.0, np.log(2) - best)))


def sequential_equivalence_p(n10: ArrayLike, n01: ArrayLike, n: ArrayLike, delta: float) -> Floats:
    """p-value of the hypothesis that the gap is δ or more in either direction, that holds at every look.

    Two one-sided tests (Schuirmann 1987, J. Pharmacokinet. Biopharm. 15), each by betting as in `sequential_p`: the
    greater of 1/capital against a gap of −δ or less, and 1/capital against one of δ or more. It is ≤ α just where
    `sequential_interval` of level 1 − 2α lies between −δ and δ.

    Args:
        n10: Pairs that comply on the first side alone, so far; any shape.
        n01: Pairs that comply on the second side alone.
        n: All pairs so far.
        delta: Margin δ, in (0, 1).

    Returns:
        p in [0, 1], broadcast. With no discordant pair, so at 0/n and at n/n on both sides, it needs n = 76 to be
        ≤ 0.05 at δ = 0.05. 1 at a gap of n/n, and nearly so where n = 1. NaN where n = 0.

    Raises:
        InvalidInputError: If δ is outside (0, 1).
        ValueError: If the counts are not those of a table.
    """
    check_margin(delta)
    n10, n01, n = discordance(n10, n01, n)
    worse = np.minimum(_log_capital(n10, n01, n, -delta), _log_capital(n01, n10, n, -delta))
    return np.where(n > 0, np.exp(np.minimum(0.0, -worse)), np.nan)


def sequential_gap(a: ArrayLike, b: ArrayLike, level: float = 0.95) -> PairedGap:
    """The gap as `paired_gap` gives it, with the interval of `sequential_interval`.

    Source and departure are those of `sequential_p`.

    Args:
        a: Shape (n,): compliance of each query on the first side, in [0, 1].
        b: Shape (n,): the same queries, in the same order, on the second side.
        level: Confidence level, in (0, 1).

    Returns:
        The gap; all is NaN where n = 0. At 0/n, n/n and n = 1 as `sequential_interval`.

    Raises:
        InvalidInputError: If the level is outside (0, 1).
        ValueError: If the shapes differ, or a value is outside [0, 1] or NaN.
    """
    low, high = sequential_interval(*discordance_of_rates(a, b), level)
    return replace(paired_gap(a, b), ci_low=float(low), ci_high=float(high))


def sequential_interval(n10: ArrayLike, n01: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Confidence sequence of the paired gap: with a probability of `level` it holds the truth at all looks at once.

    The gaps that neither side has bet down at (1 − level)/2 (Waudby-Smith and Ramdas 2023, as for `sequential_p`, with
    its departure). At 95 % it excludes 0 just where `sequential_p` is below 0.05.

    Args:
        n10: Pairs that comply on the first side alone, so far; any shape.
        n01: Pairs that comply on the second side alone.
        n: All pairs so far.
        level: Confidence level, in (0, 1).

    Returns:
        Lower and upper bound, broadcast, in [-1, 1], with the estimate between them; the upper bound is 1 at a gap of
        n/n, and the interval is symmetric around 0 at 0/n and n/n on both sides. NaN where n = 0; at n = 1 it is
        nearly all of [-1, 1].

    Raises:
        InvalidInputError: If the level is outside (0, 1).
        ValueError: If the counts are not those of a table.
    """
    if not 0 < level < 1:
        raise InvalidInputError(f"level={level} must be between 0 and 1; 95 % is 0.95.")
    n10, n01, n = discordance(n10, n01, n)
    enough = float(np.log(2 / (1 - level)))
    return _lower(n10, n01, n, enough), -_lower(n01, n10, n, enough)


def _log_capital(n10: Floats, n01: Floats, n: Floats, gap: Floats | float) -> Floats:
    """Logarithm of what betting that the gap is more than this one has made of 1.

    A bettor's capital is the product of 1 + λ(d − gap) over the differences d, with λ from 0 to 1/(1 + gap), at which a
    d of −1 loses all. It falls in the gap, and is at most 1 at the gap that was seen.
    """
    counts = (count[..., np.newaxis] for count in (n10, n01, n - n10 - n01))
    m = np.asarray(gap)[..., np.newaxis]
    stakes = _STAKES / (1 + m)
    rates = (np.log1p(stakes * (1 - m)), np.log1p(-_STAKES), np.log1p(-stakes * m))
    logs = sum(count * rate for count, rate in zip(counts, rates, strict=True))
    return np.asarray(logsumexp(logs, axis=-1) - np.log(_BETTORS))


def _lower(n10: Floats, n01: Floats, n: Floats, enough: float) -> Floats:
    def excess(gap: Floats, n10: Floats, n01: Floats, n: Floats) -> Floats:
        return _log_capital(n10, n01, n, gap) - enough

    some = np.where(n > 0, n, 1.0)
    least = np.full(n.shape, _LEAST)
    inside = (n > 0) & (excess(least, n10, n01, n) > 0)  # else no gap was bet down
    counts = np.where(inside, n10, 1.0), np.where(inside, n01, 0.0), np.where(inside, some, 1.0)
    seen = (counts[0] - counts[1]) / counts[2]
    found = find_root(excess, (least, seen), args=counts, tolerances={"xatol": 1e-10, "xrtol": 0.0})
    return np.where(inside, found.x, np.where(n > 0, -1.0, np.nan))
