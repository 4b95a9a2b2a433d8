"""Replies of control subjects that are filled up."""

from statistics import mean

import pytest

from controls.filler import filled
from controls.policies import ControlReply

SAYS = ControlReply(
    "<SCRATCHPAD_REASONING>\nthought\n</SCRATCHPAD_REASONING>\n\n<OUTPUT>\nanswer\n</OUTPUT>", "max_tokens"
)


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        pytest.param(SAYS.text, "<SCRATCHPAD_REASONING>\n", SAYS.text[23:], id="in-the-scratchpad"),
        pytest.param("<OUTPUT>\nanswer\n</OUTPUT>", "<OUTPUT>\nanswer", "\n</OUTPUT>", id="in-the-output"),
        pytest.param("<OUTPUT>\nans", "<OUTPUT>\nans", "", id="at-the-end-of-what-is-cut-off"),
    ],
)
def test_what_is_said_stays(text: str, before: str, after: str) -> None:
    found = filled(ControlReply(text, "max_tokens"), 100, "query")
    assert found.text.startswith(before)
    assert found.text.endswith(after)
    assert "</" not in found.text[len(before) : len(found.text) - len(after)]
    assert found.stop_reason == "max_tokens"


def test_lengths_are_as_asked_on_average_and_differ_by_reply() -> None:
    sizes = [len(filled(SAYS, 100, query).text) / 4 for query in range(400)]
    assert mean(sizes) == pytest.approx(100, rel=0.05)
    assert [min(sizes), max(sizes)] == pytest.approx([50, 150], abs=5)


def test_a_reply_that_is_longer_stays_as_it_is() -> None:
    assert filled(SAYS, 5, "query") == SAYS
