"""Published figures beside ours."""

from collections.abc import Iterable, Sequence

import pandas as pd

from analysis.contrast import PRIMARY, Contrast
from analysis.experiment import agreed, plain_value
from analysis.published_comparison import OurFigure, beside
from analysis.published_figure import Metric
from analysis.report.schema import Gap, PublishedFigure


def published(contrasts: Sequence[Contrast], gaps: Sequence[Gap]) -> Iterable[PublishedFigure]:
    """Every published figure that answers the question of one of ours.

    Args:
        contrasts: All of a report.
        gaps: Their gaps, in the same order.
    """
    for contrast, gap in zip(contrasts, gaps, strict=True):
        yield from _beside(contrast, gap)


def _beside(contrast: Contrast, gap: Gap) -> Iterable[PublishedFigure]:
    first = contrast.replies.iloc[0]
    ours = OurFigure(
        model=gap.model,
        setting=gap.setting,
        cot=gap.cot,
        tier=gap.contrast,
        metric=Metric.GAP,
        value=contrast.paired.gap,
        ci_low=contrast.paired.ci_low,
        ci_high=contrast.paired.ci_high,
        n=gap.n_pairs,
        scorer=contrast.scorer,
        query_set=gap.query_set,
        temperature=plain_value(first["temperature"]),
        judge=gap.judge,
        rubric=_rubric(contrast.replies) if contrast.scorer == PRIMARY else None,
        denominator="asked" if not gap.unscored_a and not gap.unscored_b else "labelled",
        prompts=gap.prompts,
        wrapper=gap.wrapper,
        variation=gap.variation,
        developer=gap.developer,
        prefill=gap.prefill,
        turns=gap.turns,
    )
    for figure, comparison in beside(ours):
        yield PublishedFigure(
            source=f"{figure.experiment.source.name}, {figure.location}",
            metric=str(figure.metric),
            quantity="gap",
            model=figure.model.label,
            setting=gap.setting,
            cot=gap.cot,
            published=figure.value,
            published_n=figure.n,
            ours=gap.gap,
            ours_model=gap.model,
            verdict=comparison.verdict.value,
            reasons=[*comparison.reasons, *comparison.assumptions],
        )


def _rubric(replies: pd.DataFrame) -> str | None:
    """Whose rubric: a checkout's is named for it, with a slash."""
    rubric = agreed(replies, "rubric")
    return None if rubric is None else rubric.split("/", 1)[0] if "/" in rubric else "suite"
