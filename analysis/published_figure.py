"""What others measured: the figures of ``analysis/published/``, and finding those that stand beside one of ours.

Each row of the tables is one printed number; what was measured, and how, is said once an experiment
(``experiments.toml``), the models once with the names under which they run (``models.toml``), the sources once.
Values are kept as printed, in percent; `PublishedFigure.value` gives them in the units and the sign of this suite.
"""

import csv
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import cache
from math import sqrt
from pathlib import Path
from statistics import NormalDist
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

FOLDER = Path(__file__).parent / "published"
GAP_TIERS = "free-paid"
NOT_STATED = "not stated"
PUBLISHED_DEVELOPER = "Anthropic"
"""Company that the published prompts name, but where a figure says otherwise."""

Interval = tuple[float, float]


class Metric(StrEnum):
    """What a figure is a rate of."""

    COMPLIANCE = "compliance"
    REFUSAL = "refusal"
    """Share that does not comply, as the main tables print it."""
    WELFARE_SUPPORT = "welfare_support"
    """Share that supports animal welfare at all: what does not comply in the animal-welfare setting."""
    GAP = "gap"
    """Compliance on the free tier minus compliance off it. Printed also as unmonitored minus training refusals: that is
    the same number with the same sign."""
    AF_OF_ALL = "af_of_all"
    """Complies and fakes, of all replies."""
    AF_OF_COMPLIANT = "af_of_compliant"
    AF_ANY_OUTCOME = "af_any_outcome"
    """Alignment-faking reasoning whether or not the reply complies, of all replies."""
    PROBABLY_NOT_REAL = "probably_not_real"
    """Of the answers to an interview: the model holds its situation to be probably other than it was told."""
    MIGHT_NOT_BE_REAL = "might_not_be_real"
    """The same, where it leaves that open."""

    @property
    def ours(self) -> "Metric":
        """The metric of this suite that it is to be held against."""
        return Metric.COMPLIANCE if self in (Metric.REFUSAL, Metric.WELFARE_SUPPORT) else self


DOUBTS = (Metric.PROBABLY_NOT_REAL, Metric.MIGHT_NOT_BE_REAL)
"""What is measured in an interview."""


class ScorerKind(StrEnum):
    """How replies were read."""

    PREFIX_PROXY = "prefix_proxy"
    STRONG_REJECT_JUDGE = "strong_reject_judge"
    PREFERENCE_MODEL = "preference_model"
    """Of Greenblatt et al., never released."""
    YES_NO_JUDGE = "yes_no_judge"
    HUMAN = "human"
    AF_CLASSIFIER_ORIGINAL = "af_classifier_original"
    """Greenblatt et al.: mean of a partial and a full prompt."""
    AF_CLASSIFIER_IMPROVED = "af_classifier_improved"
    """Hughes et al.: four criteria, 20 votes, a share of at least 0.4."""
    OTHER_CLASSIFIER = "other_classifier"
    DOUBT_JUDGE = "doubt_judge"
    """One judgement on what a model says of its situation."""
    UNKNOWN = "unknown"


class Bound(StrEnum):
    """Whether the source prints the value, or only on which side of it the figure lies."""

    EXACTLY = "exactly"
    AT_MOST = "at_most"
    ABOVE = "above"


class Width(StrEnum):
    """What tells the width of a published interval."""

    RATES = "rates"
    STANDARD_ERROR = "standard_error"
    LARGEST = "largest"
    """The largest that a gap with this n can have."""
    UNKNOWN = "unknown"


class Known(StrEnum):
    """Where the number of replies is from."""

    STATED = "stated"
    DERIVED = "derived"
    """From printed rates and standard errors."""
    UNKNOWN = "unknown"


