"""``python -m benchmarks``: all figures in one table, and a benchmark that gave none says so."""

import importlib
import os
import re
from functools import partial
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from benchmarks import __main__ as command
from benchmarks import results
from benchmarks.outcome import Benchmark, Outcome
from benchmarks.results import FIGURES, RUNS, Circumstances
from tests.made_up import REPOSITORY

BENCHMARKS = command.BENCHMARKS

SCRIPTS = {
    "good": 'print(\'{"what": "a ratio", "value": 1.2, "at_most": 1.25}\')',
    "missed": 'print(\'{"what": "calls", "value": 16.5, "at_most": 15}\\n{"what": "seconds", "value": 3}\')',
    "broken": 'print(\'{"what": "a ratio", "value": 1.0}\'); raise SystemExit("the sides differ")',
    "talks": "print('inspect_ai v0.3.285')",
    "silent": "raise SystemExit(3)",
    "options": "import json, sys; print(json.dumps({'what': ' '.join(sys.argv[1:]), 'value': 1}))",
    "where": (
        "import json, os; print(json.dumps({'what': str({n for n in os.environ if n.startswith(('AF_', 'INSPECT_'))} - "
        "{'AF_CACHE_DIR', 'INSPECT_CACHE_DIR'}),"
        "'value': len(os.listdir())}))"
    ),
}
AT = Circumstances("2026-01-02", "abc1234", "2 × made-up", "0.1")


@pytest.fixture(autouse=True)
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Scripts in the place of the benchmarks, and a file in that of the results."""
    for name, script in SCRIPTS.items():
        (tmp_path / f"{name}.py").write_text(script, "utf-8")
    benchmarks = [Benchmark(name, "--full 1", "--small", tmp_path) for name in SCRIPTS]
    file = tmp_path / "RESULTS.md"
    file.write_text(f"# Results\n\n{FIGURES}\n|---|\n\nBetween\n\n{RUNS}\n|---|\n\nAfter | all\n", "utf-8")
    monkeypatch.setattr(command, "BENCHMARKS", benchmarks)
    monkeypatch.setattr(command, "NAMES", tuple(SCRIPTS))
    monkeypatch.setattr(command.main.params[0], "type", click.Choice(list(SCRIPTS)))
    monkeypatch.setattr(Circumstances, "now", lambda: AT)
    monkeypatch.setattr(command, "write_results", partial(results.write_results, file=file))
    return file


def typed(*arguments: str) -> Result:
    return CliRunner().invoke(command.main, arguments)


def table(done: Result) -> list[list[str]]:
    """The rows that are printed, cell by cell."""
    lines = [line.strip() for line in done.stdout.splitlines() if line.startswith("  ") and line.strip()]
    return [re.split(r"\s{2,}", line) for line in lines[1:]]


@pytest.mark.parametrize(
    ("name", "rows", "code"),
    [
        pytest.param("good", [["good", "a ratio", "1.2", "at most 1.25", "yes"]], 0, id="a-target-that-holds"),
        pytest.param(
            "missed",
            [["missed", "calls", "16.5", "at most 15", "no"], ["missed", "seconds", "3"]],
            0,
            id="a-target-that-is-missed",
        ),
        pytest.param("broken", [["broken", "failed: exit code 1: the sides differ", "no"]], 1, id="it-failed"),
        pytest.param("silent", [["silent", "failed: exit code 3: it said nothing", "no"]], 1, id="it-said-nothing"),
        pytest.param(
            "talks",
            [["talks", "failed: its output holds something else than figures: 1 validation error for Figure", "no"]],
            1,
            id="it-printed-more",
        ),
        pytest.param("options", [["options", "--full 1 --json", "1"]], 0, id="it-is-given-its-sizes"),
    ],
)
def test_each_benchmark_has_its_rows(name: str, rows: list[list[str]], code: int) -> None:
    done = typed("--only", name)
    assert (table(done), done.exit_code) == (rows, code)


def test_in_quick_form_it_is_given_small_sizes() -> None:
    done = typed("--only", "options", "--quick")
    assert table(done) == [["options", "--small --json", "1"]]
    assert done.stderr.startswith("[1 of 1] python benchmarks/options.py --small\n")
    assert done.stdout.endswith("Of small sizes: they say that the scripts work, and nothing of the suite.\n")


def test_settings_and_files_of_the_user_are_not_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AF_VERDICT_CACHE", "INSPECT_EVAL_MODEL"):
        monkeypatch.setenv(name, "1")
    assert table(typed("--only", "where")) == [["where", "set()", "1"]]


def test_all_of_them_are_run_whatever_one_does(fake: Path) -> None:
    done = typed()
    assert [row[0] for row in table(done)] == ["good", "missed", "missed", *list(SCRIPTS)[2:]]
    assert done.stdout.endswith("1 of 5 targets hold.\n")
    assert "the sides differ" in done.stderr
    assert done.exit_code == 1
    assert "not measured" not in fake.read_text("utf-8"), "nobody asked for it to be written"


# --- Written


def rows_of(file: Path, name: str) -> list[str]:
    return [line for line in file.read_text("utf-8").splitlines() if line.startswith(f"| {name} |")]


def test_what_is_measured_again_takes_the_place_of_what_was_there(fake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed("--only", "good", "--only", "missed", "--write")
    assert rows_of(fake, "missed") == [
        "| missed | calls | 16.5 | at most 15 | no |",
        "| missed | seconds | 3 |  |  |",
        "| missed | `python benchmarks/missed.py --full 1` | 2026-01-02 | abc1234 | 0 min 0 s | 2 × made-up | 0.1 |",
    ]
    assert rows_of(fake, "talks") == [
        "| talks | not measured yet |  |  |  |",
        "| talks | not measured yet |  |  |  |  |  |",
    ]
    before = rows_of(fake, "good")
    later = Circumstances("2026-02-03", "def5678", "another", "0.2")
    monkeypatch.setattr(Circumstances, "now", lambda: later)
    broken = SCRIPTS["broken"].replace("sides", "two | sides")
    (fake.parent / "missed.py").write_text(broken, "utf-8")
    typed("--only", "missed", "--write")
    assert rows_of(fake, "missed") == [
        r"| missed | failed: exit code 1: the two \| sides differ |  |  | no |",
        "| missed | `python benchmarks/missed.py --full 1` | 2026-02-03 | def5678 | 0 min 0 s | another | 0.2 |",
    ]
    assert rows_of(fake, "good") == before
    text = fake.read_text("utf-8")
    assert [line for line in text.splitlines() if line and not line.startswith("|")] == [
        "# Results",
        "Between",
        "After | all",
    ]


def test_an_interruption_keeps_what_was_measured(fake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Benchmark.run

    def interrupted(benchmark: Benchmark, quick: bool) -> Outcome:
        if benchmark.name == "missed":
            raise KeyboardInterrupt
        return whole(benchmark, quick)

    monkeypatch.setattr(Benchmark, "run", interrupted)
    done = typed("--only", "good", "--only", "missed", "--only", "talks", "--write")
    assert table(done) == [["good", "a ratio", "1.2", "at most 1.25", "yes"]]
    assert done.stderr.endswith("Interrupted; not measured: missed, talks\n")
    assert (done.exit_code, len(rows_of(fake, "good"))) == (1, 2)
    assert rows_of(fake, "missed")[0] == "| missed | not measured yet |  |  |  |"


def test_an_interrupted_benchmark_ends_with_all_that_it_started(fake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = fake.parent / "pipe"
    os.mkfifo(pipe)
    (fake.parent / "good.py").write_text(
        f"""
