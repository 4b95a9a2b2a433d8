"""What the user reads when a value cannot be right."""

import click
import pytest
from click.testing import CliRunner

from study.invalid_input import InvalidInputError, unknown_value


@pytest.mark.parametrize(
    ("error", "message"),
    [
        pytest.param(
            unknown_value("wrapper", "notebok", ["revisited", "notebook"]),
            "wrapper='notebok' is not known. Did you mean 'notebook'? Choose from: notebook, revisited.",
            id="a near miss, and the choices in order",
        ),
        pytest.param(
            unknown_value("wrapper", "NOTEBOOK", ("notebook", "revisited")),
            "wrapper='NOTEBOOK' is not known. Did you mean 'notebook'? Choose from: notebook, revisited.",
            id="a near miss by case alone",
        ),
        pytest.param(
            unknown_value("wrapper", "zzz", {"notebook", "revisited"}),
            "wrapper='zzz' is not known. Choose from: notebook, revisited.",
            id="nothing near",
        ),
        pytest.param(
            unknown_value("queries", "zzz", {"builtin": 1}, "Or give a path."),
            "queries='zzz' is not known. Choose from: builtin. Or give a path.",
            id="another remedy",
        ),
        pytest.param(
            unknown_value("queries", "bultin", ["builtin"], "Or give a path."),
            "queries='bultin' is not known. Did you mean 'builtin'? Choose from: builtin. Or give a path.",
            id="a near miss and another remedy",
        ),
        pytest.param(
            unknown_value("-T", "vote", ["votes", "queries"]),
            "-T='vote' is not known. Did you mean 'votes'? Choose from: queries, votes.",
            id="an unknown name",
        ),
        pytest.param(
            unknown_value("votes", 3, ["1", "20"]), "votes=3 is not known. Choose from: 1, 20.", id="not a text"
        ),
        pytest.param(
            unknown_value("tier", None, iter(["paid", "free"])),
            "tier=None is not known. Choose from: free, paid.",
            id="nothing, of choices that can be read once",
        ),
    ],
)
def test_the_message_names_argument_value_and_choices(error: InvalidInputError, message: str) -> None:
    assert (error.message, str(error)) == (message, message)


def test_a_command_prints_one_line_and_exits_with_2() -> None:
    @click.command()
    def command() -> None:
        raise InvalidInputError("votes=0 is not at least 1.")

    result = CliRunner().invoke(command)

    assert (result.exit_code, result.stdout, result.stderr) == (2, "", "Error: votes=0 is not at least 1.\n")


def test_python_callers_catch_a_value_error() -> None:
    with pytest.raises(ValueError, match=r"^votes=0 is not at least 1\.$"):
        raise InvalidInputError("votes=0 is not at least 1.")
