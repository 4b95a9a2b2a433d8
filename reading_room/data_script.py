"""Data as a plain script, which a page that is opened from disk can load where it may fetch nothing."""

import json

from study.human_label import shown

_UNSAFE = {character: f"\\u{ord(character):04x}" for character in "<>&'\u2028\u2029\ufeff"}
"""In a string of JSON each may be written as its number: no script element ends, and no quotation."""


def data_script(call: str, *arguments: object) -> str:
    """A script that hands data on.

    Args:
        call: Function of the page, for instance ``site``.
        *arguments: What it is given, as JSON has it; lone surrogates in them become U+FFFD.

    Raises:
        ValueError: If a number is none.
    """
    handed = ",".join(f"JSON.parse('{_quoted(argument)}')" for argument in arguments)
    return f"af_site.{call}({handed});\n"


def as_json(value: object) -> str:
    """JSON on one line that UTF-8 can hold.

    Raises:
        ValueError: If a number is none.
    """
    return shown(json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")))


def _quoted(value: object) -> str:
    text = as_json(value)
    for character, number in _UNSAFE.items():
        text = text.replace(character, number)
    # Then its backslashes, for the quotation: it is parsed faster than the same as an object literal.
    return text.replace("\\", "\\\\")
