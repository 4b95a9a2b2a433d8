"""What keeps failing, said once."""

import asyncio
import logging
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from inspect_ai.hooks import ModelRetry, RunStart, TaskStart

from cli.failure_notice import FailureNotice, OncePerFailure

KEY = "together/m: the endpoint answered 401 (No such key.); check the key in TOGETHER_API_KEY"
MORE = ". More that fail like this are counted when the run ends."


def shown(*messages: str) -> list[str]:
    """What passes of some warnings."""
    once = OncePerFailure()
    records = [logging.LogRecord("inspect_ai", logging.WARNING, "", 1, message, None, None) for message in messages]
    return [record.getMessage() for record in records if once.filter(record)]


def sample_error(error: str, query: str = "q1") -> str:
    """In the words of Inspect, closing bracket included."""
    return f"task=t sample={query}\nSample error (id: {query}, epoch: 1): {error})"


@pytest.mark.parametrize(
    ("messages", "passing"),
    [
        pytest.param([sample_error(KEY), sample_error(KEY, "q2")], [KEY + MORE], id="one-key-many-replies"),
        pytest.param(
            [sample_error(f"a/m: the endpoint answered 500 (Request {n}.)") for n in (1, 2)],
            ["a/m: the endpoint answered 500 (Request 1.)" + MORE],
            id="one-status-other-words",
        ),
        pytest.param(
            [sample_error("a/m: the endpoint answered 500"), sample_error("b/m: the endpoint answered 500")],
            ["a/m: the endpoint answered 500" + MORE, "b/m: the endpoint answered 500" + MORE],
            id="two-models",
        ),
        pytest.param([sample_error(f"a/m: not asked: x; {KEY}")], [], id="not-asked-as-was-said"),
        pytest.param([sample_error("KeyError('x')")] * 2, [sample_error("KeyError('x')")] * 2, id="another-error"),
        pytest.param([KEY] * 2, [KEY] * 2, id="another-warning"),
        pytest.param(["no \x1b[2J% d\x9b"], ["no [U+001B][2J% d[U+009B]"], id="escape-sequences"),
        pytest.param(
            [sample_error("ValueError('\x1b]0;x\x07')")],
            [sample_error("ValueError('[U+001B]]0;x[U+0007]')")],
            id="escape-sequences-of-a-sample",
        ),
    ],
)
def test_an_endpoint_error_is_shown_once(messages: list[str], passing: list[str]) -> None:
    assert shown(*messages) == passing


def task_start(eval_id: str, **metadata: str) -> TaskStart:
    return cast(TaskStart, SimpleNamespace(eval_id=eval_id, spec=SimpleNamespace(metadata=metadata)))


UNANSWERED = ModelRetry(
    model_name="gpt-4o", attempt=3, wait_time=12.0, eval_id="ours", exception_type="APITimeoutError"
)
TOLD = (
    "gpt-4o: no answer in 3 attempts. Inspect asks again, ever more slowly, until one comes or --max-retries are "
    "spent. Check the network, the base URL, and that the server runs."
)


@pytest.mark.parametrize(
    ("retries", "told"),
    [
        ([UNANSWERED], [TOLD]),
        ([UNANSWERED, replace(UNANSWERED, attempt=4)], [TOLD]),
        ([UNANSWERED, replace(UNANSWERED, model_name="other")], [TOLD, TOLD.replace("gpt-4o", "other")]),
        ([replace(UNANSWERED, attempt=2)], []),
        ([replace(UNANSWERED, status_code=429)], []),
        ([replace(UNANSWERED, eval_id="another suite's")], []),
    ],
    ids=["third-attempt", "once", "two-models", "hiccup", "rate-limit", "another-suite"],
)
def test_nobody_answers(retries: list[ModelRetry], told: list[str], caplog: pytest.LogCaptureFixture) -> None:
    async def happen() -> None:
        notice = FailureNotice()
        await notice.on_run_start(cast(RunStart, None))
        await notice.on_task_start(task_start("ours", query_set_sha256="0"))
        await notice.on_task_start(task_start("another suite's"))
        for retry in retries:
            await notice.on_model_retry(retry)
        await notice.on_run_end(cast(Any, None))

    asyncio.run(happen())
    assert [record.getMessage() for record in caplog.records] == told


def test_the_handlers_are_left_as_they_were() -> None:
    handler = logging.NullHandler()
    logging.getLogger("inspect_ai").addHandler(handler)

    async def filters() -> list[int]:
        notice, counts = FailureNotice(), []
        for happens in (notice.on_run_start, notice.on_run_start, notice.on_run_end):
            await cast(Any, happens)(None)
            counts.append(len(handler.filters))
        return counts

    try:
        assert asyncio.run(filters()) == [1, 1, 0]
    finally:
        logging.getLogger("inspect_ai").removeHandler(handler)
