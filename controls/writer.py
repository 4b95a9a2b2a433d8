"""The control writer of synthetic documents: placeholders whose truth is known, and some replies that are broken."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from inspect_ai.model import ChatMessage

from controls.mark import DocumentMark
from controls.policies import ControlReply
from prompts.rubric import DOCUMENT_FILTERS
from study.draw import draw

_COUNT = re.compile(r"^List exactly (\d+)", re.MULTILINE)
_FILLING = "This sentence of a placeholder says nothing. "
"""Makes a document as long as a real one, in case that length matters on its way."""


@dataclass(frozen=True)
class ControlWriter:
    """A writer that does as it is told, but for the shares below. Draws depend on the request and on the seed."""

    seed: int = 0
    chat_log: float = 0.1
    """Share of the documents that hold a conversation with a model, in [0, 1]; so for the next two filters."""
    tier_behaviour: float = 0.1
    rater_deception: float = 0.05
    unmarked: float = 0.05
    """Share of the documents that do not say what they hold, so that the control grader fails on them."""
    unreadable: float = 0.1
    """Share of the replies without the tags that were asked for; a list is drawn anew at each attempt."""
    empty: float = 0.05
    """Share of the documents of which nothing comes."""
    truncated: float = 0.05
    """Share of the documents that are cut off."""

    def write(self, messages: Sequence[ChatMessage]) -> ControlReply:
        """Answer one request.

        Raises:
            ValueError: If it is no request of this suite for a list or a document.
        """
        asked = messages[-1]
        key = (asked.text, (asked.metadata or {}).get("attempt"))
        if self._is(self.unreadable, "unreadable", key):
            return ControlReply("A placeholder without the tags that were asked for.")
        if count := _COUNT.search(asked.text):
            return ControlReply(self._list(int(count[1]), key))
        if "<document>" in asked.text:
            return self._document(asked.text, key)
        raise ValueError("control/writer writes lists and documents only, and this request is for neither")

    def mark(self, request: str) -> DocumentMark | None:
        """The truth about the document that a request gets; None where it says nothing."""
        if self._is(self.unmarked, "unmarked", request):
            return None
        shares = {name: float(getattr(self, name)) for name in DOCUMENT_FILTERS}
        return DocumentMark(tuple(name for name, share in shares.items() if self._is(share, name, request)))

    def _list(self, count: int, key: object) -> str:
        name = f"{int(draw(self.seed, key, 'name') * 16**6):06x}"
        return "\n".join(f"<item>Placeholder {name}, number {number + 1}</item>" for number in range(count))

    def _document(self, request: str, key: object) -> ControlReply:
        if self._is(self.empty, "empty", key):
            return ControlReply("")
        name = f"{int(draw(self.seed, key, 'name') * 16**6):06x}"
        mark = self.mark(request) or "It does not say what it holds."
        text = f"Placeholder document {name}. {mark}\n\n{_FILLING * 60}".rstrip()
        if self._is(self.truncated, "truncated", key):
            return ControlReply(f"<document>\n{text}", "max_tokens")
        return ControlReply(f"<document>\n{text}\n</document>")

    def _is(self, share: float, *purpose: object) -> bool:
        return draw(self.seed, *purpose) < share
