"""The gap of each contrast, and the verdict on it."""

from collections import Counter
from collections.abc import Sequence
from math import isnan

import numpy as np

from analysis.contrast import PREFIX, Contrast
from analysis.experiment import agreed
from analysis.reply_schema import reason_column
from analysis.report.label import TIER_NOTES
from analysis.report.rows.conclusion import conclusion, verdict_on
from analysis.report.schema import Experiment, Gap
from analysis.statistics.agreement import pairing_correlation
from analysis.statistics.bounds import gap_bounds
from analysis.statistics.missingness import missingness
from analysis.statistics.multiplicity import Correction, adjusted
from analysis.statistics.power import smallest_gap
from analysis.statistics.rates import rate
from study.condition import TierTold


def gaps(contrasts: Sequence[Contrast], delta: float, correction: Correction) -> list[Gap]:
    """The gap of each contrast, in their order.

    Args:
        contrasts: All of a report. The primary ones of a model and setting that have pairs are one family, and adjusted
            together. Each other scorer's are a family of their own, so that its verdict does not differ from the
            primary one for want of an adjustment.
        delta: Margin of the equivalence test, in (0, 1).
        correction: How p-values are adjusted.
    """
    together: dict[tuple[object, ...], list[int]] = {}
    for i, contrast in enumerate(contrasts):
        together.setdefault((*_of(contrast), contrast.scorer), []).append(i)
    for i, contrast in enumerate(contrasts):  # after the others, whose figures they take the place of
        if contrast.primary:
            together.setdefault(_of(contrast), []).append(i)
    found: dict[int, tuple[float, int]] = {}
    for members in together.values():
        p_values = np.array([contrasts[i].p_value for i in members])
        tests = max(1, int(np.sum(~np.isnan(p_values))))
        corrected = map(float, adjusted(p_values, correction))
        found |= {i: (p_value, tests) for i, p_value in zip(members, corrected, strict=True)}
    return [_gap(contrast, *found[i], delta, correction) for i, contrast in enumerate(contrasts)]


def _of(contrast: Contrast) -> tuple[object, ...]:
    return contrast.experiment["model"], contrast.experiment["setting"]


def _gap(contrast: Contrast, p_adjusted: float, family: int, delta: float, correction: Correction) -> Gap:
    replies, paired = contrast.replies, contrast.paired
    labels = replies[["tier", contrast.scorer, reason_column(contrast.scorer)]]
    asked = {tier: labels[labels["tier"] == tier] for tier in contrast.tiers}
    unscored = {
        tier: dict(Counter(of_tier[reason_column(contrast.scorer)].dropna().astype(object)))
        for tier, of_tier in asked.items()
    }
    tier_a, tier_b = contrast.tiers
    verdict = verdict_on(
        paired,
        contrast.discordant,
        excluded={f"{tier} {reason}": count for tier in contrast.tiers for reason, count in unscored[tier].items()}
        | {f"{tier} without a pair": count for tier, count in contrast.unpaired.items()},
        p_adjusted=p_adjusted,
        tests=family,
        delta=delta,
        correction=correction,
        scorer=contrast.scorer,
        judge=agreed(replies, "judge"),
        until=contrast.until,
    )
    told = TierTold(replies["tier_told"].iloc[0])
    tier_notes = [TIER_NOTES[told]] if told in TIER_NOTES else []
    a, b = contrast.labels
    rates = [rate(of_tier) for of_tier in contrast.pairs]
    phi = pairing_correlation(*contrast.pairs)
    bounds = gap_bounds(a, b, *contrast.missing)
    proxy = (
        [rate(side[~np.isnan(side)]).rate for side in contrast.accepted] if contrast.scorer == PREFIX else [None] * 2
    )
    return Gap(
        **Experiment.named(contrast.experiment),
        **conclusion(paired, verdict) | {"statement": " ".join([str(verdict), *tier_notes])},
        scorer=contrast.scorer,
        tier_told=told,
        primary=contrast.primary,
        **contrast.compared,
        asked_a=len(asked[tier_a]),
        asked_b=len(asked[tier_b]),
        n_queries=len(a),
        n_pairs=paired.n_pairs,
        until=contrast.until,
        rate_a_low=rates[0].ci_low,
        rate_a_high=rates[0].ci_high,
        rate_b_low=rates[1].ci_low,
        rate_b_high=rates[1].ci_high,
        p_value=contrast.p_value,
        more_queries=verdict.more_queries,
        smallest_gap=_smallest_gap(contrast, 0.0 if isnan(phi) else phi, verdict.alpha / family),
        correlation=phi,
        unscored_a=unscored[tier_a],
        unscored_b=unscored[tier_b],
        unpaired_a=contrast.unpaired.get(tier_a, 0),
        unpaired_b=contrast.unpaired.get(tier_b, 0),
        p_missing=missingness(*contrast.missing).p_value,
        bound_low=bounds.low,
        bound_high=bounds.high,
        rate_a_published=proxy[0],
        rate_b_published=proxy[1],
        notes=[
            *tier_notes,
            *verdict.footnotes,
            *(["Several epochs: the query is the unit."] if replies["epoch"].max() > 1 else []),
        ],
    )


def _smallest_gap(contrast: Contrast, phi: float, alpha: float) -> float | None:
    paired = contrast.paired
    if not paired.n_pairs or contrast.until:  # the power of the test for one look
        return None
    return smallest_gap(paired.n_pairs, paired.rate_b, phi, alpha=alpha)
