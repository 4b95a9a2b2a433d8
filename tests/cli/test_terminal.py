"""What is printed cannot give a terminal orders, wherever it stands."""

from io import StringIO

import click
import pytest
from click.testing import CliRunner
from rich.table import Table
from rich.text import Text

from cli.main import main
from cli.terminal import Console
from study.endpoint_error import endpoint_error
from study.invalid_input import InvalidInputError
from study.terminal import echo

HOSTILE = "a\x1b[2J\x1b]0;title\x07b\x9b31m\u202ec"
SHOWN = "a[U+001B][2J[U+001B]]0;title[U+0007]b[U+009B]31m[U+202E]c"


def test_what_is_echoed(capsys: pytest.CaptureFixture[str]) -> None:
    echo(HOSTILE)
    echo(HOSTILE, err=True)
    assert capsys.readouterr() == (f"{SHOWN}\n", f"{SHOWN}\n")


def table() -> Table:
    made = Table("head", title=HOSTILE, box=None)
    made.add_row(Text(HOSTILE))
    return made


@pytest.mark.parametrize(
    "printed",
    [
        pytest.param(HOSTILE.replace("[", "\\["), id="a line"),
        pytest.param(Text(HOSTILE), id="a text"),
        pytest.param(table(), id="title and cell of a table"),
    ],
)
def test_what_is_printed_on_a_console_in_colour(printed: object) -> None:
    written = StringIO()
    Console(file=written, force_terminal=True, color_system="truecolor", width=200).print(printed, style="bold red")
    found = written.getvalue()
    for order in ("\x1b[2J", "\x1b]", "\x07", "\x9b", "\u202e"):
        assert order not in found
    assert "[U+001B]" in found
    assert "\x1b[1" in found, "and yet it has its colour"


def test_an_error_of_any_command(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    @click.argument("kind")
    def fails(kind: str) -> None:
        raise InvalidInputError(HOSTILE) if kind == "input" else click.ClickException(HOSTILE)

    monkeypatch.setattr("cli.main.COMMANDS", ("report",))
    monkeypatch.setattr("cli.report.report", fails)
    told = [CliRunner().invoke(main, ["report", kind]) for kind in ("input", "other")]
    assert [(done.exit_code, done.stderr) for done in told] == [(2, f"Error: {SHOWN}\n"), (1, f"Error: {SHOWN}\n")]


def test_an_error_that_inspect_shows(capsys: pytest.CaptureFixture[str]) -> None:
    InvalidInputError(HOSTILE).show()
    assert capsys.readouterr().err == f"Error: {SHOWN}\n"


def test_the_words_of_an_endpoint() -> None:
    refused = RuntimeError()
    vars(refused).update(status_code=401, body={"error": {"message": f"no\r\n{HOSTILE}"}})
    said = endpoint_error(refused, "openai/made-up")
    assert said
    assert said.message == f"openai/made-up: the endpoint answered 401 (no {SHOWN}); check the key"
