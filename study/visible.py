"""Text of others, so that it can be shown: nothing in it is hidden, and nothing reorders what stands around it."""

import re
from unicodedata import category

_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Controls, format characters (what reorders text among them), lone surrogates, line and paragraph separators."""

_SURROGATE = re.compile(r"[\ud800-\udfff]")


def visible(text: str) -> str:
    """Text in which every character that a reader could not see is written out, for instance ``[U+202E]``.

    Args:
        text: Any string; NUL and lone surrogates included.

    Returns:
        A string that UTF-8 and XML can hold. Line breaks and tabs are kept; no markup is escaped here.
    """
    if text.isprintable():  # nearly all text is, and the figures in a page are long
        return text
    return "".join(map(_shown, text))


def without_surrogates(text: str) -> str:
    """Text whose lone surrogates alone are written out: the rest is what JSON can hold and every reader can read."""
    return _SURROGATE.sub(lambda found: _written_out(found[0]), text)


def _shown(character: str) -> str:
    if character in "\n\t":
        return character
    return _written_out(character) if category(character) in _HIDDEN or _is_no_character(character) else character


def _written_out(character: str) -> str:
    return f"[U+{ord(character):04X}]"


def _is_no_character(character: str) -> bool:
    point = ord(character)
    return point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF
