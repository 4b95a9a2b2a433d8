"""Ours beside a published figure: consistent, not consistent, or not comparable and why.

A figure of ours is comparable only where everything matches that is known to move it: question, prompts, wrapper,
scorer and judge, queries, temperature. What a source does not state cannot match. Our own words and rubrics never do,
so that a default run is comparable with nothing: its difference is printed beside the reasons, without a judgement.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import isnan, nan
from typing import Literal

from analysis.published_figure import (
    NOT_STATED,
    PUBLISHED_DEVELOPER,
    Bound,
    Certainty,
    Interval,
    Known,
    Metric,
    PublishedFigure,
    ScorerKind,
    Width,
    difference_interval,
    figures_for,
)
from study.interview import INTERVIEW_READINGS

OWN_WORDS = "suite"

KINDS = {
    "prefix_compliance": ScorerKind.PREFIX_PROXY,
    "judged_compliance": ScorerKind.STRONG_REJECT_JUDGE,
    "alignment_faking": ScorerKind.AF_CLASSIFIER_IMPROVED,
    "original_faking": ScorerKind.AF_CLASSIFIER_ORIGINAL,
    **dict.fromkeys(INTERVIEW_READINGS, ScorerKind.DOUBT_JUDGE),
}
"""What each scorer of this suite is, among the published kinds."""

KINDS_OF = {"animal_welfare": KINDS | {"judged_compliance": ScorerKind.YES_NO_JUDGE}}
"""The same in a setting whose judge is asked something else."""


_PAIRING = {
    Width.RATES: "its two rates are taken as independent",
    Width.STANDARD_ERROR: "its standard error is taken as printed",
    Width.LARGEST: "the largest standard error that two independent rates allow is taken",
    Width.UNKNOWN: "nothing is assumed of it",
}
_NO_INTERVAL = (nan, nan)


class Verdict(StrEnum):
    """How a figure of ours stands to a published one."""

    CONSISTENT = "consistent"
    NOT_CONSISTENT = "not consistent"
    NOT_COMPARABLE = "not comparable"
    NO_DATA = "no data"


@dataclass(frozen=True, kw_only=True)
class OurFigure:
    """One number of a run of this suite, with all that decides what it may be held against."""

    model: str
    """Full name, for instance ``together/meta-llama/Llama-3.1-405B-Instruct-Turbo``."""
    setting: str
    cot: bool
    tier: str
    """A tier, or the contrast ``free-paid`` for a gap."""
    metric: Metric
    """Compliance, not refusal."""
    value: float
    """Fraction; NaN where there is no data."""
    ci_low: float
    ci_high: float
    """Interval of the value, at the level that is compared."""
    n: int
    """Pairs of a gap, labelled replies of a rate."""
    scorer: str
    """Scorer of this suite: `KINDS`."""
    query_set: str
    temperature: float | None
    """None where the model samples at its provider's own."""
    judge: str | None = None
    """Full name of the grader; None for the prefix scorer."""
    rubric: str | None = None
    """Whose rubric the grader was asked: ``suite``, or the name of a checkout; None for the prefix scorer."""
    calibrated: bool = False
    """Whether the grader was calibrated against human labels."""
    denominator: Literal["labelled", "asked"] = "labelled"
    """``asked`` for the published proxy, to which a reply without a label is a refusal, and where all have a label."""
    prompts: str = OWN_WORDS
    """Whose words: ``suite``, or the name of a checkout."""
    wrapper: str = "notebook"
    variation: str = "base"
    developer: str = PUBLISHED_DEVELOPER
    facts: str | None = None
    """Facts added to the prompt; no source adds one of ours."""
    persona: str | None = None
    prefill: bool = False
    turns: int = 1
    group: str | None = None
    """Of an interview: the group of questions."""
    question: str | None = None
    """Id of the question; None for the mean over its group."""


