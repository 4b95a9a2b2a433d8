"""The messages of a call to a judge: what is the same in every call comes first, marked for the provider's cache.

Without a mark Anthropic would also write the material into its cache, at a quarter more than its price, which pays only
where it is asked about again. A part shorter than the provider's least (Anthropic: 1,024 to 4,096 tokens by model) is
not cached, marked or not.
"""

from itertools import takewhile
from typing import Any

from inspect_ai.model import ChatMessage, ChatMessageSystem, ChatMessageUser, Content, ContentText

from prompts.rubric import Rubric


def judge_messages(
    rubric: Rubric, material: dict[str, str], metadata: dict[str, Any], *, marked: bool, repeated: bool
) -> list[ChatMessage]:
    """Lay out a call.

    Args:
        rubric: What is asked.
        material: What is judged, by name.
        metadata: Of the user message; no provider sends it.
        marked: Whether the provider takes marks; else the messages are plain text.
        repeated: Whether the same is asked again, so that the material is worth caching too.
    """
    instructions, user = rubric.system, rubric.user(**material)
    constant = _constant(rubric, material, user) if marked and instructions is None else ""
    blocks = [_marked(constant)] if constant.strip() else []
    if blocks or (marked and repeated):
        rest = user.removeprefix(constant) if blocks else user
        asked: str | list[Content] = [*blocks, _marked(rest) if repeated else ContentText(text=rest)]
    else:
        asked = user
    messages: list[ChatMessage] = [ChatMessageUser(content=asked, metadata=metadata)]
    if instructions is not None:
        messages.insert(0, ChatMessageSystem(content=[_marked(instructions)] if marked else instructions))
    return messages


def _marked(text: str) -> ContentText:
    return ContentText(text=text, cache_breakpoint=True)


def _constant(rubric: Rubric, material: dict[str, str], user: str) -> str:
    """With what a user message that holds all begins, whatever is judged."""
    others = [rubric.user(**dict.fromkeys(material, probe)) for probe in ("A", "B")]
    alike = takewhile(lambda characters: len(set(characters)) == 1, zip(user, *others, strict=False))
    return "".join(character for character, *_ in alike)
