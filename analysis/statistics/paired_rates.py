"""Two sides of the same queries, one number a query and side."""

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]


def paired_rates(a: ArrayLike, b: ArrayLike) -> tuple[Floats, Floats]:
    """The two sides as arrays, once they are seen to be pairs of rates.

    Args:
        a: Shape (n,): compliance of each query on the first side, in [0, 1]; a mean where there are several epochs.
        b: Shape (n,): the same queries, in the same order, on the second side.

    Returns:
        Both, of shape (n,), as they were given: 0/n, n/n and n = 1 are nothing special, and n = 0 gives empty ones.

    Raises:
        ValueError: If the shapes differ, or a value is outside [0, 1] or NaN.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(f"a and b must be one-dimensional and of one length, not {a.shape} and {b.shape}")
    if not (np.all((a >= 0) & (a <= 1)) and np.all((b >= 0) & (b <= 1))):
        raise ValueError("a and b must hold numbers from 0 to 1; leave pairs with a missing label out")
    return a, b


def cluster_means(rates: ArrayLike, cluster: ArrayLike) -> Floats:
    """Mean of each cluster, for instance of the paraphrases of one request, in the order of the sorted clusters.

    With the means of both sides in place of the queries, `paired_gap` and `sign_flip_exact` have their clustered form
    (the cluster as the unit: Obuchowski 1998, "On the comparison of correlated proportions for clustered data",
    Statist. Med. 17). It assumes that clusters are independent of each other, and nothing of what ties the members of
    one; every cluster weighs the same, however many members it has, so the gap is that of the average family and not of
    the average query. Leave out, before, the members that have no label on one side.

    Args:
        rates: Shape (m,): one side, member by member, in [0, 1]. Not checked: a NaN makes its cluster NaN, which
            `paired_rates` refuses.
        cluster: Shape (m,): to which cluster each belongs, numbers or names.

    Returns:
        Shape (k,), k the number of clusters, in [0, 1]: 0 each at 0/n, 1 each at n/n, and a cluster of one member is
        that member. Empty where m = 0.

    Raises:
        ValueError: If the shapes differ.
    """
    rates, cluster = np.asarray(rates, np.float64), np.asarray(cluster)
    if rates.shape != cluster.shape or rates.ndim != 1:
        raise ValueError(
            f"rates and cluster must be one-dimensional and of one length, not {rates.shape} and {cluster.shape}"
        )
    _, member_of = np.unique(cluster, return_inverse=True)
    return np.bincount(member_of, weights=rates) / np.bincount(member_of)
