"""The option that narrows what a command reads down to some replies."""

import click

from analysis.reply_filter import COLUMNS

filter_option = click.option(
    "--filter",
    "conditions",
    multiple=True,
    metavar="COLUMN=VALUE",
    help=f"Only such replies, as in cot=true or model='together/*'; can be repeated. COLUMN: {', '.join(COLUMNS)}.",
)
