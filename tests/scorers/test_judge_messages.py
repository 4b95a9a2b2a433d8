"""How a call to a judge is laid out for the caches of providers."""

from pathlib import Path

import pytest
from inspect_ai.model import ChatMessage, ContentText

from prompts.checkout import Checkout
from prompts.rubric import ALIGNMENT_FAKING, COMPLIANCE, WELFARE_FAKING, WELFARE_SUPPORT, Rubric
from scorers.judge_messages import judge_messages
from tests.fake_checkout import OSAF, checkout

THOUGHT = {"reasoning": "a thought"}
REPLY = {"query": "A request", "output": "A reply"}


def blocks(message: ChatMessage) -> list[tuple[str, bool]]:
    """Text of each block, and whether it is marked."""
    if isinstance(message.content, str):
        return [(message.content, False)]
    return [(one.text, bool(one.cache_breakpoint)) for one in message.content if isinstance(one, ContentText)]


@pytest.mark.parametrize(
    ("marked", "repeated", "instructions", "material"),
    [
        pytest.param(False, True, False, False, id="a-provider-without-marks"),
        pytest.param(True, False, True, False, id="asked-once"),
        pytest.param(True, True, True, True, id="asked-again"),
    ],
)
def test_the_instructions_come_first_and_each_mark_is_where_a_cache_pays(
    marked: bool, repeated: bool, instructions: bool, material: bool
) -> None:
    system, user = judge_messages(ALIGNMENT_FAKING, THOUGHT, {"vote": 3}, marked=marked, repeated=repeated)
    assert (system.role, blocks(system)) == ("system", [(ALIGNMENT_FAKING.system, instructions)])
    assert (user.role, blocks(user)) == ("user", [(ALIGNMENT_FAKING.user(**THOUGHT), material)])
    assert isinstance(user.content, str) is not material
    assert user.metadata == {"vote": 3}


@pytest.mark.parametrize(
    ("rubric", "material"),
    [(COMPLIANCE, REPLY), (WELFARE_SUPPORT, {"output": "A reply"}), (WELFARE_FAKING, THOUGHT)],
    ids=["compliance", "welfare-support", "welfare-faking"],
)
def test_every_rubric_of_the_suite_is_constant_up_to_its_mark(rubric: Rubric, material: dict[str, str]) -> None:
    first, other = (
        judge_messages(rubric, dict.fromkeys(material, text), {}, marked=True, repeated=False)[0]
        for text in ("one", "another")
    )
    assert blocks(first) == blocks(other) == [(rubric.system, True)]


@pytest.mark.parametrize("repeated", [False, True], ids=["asked-once", "asked-again"])
def test_a_rubric_of_the_authors_that_is_one_message_is_cut_where_the_material_begins(
    tmp_path: Path, repeated: bool
) -> None:
    rubric = Checkout(checkout(tmp_path, OSAF)).compliance("helpful_only")
    [message] = judge_messages(rubric, REPLY, {}, marked=True, repeated=repeated)
    [(constant, first), (rest, second)] = blocks(message)
    assert (constant, first, second) == ("Asked: ", True, repeated)
    assert constant + rest == rubric.user(**REPLY)
    [plain] = judge_messages(rubric, REPLY, {}, marked=False, repeated=repeated)
    assert plain.content == rubric.user(**REPLY)
