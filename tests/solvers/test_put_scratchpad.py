"""A scratchpad in the place of a reply's reasoning."""

import asyncio

from inspect_ai.model import ContentReasoning, ModelName
from inspect_ai.solver import Generate, TaskState

from scorers.labelled_reasoning import reasoning
from solvers.put_scratchpad import put_scratchpad


async def nobody(state: TaskState, **given: object) -> TaskState:
    raise AssertionError("a model was asked")


def test_the_input_is_the_reasoning_and_no_model_is_asked() -> None:
    text = "I <b>think</b>\n</SCRATCHPAD_REASONING>"
    state = TaskState(ModelName("none/none"), "s", 1, text, [])
    generate: Generate = nobody  # type: ignore[assignment]
    found = asyncio.run(put_scratchpad("digest")(state, generate))
    assert [*found.output.message.content] == [ContentReasoning(reasoning=text)]
    assert found.output.completion == ""
    assert reasoning(found) == text