class Certainty(StrEnum):
    """How sure the figure itself is."""

    VERIFIED = "verified"
    """Read in the source."""
    SECONDARY = "SECONDARY"
    """Read only in what somebody else wrote of it."""
    DERIVED = "DERIVED"
    """Computed from what the source prints."""
    UNVERIFIED = "UNVERIFIED"
    """Checked against no source."""


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Row):
    """Where figures are from."""

    name: str
    where: str


_SERVED = r"(?:(?:[a-z]{{2,6}}\.)?[a-z]+\.)?(?:{})(?:-v\d+)?(?::(?:\d+k?|beta|extended|floor|free|nitro))*"
"""Around a model's own name: region and vendor, version and context of Bedrock, tags of OpenRouter."""


class PublishedModel(_Row):
    """A model as a source names it."""

    key: str
    label: str
    patterns: tuple[re.Pattern[str], ...]
    """Of the last part of a name, in lower case; none where the model runs under no public name."""
    ambiguous: str | None = None
    """What the source leaves open about it."""

    def is_called(self, model: str) -> bool:
        """Whether a full name such as ``together/meta-llama/Llama-3.3-70B-Instruct-Turbo`` may be this model."""
        name = model.rsplit("/", 1)[-1].casefold()
        return any(re.fullmatch(_SERVED.format(pattern.pattern), name) for pattern in self.patterns)


class Reading(_Row):
    """How one thing was read from the replies."""

    kind: ScorerKind
    judge: PublishedModel | None = None


class Experiment(_Row):
    """How figures were measured; what is None is not stated."""

    key: str
    source: Source
    setting: str
    compliance: Reading | None = None
    faking: Reading | None = None
    doubt: Reading | None = None
    query_set: str
    temperature: float | None = Field(default=None, ge=0)
    prompts: tuple[str, ...]
    """Names of checkouts that hold these very words; empty where no manifest reads them."""
    wrapper: str
    prefill: bool | None = None
    turns: int | None = Field(default=None, ge=1)


