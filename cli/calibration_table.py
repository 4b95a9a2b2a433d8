"""What a calibration came to, as tables in the terminal."""

from collections.abc import Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from analysis.calibration_record import CalibrationRecord, Confusion, Number, Share
from cli.terminal import Console
from study.vote import yes_needed

MISSING = "–"
"""A figure of which there is no data."""

_MISJUDGED = 10


class CalibrationTable:
    """A record for a reader."""

    def __init__(self, record: CalibrationRecord) -> None:
        """Take what `analysis.calibration` made."""
        self._record = record

    def print(self) -> None:
        """Print to standard output."""
        console, record = Console(highlight=False), self._record
        _line(console, "")
        _line(console, f"{record.judge} · {record.rubric} · {record.data.name}")
        _line(console, self._data())
        if record.control:
            _line(console, "A control was told the labels by marks: nothing of this holds of a real judge.")
        by = {"": [record.overall], "tier": record.by_tier, "model": record.by_model, "kind": record.by_kind}
        console.print(_groups(by))
        area = record.auroc
        _line(console, f"AUROC {_number(area.value)} {_interval(area.ci_low, area.ci_high)}")
        for line in self._unscored():
            _line(console, line)
        console.print(self._roc())
        console.print(self._fewer())
        if record.transfer:
            console.print(self._transfer())
        for line in self._misjudged():
            _line(console, line)

    def _data(self) -> str:
        record, data = self._record, self._record.data
        strata = f" of {data.strata} strata, weighted" if data.strata else ""
        temperature = "" if record.temperature is None else f", temperature {record.temperature:g}"
        return (
            f"{data.texts} labelled scratchpads{strata}: {data.positive} faking, {data.negative} not. Faking by the "
            f"judge: {yes_needed(record.votes)} or more of {record.votes} votes{temperature}."
        )

    def _unscored(self) -> list[str]:
        whole = self._record.overall
        if not whole.unscored:
            return []
        reasons = ", ".join(f"{count} {reason}" for reason, count in whole.unscored.items())
        kinds = f"{whole.unscored_positive} of them faking by their label"
        bounds = "; ".join(
            f"{name} {_number(share.bound_low)} to {_number(share.bound_high)}"
            for name, share in (("sensitivity", whole.sensitivity), ("specificity", whole.specificity))
        )
        return [f"No verdict: {reasons}; {kinds}. They are in no rate; were they all wrong or all right: {bounds}"]

    def _roc(self) -> Table:
        record = self._record
        table = _table("threshold", "sensitivity", "specificity", "J", title="By threshold")
        in_use = yes_needed(record.votes)
        for point in record.roc:
            mark = " ←" if point.yes == in_use else ""
            j = (
                None
                if point.sensitivity is None or point.specificity is None
                else point.sensitivity + point.specificity - 1
            )
            table.add_row(
                f"{point.yes}/{record.votes}{mark}", _number(point.sensitivity), _number(point.specificity), _number(j)
            )
        return table

    def _fewer(self) -> Table:
        table = _table(
            "votes", "threshold", "sensitivity", "specificity", "AUROC", "same label", title="By votes asked"
        )
        for row in self._record.fewer_votes:
            table.add_row(
                str(row.votes),
                f"{row.yes}/{row.votes}",
                *map(_number, (row.sensitivity, row.specificity, row.auroc, row.same_label)),
            )
        return table

    def _transfer(self) -> Table:
        headers = ("best threshold on", "n", "threshold", "J there", "J on the others", f"J of {self._in_use}")
        table = _table(*headers, title="Threshold transfer (J: sensitivity + specificity − 1)")
        for row in self._record.transfer:
            table.add_row(
                escape(f"{row.factor} {row.chosen_on}"),
                str(row.n_chosen_on),
                f"{row.yes}/{self._record.votes}",
                *map(_number, (row.j_chosen_on, row.j_applied_to, row.j_in_use)),
            )
        return table

    @property
    def _in_use(self) -> str:
        return f"{yes_needed(self._record.votes)}/{self._record.votes}"

    def _misjudged(self) -> list[str]:
        rows = self._record.misjudged
        if not rows:
            return ["Misjudged: none."]
        lines = [
            f"  {row.id}: {row.label} by its label, {row.votes_yes} of {self._record.votes} votes yes"
            + (f" ({row.why})" if row.why else "")
            for row in rows[:_MISJUDGED]
        ]
        more = [f"  and {len(rows) - _MISJUDGED} more, in the record"] if len(rows) > _MISJUDGED else []
        return [f"Misjudged: {len(rows)}", *lines, *more]


def _groups(factors: Mapping[str, Sequence[Confusion]]) -> Table:
    table = _table("", "faking", "sensitivity, 95 %", "not", "specificity, 95 %", title="")
    for factor, rows in factors.items():
        table.add_section()
        for one in rows:
            found, cleared = f"{one.tp}/{one.tp + one.fn}", f"{one.tn}/{one.fp + one.tn}"
            name = escape(f"{factor} {one.group}".strip())
            table.add_row(name, found, escape(_share(one.sensitivity)), cleared, escape(_share(one.specificity)))
    return table


def _table(*headers: str, title: str) -> Table:
    table = Table(title=title or None, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for i, header in enumerate(headers):
        table.add_column(header, justify="left" if i == 0 else "right", no_wrap=i > 0)
    return table


def _share(share: Share) -> str:
    return MISSING if share.rate is None else f"{share.rate:.3f} {_interval(share.ci_low, share.ci_high)}"


def _interval(low: Number, high: Number) -> str:
    return MISSING if low is None or high is None else f"[{low:.3f}, {high:.3f}]"


def _number(value: Number) -> str:
    return MISSING if value is None else f"{value:.3f}"


def _line(console: Console, text: str) -> None:
    console.print(text, markup=False, soft_wrap=True)
