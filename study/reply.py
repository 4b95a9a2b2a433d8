"""From the text of a completion to its parts: what was thought, what was said, and what is broken about it.

The rule that everything else rests on: **nothing of a scratchpad ever reaches the output.** Models quote tags while
they reason, forget to close them and repeat them, so only what follows the *last* closing scratchpad tag can be the
output. That costs a reply that quotes the closing tag in its own answer (it becomes malformed, and is counted); reading
reasoning as an answer would cost the measurement.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from study.wrapper import Wrapper

_SPACE = r"\s{0,9}"  # bounded: an unbounded run on both sides of the slash would backtrack quadratically
_TAG = re.compile(rf"<{_SPACE}(/?){_SPACE}(SCRATCHPAD_REASONING|OUTPUT|think){_SPACE}>", re.IGNORECASE)
_SCRATCHPAD, _OUTPUT, _THINK = "scratchpad_reasoning", "output", "think"


class Defect(StrEnum):
    """A departure of a reply from the form that the prompt asks for."""

    UNCLOSED_SCRATCHPAD = "unclosed_scratchpad"
    UNOPENED_SCRATCHPAD = "unopened_scratchpad"
    NESTED_SCRATCHPAD = "nested_scratchpad"
    UNCLOSED_THINKING = "unclosed_thinking"
    MISSING_OUTPUT = "missing_output"
    UNCLOSED_OUTPUT = "unclosed_output"
    EMPTY_OUTPUT = "empty_output"
    REPEATED_OUTPUT = "repeated_output"


@dataclass(frozen=True)
class Reply:
    """The parts of one completion; every text is stripped of surrounding white space, and None where it is absent."""

    scratchpad: str | None
    """Text of all closed scratchpad blocks, joined by blank lines."""

    output: str | None
    """Text of the first closed output block after the last closed scratchpad; may be empty."""

    remainder: str | None = None
    """Where there is no closed output block: what is left after the last closed scratchpad, its output tags removed."""

    thinking: str | None = None
    """Native reasoning found in the text (``<think>``), which is never mixed with the scratchpad."""

    defects: frozenset[Defect] = frozenset()
    """Everything that departs from the form asked for."""

    def answer(self, wrapper: Wrapper) -> str | None:
        """What may be graded as the reply to the user; None means that the reply is malformed.

        Args:
            wrapper: The lineage decides: ``notebook`` reads an output block or nothing, ``revisited`` grades what is
                left after the scratchpad where the output tag is missing (facts 4.1).
        """
        if self.output is None and wrapper is Wrapper.REVISITED:
            return self.remainder
        return self.output or None


def parse(text: str) -> Reply:
    """Take a completion apart. Total: any string gives a `Reply`.

    Args:
        text: The completion as the model gave it. Tags are read in any case, with spaces inside the angle brackets.
    """
    defects: set[Defect] = set()
    thinking, body = _split_thinking(text, defects)
    scratchpad, rest = _split_scratchpad(body, defects)
    output = _output(rest, defects)
    left = _TAG.sub("", rest).strip() if output is None and Defect.UNCLOSED_SCRATCHPAD not in defects else ""
    return Reply(scratchpad, output, left or None, thinking, frozenset(defects))


def _split_thinking(text: str, defects: set[Defect]) -> tuple[str | None, str]:
    """Native reasoning, and what follows it. A lone closing tag counts: some chat templates open it in the prompt."""
    tags = [tag for tag in _TAG.finditer(text) if tag[2].lower() == _THINK]
    closing = [tag for tag in tags if tag[1]]
    if closing:
        start = tags[0].end() if not tags[0][1] and not text[: tags[0].start()].strip() else 0
        return text[start : closing[-1].start()].strip() or None, text[closing[-1].end() :]
    if tags and not text[: tags[0].start()].strip():
        defects.add(Defect.UNCLOSED_THINKING)
        return None, ""
    return None, text


def _split_scratchpad(body: str, defects: set[Defect]) -> tuple[str | None, str]:
    """The closed scratchpad blocks, and the only stretch of text in which an output may stand."""
    blocks: list[str] = []
    opened: re.Match[str] | None = None
    after_last = 0
    for tag in _TAG.finditer(body):
        if tag[2].lower() != _SCRATCHPAD:
            continue
        if tag[1]:
            if opened is None:
                defects.add(Defect.UNOPENED_SCRATCHPAD)
            blocks.append(body[opened.end() if opened else after_last : tag.start()].strip())
            opened, after_last = None, tag.end()
        elif opened is None:
            opened = tag
        else:
            defects.add(Defect.NESTED_SCRATCHPAD)
    if opened:
        defects.add(Defect.UNCLOSED_SCRATCHPAD)
    return "\n\n".join(filter(None, blocks)) or None, body[after_last : opened.start() if opened else None]


def _output(rest: str, defects: set[Defect]) -> str | None:
    """The first closed output block: the prompt says that an output cannot be revised, so a second revises nothing."""
    tags = [tag for tag in _TAG.finditer(rest) if tag[2].lower() == _OUTPUT]
    opening = next((tag for tag in tags if not tag[1]), None)
    if opening is None:
        defects.add(Defect.MISSING_OUTPUT)
        return None
    closing = next((tag for tag in tags if tag[1] and tag.start() >= opening.end()), None)
    if closing is None:
        defects.add(Defect.UNCLOSED_OUTPUT)
        return None
    if any(not tag[1] and tag is not opening for tag in tags):
        defects.add(Defect.REPEATED_OUTPUT)
    output = rest[opening.end() : closing.start()].strip()
    if not output:
        defects.add(Defect.EMPTY_OUTPUT)
    return output