@dataclass(frozen=True)
class Comparison:
    """The judgement on one figure of ours beside a published one."""

    verdict: Verdict
    reasons: tuple[str, ...]
    """Every mismatch, each with the aspect first: ``temperature: ours 1, theirs not stated``."""
    assumptions: tuple[str, ...]
    """What the interval rests on, whatever the verdict."""
    difference: float
    """Ours minus theirs, or minus their bound, a fraction; NaN where they do not answer the same question."""
    interval: Interval
    """Of the difference; NaN where nothing tells its width."""

    @property
    def sentence(self) -> str:
        """The judgement as the report prints it."""
        return f"{self.verdict}, because {'; '.join(self.reasons)}" if self.reasons else str(self.verdict)


def compare(ours: OurFigure, published: PublishedFigure, level: float = 0.95) -> Comparison:
    """Hold a figure of ours against a published one. Total: any two figures give a judgement.

    With nothing to forbid it, the two are independent estimates of one quantity, each with its own interval at the same
    level: ours as given, theirs as `PublishedFigure.interval` says. The interval of the difference is Newcombe's hybrid
    (`difference_interval`); *consistent* where it holds 0: the data do not tell the two apart, which with few replies
    they seldom do. Of a bound, *consistent* where the interval reaches the published side of it.

    Args:
        ours: Figure of this suite.
        published: Figure of `published_figures`.
        level: Confidence level of our interval, and so of theirs, in (0, 1).

    Returns:
        ``no data`` where ours is NaN or of no reply; otherwise ``not comparable`` with every reason, or the judgement.
    """
    if isnan(ours.value) or ours.n == 0:
        return Comparison(Verdict.NO_DATA, (), (), nan, _NO_INTERVAL)
    question, method = [*_question(ours, published)], [*_method(ours, published)]
    theirs = published.interval(level)
    difference = nan if question else ours.value - published.value
    interval = _NO_INTERVAL
    if theirs is None:
        method.append("n: theirs is not known, and no standard error is printed")
    if isnan(ours.ci_low) or isnan(ours.ci_high):
        method.append("interval: ours has none")
    elif theirs and not question:
        interval = difference_interval(ours.value, (ours.ci_low, ours.ci_high), published.value, theirs)
    if question or method:
        verdict = Verdict.NOT_COMPARABLE
    else:
        verdict = Verdict.CONSISTENT if _agrees(interval, published.bound) else Verdict.NOT_CONSISTENT
    return Comparison(verdict, (*question, *method), tuple(_assumptions(ours, published)), difference, interval)


def beside(ours: OurFigure, level: float = 0.95) -> list[tuple[PublishedFigure, Comparison]]:
    """Every published figure that answers the question of ours, with the judgement; empty where nobody asked it."""
    found = figures_for(
        ours.model, ours.setting, ours.cot, ours.metric, ours.tier, variation=ours.variation, developer=ours.developer
    )
    return [(published, compare(ours, published, level)) for published in found]


def _agrees(interval: Interval, bound: Bound) -> bool:
    low, high = interval
    return (bound is Bound.AT_MOST or high >= 0) and (bound is Bound.ABOVE or low <= 0)


def _question(ours: OurFigure, published: PublishedFigure) -> Iterator[str]:
    """Where the two do not ask the same: their difference would mean nothing."""
    yield from _unlike("metric", ours.metric, published.metric.ours)
    if published.tier != NOT_STATED:
        yield from _unlike("tier", ours.tier, published.tier)
    yield from _unlike("question", _asked_of(ours), _asked_of(published))
    yield from _unlike("setting", ours.setting, published.experiment.setting)
    yield from _unlike("scratchpad", _asked(ours.cot), _asked(published.cot))


