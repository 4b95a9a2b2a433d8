"""The server that fails on a plan fails as it says."""

import json
from collections import Counter
from collections.abc import Callable
from itertools import chain

import httpx
import pytest

from tests.fault_server import GRADER, OTHER_MODEL, SUBJECT, Fault, FaultPlan, fault_server
from tests.wire_formats import FORMATS, Request, Said

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"

CLIENT = httpx.Client(timeout=0.2)
TEXT = "<OUTPUT>placeholder</OUTPUT>"


def asked(text: str = "A question", model: str = "made-up-subject", *, stream: bool = False) -> Request:
    said = [{"role": "user", "content": text}]
    return Request({"model": model, "messages": said, "input": said, "stream": stream})  # "input" of responses


def always(fault: Fault) -> Callable[[str, Request, int], Fault]:
    return lambda role, request, attempt: fault


def tried(fault: Fault, path: str = CHAT, *, stream: bool = False) -> str:
    """What a client sees of one attempt: the status and the body, or how the connection ended."""
    with fault_server(lambda request: TEXT, always(fault), drip=9) as server:
        try:
            answer = CLIENT.post(server.origin + path, json=asked(stream=stream))
        except httpx.HTTPError as error:
            return type(error).__name__
    return f"{answer.status_code} {answer.headers['content-type']} {answer.text}"


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        (Fault.RATE_LIMIT, "429 application/json {"),
        (Fault.RATE_LIMIT_RETRY_AFTER, "429 application/json {"),
        (Fault.SERVER_ERROR, "500 application/json {"),
        (Fault.BAD_GATEWAY, "502 text/html <!DOCTYPE html>"),
        (Fault.UNAVAILABLE, "503 application/json {"),
        (Fault.UNAUTHORIZED, "401 application/json {"),
        (Fault.CONTEXT_LENGTH, '400 application/json {"error": {"message": "This model\'s maximum context length'),
        (Fault.RESET_BEFORE, "ReadError"),
        (Fault.RESET_IN_BODY, "Re"),  # a reset, or the end of the connection if the half came first
        (Fault.HANG, "ReadTimeout"),
        (Fault.DRIP, "ReadTimeout"),
        (Fault.PAGE, "200 text/html <!DOCTYPE html>"),
        (Fault.ERROR_OBJECT, '200 application/json {"type": "error", "error": {"type": "overloaded_error"'),
        (Fault.BROKEN_STREAM, 'chat.completion.chunk", "created": 0, "model"'),
        (Fault.CUT_STREAM, '"delta": {"role": "assistant", "content": "<OUTPUT>placeh"}, "finish_reason": null}]}\n\n'),
    ],
    ids=lambda value: value if isinstance(value, Fault) else "",
)
def test_a_fault_goes_over_the_wire(fault: Fault, seen: str) -> None:
    assert seen in tried(fault)


@pytest.mark.parametrize("path", FORMATS)
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        pytest.param(Fault.EMPTY_CHOICES, ['"choices": []', '"content": []', '"output": []'], id="empty choices"),
        pytest.param(Fault.NULL_CONTENT, ['"content": null'] * 3, id="null content"),
        pytest.param(Fault.WRONG_TYPES, ['"content": 42', '"text": 42', '"content": 42'], id="wrong types"),
        pytest.param(
            Fault.LENGTH,
            ['"finish_reason": "length"', '"stop_reason": "max_tokens"', '{"reason": "max_output_tokens"}'],
            id="finish reason length",
        ),
        pytest.param(
            Fault.FILTERED,
            ['"finish_reason": "content_filter"', '"stop_reason": "refusal"', '{"reason": "content_filter"}'],
            id="finish reason content_filter",
        ),
        pytest.param(
            Fault.UNKNOWN_FINISH,
            ['"finish_reason": "made_up"', '"stop_reason": "made_up"', '{"reason": "made_up"}'],
            id="finish reason unknown",
        ),
        pytest.param(Fault.OTHER_MODEL, [f'"model": "{OTHER_MODEL}"'] * 3, id="another model's name"),
    ],
)
def test_a_fault_of_the_content_is_in_the_format_of_the_provider(fault: Fault, said: list[str], path: str) -> None:
    _, _, body = tried(fault, path).partition("application/json ")
    assert json.loads(body)
    assert said[list(FORMATS).index(path)] in body


