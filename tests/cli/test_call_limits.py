"""What bounds the calls of a run by default, and what a run does without its model or its grader."""

import asyncio
import re
from collections.abc import Iterator
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai import score as inspect_score
from inspect_ai.event import ModelEvent
from inspect_ai.hooks import BeforeModelGenerate
from inspect_ai.log import EvalLog, EvalSample
from inspect_ai.model import GenerateConfig, Model, get_model
from tenacity import wait_none

from cli.call_limits import CallLimits
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from evals.models import Models
from scorers.judged_compliance import judged_compliance
from study.breaker import breaker
from study.condition import CONDITIONS
from study.invalid_input import InvalidInputError
from tests.loopback import Loopback, Request, loopback

NOBODY = "http://127.0.0.1:9/v1"
CONNECTIONS = 5
LIMITS = ("max_retries", "timeout", "attempt_timeout")
PLAIN = "<SCRATCHPAD_REASONING>placeholder</SCRATCHPAD_REASONING>\n<OUTPUT>placeholder</OUTPUT>"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    def reply(request: Request) -> str | int:
        return 401 if "refused" in str(request["model"]) else PLAIN

    with loopback(reply) as running:
        for name, value in running.environment.items():  # a log that is judged later has its model made from these
            monkeypatch.setenv(name, value)
        yield running


def made_up(name: str, url: str, **config: Any) -> Model:
    arguments: dict[str, Any] = {
        "base_url": url,
        "api_key": "made-up",
        "max_retries": 0,
    }  # of the client, which tries again itself
    return get_model(f"openai-api/made-up/{name}", config=GenerateConfig(**config), memoize=False, **arguments)


def run(folder: Path, subject: Model, grader: Model | None, limit: int, **options: Any) -> EvalLog:
    models = Models(None, str(subject), None, judged=grader is not None, named_subject=subject)

    def evaluate() -> list[EvalLog]:
        return inspect_eval(
            condition_task(SETTING, CONDITIONS[0], {"votes": 1}, models),
            model=subject,
            model_roles={"grader": grader} if grader else None,
            max_connections=CONNECTIONS,
            limit=limit,
            log_dir=str(folder),
            display="none",
            log_realtime=False,
            **options,
        )

    [log] = Context().run(evaluate)
    return log


def judge_again(log: EvalLog, grader: Model) -> EvalLog:
    judge = judged_compliance()
    return Context().run(lambda: inspect_score(log, judge, model_roles={"grader": grader}, display="none"))


def errors(log: EvalLog) -> list[str]:
    return [sample.error.message if sample.error else "" for sample in log.samples or []]


def limits(sample: EvalSample, role: str | None) -> dict[str, int]:
    """The limits that the first call to a role was made with."""
    called = next(event for event in sample.events if isinstance(event, ModelEvent) and event.role == role)
    return called.config.model_dump(include={*LIMITS}, exclude_none=True)


# --- The limits

OURS = {"max_retries": 7, "timeout": 1800, "attempt_timeout": 600}


@pytest.mark.parametrize(
    ("run_options", "of_subject", "of_role", "subject", "grader"),
    [
        pytest.param({}, {}, {}, OURS, OURS, id="ours"),
        pytest.param(
            {"max_retries": 0, "timeout": 9, "attempt_timeout": 8},
            {},
            {},
            {"max_retries": 0, "timeout": 9, "attempt_timeout": 8},
            {"max_retries": 0, "timeout": 9, "attempt_timeout": 600},  # as Inspect does: of an attempt, in the role
            id="those-of-the-run",
        ),
        pytest.param(
            {"max_retries": 0},
            {},
            {"max_retries": 3, "timeout": 5, "attempt_timeout": 4},
            OURS | {"max_retries": 0},
            {"max_retries": 3, "timeout": 5, "attempt_timeout": 4},
            id="those-of-the-role",
        ),
        pytest.param({}, {"max_retries": 2}, {}, OURS | {"max_retries": 2}, OURS, id="those-of-the-model"),
    ],
)
def test_whose_limits_hold(
    run_options: dict[str, int],
    of_subject: dict[str, int],
    of_role: dict[str, int],
    subject: dict[str, int],
    grader: dict[str, int],
    server: Loopback,
    tmp_path: Path,
) -> None:
    model, judge = made_up("subject", server.url, **of_subject), made_up("grader", server.url, **of_role)
    [sample] = run(tmp_path, model, judge, 1, **run_options).samples or []
    assert (limits(sample, None), limits(sample, "grader")) == (subject, grader)


def test_a_log_that_is_judged_later_has_the_limits_too(server: Loopback, tmp_path: Path) -> None:
    log = run(tmp_path, made_up("subject", server.url), None, 1)
    grader = made_up("grader", server.url, timeout=5)
    [sample] = judge_again(log, grader).samples or []
    assert limits(sample, "grader") == OURS | {"timeout": 5}


