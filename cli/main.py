"""``af``: what the suite does beside running its tasks."""

import click

from cli.check import check
from cli.documents import documents
from cli.estimate import estimate
from cli.power import power
from cli.report import report
from cli.run import run
from cli.sweep import sweep
from cli.variations import variations


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="alignment-faking-evals")
def main() -> None:
    """Alignment-faking evaluations: check the instrument, plan and run the tasks in pairs, report."""


main.add_command(check)
main.add_command(documents)
main.add_command(estimate)
main.add_command(power)
main.add_command(report)
main.add_command(run)
main.add_command(sweep)
main.add_command(variations)
