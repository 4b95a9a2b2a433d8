"""Data in a script are text: none of it ends the script, and all of it comes back."""

import json
import re
from math import nan

import pytest

from reading_room.data_script import data_script
from tests.hostile import texts

HOSTILE = [
    *texts(),
    "</script>",
    "<!--",
    "'",
    '"',
    "\\",
    "\\u003c",
    "${x}",
    "`",
    "\u2028\u2029\ufeff",
]


def handed(script: str) -> list[object]:
    """What the page is handed: a quotation as JavaScript reads it, then JSON."""
    found = re.findall(r"JSON\.parse\('([^']*)'\)", script)
    return [json.loads(re.sub(r"\\(u[0-9a-f]{4}|\\)", unescaped, quoted)) for quoted in found]


def unescaped(escape: re.Match[str]) -> str:
    return "\\" if escape[1] == "\\" else chr(int(escape[1][1:], 16))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_text_comes_back_as_it_was(text: str) -> None:
    script = data_script("text", 7, [{"query": text}, {text: None}])
    script.encode()
    whole = text.replace("\ud800", "\ufffd")
    assert handed(script) == [7, [{"query": whole}, {whole: None}]]
    assert re.fullmatch(
        r"af_site\.text\(JSON\.parse\('7'\),JSON\.parse\('[^'<>&\u2028\u2029\x00-\x1f]*'\)\);\n", script
    )


def test_two_halves_of_a_character_are_the_character() -> None:
    assert handed(data_script("prompts", {"a": "\ud83d\ude00"})) == [{"a": "\U0001f600"}]


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="Out of range float values are not JSON compliant"):
        data_script("site", {"rate": nan})
