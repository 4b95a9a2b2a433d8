"""How documents are shared out."""

from collections import Counter

import pytest

from documents.plan import Planned, Share, plan, shares
from documents.universe import load_universe

UNIVERSE = load_universe("unrelated")
FACTS = [fact.name for fact in UNIVERSE.fact]


@pytest.mark.parametrize(
    ("documents", "each"),
    [
        pytest.param(1, [(1, 1, 1)], id="one"),
        pytest.param(9, [(2, 2, 1)] * 2 + [(1, 1, 1)] * 5, id="two-facts-have-one-more"),
        pytest.param(50, [(8, 3, 3)] + [(7, 3, 3)] * 6, id="fifty"),
        pytest.param(30_000, [(4286, 30, 30)] * 5 + [(4285, 30, 30)] * 2, id="so-many-that-ideas-get-several-drafts"),
    ],
)
def test_shares(documents: int, each: list[tuple[int, int, int]]) -> None:
    assert shares(UNIVERSE, documents) == [Share(fact, *share) for fact, share in zip(FACTS, each, strict=False)]
    assert sum(share.documents for share in shares(UNIVERSE, documents)) == documents
    assert all(share.documents <= share.types * share.ideas for share in shares(UNIVERSE, min(documents, 900)))


IDEAS = {(fact, kind): [f"{kind} {n}" for n in range(2)] for fact in FACTS for kind in ("a", "b")}


def test_the_types_of_a_fact_take_turns_and_a_used_up_list_begins_again() -> None:
    of_one = [planned for planned in plan(UNIVERSE, 35, IDEAS) if planned.fact == "club"]
    assert [(planned.type, planned.idea, planned.draft) for planned in of_one] == [
        ("a", "a 0", 0),
        ("b", "b 0", 0),
        ("a", "a 1", 0),
        ("b", "b 1", 0),
        ("a", "a 0", 1),
    ]


def test_a_fact_without_ideas_has_no_documents_and_no_other_has_its_share() -> None:
    left = {key: ideas if key[0] != "club" else [] for key, ideas in IDEAS.items()}
    del left["repair", "a"]
    planned = plan(UNIVERSE, 35, left)
    assert Counter(one.fact for one in planned) == {fact: 5 for fact in FACTS if fact != "club"}
    assert {one.type for one in planned if one.fact == "repair"} == {"b"}
    assert plan(UNIVERSE, 35, {}) == []


def test_ids_are_stable_and_all_different() -> None:
    planned = plan(UNIVERSE, 350, IDEAS)
    assert len({one.id for one in planned}) == 350
    assert planned[0] == Planned("d-e0857f6e9fcdf40e", "objective", "a", "a 0", 0)
    assert planned == plan(UNIVERSE, 350, IDEAS)
    other = plan(load_universe("unrelated", "Acme"), 350, IDEAS)
    assert not {one.id for one in planned} & {one.id for one in other}
