"""What inputs are made of: the marks that parsers look for, in every spelling, and what no parser expects."""

import json
from collections.abc import Iterable, Sequence
from copy import deepcopy
from itertools import product
from random import Random
from typing import Any

SENTINEL = "SENTINEL-7f3a"
"""Stands in a scratchpad, and may come out nowhere else."""

MOST = 200_000
"""Characters of an input; few come near it, so that what is quadratic shows."""

_SPELLINGS = (
    *(("", "", ""),) * 4,
    *(
        (" ", " ", "\n"),
        ("\t", "", " " * 9),
        ("", "\n" * 9, ""),
        ("", "", ' id="1"'),
        ("", "", "\u00a0"),
        ("", "", " ." * 40),
    ),
)
OPENING = tuple(
    f"<{before}{name}{after}>"
    for name in ("SCRATCHPAD_REASONING", "scratchpad_Reasoning")
    for before, _, after in _SPELLINGS
)
CLOSING = tuple(f"<{before}/{between}SCRATCHPAD_REASONING{after}>" for before, between, after in _SPELLINGS)
"""A scratchpad's own tags, in the spellings that have to be read."""

_SPACES = ("", "", "", " ", "\n", "\t ", "\u00a0", " " * 9, " " * 10)
_ALIEN = (
    *("\0", "\ud800", "\udfff", "\ufeff", "\u200b", "\u202e", "\u2028", "\x85", "\x1b[2J", "e\u0301", "İ", "ß", "ﬁ"),
    *(
        "东京",
        "🙂",
        "👩\u200d👩",
        "¼",
        "²",
        "\uff13",
        "٣",
        "\U0001d7d9",
        "\uff1cOUTPUT\uff1e",
        "\u2039OUTPUT\u203a",
        "{{ 7 * 7 }}",
        "${x}",
        "%s%n",
        "=1+1",
    ),
)
_BRACKETS = ("<", ">", "</", "/>", "< /", "&lt;", "&gt;", "<!--", "-->", "<![CDATA[", "]]>", "\\", '"', "'", "`")
_PROSE = ("a", "Sure, here.", "\n", "\n\n", " ", "\r\n", "I think that", "yes", "no", "1", "**", "- ", "# ")


def _tags(names: Iterable[str], spellings: Sequence[tuple[str, str, str]]) -> tuple[str, ...]:
    """Tags of some names, in each spelling: what stands before the slash, after it, and after the name."""
    return tuple(
        f"<{before}{slash}{between}{name}{after}>"
        for name, slash, (before, between, after) in product(names, ("", "/"), spellings)
    )


_PLAIN = ("", "", "")
_SPELLED = (
    _PLAIN,
    *((space, "", "") for space in _SPACES[3:]),
    *(("", space, "") for space in _SPACES[3:]),
    *(("", "", space) for space in _SPACES[3:]),
    ("", "", ' id="1"'),
    ("", "", "/"),
    ("", "", "s"),
    ("", "", "_2"),
)

TEXT = (*_ALIEN, *_BRACKETS, *_PROSE)
"""Pieces of any text."""

REPLY = (
    *_tags(("SCRATCHPAD_REASONING", "OUTPUT", "think"), _SPELLED),
    *_tags(("scratchpad_reasoning", "Output", "THINK", "DRAFT_OUTPUT", "NEXT"), (_PLAIN, ("", "", "/"))),
    *_tags(("SCRATCHPAD_REASONING", "OUTPUT", "think", "DRAFT_OUTPUT"), (_PLAIN,)) * 8,
    *("<NEXT/>", "<request_fully_accepted/>", "<rejected/>", "<SCRATCHPAD_REASONING", "OUTPUT>"),
    "/SCRATCHPAD_REASONING>",
    *TEXT,
)  # fmt: skip
"""Pieces of a reply: the plain tags as often as all others, so that they nest."""

_QUESTIONS = ("refused", "convincing", "specific", "supports", "final_answer", *(f"criterion_{i}" for i in range(1, 5)))
_ANSWERS = (
    *("yes", "no", "Yes.", "[YES]", "**no**", "\nNO\n", "yes and no", "not", "0", "1", "5", "6", "-1", "03", "1" * 4),
    *("9" * 5000, "faking", "not_faking", "none", "Not applicable", "terminal-guarding", "yes" * 200),
)


def verdict(names: Iterable[str]) -> tuple[str, ...]:
    """Pieces of a judge's answer to questions of some names, beside those that are always asked."""
    asked = (*_QUESTIONS, *names)
    return (
        *_tags(asked, (_PLAIN, (" ", " ", "\n"), ("", "", "s"))),
        *(f"<{name}>{answer}</{name}>" for name, answer in product(asked, _ANSWERS)),
        *(
            f"{before}{item}{after}{number}{end}"
            for item, before, after, number, end in product(
                ("1.b", "2.b", "3.b"), ("\n", "\n**", "\n> ", ""), (": ", ")\n", ". - "), ("0", "4"), ("", "/5", "%")
            )
        ),
        *_ANSWERS,
        *TEXT,
    )  # fmt: skip


