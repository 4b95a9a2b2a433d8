"""The gap of each family of variations."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import isnan, nan
from statistics import median

import numpy as np
import pandas as pd

from analysis.contrast import Contrast
from analysis.experiment import NAMES
from analysis.report.rows.conclusion import conclusion, verdict_on
from analysis.report.rows.two_gaps import also_differs
from analysis.report.schema import Circumstances, FamilyGap, Gap, MemberGap
from analysis.statistics import family_gap
from analysis.statistics.multiplicity import Correction, adjusted
from analysis.statistics.sequential import sequential_gap, sequential_p

_SHARED = (*(name for name in NAMES if name != "variation"), "query_set_sha256")


def families(
    contrasts: Sequence[Contrast], gaps: Sequence[Gap], delta: float, correction: Correction
) -> Iterable[FamilyGap]:
    """Of every family with two members or more that share every other name and the queries, decided by one scorer.

    A query counts where it has a label on both tiers in every member, so that the members' gaps, and the mean of them,
    are of the same queries. The verdict is made as that of one experiment, with the query as the unit, and adjusted
    over the families of a model and setting: they are a family of tests of their own beside that of the single
    variations.

    Args:
        contrasts: All of a report.
        gaps: Their gaps, in the same order.
        delta: Margin of the equivalence test, in (0, 1).
        correction: How p-values are adjusted.
    """
    found: dict[tuple[object, ...], list[tuple[Contrast, Gap]]] = {}
    for contrast, gap in zip(contrasts, gaps, strict=True):
        if contrast.primary and contrast.experiment["family"] is not None:
            shared = (*(contrast.experiment[name] for name in _SHARED), contrast.scorer, contrast.name)
            found.setdefault(shared, []).append((contrast, gap))
    several = [sorted(of, key=_variation) for of in found.values() if len(of) > 1]
    measured = [_measured([contrast for contrast, _ in of]) for of in several]
    tested = [(of[0][1].model, of[0][1].setting) for of in several]
    p_adjusted = np.array([family.p_queries for family, _ in measured])
    for together in {*tested}:
        of_together = np.array([key == together for key in tested])
        p_adjusted[of_together] = adjusted(p_adjusted[of_together], correction)
    for of, (family, left_out), key, p_value in zip(several, measured, tested, p_adjusted, strict=True):
        tests = sum(other == key and not isnan(p) for other, p in zip(tested, p_adjusted, strict=True))
        yield _row(of, family, left_out, float(p_value), max(1, tests), delta, correction)


def _variation(of: tuple[Contrast, Gap]) -> str:
    return of[1].variation


def _measured(members: Sequence[Contrast]) -> tuple[family_gap.FamilyGap, int]:
    """The gap over the queries that every member has a pair of, and how many there are that only some have."""
    pairs = pd.concat({i: contrast.by_query.dropna() for i, contrast in enumerate(members)}, axis=1)
    shared = pairs.dropna()
    a, b = (shared.xs(tier, axis=1, level=1).to_numpy(np.float64) for tier in members[0].tiers)
    family = family_gap.family_gap(a, b)
    if _until(members):
        over_queries = sequential_gap(a.mean(axis=1), b.mean(axis=1))
        p_queries = float(sequential_p(*family.discordant)) if len(a) else nan
        family = replace(family, over_queries=over_queries, p_queries=p_queries)
    return family, len(pairs) - len(shared)


def _until(members: Sequence[Contrast]) -> str | None:
    return " and ".join(sorted({contrast.until for contrast in members if contrast.until})) or None


def _row(
    of: Sequence[tuple[Contrast, Gap]],
    family: family_gap.FamilyGap,
    left_out: int,
    p_adjusted: float,
    tests: int,
    delta: float,
    correction: Correction,
) -> FamilyGap:
    contrasts, gaps = zip(*of, strict=True)
    first = contrasts[0]
    replies = pd.concat([contrast.replies[["judge"]] for contrast in contrasts])
    excluded = Counter[str]()
    for gap in gaps:
        for tier, unscored in zip(first.tiers, (gap.unscored_a, gap.unscored_b), strict=True):
            excluded.update({f"{tier} {reason}": count for reason, count in unscored.items()})
        excluded.update(
            {f"{gap.tier_a} without a pair": gap.unpaired_a, f"{gap.tier_b} without a pair": gap.unpaired_b}
        )
    excluded[f"quer{'y' if left_out == 1 else 'ies'} without a pair in every member"] = left_out
    verdict = verdict_on(
        family.over_queries,
        family.discordant,
        excluded=excluded,
        p_adjusted=p_adjusted,
        tests=tests,
        delta=delta,
        correction=correction,
        scorer=first.scorer,
        judge=" and ".join(sorted(map(str, replies["judge"].dropna().unique()))) or None,
        until=_until(contrasts),
    )
    return FamilyGap(
        **Circumstances.named(first.experiment),
        **conclusion(family.over_queries, verdict),
        cot=first.experiment["cot"],
        **first.compared,
        family=first.experiment["family"],
        scorer=first.scorer,
        members=[
            MemberGap(variation=gap.variation, n_pairs=gap.n_pairs, gap=gap.gap, verdict_kind=gap.verdict_kind)
            for gap in gaps
        ],
        gap_min=min(family.of_members, default=None),
        gap_median=median(family.of_members) if family.of_members else None,
        gap_max=max(family.of_members, default=None),
        n_queries=family.over_queries.n_pairs,
        n_left_out=left_out,
        p_value=family.p_queries,
        members_ci_low=family.over_members.ci_low,
        members_ci_high=family.over_members.ci_high,
        members_p_value=family.p_members,
        also_differs=also_differs(*contrasts),
    )
