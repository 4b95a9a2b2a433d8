"""The files of a report: all of them, or none."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from analysis.report.figure_cache import kept_drawings
from analysis.report.page import page
from analysis.report.schema import Report
from study.invalid_input import InvalidInputError
from study.visible import without_surrogates

SCHEMA = Path(__file__).with_name("report.schema.json")
"""What ``report.json`` holds, as JSON Schema; it says the same as `Report`."""


def write_report(
    report: Report, folder: Path, more: Callable[[Path], object] | None = None, cache: Path | None = None
) -> list[Path]:
    """Write ``report.html``, ``report.json`` and each figure as ``figures/NAME.svg`` and ``figures/NAME.png``.

    Everything is made in a hidden folder first, and put in place only when all of it is there. What else the folder
    holds stays; an earlier report in it is replaced.

    Args:
        report: What to write.
        folder: Where; it and its parents are made if need be.
        more: Writes what belongs to the report beside these files, for instance its table, into the folder it is given.
        cache: Folder that keeps figures, by what they show; None keeps nothing.

    Returns:
        The files, in the folder, sorted.

    Raises:
        InvalidInputError: If the folder is a file, or cannot be written to.
    """
    if folder.exists() and not folder.is_dir():
        raise InvalidInputError(f"{folder} is a file; name a folder for the report.")
    # Inside the folder where there is one: it may be a link to another disk, onto which nothing can be renamed.
    beside = folder if folder.exists() else folder.absolute().parent
    try:
        beside.mkdir(parents=True, exist_ok=True)
        building = Path(mkdtemp(prefix=".report-", dir=beside))
        try:
            _write(report, building, cache)
            if more:
                more(building)
            return _put_in_place(building, folder)
        finally:
            shutil.rmtree(building, ignore_errors=True)
    except OSError as error:
        raise InvalidInputError(f"{folder} cannot be written to ({error}); name another folder.") from error


def report_schema() -> dict[str, Any]:
    """JSON Schema of ``report.json``."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Report.model_json_schema(mode="serialization")}


def _write(report: Report, folder: Path, cache: Path | None) -> None:
    said = Report.model_validate(report.model_dump())  # what was changed since it was made is checked too
    drawn = kept_drawings(said, cache)
    figures = folder / "figures"
    figures.mkdir()
    for name, drawing in drawn.items():
        (figures / f"{name}.svg").write_bytes(drawing.svg)
        (figures / f"{name}.png").write_bytes(drawing.png)
    text = json.dumps(said.model_dump(mode="json"), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "report.json").write_text(without_surrogates(text) + "\n", "utf-8")
    (folder / "report.html").write_text(page(said, drawn), "utf-8")


def _put_in_place(building: Path, folder: Path) -> list[Path]:
    made = sorted(path.relative_to(building) for path in building.rglob("*") if path.is_file())
    for path in made:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
    for path in made:
        (building / path).replace(folder / path)
    return [folder / path for path in made]
