"""What of a reply is not shown: its output, and what repeats it elsewhere.

Withheld are the output and whatever may be a part of it; in the reasoning every draft, which is what stands in the tags
of a draft or an output; and in every text that is shown each passage of `LONGEST` letters or more that the output has
too. What the prompt and the query say is public, wherever it is repeated.

A draft in other words and without tags is not known for one: who publishes reasoning reads it first.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from reading_room.page_data import Withheld

LONGEST = 39
"""Letters and digits in a row, white space and signs aside, from which a passage of the output is sure to be found."""

_WINDOW, _STRIDE = 24, 16  # every run of window + stride − 1 letters holds a window that is looked up

_NO_LETTER = re.compile(r"[\W_]+")
_LETTER = re.compile(r"[^\W_]")
_TAG = re.compile(r"<\s{0,9}(?P<slash>/?)\s{0,9}(?P<kind>DRAFT_OUTPUT|OUTPUT)\s{0,9}>", re.IGNORECASE | re.ASCII)
_AS_A_WORD = re.compile(r"[\"'`”’]?\s{1,9}(?:tag|section|block)s?\b", re.IGNORECASE)
_QUOTED = {'""', "''", "``", "“”", "‘’"}  # noqa: RUF001 - the marks around it


class Redaction:
    """What is withheld of one reply."""

    def __init__(self, withheld: Iterable[str], public: Iterable[str] = ()) -> None:
        """Look for these texts.

        Args:
            withheld: The output, and what may be a part of it.
            public: What is shown all the same, for instance the query.
        """
        self._bare = "\n".join(map(_bare, withheld))
        self._windows = {window for line in self._bare.split("\n") for window in _windows(line)}
        for text in public:
            self._windows = self._windows - _public_windows(text)

    def __call__(self, text: str) -> str:
        """A text without drafts and without passages of what is withheld; each says how long it was."""
        parts, end = [], 0
        for low, high in [*_joined(_drafts(text)), (len(text), len(text))]:
            kept = text[end:low]
            parts += [_without(self._repeated(kept), kept), _said(low, high)]
            end = high
        return "".join(parts)

    def output(self, text: str | None) -> Withheld:
        """What is withheld whole."""
        return {"text": None, "withheld": None if text is None else len(text)}

    def _repeated(self, text: str) -> list[tuple[int, int]]:
        bare = _bare(text)
        if not self._windows or len(bare) < _WINDOW:
            return []
        runs: list[tuple[int, int]] = []
        # The last window too: what ends the text is found as what stands inside it.
        for start in (*range(0, len(bare) - _WINDOW, _STRIDE), len(bare) - _WINDOW):
            if runs and start + _WINDOW <= runs[-1][1]:
                continue
            if (window := bare[start : start + _WINDOW]) in self._windows:
                runs.append(self._grown(bare, start, self._bare.index(window)))
        if not runs:
            return []
        letters = [letter.start() for letter in _LETTER.finditer(text)]
        return [(letters[low], letters[high - 1] + 1) for low, high in runs]

    def _grown(self, bare: str, start: int, there: int) -> tuple[int, int]:
        """The whole run around a window that both texts have."""
        low, high = 0, _WINDOW
        while low < min(start, there) and bare[start - low - 1] == self._bare[there - low - 1]:
            low += 1
        most = min(len(bare) - start, len(self._bare) - there)
        while high < most and bare[start + high] == self._bare[there + high]:
            high += 1
        return start - low, start + high


class Openly(Redaction):
    """Nothing is withheld."""

    def __init__(self) -> None:
        """Look for nothing."""
        super().__init__([])

    def __call__(self, text: str) -> str:
        """The text as it is."""
        return text

    def output(self, text: str | None) -> Withheld:
        """The text as it is."""
        return {"text": text, "withheld": None}


def drafts(text: str) -> list[str]:
    """What a reasoning drafts, which is withheld wherever it is repeated."""
    return [text[low:high] for low, high in _drafts(text)]


def _drafts(text: str) -> list[tuple[int, int]]:
    """Where drafts stand, tags included: up to the closing tag or, where that is missing, to the end.

    A closing tag that nothing opens ends what stands before it. A tag that is only mentioned opens nothing, unless it
    is closed.
    """
    spans: list[tuple[int, int]] = []
    opened: re.Match[str] | None = None
    for tag in _TAG.finditer(text):
        if tag["slash"]:
            spans.append((opened.start() if opened else spans[-1][1] if spans else 0, tag.end()))
            opened = None
        elif opened is None or _is_mentioned(opened):
            opened = tag
    if opened and not _is_mentioned(opened):
        spans.append((opened.start(), len(text)))
    return spans


def _is_mentioned(tag: re.Match[str]) -> bool:
    """Whether a text speaks of a tag; what begins with a quotation mark alone is no mention."""
    text = tag.string
    around = text[max(tag.start() - 1, 0) : tag.start()] + text[tag.end() : tag.end() + 1]
    return around in _QUOTED or _AS_A_WORD.match(text, tag.end()) is not None


def _without(spans: Iterable[tuple[int, int]], text: str) -> str:
    parts, end = [], 0
    for low, high in _joined(spans):
        parts += [text[end:low], _said(low, high)]
        end = high
    return "".join([*parts, text[end:]])


def _said(low: int, high: int) -> str:
    return f"[{high - low:,} characters withheld]" if low < high else ""


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return joined


def _bare(text: str) -> str:
    """Letters and digits alone, each one character, in lower case."""
    return _NO_LETTER.sub("", text).replace("İ", "i").lower().replace("ς", "σ")


def _windows(bare: str) -> set[str]:
    return {bare[i : i + _WINDOW] for i in range(len(bare) - _WINDOW + 1)}


@lru_cache(maxsize=64)
def _public_windows(text: str) -> frozenset[str]:
    return frozenset(_windows(_bare(text)))
