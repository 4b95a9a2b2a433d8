"""What an experiment is called in a report: its model, and whatever tells it from the others there."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from itertools import chain

from analysis.report.schema import Circumstances, Experiment, FamilyGap, Report, Setup
from study.condition import TierTold

FACTORS = (
    "setting",
    "variation",
    "facts",
    "persona",
    "wrapper",
    "developer",
    "query_set",
    "prompts",
    "prefill",
    "turns",
)
"""What experiments can differ in beside model and CoT, as fields of `Setup`, in the order in which it is said."""

MARK = "†"
"""Stands behind an experiment whose prompt does not tell the tier as the rest do; one of `TIER_NOTES` says how."""

TIER_NOTES: Mapping[TierTold, str] = {
    TierTold.NO: f"{MARK} The prompt does not say the tier: a gap here is noise, or the run is broken.",
    TierTold.SWAPPED: f"{MARK} The prompt swaps the labels: the side that is trained on, here free, is called not the "
    "free tier.",
}
"""By `Gap.tier_told`, what must be known of such a gap."""


def experiments(report: Report) -> list[Setup]:
    """Every row of a report that belongs to an experiment, or to one with CoT and its counterpart without."""
    of_one = chain(report.gaps, report.faking, report.agreement, report.scorers, report.silent, report.heterogeneity)
    return [*of_one, *report.outcomes, *report.controls, *report.cot, *report.against_base]


def shared(report: Report) -> dict[str, str]:
    """The factors that are the same in every row, with their value; none in a report without rows."""
    rows = experiments(report)
    return {
        factor: _value(rows[0], factor)
        for factor in FACTORS
        if rows and not _varies(rows, factor) and getattr(rows[0], factor) is not None
    }


def circumstances(
    report: Report, with_setting: bool = False, but: Container[str] = (), of: Sequence[Setup] | None = None
) -> Callable[[Circumstances], list[str]]:
    """What is said of a row beside its model: CoT, the contrast where there are several, and the factors that vary.

    Args:
        report: The report that the row belongs to.
        with_setting: Whether the setting is said even where all rows share it; it is said first, and without its name.
        but: Factors that are not said.
        of: Rows among which factors vary; by default all but interviews, whose queries are others.
    """
    rows = experiments(report) if of is None else of
    several = len({gap.contrast for gap in report.gaps}) > 1
    setting, *varying = [factor if _varies(rows, factor) and factor not in but else "" for factor in FACTORS]

    def said(row: Circumstances) -> list[str]:
        return [
            *([row.setting] if setting or with_setting else []),
            *([cot(row)] if isinstance(row, Experiment | FamilyGap) else []),
            *([str(row.contrast)] if several and hasattr(row, "contrast") else []),
            *(_said(row, factor) for factor in varying if factor and hasattr(row, factor)),
        ]

    return said


def cot(row: Experiment | FamilyGap) -> str:
    """Whether the prompt asks for a scratchpad, as it is said everywhere."""
    return "CoT" if row.cot else "no CoT"


def _varies(rows: Iterable[Setup], factor: str) -> bool:
    return len({getattr(row, factor) for row in rows}) > 1


def _said(row: Circumstances, factor: str) -> str:
    name = factor.replace("_", " ")
    return f"no {name}" if getattr(row, factor) is None else f"{name} {_value(row, factor)}"


def _value(row: Circumstances, factor: str) -> str:
    value = getattr(row, factor)
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
