"""The variations of a prompt as page and figure show them: those of a model and setting together, the base on top."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analysis.published_figure import PUBLISHED_DEVELOPER
from analysis.report.label import MARK, TIER_NOTES
from analysis.report.schema import (
    AgainstBase,
    Circumstances,
    FamilyGap,
    Gap,
    PublishedChange,
    PublishedFigure,
    Report,
)

_SHARED = tuple(name for name in Circumstances.model_fields if name not in ("facts", "persona", "developer"))


@dataclass(frozen=True)
class VariationRow:
    """One experiment among those that differ in the prompt alone."""

    gap: Gap
    """Of the scorer that decides."""
    against: AgainstBase | None
    """None of the base itself, and where it is not there."""
    faking: float | None
    """Of all replies with a known label on the first tier of the contrast."""
    published: Sequence[PublishedFigure]
    """Published gaps of the same variation."""
    developer_varies: bool = False
    """Whether experiments beside it name another developer: it is then said where it is not that of the papers."""

    @property
    def changes(self) -> Sequence[PublishedChange]:
        """What sources printed of the change from their base."""
        return self.against.published if self.against else []

    @property
    def mark(self) -> str:
        """Whether a note of `TIER_NOTES` is of it, as it is shown behind the name."""
        return f" {MARK}" if self.gap.tier_told in TIER_NOTES else ""

    @property
    def name(self) -> str:
        """What is not as in the base prompt; ``base`` where nothing is."""
        added = [f"{kind} {name}" for kind in ("facts", "persona") if (name := getattr(self.gap, kind))]
        if self.developer_varies and self.gap.developer != PUBLISHED_DEVELOPER:
            added.append(f"developer {self.gap.developer}")
        return " + ".join([self.gap.variation, *added]) if self.gap.variation != "base" else " + ".join(added) or "base"


@dataclass(frozen=True)
class Variations:
    """Experiments that differ in the prompt alone."""

    families: Sequence[tuple[FamilyGap, Sequence[VariationRow]]]
    """Each with its members."""
    others: Sequence[VariationRow]
    """The base first, if it is there."""

    @property
    def notes(self) -> list[str]:
        """Those of `TIER_NOTES` that are of some of the rows."""
        told = {row.gap.tier_told for row in self.rows}
        return [note for of, note in TIER_NOTES.items() if of in told]

    @property
    def rows(self) -> list[VariationRow]:
        """The base, the families' members, and the rest."""
        first = [row for row in self.others if row.name == "base"]
        members = [row for _, members in self.families for row in members]
        return [*first, *members, *(row for row in self.others if row not in first)]


def variations(report: Report) -> list[Variations]:
    """The groups of two experiments or more that differ in variation, facts, trait or developer alone, as gaps come."""
    against = {(row.experiment, row.contrast): row for row in report.against_base}
    faking = {(row.experiment, row.tier): row.rate for row in report.faking if row.among == "all"}
    groups: dict[tuple[object, ...], list[VariationRow]] = {}
    for gap in report.gaps:
        if gap.primary:
            published = [
                figure
                for figure in report.published
                if (figure.experiment, figure.quantity, figure.tier, figure.scorer)
                == (gap.experiment, "gap", gap.contrast, gap.scorer)
            ]
            of_gap, of_tier = (gap.experiment, gap.contrast), (gap.experiment, gap.tier_a)
            row = VariationRow(gap, against.get(of_gap), faking.get(of_tier), published)
            groups.setdefault(_shared(gap), []).append(row)
    for shared, rows in groups.items():
        varies = len({row.gap.developer for row in rows}) > 1
        groups[shared] = [replace(row, developer_varies=varies) for row in rows]
    return [
        _together(rows, [family for family in report.families if _shared(family) == shared])
        for shared, rows in groups.items()
        if len(rows) > 1
    ]


def _together(rows: Sequence[VariationRow], families: Sequence[FamilyGap]) -> Variations:
    by_name = sorted(rows, key=lambda row: row.gap.variation)
    of = [(family, [row for row in by_name if _is_member(row, family)]) for family in families]
    members = [row for _, members in of for row in members]
    others = [row for row in rows if row not in members]
    return Variations(of, sorted(others, key=lambda row: row.name != "base"))


def _is_member(row: VariationRow, family: FamilyGap) -> bool:
    of = row.gap  # with other facts it is of another family of that name
    names = ("family", "facts", "persona", "developer", "scorer")
    return all(getattr(of, name) == getattr(family, name) for name in names)


def _shared(row: Gap | FamilyGap) -> tuple[object, ...]:
    return (*(getattr(row, name) for name in _SHARED), row.cot, row.contrast)
