"""What became of one benchmark: run as a command of its own, its figures, or why there is none."""

import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen, TimeoutExpired
from tempfile import TemporaryDirectory

from benchmarks.figure import Figure, read_figures

REPOSITORY = Path(__file__).parents[1]

_GRACE = 10
"""Seconds in which an interrupted benchmark can put its files away."""

Row = tuple[str, str, str, str, str]
"""Benchmark, what was measured, figure, target, whether it holds."""


@dataclass(frozen=True)
class Benchmark:
    """A script of this folder that takes ``--json``, and the sizes that it is run with."""

    name: str
    options: str = ""
    quick: str = ""
    """Instead of the options where only the script is tried."""
    folder: Path = REPOSITORY / "benchmarks"

    def command(self, quick: bool = False) -> str:
        """What a user types to see the same figures."""
        return f"python benchmarks/{self.name}.py {self.quick if quick else self.options}".rstrip()

    def run(self, quick: bool = False) -> "Outcome":
        """Run it in a process of its own, away from the user's settings, keys and caches."""
        options = (self.quick if quick else self.options).split()
        begun = time.monotonic()
        with TemporaryDirectory() as scratch, Path(scratch, "stderr").open("w+", encoding="utf-8") as said:
            script = [sys.executable, str(self.folder / f"{self.name}.py"), *options, "--json"]
            with Popen(
                script, cwd=scratch, env=_environment(scratch), stdin=DEVNULL, stdout=PIPE, stderr=said,
                text=True, encoding="utf-8", start_new_session=True,
            ) as process:  # fmt: skip
                try:
                    printed, _ = process.communicate()
                except BaseException:
                    _end(process)
                    raise
            took = time.monotonic() - begun
            said.seek(0)
            errors = said.read()
        command = self.command(quick)
        if process.returncode:
            last = errors.strip().rpartition("\n")[2] or "it said nothing"
            return Outcome(self.name, command, took, failure=f"exit code {process.returncode}: {last}", errors=errors)
        try:
            return Outcome(self.name, command, took, tuple(read_figures(printed)))
        except ValueError as error:
            failure = f"its output holds something else than figures: {str(error).splitlines()[0]}"
            return Outcome(self.name, command, took, failure=failure, errors=printed + errors)


@dataclass(frozen=True)
class Outcome:
    """What one benchmark came to."""

    name: str
    command: str
    took: float
    """Seconds, imports included."""
    figures: tuple[Figure, ...] = ()
    failure: str = ""
    """Why there is no figure; empty where there is one."""
    errors: str = ""
    """All that a failed one said."""

    @property
    def rows(self) -> list[Row]:
        """One for each figure; of a failed benchmark one that says so."""
        if self.failure:
            return [(self.name, f"failed: {self.failure}", "", "", "no")]
        return [
            (self.name, figure.what, str(figure), figure.target, _held(figure) if figure.target else "")
            for figure in self.figures
        ]


def _held(figure: Figure) -> str:
    return "yes" if figure.holds else "no"


def _environment(scratch: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AF_", "INSPECT_"))}
    path = os.pathsep.join(filter(None, (str(REPOSITORY), kept.get("PYTHONPATH"))))  # what is measured is this checkout
    caches = {"INSPECT_CACHE_DIR": f"{scratch}/cache", "AF_CACHE_DIR": f"{scratch}/cache"}
    return kept | caches | {"XDG_DATA_HOME": f"{scratch}/data", "TMPDIR": scratch, "PYTHONPATH": path}


def _end(process: Popen[str]) -> None:
    """Interrupt it with the processes that it has started."""
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(_GRACE)
    except TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
