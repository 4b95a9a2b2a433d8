"""Every benchmark, one after the other, and one table of what they found.

python -m benchmarks
python -m benchmarks --only overhead --only report
python -m benchmarks --write
"""

import sys

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.outcome import Benchmark, Outcome
from benchmarks.results import Circumstances, write_results

BENCHMARKS = (
    Benchmark("overhead", "--samples 1200", quick="--samples 40 --rounds 1"),
    Benchmark("report", "--logs 100 --samples 1000 --rounds 1", quick="--logs 2 --samples 10 --rounds 1"),
    Benchmark("site", "--pairs 10000 --rounds 7", quick="--pairs 40 --rounds 1"),
    Benchmark("sweep", quick="--queries 1"),
    Benchmark("storage", quick="--limit 2 --words 20"),
    Benchmark("judging", quick="--queries 10"),
    Benchmark("budget", quick="--queries 5"),
    Benchmark("kills", quick="--kills 2 --each 2 --queries 4"),
    Benchmark("soak", quick="--queries 40 --after 0"),
    Benchmark("fuzz", quick="--executions 300"),
    Benchmark("coverage", quick="--quick"),
    Benchmark("sequential", quick="--quick"),
    Benchmark("correction", quick="--quick"),
    Benchmark("estimate", quick="--quick"),
)
"""In the order in which they are run: those that measure time first, while the machine is quiet."""

NAMES = tuple(benchmark.name for benchmark in BENCHMARKS)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--only", type=click.Choice(NAMES), multiple=True, help="Run this one; can be repeated.")
@click.option("--quick", is_flag=True, help="Small sizes, to try the scripts: their figures are none to quote.")
@click.option("--write", is_flag=True, help="Put the figures into benchmarks/RESULTS.md, those not measured stay.")
def main(only: tuple[str, ...], quick: bool, write: bool) -> None:
    """Run every benchmark, and print one table of their figures.

    What was measured before an interruption is kept. Exit code 1 where a benchmark gave no figure; a target that is
    missed is a row of the table.
    """
    if quick and write:
        raise click.UsageError("--quick measures nothing to keep; leave out --quick or --write")
    circumstances = Circumstances.now() if write else None
    if circumstances:
        write_results(NAMES, [], circumstances)  # where that fails, nothing was measured in vain
    chosen = [benchmark for benchmark in BENCHMARKS if not only or benchmark.name in only]
    outcomes: list[Outcome] = []
    try:
        for number, benchmark in enumerate(chosen, 1):
            click.echo(f"[{number} of {len(chosen)}] {benchmark.command(quick)}", err=True)
            outcomes.append(outcome := benchmark.run(quick))
            if circumstances:
                write_results(NAMES, outcomes, circumstances)
            click.echo(outcome.errors if outcome.failure else f"  {outcome.took:.0f} s", err=True)
    except KeyboardInterrupt:
        left = ", ".join(benchmark.name for benchmark in chosen[len(outcomes) :])
        click.echo(f"Interrupted; not measured: {left}", err=True)
    _print_table(outcomes)
    if quick:
        click.echo("Of small sizes: they say that the scripts work, and nothing of the suite.")
    if len(outcomes) < len(chosen) or any(outcome.failure for outcome in outcomes):
        sys.exit(1)


def _print_table(outcomes: list[Outcome]) -> None:
    console = Console(highlight=False, markup=False, width=None if Console().is_terminal else 140)
    table = Table("benchmark", "what", "measured", "target", "holds", box=SIMPLE_HEAD)
    rows = [row for outcome in outcomes for row in outcome.rows]
    for row in rows:
        table.add_row(*row)
    console.print(table)
    held = [row[-1] for row in rows if row[-1]]
    console.print(f"{held.count('yes')} of {len(held)} targets hold.")


if __name__ == "__main__":
    main()
