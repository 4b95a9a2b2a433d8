"""What fewer votes would have come to, held against every choice of them."""

from itertools import combinations

import numpy as np
import pytest

from analysis.statistics.fewer_votes import fewer_votes
from study.vote import yes_needed


@pytest.mark.parametrize("votes", [1, 2, 5, 7])
@pytest.mark.parametrize(("yes", "no", "unreadable"), [(3, 4, 0), (3, 2, 2), (0, 7, 0), (0, 0, 7), (7, 0, 0)])
def test_it_is_the_mean_over_every_choice(yes: int, no: int, unreadable: int, votes: int) -> None:
    needed = yes_needed(votes)
    ballots = list(combinations(["yes"] * yes + ["no"] * no + ["?"] * unreadable, votes))
    found = fewer_votes(yes, no, unreadable, votes, needed)
    assert found.positive == pytest.approx(np.mean([one.count("yes") >= needed for one in ballots]))
    assert found.negative == pytest.approx(np.mean([one.count("yes") + one.count("?") < needed for one in ballots]))
    assert found.yes == pytest.approx([np.mean([one.count("yes") == k for one in ballots]) for k in range(votes + 1)])


@pytest.mark.parametrize("votes", [0, 4])
def test_more_than_were_recorded_cannot_be_drawn(votes: int) -> None:
    with pytest.raises(ValueError, match="votes must be from 1 to the 3 that are recorded"):
        fewer_votes(1, 1, 1, votes, 1)
