"""A server on loopback that fails as endpoints do, on a plan, for the model under test and for the grader apart."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256
from threading import Lock

from tests.loopback import Loopback, loopback
from tests.wire_formats import FORMATS, Answer, Body, Request, Said, refusal

SUBJECT, GRADER = "subject", "grader"

OTHER_MODEL = "made-up-other-model"
"""Who says that it answers under `Fault.OTHER_MODEL`."""

BYTES_OF_HUGE = 10_000_000
"""Length of a reply under `Fault.HUGE`."""

_PAGE = "<!DOCTYPE html><html><head><title>Made-up gateway</title></head><body>Try again later.</body></html>"


class Fault(StrEnum):
    """What goes wrong with one answer."""

    RATE_LIMIT = "429"
    RATE_LIMIT_RETRY_AFTER = "429 with retry-after"
    SERVER_ERROR = "500"
    BAD_GATEWAY = "502 with a page of HTML"
    UNAVAILABLE = "503"
    UNAUTHORIZED = "401"
    CONTEXT_LENGTH = "400, context length exceeded"
    RESET_BEFORE = "reset before the answer"
    RESET_IN_BODY = "reset in mid-body"
    HANG = "hang"
    DRIP = "slow drip"
    TRUNCATED_JSON = "truncated JSON"
    PAGE = "a page of HTML with status 200"
    ERROR_OBJECT = "an error object with status 200"
    EMPTY_CHOICES = "empty choices"
    NULL_CONTENT = "null content"
    WRONG_TYPES = "wrong types"
    LENGTH = "finish reason length"
    FILTERED = "finish reason content_filter"
    UNKNOWN_FINISH = "finish reason unknown"
    OTHER_MODEL = "another model's name"
    BROKEN_STREAM = "a broken chunk in the stream"
    CUT_STREAM = "a stream that ends early"
    HUGE = "a reply of 10 MB"


Plan = Callable[[str, Request, int], Fault | None]
"""From a role, a request and the number of the attempt, from 0, to what goes wrong; None where nothing does."""


@dataclass(frozen=True)
class FaultPlan:
    """Faults drawn by seed: the same requests meet the same ones, in whatever order and process they come."""

    seed: int
    share: float
    """Of the answers, in [0, 1]."""
    kinds: tuple[Fault, ...] | None = None
    """Those that are drawn from, each as likely; None for all."""
    roles: tuple[str, ...] = (SUBJECT, GRADER)
    """Who meets them."""

    def __call__(self, role: str, request: Request, attempt: int) -> Fault | None:
        """What goes wrong with an attempt."""
        if role not in self.roles:
            return None
        drawn = sha256(json.dumps([self.seed, role, request.turns, attempt]).encode()).digest()
        if int.from_bytes(drawn[:8]) >= self.share * 2**64:
            return None
        kinds = self.kinds or tuple(Fault)
        return kinds[int.from_bytes(drawn[8:16]) % len(kinds)]


@dataclass
class FaultServer(Loopback):
    """A running server, what it was asked, and what it did wrong."""

    faults: Counter[tuple[str, Fault]] = field(default_factory=Counter)
    """By role."""


def role_by_name(request: Request) -> str:
    """``grader`` where the model's name says so, else ``subject``."""
    return GRADER if GRADER in request["model"] else SUBJECT


@contextmanager
def fault_server(
    reply: Callable[[Request], Said | str],
    plan: Plan,
    *,
    role_of: Callable[[Request], str] = role_by_name,
    keep_requests: bool = True,
    drip: float = 0.2,
    retry_after: str = "0",
) -> Iterator[FaultServer]:
    """Serve until the block ends.

    Only a request that met a fault before is known again: what it grows by is the faults.

    Args:
        reply: From a request to what the model says where nothing goes wrong.
        plan: What goes wrong; such as a `FaultPlan`.
        role_of: Who is asked.
        keep_requests: As for `loopback`.
        drip: Seconds between one byte and the next under `Fault.DRIP`.
        retry_after: Seconds that the header of `Fault.RATE_LIMIT_RETRY_AFTER` asks for.
    """
    attempts: Counter[bytes] = Counter()
    lock = Lock()
    faults: Counter[tuple[str, Fault]] = Counter()

    def answer(request: Request) -> Said | str | Answer:
        role = role_of(request)
        asked = sha256(json.dumps([role, request.turns]).encode()).digest()
        with lock:
            fault = plan(role, request, attempts.get(asked, 0))
            if fault is not None:
                attempts[asked] += 1
                faults[role, fault] += 1
        said = reply(request)
        if fault is None:
            return said
        return _gone_wrong(fault, request, Said(said) if isinstance(said, str) else said, drip, retry_after)

    with loopback(answer, keep_requests=keep_requests) as running:
        yield FaultServer(running.origin, running.requests, running.batches, running.others, faults)


