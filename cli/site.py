"""``af site``: transcripts in pairs, as a site that opens from disk."""

from functools import partial
from pathlib import Path
from typing import Literal, cast

import click

from analysis.cache_folder import default_folder
from analysis.frame import read_replies
from analysis.reply_filter import filtered
from cli.filter_option import filter_option
from cli.local_folder import LocalFolder
from cli.reading import reading
from reading_room.site import write_site
from reading_room.site_folder import check_site_folder
from study.terminal import echo


@click.command()
@click.argument("logs", nargs=-1, required=True)
@click.option("-o", "--output", type=LocalFolder(), default=Path("site"), show_default=True, help="Folder of the site.")
@click.option(
    "--outputs",
    type=click.Choice(["redacted", "full"]),
    default="redacted",
    show_default=True,
    help="Whether outputs are shown. Redacted, nothing of them is in the folder.",
)
@click.option("--no-transcripts", is_flag=True, help="Leave out Inspect's viewer, which --outputs full adds.")
@filter_option
def site(logs: tuple[str, ...], output: Path, outputs: str, no_transcripts: bool, conditions: tuple[str, ...]) -> None:
    """Write a static site of pairs from LOGS: the same query on each tier side by side, with what the judges said.

    LOGS are folders or files of this suite's logs. The site opens from disk and asks nothing of any other place; it has
    filters, an address for each pair, blind labelling, and its data as JSON lines and Parquet.
    """
    check_site_folder(output)
    replies = filtered(read_replies(list(logs), default_folder(), reading), conditions)
    shown = cast("Literal['redacted', 'full']", outputs)
    made = write_site(replies, output, shown, not no_transcripts, partial(reading, label="Reading transcripts"))
    for warning in made.warnings:
        echo(f"Note: {warning}")
    pairs, replied = _counted(made.pairs, "pair", "pairs"), _counted(made.replies, "reply", "replies")
    echo(f"{pairs}, {replied}, {made.size / 1e6:,.1f} MB, outputs {outputs}")
    echo(f"Site: {output / 'index.html'}")


def _counted(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}"
