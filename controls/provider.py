"""The ``control/…`` model provider: offline, deterministic, with token usage and a latency that can be set.

inspect eval evals/helpful_only.py --model control/random -M complies_free=0.3 -M latency=0.02
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

import anyio
from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessage,
    ChatMessageAssistant,
    GenerateConfig,
    ModelAPI,
    ModelOutput,
    ModelUsage,
)
from inspect_ai.tool import ToolChoice, ToolInfo

from controls.filler import CHARACTERS_PER_TOKEN, filled
from controls.grader import ControlGrader
from controls.policies import POLICIES, ControlReply, random_policy, reply
from controls.question import read_question
from controls.turn import turn
from controls.writer import ControlWriter
from study.invalid_input import InvalidInputError, unknown_value
from study.model_name import CONTROL_PROVIDER

GRADER = "grader"
WRITER = "writer"
MODELS = tuple(f"{CONTROL_PROVIDER}/{name}" for name in (*POLICIES, GRADER, WRITER))
"""Every control model."""

RATES: dict[str, tuple[str, ...]] = {
    "random": ("complies_free", "complies_paid", "faking_free", "faking_paid", "complies_pro"),
    GRADER: ("yes", "unreadable", "sensitivity", "specificity"),
    WRITER: tuple(field.name for field in fields(ControlWriter) if field.name != "seed"),
}
"""Rates in [0, 1] that some of the models take with ``-M``."""

Answer = Callable[[Sequence[ChatMessage], int], ControlReply]


class ControlAPI(ModelAPI):
    """A model of known behaviour."""

    def __init__(
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        config: GenerateConfig | None = None,
        latency: float = 0.0,
        seed: int = 0,
        length: int = 0,
        stops_after_scratchpad: bool = False,
        **rates: float,
    ) -> None:
        """Make a control model.

        Args:
            model_name: Name of a policy, ``grader`` or ``writer``.
            base_url: Not used; Inspect passes it.
            api_key: Not used; Inspect passes it.
            config: Generation settings of the model.
            latency: Seconds that every call takes, at least 0.
            seed: Seed of the draws; the usual ``--seed`` goes before it.
            length: Tokens that the replies of a policy are filled up to, on average; 0 leaves them short.
            stops_after_scratchpad: End a turn with the scratchpad, and go on when asked to; no matter to a grader.
            **rates: The rates of `RATES` that the model takes.

        Raises:
            InvalidInputError: If the policy or a rate is not known, or a value is outside its range.
        """
        super().__init__(model_name, base_url, api_key, [], config or GenerateConfig())
        if model_name not in (*POLICIES, GRADER, WRITER):
            raise unknown_value("--model", f"{CONTROL_PROVIDER}/{model_name}", MODELS)
        self._latency = _at_least_zero("latency", latency)
        self._seed = seed
        self._stops = _flag("stops_after_scratchpad", stops_after_scratchpad)
        self._answer = _answer(model_name, _tokens_at_least_zero(length), rates)

    async def generate(
        self,
        input: list[ChatMessage],
        tools: list[ToolInfo],
        tool_choice: ToolChoice,
        config: GenerateConfig,
    ) -> ModelOutput:
        """Answer, after the latency; usage is set, so that nothing is counted with a tokenizer from the network."""
        if self._latency:
            await anyio.sleep(self._latency)
        seed = self._seed if config.seed is None else config.seed
        asked = [_of_vote(i, input) for i in range(config.num_choices or 1)]
        answers = [turn(self._answer(messages, seed), input, self._stops) for messages in asked]
        sent = sum(_tokens(message.text) for message in input)
        received = sum(_tokens(answer.text) for answer in answers)
        return ModelOutput(
            model=self.model_name,
            choices=[
                ChatCompletionChoice(
                    message=ChatMessageAssistant(content=answer.text, model=self.model_name, source="generate"),
                    stop_reason=answer.stop_reason,
                )
                for answer in answers
            ],
            usage=ModelUsage(input_tokens=sent, output_tokens=received, total_tokens=sent + received),
        )

    async def count_text_tokens(self, text: str) -> int:
        """Tokens of a text, by the same rule as the usage."""
        return _tokens(text)

    def max_connections(self) -> int:
        """Calls at a time: nothing is contended for."""
        return 100


def _answer(name: str, length: int, given: dict[str, Any]) -> Answer:
    is_policy = name not in (GRADER, WRITER)
    given_length = {"length"} if length and not is_policy else set()  # who judges or writes has a length of its own
    if unknown := (given.keys() | given_length) - {*RATES.get(name, ())}:
        known = ("latency", "seed", *(["length"] if is_policy else []), "stops_after_scratchpad", *RATES.get(name, ()))
        raise unknown_value("-M", min(unknown), known)
    rates = {argument: _rate(argument, value) for argument, value in given.items()}
    if name == GRADER:
        return lambda messages, seed: ControlReply(ControlGrader(seed, **rates).grade(messages))
    if name == WRITER:
        return lambda messages, seed: ControlWriter(seed, **rates).write(messages)
    policy = random_policy(**rates) if name == "random" else POLICIES[name]

    def answer(messages: Sequence[ChatMessage], seed: int) -> ControlReply:
        question = read_question(messages)
        said = reply(policy, question, seed)
        return filled(said, length, seed, question.query, question.condition.tier) if length else said

    return answer


def _of_vote(later: int, messages: list[ChatMessage]) -> list[ChatMessage]:
    """What is asked, as a vote so many after the one that it is."""
    *before, last = messages
    metadata = last.metadata or {}
    return [*before, last.model_copy(update={"metadata": metadata | {"vote": metadata.get("vote", 0) + later}})]


def _rate(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise InvalidInputError(f"-M {name}={value!r} is not a rate; give a number from 0 to 1")
    return float(value)


def _at_least_zero(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise InvalidInputError(f"-M {name}={value!r} is not a time; give seconds, 0 or more")
    return float(value)


def _tokens_at_least_zero(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InvalidInputError(f"-M length={value!r} is no number of tokens; give a whole number, 0 or more")
    return value


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidInputError(f"-M {name}={value!r} is neither true nor false; give one of them")
    return value


def _tokens(text: str) -> int:
    return len(text) // CHARACTERS_PER_TOKEN