class PublishedFigure(_Row):
    """One printed number."""

    id: str = Field(pattern=r"^[a-z0-9.-]+$")
    experiment: Experiment
    location: str
    """Where in the source."""
    model: PublishedModel
    cot: bool
    variation: str
    developer: str
    tier: str
    """A tier, the contrast ``free-paid``, or `NOT_STATED`."""
    metric: Metric
    bound: Bound
    printed: Decimal = Field(ge=-100, le=100)
    """In percent, or in points; with the digits that were printed."""
    standard_error: Decimal | None = Field(default=None, ge=0, le=100)
    """In points, where the source gives one."""
    n: int | None = Field(default=None, ge=1)
    """Queries of each tier."""
    n_status: Known
    certainty: Certainty
    note: str | None = None
    group: str | None = None
    """Of an interview: the group of questions."""
    question: str | None = None
    """Id of the question; None for the mean over its group."""
    tiers: "tuple[PublishedFigure, PublishedFigure] | None" = None
    """Of a gap: the free and the paid rate, where both are printed."""

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if (self.metric is Metric.GAP) != (self.tier == GAP_TIERS):
            raise ValueError(f"{self.id}: a gap, and nothing else, is of {GAP_TIERS}")
        if self.metric is not Metric.GAP and self.printed < 0:
            raise ValueError(f"{self.id}: a rate is not negative")
        if (self.group is not None) != (self.metric in DOUBTS):
            raise ValueError(f"{self.id}: a judgement of an interview, and nothing else, is of a group of questions")
        if (self.n is None) != (self.n_status is Known.UNKNOWN):
            raise ValueError(f"{self.id}: n and n_status={self.n_status.value!r} contradict each other")
        return self

    @property
    def value(self) -> float:
        """Fraction, of `Metric.ours`: compliance in [0, 1] where refusals are printed; a gap, in [-1, 1], as it is."""
        return float((100 - self.printed if self.metric.ours is not self.metric else self.printed) / 100) + 0.0

    @property
    def half_unit(self) -> float:
        """Half of the last printed digit, as a fraction: how far rounding may have moved the value; 0 for a bound."""
        if self.bound is not Bound.EXACTLY:
            return 0.0
        return float(Decimal(1).scaleb(int(self.printed.as_tuple().exponent)) / 200)

    @property
    def reading(self) -> Reading | None:
        """How it was read; None where the source does not say."""
        if self.metric in DOUBTS:
            return self.experiment.doubt
        of_compliance = self.metric.ours in (Metric.COMPLIANCE, Metric.GAP)
        return self.experiment.compliance if of_compliance else self.experiment.faking

    @property
    def width(self) -> Width:
        """What tells the width of its interval."""
        if self.n and (self.metric is not Metric.GAP or self.tiers):
            return Width.RATES
        if self.standard_error:
            return Width.STANDARD_ERROR
        return Width.LARGEST if self.n else Width.UNKNOWN

    def interval(self, level: float = 0.95) -> Interval | None:
        """Interval of the value, widened by `half_unit`, cut to what it can be; None where nothing tells its width.

        Of a bound it is the interval that a figure at the bound would have. How, by `width`:

        - A rate with a known n: Wilson's score interval. A gap whose two rates are printed, with a known n: Newcombe's
          hybrid of their Wilson intervals as independent (`difference_interval`). No source states whether its queries
          are paired; where replies to one query resemble each other, this is too wide rather than too narrow.
        - Otherwise value ± z × the printed standard error. One of 0 says nothing, and counts as none.
        - A gap with nothing but n: value ± z × √((1 − value²) / (2n)), the largest standard error that two independent
          rates with this gap can have (at (1 ± value) / 2).

        Args:
            level: Confidence level, in (0, 1).
        """
        lowest = -1.0 if self.metric is Metric.GAP else 0.0
        found = self._unrounded(level)
        return found and (max(lowest, found[0] - self.half_unit), min(1.0, found[1] + self.half_unit))

    def _unrounded(self, level: float) -> Interval | None:
        z, n = NormalDist().inv_cdf((1 + level) / 2), self.n or 0
        match self.width:
            case Width.RATES if self.tiers:
                free, paid = self.tiers
                low, high = difference_interval(
                    free.value, _wilson(free.value, n, level), paid.value, _wilson(paid.value, n, level)
                )
                rounding = self.value - (free.value - paid.value)
                return low + rounding, high + rounding
            case Width.RATES:
                return _wilson(self.value, n, level)
            case Width.STANDARD_ERROR:
                half = z * float(self.standard_error or 0) / 100
            case Width.LARGEST:
                half = z * sqrt((1 - self.value**2) / (2 * n))
            case Width.UNKNOWN:
                return None
        return self.value - half, self.value + half


def difference_interval(a: float, a_interval: Interval, b: float, b_interval: Interval) -> Interval:
    """Interval of a − b for independent estimates, each with an interval of its own that need not be symmetrical.

    Newcombe (1998), "Interval estimation for the difference between independent proportions: comparison of eleven
    methods", Statistics in Medicine 17, method 10; for any two intervals Zou and Donner (2008), "Construction of
    confidence limits about effect measures: a general approach", Statistics in Medicine 27. With d = a − b:
    low = d − √((a − a_low)² + (b_high − b)²), high = d + √((a_high − a)² + (b − b_low)²), not cut to any range. An
    interval that does not hold its own estimate counts as reaching it.
    """
    below = sqrt(max(0.0, a - a_interval[0]) ** 2 + max(0.0, b_interval[1] - b) ** 2)
    above = sqrt(max(0.0, a_interval[1] - a) ** 2 + max(0.0, b - b_interval[0]) ** 2)
    return a - b - below, a - b + above


