"""A server on loopback that speaks the wire formats of the providers, for their real clients."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from tests.batches import Batches
from tests.wire_formats import FORMATS, Request, Said, refusal

__all__ = ["Loopback", "Request", "Said", "loopback"]

Reply = Callable[[Request], Said | str | int]


@dataclass
class Loopback:
    """A running server, and what it was asked."""

    origin: str
    """Address without a path."""
    requests: list[Request] = field(default_factory=list)
    """In the order in which they came."""
    batches: list[int] = field(default_factory=list)
    """How many requests each batch held that was handed in; they are among `requests` too."""
    others: list[Request] = field(default_factory=list)
    """Requests that ask the model nothing; they get 404, which the clients must bear."""

    @property
    def url(self) -> str:
        """Base URL of the formats of OpenAI, with ``/v1``."""
        return f"{self.origin}/v1"

    @property
    def environment(self) -> dict[str, str]:
        """Keys and addresses that send every client here."""
        services = ("TOGETHER", "OPENAI", "OPENROUTER", "VLLM", "MADE_UP")
        addresses = {f"{service}_BASE_URL": self.url for service in services} | {"ANTHROPIC_BASE_URL": self.origin}
        return addresses | {name.replace("BASE_URL", "API_KEY"): "made-up" for name in addresses}


@contextmanager
def loopback(reply: Reply) -> Iterator[Loopback]:
    """Serve until the block ends.

    Args:
        reply: From a request to what the model says, or to the status with which it is refused.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    running = Loopback(f"http://127.0.0.1:{server.server_port}")

    def noted(request: Request) -> Said | str | int:
        running.requests.append(request)
        return reply(request)

    handed_in = Batches(noted, sizes=running.batches)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # clients keep their connections

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            path = self.path.partition("?")[0]
            if (batch := handed_in.post(path, body)) is not None:
                self._send(200, "application/json", json.dumps(batch))
                return
            request = Request(json.loads(body))
            request.path = path
            if request.path not in FORMATS:
                running.others.append(request)
                self._send(404, "application/json", "{}")
                return
            said = noted(request)
            if isinstance(said, int):
                self._send(said, *refusal(request.path))
            else:
                self._send(200, *(Said(said) if isinstance(said, str) else said).in_format(request.path, request))

        def do_GET(self) -> None:
            found = handed_in.get(self.path.partition("?")[0])
            content_type = "application/json" if isinstance(found, dict) else "application/binary"
            self._send(
                404 if found is None else 200, content_type, found if isinstance(found, str) else json.dumps(found)
            )

        def _send(self, status: int, content_type: str, body: str) -> None:
            self.send_response(status)
            self.send_header("content-type", content_type)
            self.send_header("content-length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the test says what it wants to see."""

    server.RequestHandlerClass = Handler
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
