"""The file that keeps the figures: two tables, of which each benchmark has its own rows."""

import os
import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from subprocess import run

from benchmarks.outcome import REPOSITORY, Outcome

RESULTS = REPOSITORY / "benchmarks" / "RESULTS.md"

FIGURES = "| benchmark | what | measured | target | holds |"
RUNS = "| benchmark | command | date | commit | took | machine | load at the start |"


@dataclass(frozen=True)
class Circumstances:
    """When, where and of what the figures were measured."""

    date: str
    commit: str
    machine: str
    load: str
    """Mean number of running processes in the minute before."""

    @classmethod
    def now(cls) -> "Circumstances":
        """Those of this process."""
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
        machine = (
            f"{os.cpu_count()} × {_processor()}, {memory:.0f} GB, {platform.system()}, Python "
            f"{platform.python_version()}, inspect-ai {version('inspect-ai')}"
        )
        return cls(datetime.now(UTC).date().isoformat(), _commit(), machine, f"{os.getloadavg()[0]:.1f}")


def write_results(
    names: Iterable[str], outcomes: Sequence[Outcome], circumstances: Circumstances, file: Path = RESULTS
) -> None:
    """Put new rows in the place of the old ones; a benchmark that was not run keeps its own.

    Args:
        names: All benchmarks, in the order of the tables.
        outcomes: Those that were run.
        circumstances: Of this run.
        file: What holds the tables, and text beside them that stays.

    Raises:
        ValueError: If the file has not each table once.
    """
    names = list(names)
    figures = {outcome.name: [_line(row) for row in outcome.rows] for outcome in outcomes}
    runs = {outcome.name: [_line(_run(outcome, circumstances))] for outcome in outcomes}
    text = _with_rows(file.read_text("utf-8"), FIGURES, names, figures)
    text = _with_rows(text, RUNS, names, runs)
    unfinished = file.with_suffix(".part")
    unfinished.write_text(text, "utf-8")
    unfinished.replace(file)


def _with_rows(text: str, header: str, names: list[str], new: Mapping[str, list[str]]) -> str:
    tables = list(re.finditer(rf"^{re.escape(header)}\n\|[-|]+\n((?:\|.*\n)*)", text, re.MULTILINE))
    if len(tables) != 1:
        raise ValueError(f"the results have {len(tables)} tables with the header {header!r}; leave them one")
    [table] = tables
    columns = header.count("|") - 1
    lines = [header + "\n", "|" + "---|" * columns + "\n"]
    for name in names:
        old = [line for line in table[1].splitlines(keepends=True) if line.startswith(f"| {name} |")]
        lines += new.get(name) or old or [_line([name, "not measured yet", *[""] * (columns - 2)])]
    return text[: table.start()] + "".join(lines) + text[table.end() :]


def _run(outcome: Outcome, at: Circumstances) -> list[str]:
    took = f"{outcome.took // 60:.0f} min {outcome.took % 60:.0f} s"
    return [outcome.name, f"`{outcome.command}`", at.date, at.commit, took, at.machine, at.load]


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", r"\|") for cell in cells) + " |\n"


def _processor() -> str:
    names = re.findall(r"^model name\s*:\s*(.+)$", _text(Path("/proc/cpuinfo")), re.MULTILINE)
    return names[0] if names else platform.processor() or platform.machine()


def _text(file: Path) -> str:
    return file.read_text("utf-8") if file.exists() else ""


def _commit() -> str:
    """What was measured; the results themselves may have changed."""
    commit = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--", ".", f":!{RESULTS.relative_to(REPOSITORY)}")
    return f"{commit}, with changes" if changed else commit


def _git(*arguments: str) -> str:
    return run(["git", *arguments], cwd=REPOSITORY, check=True, capture_output=True, text=True).stdout.strip()
