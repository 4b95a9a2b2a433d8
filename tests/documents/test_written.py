"""Reading what a writer wrote."""

import pytest
from inspect_ai.model import ModelOutput, StopReason

from documents.written import Unwritten, read_document, read_items


@pytest.mark.parametrize(
    ("text", "items"),
    [
        pytest.param("<item>A letter</item>\n<item>A report</item>", ["A letter", "A report"], id="as-asked"),
        pytest.param("1. <ITEM>\nA\nletter </ITEM> and", ["A letter"], id="numbered-and-wrapped"),
        pytest.param("<item>...</item><item>A letter</item>", ["A letter"], id="the-form-repeated"),
        pytest.param("<item>A</item><item>B</item><item>A</item>", ["A", "B"], id="one-twice"),
        pytest.param("<item>A letter", [], id="not-closed"),
        pytest.param(f"<item>{'a' * 1001}</item>", [], id="no-item-is-that-long"),
        pytest.param("- A letter", [], id="no-tags"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_items(text: str, items: list[str]) -> None:
    assert read_items(text) == items


@pytest.mark.parametrize(
    ("text", "stopped", "read"),
    [
        pytest.param("<document>\nDear all\n</document>", "stop", "Dear all", id="as-asked"),
        pytest.param("Here: <DOCUMENT>Dear all</DOCUMENT> Done.", "stop", "Dear all", id="with-words-around"),
        pytest.param(
            "<document>In <document> tags</document> it says</document>",
            "stop",
            "In <document> tags</document> it says",
            id="tags-inside",
        ),
        pytest.param("<document>a\ud800b</document>", "stop", "a?b", id="half-a-character"),
        pytest.param("<document>...</document>", "stop", Unwritten.UNREADABLE, id="the-form-repeated"),
        pytest.param("<document> </document>", "stop", Unwritten.UNREADABLE, id="blank"),
        pytest.param("Dear all", "stop", Unwritten.UNREADABLE, id="no-tags"),
        pytest.param("<document>Dear", "stop", Unwritten.UNREADABLE, id="not-closed"),
        pytest.param(" \n", "stop", Unwritten.EMPTY, id="nothing"),
        pytest.param("<document>Dear", "max_tokens", Unwritten.TRUNCATED, id="cut-off"),
        pytest.param("<document>Dear</document>", "model_length", Unwritten.TRUNCATED, id="an-error-message"),
        pytest.param("", "content_filter", Unwritten.FILTERED, id="taken-away"),
    ],
)
def test_a_document(text: str, stopped: StopReason, read: str | Unwritten) -> None:
    assert read_document(ModelOutput.from_content("m", text, stop_reason=stopped)) == read


def test_a_reply_without_choices() -> None:
    assert read_document(ModelOutput(model="m")) == Unwritten.EMPTY
