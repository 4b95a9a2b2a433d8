"""What a site of many pairs costs: to write, and to open, against an empty page in the same browser.

The logs are made up: one small run of the suite on the control model, multiplied into pairs of logs (free and paid) of
made-up models, each reply with a uuid and an id of its own.

    python benchmarks/site.py
    python benchmarks/site.py --pairs 10000 --rounds 7 --json
"""

import shutil
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog, EvalSample, read_eval_log, write_eval_log
from playwright.sync_api import Browser, sync_playwright

from benchmarks.figure import Figure, print_figures
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from study.condition import CONDITIONS

MODELS = 4

EMPTY = "<!DOCTYPE html><html lang=en><title>Empty</title><p>Empty</p></html>"

_NOTE_ROWS = """
addEventListener("DOMContentLoaded", function look() {
  if (document.querySelector("a.row")) window.rowsAt = performance.now();
  else requestAnimationFrame(look);
});
"""


@dataclass(frozen=True)
class Opening:
    """A page that was opened."""

    paint: float
    """Milliseconds until something was painted."""
    rows: float
    """Milliseconds until the first pairs were there."""
    heap: float
    """MB of JavaScript objects."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--pairs", type=click.IntRange(min=MODELS), default=10_000, show_default=True)
@click.option("--rounds", type=click.IntRange(min=1), default=7, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON and nothing else.")
def site(pairs: int, rounds: int, as_json: bool) -> None:
    """Write a site of made-up pairs, and open it and an empty page in turn."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        _make_logs(folder, pairs // MODELS)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            seconds, peak, size = pool.submit(_write, folder).result()
        (folder / "empty.html").write_text(EMPTY, "utf-8")
        with _chromium() as browser:
            _open(browser, folder / "site" / "index.html")  # the first is slower, whatever it is
            opened = [
                (_open(browser, folder / "site" / "index.html"), _open(browser, folder / "empty.html"))
                for _ in range(rounds)
            ]
    found = [
        Figure.of_rounds("first paint, site ÷ empty page", [full.paint / empty.paint for full, empty in opened]),
        Figure.of_rounds("first paint of the site", [full.paint for full, _ in opened], unit="ms"),
        Figure.of_rounds("first pairs are there", [full.rows for full, _ in opened], unit="ms"),
        Figure.of_rounds("JavaScript objects of the site", [full.heap for full, _ in opened], unit="MB"),
        Figure("time to write the site", seconds, unit="s"),
        Figure("peak memory of writing it", peak, unit="GB"),
        Figure("size of the site", size, unit="MB"),
    ]
    if as_json:
        print_figures(found)
    else:
        for figure in found:
            click.echo(figure.sentence)


def _make_logs(folder: Path, queries: int) -> None:
    with redirect_stdout(sys.stderr):  # where Inspect announces its hooks; ours carries the figures
        bases = inspect_eval(
            [condition_task(SETTING, condition, {}) for condition in CONDITIONS[:2]],
            model="control/faker",
            limit=min(queries, 40),
            display="none",
            log_dir=str(folder / "base"),
            log_realtime=False,
        )
    (folder / "logs").mkdir()
    for base in bases:
        log = read_eval_log(base.location)
        for model in range(MODELS):
            write_eval_log(_made_up(log, model, queries), str(folder / "logs" / f"{log.eval.task}_{model}.eval"))


def _made_up(log: EvalLog, model: int, queries: int) -> EvalLog:
    name = f"{log.eval.eval_id}-{model}"
    samples = log.samples or []
    spec = {"task_id": name, "eval_id": name, "run_id": name, "model": f"made-up/model-{model}"}
    made = [_copy(samples[number % len(samples)], f"q-{number}", f"{name}-{number}") for number in range(queries)]
    dataset = log.eval.dataset.model_copy(update={"samples": queries, "sample_ids": [copy.id for copy in made]})
    return log.model_copy(update={"eval": log.eval.model_copy(update=spec | {"dataset": dataset}), "samples": made})


def _copy(sample: EvalSample, query: str, uuid: str) -> EvalSample:
    named = {"id": query, "uuid": uuid, "metadata": sample.metadata | {"query_id": query}}
    return sample.model_copy(update=named | {"events": [], "attachments": {}})


def _write(folder: Path) -> tuple[float, float, float]:
    """Seconds, imports left out; GB of memory, imports included; MB of the site."""
    import resource

    from analysis.frame import read_replies
    from reading_room.site import write_site

    start = time.perf_counter()
    written = write_site(read_replies(folder / "logs"), folder / "site")
    seconds = time.perf_counter() - start
    unit = 1 if sys.platform == "darwin" else 1024
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9, written.size / 1e6


@contextmanager
def _chromium() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        raise click.ClickException("no Chromium is on PATH: install one")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])


def _open(browser: Browser, file: Path) -> Opening:
    """Open a page in a profile of its own, in which nothing is kept."""
    with browser.new_context(viewport={"width": 1280, "height": 800}) as context:
        page = context.new_page()
        page.add_init_script(_NOTE_ROWS)
        page.goto(file.as_uri())
        paint = page.wait_for_function("performance.getEntriesByName('first-contentful-paint')[0]?.startTime")
        is_site = file.parent.name == "site"
        rows = float(page.wait_for_function("window.rowsAt").json_value()) if is_site else 0.0
        heap = page.evaluate("performance.memory.usedJSHeapSize")
        return Opening(float(paint.json_value()), rows, heap / 1e6)


if __name__ == "__main__":
    site()