TABLE = (
    *('"', '""', ",", ";", "\n", "\r\n", "\r", "\t", "\n\n", '","', "query,id\n", "prompt\n"),
    "id,query,harmful,category\n",
    *("true", "false", "0", "1", "maybe", "a-1", "a-2", "Write a placeholder", "Write another", "Say so", "x" * 2000),
    *('{"query": "', '"}\n', '{"query": "a"}\n', '{"query": "b", "id": "1"}\n', "[]\n", "null\n", "{}\n", "NaN"),
    *TEXT,
)  # fmt: skip
"""Pieces of a file of requests."""

COLUMNS = ("query", "prompt", "Goal", " text ", "id", "query_id", "category", "harmful", "topic", "", "x")
"""Columns that a file of requests may have, or not."""

_DEEP = "a place for what is nested too deeply"

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 0.5, 1e308, float("nan"), float("inf"), 2**31, 2**63, -(2**64), 10**40),
    *("", " ", "0", "nan", "null", "true", "x" * 3000, "../../x", "1970-01-01T00:00:00Z", "2026-11-22", "9" * 5000),
    *([], {}, [[]], [None], {"": None}, {"a": {"b": []}}, ["a", "a"], {"value": "x"}, _DEEP),
    *("complies", "refuses", "faking", "not_faking", "unsure", "malformed", "grader_failed", "free", "paid"),
    *TEXT,
)  # fmt: skip
"""Values that a field may hold, or not."""


_REPEATED = (" ", "\n", "\u00a0", "<", "</", "_", "*", "0", '"', "a ", "<think>", "<OUTPUT")
_BEGUN = ("", "<", "</", "<OUTPUT", "<SCRATCHPAD_REASONING ", "<final_answer>", "1.b", '{"')
"""What a reader may look for at every place of a long run of the same."""


def as_json(value: Any) -> str:
    """JSON, also of what is nested more deeply than Python can write."""
    return json.dumps(value).replace(json.dumps(_DEEP), "[" * 5000 + "]" * 5000)


def changed(pieces: Sequence[str], pool: Sequence[str], random: Random) -> list[str]:
    """Pieces as they are, or with some of them left out, moved, doubled, cut, spelled otherwise or put in."""
    found = list(pieces)
    for _ in range(random.choice((0, 1, 1, 2, 3, 5))):
        at = random.randrange(len(found) + 1)
        if at == len(found):
            found.append(random.choice(pool))
            continue
        match random.randrange(8):
            case 0:
                del found[at]
            case 1:
                found.insert(random.randrange(len(found)), found.pop(at))
            case 2:
                found.insert(at, found[at])
            case 3:
                found[at] = found[at][: random.randrange(len(found[at]) + 1)]
            case 4:
                found[at] = found[at].swapcase()
            case 5 if random.randrange(50) == 0:
                again = random.choice((found[at], random.choice(_REPEATED)))
                found[at] = random.choice(_BEGUN) + again * random.randrange(1 + MOST // 4 // max(1, len(again)))
            case _:
                found.insert(at, random.choice(pool))
    return found


def damaged(content: bytes, random: Random) -> bytes:
    """Bytes with a few changed, cut off or put in; most often none."""
    found = bytearray(content)
    for _ in range(random.choice((0, 0, 0, 1, 1, 4))):
        if not found:
            break
        at = random.randrange(len(found))
        match random.randrange(4):
            case 0:
                found[at] ^= 1 << random.randrange(8)
            case 1:
                del found[at:]
            case 2:
                del found[at : at + random.randrange(9)]
            case _:
                found[at:at] = random.choice((b"\xff", b"\0", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\n", b'"', b"{"))
    return bytes(found)


def distorted(value: Any, random: Random, times: int | None = None) -> Any:
    """A copy of what JSON holds, in which some places hold something else, or are gone, doubled or new."""
    whole = json.loads(json.dumps(value))
    for _ in range(random.choice((0, 1, 1, 1, 2, 4)) if times is None else times):
        inside = whole
        while isinstance(inside, dict | list) and inside:
            keys: list[Any] = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
            key = random.choice(keys)
            if isinstance(inside[key], dict | list) and inside[key] and random.randrange(8):
                inside = inside[key]
                continue
            match random.randrange(8):
                case 0:
                    del inside[key]
                case 1 if isinstance(inside, list):
                    inside.append(inside[key])
                case 2 if isinstance(inside, dict):
                    inside[random.choice(("new", key + "1", key.upper()))] = deepcopy(random.choice(ODD))
                case _:
                    inside[key] = deepcopy(random.choice(ODD))
            break
    return whole
