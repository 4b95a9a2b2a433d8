"""docs/scale.md: its commands are commands of this suite, and its estimates are what ``af estimate`` prints."""

import json
import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from cli.main import main
from cli.run import run
from evals.budget import Cap
from tests.made_up import REPOSITORY

SCALE = (REPOSITORY / "docs" / "scale.md").read_text("utf-8")
COMMANDS = [line for block in re.findall(r"```bash\n(.*?)```", SCALE, re.DOTALL) for line in block.splitlines()]
ESTIMATE, DRY_RUN, SWEEP, RUN, REPORT, HAWK = COMMANDS
SCRIPTS = re.findall(r"```text\n(.*?)```", SCALE, re.DOTALL)

CLOSE = pytest.approx(1, rel=0.1)
"""What is rounded, and moves with the prices and the assumptions, is that of the command all the same."""


def rows(header: str) -> list[list[str]]:
    """The cells of the table that begins with these words."""
    table = SCALE[SCALE.index(header) :].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip(" `") for cell in row.strip("|").split("|")] for row in table]


def number(cell: str) -> float:
    return float(cell.replace(",", "").split()[0])


def typed(command: str) -> Result:
    done = CliRunner().invoke(main, shlex.split(command)[1:])
    assert done.exit_code == 0, done.output
    return done


def test_the_estimates_are_those_that_the_command_prints() -> None:
    estimates = json.loads(typed(f"{ESTIMATE} --json").stdout)
    table = rows("| model | calls |")
    assert [row[0] for row in table] == [estimate["model"] for estimate in estimates]
    for row, estimate in zip(table, estimates, strict=True):
        likely = {what: among["likely"] for what, among in estimate["total"]["all"].items()}
        told = [
            likely["calls"],
            likely["input"],
            likely["output"],
            likely["dollars"],
            estimate["seconds"]["likely"] / 60,
        ]
        assert [number(cell) / of for cell, of in zip(row[1:], told, strict=True)] == [CLOSE] * 5


def test_what_grows_grows_in_proportion() -> None:
    dollars = [number(row[4]) for row in rows("| model | calls |")]
    calls = number(rows("| model | calls |")[0][1])
    factors = [1, 5, 5 * 145, 5 * 145 * 25]
    for row, factor in zip(rows("| | replies |"), factors, strict=True):
        least, most = (number(part) for part in row[3].split(" to "))
        said = [number(row[1]) / 320, number(row[2]) / calls, least / dollars[0], most / dollars[-1]]
        assert [one / factor for one in said] == [CLOSE] * 4


def test_the_sweeps_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "TOGETHER_API_KEY"):
        monkeypatch.setenv(name, "made-up")
    assert "experiments" in typed(DRY_RUN).output
    assert "experiments" in typed(f"{SWEEP} --dry-run").output
    typed(HAWK.replace("controls.hawk.yaml", str(tmp_path / "controls.hawk.yaml")))


def test_the_runs_are_runs_of_this_suite() -> None:
    context = run.make_context("run", shlex.split(RUN)[2:])
    assert (REPOSITORY / context.params["arguments"][0]).is_file()
    assert str(Cap.read(context.params["budget"])) == "$50.00"
    report = main.get_command(click.Context(main), "report")
    assert report is not None
    given = report.make_context("report", shlex.split(REPORT)[2:]).params
    assert given["logs"] == (context.params["log_dir"],), "what is reported is what was run"


def test_the_scripts_are_there() -> None:
    benchmarks = [line.split()[1] for line in SCRIPTS[0].splitlines()]
    assert [(REPOSITORY / script).is_file() for script in benchmarks] == [True] * 2
    checked = subprocess.run(["/bin/sh", "-n"], input=SCRIPTS[1], text=True, capture_output=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert all(link.exists() for link in (REPOSITORY / "docs" / "providers.md", REPOSITORY / "README.md"))
