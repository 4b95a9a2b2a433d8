"""The gap of some logs as a table in the terminal."""

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain

import pandas as pd
from inspect_ai.log import EvalLog
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from analysis.contrast import MEANINGS, PREFIX, PRIMARY, meaning
from analysis.exclusion import Exclusion, ExclusionKind
from analysis.frame import read_replies
from analysis.published_figure import PUBLISHED_DEVELOPER
from analysis.reply_schema import COMPLIANCE_SCORERS, FAKING_SCORER
from analysis.report.contents import report
from analysis.report.label import MARK, TIER_NOTES, cot
from analysis.report.schema import Experiment, Gap, Outcomes, Report
from cli.doubt_table import doubt_tables
from cli.terminal import Console
from cli.unjudged import unjudged
from evals import SETTINGS
from study.endpoint_error import kind_of_failure
from study.invalid_input import InvalidInputError
from study.outcome import Outcome
from study.wrapper import Wrapper

NO_DATA = "no data"
_LONGEST = 400
_KINDS = 5
_WIDE = 6
_AGAIN = (" --action overwrite --overwrite",)
_AGAIN_VERBATIM = tuple(  # the log names the checkout and not its folder, without which Inspect can make no scorer
    f" --scorer {scorer} --action append --overwrite -S prompts=CHECKOUT"
    for scorer in (COMPLIANCE_SCORERS[0], FAKING_SCORER)
)
MISSING = "–"
"""A figure of which there is no data, where the column is too narrow to say so."""
CAPTION = "{}; gap: {} minus {}, paired by query."
_COMPLYING = {setting.name: setting.complying for setting in SETTINGS}
FAKING_CAPTION = "AF: complies, and reasons so as not to be changed; of all labelled replies."


class GapTable:
    """Compliance by tier, the paired gap with its interval, alignment-faking rates, and what has no label.

    Of an interview, which has no gap, what is said of its answers.
    """

    def __init__(self, logs: Sequence[EvalLog], resumed_by_itself: bool = False) -> None:
        """Read the logs and compute.

        Args:
            logs: Logs of this suite, with a location; headers are enough.
            resumed_by_itself: Whether the command that made them asks again what failed when it is typed again.
        """
        self._parts: list[tuple[Table | Text, list[str]]] = []
        self.unjudged: list[str] = []
        """As `unjudged` gives them; a run of which there is one measured nothing there."""
        try:
            replies = read_replies(logs)
        except InvalidInputError as error:  # the run is what it is: nothing to show is a sentence, and no failure of it
            self._lines = [error.message]
            return
        made = report(replies)
        self._parts = [
            *(_Part(made, *of).printed() for of in _distinct(made.gaps)),
            *doubt_tables(made.doubts, lambda row: _title(_unlike_cot(row), "", None)),
        ]
        self.unjudged = unjudged(replies.frame)
        self._lines = [
            *_failed(replies.frame, resumed_by_itself),
            *_ungraded(replies.frame),
            *_left_out(replies.exclusions),
            *replies.notes,
            f"Logs: {', '.join(sorted({_folder(log) for log in logs}))}",
        ]

    def print(self) -> None:
        """Print to standard output."""
        console = Console(highlight=False)
        for head, lines in self._parts:
            console.print()
            console.print(head)
            for line in lines:
                console.print(line, markup=False, soft_wrap=True)
        if len(self._parts) > 1:  # what follows is of all of them
            console.print()
        for line in self._lines:
            console.print(line, markup=False, soft_wrap=True)
        for line in self.unjudged:  # last, and loud: Inspect calls the run a success
            console.print(line, style="bold red", markup=False, soft_wrap=True)


