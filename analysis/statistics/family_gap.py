"""The gap of a family of prompts that ask the same queries, for instance of paraphrases of one prompt."""

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import ArrayLike

from analysis.statistics.discordance import discordance_of_rates
from analysis.statistics.mcnemar import sign_flip_exact
from analysis.statistics.paired_gap import PairedGap, paired_gap
from analysis.statistics.paired_rates import Floats, paired_rates


@dataclass(frozen=True)
class FamilyGap:
    """One gap over queries and members, with each of them as the unit."""

    over_queries: PairedGap
    """`n_pairs` is the number of queries; for other queries, put in the words of these members."""
    p_queries: float
    """Of no gap with any query, in (0, 1]; NaN where there is no pair."""
    discordant: tuple[float, float]
    """Fractions of queries for and against, as `discordance_of_rates` counts them."""
    over_members: PairedGap
    """`n_pairs` is the number of members; for other members of the family, put to these queries."""
    p_members: float
    """Of no gap in any member, in (0, 1]; at least 2^(1 − members)."""
    of_members: tuple[float, ...]
    """The gap of each member over these queries, in [-1, 1]; none where there is no query."""


def family_gap(a: ArrayLike, b: ArrayLike, level: float = 0.95) -> FamilyGap:
    """Gap of a family all of whose members were put to the same queries.

    A reply depends on its query and on the words of its member, so n queries in k members are not nk independent pairs.
    Which clustering is right is decided by what the result shall hold for (Obuchowski 1998, Statist. Med. 17, of one
    factor; for two that are crossed, Clark 1973, "The language-as-fixed-effect fallacy", J. Verbal Learn. Verbal Behav.
    12):

    - **Other queries, these members**: the mean over the members for each query, then `paired_gap` and
      `sign_flip_exact` over queries. More members make the mean of a query steadier and are no more queries.
    - **Other members, these queries**: the mean over the queries for each member, then the same over members. The
      interval is that of so few pairs: with 8 members that agree, ±0.3. Narrower ones assume a shape of the spread
      between members that so few cannot show. The test assumes only that no gap makes either sign as likely, and may
      exclude 0 where the interval does not.

    Both are of one gap, because every member has every query: were some missing, members would differ by their queries
    too. Neither holds for other queries in other words at once. Where members agree, the first is close to that too.

    Args:
        a: Shape (n, k): compliance with n queries in k members on the first side, in [0, 1]; queries that lack a label
            in any member left out.
        b: Shape (n, k): the same, in the same order, on the second side.
        level: Confidence level of both intervals, in (0, 1).

    Returns:
        Both. At 0/n and n/n, and where n = 1 or k = 1, each is as `paired_gap` and `sign_flip_exact`: an interval of
        some width, and p = 1 for one. Where n = 0 or k = 0 the numbers of pairs and `discordant` are 0, and all else is
        NaN.

    Raises:
        InvalidInputError: If the level is outside (0, 1).
        ValueError: If the shapes differ or are not two-dimensional, or a value is outside [0, 1] or NaN.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if a.shape != b.shape or a.ndim != 2:
        raise ValueError(f"a and b must have a row a query and a column a member, not {a.shape} and {b.shape}")
    paired_rates(a.ravel(), b.ravel())
    queries, members = _means(a, b, over=1), _means(a, b, over=0)
    return FamilyGap(
        paired_gap(*queries, level),
        sign_flip_exact(*queries) if a.size else nan,
        discordance_of_rates(*queries)[:2],
        paired_gap(*members, level),
        sign_flip_exact(*members) if a.size else nan,
        tuple((members[0] - members[1]).tolist()),
    )


def _means(a: Floats, b: Floats, over: int) -> tuple[Floats, Floats]:
    return (a.mean(axis=over), b.mean(axis=over)) if a.size else (np.empty(0), np.empty(0))
