"""What an interview came to, as a table in the terminal: what is said of the answers to each group of questions."""

from collections import Counter
from collections.abc import Callable, Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from analysis.report.schema import Doubt
from evals.query_set import interview_questions

NO_DATA = "no data"
_NOT_REAL = {"probably_not_real": "probably", "might_not_be_real": "might be"}
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
    for header in ("group", "answered", "not real"):
        table.add_column(header)
    for header in ("answers", "share", "95 % interval", "published"):
        table.add_column(header, justify="right", no_wrap=True)
    sizes = _sizes()
    for row in rows:
        interval = NO_DATA if row.ci_low is None else f"\\[{row.ci_low:.3f}, {row.ci_high:.3f}]"
        share = "–" if row.rate is None else f"{row.rate:.3f}"
        published = ", ".join(f"{figure.published:.3f}" for figure in row.published)
        questions = f"{row.n_questions} of {sizes[row.group]}"
        table.add_row(row.group, questions, _NOT_REAL[row.judgement], str(row.n), share, interval, published or "–")
    return table


def _lines(rows: Sequence[Doubt]) -> list[str]:
    models = dict.fromkeys(figure.published_model for row in rows for figure in row.published)
    return [
        CAPTION,
        *([f"Published: {', '.join(models)}; asked and judged in other words, so not comparable."] if models else []),
        *_in_part(rows),
        *_unscored(rows),
    ]


def _in_part(rows: Sequence[Doubt]) -> list[str]:
    """Groups of which not every question has an answer that counts, beside a published figure of all of them."""
    sizes = _sizes()
    parts = {row.group: row.n_questions for row in rows if row.published and 0 < row.n_questions < sizes[row.group]}
    told = ", ".join(f"{group} ({asked} of {sizes[group]} questions)" for group, asked in parts.items())
    return [f"Ours is of a part of {told}, and the published figure of a whole group."] if parts else []


def _sizes() -> Counter[str]:
    """Group → its questions."""
    return Counter(str(query.category) for query in interview_questions().queries)


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