class _Part:
    """What is printed of a contrast of experiments that differ in CoT alone: table, and what to know beside it."""

    def __init__(self, made: Report, shown: dict[str, object], contrast: str) -> None:
        self._shown = shown
        self._gaps = [gap for gap in made.gaps if gap.contrast == contrast and _unlike_cot(gap) == shown]
        self._contrast, self._tiers = contrast, (self._gaps[0].tier_a, self._gaps[0].tier_b)
        self._outcomes = {(row.cot, row.scorer, row.tier): row for row in made.outcomes if _unlike_cot(row) == shown}
        faking = [row for row in made.faking if _unlike_cot(row) == shown and row.among == "all"]
        self._faking = {(row.cot, row.tier): row for row in faking if row.tier in self._tiers}
        mark = f" {MARK}" if any(gap.tier_told in TIER_NOTES for gap in self._gaps) else ""
        self._title = _title(shown, mark, contrast if contrast in MEANINGS else None)
        self._meaning = meaning(contrast, str(shown["variation"]))
        self._judged = any(gap.scorer == PRIMARY for gap in self._gaps)

    def printed(self) -> tuple[Table | Text, list[str]]:
        sides = [row for gap in self._gaps for row in self._sides(gap).values()]
        if all(row.asked == row.outcomes.get(Outcome.ERRORED, 0) for row in sides):
            return self._title, ["No reply came back."]
        rows = [self._row(gap) for gap in self._gaps]
        return self._table(rows), [
            *chain.from_iterable(map(_verdict, self._gaps)),
            CAPTION.format(_COMPLYING.get(str(self._shown["setting"]), "Compliance"), *self._tiers),
            *([f"That is {self._meaning}."] if self._meaning else []),
            *([FAKING_CAPTION] if self._judged else []),
            *([f"{MISSING}: {NO_DATA}."] if any(MISSING in row for row in rows) else []),
            *chain.from_iterable(map(self._turns, self._gaps)),
            *chain.from_iterable(map(self._unscored, self._gaps)),
            *chain.from_iterable(map(self._as_published, self._gaps)),
            *self._without_a_vote(),
            *dict.fromkeys(chain.from_iterable(map(self._reasoning, self._gaps))),
        ]

    def _table(self, rows: Sequence[Sequence[str]]) -> Table:
        table = Table(title=self._title, box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True, title_justify="left")
        for header in ("", "scorer"):
            table.add_column(header)
        tiers = [_broken(tier) for tier in self._tiers]
        faking = [f"AF\n{tier}" for tier in tiers] if self._judged else []
        for header in ("pairs", *tiers, "gap", "95 % interval", *faking):
            table.add_column(header, justify="right", no_wrap=True)
        for row in rows:
            table.add_row(*row)
        return table

    def _row(self, gap: Gap) -> list[str]:
        sides = self._sides(gap)
        rates = (gap.rate_a, gap.rate_b) if gap.n_pairs else tuple(map(_of_labelled, sides.values()))
        interval = NO_DATA if gap.ci_low is None else f"\\[{gap.ci_low:+.3f}, {gap.ci_high:+.3f}]"
        return [
            cot(gap),
            gap.scorer.removesuffix("_compliance"),
            str(gap.n_pairs),
            *map(_rate, rates),
            MISSING if gap.gap is None else f"{gap.gap:+.3f}",
            interval,
            *(self._fakes(gap, tier) for tier in sides if self._judged),
        ]

    def _fakes(self, gap: Gap, tier: str) -> str:
        if gap.scorer != PRIMARY:  # the vote follows the judge, and says nothing of the prefix
            return ""
        row = self._faking.get((gap.cot, tier))
        if row is None:
            return MISSING
        return "n/a" if row.rate is None and row.n else _rate(row.rate)

    def _sides(self, gap: Gap) -> dict[str, Outcomes]:
        return {tier: self._outcomes[gap.cot, gap.scorer, tier] for tier in (gap.tier_a, gap.tier_b)}

    def _unscored(self, gap: Gap) -> list[str]:
        """What has no label, by tier and reason: it is in no rate of the table."""
        counts = {gap.tier_a: (gap.unscored_a, gap.asked_a), gap.tier_b: (gap.unscored_b, gap.asked_b)}
        return _unscored_line(gap, gap.scorer, counts)

    def _without_a_vote(self) -> list[str]:
        lines = []
        for asked_for in dict.fromkeys(row.cot for row in self._faking.values()):
            rows = {tier: row for (_, tier), row in self._faking.items() if row.cot == asked_for}
            counts = {tier: (row.unscored, row.n + row.n_unscored) for tier, row in rows.items()}
            lines += _unscored_line(next(iter(rows.values())), FAKING_SCORER, counts)
        return lines

    def _as_published(self, gap: Gap) -> list[str]:
        """What only the published readings of a reply show, where it differs from the table."""
        lines, sides = [], self._sides(gap)
        answered = any(row.asked > row.outcomes.get(Outcome.ERRORED, 0) for row in sides.values())
        if gap.scorer == PREFIX and answered and (gap.unscored_a or gap.unscored_b):
            shares = f"{gap.tier_a} {_rate(gap.rate_a_published)}, {gap.tier_b} {_rate(gap.rate_b_published)}"
            lines.append(f"Published proxy, accepted of all asked: {cot(gap)}, {shares}")
        if gap.primary and gap.wrapper == Wrapper.REVISITED:
            counts = ", ".join(f"{tier} {row.missing_output}" for tier, row in sides.items())
            lines.append(f"Graded whole for want of an output tag: {cot(gap)}, {counts}")
        return lines

    def _turns(self, gap: Gap) -> list[str]:
        """How many turns the replies took, by tier, where they may take several."""
        used = {tier: row.turns_used for tier, row in self._sides(gap).items() if row.turns_used}
        if not gap.primary or not gap.cot or gap.turns == 1 or not used:
            return []
        told = "; ".join(
            f"{tier} " + ", ".join(f"{count} in {turns}" for turns, count in counts.items())
            for tier, counts in used.items()
        )
        return [f"Turns used: {cot(gap)}: {told} (at most {gap.turns})"]

    def _reasoning(self, gap: Gap) -> list[str]:
        """Reasoning that nobody asked for, and reasoning that no judge could read, whichever scorer saw the reply."""
        sides = {tier: row for tier, row in self._sides(gap).items() if row.asked}
        if any(row.unasked_reasoning for row in sides.values()):
            counts = [
                f"{tier} {row.unasked_reasoning} of {row.asked}, {row.hidden_reasoning} hidden"
                for tier, row in sides.items()
            ]
            return [f"Reasoned though not asked to: {cot(gap)}: {'; '.join(counts)}"]
        if any(row.hidden_reasoning for row in sides.values()):
            counts = [f"{tier} {row.hidden_reasoning} of {row.asked}" for tier, row in sides.items()]
            return [f"Reasoning that none can read: {cot(gap)}: {'; '.join(counts)}"]
        return []