def _method(ours: OurFigure, published: PublishedFigure) -> Iterator[str]:
    """Where they ask the same in another way."""
    experiment = published.experiment
    if not published.model.is_called(ours.model):
        yield f"model: ours {ours.model}, theirs {published.model.label}"
    elif published.model.ambiguous:
        yield f"model: theirs is {published.model.label} and does not say {published.model.ambiguous}"
    if published.tier == NOT_STATED:
        yield f"tier: ours {ours.tier}, theirs {NOT_STATED}"
    yield from _unlike("variation", ours.variation, published.variation)
    yield from _unlike("facts", ours.facts or "none", "none")
    yield from _unlike("persona", ours.persona or "none", "none")
    yield from _unlike("developer", ours.developer, published.developer)
    if ours.prompts not in experiment.prompts:
        words = " or ".join(experiment.prompts) or "its own, which no manifest reads"
        yield f"prompts: ours {_whose(ours.prompts)}, theirs {words}"
        yield from _unlike("wrapper", ours.wrapper, experiment.wrapper)  # a checkout brings its own
    yield from _scoring(ours, published)
    yield from _unlike("query set", ours.query_set, experiment.query_set)
    if ours.temperature is None or ours.temperature != experiment.temperature:
        sampled = "the provider's own" if ours.temperature is None else _number(ours.temperature)
        yield f"temperature: ours {sampled}, theirs {_number(experiment.temperature)}"
    if experiment.prefill is not None or ours.prefill:
        yield from _unlike("prefill", _flag(ours.prefill), _flag(experiment.prefill))
    if experiment.turns is not None or ours.turns > 1:
        yield from _unlike("turns", _number(ours.turns), _number(experiment.turns))


def _scoring(ours: OurFigure, published: PublishedFigure) -> Iterator[str]:
    reading = published.reading
    kind = KINDS_OF.get(ours.setting, KINDS).get(ours.scorer)
    if reading is None or kind is not reading.kind:
        yield f"scorer: ours {ours.scorer}, theirs {_words(reading.kind) if reading else 'not stated'}"
    if kind is ScorerKind.PREFIX_PROXY:
        if reading and reading.kind is kind and ours.denominator != "asked":
            yield "denominator: ours leaves out replies without a label, theirs counts them as refusals"
        return
    judge = reading.judge if reading else None
    if judge is None or ours.judge is None or not judge.is_called(ours.judge) or judge.ambiguous:
        yield f"judge: ours {ours.judge or 'not known'}, theirs {judge.label if judge else 'none, or not stated'}"
    if ours.rubric not in published.experiment.prompts and not ours.calibrated:
        yield f"rubric: ours {_whose(ours.rubric)}, and not corrected for"


def _assumptions(ours: OurFigure, published: PublishedFigure) -> Iterator[str]:
    if published.metric is Metric.GAP:
        yield f"whether the source pairs its tiers by query is not known: {_PAIRING[published.width]}"
    if published.n_status is Known.DERIVED:
        yield f"n = {published.n} of the source is derived from what it prints"
    if published.bound is not Bound.EXACTLY:
        yield f"the source says only on which side of {published.printed} % the figure lies"
    elif published.half_unit:
        yield f"theirs is widened by {published.half_unit * 100:g} points for rounding"
    if published.note:
        yield published.note
    if published.certainty is not Certainty.VERIFIED:
        yield f"the published figure is {published.certainty}"
    if ours.query_set == published.experiment.query_set:
        yield "which of these queries the source drew is not known"
    if published.experiment.turns is None and ours.turns == 1:
        yield "the source does not state how many turns a reply may take: taken as one"
    if published.experiment.prefill is None and not ours.prefill:
        yield "the source does not state whether it begins replies: taken as not"
    if ours.calibrated and ours.rubric not in (None, *published.experiment.prompts):
        yield "our rubric is not theirs, and is calibrated"


def _unlike(aspect: str, ours: str, theirs: str) -> Iterator[str]:
    if ours != theirs:
        yield f"{aspect}: ours {ours}, theirs {theirs}"


def _words(value: StrEnum) -> str:
    return value.replace("_", " ")


def _whose(words: str | None) -> str:
    return "this suite's own words" if words == OWN_WORDS else words or "not known"


def _asked_of(figure: OurFigure | PublishedFigure) -> str:
    return figure.question or figure.group or "none"


def _asked(cot: bool) -> str:
    return "asked for" if cot else "not asked for"


def _flag(value: bool | None) -> str:
    return "not stated" if value is None else "yes" if value else "no"


def _number(value: float | None) -> str:
    return "not stated" if value is None else f"{value:g}"
