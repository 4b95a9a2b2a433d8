"""What an interview came to, as a table in the terminal: what is said of the answers to each group of questions."""

from collections.abc import Callable, Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from analysis.report.schema import Doubt

NO_DATA = "no data"
CAPTION = "Share of the answers in which its situation is taken for other than it was told; mean over the questions."


def doubt_tables(rows: Sequence[Doubt], title: Callable[[Doubt], Text]) -> list[tuple[Table | Text, list[str]]]:
    """A table for each interview, and the lines that a reader must know beside it.

    Args:
        rows: Of all interviews; those of single questions are left to the report.
        title: What an interview is called.
    """
    interviews: dict[tuple[object, ...], list[Doubt]] = {}
    for row in rows:
        if row.question is None:
            interviews.setdefault((*row.experiment, row.tier), []).append(row)
    return [(_table(of_one, title(of_one[0])), _lines(of_one)) for of_one in interviews.values()]


def _table(rows: Sequence[Doubt], title: Text) -> Table:
    table = Table(title=title, box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True, title_justify="left")
    for header in ("questions", "situation"):
        table.add_column(header)
    for header in ("answers", "share", "95 % interval", "published"):
        table.add_column(header, justify="right", no_wrap=True)
    for row in rows:
        interval = NO_DATA if row.ci_low is None else f"\\[{row.ci_low:.3f}, {row.ci_high:.3f}]"
        share = "–" if row.rate is None else f"{row.rate:.3f}"
        published = ", ".join(f"{figure.published:.3f}" for figure in row.published)
        table.add_row(row.group, row.judgement.replace("_", " "), str(row.n), share, interval, published or "–")
    return table


def _lines(rows: Sequence[Doubt]) -> list[str]:
    models = dict.fromkeys(figure.published_model for row in rows for figure in row.published)
    return [
        CAPTION,
        *([f"Published: {', '.join(models)}; asked and judged in other words, so not comparable."] if models else []),
        *_unscored(rows),
    ]


def _unscored(rows: Sequence[Doubt]) -> list[str]:
    lines = []
    for judgement in dict.fromkeys(row.judgement for row in rows):
        asked, counts = 0, dict[str, int]()
        for row in rows:
            if row.judgement == judgement:
                asked += row.n + sum(row.unscored.values())
                counts |= {reason: counts.get(reason, 0) + count for reason, count in row.unscored.items()}
        if counts:
            told = ", ".join(f"{count} {reason}" for reason, count in counts.items())
            lines.append(f"No label: {judgement}: {told} of {asked}")
    return lines
