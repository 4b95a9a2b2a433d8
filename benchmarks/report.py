"""What `af report` costs, against one bare `samples_df` over the same logs.

The logs are made up: one small run of the suite on the control model, multiplied into pairs of logs (free and paid) of
made-up models, each reply with a uuid and an id of its own. The parts of a log that hold whole samples are empty: both
sides read summaries.

    python benchmarks/report.py
    python benchmarks/report.py --logs 100 --samples 1000 --json
"""

import json
import os
import platform
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib.metadata import version
from io import StringIO
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import click
from inspect_ai import eval as inspect_eval
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.figure import Figure, print_figures
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from study.condition import CONDITIONS

_BASE = 40
"""Replies that are multiplied."""


@dataclass(frozen=True)
class Reading:
    """One side, in a process of its own."""

    wall: float
    """Seconds, imports left out."""
    cpu: float
    peak: float
    """Most memory that the process held, in GB, imports included."""
    rows: int
    """Replies that it made something of."""


@dataclass(frozen=True)
class Round:
    """The three sides, one after the other."""

    samples_df: Reading
    first: Reading
    """`af report`, with an empty cache."""
    second: Reading
    """The same again."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--logs", type=click.IntRange(min=2), default=10, show_default=True)
@click.option("--samples", type=click.IntRange(min=1), default=200, show_default=True, help="Samples per log.")
@click.option("--rounds", type=click.IntRange(min=1), default=3, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON and nothing else.")
def report(logs: int, samples: int, rounds: int, as_json: bool) -> None:
    """Write a report of made-up logs, twice, and read them as samples_df does."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        make_logs(folder, logs, samples)
        measured = [_round(folder, index) for index in range(rounds)]
        for index, result in enumerate(measured):
            if {result.samples_df.rows, result.first.rows, result.second.rows} != {logs * samples}:
                raise click.ClickException(f"the sides did not read {logs * samples} replies each: {result}")
            if _said(folder / f"first-{index}") != _said(folder / f"second-{index}"):
                raise click.ClickException("the second report differs from the first")
    if as_json:
        print_figures(figures(measured))
    else:
        _print(measured, logs, samples)


def figures(rounds: list[Round]) -> list[Figure]:
    """What is aimed at."""
    return [
        Figure.of_rounds("wall time, first ÷ samples_df", [r.first.wall / r.samples_df.wall for r in rounds], 1.3),
        Figure.of_rounds("CPU time, first ÷ samples_df", [r.first.cpu / r.samples_df.cpu for r in rounds], 1.3),
        Figure.of_rounds("wall time, second ÷ first", [r.second.wall / r.first.wall for r in rounds], 0.1),
        Figure.of_rounds("peak memory", [max(r.first.peak, r.second.peak) for r in rounds], 1.5, "GB"),
    ]


def make_logs(folder: Path, logs: int, samples: int) -> None:
    """Write logs of a made-up run each, two to a model."""
    (folder / "queries.csv").write_text(
        "id,query\n" + "".join(f"q-{i},Made-up request {i} about a placeholder\n" for i in range(_BASE)), "utf-8"
    )
    with redirect_stdout(sys.stderr):  # where Inspect announces its hooks; ours carries the figures
        bases = inspect_eval(
            [
                condition_task(SETTING, condition, {"queries": str(folder / "queries.csv")})
                for condition in CONDITIONS[:2]
            ],
            model="control/faker",
            display="none",
            log_dir=str(folder / "base"),
            log_realtime=False,
        )
    (folder / "logs").mkdir()
    for index in range(logs):
        with ZipFile(bases[index % 2].location.removeprefix("file://")) as parts:
            header, summaries = (json.loads(parts.read(name)) for name in ("header.json", "summaries.json"))
        _write_log(folder / "logs" / f"2026-01-01T00-00-00_made-up_{index}.eval", index, samples, header, summaries)


