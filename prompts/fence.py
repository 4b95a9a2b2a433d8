"""The fence around what a judge judges: digits that the tags around a text carry, and that the text cannot."""

import re

from prompts.template import digest

DIGITS = 16
"""Hexadecimal digits of a fence."""


def fence(*texts: str) -> str:
    """Digits that stand in none of the texts, so that nothing in them can close the block that they stand in.

    The same texts have the same fence: votes on one text share what a provider caches of it, and a verdict can be kept
    by content. It need be no secret: a text that was made to hold the fence that is drawn for it, which takes some 2⁶⁴
    attempts, and fewer where it holds many fences, is given another.

    Args:
        *texts: All that is judged, in order.
    """
    held = [_SEPARATORS.sub("", text.casefold()) for text in texts]
    drawn = digest("\x1f".join(texts))
    while any(drawn[:DIGITS] in text for text in held):
        drawn = digest(drawn)
    return drawn[:DIGITS]


_SEPARATORS = re.compile(r"[\W_]+")
"""What may stand between digits without making them others to an inattentive reader."""
