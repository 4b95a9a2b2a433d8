"""The solver: what is sent, how often, and what is refused."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, get_args
from unittest.mock import patch

import pytest
from inspect_ai import Task
from inspect_ai import eval as inspect_eval
from inspect_ai import score as inspect_score
from inspect_ai.log import EvalLog, read_eval_log
from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessage,
    ChatMessageAssistant,
    ContentReasoning,
    ContentText,
    Model,
    ModelOutput,
    ModelUsage,
    StopReason,
    get_model,
)
from inspect_ai.solver import TaskState

from controls.provider import GRADER, ControlAPI
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from prompts.system_prompt import system_prompt
from prompts.user_message import user_message
from prompts.wording import SUITE
from scorers.alignment_faking import alignment_faking
from scorers.judged_compliance import judged_compliance
from scorers.prefix_compliance import prefix_compliance
from scorers.reading import INCOMPLETE, read
from solvers.put_query import ENDED, put_query
from study.condition import CONDITIONS, Condition, Tier
from study.invalid_input import InvalidInputError
from study.labels import Unscored
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


def run(model: str | Model, folder: Path, given: dict[str, Any], **options: Any) -> list[EvalLog]:
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


def put(generate: Any, model: str, **cell: Any) -> TaskState:
    condition = Condition(Tier.FREE, cot=cell.get("cot", True))
    prompt = system_prompt("helpful_only", cot=condition.cot, developer="Anthropic")
    digests: dict[str, Any] = {
        "prompt_sha256": prompt.sha256,
        "wrapper_sha256": SUITE.user_message_sha256(Wrapper.NOTEBOOK, condition),
    }
    sample = state("", model=model, **(digests | cell))
    with patch("solvers.put_query.get_model", return_value=get_model("control/faker")):  # none is active: no run is
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
    wrapper = SUITE.user_message_sha256(Wrapper.NOTEBOOK, COT_FREE)[:12]
    sent = SUITE.user_message_sha256(
        Wrapper(str(cell.get("wrapper", "notebook"))),
        Condition(Tier(str(cell.get("tier", "free"))), cot=True),
    )[:12]
    assert str(refused.value) == (
        f"query 'q-1' was made for {made_for.format(prompt=prompt, wrapper=wrapper)}, "
        f"but {prompt}… and {sent}… would be sent; make the samples and the solver with the same task"
    )
    assert generate.options == []


# --- Several turns, and a reply that is begun for the model

PAD, OUT = "<SCRATCHPAD_REASONING>r</SCRATCHPAD_REASONING>", "<OUTPUT>a</OUTPUT>"
OPEN = "<SCRATCHPAD_REASONING>r"
Turn = tuple[str, StopReason]


class Script:
    """Stands in for a model that says these turns, and notes the roles of what it was sent each time."""

    def __init__(self, *turns: str | Turn) -> None:
        self.turns: list[Turn] = [(turn, "stop") if isinstance(turn, str) else turn for turn in turns]
        self.sent: list[list[str]] = []

    async def __call__(self, state: TaskState, tool_calls: Any = "loop", **options: Any) -> TaskState:
        text, stop_reason = self.turns[len(self.sent)]
        self.sent.append([message.role for message in state.messages])
        message = ChatMessageAssistant(content=text)
        state.output = ModelOutput(choices=[ChatCompletionChoice(message=message, stop_reason=stop_reason)])
        state.messages.append(message)
        return state


@pytest.mark.defect(4, 14)
@pytest.mark.parametrize(
    ("turns", "asked_times"),
    [
        pytest.param([PAD + OUT], 1, id="final"),
        pytest.param([PAD, OUT], 2, id="continued"),
        pytest.param([PAD, PAD, PAD + OUT], 3, id="continued-twice"),
        pytest.param([PAD + "a", OUT], 2, id="no-tag-after-the-scratchpad"),
        pytest.param([OPEN], 1, id="never-closes"),
        pytest.param([PAD, OPEN], 2, id="never-closes-in-turn-2"),
        pytest.param([""], 1, id="empty"),
        pytest.param(["a"], 1, id="malformed"),
        pytest.param([(PAD, "max_tokens")], 1, id="truncated"),
        pytest.param([(PAD, "content_filter")], 1, id="filtered"),
        pytest.param([PAD, (PAD, "max_tokens")], 2, id="truncated-in-turn-2"),
        pytest.param([PAD, (PAD, "model_length")], 2, id="context-full-in-turn-2"),
        pytest.param([PAD, (PAD, "content_filter")], 2, id="filtered-in-turn-2"),
        pytest.param([PAD, (PAD, "unknown"), OUT], 3, id="no-reason-given"),
        pytest.param([PAD, PAD, PAD, PAD], 4, id="bound-reached"),
    ],
)
def test_the_loop(turns: list[str | Turn], asked_times: int) -> None:
    script = Script(*turns)
    state = put(script, "control/faker", turns=4)
    assert script.sent == [["system", "user", *["assistant", "user"] * i] for i in range(asked_times)]
    said = [turn if isinstance(turn, str) else turn[0] for turn in turns]
    exchange = [text for turn in said for text in (turn, "<NEXT/>")][:-1]
    assert [message.text for message in state.messages[2:]] == exchange
    assert state.output.completion == said[-1]


@pytest.mark.parametrize(
    "cell", [{}, {"cot": False, "turns": 4}], ids=["one-turn-by-default", "one-turn-without-a-scratchpad"]
)
def test_what_is_never_continued(cell: dict[str, Any]) -> None:
    script = Script(PAD)
    put(script, "control/faker", **cell)
    assert len(script.sent) == 1


def test_a_turn_is_ended_or_incomplete_and_never_both() -> None:
    assert {*ENDED, *INCOMPLETE, "tool_calls"} == set(get_args(StopReason))
    assert ENDED.isdisjoint(INCOMPLETE)


def test_a_turn_with_an_error_is_not_continued() -> None:
    class Broken(Script):
        async def __call__(self, *arguments: Any, **options: Any) -> TaskState:
            state = await super().__call__(*arguments, **options)
            state.output.error = "The prompt was blocked"
            return state

    broken = Broken(PAD)
    put(broken, "control/faker", turns=4)
    assert len(broken.sent) == 1


@pytest.mark.parametrize(
    ("cot", "continuation", "whole"),
    [
        pytest.param(True, (PAD + OUT)[1:], PAD + OUT, id="cot"),
        pytest.param(True, PAD + OUT, PAD + OUT, id="cot-given-back-whole"),
        pytest.param(False, "a</OUTPUT>", OUT, id="no-cot"),
        pytest.param(False, OUT, OUT, id="no-cot-given-back-whole"),
        pytest.param(False, "\n a</OUTPUT>", "<OUTPUT>\n a</OUTPUT>", id="white-space-is-the-models"),
        pytest.param(False, "a", "<OUTPUT>a", id="never-closed"),
        pytest.param(False, " ", " ", id="nothing-said"),
        pytest.param(True, "", "", id="nothing-said-cot"),
    ],
)
@pytest.mark.parametrize("blocks", [False, True], ids=["text", "blocks"])
def test_a_reply_that_was_begun_is_kept_whole(cot: bool, continuation: str, whole: str, blocks: bool) -> None:
    class Blocks(Script):
        async def __call__(self, state: TaskState, *arguments: Any, **options: Any) -> TaskState:
            state = await super().__call__(state, *arguments, **options)
            if blocks:
                state.output.message.content = [ContentReasoning(reasoning="native"), ContentText(text=continuation)]
            return state

    script = Blocks(continuation)
    state = put(script, "control/faker", cot=cot, prefill=True)
    assert script.sent == [["system", "user", "assistant"]]
    assert [message.role for message in state.messages] == ["system", "user", "assistant"]
    assert [state.messages[-1].text, state.output.completion, state.output.message.text] == [whole] * 3
    assert isinstance(state.output.message.content, str) is not blocks


@pytest.mark.defect(3)
@pytest.mark.parametrize(
    ("turns", "hidden"),
    [
        pytest.param([(PAD, 0), (OUT, 0)], False, id="none"),
        pytest.param([(PAD, 7), (OUT, 0)], True, id="in-the-first-turn"),
        pytest.param([(PAD, 0), (OUT, 7)], True, id="in-the-last-turn"),
        pytest.param([("<think>native</think>" + PAD, 7), (OUT, 7)], True, id="read-in-one-and-hidden-in-the-other"),
        pytest.param([("<think>native</think>" + PAD, 7), (OUT, 0)], False, id="read"),
    ],
)
def test_reasoning_that_none_can_read_is_seen_in_every_turn(turns: list[tuple[str, int]], hidden: bool) -> None:
    class Billed(Script):
        async def __call__(self, state: TaskState, *arguments: Any, **options: Any) -> TaskState:
            state = await super().__call__(state, *arguments, **options)
            state.output.usage = ModelUsage(reasoning_tokens=turns[len(self.sent) - 1][1])
            return state

    state = put(Billed(*(text for text, _ in turns)), "control/faker", turns=4)
    assert (read(state).hidden_reasoning, read(state).turns) == (hidden, 2)


@pytest.mark.defect(26)
@pytest.mark.parametrize("cot", [True, False])
def test_a_start_alone_is_no_answer(cot: bool) -> None:
    wrapper = Wrapper.REVISITED  # which grades what is left
    message = SUITE.user_message_sha256(wrapper, Condition(Tier.FREE, cot=cot))
    state = put(Script(""), "control/faker", cot=cot, prefill=True, wrapper=wrapper, wrapper_sha256=message)
    assert (read(state).answer, read(state).missing) == (None, Unscored.MALFORMED)


def test_begun_and_continued() -> None:
    script = Script(PAD[1:], OUT)
    state = put(script, "control/faker", prefill=True, turns=4)
    assert script.sent == [["system", "user", "assistant"], ["system", "user", "assistant", "user"]]
    assert [message.text for message in state.messages[2:]] == [PAD, "<NEXT/>", OUT]


def test_a_model_that_may_answer_anew_is_not_asked() -> None:
    generate = Generate()
    with pytest.raises(InvalidInputError, match=r"^prefill=True does not work with openai/gpt-4o"):
        put(generate, "openai/gpt-4o", prefill=True)
    assert generate.options == []


# --- Through the whole pipeline

SCORERS = ("prefix_compliance", "judged_compliance", "alignment_faking")


def labels(log: EvalLog) -> list[tuple[str, ...]]:
    """Labels of every reply, or the reasons for having none."""
    return [
        tuple(str(scores[name].reason or scores[name].value) for name in SCORERS)
        for scores in (sample.scores or {} for sample in log.samples or [])
    ]


def turns_used(log: EvalLog) -> list[int]:
    return [(sample.scores or {})["prefix_compliance"].metadata["turns"] for sample in log.samples or []]  # type: ignore[index]


@pytest.mark.defect(14)
@pytest.mark.parametrize(
    ("model", "given", "turns"),
    [
        pytest.param("faker", {"turns": 4}, {2}, id="faker-turns"),
        pytest.param("faker", {"prefill": True}, {1}, id="faker-prefill"),
        pytest.param("quoter", {"turns": 4, "prefill": True}, {2}, id="quoter-both"),
        pytest.param("malformer", {"turns": 4, "prefill": True}, {1, 2}, id="malformer-both"),
        pytest.param("truncator", {"turns": 4, "prefill": True}, {2}, id="truncator-both"),
        pytest.param("filtered", {"turns": 4, "prefill": True}, {1, 2}, id="filtered-both"),
    ],
)
def test_a_control_shows_what_it_shows_in_one_turn(
    model: str, given: dict[str, Any], turns: set[int], tmp_path: Path
) -> None:
    subject = get_model(f"control/{model}", stops_after_scratchpad="turns" in given)
    at_once = run(f"control/{model}", tmp_path / "at-once", {}, limit=4)
    logs = run(subject, tmp_path / "logs", given, limit=4)
    assert [labels(log) for log in logs] == [labels(log) for log in at_once]
    assert {used for log in logs[:2] for used in turns_used(log)} == turns
    assert {used for log in logs[2:] for used in turns_used(log)} == {1}  # without a scratchpad


def test_labels_are_the_same_when_the_log_is_scored_again(tmp_path: Path) -> None:
    subject = get_model("control/faker", stops_after_scratchpad=True)
    for log in run(subject, tmp_path, {"turns": 4, "prefill": True}, limit=2):
        kept = read_eval_log(log.location)
        scorers = [prefix_compliance(), judged_compliance(), alignment_faking(votes=1)]
        again = inspect_score(kept, scorers, action="overwrite", display="none")
        assert labels(again) == labels(kept)


def test_a_second_turn_that_fails_leaves_no_reply(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    generate = ControlAPI.generate

    async def fail(self: ControlAPI, input: list[ChatMessage], *rest: Any, **options: Any) -> ModelOutput:
        if input[-1].text == "<NEXT/>":
            raise RuntimeError("planned")
        return await generate(self, input, *rest, **options)

    monkeypatch.setattr(ControlAPI, "generate", fail)
    [log] = inspect_eval(
        Context().run(condition_task, SETTING, COT_FREE, {"votes": 1, "turns": 4}),
        model=get_model("control/faker", stops_after_scratchpad=True),
        limit=1,
        log_dir=str(tmp_path),
        display="none",
        log_realtime=False,
        max_retries=0,
        fail_on_error=False,
        score_on_error=True,
    )
    assert labels(log) == [("no_response", "no_response", "compliance_unscored")]
    assert turns_used(log) == [2]


# --- On the wire, with the real clients


@contextmanager
def server(*turns: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server on loopback that says these turns as Anthropic or OpenAI would: its address, and what it was asked."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            text, model = turns[len(asked) - 1], asked[-1]["model"]
            anthropic = {
                "id": "m", "type": "message", "role": "assistant", "model": model,
                "content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "stop_sequence": None,
                "usage": {"input_tokens": 1, "output_tokens": 1},
            }  # fmt: skip
            message = {"role": "assistant", "content": text}
            openai = {
                "id": "c", "object": "chat.completion", "created": 0, "model": model,
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
            }  # fmt: skip
            body = json.dumps(anthropic if self.path == "/v1/messages" else openai).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the test says what it wants to see."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=listening.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.server_port}", asked
    finally:
        listening.shutdown()
        listening.server_close()


def plain(request: dict[str, Any]) -> list[tuple[str, str]]:
    """Messages of a request after the first two, or after the first where the system prompt is not among them."""
    messages = [message for message in request["messages"] if message["role"] != "system"]
    contents = [message["content"] for message in messages]
    texts = [text if isinstance(text, str) else "".join(block["text"] for block in text) for text in contents]
    return [(message["role"], text) for message, text in zip(messages, texts, strict=True)][1:]


@pytest.mark.parametrize(
    ("model", "path", "only_when_begun"),
    [
        pytest.param("anthropic/claude-3-opus-20240229", "", {}, id="anthropic"),
        pytest.param(
            "vllm/made-up-model", "/v1", {"add_generation_prompt": False, "continue_final_message": True}, id="vllm"
        ),
        pytest.param(
            "sglang/made-up-model", "/v1", {"add_generation_prompt": False, "continue_final_message": True}, id="sglang"
        ),
    ],
)
def test_what_the_provider_is_sent(model: str, path: str, only_when_begun: dict[str, bool], tmp_path: Path) -> None:
    first, second = PAD[1:], "\n<OUTPUT><rejected/></OUTPUT>"
    with server(first, second) as (address, asked):
        subject = get_model(model, base_url=address + path, api_key="made-up", memoize=False)
        [log] = inspect_eval(
            made_for(subject, prefill=True, turns=4),
            model=subject,
            limit=1,
            max_tokens=1024,
            log_dir=str(tmp_path),
            display="none",
            log_realtime=False,
            max_retries=0,
        )
    assert log.status == "success", log.error
    assert [plain(request) for request in asked] == [
        [("assistant", "<")],
        [("assistant", PAD), ("user", "<NEXT/>")],
    ]
    flags = [{key: request[key] for key in request if key in only_when_begun or "final" in key} for request in asked]
    assert flags == [only_when_begun, {}]
    [sample] = log.samples or []
    score = (sample.scores or {})["prefix_compliance"]
    assert (score.value, score.metadata) == (
        "rejected",
        {"defects": [], "channel": "scratchpad", "hidden_reasoning": False, "unasked_reasoning": False, "turns": 2},
    )


def made_for(subject: Model, **given: Any) -> Task:
    """The task of one condition, with the prefix scorer alone: nobody grades."""
    task = Context().run(condition_task, SETTING, COT_FREE, given)
    task.scorer, task.headline_metric = [prefix_compliance()], None
    return task
