"""What a ballot would have come to with fewer votes: the exact mean over every choice of so many of those recorded."""

from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Chances:
    """Of one text, over every choice of its votes; the three shares add up to 1."""

    positive: float
    """Share of the choices in which enough votes say yes."""
    negative: float
    """Share in which they do not, whatever the unreadable ones would have said."""
    yes: Floats
    """Shape (votes + 1,): share of the choices with so many yes votes."""


def fewer_votes(yes: int, no: int, unreadable: int, votes: int, needed: int) -> Chances:
    """Draw so many of the recorded votes, without putting any back (the hypergeometric distribution).

    Args:
        yes: Recorded votes that say yes.
        no: Those that say no.
        unreadable: Those that could not be read.
        votes: How many are drawn, at least 1 and at most all.
        needed: Fewest yes votes of the drawn ones that make the label positive.

    Returns:
        The chances; what is left to 1 is without a label, for the unreadable votes could have decided.

    Raises:
        ValueError: If more are to be drawn than there are.
    """
    recorded = yes + no + unreadable
    if not 1 <= votes <= recorded:
        raise ValueError(f"votes must be from 1 to the {recorded} that are recorded, not {votes}")
    positive = negative = 0.0
    shares = np.zeros(votes + 1)
    ways = comb(recorded, votes)
    for drawn_yes in range(min(votes, yes) + 1):
        for drawn_unreadable in range(min(votes - drawn_yes, unreadable) + 1):
            chosen = comb(yes, drawn_yes) * comb(unreadable, drawn_unreadable)
            share = chosen * comb(no, votes - drawn_yes - drawn_unreadable) / ways
            shares[drawn_yes] += share
            positive += share * (drawn_yes >= needed)
            negative += share * (drawn_yes + drawn_unreadable < needed)
    return Chances(positive, negative, shares)