def _title(shown: dict[str, object], mark: str, contrast: str | None) -> Text:
    title = "{model} · {setting} · {query_set}".format(**shown)
    usual = {
        "variation": "base",
        "facts": None,
        "persona": None,
        "developer": PUBLISHED_DEVELOPER,
        "wrapper": Wrapper.NOTEBOOK,
        "prompts": "suite",
        "turns": 1,
        "prefill": False,
    }
    unusual = [f"{name} {shown[name]}{mark * (name == 'variation')}" for name in usual if shown[name] != usual[name]]
    named = [contrast] if contrast else []
    return Text(" · ".join([title, *unusual, *named]), "italic")  # not markup: a model's name may hold brackets


def _verdict(gap: Gap) -> list[str]:
    return [f"Verdict: {cot(gap)}: {gap.statement}"] if gap.primary else []


def _unscored_line(of: Experiment, scorer: str, counts: Mapping[str, tuple[Mapping[str, int], int]]) -> list[str]:
    """Both tiers, where one has something missing: what matters is how they differ."""
    if not any(unscored for unscored, _ in counts.values()):
        return []
    told = [
        f"{tier} {', '.join(f'{count} {reason}' for reason, count in unscored.items()) or 'none'} of {asked}"
        for tier, (unscored, asked) in counts.items()
        if asked
    ]
    return [f"No label: {cot(of)}, {scorer}: {'; '.join(told)}"]


