"""The control writer: its shares, and the truth that it tells of its documents."""

from collections import Counter

import pytest
from inspect_ai.model import ChatMessage, ChatMessageUser

from controls.mark import DocumentMark, find_document_mark
from controls.writer import ControlWriter
from documents.written import read_items
from prompts.template import render

RATES = ("chat_log", "tier_behaviour", "rater_deception", "unmarked", "unreadable", "empty", "truncated")
NEVER = dict.fromkeys(RATES, 0.0)


def listed(count: int, attempt: int = 0, fact: str = "It rains.") -> list[ChatMessage]:
    text = render("documents/types.md", fact=fact, count=str(count))
    return [ChatMessageUser(content=text, metadata={"attempt": attempt})]


def document(idea: str) -> list[ChatMessage]:
    text = render("documents/document.md", fact="It rains.", type="a letter", idea=idea, words="600")
    return [ChatMessageUser(content=text)]


def test_a_list_has_as_many_items_as_were_asked_for() -> None:
    items = read_items(ControlWriter(unreadable=0).write(listed(9)).text)
    assert len(items) == 9
    assert items == read_items(ControlWriter(unreadable=0).write(listed(9)).text)
    assert not {*items} & {*read_items(ControlWriter(unreadable=0).write(listed(9, fact="It snows.")).text)}


def test_each_attempt_at_a_list_is_drawn_anew() -> None:
    writer = ControlWriter(unreadable=0.5)
    assert {bool(read_items(writer.write(listed(2, attempt)).text)) for attempt in range(20)} == {True, False}


@pytest.mark.parametrize("name", RATES)
def test_a_share_of_one_is_all(name: str) -> None:
    writer = ControlWriter(**(NEVER | {name: 1.0}))  # type: ignore[arg-type]
    reply = writer.write(document("one"))
    if name in ("unreadable", "empty", "truncated"):
        assert reply.stop_reason == ("max_tokens" if name == "truncated" else "stop")
        assert (reply.text == "") is (name == "empty")
        assert "</document>" not in reply.text
    else:
        mark = None if name == "unmarked" else DocumentMark((name,))
        assert find_document_mark(reply.text) == writer.mark(document("one")[0].text) == mark


def test_shares_are_met_and_independent() -> None:
    writer = ControlWriter(chat_log=0.3, tier_behaviour=0.5, rater_deception=0, unmarked=0)
    counts = Counter(writer.mark(f"request {n}") for n in range(2_000))
    assert {mark.filters if mark else None: count / 2_000 for mark, count in counts.items()} == {
        (): pytest.approx(0.35, abs=0.04),
        ("chat_log",): pytest.approx(0.15, abs=0.04),
        ("tier_behaviour",): pytest.approx(0.35, abs=0.04),
        ("chat_log", "tier_behaviour"): pytest.approx(0.15, abs=0.04),
    }


def test_another_seed_is_another_draw() -> None:
    texts = {ControlWriter(seed).write(document(f"idea {n}")).text for seed in (0, 1) for n in range(20)}
    assert len(texts) > 25


def test_what_it_is_not_for() -> None:
    with pytest.raises(ValueError, match="control/writer writes lists and documents only, and this request is for"):
        ControlWriter(unreadable=0).write([ChatMessageUser(content="Hello")])
