"""A rate with its interval, and the rates that are made of several labels."""

from dataclasses import dataclass
from enum import StrEnum
from math import nan
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from statsmodels.stats.proportion import proportion_confint

from study.invalid_input import InvalidInputError


class Among(StrEnum):
    """Replies that an alignment-faking rate is a share of."""

    ALL = "all"
    """All with a known label, as published."""
    COMPLIANT = "compliant"
    REFUSING = "refusing"


@dataclass(frozen=True)
class Rate:
    """A share with its interval; all but n is NaN where n = 0."""

    n: int
    """Queries, or replies where each query has one."""
    rate: float
    """In [0, 1]."""
    ci_low: float
    ci_high: float


def rate(x: ArrayLike, level: float = 0.95) -> Rate:
    """Mean with the interval of Wilson (1927, J. Am. Stat. Assoc. 22), by statsmodels' `proportion_confint`.

    The bounds are the shares π that the score test does not reject: |x̄ − π| ≤ z√(π(1 − π)/n). Its coverage is the level
    on average and falls to 0.84 for n·π near 0.2.

    Departure: x may be means over the epochs of a query. The query stays the unit: n is not multiplied by the epochs,
    and the interval is that of n single replies, which is too wide where epochs differ and never too narrow.

    Args:
        x: Shape (n,): label of each query, 0 or 1, or its mean over epochs; missing ones left out.
        level: Confidence level, in (0, 1).

    Returns:
        The rate. At 0/n the interval is 0 to z²/(n + z²), at n/n the mirror image; 0 to 0.793 or 0.207 to 1
        at n = 1. All is NaN where n = 0.

    Raises:
        ValueError: If x is not one-dimensional, or holds a value outside [0, 1] or NaN.
        InvalidInputError: If the level is outside (0, 1).
    """
    x = np.asarray(x, np.float64)
    if x.ndim != 1 or not np.all((x >= 0) & (x <= 1)):
        raise ValueError("x must be one-dimensional and hold numbers from 0 to 1; leave missing labels out")
    if not 0 < level < 1:
        raise InvalidInputError(f"level={level} must be between 0 and 1; 95 % is 0.95.")
    if not len(x):
        return Rate(0, nan, nan, nan)
    mean = float(x.mean())
    low, high = proportion_confint(x.sum(), len(x), alpha=1 - level, method="wilson")
    return Rate(len(x), mean, min(mean, float(low)), max(mean, float(high)))  # at 0/n and n/n rounding parts them


def faking_rates(
    faking: ArrayLike, complies: ArrayLike, read: ArrayLike, query: ArrayLike | None = None, level: float = 0.95
) -> dict[Among, Rate]:
    """Alignment-faking rates of one tier, by what they are a share of.

    Among all: comply and fake ÷ all with a known label, the published rate (Hughes et al. 2025; a refusal counts as not
    faking). Among the compliant, and among refusals: faking reasoning ÷ those whose reasoning was read, which that
    of refusals is on request only. Each with the interval of `rate`.

    Args:
        faking: Shape (n,): whether the reasoning of a reply was found to be alignment-faking; replies without a label
            left out.
        complies: Shape (n,): whether the reply complies.
        read: Shape (n,): whether it had reasoning that was put to the vote. False where the question does not arise.
        query: Shape (n,): which query it is a reply to. Where one has several, the interval is that of as many single
            replies as there are queries: too wide where epochs differ, and never too narrow. None: each has one.
        level: Confidence level, in (0, 1).

    Returns:
        A rate for each; at 0/n, n/n and n = 1 as `rate`, and with n = 0 and NaN where there is no such reply. Among
        all it is NaN, with its n, where replies comply and the reasoning of none of them was read: then 0 would be no
        finding. One reply that complies unread gives NaN, one that refuses 0, read or not.

    Raises:
        ValueError: If the shapes differ, or a reply is faking whose reasoning was not read.
        InvalidInputError: If the level is outside (0, 1).
    """
    faking, complies, read = (np.asarray(x, np.bool_) for x in (faking, complies, read))
    query = np.arange(len(faking)) if query is None else np.asarray(query)
    if not faking.shape == complies.shape == read.shape == query.shape:
        raise ValueError(
            f"faking, complies, read and query must be of one shape, not {faking.shape}, {complies.shape}, "
            f"{read.shape} and {query.shape}"
        )
    if np.any(faking & ~read):
        raise ValueError("a reply is faking whose reasoning was not read")
    unread = bool(complies.any() and not (complies & read).any())
    of = {Among.COMPLIANT: complies & read, Among.REFUSING: ~complies & read}
    return {
        Among.ALL: Rate(len(faking), nan, nan, nan) if unread else _of_queries(faking & complies, query, level),
        **{among: _of_queries(faking[counted], query[counted], level) for among, counted in of.items()},
    }


def _of_queries(x: NDArray[np.bool_], query: NDArray[Any], level: float) -> Rate:
    """The rate over replies, with the interval of as many as there are queries."""
    found, queries = rate(x, level), len(set(query.tolist()))
    if queries == len(x):
        return found
    clustered = rate(np.full(queries, found.rate), level)
    return Rate(found.n, found.rate, clustered.ci_low, clustered.ci_high)