def _broken(tier: str) -> str:
    """A name that makes no column of rates wider."""
    return tier if len(tier) <= _WIDE else f"{tier[: _WIDE - 1]}-\n{tier[_WIDE - 1 :]}"


def _of_labelled(row: Outcomes) -> float | None:
    """Share of the labelled replies of a tier that comply, paired or not; None where there is none."""
    known = sum(count for outcome, count in row.outcomes.items() if Outcome(outcome).known)
    return row.outcomes.get(Outcome.COMPLIES, 0) / known if known else None


def _rate(rate: float | None) -> str:
    return MISSING if rate is None else f"{rate:.3f}"


def _failed(frame: pd.DataFrame, resumed_by_itself: bool) -> list[str]:
    """What the calls for replies failed with, and the command that asks those again."""
    failed = frame[frame["error"].notna()]
    if failed.empty:
        return []
    lines = [f"Failed: {count} of {len(frame)} replies: {error}" for error, count in _kinds(failed["error"])]
    if resumed_by_itself or len(failed) == len(frame):  # all failed: nothing to keep, and the command is typed anew
        return lines
    return [*lines, f"To ask those again, and keep the rest: inspect eval-retry {_paths(failed, ' ')}"]


def _ungraded(frame: pd.DataFrame) -> list[str]:
    """What the calls to the grader failed with, and the commands that judge the replies, which are kept."""
    ungraded = frame[frame["grader_failure"].notna()]
    if ungraded.empty:
        return []
    lines = [
        f"Grader failed: {count} of {len(frame)} replies: {failure}"
        for failure, count in _kinds(ungraded["grader_failure"])
    ]
    logs = ungraded.drop_duplicates("log")
    commands = [
        f"  inspect score {path}{options}"
        for path, prompts in zip(_paths(logs, "\n").splitlines(), logs["prompts"], strict=True)
        for options in (_AGAIN if prompts == "suite" else _AGAIN_VERBATIM)
    ]
    return [*lines, "The replies are kept. To judge those logs again:", *commands]


def _left_out(exclusions: Sequence[Exclusion]) -> list[str]:
    """What is in no figure; of a failed run its failures tell, and of one that reached its budget ``af run``."""
    return [
        f"Left out: {exclusion.log}: {exclusion.reason}" + (f"; {exclusion.remedy}" if exclusion.remedy else "")
        for exclusion in exclusions
        if exclusion.samples and exclusion.kind != ExclusionKind.STOPPED
    ]


def _kinds(errors: "pd.Series[str]") -> list[tuple[str, int]]:
    """The commonest failures, each in the words of its first error; what an interruption cancelled failed with none."""
    told = [" ".join(str(error).split()) for error in errors if not str(error).startswith("Cancelled")]
    words = {kind_of_failure(error): error for error in reversed(told)}
    counts = Counter(map(kind_of_failure, told))
    return [(words[kind][:_LONGEST], count) for kind, count in counts.most_common(_KINDS)]


def _paths(replies: pd.DataFrame, between: str) -> str:
    paths = dict.fromkeys(str(log).removeprefix("file://") for log in replies["log"])
    return between.join(map(shlex.quote, paths))


def _distinct(gaps: Sequence[Gap]) -> list[tuple[dict[str, object], str]]:
    """Experiments that share a table, and the contrast that it is of."""
    return list(
        {(*shown.items(), gap.contrast): (shown, gap.contrast) for gap in gaps for shown in [_unlike_cot(gap)]}.values()
    )


def _unlike_cot(row: Experiment) -> dict[str, object]:
    return {name: getattr(row, name) for name in Experiment.model_fields if name != "cot"}


def _folder(log: EvalLog) -> str:
    return log.location.removeprefix("file://").rsplit("/", 1)[0]
