"""What a model says and is asked, in the wire formats of its providers."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Body = dict[str, Any]

CIPHER = "bWFkZS11cA=="
"""Reasoning as only its provider can read it."""

STOP_REASONS: dict[str, dict[str, str | None]] = {
    "chat completions": {"stop": "stop", "length": "length", "filter": "content_filter", "unknown": "made_up"},
    "messages": {"stop": "end_turn", "length": "max_tokens", "filter": "refusal", "unknown": "made_up"},
    "responses": {
        "stop": None,
        "length": "max_output_tokens",
        "filter": "content_filter",
        "unknown": "made_up",
    },
}


@dataclass(frozen=True)
class Said:
    """What a model says; the server says it in the format in which it was asked."""

    text: str
    reasoning: str | None = None
    """Native reasoning that is sent apart from the text."""
    field: Literal["reasoning_content", "reasoning", "reasoning_details"] = "reasoning_content"
    """Where chat completions carry it: services differ."""
    hidden: bool = False
    """The model reasoned, and its provider shows nothing of it."""
    stop: Literal["stop", "length", "filter", "unknown"] = "stop"
    choices: tuple[str, ...] | None = None
    """What each of several choices of one request says; None where all say the text. Chat completions alone."""
    tokens: tuple[int, int] = (10, 5)
    """Sent and coming back, as chat completions bill them."""

    def in_format(self, path: str, request: Body) -> tuple[str, str]:
        """Content type and body of the answer to a request."""
        match FORMATS[path], bool(request.get("stream")):
            case "chat completions", False:
                return _json(self._chat_completion(request))
            case "chat completions", True:
                return _events(self._chat_chunks(request))
            case "messages", False:
                return _json(self._message(request))
            case "messages", True:
                return _events(self._message_events(request))
            case "responses", False:
                return _json(self._response(request))
            case _:
                raise NotImplementedError(f"{path}, streamed: no client of ours asks for that")

    def _chat_message(self) -> Body:
        reasoning: Body = {self.field: self.reasoning} if self.reasoning else {}
        if self.field == "reasoning_details":
            parts = self.reasoning.split("\n\n") if self.reasoning else []
            shown = [{"type": "reasoning.text", "text": part} for part in parts]
            cipher = [{"type": "reasoning.encrypted", "data": CIPHER}] if self.hidden else []
            reasoning = {"reasoning": self.reasoning, "reasoning_details": [*shown, *cipher]}
        return {"role": "assistant", "content": None if self.stop == "filter" else self.text} | reasoning

    def _chat_completion(self, request: Body) -> Body:
        stop = STOP_REASONS["chat completions"][self.stop]
        texts = [self.text] * (request.get("n") or 1) if self.choices is None else self.choices
        choices = [
            {"index": i, "message": replace(self, text=text)._chat_message(), "finish_reason": stop}
            for i, text in enumerate(texts)
        ]
        return _chat(request, "chat.completion") | {"choices": choices, "usage": self._chat_usage()}

    def _chat_usage(self) -> Body:
        hidden = {"completion_tokens_details": {"reasoning_tokens": 3}} if self.hidden else {}
        sent, back = self.tokens
        return {"prompt_tokens": sent, "completion_tokens": back, "total_tokens": sent + back} | hidden

    def _chat_chunks(self, request: Body) -> Iterator[tuple[str | None, Body | str]]:
        chunk = _chat(request, "chat.completion.chunk")
        message = self._chat_message()
        first, second = _halves(message["content"] or "")
        for delta in (message | {"content": first}, {"content": second}, {}):
            stop = None if delta else STOP_REASONS["chat completions"][self.stop]
            yield None, chunk | {"choices": [{"index": 0, "delta": delta, "finish_reason": stop}]}
        yield None, chunk | {"choices": [], "usage": self._chat_usage()}
        yield None, "[DONE]"

    def _message(self, request: Body) -> Body:
        return _empty_message(request) | {
            "content": self._blocks(),
            "stop_reason": STOP_REASONS["messages"][self.stop],
            "usage": {"input_tokens": 10, "output_tokens": 5},
        }

    def _blocks(self) -> list[Body]:
        thinking = [{"type": "thinking", "thinking": self.reasoning, "signature": CIPHER}] if self.reasoning else []
        redacted = [{"type": "redacted_thinking", "data": CIPHER}] if self.hidden else []
        text = [{"type": "text", "text": self.text}] if self.text and self.stop != "filter" else []
        return [*thinking, *redacted, *text]

    def _message_events(self, request: Body) -> Iterator[tuple[str | None, Body | str]]:
        yield "message_start", {"message": _empty_message(request)}
        for index, block in enumerate(self._blocks()):
            deltas: list[Body] = []
            if block["type"] == "text":
                start = {"type": "text", "text": ""}
                deltas = [{"type": "text_delta", "text": part} for part in _halves(block["text"])]
            elif block["type"] == "thinking":
                start = {"type": "thinking", "thinking": "", "signature": ""}
                deltas = [
                    {"type": "thinking_delta", "thinking": block["thinking"]},
                    {"type": "signature_delta", "signature": block["signature"]},
                ]
            else:
                start = block
            yield "content_block_start", {"index": index, "content_block": start}
            for delta in deltas:
                yield "content_block_delta", {"index": index, "delta": delta}
            yield "content_block_stop", {"index": index}
        stop = {"stop_reason": STOP_REASONS["messages"][self.stop], "stop_sequence": None}
        yield "message_delta", {"delta": stop, "usage": {"output_tokens": 5}}
        yield "message_stop", {}

    def _response(self, request: Body) -> Body:
        asked = (request.get("reasoning") or {}).get("summary")  # a summary is sent to whoever asks for one
        summary = [{"type": "summary_text", "text": self.reasoning}] if self.reasoning and asked else []
        reasoned = [{"type": "reasoning", "id": "rs_1", "summary": summary, "encrypted_content": CIPHER}]
        content = [{"type": "output_text", "text": self.text, "annotations": [], "logprobs": []}]
        message = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": content}
        cut = STOP_REASONS["responses"][self.stop]
        return {
            "id": "resp_1",
            "object": "response",
            "created_at": 0,
            "model": request["model"],
            "status": "incomplete" if cut else "completed",
            "incomplete_details": {"reason": cut} if cut else None,
            "output": [*(reasoned if self.hidden or self.reasoning else []), message],
            "parallel_tool_calls": False,
            "tool_choice": "auto",
            "tools": [],
            "usage": {
                "input_tokens": 10,
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": 5,
                "output_tokens_details": {"reasoning_tokens": 3 if self.hidden else 0},
                "total_tokens": 15,
            },
        }


@dataclass(frozen=True)
class Answer:
    """What goes over the wire, word for word, where it is not what a provider would send."""

    body: str
    content_type: str = "application/json"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    """Bytes of the body after which the connection is reset, -1 before the status line; None for none."""
    pause: float = 0.0
    """Seconds between one byte of the body and the next; 0 for all at once."""
    silent: bool = False
    """Whether nothing is sent until the client gives up."""


FORMATS = {"/v1/chat/completions": "chat completions", "/v1/messages": "messages", "/v1/responses": "responses"}
"""Wire format by path."""


def refusal(path: str) -> tuple[str, str]:
    """Content type and body of an error, whose reason the status gives."""
    error = {"message": "A made-up reason.", "type": "invalid_request_error", "code": None}
    return _json({"error": error} | ({"type": "error"} if FORMATS[path] == "messages" else {}))


class Request(Body):
    """The body of a request, and what it says whatever the format."""

    path: str = "/v1/chat/completions"

    @property
    def format(self) -> str:
        """Name of the wire format."""
        return FORMATS[self.path]

    @property
    def turns(self) -> list[tuple[str, str]]:
        """Role and text of every message, the system prompt among them."""
        outside = [("system", _text(self[name])) for name in ("system", "instructions") if self.get(name)]
        messages = self["input"] if self.format == "responses" else self["messages"]
        if isinstance(messages, str):
            return [*outside, ("user", messages)]
        # The models of OpenAI that reason have another word for the system prompt.
        role = {"developer": "system"}
        return outside + [(role.get(m["role"], m["role"]), _text(m["content"])) for m in messages]

    @property
    def system(self) -> str:
        """The system prompt."""
        return "\n".join(text for role, text in self.turns if role == "system")

    @property
    def user(self) -> str:
        """The last message of the user."""
        return next(text for role, text in reversed(self.turns) if role == "user")

    @property
    def cached(self) -> list[str]:
        """What the provider is told to cache: all that comes before each mark, and the text that it ends."""
        parts = [part for name in ("system", "instructions") for part in _parts(self.get(name))]
        for message in self["input"] if self.format == "responses" else self["messages"]:
            parts += _parts(message["content"])
        so_far, cached = "", []
        for part in parts:
            so_far += part["text"]
            if {"cache_control", "prompt_cache_breakpoint"} & part.keys():
                cached.append(so_far)
        return cached

    @property
    def max_tokens(self) -> int | None:
        """Longest reply, under the name that the format has for it."""
        names = ("max_tokens", "max_completion_tokens", "max_output_tokens")
        return next((self[name] for name in names if name in self), None)


def _parts(content: str | list[Body] | None) -> list[Body]:
    return [{"text": content}] if isinstance(content, str) else content or []


def _text(content: str | list[Body]) -> str:
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


def _halves(text: str) -> tuple[str, str]:
    return text[: len(text) // 2], text[len(text) // 2 :]


def _chat(request: Body, kind: str) -> Body:
    return {"id": "chatcmpl-made-up", "object": kind, "created": 0, "model": request["model"]}


def _empty_message(request: Body) -> Body:
    return {
        "id": "msg_made_up",
        "type": "message",
        "role": "assistant",
        "model": request["model"],
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": 0},
    }


def _json(body: Body) -> tuple[str, str]:
    return "application/json", json.dumps(body)


def _events(events: Iterator[tuple[str | None, Body | str]]) -> tuple[str, str]:
    lines = []
    for name, data in events:
        typed = {"type": name} | data if name and isinstance(data, dict) else data
        shown = typed if isinstance(typed, str) else json.dumps(typed)
        lines.append((f"event: {name}\n" if name else "") + f"data: {shown}\n\n")
    return "text/event-stream", "".join(lines)
