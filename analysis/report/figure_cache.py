"""Figures of reports that were drawn before: drawing many takes longer than reading a report again."""

import hashlib
import json
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import IO

from analysis.cache_folder import CacheFolder
from analysis.report.figures import FIGURES, Drawing, drawings
from analysis.report.schema import Report


def kept_drawings(report: Report, folder: Path | None) -> dict[str, Drawing]:
    """All figures of a report, as `drawings` gives them, drawn once for all reports that say the same.

    Args:
        report: What they show.
        folder: Where figures are kept (see `analysis.cache_folder.default_folder`); None keeps nothing.
    """
    if folder is None:
        return drawings(report)
    cache, name = CacheFolder(folder), f"{_key(report)[:40]}-figures.zip"
    if (kept := cache.get(name, _read)) is None:
        kept = drawings(report)
        cache.put(name, lambda file: _write(file, kept))
        cache.prune()
    return kept


def _key(report: Report) -> str:
    """Of all that figures are made of: what the report says, and the code that draws it, which is in this folder."""
    said = json.dumps(report.model_dump(mode="json", exclude={"made"}))
    code = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
    return hashlib.sha256(b"\0".join([said.encode(), version("matplotlib").encode(), *code])).hexdigest()


def _read(path: Path) -> dict[str, Drawing]:
    with zipfile.ZipFile(path) as parts:  # whose checksums tell damage
        return {name: Drawing(parts.read(f"{name}.svg"), parts.read(f"{name}.png")) for name in FIGURES}


def _write(file: IO[bytes], drawn: dict[str, Drawing]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, drawing in drawn.items():
            parts.writestr(f"{name}.svg", drawing.svg)
            parts.writestr(f"{name}.png", drawing.png)