def _write_log(path: Path, index: int, samples: int, header: dict[str, Any], base: list[dict[str, Any]]) -> None:
    ids = [f"q-{i}" for i in range(samples)]
    header["eval"] |= {"task_id": f"task-{index}", "eval_id": f"eval-{index}", "run_id": f"run-{index}"}
    header["eval"]["model"] = f"made-up/model-{index // 2}"
    header["eval"]["dataset"] |= {"samples": samples, "sample_ids": ids}
    made_up = [
        reply | {"id": query, "uuid": f"uuid-{index}-{query}", "metadata": reply["metadata"] | {"query_id": query}}
        for query, reply in zip(ids, (base * (samples // len(base) + 1)), strict=False)
    ]
    with ZipFile(path, "w", ZIP_DEFLATED) as parts:
        start = {"version": header["version"], "eval": header["eval"], "plan": header["plan"]}
        parts.writestr("_journal/start.json", json.dumps(start))
        for query in ids:
            parts.writestr(f"samples/{query}_epoch_1.json", "{}")
        parts.writestr("summaries.json", json.dumps(made_up))
        parts.writestr("reductions.json", "[]")
        parts.writestr("header.json", json.dumps(header))


def _round(folder: Path, index: int) -> Round:
    return Round(
        _in_a_new_process(_samples_df, folder),
        _in_a_new_process(_report, folder, f"first-{index}", f"cache-{index}"),
        _in_a_new_process(_report, folder, f"second-{index}", f"cache-{index}"),
    )


def _in_a_new_process(side: Callable[..., Reading], folder: Path, *names: str) -> Reading:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(side, folder, *names).result()


def _samples_df(folder: Path) -> Reading:
    from inspect_ai.analysis import samples_df

    return _measured(lambda: samples_df(str(folder / "logs"), quiet=True), len)


def _report(folder: Path, output: str, cache: str) -> Reading:
    from pyarrow.parquet import read_metadata

    from analysis.cache_folder import FOLDER_VARIABLE
    from cli.report import report as af_report

    os.environ[FOLDER_VARIABLE] = str(folder / cache)
    arguments = [str(folder / "logs"), "-o", str(folder / output)]
    with redirect_stdout(StringIO()):
        return _measured(
            lambda: af_report.main(arguments, standalone_mode=False),
            lambda _: read_metadata(folder / output / "replies.parquet").num_rows,
        )


def _measured(do: Callable[[], Any], rows: Callable[[Any], int]) -> Reading:
    import resource

    wall, cpu = time.perf_counter(), time.process_time()
    done = do()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    unit = 1 if sys.platform == "darwin" else 1024
    return Reading(wall, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9, rows(done))


def _said(report: Path) -> dict[str, Any]:
    """Every figure, table and row of a report: what can be the same again."""
    files = {str(path.relative_to(report)): path.read_bytes() for path in report.rglob("*") if path.is_file()}
    del files["report.html"]  # holds the time it was made, and nothing that the others do not
    return files | {"report.json": json.loads(files["report.json"]) | {"made": None}}


def _print(rounds: list[Round], logs: int, samples: int) -> None:
    console = Console(highlight=False, width=None if Console().is_terminal else 120)
    console.print(
        f"{logs} logs × {samples} samples, {len(rounds)} rounds; {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, inspect-ai {version('inspect-ai')}"
    )
    table = Table(box=SIMPLE_HEAD)
    for header in ("median", "samples_df", "first", "second"):
        table.add_column(header, justify="left" if header == "median" else "right")
    for field, unit in (("wall", "s"), ("cpu", "s"), ("peak", "GB")):
        values = (median(getattr(getattr(r, side), field) for r in rounds) for side in Round.__annotations__)
        table.add_row(f"{field}, {unit}", *(f"{value:.2f}" for value in values))
    console.print(table)
    for figure in figures(rounds):
        console.print(figure.sentence, soft_wrap=True)


if __name__ == "__main__":
    report()
