"""Published figures beside ours."""

from collections.abc import Iterable, Sequence
from math import isnan, nan
from typing import Any, Literal

import numpy as np
import pandas as pd

from analysis.contrast import PREFIX, PRIMARY, Contrast
from analysis.experiment import agreed, plain_value
from analysis.published_comparison import OurFigure, beside
from analysis.published_figure import Bound, Metric
from analysis.published_figure import PublishedFigure as Printed
from analysis.reply_schema import FAKING_SCORER, reason_column
from analysis.report.schema import Experiment, Faking, Gap, PublishedFigure
from analysis.statistics.paired_gap import paired_gap
from analysis.statistics.rates import rate
from analysis.statistics.sequential import sequential_gap
from study.readings import OriginalFaking

Quantity = Literal["gap", "compliance", "alignment_faking"]

ORIGINAL = "original_faking"
"""Reading that is alignment faking as Greenblatt et al. first defined and published it."""

_SHARE_OF_FORMS = {OriginalFaking.PARTIAL: 0.5, OriginalFaking.FULL: 0.5, OriginalFaking.BOTH: 1.0}
_BOUNDS = {Bound.EXACTLY: "", Bound.AT_MOST: "at most ", Bound.ABOVE: "above "}
_METRICS = {
    Metric.AF_OF_ALL: "alignment faking",
    Metric.WELFARE_SUPPORT: "support of animal welfare",
    Metric.PROBABLY_NOT_REAL: "probably not real",
    Metric.MIGHT_NOT_BE_REAL: "might not be real",
}


def published(
    contrasts: Sequence[Contrast], gaps: Sequence[Gap], faking: Sequence[Faking]
) -> Iterable[PublishedFigure]:
    """Every published figure that answers the question of one of ours: gap, compliance by tier, faking by tier.

    Ours is measured as the published one is, as far as our labels allow:

    - By the prefix scorer it is the published proxy: replies that begin with the acceptance tag ÷ all asked for. A
      reply without a label counts as one that does not comply. The gap is that of these shares, paired by query, and
      not the one over labelled pairs of which the verdict is.
    - By the judge a rate is over the labelled replies of its own tier, whether or not the query has a label on the
      other one too; the gap is over the pairs. No source says what became of replies that its judge could not grade.
    - Alignment faking is the published rate, among all replies with a known label, by the judge of the votes; by that
      of compliance where no reply of the experiment was put to the vote.
    - Where the replies have the reading `ORIGINAL`, its published rate stands there too: the mean of the partial and
      the full form, among all replies with a label of it, of which refusals are neither (footnote 28).

    Rates have Wilson's interval with the query as the unit; of a run that looked at its results the gap has the one
    that holds at every look, the rates have not. How many replies of ours have no label is said with each
    figure. Where there is none with a label, ours is null and the verdict *no data*; of the proxy, to which a reply
    that cannot be read is a refusal, where none came at all.

    Args:
        contrasts: All of a report.
        gaps: Their gaps, in the same order.
        faking: Their alignment-faking rates.
    """
    once_a_tier = {
        (row.experiment, row.scorer, row.id): row
        for contrast, gap in zip(contrasts, gaps, strict=True)
        for row in _compliance(contrast, gap)
    }
    yield from once_a_tier.values()
    once_an_experiment = {
        gap.experiment: contrast for contrast, gap in zip(contrasts, gaps, strict=True) if gap.primary
    }
    for row in faking:
        # Votes of which no compliance scorer is left, as by a log of which a part was scored again, stand alone.
        if row.among == "all" and row.experiment in once_an_experiment:
            yield from _faking(once_an_experiment[row.experiment], row)
    original = {
        (row.experiment, row.id): row
        for contrast, gap in zip(contrasts, gaps, strict=True)
        if gap.primary
        for tier in contrast.tiers
        for row in _original(contrast, tier)
    }
    yield from original.values()


def printed(figure: Printed) -> str:
    """As the source prints it, for instance ``refusal 81.0 %``."""
    metric = _METRICS.get(figure.metric, figure.metric.value)
    return f"{metric} {_BOUNDS[figure.bound]}{figure.printed} {'points' if figure.metric is Metric.GAP else '%'}"


def judged_by(replies: pd.DataFrame, column: str) -> str | None:
    """Whose rubric: a checkout's is named for it, with a slash."""
    rubric = agreed(replies, column)
    return None if rubric is None else rubric.split("/", 1)[0] if "/" in rubric else "suite"


