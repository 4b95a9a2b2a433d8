"""Answers that were kept: one that was of no use is asked for again, and not believed for ever.

Inspect keeps what a provider answers, whatever it is worth: a verdict that was cut off, or that nobody can read, would
else be that of every run and re-scoring to come.
"""

from collections.abc import Callable

from inspect_ai.event import ModelEvent
from inspect_ai.log import transcript
from inspect_ai.model import ChatMessage, GenerateConfig, Model, ModelOutput

AGAIN = "again"
"""In the metadata of the last message, which no provider is sent and which is in the key of what is kept: how often
the same was asked before, of no use."""


async def useful_answer(
    model: Model, messages: list[ChatMessage], config: GenerateConfig, is_useful: Callable[[ModelOutput], bool]
) -> ModelOutput:
    """An answer, kept or new; a kept one only if it is useful. What is asked anew is asked once, whatever comes.

    Args:
        model: Who is asked.
        messages: What it is asked.
        config: How; it says what is kept.
        is_useful: Whether an answer is.
    """
    again = 0
    while True:
        asked = [*messages[:-1], _marked(messages[-1], again)] if again else messages
        before = len(transcript().events)
        answer = await model.generate(asked, config=config)
        if is_useful(answer) or not _was_kept(answer, before):
            return answer
        again += 1


def _marked(message: ChatMessage, again: int) -> ChatMessage:
    return message.model_copy(update={"metadata": {**(message.metadata or {}), AGAIN: again}})


def _was_kept(answer: ModelOutput, before: int) -> bool:
    """Whether an answer came from where it was kept: the transcript, from so many events on, says so."""
    return any(
        isinstance(event, ModelEvent) and event.cache == "read" and _ids(event.output) == _ids(answer)
        for event in transcript().events[before:]
    )


def _ids(answer: ModelOutput) -> list[str | None]:
    """Each message has one of its own, which is kept with it."""
    return [choice.message.id for choice in answer.choices]
