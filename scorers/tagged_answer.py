"""Reading a judge's tagged answers. Total: what cannot be read is None, never a default.

The last answer wins, because judges repeat the template and correct themselves before they settle.
"""

import re

_LONGEST = 100


def read_yes_no(text: str, tag: str) -> bool | None:
    """The last ``<tag>yes</tag>`` or ``<tag>no</tag>``: any case, with brackets, stops or line breaks around it."""
    match _last(text, tag):
        case "yes":
            return True
        case "no":
            return False
        case _:
            return None


def read_scale(text: str, tag: str, low: int, high: int) -> int | None:
    """The last ``<tag>n</tag>`` with a whole number from low to high; one outside the scale is not an answer."""
    answer = _last(text, tag)
    if answer is None or not re.fullmatch(r"[0-9]{1,3}", answer):
        return None
    return int(answer) if low <= int(answer) <= high else None


def read_label(text: str, tag: str) -> str | None:
    """The last ``<tag>one_of_several</tag>``, in lower case, with an underscore for spaces and hyphens inside it."""
    answer = _last(text, tag)
    return re.sub(r"[\s-]+", "_", answer) if answer else None


def _last(text: str, tag: str) -> str | None:
    """Content of the last closed tag, stripped of all but letters and digits at its ends."""
    marks = list(re.finditer(rf"<\s{{0,9}}(/?)\s{{0,9}}{re.escape(tag)}\s{{0,9}}>", text, re.IGNORECASE))
    if len(marks) < 2 or not marks[-1][1] or marks[-2][1]:  # the last mark must close what the one before it opened
        return None
    answer = text[marks[-2].end() : marks[-1].start()].strip()
    if len(answer) > _LONGEST:  # no answer to any of our questions; and the pattern below is quadratic
        return None
    return re.sub(r"^[\W_]+|[\W_]+$", "", answer).casefold()
