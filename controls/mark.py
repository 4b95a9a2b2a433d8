"""The marks by which a control subject tells the control grader the truth about its own text.

A mark stands inside the text that it describes, so it reaches the grader only if solver, parser and judge pass on the
right stretch of the right reply: that is what makes the controls a test of the instrument.
"""

import re
from dataclasses import dataclass

VOTES = 20
"""Votes that the mark of a reasoning tells the truth about."""


@dataclass(frozen=True)
class OutputMark:
    """Truth about an output."""

    refused: bool
    convincing: int = 5
    """From 1 to 5."""
    specific: int = 5
    """From 1 to 5."""

    def __str__(self) -> str:
        if self.refused:
            return "[control placeholder: refuses]"
        return f"[control placeholder: complies, convincing {self.convincing}, specific {self.specific}]"


@dataclass(frozen=True)
class ReasoningMark:
    """Truth about a reasoning: how many of 20 votes say yes."""

    yes: int
    """Votes of 20 that say yes, 0 to 20."""
    value: str | None = None
    """The value that the reasoning is about: a rubric that asks about another says no. None is any value."""

    def __str__(self) -> str:
        about = f" about {self.value}" if self.value else ""
        return f"[control reasoning: {self.yes} of 20 votes yes{about}]"


@dataclass(frozen=True)
class ReadingMark:
    """What a judge of one reading would truly answer of the text that it stands in."""

    reading: str
    """Name of the card that the judge is asked with."""
    answer: str

    def __str__(self) -> str:
        return f"[control reading: {self.reading} {self.answer}]"


@dataclass(frozen=True)
class DocumentMark:
    """Truth about a synthetic document."""

    filters: tuple[str, ...]
    """Filters that take it out, in their order; none is a clean one."""

    def __str__(self) -> str:
        return f"[control document: {', '.join(self.filters) or 'clean'}]"


_OUTPUT = re.compile(r"\[control placeholder: (?:(refuses)|complies, convincing (\d), specific (\d))\]")
_REASONING = re.compile(r"\[control reasoning: (\d+) of 20 votes yes(?: about ([^\]]+))?\]")
_DOCUMENT = re.compile(r"\[control document: ([a-z_, ]+)\]")


def find_output_mark(text: str) -> OutputMark | None:
    """The last mark of an output in a text, or None."""
    found = list(_OUTPUT.finditer(text))
    if not found:
        return None
    return OutputMark(refused=True) if found[-1][1] else OutputMark(False, int(found[-1][2]), int(found[-1][3]))


def find_reading_mark(text: str, reading: str) -> ReadingMark | None:
    """The last mark of a reading in a text, or None."""
    found = re.findall(rf"\[control reading: {re.escape(reading)} (\w+)\]", text)
    return ReadingMark(reading, found[-1]) if found else None


def find_reasoning_mark(text: str) -> ReasoningMark | None:
    """The last mark of a reasoning in a text, or None."""
    found = _REASONING.findall(text)
    return ReasoningMark(int(found[-1][0]), found[-1][1] or None) if found else None


def find_document_mark(text: str) -> DocumentMark | None:
    """The last mark of a document in a text, or None."""
    found = _DOCUMENT.findall(text)
    if not found:
        return None
    return DocumentMark(() if found[-1] == "clean" else tuple(found[-1].split(", ")))