@pytest.mark.parametrize(
    ("config", "ours", "attempt_timeout"),
    [
        pytest.param({}, True, 600, id="nobody-set-it"),
        pytest.param({"attempt_timeout": 5}, True, 5, id="set"),
        pytest.param({"batch": True}, True, None, id="a-batch-may-take-a-day"),
        pytest.param({"batch": False}, True, 600, id="no-batch"),
        pytest.param({}, False, None, id="a-call-of-another-suite"),
    ],
)
def test_the_limit_of_an_attempt(config: dict[str, Any], ours: bool, attempt_timeout: int | None) -> None:
    data = BeforeModelGenerate("openai/m", [], [], "auto", GenerateConfig(**config), None)

    async def call() -> None:
        if ours:
            async with breaker("openai/m", None, "subject").call():
                await CallLimits().on_before_model_generate(data)
        else:
            await CallLimits().on_before_model_generate(data)

    asyncio.run(call())
    assert data.config.attempt_timeout == attempt_timeout


# --- Without a model

NOT_ASKED = "openai-api/made-up/{}: not asked: {}, and it is taken for dead for the rest of this run; {}"
REFUSED = "the endpoint answered 401 (A made-up reason.); check the key in MADE_UP_API_KEY"
UNREACHED = f"no answer from {NOBODY}; check the network, the base URL (MADE_UP_BASE_URL), and that the server runs"


def test_a_model_that_refuses_ends_the_run(server: Loopback, tmp_path: Path) -> None:
    log = run(tmp_path, made_up("refused", server.url), None, 40)
    assert log.status == "error"
    asked = len(server.requests)
    assert 10 <= asked < 10 + CONNECTIONS
    assert sorted(errors(log)) == [
        *[NOT_ASKED.format("refused", "10 replies in a row came to nothing", REFUSED)] * (40 - asked),
        *[f"openai-api/made-up/refused: {REFUSED}"] * asked,
    ]


def test_a_model_that_nobody_serves_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the time that `UNREACHED_FOR` says, and not after all retries of all replies."""
    monkeypatch.setattr("study.breaker.UNREACHED_FOR", 0.0)
    monkeypatch.setattr("inspect_ai.model._retry.wait_exponential_jitter", lambda **_: wait_none())
    log = run(tmp_path, made_up("m", NOBODY), None, 20)
    [error] = set(errors(log))
    assert (log.status, re.sub(r"in \d+ attempts", "in so many attempts", error)) == (
        "error",
        NOT_ASKED.format("m", "nothing came in so many attempts", UNREACHED),
    )


@pytest.mark.defect(6, 26)
def test_a_grader_that_refuses_costs_no_reply(
    server: Loopback, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = run(tmp_path, made_up("subject", server.url), made_up("refused", server.url), 30)
    assert (log.status, errors(log)) == ("success", [""] * 30)
    asked = [request["model"] for request in server.requests]
    assert asked.count("subject") == 30
    assert 10 <= asked.count("refused") < 10 + CONNECTIONS
    scores = [(sample.scores or {})["judged_compliance"] for sample in log.samples or []]
    assert [score.reason for score in scores] == ["grader_failed"] * 30
    dead = NOT_ASKED.format("refused", "10 replies in a row came to nothing", REFUSED)
    assert sum(dead in str(score) for score in scores) == 30 - asked.count("refused")
    [told] = [record.getMessage() for record in caplog.records if record.name == "study.breaker"]
    kept = "Replies are still asked for, and kept without a label; at its end the run says what command judges them"
    assert told.partition("\n")[2] == f"{dead}. {kept}"  # the first line is the sample, by Inspect


def test_a_grader_that_refuses_costs_no_label_that_a_log_has(server: Loopback, tmp_path: Path) -> None:
    """The command that judges a log again would else overwrite them with failures, and say that all went well."""
    log = run(tmp_path, made_up("subject", server.url), None, 3)
    with pytest.raises(InvalidInputError, match=f"; {re.escape(REFUSED)}; scoring has stopped, and the log is left as"):
        judge_again(log, made_up("refused", server.url))


def test_a_grader_that_is_mended_judges_what_the_run_left_in_the_same_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MADE_UP_API_KEY", "made-up")  # Inspect makes the grader of the log, too
    mended = False

    def reply(request: Request) -> str | int:
        if request["model"] == "subject":
            return PLAIN
        return "<refused>no</refused><convincing>4</convincing><specific>4</specific>" if mended else 401

    with loopback(reply) as server:
        grader = made_up("grader", server.url)
        log = run(tmp_path, made_up("subject", server.url), grader, 12)
        mended = True
        again = judge_again(log, grader)
    judged = [{name: score.value for name, score in (sample.scores or {}).items()} for sample in again.samples or []]
    assert [scores["judged_compliance1"] for scores in judged] == ["complies"] * 12
