"""Whether the gap differs between categories of queries."""

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import random_table

from analysis.statistics.paired_gap import PairedGap, paired_gap
from analysis.statistics.paired_rates import paired_rates


@dataclass(frozen=True)
class Heterogeneity:
    """The gap by category, and the test of no difference between them."""

    gaps: dict[str, PairedGap]
    """By category, in alphabetical order."""
    q: float
    """Weighted sum of squared distances of the categories' gaps from the whole one; NaN with fewer than two."""
    p_value: float
    """Of the hypothesis that the categories have the same gap; NaN with fewer than two."""


def heterogeneity(
    a: ArrayLike, b: ArrayLike, category: ArrayLike, *, draws: int = 9_999, seed: int = 0, level: float = 0.95
) -> Heterogeneity:
    """Permutation test of the gap over categories.

    Q = Σ n_k(gap_k − gap)² over the categories k: the sum of squares between groups (Cochran 1954, Biometrics 10, with
    the weight n_k in the place of an estimated inverse variance, which is infinite for a category in which all queries
    agree). Its distribution is that of all ways to deal the queries to categories of these sizes (Pitman 1937, J. R.
    Stat. Soc. Suppl. 4), which holds with few queries in a category, too, where Cochran's χ² does not. Tables of
    difference by category with the margins seen are drawn by `scipy.stats.random_table`; p = (1 + as great as seen)/(1
    + draws), which is never 0 (Phipson and Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9).

    Args:
        a: Shape (n,): compliance of each query on the first side, in [0, 1]; a mean where there are several epochs.
        b: Shape (n,): the same queries, in the same order, on the second side.
        category: Shape (n,): name of each query's category.
        draws: Tables drawn.
        seed: Seed of the draws.
        level: Confidence level of the categories' intervals, in (0, 1).

    Returns:
        The gap of each category with the interval of `paired_gap`, for one query too, and the test. p is 1 where all
        queries have the same difference, as at 0/n and n/n. Q and p are NaN with one category, as at n = 1, and with
        none, as at n = 0.

    Raises:
        InvalidInputError: If the level is outside (0, 1) and there is a query.
        ValueError: If the lengths differ, or a value of a or b is outside [0, 1] or NaN.
    """
    a, b = paired_rates(a, b)
    names, of_query = np.unique(np.asarray(category, np.str_), return_inverse=True)
    if of_query.shape != a.shape:
        raise ValueError(f"category must have one name for each of {len(a)} queries, not {of_query.shape}")
    gaps = {str(name): paired_gap(a[of_query == k], b[of_query == k], level) for k, name in enumerate(names)}
    if len(names) < 2:
        return Heterogeneity(gaps, nan, nan)
    values, of_value = np.unique((a - b).round(9), return_inverse=True)
    if len(values) == 1:  # nothing to deal; scipy's tables of one row are wrong
        return Heterogeneity(gaps, 0.0, 1.0)
    seen = np.zeros((len(values), len(names)), np.int64)
    np.add.at(seen, (of_value, of_query), 1)
    between = _between(seen, values)
    drawn = random_table(seen.sum(axis=1), seen.sum(axis=0), seed=seed).rvs(draws)
    as_great = int(np.sum(_between(drawn, values) >= between - 1e-9))
    return Heterogeneity(gaps, float(between), (1 + as_great) / (1 + draws))


def _between(tables: ArrayLike, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Q of each table of difference (rows) by category (columns)."""
    tables = np.asarray(tables, np.float64)
    sizes = tables.sum(axis=-2)
    means = np.einsum("...vk,v->...k", tables, values) / sizes
    whole = np.einsum("...vk,v->...", tables, values) / sizes.sum(axis=-1)
    return np.asarray((sizes * np.square(means - whole[..., None])).sum(axis=-1))