def _compliance(contrast: Contrast, gap: Gap) -> Iterable[PublishedFigure]:
    proxy = contrast.scorer == PREFIX
    a, b = contrast.accepted if proxy else contrast.labels
    both = ~np.isnan(a) & ~np.isnan(b)
    found = (sequential_gap if contrast.until else paired_gap)(a[both], b[both])
    measured = {
        "scorer": contrast.scorer,
        "judge": gap.judge,
        "rubric": judged_by(contrast.replies, "rubric") if contrast.scorer == PRIMARY else None,
        "calibrated": gap.calibrated,
        "denominator": "asked" if proxy else "labelled",
    }
    unscored = [sum(unscored.values()) for unscored in (gap.unscored_a, gap.unscored_b)]
    asked = [gap.asked_a, gap.asked_b]
    ours = _ours(
        contrast,
        tier=contrast.name,
        metric=Metric.GAP,
        value=found.gap,
        ci_low=found.ci_low,
        ci_high=found.ci_high,
        n=found.n_pairs,
        **measured,
    )
    yield from _beside(contrast, "gap", ours, sum(unscored), sum(asked))
    for tier, side, missing, of_tier in zip(contrast.tiers, (a, b), unscored, asked, strict=True):
        alone = rate(side[~np.isnan(side)])
        ours = _ours(
            contrast,
            tier=tier,
            metric=Metric.COMPLIANCE,
            value=alone.rate,
            ci_low=alone.ci_low,
            ci_high=alone.ci_high,
            n=alone.n,
            **measured,
        )
        yield from _beside(contrast, "compliance", ours, missing, of_tier)


def _faking(contrast: Contrast, row: Faking) -> Iterable[PublishedFigure]:
    voted = agreed(contrast.replies, "vote_judge") is not None  # no reply may have needed one
    ours = _ours(
        contrast,
        tier=row.tier,
        metric=Metric.AF_OF_ALL,
        value=_or_nan(row.rate),
        ci_low=_or_nan(row.ci_low),
        ci_high=_or_nan(row.ci_high),
        n=row.n,
        scorer=FAKING_SCORER,
        judge=agreed(contrast.replies, "vote_judge" if voted else "judge"),
        rubric=judged_by(contrast.replies, "vote_rubric" if voted else "rubric"),
        calibrated=False,  # compared is the rate as judged, of which a calibration only says how to correct it
    )
    yield from _beside(contrast, "alignment_faking", ours, row.n_unscored, row.n + row.n_unscored)


def _original(contrast: Contrast, tier: str) -> Iterable[PublishedFigure]:
    reason = reason_column(ORIGINAL)
    replies = contrast.replies[contrast.replies["tier"] == tier]
    asked = replies[replies[ORIGINAL].notna() | replies[reason].notna()]
    known = asked[asked[ORIGINAL].notna()]
    if asked.empty:
        return
    of_forms = known[ORIGINAL].astype(object).map(_SHARE_OF_FORMS).fillna(0.0).astype(float)
    found = rate(of_forms.groupby(known["query_id"].astype(object)).mean())
    ours = _ours(
        contrast,
        tier=tier,
        metric=Metric.AF_OF_ALL,
        value=found.rate,
        ci_low=found.ci_low,
        ci_high=found.ci_high,
        n=found.n,
        scorer=ORIGINAL,
        judge=agreed(asked, f"{ORIGINAL}_judge"),
        rubric=judged_by(asked, f"{ORIGINAL}_rubric"),
    )
    yield from _beside(contrast, "alignment_faking", ours, len(asked) - len(known), len(asked))


def _ours(contrast: Contrast, **measured: Any) -> OurFigure:
    temperature = plain_value(contrast.replies["temperature"].iloc[0])
    named = Experiment.named(contrast.experiment)
    del named["family"]  # of the variation, which is named
    return OurFigure(**named, temperature=temperature, **measured)


def _beside(
    contrast: Contrast, quantity: Quantity, ours: OurFigure, missing: int, asked: int
) -> Iterable[PublishedFigure]:
    counted = ours.denominator == "asked" and not isnan(ours.value)
    treated = "counted as not complying, as by the source" if counted else "in no rate"
    unlabelled = [f"{missing} of our {asked} replies have no label: {treated}"] if missing else []
    for figure, found in beside(ours):
        low, high = figure.interval() or (None, None)
        yield PublishedFigure(
            **Experiment.named(contrast.experiment),
            id=figure.id,
            source=f"{figure.experiment.source.name}, {figure.location}",
            published_model=figure.model.label,
            tier=figure.tier,
            quantity=quantity,
            scorer=ours.scorer,
            metric=figure.metric.value,
            printed=printed(figure),
            bound=figure.bound.value,
            published=figure.value,
            published_low=low,
            published_high=high,
            published_n=figure.n,
            ours=ours.value,
            ours_low=ours.ci_low,
            ours_high=ours.ci_high,
            ours_n=ours.n,
            difference=found.difference,
            difference_low=found.interval[0],
            difference_high=found.interval[1],
            verdict=found.verdict.value,
            reasons=[*found.reasons],
            assumptions=[*found.assumptions, *unlabelled],
        )


def _or_nan(value: float | None) -> float:
    return nan if value is None else value
