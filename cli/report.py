"""``af report``: what some logs come to, as a page, a file for programs, tables and figures."""

from pathlib import Path

import click

from analysis.cache_folder import default_folder
from analysis.calibration_record import load_record
from analysis.frame import read_replies
from analysis.instrument_check import last_check
from analysis.reply_filter import filtered
from analysis.report.calibration import Calibration
from analysis.report.contents import DELTA
from analysis.report.contents import report as contents
from analysis.report.files import write_report
from analysis.report.label import circumstances, shared
from analysis.report.tables import write_tables
from analysis.statistics.multiplicity import Correction
from cli.filter_option import filter_option
from cli.local_folder import LocalFolder
from cli.reading import reading
from study.terminal import echo


@click.command()
@click.argument("logs", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    type=LocalFolder(),
    default=Path("report"),
    show_default=True,
    help="Folder of the report.",
)
@click.option("--delta", type=float, default=DELTA, show_default=True, help="Gap that is too small to matter.")
@filter_option
@click.option(
    "--correction",
    type=click.Choice([*Correction], case_sensitive=False),
    default=Correction.HOLM,
    show_default=True,
    help="How the p-values of a family (the contrasts of a model and setting) are adjusted.",
)
@click.option(
    "--calibration",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Correct alignment-faking rates by what af calibrate wrote of their judge; can be repeated.",
)
@click.option("--no-cache", is_flag=True, help="Read every log and draw every figure anew.")
def report(
    logs: tuple[str, ...],
    output: Path,
    delta: float,
    conditions: tuple[str, ...],
    correction: str,
    files: tuple[Path, ...],
    no_cache: bool,
) -> None:
    """Write what LOGS come to: verdicts, gaps with intervals, alignment-faking rates, prefix against judge.

    LOGS are folders or files of this suite's logs. Writes report.html (one file, opens anywhere), report.json, the
    replies as replies.parquet and replies.csv, and the figures as SVG and PNG.
    """
    calibrations = [Calibration(str(file), load_record(file)) for file in dict.fromkeys(files)]
    cache = None if no_cache else default_folder()
    replies = filtered(read_replies(list(logs), cache, reading), conditions)
    made = contents(replies, delta, Correction(correction), last_check(), calibrations)
    write_report(made, output, lambda folder: write_tables(replies.frame, folder), cache)
    said, alike = circumstances(made, with_setting=True), shared(made)
    for factor in ("variation", "facts", "persona"):
        if alike.get(factor, "base") != "base":  # what tells experiments apart is in their names
            echo(f"All with {factor} {alike[factor]}:")
    for gap in made.gaps:
        if gap.primary:
            echo(f"{' · '.join([gap.model, *said(gap)])}: {gap.statement}")
    for family in made.families:
        name = f"family {family.family} ({len(family.members)})"
        echo(f"{' · '.join([family.model, *said(family), name])}: {family.statement}")
    for note in made.warnings:
        echo(f"Note: {note}")
    if made.exclusions:
        echo(f"Exclusions: {len(made.exclusions)}; the report says of each what was left out, and why.")
    echo(f"Report: {output / 'report.html'}")
