"""The batches of providers, for the server on loopback: what is asked in one is answered as if it were asked alone.

OpenAI takes a file of requests and gives one of answers; Anthropic takes the requests themselves. Every batch is done
when it is looked at first.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.wire_formats import FORMATS, Answer, Body, Request, Said

Reply = Callable[[Request], Said | str | int | Answer]


@dataclass
class Batches:
    """What was handed in."""

    reply: Reply
    files: dict[str, str] = field(default_factory=dict)
    sizes: list[int] = field(default_factory=list)
    """How many requests each batch holds, in the order in which they were handed in."""
    answers: dict[str, list[Body]] = field(default_factory=dict)

    def post(self, path: str, body: bytes) -> Body | None:
        """The answer to what is handed in; None where it is no batch."""
        match path:
            case "/v1/files":
                [content] = re.findall(rb'name="file".*?\r\n\r\n(.*?)\r\n--', body, re.DOTALL)
                name = f"file-{len(self.files)}"
                self.files[name] = content.decode()
                return {"id": name, "object": "file", "bytes": 1, "created_at": 0, "filename": "x", "purpose": "batch"}
            case "/v1/batches":
                lines = self.files[json.loads(body)["input_file_id"]].splitlines()
                return self._openai(self._begin([self._openai_answer(json.loads(line)) for line in lines]))
            case "/v1/messages/batches":
                requests = json.loads(body)["requests"]
                return self._anthropic(self._begin([self._anthropic_answer(one) for one in requests]))
            case _:
                return None

    def get(self, path: str) -> Body | str | None:
        """What is looked at: a batch, or its answers as lines of JSON; None where there is none."""
        if found := re.fullmatch(r"/v1/files/answers-(\w+)/content|/v1/messages/batches/(\w+)/results", path):
            return "".join(json.dumps(answer) + "\n" for answer in self.answers[found[1] or found[2]])
        if found := re.fullmatch(r"/v1/batches/(\w+)", path):
            return self._openai(found[1])
        if found := re.fullmatch(r"/v1/messages/batches/(\w+)", path):
            return self._anthropic(found[1])
        return None

    def _begin(self, answers: list[Body]) -> str:
        name = f"batch{len(self.sizes)}"
        self.sizes.append(len(answers))
        self.answers[name] = answers
        return name

    def _said(self, request: Body, path: str) -> Body:
        asked = Request(request)
        asked.path = path
        said = self.reply(asked)
        assert not isinstance(said, int | Answer), "a refusal within a batch is not made up here"
        _, body = (Said(said) if isinstance(said, str) else said).in_format(path, asked)
        answer: Body = json.loads(body)
        return answer

    def _openai_answer(self, line: Body) -> Body:
        assert line["url"] in FORMATS
        response = {"status_code": 200, "request_id": "r", "body": self._said(line["body"], line["url"])}
        return {"id": "a", "custom_id": line["custom_id"], "response": response, "error": None}

    def _anthropic_answer(self, request: Body) -> Body:
        message = self._said(request["params"], "/v1/messages")
        return {"custom_id": request["custom_id"], "result": {"type": "succeeded", "message": message}}

    def _openai(self, name: str) -> Body:
        size = len(self.answers[name])
        return {
            "id": name,
            "object": "batch",
            "endpoint": "/v1/chat/completions",
            "input_file_id": "x",
            "completion_window": "24h",
            "status": "completed",
            "output_file_id": f"answers-{name}",
            "created_at": 0,
            "request_counts": {"total": size, "completed": size, "failed": 0},
        }

    def _anthropic(self, name: str) -> Body:
        counts = dict.fromkeys(("processing", "succeeded", "errored", "canceled", "expired"), 0)
        return {
            "id": name,
            "type": "message_batch",
            "processing_status": "ended",
            "request_counts": counts | {"succeeded": len(self.answers[name])},
            "created_at": "2026-11-21T00:00:00Z",
            "expires_at": "2026-11-22T00:00:00Z",
            "ended_at": "2026-11-21T00:00:00Z",
            "results_url": f"/v1/messages/batches/{name}/results",
        }
