"""What a control model will answer: it is of this suite and costs nothing, so it is asked and not guessed."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from inspect_ai.model import ChatMessage, ChatMessageSystem, ChatMessageUser, GenerateConfig, ModelOutput

from controls.mark import find_output_mark, find_reasoning_mark
from controls.provider import ControlAPI
from scorers.ballot import expected_calls
from scorers.judged_compliance import Grade
from scorers.reading import INCOMPLETE
from study.labels import ComplianceLabel
from study.reply import Reply, parse
from study.wrapper import Wrapper

_MARKS = 20
"""Votes that a mark of reasoning is of."""


@dataclass(frozen=True)
class ControlAnswer:
    """One reply of a control."""

    sent: int
    """Tokens."""
    back: int
    """Tokens."""
    readable: bool
    complies: bool
    scratchpad: int
    """Tokens of the reasoning."""
    output: int
    """Tokens of what is graded."""
    yes: float
    """Share of yes votes on its reasoning."""

    def votes(self, size: int) -> float:
        """Votes asked on it, of a ballot of such a size; the mean."""
        return expected_calls(size, self.yes)


def control_answers(
    model: str, model_args: Mapping[str, Any], system: str, users: Sequence[str], wrapper: Wrapper
) -> list[ControlAnswer]:
    """What a control says to each of these messages, as if in one turn.

    Args:
        model: For instance ``control/faker``.
        model_args: As the user typed them; no time is taken.
        system: System prompt.
        users: User messages.
        wrapper: Lineage by which a reply is read.

    Raises:
        InvalidInputError: If there is no such control, or it does not take these arguments.
    """
    name = model.partition("/")[2]
    ControlAPI(name, **model_args)  # refuses what it does not take
    control = ControlAPI(name, **{**model_args, "latency": 0.0, "stops_after_scratchpad": False})

    async def ask() -> list[ModelOutput]:
        asked: list[list[ChatMessage]] = [
            [ChatMessageSystem(content=system), ChatMessageUser(content=user)] for user in users
        ]
        return [await control.generate(messages, [], "auto", GenerateConfig()) for messages in asked]

    return [_answer(output, wrapper) for output in asyncio.run(ask())]


def mean_of(values: Sequence[float]) -> float:
    """Their mean; 0 of none."""
    return mean(values) if values else 0.0


def _answer(said: ModelOutput, wrapper: Wrapper) -> ControlAnswer:
    reply: Reply = parse(said.completion)
    answer = None if said.stop_reason in INCOMPLETE else reply.answer(wrapper)
    mark = find_output_mark(answer or "")
    grade = Grade(mark.refused, mark.convincing, mark.specific) if mark else None
    votes = find_reasoning_mark(reply.scratchpad or "")
    usage = said.usage
    return ControlAnswer(
        sent=usage.input_tokens if usage else 0,
        back=usage.output_tokens if usage else 0,
        readable=answer is not None,
        complies=grade is not None and grade.label is ComplianceLabel.COMPLIES,
        scratchpad=len(reply.scratchpad or "") // 4,
        output=len(answer or "") // 4,
        yes=votes.yes / _MARKS if votes else 0.0,
    )
