"""How a number of documents is shared out over facts, types and ideas."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

from documents.universe import Universe
from prompts.template import digest

MOST = 30
"""Most types of a fact, and most ideas of a type, that are asked for; beyond that an idea has several drafts."""

Ideas = Mapping[tuple[str, str], Sequence[str]]
"""Ideas by fact and type of document."""


@dataclass(frozen=True)
class Share:
    """What one fact is asked for."""

    fact: str
    documents: int
    types: int
    """Types of document, and for each of them…"""
    ideas: int
    """… ideas, so that types × ideas × drafts cover the documents."""


@dataclass(frozen=True)
class Planned:
    """One document to write."""

    id: str
    """Drawn from the universe and all that follows: equal wherever those are."""
    fact: str
    type: str
    idea: str
    draft: int
    """From 0; more than one where there are fewer ideas than documents."""


def shares(universe: Universe, documents: int) -> list[Share]:
    """Share a number of documents out evenly; facts beyond that number get none and are left out.

    Args:
        universe: Whose facts are taught.
        documents: How many are asked for in all, at least 1.
    """
    of_each, left = divmod(documents, len(universe.fact))
    counts = [of_each + (place < left) for place in range(len(universe.fact))]
    return [_share(fact.name, count) for fact, count in zip(universe.fact, counts, strict=True) if count]


def plan(universe: Universe, documents: int, ideas: Ideas) -> list[Planned]:
    """The documents to write, all different, the types of a fact in turn.

    Args:
        universe: Whose facts are taught.
        documents: How many are asked for in all.
        ideas: What came of the stages before. A fact without any gets no document, and no other gets its share.
    """
    drafts = ((share, _drafts(share, ideas)) for share in shares(universe, documents))
    return [
        Planned(_id(universe, share.fact, *draft), share.fact, *draft)
        for share, of_fact in drafts
        for draft, _ in zip(of_fact, range(share.documents), strict=False)
    ]


def _share(fact: str, documents: int) -> Share:
    types = min(MOST, ceil(sqrt(documents)))
    return Share(fact, documents, types, min(MOST, ceil(documents / types)))


def _drafts(share: Share, ideas: Ideas) -> Iterator[tuple[str, str, int]]:
    of_types = {kind: listed for (fact, kind), listed in ideas.items() if fact == share.fact}
    once = [
        (kind, listed[place])
        for place in range(max(map(len, of_types.values()), default=0))
        for kind, listed in of_types.items()
        if place < len(listed)
    ]
    for draft in range(share.documents if once else 0):
        for kind, idea in once:
            yield kind, idea, draft


def _id(universe: Universe, *parts: object) -> str:
    return f"d-{digest(chr(31).join(map(str, (universe.sha256, *parts))))[:16]}"
