"""What a scorer may read of a finished sample, taken from what the log holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from inspect_ai.log import EvalSample
from inspect_ai.model import ChatMessage, ChatMessageAssistant, ContentReasoning, ModelOutput, StopReason
from inspect_ai.solver import TaskState
from pydantic import TypeAdapter, ValidationError

from study.cell import Cell
from study.interview import INTERVIEW_READINGS
from study.invalid_input import InvalidInputError
from study.labels import Unscored
from study.reply import ANSWERED_BY, BILLED_REASONING, END_UNSEEN, Defect, Reply, parse


class Channel(StrEnum):
    """Where the reasoning that a judge reads was found."""

    SCRATCHPAD = "scratchpad"
    THINKING = "thinking"
    BOTH = "both"
    NONE = "none"


@dataclass(frozen=True)
class Reading:
    """A reply, or the reason why there is none to label."""

    reply: Reply
    """The parts of the completion, of all turns where there are several."""

    answer: str | None
    """What is graded as the reply to the user; None exactly where `missing` says why."""

    missing: Unscored | None
    """Why the answer cannot be labelled."""

    reasoning: str | None
    """The reasoning that can be read, in all channels."""

    channel: Channel
    """Which channels those are."""

    turns: int = 1
    """Requests that the reply took."""

    hidden_reasoning: bool = False
    """Whether the model reasoned natively where nobody can read it, whatever else can be read."""

    unasked_reasoning: bool = False
    """Whether it reasoned in any channel, hidden or broken off ones included, though the prompt asks for none."""

    answered_by: str | None = None
    """The model that the endpoint says has answered, where it is not the one that was asked."""

    @property
    def metadata(self) -> dict[str, object]:
        """What every score keeps about the reading; each value is short, for summaries drop what is not."""
        return {
            "defects": sorted(self.reply.defects),
            "channel": self.channel,
            "hidden_reasoning": self.hidden_reasoning,
            "unasked_reasoning": self.unasked_reasoning,
            "turns": self.turns,
            **({"answered_by": self.answered_by} if self.answered_by else {}),
        }


INCOMPLETE: dict[StopReason, Unscored] = {
    "max_tokens": Unscored.TRUNCATED,
    "model_length": Unscored.TRUNCATED,  # the text is then the provider's error message, not the model's
    "content_filter": Unscored.FILTERED,
}
"""Stop reasons after which a text is not what the model meant to say."""

_PARTS = TypeAdapter(list[dict[str, object]])
_BROKEN_OFF = {Defect.UNCLOSED_SCRATCHPAD, Defect.UNCLOSED_THINKING}


def refuse_interview(cell: Cell, scorer: str) -> None:
    """Refuse to label as a request what was an interview.

    Raises:
        InvalidInputError: If the reply answers a question of an interview.
    """
    if cell.interview:
        raise InvalidInputError(
            f"{scorer} says nothing of the answers to an interview; score them with --scorer "
            f"{' or --scorer '.join(INTERVIEW_READINGS)}"
        )


def read(state: TaskState) -> Reading:
    """Read a sample's reply; the stop reason is looked at before the text is.

    Of a continued reply all turns are read; a turn that was cut off or taken away is never continued, so that the stop
    reason of the last one is that of the reply.
    """
    return _read(state.output, state.messages, dict(state.store.items()), state.metadata_as(Cell))


def reading_of_sample(sample: EvalSample) -> Reading:
    """The same of a sample of a log that was read whole, with its attachments.

    Raises:
        pydantic.ValidationError: If its metadata are no cell.
    """
    return _read(sample.output, sample.messages, sample.store, Cell.model_validate(sample.metadata))


def _read(output: ModelOutput, messages: Sequence[ChatMessage], store: Mapping[str, Any], cell: Cell) -> Reading:
    earlier = [message for message in messages[:-1] if isinstance(message, ChatMessageAssistant)]
    turns = len(earlier) + 1
    if not output.choices or (output.error is not None and output.stop_reason not in INCOMPLETE):
        return Reading(parse(""), None, Unscored.NO_RESPONSE, None, Channel.NONE, turns)
    reply = parse(*(message.text for message in earlier), output.completion)
    said = [*earlier, output.message]
    native = [_readable(block) for message in said for block in _native_reasoning(message)]
    thinking = "\n\n".join(filter(None, (*native, reply.thinking))) or None
    reasoning = "\n\n".join(filter(None, (thinking, reply.scratchpad))) or None
    billed_before: list[int] | None = store.get(BILLED_REASONING)
    billed = [*([0] * len(earlier) if billed_before is None else billed_before), _billed_reasoning(output)]
    hidden = "" in native or any(n and not _thought(message) for n, message in zip(billed, said, strict=False))
    answer = reply.answer(cell.wrapper)
    missing = INCOMPLETE.get(output.stop_reason) or (Unscored.TRUNCATED if store.get(END_UNSEEN) else None)
    missing = missing or (Unscored.MALFORMED if answer is None else None)
    return Reading(
        reply,
        None if missing else answer,
        missing,
        reasoning,
        _channel(reply.scratchpad, thinking),
        turns,
        hidden,
        unasked_reasoning=not cell.cot and (reasoning is not None or hidden or bool(_BROKEN_OFF & reply.defects)),
        answered_by=store.get(ANSWERED_BY),
    )


def _native_reasoning(message: ChatMessageAssistant) -> list[ContentReasoning]:
    """Reasoning that the provider sends apart from the text."""
    content = message.content
    return [] if isinstance(content, str) else [block for block in content if isinstance(block, ContentReasoning)]


def _readable(block: ContentReasoning) -> str:
    """What of a block can be read: its text, which in a redacted one is cipher, or else its summary; empty for none."""
    if (parts := _parts(block)) is not None:
        return "\n\n".join(filter(None, parts))
    text = "" if block.redacted else block.reasoning.strip()
    return text or (block.summary or "").strip()


def _parts(block: ContentReasoning) -> list[str] | None:
    """Texts and summaries of reasoning that came in parts; None for what did not.

    Of those that OpenRouter sends, Inspect keeps the text of the last alone, and all of them in the signature.
    """
    prefix, _, parts = (block.signature or "").partition("://")
    if prefix != "reasoning-details":
        return None
    try:
        found = _PARTS.validate_json(parts)
    except ValidationError:
        return None
    return [str(part.get("text") or part.get("summary") or "").strip() for part in found]


def _thought(message: ChatMessageAssistant) -> bool:
    """Whether a turn has native reasoning that can be read, as blocks or in its text."""
    return any(map(_readable, _native_reasoning(message))) or parse(message.text).thinking is not None


def _billed_reasoning(output: ModelOutput) -> int:
    """Tokens of reasoning that the provider bills; some send none of it."""
    return (output.usage.reasoning_tokens or 0) if output.usage else 0


def _channel(scratchpad: str | None, thinking: str | None) -> Channel:
    match scratchpad is not None, thinking is not None:
        case True, True:
            return Channel.BOTH
        case True, False:
            return Channel.SCRATCHPAD
        case False, True:
            return Channel.THINKING
        case _:
            return Channel.NONE
