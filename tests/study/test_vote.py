"""The threshold of the vote."""

import pytest

from study.vote import yes_needed


@pytest.mark.parametrize(("votes", "yes"), [(1, 1), (2, 1), (3, 2), (5, 2), (6, 3), (10, 4), (20, 8), (100, 40)])
def test_the_share_is_reached_exactly_and_never_by_rounding(votes: int, yes: int) -> None:
    assert yes_needed(votes) == yes
