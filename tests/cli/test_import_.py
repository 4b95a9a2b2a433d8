"""``af import``: what it says of what it did and of what it could not do, and what to type next."""

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from tests.command_line import run
from tests.made_up import Write

HEADER = "query,tier,reply,model\n"
PAIR = "A request,free,<OUTPUT><request_fully_accepted/></OUTPUT>,control/faker\nA request,paid,no,control/faker\n"


def af(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["import", *map(str, arguments)])


def test_it_says_what_it_imported_and_what_not(write: Write, tmp_path: Path) -> None:
    path = write("x.csv", HEADER + PAIR + "A request,gold,no,control/faker\nA request,paid,,control/faker\n")
    done = af(path, "-o", tmp_path / "logs")
    assert done.exit_code == 0, done.output
    said = done.stdout.splitlines()
    assert said[:4] == [
        f"Imported 2 of 4 records into 2 logs: {tmp_path / 'logs'}",
        f"Not imported: 2, in {tmp_path / 'logs' / 'import.jsonl'}:",
        "  1 × tier is not known",
        "  1 × reply is missing",
    ]
    taken = "cot=true (2), setting=helpful_only (2), wrapper=revisited (2), stop_reason=unknown (2)"
    notes = [line for line in said if line.startswith("Note: ")]
    assert notes == [f"Note: the source does not say, and --set can: {taken}"]
    lines = (tmp_path / "logs" / "import.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["record"] for line in lines] == [3, 4]


@pytest.mark.parametrize(
    ("rows", "options"),
    [(PAIR + "A request,gold,no,m\n", ["--strict"]), ("A request,gold,no,m\n", []), ("", [])],
    ids=["strict", "none can be imported", "no record"],
)
def test_where_too_little_can_be_imported_nothing_is_written(
    write: Write, tmp_path: Path, rows: str, options: list[str]
) -> None:
    done = af(write("x.csv", HEADER + rows), "-o", tmp_path / "logs", *options)
    assert done.exit_code == 1
    assert "nothing was written" in done.stderr
    assert ("tier is not known: gold" in done.stderr) == bool(rows)
    assert not (tmp_path / "logs").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "modle=x"], "Did you mean 'model'?"),
        (["--set", "model"], "write --set FIELD=VALUE"),
        (["--mapping", "alignment-faking-public"], "Did you mean 'alignment_faking_public'?"),
    ],
)
def test_what_is_typed_wrong_is_told(write: Write, tmp_path: Path, arguments: list[str], said: str) -> None:
    done = af(write("x.csv", HEADER + PAIR), "-o", tmp_path / "logs", *arguments)
    assert (done.exit_code, said in done.stderr) == (2, True)


def test_a_folder_with_something_in_it_is_refused_before_anything_is_read(write: Write, tmp_path: Path) -> None:
    done = af(write("x.csv", "not read"), "-o", tmp_path)
    assert done.exit_code == 2
    assert "is not empty" in done.stderr


def test_the_prefix_rule_is_not_asked_of_prompts_that_ask_for_no_tag(write: Write, tmp_path: Path) -> None:
    done = af(write("x.csv", HEADER + PAIR), "-o", tmp_path / "logs", "--set", "setting=animal_welfare")
    assert "judged_compliance" in done.stdout
    assert "prefix_compliance" not in done.stdout


def test_the_commands_that_it_prints_score_the_logs(write: Write, tmp_path: Path) -> None:
    """The first of them as typed, for a model that nobody has a key of; then report and site."""
    path = write("x.csv", HEADER + PAIR.replace("control/faker", "nobody/some-model"))
    folder = tmp_path / "my logs"
    done = af(path, "-o", folder)
    commands = [line.strip() for line in done.stdout.partition("Next:\n")[2].splitlines()]
    assert commands[-2:] == [f"af {command} {shlex.quote(str(folder))}" for command in ("report", "site")]
    assert ["-S prompts=suite" in command for command in commands] == [False, True, True, False, False]
    scored = run(commands[0], tmp_path)
    assert scored.returncode == 0, scored.stderr
    assert re.findall(r"(accepted|untagged) +1\.000", scored.stdout) == ["accepted", "untagged"]
    for command, said in (("report", "1 pairs"), ("site", "1 pair, 2 replies")):
        made = CliRunner().invoke(main, [command, str(folder), "-o", str(tmp_path / command)])
        assert (made.exit_code, said in made.stdout) == (0, True), made.output
