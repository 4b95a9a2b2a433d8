"""What ``af check`` last said of this very code, kept for the reports."""

from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from platformdirs import user_state_path
from pydantic import BaseModel, ValidationError

from analysis.report.schema import InstrumentCheck

INSTRUMENT = ("study", "prompts", "solvers", "scorers", "controls", "evals", "analysis")
"""The packages that a figure goes through."""

_RUN_IT = "run af check, which needs no key"


class CheckRecord(BaseModel):
    """One run of ``af check``."""

    when: str
    """UTC, ISO 8601."""
    version: str
    code: str
    """Digest of the code that was checked."""
    figures: int
    differ: int
    what: str
    """What was checked, as in ``14 policies, all queries``."""


def record(figures: int, differ: int, what: str) -> None:
    """Keep the result of a check of the code that runs.

    Raises:
        OSError: If it cannot be written.
    """
    made = CheckRecord(
        when=datetime.now(UTC).isoformat(timespec="seconds"),
        version=version("alignment-faking-evals"),
        code=_code(),
        figures=figures,
        differ=differ,
        what=what,
    )
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(made.model_dump_json(indent=1), "utf-8")


def last_check() -> InstrumentCheck:
    """What the last check says of the code that runs: of other code it says nothing."""
    try:
        found = CheckRecord.model_validate_json(_path().read_text("utf-8"))
    except (FileNotFoundError, ValidationError):
        return _not_run(f"None of this code is on record: {_RUN_IT}.")
    if found.code != _code():
        return _not_run(f"The last one, of {found.when}, was of other code (version {found.version}): {_RUN_IT}.")
    return InstrumentCheck(when=found.when, figures=found.figures, differ=found.differ, note=f"{found.what}.")


def _not_run(note: str) -> InstrumentCheck:
    return InstrumentCheck(when=None, figures=None, differ=None, note=note)


def _path() -> Path:
    return user_state_path("alignment-faking-evals") / "instrument_check.json"


def _code() -> str:
    digest = sha256()
    for name, content in sorted(entry for package in INSTRUMENT for entry in _files(files(package), package)):
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _files(folder: Traversable, name: str) -> list[tuple[str, bytes]]:
    found = []
    for entry in folder.iterdir():
        if entry.name == "__pycache__":
            continue
        path = f"{name}/{entry.name}"
        found += _files(entry, path) if entry.is_dir() else [(path, entry.read_bytes())]
    return found