@pytest.mark.parametrize(
    ("fault", "chat", "messages"),
    [
        pytest.param(Fault.EMPTY_CHOICES, '"choices": []', '"message_stop"', id="empty choices"),
        pytest.param(Fault.NULL_CONTENT, '"content": null', '"text": null', id="null content"),
        pytest.param(Fault.WRONG_TYPES, '"content": 42', '"text": 42', id="wrong types"),
        pytest.param(Fault.FILTERED, '"content_filter"', '"refusal"', id="finish reason content_filter"),
        pytest.param(Fault.ERROR_OBJECT, "overloaded_error", "event: error", id="an error object"),
        pytest.param(Fault.PAGE, "<!DOCTYPE html>", "<!DOCTYPE html>", id="a page of HTML"),
    ],
)
def test_a_stream_meets_a_fault_of_the_content_too(fault: Fault, chat: str, messages: str) -> None:
    seen = {path: tried(fault, path, stream=True) for path in (CHAT, MESSAGES)}
    assert (chat in seen[CHAT], messages in seen[MESSAGES]) == (True, True)
    assert not any("placeh" in body for body in seen.values())


def test_a_huge_reply_is_as_long_as_it_says() -> None:
    with fault_server(lambda request: TEXT, always(Fault.HUGE)) as server:
        body = CLIENT.post(server.origin + CHAT, json=asked(), timeout=9).json()
    text = body["choices"][0]["message"]["content"]
    assert text.startswith(TEXT)
    assert len(text) > 9_900_000


def test_truncated_json_is_none() -> None:
    seen = tried(Fault.TRUNCATED_JSON)
    assert seen.startswith('200 application/json {"id"')
    with pytest.raises(json.JSONDecodeError):
        json.loads(seen.partition("application/json ")[2])


def test_a_plan_is_drawn_by_its_seed() -> None:
    requests = [asked(f"Question {i}") for i in range(2000)]
    drawn = [FaultPlan(1, 0.05)(SUBJECT, request, 0) for request in requests]
    assert drawn == [FaultPlan(1, 0.05)(SUBJECT, request, 0) for request in requests]
    others = (
        [FaultPlan(2, 0.05)(SUBJECT, request, 0) for request in requests],
        [FaultPlan(1, 0.05)(GRADER, request, 0) for request in requests],
        [FaultPlan(1, 0.05)(SUBJECT, request, 1) for request in requests],
    )
    assert [other != drawn for other in others] == [True] * 3
    for faults in (drawn, *others):
        assert 60 <= sum(fault is not None for fault in faults) <= 140
    assert set(chain(drawn, *others)) == {None, *Fault}
    assert {FaultPlan(1, 1, (Fault.HANG,))(SUBJECT, request, 0) for request in requests} == {Fault.HANG}
    assert {FaultPlan(1, 1, roles=(GRADER,))(SUBJECT, request, 0) for request in requests} == {None}


def test_an_attempt_is_known_again_and_roles_are_told_apart_by_name() -> None:
    def once(role: str, request: Request, attempt: int) -> Fault | None:
        return Fault.SERVER_ERROR if role == GRADER and attempt == 0 else None

    requests = [asked(model=model) for model in ("made-up-grader", "made-up-subject", "made-up-grader")]
    with fault_server(lambda request: Said(TEXT), once, keep_requests=False) as server:
        statuses = [CLIENT.post(server.origin + CHAT, json=request).status_code for request in requests]
    assert (statuses, server.requests) == ([500, 200, 200], [])
    assert server.faults == Counter({(GRADER, Fault.SERVER_ERROR): 1})