def _gone_wrong(fault: Fault, request: Request, said: Said, drip: float, retry_after: str) -> Answer | Said:
    """The answer under a fault."""
    right = _answer(request, said)
    match fault:
        case Fault.RATE_LIMIT:
            return _refusal(request, 429)
        case Fault.RATE_LIMIT_RETRY_AFTER:
            return replace(_refusal(request, 429), headers={"retry-after": retry_after})
        case Fault.SERVER_ERROR:
            return _refusal(request, 500)
        case Fault.BAD_GATEWAY:
            return Answer(_PAGE, "text/html", 502)
        case Fault.UNAVAILABLE:
            return _refusal(request, 503)
        case Fault.UNAUTHORIZED:
            return _refusal(request, 401)
        case Fault.CONTEXT_LENGTH:
            return replace(_refusal(request, 400), body=_context_length(request))
        case Fault.RESET_BEFORE:
            return replace(right, cut=-1)
        case Fault.RESET_IN_BODY:
            return replace(right, cut=len(right.body.encode()) // 2)
        case Fault.HANG:
            return replace(right, silent=True)
        case Fault.DRIP:
            return replace(right, pause=drip)
        case Fault.TRUNCATED_JSON if request.get("stream"):
            return _stream(request, said, lambda event: event[: len(event) // 2])
        case Fault.TRUNCATED_JSON:
            return replace(right, body=right.body[: len(right.body) * 2 // 3])
        case Fault.PAGE:
            return Answer(_PAGE, "text/html")
        case Fault.ERROR_OBJECT:
            return _error_object(request)
        case Fault.EMPTY_CHOICES:
            return _changed(right, _without_choices)
        case Fault.NULL_CONTENT:
            return _changed(right, lambda body: _with_text(body, None))
        case Fault.WRONG_TYPES:
            return _changed(right, lambda body: _with_text(body, 42))
        case Fault.LENGTH:
            return replace(said, stop="length")
        case Fault.FILTERED:
            return replace(said, stop="filter")
        case Fault.UNKNOWN_FINISH:
            return replace(said, stop="unknown")
        case Fault.OTHER_MODEL:
            return _changed(right, _of_other_model)
        case Fault.BROKEN_STREAM:
            return _stream(request, said, lambda event: event[: len(event) // 2] + "\n\n")
        case Fault.CUT_STREAM:
            return _stream(request, said, lambda event: "")
        case Fault.HUGE:
            return replace(said, text=said.text + "\n" + "placeholder " * (BYTES_OF_HUGE // 12))


def _answer(request: Request, said: Said) -> Answer:
    content_type, body = said.in_format(request.path, request)
    return Answer(body, content_type)


def _refusal(request: Request, status: int) -> Answer:
    content_type, body = refusal(request.path)
    return Answer(body, content_type, status)


def _context_length(request: Request) -> str:
    """In the words of the providers, by which their clients know it."""
    if FORMATS[request.path] == "messages":
        error = {"type": "invalid_request_error", "message": "prompt is too long: 300000 tokens > 200000 maximum"}
        return json.dumps({"type": "error", "error": error})
    message = "This model's maximum context length is 8192 tokens, but you asked for 9000."
    code = "context_length_exceeded"
    return json.dumps({"error": {"message": message, "type": "invalid_request_error", "code": code}})


def _error_object(request: Request) -> Answer:
    error = {"type": "overloaded_error", "message": "Made-up overload.", "code": "overloaded"}
    body = {"type": "error", "error": error}
    if not request.get("stream"):
        return Answer(json.dumps(body))
    named = "event: error\n" if FORMATS[request.path] == "messages" else ""
    return Answer(f"{named}data: {json.dumps(body)}\n\n", "text/event-stream")


def _changed(answer: Answer, change: Callable[[Body], Body]) -> Answer:
    """An answer whose body, or each of whose events, is changed."""
    if answer.content_type != "text/event-stream":
        return replace(answer, body=json.dumps(change(json.loads(answer.body))))
    lines = []
    for line in answer.body.splitlines():
        _, _, data = line.partition("data: ")
        lines.append("data: " + json.dumps(change(json.loads(data))) if data.startswith("{") else line)
    return replace(answer, body="\n".join(lines) + "\n\n")


def _without_choices(body: Body) -> Body:
    """As if there were nothing to choose from: no choice, no block of content, no item of output."""
    if str(body.get("type", "")).startswith("content_block"):
        return {"type": "ping"}
    emptied: Body = {name: [] for name in ("choices", "content", "output") if name in body}
    return body | emptied


def _with_text(body: Body, text: int | None) -> Body:
    """The text of an answer replaced by something else, where it stands in the format."""
    match body:
        case {"choices": [*choices]}:
            said = "delta" if any("delta" in choice for choice in choices) else "message"
            return body | {
                "choices": [
                    choice | {said: choice[said] | ({"content": text} if "content" in choice[said] else {})}
                    for choice in choices
                ]
            }
        case {"delta": {"type": "text_delta"} as delta}:
            return body | {"delta": delta | {"text": text}}
        case {"content": [_, *_] as blocks}:
            return body | {"content": None if text is None else [block | {"text": text} for block in blocks]}
        case {"output": [*items]}:
            return body | {"output": [item | {"content": text} if "content" in item else item for item in items]}
        case _:
            return body


def _of_other_model(body: Body) -> Body:
    changed = body | ({"model": OTHER_MODEL} if "model" in body else {})
    return changed | ({"message": body["message"] | {"model": OTHER_MODEL}} if "message" in body else {})


def _stream(request: Request, said: Said, last: Callable[[str], str]) -> Answer:
    """A stream up to the first half of the text, and a last event made of the next; also for whoever asked for none."""
    if FORMATS[request.path] == "responses":
        events = ["", f"data: {said.in_format(request.path, request)[1]}\n\n"]
        half = 1
    else:
        streamed = Request(request | {"stream": True})
        streamed.path = request.path
        events = [f"{event}\n\n" for event in said.in_format(request.path, streamed)[1].split("\n\n") if event]
        half = 1 + next(i for i, event in enumerate(events) if '"content":' in event or '"text_delta"' in event)
    return Answer("".join(events[:half]) + last(events[half]), "text/event-stream")
