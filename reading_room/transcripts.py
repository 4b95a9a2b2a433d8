"""Inspect's own viewer with the logs, which hold all that was said: only where nothing is withheld."""

from collections.abc import Mapping
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from fsspec.core import url_to_fs
from inspect_ai.log import bundle_log_dir

FOLDER = "transcripts"


def write_transcripts(logs: Mapping[str, str], folder: Path) -> None:
    """Write what ``inspect view bundle`` writes into `FOLDER`.

    Args:
        logs: Where each log is, and the name that it has on the site.
        folder: Of the site; it is there.
    """
    with TemporaryDirectory(dir=folder, prefix=".logs-") as copies:
        for location, name in logs.items():
            files, path = url_to_fs(location)
            files.get_file(path, str(Path(copies) / name))
        with redirect_stdout(StringIO()):  # it says where it writes, which is no place to look at yet
            bundle_log_dir(copies, str(folder / FOLDER))
