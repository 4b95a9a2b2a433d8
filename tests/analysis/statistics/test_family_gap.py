"""The gap of a family of prompts, by enumeration and by simulation."""

from math import isnan, nan
from typing import Any

import numpy as np
import pytest

from analysis.statistics.family_gap import family_gap
from analysis.statistics.mcnemar import sign_flip_exact
from analysis.statistics.paired_gap import paired_gap


def test_by_hand() -> None:
    """Three queries in two members: one is followed in one of them alone."""
    found = family_gap([[1, 1], [1, 0], [0, 0]], [[0, 0], [0, 0], [0, 0]])
    assert found.over_queries == paired_gap([1, 0.5, 0], [0, 0, 0])
    assert found.over_members == paired_gap([2 / 3, 1 / 3], [0, 0])
    assert found.discordant == (1.5, 0.0)
    assert (found.p_queries, found.p_members) == (0.5, 0.5)
    assert found.of_members == (2 / 3, 1 / 3)


def test_members_that_all_say_the_same_are_one_experiment_more_often() -> None:
    once = (np.arange(40) < 9).astype(float), (np.arange(40) < 2).astype(float)
    a, b = (np.repeat(side[:, None], 5, axis=1) for side in once)
    found = family_gap(a, b)
    assert found.over_queries == paired_gap(*once)
    assert found.p_queries == sign_flip_exact(*once)
    assert found.over_members.gap == pytest.approx(7 / 40)
    assert found.over_members.n_pairs == 5
    assert found.p_members == 2 / 2**5


def test_one_query_in_two_members() -> None:
    found = family_gap([[1, 1]], [[0, 0]])
    assert (found.over_queries, found.p_queries) == (paired_gap([1], [0]), 1.0)
    assert (found.over_members, found.p_members) == (paired_gap([1, 1], [0, 0]), 0.5)
    assert found.discordant == (1.0, 0.0)


@pytest.mark.parametrize("complies", [0, 1], ids=["nobody", "everybody"])
def test_no_gap_in_any_member(complies: int) -> None:
    side = np.full((9, 3), complies)
    found = family_gap(side, side)
    assert found.over_queries == paired_gap([complies] * 9, [complies] * 9)
    assert found.over_members == paired_gap([complies] * 3, [complies] * 3)
    assert (found.p_queries, found.p_members, found.discordant) == (1.0, 1.0, (0.0, 0.0))


@pytest.mark.parametrize("shape", [(0, 3), (3, 0)], ids=["no-query", "no-member"])
def test_no_pair_is_no_number(shape: tuple[int, int]) -> None:
    found = family_gap(np.empty(shape), np.empty(shape))
    assert (found.over_queries.n_pairs, found.over_members.n_pairs) == (0, 0)
    assert (found.discordant, found.of_members) == ((0.0, 0.0), ())
    assert all(map(isnan, (found.p_queries, found.p_members, found.over_queries.gap, found.over_members.ci_low)))


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        pytest.param([1, 0], [1, 0], "must have a row a query and a column a member", id="one-dimension"),
        pytest.param([[1, 0]], [[1]], "must have a row a query and a column a member", id="shapes"),
        pytest.param([[1, nan]], [[1, 1]], "must hold numbers from 0 to 1", id="a-member-lacks-the-query"),
        pytest.param([[1.5, 0.5]], [[1, 1]], "must hold numbers from 0 to 1", id="no-rates-with-a-mean-that-is-one"),
    ],
)
def test_what_is_no_family(a: Any, b: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^a and b {message}"):
        family_gap(a, b)


def simulated(between_queries: float, between_members: float, seed: int) -> dict[str, float]:
    """How often each interval holds the gap that it is of, and each test finds one that is not there.

    The gap of a query in a member is 0.15 + its query's part + its member's part, each of them ± a constant with equal
    chance. Coverage by queries is of the gap of these members with all queries, by members of all members with these.
    """
    rng = np.random.default_rng(seed)
    queries, members, runs = 60, 8, 400
    held, found_nothing = np.zeros(2), np.zeros(2)
    for _ in range(runs):
        of_query = rng.choice([-between_queries, between_queries], queries)
        of_member = rng.choice([-between_members, between_members], members)
        gap = 0.15 + of_query[:, None] + of_member
        a, b = (rng.random(gap.shape) < 0.4 + gap / 2), (rng.random(gap.shape) < 0.4 - gap / 2)
        found = family_gap(a, b)
        for i, (interval, truth) in enumerate(
            [(found.over_queries, 0.15 + of_member.mean()), (found.over_members, 0.15 + of_query.mean())]
        ):
            held[i] += interval.ci_low <= truth <= interval.ci_high
        nothing = family_gap(*(rng.random(gap.shape) < 0.4 + of_query[:, None] for _ in range(2)))
        found_nothing += nothing.p_queries <= 0.05, nothing.p_members <= 0.05
    return {"queries": held[0] / runs, "members": held[1] / runs, "false": float(found_nothing.max()) / runs}


@pytest.mark.parametrize(
    ("between_queries", "between_members"),
    [
        pytest.param(0.0, 0.0, id="alike"),
        pytest.param(0.15, 0.0, id="queries-differ"),
        pytest.param(0.0, 0.1, id="members-differ"),
        pytest.param(0.15, 0.1, id="both-differ"),
    ],
)
def test_each_interval_holds_what_it_is_of(between_queries: float, between_members: float) -> None:
    """Of 400 runs a true 95 % is below 92 %, and a true 5 % above 8 %, once in a few hundred."""
    seen = simulated(between_queries, between_members, seed=3)
    assert seen["queries"] >= 0.92
    assert seen["members"] >= 0.92
    assert seen["false"] <= 0.08


def test_pairs_as_the_unit_would_not_hold_it() -> None:
    """What clustering is for: the same simulation, with every pair of query and member taken for a query of its own."""
    rng = np.random.default_rng(5)
    held = {"queries": 0, "pairs": 0}
    for _ in range(300):
        differs = rng.choice([-1.0, 1.0], 60, p=[0.35, 0.65])  # a query is one way or the other in all words
        a, b = (np.repeat(side[:, None], 8, axis=1).astype(float) for side in (differs > 0, differs < 0))
        for name, interval in (
            ("queries", family_gap(a, b).over_queries),
            ("pairs", paired_gap(a.ravel(), b.ravel())),
        ):
            held[name] += interval.ci_low <= 0.3 <= interval.ci_high
    assert held["queries"] / 300 >= 0.92
    assert held["pairs"] / 300 <= 0.6
