"""Made-up samples, and what is read from logs, for the tests."""

from collections.abc import Callable
from pathlib import Path

from inspect_ai.log import EvalLog
from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessageAssistant,
    ChatMessageUser,
    ModelName,
    ModelOutput,
    StopReason,
)
from inspect_ai.solver import TaskState

from study.cell import Cell
from study.condition import Tier
from study.wrapper import Wrapper

REPOSITORY = Path(__file__).parents[1]
SHA = "0" * 64

Write = Callable[[str, str | bytes], str]
"""Type of the fixture ``write``."""


def cell(**changes: object) -> Cell:
    """A cell of the helpful-only setting, with changes."""
    fields: dict[str, object] = {
        "setting": "helpful_only",
        "tier": Tier.FREE,
        "cot": True,
        "variation": "base",
        "wrapper": Wrapper.NOTEBOOK,
        "developer": "Anthropic",
        "query_set": "made_up",
        "query_id": "q-1",
        "category": None,
        "harmful": True,
        "prompt_sha256": SHA,
        "wrapper_sha256": SHA,
        "query_set_sha256": SHA,
    }
    return Cell.model_validate(fields | changes)


def state(text: str, stop_reason: StopReason = "stop", model: str = "control/faker", **changes: object) -> TaskState:
    """A finished sample with this completion, whose cell is `cell(**changes)`."""
    message = ChatMessageAssistant(content=text)
    return TaskState(
        model=ModelName(model),
        sample_id="q-1",
        epoch=1,
        input="A made-up request",
        messages=[ChatMessageUser(content="A made-up request")],
        output=ModelOutput(model=model, choices=[ChatCompletionChoice(message=message, stop_reason=stop_reason)]),
        metadata=cell(**changes).model_dump(mode="json"),
    )


def metrics(log: EvalLog, scorer: str) -> dict[str, float]:
    """The figures that a log prints for a scorer."""
    assert log.results is not None
    return {
        name: float(metric.value)
        for score in log.results.scores
        if score.name == scorer
        for name, metric in score.metrics.items()
    }