import subprocess, sys
with open({str(pipe)!r}, "w") as pipe:
    child = "import time; print('begun', flush=True); time.sleep(20); print('still there')"
    subprocess.run([sys.executable, "-c", child], stdout=pipe)
""",
        "utf-8",
    )
    said = []

    def interrupted(*_: object) -> None:
        said.append(pipe.open(encoding="utf-8"))
        assert said[0].readline() == "begun\n"
        raise KeyboardInterrupt

    monkeypatch.setattr("benchmarks.outcome.Popen.communicate", interrupted)
    assert typed("--only", "good").stderr.endswith("Interrupted; not measured: good\n")
    with said[0] as rest:
        assert rest.read() == "", "closed by the end of the last of them"


def test_quick_figures_are_not_kept(fake: Path) -> None:
    before = fake.read_text("utf-8")
    done = typed("--quick", "--write")
    assert (done.exit_code, fake.read_text("utf-8")) == (2, before)


# --- The benchmarks themselves


@pytest.mark.parametrize("benchmark", [pytest.param(one, id=one.name) for one in BENCHMARKS])
def test_a_benchmark_knows_its_options(benchmark: Benchmark) -> None:
    module = importlib.import_module(f"benchmarks.{benchmark.name}")
    [script] = (
        value
        for value in vars(module).values()
        if isinstance(value, click.Command) and value.callback and value.callback.__module__ == module.__name__
    )
    for options in (benchmark.options, benchmark.quick):
        assert script.make_context(benchmark.name, [*options.split(), "--json"]).params["as_json"]


def test_no_benchmark_is_left_out_of_the_command_or_the_results() -> None:
    folder = REPOSITORY / "benchmarks"
    scripts = {file.stem for file in folder.glob("*.py") if '"--json", "as_json"' in file.read_text("utf-8")}
    assert scripts == {benchmark.name for benchmark in BENCHMARKS}
    text = (folder / "RESULTS.md").read_text("utf-8")
    assert all(text.count(f"\n| {name} |") >= 2 for name in scripts)
