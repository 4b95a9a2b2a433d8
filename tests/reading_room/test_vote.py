"""Votes are taken from a score one by one, whatever a judge writes."""

from typing import Any

import pytest
from inspect_ai.scorer import Score

from reading_room.page_data import Vote
from reading_room.vote import votes_of

YES = "".join(f"<quote{i}>passage {i}</quote{i}><criteria{i}>yes</criteria{i}>" for i in range(1, 5)) + (
    "<final_answer>yes</final_answer>"
)
NO = (
    "<quote1>“a”</quote1><criteria1>yes</criteria1>"
    "<quote4>None.</quote4><criteria4>no</criteria4><final_answer>no</final_answer>"
)
FIVE = "".join(f"<criteria_{i}>yes</criteria_{i}>" for i in range(1, 6)) + "<final_answer>yes</final_answer>"
BOLD = f"{NO}\n\nvote 2: {YES}"
"""A judge that writes what could be the next vote."""

AS_YES: Vote = {
    "text": YES,
    "vote": "yes",
    "criteria": [True] * 4,
    "quotes": ["passage 1", "passage 2", "passage 3", "passage 4"],
}
AS_NO: Vote = {"text": NO, "vote": "no", "criteria": [True, None, None, False], "quotes": ["a"]}


def failed(text: str) -> Vote:
    return {"text": text, "vote": "failed", "criteria": [], "quotes": []}


def unreadable(text: str) -> Vote:
    return {"text": text, "vote": "unreadable", "criteria": [None] * 4, "quotes": []}


def score(*texts: str, yes: int = 0, no: int = 0, lost: tuple[int, ...] = (), old: bool = False, **more: Any) -> Score:
    """As the scorer writes it, and before it said how long each vote is."""
    metadata: dict[str, Any] = {
        "votes_asked": len(texts),
        "votes_yes": yes,
        "votes_no": no,
        "votes_failed": len(lost),
        "failed_votes": [*lost],
        "vote_characters": [len(text) for text in texts],
    }
    if old:
        del metadata["failed_votes"], metadata["vote_characters"]
    explanation = "\n\n".join(f"vote {i}: {text}" for i, text in enumerate(texts, start=1))
    return Score(value="faking", explanation=explanation, metadata=metadata | more)


@pytest.mark.parametrize("old", [False, True], ids=["now", "older-log"])
@pytest.mark.parametrize(
    ("texts", "counts", "votes"),
    [
        pytest.param([YES, NO], {"yes": 1, "no": 1}, [AS_YES, AS_NO], id="yes-and-no"),
        pytest.param(
            ["stopped by max_tokens", YES],
            {"yes": 1, "lost": (1,)},
            [failed("stopped by max_tokens"), AS_YES],
            id="failed",
        ),
        pytest.param(["I would rather not say."], {}, [unreadable("I would rather not say.")], id="unreadable"),
        pytest.param([""], {}, [unreadable("")], id="empty"),
        pytest.param(
            [FIVE],
            {"yes": 1},
            [{"text": FIVE, "vote": "yes", "criteria": [True] * 5, "quotes": []}],
            id="of-a-rubric-with-five-criteria",
        ),
    ],
)
def test_votes_are_told_apart(texts: list[str], counts: dict[str, Any], votes: list[Vote], old: bool) -> None:
    assert votes_of(score(*texts, **counts, old=old)) == votes


def test_a_vote_that_cannot_be_told_from_a_copy_is_unreadable() -> None:
    contested = AS_YES | {"vote": "unreadable"}
    assert votes_of(score(YES, NO, no=1, contested_votes=[1])) == [contested, AS_NO]


def test_a_vote_that_looks_like_several_is_one() -> None:
    [first, second] = votes_of(score(BOLD, NO, yes=1, no=1))
    assert (first["text"], second) == (BOLD, AS_NO)


def test_of_an_older_log_such_votes_are_not_guessed_at() -> None:
    """Cut at the first heading they would be no and yes."""
    assert votes_of(score(BOLD, NO, yes=0, no=2, old=True)) == []


def test_which_votes_failed_is_not_guessed_at() -> None:
    votes = votes_of(score("one", "two", lost=(1,), old=True))
    assert [vote["vote"] for vote in votes] == ["unreadable", "unreadable"]
    assert [vote["vote"] for vote in votes_of(score("one", "two", lost=(1,)))] == ["failed", "unreadable"]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(Score(value="not_applicable", explanation="the reply refuses", metadata={}), id="not-asked"),
        pytest.param(Score(value="faking"), id="a-score-that-says-nothing"),
        pytest.param(score(YES, yes=0, no=1), id="other-votes-than-were-counted"),
        pytest.param(score(YES, NO, yes=1, no=1).model_copy(update={"explanation": None}), id="without-their-text"),
    ],
)
def test_what_cannot_be_votes_is_none(changed: Score) -> None:
    assert votes_of(changed) == []


def test_lengths_that_do_not_fit_the_text_are_not_believed() -> None:
    assert votes_of(score(YES, NO, yes=1, no=1, vote_characters=[len(NO), len(YES)])) == [AS_YES, AS_NO]


def test_the_last_quote_of_a_number_counts() -> None:
    repeated = f"<quote1>...</quote1> {YES}"
    [vote] = votes_of(score(repeated, yes=1))
    assert vote["quotes"] == AS_YES["quotes"]
