"""A server on loopback that speaks the wire format of OpenAI's chat completions, for real clients."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Request = dict[str, Any]
Reply = Callable[[Request], str]


@dataclass
class Loopback:
    """A running server, and what it was asked."""

    url: str
    """Base URL, with ``/v1``."""
    requests: list[Request] = field(default_factory=list)
    """Bodies of the requests, in the order in which they came."""

    @property
    def environment(self) -> dict[str, str]:
        """Variables that send the clients here."""
        return {
            "TOGETHER_API_KEY": "made-up",
            "TOGETHER_BASE_URL": self.url,
            "OPENAI_API_KEY": "made-up",
            "OPENAI_BASE_URL": self.url,
        }


@contextmanager
def loopback(reply: Reply) -> Iterator[Loopback]:
    """Serve until the block ends.

    Args:
        reply: From the body of a request to the text of the completion.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    running = Loopback(f"http://127.0.0.1:{server.server_port}/v1")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            running.requests.append(request)
            body = json.dumps(_completion(request["model"], reply(request))).encode()
            self.send_response(200 if self.path == "/v1/chat/completions" else 404)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the test says what it wants to see."""

    server.RequestHandlerClass = Handler
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()


def _completion(model: str, text: str) -> dict[str, Any]:
    return {
        "id": "chatcmpl-made-up",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }
