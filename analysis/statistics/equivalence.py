"""Whether a gap is shown to be smaller than a margin: two one-sided score tests."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from analysis.statistics.paired_rates import Floats
from analysis.statistics.tango import tango_z
from study.invalid_input import InvalidInputError


def equivalence_p(n10: ArrayLike, n01: ArrayLike, n: ArrayLike, delta: float) -> Floats:
    """p-value of the hypothesis that the gap is δ or more in either direction.

    Two one-sided tests (Schuirmann 1987, J. Pharmacokinet. Biopharm. 15), each with the score statistic of Tango
    (1998): the greater of P(Z ≥ z(−δ)) and P(Z ≤ z(δ)), with z of `tango_z`. It is ≤ α just where Tango's interval of
    level 1 − 2α lies between −δ and δ. Tango tests one side, for non-inferiority; both are tested here because either
    sign of the gap counts.

    Args:
        n10: Pairs that comply on the first side alone; any shape.
        n01: Pairs that comply on the second side alone.
        n: All pairs.
        delta: Margin δ, in (0, 1).

    Returns:
        p in [0, 1], broadcast: small where the gap is shown to be within ±δ. With no discordant pair it is P(Z ≥
        √(nδ/(1 − δ))), which needs n = 52 to be ≤ 0.05 at δ = 0.05; so it is at 0/n and at n/n on both sides. At a gap
        of n/n it is Φ(√(n(1 − δ)/(1 + δ))), above 0.5. At n = 1 it is ≤ 0.05 only where δ ≥ 0.7302 and the pair is
        concordant. NaN where n = 0.

    Raises:
        InvalidInputError: If δ is outside (0, 1).
        ValueError: If the counts are not those of a table.
    """
    check_margin(delta)
    above, below = norm.sf(tango_z(n10, n01, n, -delta)), norm.cdf(tango_z(n10, n01, n, delta))
    return np.asarray(np.maximum(above, below))


def check_margin(delta: float) -> None:
    """Hold the margin of an equivalence test to its range.

    Args:
        delta: Margin δ.

    Raises:
        InvalidInputError: If δ is outside (0, 1).
    """
    if not 0 < delta < 1:
        raise InvalidInputError(
            f"delta={delta} must be between 0 and 1: the gap that is held to be too small to matter."
        )
