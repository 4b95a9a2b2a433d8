"""The folder of a site: the whole of it is there, or what was there before."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

from filelock import FileLock, Timeout

from study.invalid_input import InvalidInputError

INDEX = Path("data") / "site.js"
"""The file by which a folder is known to be a site."""

NAMES = (
    "app.css",
    "app.js",
    "data",
    "index.html",
    "licences.md",
    "pairs.jsonl",
    "pairs.parquet",
    "robots.txt",
    "transcripts",
)
"""Files and folders of a site."""

_BEGINS = "af_site.site("

_HIDDEN = ".site-"
"""How the names of the hidden folders begin."""

_LOCK = "lock"
"""Held in a hidden folder by the process that writes there, as long as it lives."""


def write_site_folder(folder: Path, write: Callable[[Path], object]) -> list[Path]:
    """Make a site in a hidden folder first, and put it in place when all of it is there.

    Args:
        folder: Where: a folder that is not there, an empty one, or an earlier site, which is replaced. What else stands
            beside that one, as ``.git`` and ``CNAME`` do, stays.
        write: Writes the site into the folder that it is given.

    Returns:
        The files and folders of the site, sorted.

    Raises:
        InvalidInputError: If the folder is a file, holds something else than a site, or cannot be written to.
    """
    if folder.exists() and not folder.is_dir():
        raise InvalidInputError(f"{folder} is a file; name a folder for the site.")
    try:
        replaced = _earlier(folder) if folder.exists() else []
        # Inside the folder where there is one: it may be a link to another disk, onto which nothing can be renamed.
        beside = folder if folder.exists() else folder.absolute().parent
        beside.mkdir(parents=True, exist_ok=True)
        building = Path(mkdtemp(prefix=_HIDDEN, dir=beside))
        try:
            with FileLock(building / _LOCK):
                made = building / "made"
                made.mkdir()
                write(made)
                placed = _put_in_place(made, folder, replaced, building / "replaced")
        finally:
            shutil.rmtree(building, ignore_errors=True)
        _remove_what_was_killed(beside)
        return placed
    except OSError as error:
        raise InvalidInputError(f"{folder} cannot be written to ({error}); name another folder.") from error


def check_site_folder(folder: Path) -> None:
    """Refuse before anything is read what `write_site_folder` would refuse after it.

    Raises:
        InvalidInputError: If the folder holds something else than a site.
    """
    if folder.is_dir():
        _earlier(folder)


def _earlier(folder: Path) -> list[str]:
    """Names of what an earlier site has in the folder; nothing of an empty one."""
    names = sorted(path.name for path in folder.iterdir() if not path.name.startswith(_HIDDEN))
    if not names:
        return []
    # A kill may have struck while one was put in place: then what tells it may be in the hidden folder still.
    if not any(map(_is_index, [folder / INDEX, *folder.glob(f"{_HIDDEN}*/*/{INDEX}")])):
        shown = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
        raise InvalidInputError(
            f"{folder} is not empty and holds no site of ours ({shown}); name another folder with -o."
        )
    return [name for name in names if name in NAMES]


def _is_index(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_BEGINS)) == _BEGINS.encode()


def _remove_what_was_killed(beside: Path) -> None:
    """Remove the hidden folders of processes that were killed."""
    for hidden in beside.glob(f"{_HIDDEN}*"):
        if (hidden / _LOCK).is_file():
            with suppress(Timeout), FileLock(hidden / _LOCK, timeout=0):
                shutil.rmtree(hidden, ignore_errors=True)


def _put_in_place(made: Path, folder: Path, replaced: list[str], aside: Path) -> list[Path]:
    names = sorted(path.name for path in made.iterdir())
    if not folder.exists():
        made.replace(folder)
        return [folder / name for name in names]
    aside.mkdir()
    moved: list[tuple[Path, Path]] = []
    try:
        for source, target in [
            *((folder / name, aside / name) for name in replaced),
            *((made / name, folder / name) for name in names),
        ]:
            source.rename(target)
            moved.append((source, target))
    except OSError:
        for source, target in reversed(moved):
            target.rename(source)
        raise
    return [folder / name for name in names]
