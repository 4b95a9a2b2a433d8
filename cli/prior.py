"""How often a model is likely to comply, before it is asked: as its control truly does, as published, or by a guess."""

from dataclasses import dataclass

from analysis.published_figure import Bound, Metric, PublishedFigure, figures_for
from evals.condition_task import Setting
from evals.expected_calls import guessed_compliance
from evals.task_options import Options
from prompts.variation import BASE
from study.condition import Condition, Tier
from study.expected_calls import Range
from study.model_name import is_control

GUESS = "a guess, by Claude 3 Opus; --pilot 5 tells, or give --compliance"


@dataclass(frozen=True)
class Prior:
    """What is expected of the replies under one condition."""

    setting: str
    condition: Condition
    complies: Range | None
    """Share of them; None of a control, which is asked what it says."""
    source: str
    """Who says so."""


def prior(model: str, setting: Setting, condition: Condition, options: Options, told: float | None) -> Prior:
    """What is best known of a model: what it truly does, what the user says, what is published; else a guess.

    A published rate is of other queries, of another judge and often of other words, so that anything can still happen.

    Args:
        model: Full name.
        setting: The experiment.
        condition: Tier and scratchpad.
        options: Checked task parameters.
        told: Share of replies that the user expects to comply, in [0, 1].
    """
    if is_control(model):
        return Prior(setting.name, condition, None, "as this control truly does")
    if told is not None:
        return Prior(setting.name, condition, Range.exactly(told), "as you say")
    for variation in dict.fromkeys((options.variation, BASE)):
        if figures := _published(model, setting, condition.cot, variation, options):
            figure = figures[condition.tier]
            of = "" if variation == options.variation else ", of the base prompt"
            source = f"published for {figure.model.label} ({figure.experiment.source.name}, {figure.location}{of})"
            return Prior(setting.name, condition, Range(0, figure.value, 1), source)
    return Prior(setting.name, condition, Range(0, guessed_compliance(setting.name, condition.tier), 1), GUESS)


def _published(
    model: str, setting: Setting, cot: bool, variation: str, options: Options
) -> dict[Tier, PublishedFigure] | None:
    """The rates of all tiers in one place of one source, of the same lineage where there is one."""
    places: dict[tuple[str, str], dict[Tier, PublishedFigure]] = {}
    named = options.developer or setting.developer
    for tier in setting.tiers:
        for figure in figures_for(model, setting.name, cot, Metric.COMPLIANCE, tier, variation, named):
            if figure.bound is Bound.EXACTLY:
                places.setdefault((figure.experiment.key, figure.location), {})[tier] = figure
    whole = [found for found in places.values() if len(found) == len(setting.tiers)]
    alike = [found for found in whole if found[setting.tiers[0]].experiment.wrapper == options.wrapper]
    return next(iter(alike or whole), None)
