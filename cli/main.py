"""``af``: what the suite does beside running its tasks."""

from importlib import import_module
from keyword import iskeyword
from typing import Any

import click

from study.visible import visible

COMMANDS = (
    "calibrate",
    "check",
    "documents",
    "estimate",
    "import",
    "label",
    "power",
    "report",
    "run",
    "site",
    "sweep",
    "variations",
)
"""Each is a function of the module of its name in this package; of a word that Python keeps, with an underscore."""


class _OnDemand(click.Group):
    """Imports a command when it is typed: what the others need would take longer than most of them do."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command: click.Command = getattr(import_module(f"cli.{name}"), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """What stops a command may quote an endpoint, or name a file."""
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            if type(error) is not click.ClickException:  # ours and click's own take care of themselves
                raise
            raise click.ClickException(visible(error.message)) from error


@click.group(cls=_OnDemand, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="alignment-faking-evals")
def main() -> None:
    """Alignment-faking evaluations: check the instrument, plan and run the tasks in pairs, report, read."""
