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
