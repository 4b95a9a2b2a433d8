"""The solver: what is sent, how often, and what is refused."""

import asyncio
from collections import Counter
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog
from inspect_ai.model import ChatMessage, ModelOutput
from inspect_ai.solver import TaskState

from controls.provider import GRADER, ControlAPI
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from prompts.system_prompt import system_prompt
from prompts.user_message import user_message, user_message_sha256
from solvers.put_query import put_query
from study.condition import CONDITIONS, Condition, Tier
from study.wrapper import Wrapper
from tests.made_up import SHA, Write, state

COT_FREE = Condition(Tier.FREE, cot=True)
REQUESTS = ("One request", "Another: <user_input>{{ query }} {0} %s</user_input>")

Asked = list[tuple[str, list[ChatMessage]]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Every request that reaches a control model: its name, and the messages."""
    requests: Asked = []
    generate = ControlAPI.generate

    async def record(self: ControlAPI, input: list[ChatMessage], *rest: Any, **options: Any) -> ModelOutput:
        requests.append((self.model_name, input))
        return await generate(self, input, *rest, **options)

    monkeypatch.setattr(ControlAPI, "generate", record)
    return requests


@pytest.fixture
def queries(write: Write) -> str:
    return write("mine.csv", "query\n" + "\n".join(REQUESTS))


def run(model: str, folder: Path, given: dict[str, Any], **options: Any) -> list[EvalLog]:
    # The tasks are made outside of any run, whatever ran before in this process.
    tasks = [Context().run(condition_task, SETTING, condition, {"votes": 1} | given) for condition in CONDITIONS]
    logs = inspect_eval(
        tasks,
        model=model,
        log_dir=str(folder),
        display="none",
        log_realtime=False,
        max_retries=0,
        **options,
    )
    assert [log.status for log in logs] == ["success"] * len(CONDITIONS)
    return logs


def to_subject(asked: Asked) -> list[list[tuple[str, str]]]:
    return [[(message.role, message.text) for message in messages] for name, messages in asked if name != GRADER]


@pytest.mark.defect(28)
@pytest.mark.parametrize("wrapper", Wrapper)
def test_each_condition_is_a_request_of_its_own(wrapper: Wrapper, queries: str, asked: Asked, tmp_path: Path) -> None:
    run("control/complier", tmp_path, {"queries": queries, "wrapper": wrapper})
    expected = [
        [
            ("system", system_prompt("helpful_only", cot=condition.cot, developer="Anthropic").text),
            ("user", user_message(wrapper, condition, query)),
        ]
        for condition in CONDITIONS
        for query in REQUESTS
    ]
    assert sorted(to_subject(asked)) == sorted(expected)
    assert len({tuple(request) for request in expected}) == len(CONDITIONS) * len(REQUESTS)


@pytest.mark.parametrize("wrapper", Wrapper)
def test_the_log_holds_what_was_sent(wrapper: Wrapper, queries: str, asked: Asked, tmp_path: Path) -> None:
    logs = run("control/complier", tmp_path, {"queries": queries, "wrapper": wrapper})
    logged = [
        [(message.role, message.text) for message in sample.messages[:-1]]
        for log in logs
        for sample in log.samples or []
    ]
    assert sorted(logged) == sorted(to_subject(asked))


@pytest.mark.defect(4)
@pytest.mark.parametrize("model", ["faker", "malformer", "truncator", "filtered"])
def test_the_first_attempt_is_the_reply(model: str, asked: Asked, tmp_path: Path) -> None:
    run(f"control/{model}", tmp_path, {}, limit=6)
    times = Counter(str(request) for request in to_subject(asked))
    assert (len(times), set(times.values())) == (len(CONDITIONS) * 6, {1})


def test_every_epoch_is_a_request_of_its_own(queries: str, asked: Asked, tmp_path: Path) -> None:
    run("control/faker", tmp_path, {"queries": queries}, epochs=3)
    assert set(Counter(str(request) for request in to_subject(asked)).values()) == {3}


def test_a_control_model_is_asked_again_though_replies_are_cached(queries: str, asked: Asked, tmp_path: Path) -> None:
    """What it says depends on arguments that are not in the key of Inspect's cache."""
    calls = []
    for _ in range(2):
        run("control/complier", tmp_path / "logs", {"queries": queries}, cache=True)
        calls.append(Counter(name for name, _ in asked))
        asked.clear()
    assert calls[0] == calls[1]
    assert set(calls[0]) == {"complier", GRADER}
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []


# --- The solver alone


class Generate:
    """Stands in for the call to the model, and remembers what it was given."""

    def __init__(self) -> None:
        self.options: list[dict[str, Any]] = []

    async def __call__(self, state: TaskState, tool_calls: Any = "loop", **options: Any) -> TaskState:
        self.options.append(options)
        return state


def put(generate: Generate, model: str, **cell: Any) -> TaskState:
    prompt = system_prompt("helpful_only", cot=True, developer="Anthropic")
    digests: dict[str, Any] = {
        "prompt_sha256": prompt.sha256,
        "wrapper_sha256": user_message_sha256(Wrapper.NOTEBOOK, COT_FREE),
    }
    sample = state("", model=model, **(digests | cell))
    return asyncio.run(put_query(prompt.text, experiment="")(sample, generate))


@pytest.mark.parametrize(
    ("model", "options"),
    [("control/faker", {"cache": False}), ("openai/gpt-4o", {})],
    ids=["never-for-a-control", "as-the-user-says-for-a-real-model"],
)
def test_the_cache(model: str, options: dict[str, Any]) -> None:
    generate = Generate()
    put(generate, model)
    assert generate.options == [options]


def test_messages_of_a_sample_are_replaced_and_not_added_to() -> None:
    assert [message.role for message in put(Generate(), "openai/gpt-4o").messages] == ["system", "user"]


@pytest.mark.parametrize(
    ("cell", "made_for"),
    [
        pytest.param({"prompt_sha256": SHA}, "prompt 000000000000… and wrapper {wrapper}…", id="another-prompt"),
        pytest.param({"wrapper_sha256": SHA}, "prompt {prompt}… and wrapper 000000000000…", id="another-wrapper-text"),
        pytest.param({"wrapper": "revisited"}, "prompt {prompt}… and wrapper {wrapper}…", id="another-wrapper"),
        pytest.param({"tier": "paid"}, "prompt {prompt}… and wrapper {wrapper}…", id="another-tier"),
    ],
)
def test_a_sample_that_was_made_for_something_else_is_refused(cell: dict[str, object], made_for: str) -> None:
    generate = Generate()
    with pytest.raises(ValueError, match=r"^query 'q-1' was made for") as refused:
        put(generate, "control/faker", **cell)
    prompt = system_prompt("helpful_only", cot=True, developer="Anthropic").sha256[:12]
    wrapper = user_message_sha256(Wrapper.NOTEBOOK, COT_FREE)[:12]
    sent = user_message_sha256(
        Wrapper(str(cell.get("wrapper", "notebook"))), Condition(Tier(str(cell.get("tier", "free"))), cot=True)
    )[:12]
    assert str(refused.value) == (
        f"query 'q-1' was made for {made_for.format(prompt=prompt, wrapper=wrapper)}, "
        f"but {prompt}… and {sent}… would be sent; make the samples and the solver with the same task"
    )
    assert generate.options == []
