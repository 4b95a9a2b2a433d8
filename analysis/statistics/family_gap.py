"""The gap of a family of prompts that ask the same queries, for instance of paraphrases of one prompt."""

from dataclasses import dataclass
from math import nan

from numpy.typing import ArrayLike

from analysis.statistics.discordance import discordance_of_rates
from analysis.statistics.mcnemar import sign_flip_exact
from analysis.statistics.paired_gap import PairedGap, paired_gap
from analysis.statistics.paired_rates import cluster_means, paired_rates


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


def family_gap(a: ArrayLike, b: ArrayLike, query: ArrayLike, member: ArrayLike, level: float = 0.95) -> FamilyGap:
    """Gap of a family whose members were put to the same queries.

    A reply depends on its query and on the words of its member, so m pairs are not m independent ones. Which clustering
    is right is decided by what the result shall hold for (Obuchowski 1998, Statist. Med. 17, of one factor; for two
    that are crossed, Clark 1973, "The language-as-fixed-effect fallacy", J. Verbal Learn. Verbal Behav. 12):

    - **Other queries, these members**: the mean over the members that have the query, then `paired_gap` and
      `sign_flip_exact` over queries. More members make the mean of a query steadier and are no more queries. Every
      query weighs the same, in however many members it has a label.
    - **Other members, these queries**: the mean over the queries of a member, then the same over members. The interval
      is that of so few pairs: with 8 members that agree, ±0.3. Narrower ones assume a shape of the spread between
      members that so few cannot show. The test assumes only that no gap makes either sign as likely, and may exclude
      0 where the interval does not.

    Neither holds for other queries in other words at once. Where members agree, the first is close to that too.

    Args:
        a: Shape (m,): compliance of each query in each member on the first side, in [0, 1].
        b: Shape (m,): the same, in the same order, on the second side.
        query: Shape (m,): which query; numbers or names.
        member: Shape (m,): which member.
        level: Confidence level of both intervals, in (0, 1).

    Returns:
        Both. At 0/n and n/n, and where a family has one query or one member, each is as `paired_gap` and
        `sign_flip_exact`: an interval of some width, and p = 1 for one. Where m = 0 the numbers of pairs and
        `discordant` are 0, and all else is NaN.

    Raises:
        InvalidInputError: If the level is outside (0, 1).
        ValueError: If the shapes differ, or a value is outside [0, 1] or NaN.
    """
    a, b = paired_rates(a, b)
    queries = cluster_means(a, query), cluster_means(b, query)
    members = cluster_means(a, member), cluster_means(b, member)
    return FamilyGap(
        paired_gap(*queries, level),
        sign_flip_exact(*queries) if len(a) else nan,
        discordance_of_rates(*queries)[:2],
        paired_gap(*members, level),
        sign_flip_exact(*members) if len(a) else nan,
    )
