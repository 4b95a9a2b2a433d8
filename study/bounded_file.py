"""Files from others, read no further than such a file has reason to go: what it holds is data, and may be hostile."""

import stat
from pathlib import Path

from study.invalid_input import InvalidInputError

TEXT = 1_000_000
"""Most bytes of a file that somebody wrote by hand, such as a sweep."""

TOML = 2**16
"""Most bytes of one in TOML, a mapping or a universe: a key of many parts takes time by the square of their number."""

TABLE = 2**28
"""Most bytes of a file of rows, such as a query set or labels."""

LARGEST = 2**30
"""Most bytes of what a program wrote, such as the results of another pipeline, or a log in JSON."""


def read_bounded(path: Path, most: int, named: str | None = None) -> bytes:
    """All bytes of a file.

    Args:
        path: Where it is.
        most: Most bytes that it may have.
        named: What errors call it, as in ``queries='mine.csv'``; its path unless given.

    Raises:
        InvalidInputError: If it is larger, or is no file but, say, a device or a pipe, which may have no end.
        OSError: If it cannot be read.
    """
    check_bounded(path, most, named)
    with path.open("rb") as file:
        content = file.read(most + 1)  # a file may grow, and some systems say nothing of the size of theirs
    if len(content) > most:
        raise _too_large(named or str(path), most)
    return content


def check_bounded(path: Path, most: int, named: str | None = None, remedy: str = "split it") -> None:
    """Refuse a file that is too large to be read, without reading it; arguments and errors as `read_bounded`.

    Args:
        path: Where it is.
        most: Most bytes that it may have.
        named: What errors call it.
        remedy: What to do with one that is larger.
    """
    about = path.stat()
    if not stat.S_ISREG(about.st_mode) and not stat.S_ISDIR(about.st_mode):  # of a folder, opening it tells better
        raise InvalidInputError(f"{named or path} is a device, a pipe or a socket; give a file")
    if about.st_size > most:
        raise _too_large(named or str(path), most, remedy)


def _too_large(named: str, most: int, remedy: str = "split it") -> InvalidInputError:
    return InvalidInputError(f"{named} has more than {most:,} bytes, which is the most that is read; {remedy}")
