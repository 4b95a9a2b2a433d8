"""What the terminal shows while logs are read, which takes a minute for a hundred of them."""

import sys
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

import click

Log = TypeVar("Log")


def reading(logs: Sequence[Log], label: str = "Reading logs") -> AbstractContextManager[Iterable[Log]]:
    """The logs, and on a terminal a bar that moves on with each: on stderr, because stdout carries the figures."""
    if not sys.stderr.isatty():
        return nullcontext(logs)
    return click.progressbar(logs, label=label, show_pos=True, file=sys.stderr)
