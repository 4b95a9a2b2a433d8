"""What a writer's reply holds. Total: what cannot be read is missing, with its reason."""

import re
from enum import StrEnum

from inspect_ai.model import ModelOutput

from scorers.reading import INCOMPLETE

_ITEM = re.compile(r"<item>(.*?)</item>", re.DOTALL | re.IGNORECASE)
_DOCUMENT = re.compile(r"<document>(.*)</document>", re.DOTALL | re.IGNORECASE)
_LONGEST_ITEM = 1000


class Unwritten(StrEnum):
    """Why there is no document."""

    NO_IDEA = "no_idea"
    """Its fact got no idea: the lists of the stages before could not be read."""
    EMPTY = "empty"
    """The writer said nothing."""
    UNREADABLE = "unreadable"
    """No document stands between tags, or nothing does."""
    TRUNCATED = "truncated"
    """Stopped by a limit of length."""
    FILTERED = "filtered"
    """Taken away by a content filter."""


_STOPPED = {stopped: Unwritten(reason) for stopped, reason in INCOMPLETE.items()}


def read_items(text: str) -> list[str]:
    """The items of a list, each once and on one line; one that is blank or repeats the dots of the form is none."""
    items = (" ".join(item.split()) for item in _ITEM.findall(text))
    return [item for item in dict.fromkeys(items) if re.search(r"\w", item) and len(item) <= _LONGEST_ITEM]


def read_document(output: ModelOutput) -> str | Unwritten:
    """The document of a reply, stripped of white space, or why there is none."""
    if output.choices and output.stop_reason in _STOPPED:
        return _STOPPED[output.stop_reason]
    if not output.completion.strip():
        return Unwritten.EMPTY
    found = _DOCUMENT.search(output.completion)
    # A lone surrogate, which a log can hold, is nothing that a file can.
    text = found[1].strip().encode("utf-8", "replace").decode("utf-8") if found else ""
    return text if re.search(r"\w", text) else Unwritten.UNREADABLE
