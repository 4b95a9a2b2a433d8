"""What the clients raise, in one sentence. The errors have the shapes that the real clients and Inspect give them."""

import json
from typing import Any

import pytest

from study.endpoint_error import endpoint_error, is_endpoint_error, kind_of_failure

KEYS = ["TOGETHER_API_KEY", "ANOTHER_API_KEY"]


class StatusError(Exception):
    def __init__(self, status_code: int, body: Any) -> None:
        super().__init__(f"Error code: {status_code}")
        self.status_code, self.body = status_code, body


class APIConnectionError(Exception):
    pass


class APITimeoutError(APIConnectionError):
    pass


class AttemptTimeoutError(RuntimeError):
    pass


class ReadError(type("TransportError", (Exception,), {})):  # type: ignore[misc] # as httpx derives it
    pass


class APIError(Exception):
    pass


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


SAID = {"message": "No such key."}


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        pytest.param(
            StatusError(401, SAID),
            "together/m: the endpoint answered 401 (No such key.); check the key in TOGETHER_API_KEY",
            id="key",
        ),
        pytest.param(
            StatusError(403, {"error": SAID}),
            "together/m: the endpoint answered 403 (No such key.); "
            "see whether the key in TOGETHER_API_KEY may use this model",
            id="permission-with-the-words-nested",
        ),
        pytest.param(
            StatusError(404, {"detail": "Not Found"}),
            "together/m: the endpoint answered 404 (Not Found); "
            "check the model's name, and the base URL (TOGETHER_BASE_URL)",
            id="model",
        ),
        pytest.param(StatusError(402, "No\ncredit"), "together/m: the endpoint answered 402 (No credit)", id="credit"),
        pytest.param(StatusError(500, None), "together/m: the endpoint answered 500", id="no-words"),
        pytest.param(StatusError(500, {"error": None}), "together/m: the endpoint answered 500", id="empty-words"),
        pytest.param(
            StatusError(500, "x" * 400), f"together/m: the endpoint answered 500 ({'x' * 300}…)", id="many-words"
        ),
        pytest.param(
            caused(RuntimeError("\nRequest: …"), StatusError(400, SAID)),
            "together/m: the endpoint answered 400 (No such key.)",
            id="wrapped",
        ),
        pytest.param(
            caused(RuntimeError("RetryError"), APIConnectionError("Connection error.")),
            "together/m: no answer from http://localhost:1/v1; "
            "check the network, the base URL (TOGETHER_BASE_URL), and that the server runs",
            id="nobody-listens",
        ),
        pytest.param(
            APITimeoutError(),
            "together/m: no answer from http://localhost:1/v1; "
            "check the network, the base URL (TOGETHER_BASE_URL), and that the server runs",
            id="time-out",
        ),
        pytest.param(
            caused(RuntimeError("RetryError"), AttemptTimeoutError("attempt_timeout '2' exceeded.")),
            "together/m: no answer from http://localhost:1/v1 (attempt_timeout '2' exceeded.); "
            "check the network, the base URL (TOGETHER_BASE_URL), and that the server runs",
            id="attempt-that-took-too-long",
        ),
        pytest.param(
            caused(RuntimeError("RetryError"), ReadError()),
            "together/m: no answer from http://localhost:1/v1; "
            "check the network, the base URL (TOGETHER_BASE_URL), and that the server runs",
            id="connection-that-broke-in-a-stream",
        ),
        pytest.param(
            TypeError("'NoneType' object\nis not iterable"),
            "together/m: the endpoint's answer cannot be read (TypeError: 'NoneType' object is not iterable)",
            id="answer-in-another-form",
        ),
        pytest.param(
            json.JSONDecodeError("Expecting value", "x" * 999, 0),
            "together/m: the endpoint's answer cannot be read "
            "(JSONDecodeError: Expecting value: line 1 column 1 (char 0))",
            id="answer-that-is-no-json",
        ),
        pytest.param(
            APIError("x" * 400),
            f"together/m: the endpoint's answer cannot be read (APIError: {'x' * 290}…)",
            id="error-in-a-stream",
        ),
    ],
)
def test_one_sentence(error: Exception, sentence: str) -> None:
    told = endpoint_error(error, "together/m", KEYS, "http://localhost:1/v1")
    assert told is not None
    assert (told.message, str(told)) == (sentence, sentence)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (StatusError(401, SAID), "own/m: the endpoint answered 401 (No such key.); check the key"),
        (
            StatusError(404, SAID),
            "own/m: the endpoint answered 404 (No such key.); check the model's name, and the base URL",
        ),
        (
            APIConnectionError(),
            "own/m: no answer; check the network, the base URL, and that the server runs",
        ),
    ],
    ids=["key", "model", "nobody-listens"],
)
def test_a_provider_without_variables(error: Exception, sentence: str) -> None:
    assert str(endpoint_error(error, "own/m")) == sentence


@pytest.mark.parametrize("error", [RuntimeError("planned"), ValueError("401")], ids=repr)
def test_another_failure_is_left_as_it_is(error: Exception) -> None:
    assert endpoint_error(error, "together/m", KEYS) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (
            "a/m: the endpoint answered 429 (Request 7: 12 of 30 left.)",
            "a/m: the endpoint answered 429",
        ),
        ("a/ft:m: the endpoint answered 401; check the key", "a/ft:m: the endpoint answered 401"),
        ("a/m: no answer from http://localhost:1/v1; check the network", "a/m: no answer"),
        ("a/m: no answer; check the network", "a/m: no answer"),
        ("a/m: not asked: nothing came in 3 attempts; no answer", "a/m: not asked"),
        ("a/m: the endpoint's answer cannot be read (KeyError: 7)", "a/m: the endpoint's answer cannot be read"),
        ("ValueError: a/m: no answer", None),
        ("planned", None),
    ],
    ids=[
        "words-that-differ",
        "colon-in-the-name",
        "address",
        "no-address",
        "dead",
        "unreadable",
        "in-another-text",
        "other",
    ],
)
def test_failures_of_one_kind(text: str, kind: str | None) -> None:
    assert (is_endpoint_error(text), kind_of_failure(text)) == (kind is not None, kind or text)
