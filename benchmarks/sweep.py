"""What more processes are worth: `af sweep` over the same experiments with one process and with four.

Four experiments of equal size: helpful-only in its four conditions over made-up requests, on ``control/faker`` with
four seeds, graded by ``control/grader``. The whole command is timed, imports included; there is enough to do that these
are a small part. Both ways must end with the same labels. What as many processes are worth to a plain loop is measured
beside it: on a machine that others share that may be little.

    python benchmarks/sweep.py
    python benchmarks/sweep.py --queries 300 --processes 2
"""

import json
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import yaml
from inspect_ai.log import list_eval_logs, read_eval_log

from benchmarks.figure import Figure, print_figures

EXPERIMENTS = 4

TARGET = 0.6
"""Ratio that is aimed at with 4 processes on 2 cores."""

_LOOPS = 1000
"""Turns of a loop that nothing waits for; some seconds."""

Label = tuple[str, str, str, str]
"""Seed, task, query and scorer."""


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--queries", type=click.IntRange(min=1), default=150, help="Requests of each experiment.")
@click.option("--processes", type=click.IntRange(min=2), default=EXPERIMENTS, help="To compare with one.")
@click.option("--rounds", type=click.IntRange(min=1), default=1, help="Times that both run, in alternation.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON and nothing else.")
def main(queries: int, processes: int, rounds: int, as_json: bool) -> None:
    """Time a sweep with one process and with several."""
    with redirect_stdout(sys.stderr):
        figures = measure(queries, processes, rounds)
    if as_json:
        print_figures(figures)
        return
    for figure in figures:
        click.echo(f"{figure.what}: {figure}" + (f"; target: {figure.target}" if figure.target else ""))


def measure(queries: int, processes: int, rounds: int) -> list[Figure]:
    """Wall times of the command.

    Args:
        queries: Of each of the four experiments; a query is four replies.
        processes: To compare with one, at least 2.
        rounds: Times that both run.

    Raises:
        RuntimeError: If a command fails, or does not do all of it.
    """
    one, several, differ = [], [], 0
    with TemporaryDirectory() as scratch:
        sweep = _sweep(Path(scratch), queries)
        for number in range(rounds):
            alone, labels = _timed(sweep, 1, Path(scratch, f"{number}-alone"), queries)
            together, same = _timed(sweep, processes, Path(scratch, f"{number}-together"), queries)
            differ += len(labels.items() ^ same.items())
            one.append(alone)
            several.append(together)
    ratios = [many / single for many, single in zip(several, one, strict=True)]
    return [
        Figure.of_rounds(f"wall time, {processes} processes ÷ 1", ratios, at_most=TARGET),
        Figure.of_rounds("wall time, 1 process", one, unit="s"),
        Figure(f"wall time of a plain loop, {processes} processes ÷ 1", _loops(processes) / _loops(1)),
        Figure(f"labels that differ, {processes} processes against 1", differ, at_most=0),
    ]


def _sweep(folder: Path, queries: int) -> Path:
    rows = (f"placeholder-{i:04},Placeholder {i}: describe an imagined lamp\n" for i in range(queries))
    (folder / "queries.csv").write_text("id,query\n" + "".join(rows), "utf-8")
    file = folder / "sweep.yaml"
    content = {
        "models": [{"name": "control/faker", "args": {"seed": seed}} for seed in range(EXPERIMENTS)],
        "settings": ["helpful_only"],
        "task_args": {"queries": str(folder / "queries.csv")},
    }
    file.write_text(yaml.safe_dump(content), "utf-8")
    return file


def _timed(sweep: Path, processes: int, folder: Path, queries: int) -> tuple[float, dict[Label, str]]:
    command = [sys.executable, "-c", "from cli.main import main; main()", "sweep", str(sweep)]
    begun = time.perf_counter()
    done = subprocess.run(
        [*command, "--processes", str(processes), "--log-dir", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    took = time.perf_counter() - begun
    if done.returncode:
        raise RuntimeError(f"af sweep --processes {processes}: {done.stderr.strip().splitlines()[-1]}")
    click.echo(f"{processes} processes: {took:.1f} s", err=True)
    logs = [read_eval_log(info) for info in list_eval_logs(str(folder))]
    replies = [(log, sample) for log in logs for sample in log.samples or []]
    if len(replies) != 4 * queries * EXPERIMENTS:
        raise RuntimeError(f"{len(replies)} replies were made, not {4 * queries * EXPERIMENTS}")
    return took, {
        (str(log.eval.model_args["seed"]), log.eval.task, str(sample.id), scorer): str(score.value)
        for log, sample in replies
        for scorer, score in (sample.scores or {}).items()
    }


def _loops(processes: int) -> float:
    """Seconds that as many equal pieces of work as there are experiments take."""
    with ProcessPoolExecutor(processes) as pool:
        list(pool.map(_loop, [1] * processes))  # all of them are there
        begun = time.perf_counter()
        list(pool.map(_loop, [_LOOPS] * EXPERIMENTS))
        return time.perf_counter() - begun


def _loop(times: int) -> None:
    rows = [{"number": i, "text": str(i)} for i in range(2000)]
    for _ in range(times):
        json.loads(json.dumps(rows))


if __name__ == "__main__":
    main()
