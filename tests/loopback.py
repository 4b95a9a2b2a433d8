"""A server on loopback that speaks the wire formats of the providers, for their real clients."""

import json
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from tests.batches import Batches
from tests.wire_formats import FORMATS, Answer, Request, Said, refusal

__all__ = ["Answer", "Loopback", "Request", "Said", "loopback"]

Reply = Callable[[Request], Said | str | int | Answer]


@dataclass
class Loopback:
    """A running server, and what it was asked."""

    origin: str
    """Address without a path."""
    requests: list[Request] = field(default_factory=list)
    """In the order in which they came; none where they are not kept."""
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


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512  # connections that wait to be taken: a client that finds no room tries again in a second

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing where a client hung up, as one that lost its patience does."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def loopback(reply: Reply, *, keep_requests: bool = True) -> Iterator[Loopback]:
    """Serve until the block ends.

    Args:
        reply: From a request to what the model says, to the status with which it is refused, or to an answer that no
            provider would send.
        keep_requests: Whether to remember what was asked, which a long run would fill the memory with.
    """
    server = _Server(("127.0.0.1", 0), BaseHTTPRequestHandler)
    running = Loopback(f"http://127.0.0.1:{server.server_port}")

    def noted(request: Request) -> Said | str | int | Answer:
        if keep_requests:
            running.requests.append(request)
        return reply(request)

    handed_in = Batches(noted, sizes=running.batches)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # clients keep their connections
        disable_nagle_algorithm = True  # else a body waits for the client to acknowledge the headers

        def do_POST(self) -> None:
            body = self.rfile.read(length := int(self.headers["content-length"]))
            if len(body) < length:  # the client gave up in mid-sentence
                self.close_connection = True
                return
            path = self.path.partition("?")[0]
            if (batch := handed_in.post(path, body)) is not None:
                self._send(200, "application/json", json.dumps(batch))
                return
            request = Request(json.loads(body))
            request.path = path
            if request.path not in FORMATS:
                if keep_requests:
                    running.others.append(request)
                self._send(404, "application/json", "{}")
                return
            said = noted(request)
            if isinstance(said, Answer):
                self._send_word_for_word(said)
            elif isinstance(said, int):
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

        def _send_word_for_word(self, answer: Answer) -> None:
            self.close_connection = answer.silent or answer.cut is not None
            if answer.silent:
                with suppress(OSError):
                    self.connection.recv(1)  # comes back when the client hangs up
                return
            if answer.cut == -1:
                self._reset()
                return
            body = answer.body.encode()
            self.send_response(answer.status)
            for name, value in {"content-type": answer.content_type, **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            with suppress(OSError):  # the client gave up
                if answer.pause:
                    for byte in body:
                        self.wfile.write(bytes([byte]))
                        time.sleep(answer.pause)
                else:
                    self.wfile.write(body[: answer.cut])
            if answer.cut is not None:
                self._reset()

        def _reset(self) -> None:
            """Close the connection as a machine that falls over does, with a reset and no last word."""
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the test says what it wants to see."""

    server.RequestHandlerClass = Handler
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
