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
# A scratchpad's tag counts with anything else inside its brackets too: to miss one would let reasoning out.
_TAG = re.compile(
    rf"<{_SPACE}(?P<slash>/?){_SPACE}"
    rf"(?:(?P<scratchpad>SCRATCHPAD_REASONING)(?![\w-])[^<>]{{0,99}}|(?P<other>OUTPUT|think){_SPACE})>",
    re.IGNORECASE | re.ASCII,
)
_DRAFT = re.compile(rf"<{_SPACE}(/?){_SPACE}DRAFT_OUTPUT{_SPACE}>", re.IGNORECASE | re.ASCII)
_MARKER = re.compile(rf"<{_SPACE}NEXT{_SPACE}/{_SPACE}>", re.IGNORECASE | re.ASCII)
"""Stands between the blocks of the prompt's examples; a model that copies it has not answered with it."""
_SCRATCHPAD, _OUTPUT, _THINK = "scratchpad_reasoning", "output", "think"


BILLED_REASONING = "billed_reasoning"
"""Key in the store of a sample: reasoning tokens of each turn but the last, in order."""

END_UNSEEN = "end_unseen"
"""Key in the store of a sample: true where nothing shows that the reply is whole. Its provider gave no reason that is
known why the model stopped, as where a stream broke off, and there is no closed output block."""

ANSWERED_BY = "answered_by"
"""Key in the store of a sample: name of the model that its endpoint says has answered, where it is another one."""


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
    """Where there is no closed output block: what is left after the last closed scratchpad, without tags."""

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


def parse(*turns: str) -> Reply:
    """Take a reply apart. Total: any strings give a `Reply`.

    Args:
        *turns: The completion as the model gave it; of a reply that was continued, that of each turn in order. Tags are
            read in any case, with spaces inside the angle brackets.
    """
    defects: set[Defect] = set()
    split = [_split_thinking(turn, defects) for turn in turns]  # each turn may begin with native reasoning
    scratchpad, rest = _split_scratchpad("\n\n".join(body for _, body in split), defects)
    output = _output(rest, defects)
    remainder = _remainder(rest, defects) if output is None else None
    thinking = "\n\n".join(thought for thought, _ in split if thought) or None
    return Reply(scratchpad, output, remainder, thinking, frozenset(defects))


def is_unfinished(turn: str, wrapper: Wrapper) -> bool:
    """Whether a turn ends between its scratchpad and its output, so that the model can be asked to go on.

    The notebook loop (facts 4.1): a turn that closes its scratchpad and begins no output after it. A tag that is quoted
    inside the scratchpad decides nothing; what is left open cannot be continued.

    Args:
        turn: Completion of this turn.
        wrapper: Where the lineage grades what is left after the scratchpad, a turn that leaves something is finished.
    """
    defects: set[Defect] = set()
    _, body = _split_thinking(turn, defects)
    _, rest = _split_scratchpad(body, defects)
    closed = len(rest) < len(body) and Defect.UNCLOSED_SCRATCHPAD not in defects
    begun = any(_kind(tag) == _OUTPUT for tag in _TAG.finditer(rest))
    return closed and not begun and parse(turn).answer(wrapper) is None


def before_draft(reasoning: str) -> str:
    """The reasoning before the model first drafts its answer; all of it where it drafts none.

    A draft is what stands in ``<DRAFT_OUTPUT>``, and whatever follows such a tag at the start of a line, closed or not:
    a model that only says that it will use the tag has drafted nothing yet.
    """
    tags = list(_DRAFT.finditer(reasoning))
    for i, tag in enumerate(tags):
        if tag[1]:
            continue
        starts_line = not reasoning[: tag.start()].rpartition("\n")[2].strip()
        closing = next((other for other in tags[i + 1 : i + 2] if other[1]), None)
        if starts_line or (closing and reasoning[tag.end() : closing.start()].strip()):
            return reasoning[: tag.start()].strip()
    return reasoning


def _kind(tag: re.Match[str]) -> str:
    return str(tag["scratchpad"] or tag["other"]).lower()


def _split_thinking(text: str, defects: set[Defect]) -> tuple[str | None, str]:
    """Native reasoning, and what follows it. A lone closing tag counts: some chat templates open it in the prompt."""
    tags = list(_TAG.finditer(text))
    opened = bool(tags) and not tags[0][1] and _kind(tags[0]) == _THINK and not text[: tags[0].start()].strip()
    closing = _end_of_thinking(tags, opened)
    if closing is not None:
        return text[tags[0].end() if opened else 0 : closing.start()].strip() or None, text[closing.end() :]
    if opened:
        defects.add(Defect.UNCLOSED_THINKING)
        return None, ""
    return None, text


def _end_of_thinking(tags: list[re.Match[str]], opened: bool) -> re.Match[str] | None:
    """The last closing tag of native reasoning that is not a quotation inside a scratchpad or an output.

    One that stands in a scratchpad or an output which has not been closed is part of it, unless the reply starts anew
    after it: then the opening tag before it was quoted. Taking it for the end otherwise would let reasoning out.
    """
    first = last = end = None
    in_scratchpad = in_output = False
    for tag in tags:
        closes, kind = bool(tag[1]), _kind(tag)
        if kind == _THINK:
            if closes:
                first, last = first or tag, tag
            continue
        starts_anew = not closes and (kind == _SCRATCHPAD or not in_scratchpad)
        if last and (starts_anew or not (in_scratchpad or in_output)):
            end = last
        last = None
        if kind == _SCRATCHPAD:
            in_scratchpad = not closes
        else:
            in_output = not closes
    if last and not (in_scratchpad or in_output):
        end = last
    return end or (first if opened else None)


def _split_scratchpad(body: str, defects: set[Defect]) -> tuple[str | None, str]:
    """The closed scratchpad blocks, and the only stretch of text in which an output may stand."""
    blocks: list[str] = []
    opened: re.Match[str] | None = None
    after_last = 0
    for tag in _TAG.finditer(body):
        if _kind(tag) != _SCRATCHPAD:
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


def _remainder(rest: str, defects: set[Defect]) -> str | None:
    """What is left where there is no output block; None where it may be reasoning or the end of an output."""
    first = next((tag for tag in _TAG.finditer(rest) if _kind(tag) == _OUTPUT), None)
    cut_in_two = Defect.UNOPENED_SCRATCHPAD in defects and first is not None and first[1]
    if cut_in_two or Defect.UNCLOSED_SCRATCHPAD in defects:
        return None
    return _MARKER.sub("", _TAG.sub("", rest)).strip() or None


def _output(rest: str, defects: set[Defect]) -> str | None:
    """The first closed output block: the prompt says that an output cannot be revised, so a second revises nothing."""
    tags = [tag for tag in _TAG.finditer(rest) if _kind(tag) == _OUTPUT]
    opening = next((tag for tag in tags if not tag[1]), None)
    if opening is None:
        defects.add(Defect.MISSING_OUTPUT)
        return None
    for tag in tags[tags.index(opening) + 1 :]:
        if tag[1] or rest[opening.end() : tag.start()].strip():
            break
        opening = tag  # the opening tag twice in a row is one stammered
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
