"""A variation, facts or a trait against the base prompt."""

from collections.abc import Iterable, Sequence
from typing import Any

from analysis.contrast import Contrast
from analysis.experiment import NAMES
from analysis.published_figure import PUBLISHED_DEVELOPER, Metric, figures_for
from analysis.report.rows.two_gaps import difference_of_gaps
from analysis.report.schema import AgainstBase, Experiment, Faking, Gap, PublishedChange

BASE = {"variation": "base", "family": None, "facts": None, "persona": None}
"""What the unchanged prompt is called."""

_SHARED = (*(name for name in NAMES if name not in (*BASE, "developer")), "query_set_sha256")


def against_base(contrasts: Sequence[Contrast], gaps: Sequence[Gap], faking: Sequence[Faking]) -> Iterable[AgainstBase]:
    """Of every experiment whose prompt is not the base one, and whose base is there, decided by the same scorer.

    Its base shares every other name and the queries. One that has a variation and facts is held against the prompt that
    has neither. The base names the same developer; where there is none such, and for an unchanged prompt that names
    another, it is the one with the developer that the published prompts name.

    Args:
        contrasts: All of a report.
        gaps: Their gaps, in the same order.
        faking: Their alignment-faking rates.
    """
    primary = [(contrast, gap) for contrast, gap in zip(contrasts, gaps, strict=True) if contrast.primary]
    bases = {
        (_shared(contrast), contrast.experiment["developer"]): (contrast, gap)
        for contrast, gap in primary
        if _is_base(contrast.experiment)
    }
    rates = {(row.experiment, row.tier): row.rate for row in faking if row.among == "all"}
    for contrast, gap in primary:
        usual = bases.get((_shared(contrast), PUBLISHED_DEVELOPER))
        own = bases.get((_shared(contrast), contrast.experiment["developer"]))
        base = usual if _is_base(contrast.experiment) else own or usual
        if base and base[0] is not contrast:
            yield _against(contrast, gap, *base, rates)


def _against(
    contrast: Contrast,
    gap: Gap,
    base: Contrast,
    gap_base: Gap,
    rates: dict[tuple[tuple[object, ...], str], float | None],
) -> AgainstBase:
    return AgainstBase(
        **Experiment.named(contrast.experiment),
        **contrast.compared,
        **difference_of_gaps(contrast, base),
        scorer=contrast.scorer,
        gap=gap.gap,
        gap_base=gap_base.gap,
        developer_base=base.experiment["developer"],
        verdict=gap.verdict,
        verdict_base=gap_base.verdict,
        kind=gap.verdict_kind,
        kind_base=gap_base.verdict_kind,
        faking=rates.get((gap.experiment, gap.tier_a)),
        faking_base=rates.get((gap_base.experiment, gap.tier_a)),
        published=[*_published(contrast, base.experiment["developer"])],
    )


def _published(contrast: Contrast, developer_base: str) -> Iterable[PublishedChange]:
    """The same change in the sources: of the variation with either developer, or of the developer too."""
    experiment = contrast.experiment
    if experiment["facts"] or experiment["persona"]:
        return
    question = (experiment["model"], experiment["setting"], experiment["cot"], Metric.GAP, contrast.name)
    developer = experiment["developer"]
    bases = figures_for(*question, developer=developer)
    for figure in figures_for(*question, variation=experiment["variation"], developer=developer):
        if developer != developer_base and figure.developer != developer:
            continue
        of_base = developer_base if figure.developer == developer else figure.developer
        of_source = [
            base.value
            for base in bases
            if (base.experiment.key, base.model, base.developer) == (figure.experiment.key, figure.model, of_base)
        ]
        base = of_source[0] if len(of_source) == 1 else None
        yield PublishedChange(
            id=figure.id,
            source=f"{figure.experiment.source.name}, {figure.location}",
            published_model=figure.model.label,
            gap=figure.value,
            gap_base=base,
            difference=None if base is None else figure.value - base,
        )


def _shared(contrast: Contrast) -> tuple[object, ...]:
    return (*(contrast.experiment[name] for name in _SHARED), contrast.scorer, contrast.name)


def _is_base(experiment: dict[str, Any]) -> bool:
    return all(experiment[name] == value for name, value in BASE.items())