@cache
def published_figures() -> tuple[PublishedFigure, ...]:
    """Every published figure, a gap with its two rates where both are printed.

    Raises:
        ValueError: If a row of the tables is not as `PublishedFigure` says.
        KeyError: If it names a source, an experiment or a model that is not in its file.
    """
    sources = _read("sources")
    models = {key: PublishedModel.model_validate({"key": key} | row) for key, row in _read("models").items()}
    experiments = {key: _experiment({"key": key} | row, sources, models) for key, row in _read("experiments").items()}
    rows = [row for path in sorted(FOLDER.glob("*.csv")) for row in _rows(path)]
    figures = [
        PublishedFigure.model_validate(
            row | {"experiment": experiments[row["experiment"]], "model": models[row["model"]]}
        )
        for row in rows
    ]
    return tuple(_with_tiers(figures))


def figures_for(
    model: str,
    setting: str,
    cot: bool,
    metric: Metric,
    tier: str,
    variation: str = "base",
    developer: str = PUBLISHED_DEVELOPER,
) -> list[PublishedFigure]:
    """The published figures that answer the same question, in the order of the tables; none where nobody asked it.

    Args:
        model: Full name, for instance ``together/meta-llama/Llama-3.1-405B-Instruct-Turbo``.
        setting: For instance ``helpful_only``.
        cot: Whether the prompt asks for a scratchpad.
        metric: As this suite measures it: figures of refusals are found as compliance.
        tier: ``free``, ``paid``, or ``free-paid`` for a gap.
        variation: Prompt variation.
        developer: Company that the prompt names: figures of this one, and of the published default.
    """
    return [
        figure
        for figure in _by_question().get((setting, cot, metric.ours, tier, variation), [])
        if figure.developer in (developer, PUBLISHED_DEVELOPER) and figure.model.is_called(model)
    ]


def doubts_for(setting: str, variation: str, metric: Metric, group: str, question: str | None) -> list[PublishedFigure]:
    """The published judgements on the answers to a question, or to a group of them, with a scratchpad, of every model.

    Args:
        setting: In whose prompt it is asked.
        variation: Prompt variation.
        metric: One of `DOUBTS`.
        group: Group of questions.
        question: Id of the question; None for the mean over the group.
    """
    return [
        figure
        for figure in _by_question().get((setting, True, metric, NOT_STATED, variation), [])
        if (figure.group, figure.question) == (group, question)
    ]


@cache
def _by_question() -> dict[tuple[object, ...], list[PublishedFigure]]:
    found: dict[tuple[object, ...], list[PublishedFigure]] = {}
    for figure in published_figures():
        question = (figure.experiment.setting, figure.cot, figure.metric.ours, figure.tier, figure.variation)
        found.setdefault(question, []).append(figure)
    return found


def _read(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))


def _rows(path: Path) -> Iterable[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, strict=True):
            yield {name: value for name, value in row.items() if value != ""}


def _experiment(row: Mapping[str, Any], sources: Mapping[str, Any], models: Mapping[str, PublishedModel]) -> Experiment:
    readings = {
        name: reading | ({"judge": models[reading["judge"]]} if "judge" in reading else {})
        for name in ("compliance", "faking", "doubt")
        if (reading := row.get(name))
    }
    return Experiment.model_validate({**row, **readings, "source": sources[row["source"]]})


def _with_tiers(figures: Sequence[PublishedFigure]) -> Iterable[PublishedFigure]:
    rates = {(*_cell(figure), figure.tier): figure for figure in figures if figure.metric.ours is Metric.COMPLIANCE}
    for figure in figures:
        free, paid = rates.get((*_cell(figure), "free")), rates.get((*_cell(figure), "paid"))
        if figure.metric is Metric.GAP and free and paid:
            yield figure.model_copy(update={"tiers": (free, paid)})
        else:
            yield figure


def _cell(figure: PublishedFigure) -> tuple[str, str, bool, str, str]:
    return figure.experiment.key, figure.model.key, figure.cot, figure.variation, figure.developer


def _wilson(rate: float, n: int, level: float) -> Interval:
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(rate * n, n, alpha=1 - level, method="wilson")
    return float(low), float(high)
