"""The gap of each family of variations."""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import isnan, nan
from statistics import median

import numpy as np
import pandas as pd

from analysis.contrast import FREE_PAID, PRIMARY, Contrast
from analysis.experiment import NAMES
from analysis.report.rows.two_gaps import also_differs
from analysis.report.schema import Circumstances, FamilyGap, Gap, MemberGap
from analysis.statistics import family_gap
from analysis.statistics.equivalence import equivalence_p
from analysis.statistics.multiplicity import Correction, adjusted
from analysis.verdict import Verdict
from study.condition import Tier

_SHARED = (*(name for name in NAMES if name != "variation"), "query_set_sha256")


def families(
    contrasts: Sequence[Contrast], gaps: Sequence[Gap], delta: float, correction: Correction
) -> Iterable[FamilyGap]:
    """Of every family with two members or more that share every other name and the queries, decided by one scorer.

    A query counts in a member where it has a label on both tiers there. The verdict is made as that of one experiment,
    with the query as the unit, and adjusted over the families of a model and setting: they are a family of tests of
    their own beside that of the single variations.

    Args:
        contrasts: All of a report.
        gaps: Their gaps, in the same order.
        delta: Margin of the equivalence test, in (0, 1).
        correction: How p-values are adjusted.
    """
    found: dict[tuple[object, ...], list[tuple[Contrast, Gap]]] = {}
    for contrast, gap in zip(contrasts, gaps, strict=True):
        if contrast.primary and contrast.experiment["family"] is not None:
            shared = (*(contrast.experiment[name] for name in _SHARED), contrast.scorer)
            found.setdefault(shared, []).append((contrast, gap))
    several = [sorted(of, key=_variation) for of in found.values() if len(of) > 1]
    measured = [_measured([contrast for contrast, _ in of]) for of in several]
    tested = [(of[0][1].model, of[0][1].setting) for of in several]
    p_adjusted = np.array([family.p_queries for family in measured])
    for together in {*tested}:
        of_together = np.array([key == together for key in tested])
        p_adjusted[of_together] = adjusted(p_adjusted[of_together], correction)
    for of, family, key, p_value in zip(several, measured, tested, p_adjusted, strict=True):
        tests = sum(other == key and not isnan(p) for other, p in zip(tested, p_adjusted, strict=True))
        yield _row(of, family, float(p_value), max(1, tests), delta, correction)


def _variation(of: tuple[Contrast, Gap]) -> str:
    return of[1].variation


def _measured(members: Sequence[Contrast]) -> family_gap.FamilyGap:
    labels = pd.concat({str(contrast.experiment["variation"]): contrast.by_query for contrast in members}).dropna()
    free, paid = FREE_PAID
    return family_gap.family_gap(
        labels[free].to_numpy(np.float64),
        labels[paid].to_numpy(np.float64),
        labels.index.get_level_values(1).to_numpy(str),
        labels.index.get_level_values(0).to_numpy(str),
    )


def _row(
    of: Sequence[tuple[Contrast, Gap]],
    family: family_gap.FamilyGap,
    p_adjusted: float,
    tests: int,
    delta: float,
    correction: Correction,
) -> FamilyGap:
    contrasts, gaps = zip(*of, strict=True)
    first = contrasts[0]
    replies = pd.concat([contrast.replies[["judge"]] for contrast in contrasts])
    queries, members = family.over_queries, family.over_members
    excluded = Counter[str]()
    for gap in gaps:
        for tier, unscored in zip(FREE_PAID, (gap.unscored_a, gap.unscored_b), strict=True):
            excluded.update({f"{tier} {reason}": count for reason, count in unscored.items()})
        excluded.update({f"{Tier.FREE} without a pair": gap.unpaired_a, f"{Tier.PAID} without a pair": gap.unpaired_b})
    n10, n01 = family.discordant
    verdict = Verdict(
        n_pairs=queries.n_pairs,
        excluded=excluded,
        n10=n10,
        n01=n01,
        ci_low=queries.ci_low,
        ci_high=queries.ci_high,
        interval="adjusted Wald, 95 %",
        p_adjusted=p_adjusted,
        p_equivalence=float(equivalence_p(n10, n01, queries.n_pairs, delta)) if queries.n_pairs else nan,
        judge=" and ".join(sorted(map(str, replies["judge"].dropna().unique()))) or None
        if first.scorer == PRIMARY
        else None,
        judged=first.scorer == PRIMARY,
        calibrated=False,
        family=tests,
        correction=correction.label,
        delta=delta,
    )
    sizes = [gap.gap for gap in gaps if gap.gap is not None]
    return FamilyGap(
        **Circumstances.named(first.experiment),
        cot=first.experiment["cot"],
        family=first.experiment["family"],
        scorer=first.scorer,
        members=[
            MemberGap(variation=gap.variation, n_pairs=gap.n_pairs, gap=gap.gap, verdict_kind=gap.verdict_kind)
            for gap in gaps
        ],
        gap_min=min(sizes, default=None),
        gap_median=median(sizes) if sizes else None,
        gap_max=max(sizes, default=None),
        n_queries=queries.n_pairs,
        rate_a=queries.rate_a,
        rate_b=queries.rate_b,
        gap=queries.gap,
        ci_low=queries.ci_low,
        ci_high=queries.ci_high,
        p_value=family.p_queries,
        p_adjusted=p_adjusted,
        tests=tests,
        p_equivalence=verdict.p_equivalence,
        verdict=verdict.headline,
        verdict_kind=verdict.kind.value,
        statement=str(verdict),
        delta=delta,
        members_ci_low=members.ci_low,
        members_ci_high=members.ci_high,
        members_p_value=family.p_members,
        also_differs=also_differs(*contrasts),
        judge=verdict.judge,
        calibrated=verdict.calibrated,
    )
