"""Whether a judge's verdict can be told from one that it copied out of what it judged.

The last answer in a tag wins, because judges repeat the template and correct themselves. Where what was judged holds
the tag itself, a judge that quotes it has that too in its answer, before its own or after. Answers that differ are then
no verdict: nobody can say which of them is the judge's.
"""

import re
from collections.abc import Iterable
from functools import cache
from html import unescape
from itertools import pairwise

_TAG = re.compile(r"<(\w+)>")
_QUOTE = re.compile(r"quote_?\d*")
_TEMPLATES = {"", "yes_or_no", "one_of_the_labels"}
_LONGEST = 100


@cache
def verdict_tags(instructions: str) -> tuple[str, ...]:
    """Tags in which a judge is to give its verdict: all that its instructions show but those of quotes."""
    return tuple(dict.fromkeys(tag for tag in _TAG.findall(instructions) if not _QUOTE.fullmatch(tag)))


def is_contested(answer: str, judged: Iterable[str], tags: Iterable[str]) -> bool:
    """Whether an answer says different things in a tag that what was judged holds too.

    Args:
        answer: The judge's.
        judged: All texts that it was shown.
        tags: Those of its verdict, as `verdict_tags` gives them.
    """
    doubtful = [tag for tag in tags if len(_said(answer, tag)) > 1]
    shown = [_as_copied(text) for text in judged] if doubtful else []
    return any(_marks(text, tag) for text in shown for tag in doubtful)


def _said(answer: str, tag: str) -> set[str]:
    """All that an answer says in a tag, in the form of a label; the template is nothing."""
    pairs = pairwise(_marks(answer, tag))
    closed = [answer[opening.end() : closing.start()] for opening, closing in pairs if closing[1] and not opening[1]]
    return {re.sub(r"[\W_]+", "_", said.strip()[:_LONGEST]).strip("_").casefold() for said in closed} - _TEMPLATES


def _marks(text: str, tag: str) -> list[re.Match[str]]:
    """As `scorers.tagged_answer` finds them."""
    return list(re.finditer(rf"<\s{{0,9}}(/?)\s{{0,9}}{re.escape(tag)}\s{{0,9}}>", text, re.IGNORECASE))


def _as_copied(text: str) -> str:
    """With tags as a judge may write them that copies them: unescaped, in narrow letters, nothing hidden inside."""
    return unescape(text).translate(_NARROW)


_NARROW: dict[int, int | None] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_NARROW |= dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
