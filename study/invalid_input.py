"""The one error for what a user typed wrong."""

from collections.abc import Iterable
from difflib import get_close_matches

import click

from study.visible import visible


class InvalidInputError(click.ClickException, ValueError):
    """A value that the suite refuses before any model is called.

    A ``ValueError`` for Python callers; a ``ClickException`` because both ``inspect`` and ``af`` are click programs,
    which print it as one line and exit with code 2, where a bare ``ValueError`` would print two tracebacks.
    """

    exit_code = 2

    def format_message(self) -> str:
        """The message as a terminal may be given it: it may name a file, or hold what stands in one."""
        return visible(self.message)


def unknown_value(argument: str, value: object, choices: Iterable[str], remedy: str = "") -> InvalidInputError:
    """Error for a value outside a closed list.

    Args:
        argument: What the user set, as typed, for instance ``wrapper``.
        value: What they set it to.
        choices: The values that are allowed.
        remedy: What else could be done, a sentence; empty where the list says it all.

    Returns:
        An error that names the argument, the value, the choices, and the nearest choice where one is close.
    """
    names = sorted(map(str, choices))
    close = get_close_matches(str(value).casefold(), names, n=1)
    parts = [
        f"{argument}={value!r} is not known.",
        f"Did you mean {close[0]!r}?" if close else "",
        f"Choose from: {', '.join(names)}.",
        remedy,
    ]
    return InvalidInputError(" ".join(part for part in parts if part))
