"""A folder of files that can be made again: each is there whole or not at all, and what is not used goes."""

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, TypeVar

import pyarrow as pa
from platformdirs import user_cache_path

from analysis.log_file import BROKEN

FOLDER_VARIABLE = "AF_CACHE_DIR"
"""Environment variable with another folder for the cache."""

LIMIT = 500_000_000
"""Bytes that the cache may take; what was not used for longest goes first."""

_DAMAGED = (*BROKEN, TypeError, pa.ArrowException)
_log = logging.getLogger(__name__)

Content = TypeVar("Content")


def default_folder() -> Path:
    """Where things are kept unless the user says otherwise: in the user's own cache folder."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named).expanduser() if named else user_cache_path("alignment-faking-evals") / "report"


class CacheFolder:
    """Files by name. What is damaged counts as absent, and what cannot be written is not."""

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        """Use a folder.

        Args:
            folder: Where the files are; made when the first is written.
            limit: Bytes that they may take.
        """
        self._folder = folder
        self._limit = limit

    def get(self, name: str, read: Callable[[Path], Content]) -> Content | None:
        """What a file holds; None where there is none, or where it is damaged.

        Args:
            name: Of the file.
            read: Reads it; raises what reading a damaged file raises.
        """
        path = self._folder / name
        try:
            content = read(path)
            os.utime(path)
        except FileNotFoundError:
            return None
        except _DAMAGED as error:
            _log.info("%s is damaged, and made again: %s", path, error)
            return None
        return content

    def put(self, name: str, write: Callable[[IO[bytes]], object]) -> None:
        """Keep what is written under a name: the whole file or none of it."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self._folder, suffix=".tmp", delete=False) as file:
                write(file)
            Path(file.name).replace(self._folder / name)
        except OSError as error:  # a full or locked disk costs time, not the report
            _log.warning("%s: nothing is kept: %s", self._folder, error)

    def prune(self) -> None:
        """Remove what was not used for longest, down to the limit."""
        files = []
        for path in self._folder.glob("*.*"):
            with suppress(FileNotFoundError):  # another report puts its files in place, or prunes, at the same time
                files.append((path.stat(), path))
        total = sum(stat.st_size for stat, _ in files)
        for stat, path in sorted(files, key=lambda file: file[0].st_mtime):
            if total <= self._limit:
                return
            path.unlink(missing_ok=True)
            total -= stat.st_size
