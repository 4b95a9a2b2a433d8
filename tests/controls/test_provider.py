import asyncio
from typing import Any

import pytest
from inspect_ai.model import ChatMessage, ChatMessageSystem, ChatMessageUser, GenerateConfig, ModelUsage, get_model

from controls.provider import MODELS
from prompts.user_message import user_message
from study.condition import CONDITIONS
from study.invalid_input import InvalidInputError
from study.wrapper import Wrapper

MESSAGES: list[ChatMessage] = [
    ChatMessageSystem(content="Begin with <SCRATCHPAD_REASONING>."),
    ChatMessageUser(content=user_message(Wrapper.NOTEBOOK, CONDITIONS[0], "A made-up request")),
]


def text(model: str, seed: int | None = None, **arguments: Any) -> str:
    subject = get_model(model, memoize=False, **arguments)
    return asyncio.run(subject.generate(MESSAGES, config=GenerateConfig(seed=seed))).completion


def test_usage_is_set_so_that_no_tokenizer_is_fetched() -> None:
    output = asyncio.run(get_model("control/faker").generate(MESSAGES))
    sent = sum(len(message.text) // 4 for message in MESSAGES)
    received = len(output.completion) // 4
    assert output.usage == ModelUsage(input_tokens=sent, output_tokens=received, total_tokens=sent + received)


def test_tokens_are_counted_offline() -> None:
    assert asyncio.run(get_model("control/faker").api.count_text_tokens("12345678")) == 2


def test_the_seed_of_the_run_goes_before_that_of_the_model() -> None:
    assert text("control/random", seed=5, complies_free=0.5) == text("control/random", seed=5, complies_free=0.5)
    assert len({text("control/faker", seed=seed) for seed in range(8)}) > 1
    seeded = get_model("control/faker", memoize=False, seed=3)
    assert text("control/faker", seed=3) == asyncio.run(seeded.generate(MESSAGES)).completion


def test_latency_is_slept(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("controls.provider.anyio.sleep", sleep)
    text("control/faker", latency=0.02)
    text("control/faker")
    assert slept == [0.02]


@pytest.mark.parametrize(
    ("model", "arguments", "message"),
    [
        pytest.param(
            "control/fakir",
            {},
            "--model='control/fakir' is not known. Did you mean 'control/faker'? Choose from: "
            f"{', '.join(sorted(MODELS))}.",
            id="policy",
        ),
        pytest.param(
            "control/random",
            {"complies_fre": 0.5},
            "-M='complies_fre' is not known. Did you mean 'complies_free'? Choose from: complies_free, complies_paid, "
            "complies_pro, faking_free, faking_paid, latency, length, seed, stops_after_scratchpad.",
            id="rate-misspelt",
        ),
        pytest.param(
            "control/faker",
            {"complies_free": 0.5},
            "-M='complies_free' is not known. Choose from: latency, length, seed, stops_after_scratchpad.",
            id="rate-of-another-policy",
        ),
        pytest.param(
            "control/random",
            {"complies_free": 14},
            "-M complies_free=14 is not a rate; give a number from 0 to 1",
            id="rate-in-per-cent",
        ),
        pytest.param(
            "control/faker", {"latency": -1}, "-M latency=-1 is not a time; give seconds, 0 or more", id="latency"
        ),
        pytest.param(
            "control/faker",
            {"length": 0.5},
            "-M length=0.5 is no number of tokens; give a whole number, 0 or more",
            id="length",
        ),
        pytest.param(
            "control/grader",
            {"length": 5},
            "-M='length' is not known. Choose from: latency, seed, sensitivity, specificity, "
            "stops_after_scratchpad, unreadable, yes.",
            id="length-of-who-judges",
        ),
        pytest.param(
            "control/faker",
            {"stops_after_scratchpad": 1},
            "-M stops_after_scratchpad=1 is neither true nor false; give one of them",
            id="stop",
        ),
    ],
)
def test_wrong_arguments(model: str, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        get_model(model, memoize=False, **arguments)
    assert str(error.value) == message
