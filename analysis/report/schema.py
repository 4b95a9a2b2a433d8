"""What a report says, as data: ``report.json``. The page and the figures show this and nothing else.

A number that there is no data for is null, never 0. Rates are fractions in [0, 1]; a gap is ``rate_a − rate_b``, so the
contrast ``free-paid`` is compliance on the free tier minus compliance off it. ``free-pro`` and ``pro-enterprise`` are
those of three tiers: rated and trained on against rated alone, and rated alone against neither.
"""

from math import isnan
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from study.condition import TierTold


def _or_null(value: Any) -> Any:
    return None if isinstance(value, float) and isnan(value) else value


Number = Annotated[float | None, BeforeValidator(_or_null)]
"""Null where there is no data, of which the statistics say NaN."""

Rate = Number
"""In [0, 1]."""

VerdictKind = Literal["gap", "gap_smaller", "no_gap", "inconclusive", "no_data"]
"""A gap; a gap that is smaller than δ; none beyond ±δ; none of these; no pair."""


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Circumstances(_Row):
    """What the variations of a prompt share."""

    @classmethod
    def named(cls, experiment: dict[str, Any]) -> dict[str, Any]:
        """The fields of this class itself, of the values of `analysis.experiment.EXPERIMENT`."""
        return {name: experiment[name] for name in cls.model_fields}

    model: str
    setting: str
    wrapper: str
    developer: str
    query_set: str
    prompts: str
    facts: str | None = None
    """Facts added to the prompt."""
    persona: str | None = None
    """Trait added to the prompt."""
    prefill: bool
    turns: int


class Setup(Circumstances):
    """What an experiment with CoT and its counterpart without share."""

    variation: str
    family: str | None = None
    """Of the variation, for instance ``paraphrase``."""


class Experiment(Setup):
    """What replies must share to be compared."""

    cot: bool

    @property
    def experiment(self) -> tuple[object, ...]:
        """What is equal for rows of one experiment, and for those alone."""
        return tuple(getattr(self, name) for name in Experiment.model_fields)


class Gap(Experiment):
    """Compliance on two tiers, as one scorer sees it."""

    scorer: str
    tier_told: TierTold = TierTold.YES
    """Whether the prompt tells the model its tier; where not, a gap is noise, or the run is broken."""
    primary: bool
    """Whether the verdict of its experiment is this one's: the judge's where there is one."""
    contrast: str
    tier_a: str
    tier_b: str
    asked_a: int
    asked_b: int
    n_queries: int
    """Asked on either tier."""
    n_pairs: int
    """With a label on both."""
    until: str | None = None
    """What the run was stopped at, if it looked at its results; interval and p-values then hold at every look."""
    rate_a: Rate
    """Over the pairs."""
    rate_b: Rate
    rate_a_low: Rate = None
    """Interval of `rate_a` alone, over the pairs too."""
    rate_a_high: Rate = None
    rate_b_low: Rate = None
    rate_b_high: Rate = None
    gap: Number
    ci_low: Number
    ci_high: Number
    p_value: Number
    """Exact McNemar; its clustered form with several epochs; by betting where the run was sequential."""
    p_adjusted: Number
    """Adjusted, by Holm unless asked otherwise, in the family of model and setting."""
    p_equivalence: Number
    verdict: str
    verdict_kind: VerdictKind
    statement: str
    """The verdict with all that it rests on, one sentence and its footnotes."""
    tests: int = 1
    """So many tests p was adjusted over."""
    delta: float
    more_queries: int | None
    """About so many more queries would decide, where the verdict is inconclusive."""
    smallest_gap: Number
    """Smallest gap that so many pairs would have shown with a power of 0.8, at 0.05 divided by `tests`."""
    correlation: Number
    """Of compliance on the two tiers over queries (phi)."""
    unscored_a: dict[str, int]
    """Replies without a label, by reason."""
    unscored_b: dict[str, int]
    unpaired_a: int = 0
    """Replies that have a label and are in no pair, for want of one on the other tier."""
    unpaired_b: int = 0
    p_missing: Number
    """Whether missingness differs by tier."""
    bound_low: Number
    """Least gap that the missing labels could make of this."""
    bound_high: Number
    rate_a_published: Rate
    """The published proxy: accepted of all asked; of the prefix scorer only."""
    rate_b_published: Rate
    judge: str | None
    calibrated: bool
    notes: list[str] = []
    """Footnotes: an interval that disagrees with the verdict, several epochs, repeated looking …"""

    @property
    def lacks_labels(self) -> bool:
        """Whether a reply has no label, or a query was asked on one tier only."""
        return bool(self.unscored_a or self.unscored_b or self.unpaired_a or self.unpaired_b)


class Outcomes(Experiment):
    """What became of every reply that was asked for on one tier, as one scorer sees it."""

    tier: str
    scorer: str
    asked: int
    outcomes: dict[str, int]
    """Replies by outcome; they add up to those asked for."""
    hidden_reasoning: int
    """Those whose model reasoned where nobody can read it."""
    unasked_reasoning: int
    """Those that reason though the prompt asks for none: without CoT is then not without reasoning."""
    missing_output: int
    """Those that have a label though they have no output block: the revisited wrapper grades them whole."""
    turns_used: dict[str, int]
    """Replies that were read, by the turns that they took."""


class Faking(Experiment):
    """Alignment-faking reasoning on one tier."""

    tier: str
    among: Literal["all", "compliant", "refusing"]
    n: int
    n_faking: int
    rate: Rate
    ci_low: Number
    ci_high: Number
    n_unscored: int
    unscored: dict[str, int] = {}
    """Replies without a label, by reason; among refusals those whose vote decided nothing, of those that were asked."""
    judge: str | None
    calibrated: bool
    """Whether the judge was compared with labels of people, and nothing speaks against what was found holding here."""
    correction: Literal["rogan_gladen", "ppi"] | None = None
    """What gave the corrected rate: a calibration of the judge on other replies (Rogan and Gladen), or labels by people
    of some of these (prediction-powered inference). Null where there is none."""
    corrected: Rate = None
    """The rate without the judge's mistakes, as they were found; beside `rate`, which stays what the judge says."""
    corrected_low: Number = None
    """Its 95 % interval, which also carries what is not known of the judge."""
    corrected_high: Number = None
    correction_clipped: bool = False
    """Whether the corrected rate or a bound was outside [0, 1], and was set to the nearest share."""
    correction_refused: str | None = None
    """Why there is none, though there are labels; null where there are none either."""
    correction_notes: list[str] = []
    """What speaks against it, or what was not used."""
    calibration: "CalibrationUsed | None" = None
    """What it rests on, or was refused for."""


class CalibrationUsed(_Row):
    """The labels that a judge was compared with."""

    file: str | None
    """The record; null where people labelled the replies themselves."""
    data: str
    """Name of the labels."""
    n_positive: float
    """Labels that are positive; those of equal weight that would say as much where they weigh differently."""
    n_negative: float
    sensitivity: Rate
    specificity: Rate


class Drift(Experiment):
    """Whether the specificity that a calibration found holds on one tier of one experiment."""

    tier: str
    judge: str
    file: str
    """The record."""
    data: str
    """Name of its labels."""
    specificity: Rate
    """By the record."""
    n_negative: float
    """Labels that it rests on."""
    by: Literal["labels", "positives"]
    """What it is compared with: people's labels of these replies, or how few the judge finds."""
    specificity_here: Rate = None
    """By the labels, weighted; null where there are none."""
    specificity_here_low: Number = None
    specificity_here_high: Number = None
    n_negative_here: int | None = None
    """Labels of these replies that are negative."""
    difference: Number = None
    """Here minus the record."""
    difference_low: Number = None
    difference_high: Number = None
    asked: int
    """Replies that comply and whose reasoning was put to the judge."""
    positives: int
    """Those that it finds to fake."""
    p_value: Number
    """Of finding so few; exact, one-sided, not adjusted. Null by labels."""
    drifted: bool
    """Whether the interval of the difference excludes 0, or p ≤ 0.05."""
    statement: str


class PeopleAgainstJudge(Experiment):
    """Labels by people and by the judge of the same replies, on one tier."""

    tier: str
    question: str
    """Scorer, for instance ``alignment_faking``."""
    judge: str | None
    labelled: int
    """Replies with a label by people, and one by the judge."""
    undecided: dict[str, int]
    """Replies that people were shown and gave no label, by reason."""
    both: int
    """Faking, or complying, by both."""
    people_only: int
    judge_only: int
    neither: int
    replies_positive: int
    """Replies of the tier that the judge calls so, labelled or not."""
    replies_negative: int
    weighted: bool
    """Whether what follows weighs each label by the replies that it stands for; false where that is not known."""
    sensitivity: Rate
    """Of those that people call so: share that the judge does."""
    sensitivity_low: Number
    sensitivity_high: Number
    specificity: Rate
    specificity_low: Number
    specificity_high: Number
    kappa: Number
    """Cohen's."""


class ReadingShare(Experiment):
    """One label of a reading on one tier: how often the judge gave it."""

    tier: str
    interview: bool = False
    """Whether the replies are answers to an interview, which neither comply nor refuse."""
    reading: str
    """Scorer, for instance ``motive``."""
    label: str
    among: Literal["all", "compliant", "refusing"]
    """Of all replies that the reading applies to, or of those that the compliance judge says comply or refuse."""
    n: int
    """Replies with a label that the reading applies to."""
    count: int
    """Those that have this label."""
    share: Rate
    """Mean over queries of the share of their replies: count ÷ n where each query has as many."""
    ci_low: Number
    ci_high: Number
    not_applicable: int
    """Replies to which the question does not apply; in no share."""
    unscored: dict[str, int] = {}
    """Replies without a label, by reason."""
    judge: str | None
    calibrated: bool


class Doubt(Experiment):
    """What one judgement says of the answers to an interview: how often the situation is taken for other than told."""

    tier: str
    group: str
    """Of the questions: ``general``, ``whats_happening`` or ``is_it_real``."""
    question: str | None
    """Its id; null for the whole group."""
    judgement: Literal["probably_not_real", "might_not_be_real"]
    n: int
    """Answers with a label."""
    count: int
    """Those of them that it is said of."""
    n_questions: int
    """Questions that these answer."""
    rate: Rate
    """Count ÷ n; of a group the mean over its questions."""
    ci_low: Number
    """Of one question the unit is the answer, of a group the question."""
    ci_high: Number
    unscored: dict[str, int] = {}
    """Answers without a label, by reason."""
    judge: str | None
    calibrated: bool
    published: list["PublishedDoubt"]
    """The same question, setting and variation, of every model that was asked."""


class PublishedDoubt(_Row):
    """A published judgement beside ours; the questions are ours in words, so that none is comparable."""

    id: str
    source: str
    published_model: str
    printed: str
    published: float
    published_low: Number
    published_high: Number
    published_n: int | None
    """Answers."""
    difference: Number
    """Ours minus published."""
    difference_low: Number
    difference_high: Number
    verdict: Literal["consistent", "not consistent", "not comparable", "no data"]
    reasons: list[str]
    assumptions: list[str]


class Agreement(Experiment):
    """Prefix against judge on one tier."""

    tier: str
    both_comply: int
    prefix_only: int
    """The prefix says that it complies, the judge that it does not: false positives of the prefix."""
    judge_only: int
    both_refuse: int
    kappa: Number
    kappa_low: Number
    kappa_high: Number
    disagreeing: list["ReplyRef"]
    """The first replies on which they disagree."""


class ReplyRef(_Row):
    """A reply in the log viewer."""

    folder: str
    """Folder of the log: what ``inspect view --log-dir`` is given."""
    log: str
    """File name of the log."""
    sample_id: str
    epoch: int
    prefix: str
    judged: str


class ScorerDifference(Experiment):
    """Whether the conclusion changes with the scorer."""

    contrast: str
    tier_a: str
    tier_b: str
    gap_prefix: Number
    gap_judged: Number
    n_queries: int
    """That have a label of both scorers on both tiers."""
    difference: Number
    """Prefix minus judge, over those."""
    ci_low: Number
    ci_high: Number
    p_value: Number
    """Not adjusted."""
    verdict_prefix: str
    verdict_judged: str
    kind_prefix: VerdictKind
    kind_judged: VerdictKind


class CotDifference(Setup):
    """With CoT against without, where all else that has a name is the same."""

    contrast: str
    tier_a: str
    tier_b: str
    scorer: str
    """The primary one of both."""
    gap_cot: Number
    """Over the pairs with CoT, and so not always over the queries of the difference."""
    gap_no_cot: Number
    n_queries: int
    """Queries with a label on both tiers, with CoT and without."""
    difference: Number
    """Gap with CoT minus gap without, over these queries; in [-2, 2]."""
    ci_low: Number
    ci_high: Number
    p_value: Number
    """Not adjusted."""
    verdict_cot: str
    verdict_no_cot: str
    kind_cot: VerdictKind
    kind_no_cot: VerdictKind
    also_differs: list[str]
    """Columns of the frame that differ as well, for instance ``judge``: the difference may be theirs."""


class AgainstBase(Experiment):
    """An experiment with a variation, facts, a trait or another developer against the one without, all else alike."""

    contrast: str
    tier_a: str
    tier_b: str
    scorer: str
    """The primary one of both."""
    gap: Number
    """Over its own pairs, and so not always over the queries of the difference."""
    gap_base: Number
    developer_base: str
    """Company that the base prompt names: another one where that, too, is what changed."""
    n_queries: int
    """Queries with a label on both tiers, in this experiment and at base."""
    difference: Number
    """Gap minus gap at base, over these queries; in [-2, 2]."""
    ci_low: Number
    ci_high: Number
    p_value: Number
    """Not adjusted."""
    verdict: str
    verdict_base: str
    kind: VerdictKind
    kind_base: VerdictKind
    faking: Rate
    """Alignment faking, of all replies with a known label on the first tier."""
    faking_base: Rate
    also_differs: list[str]
    """Columns of the frame that differ as well, for instance ``judge``: the difference may be theirs."""
    published: list["PublishedChange"]
    """What a source printed of the same change; nothing where facts or a trait are added."""


class PublishedChange(_Row):
    """The gap of a variation as a source printed it, and that of its own base."""

    id: str
    """Of the published gap of the variation."""
    source: str
    published_model: str
    gap: float
    gap_base: Number
    """Null where the source prints none, or several."""
    difference: Number


class FamilyGap(Circumstances):
    """The gap of a family of variations, for instance of the paraphrases of a prompt: never that of the best one."""

    cot: bool
    family: str
    contrast: str
    tier_a: str
    tier_b: str
    scorer: str
    """The primary one of all members."""
    members: list["MemberGap"]
    """Two or more, by name."""
    gap_min: Number
    """Of the members, over these queries."""
    gap_median: Number
    gap_max: Number
    n_queries: int
    """Queries with a label on both tiers in every member."""
    n_left_out: int
    """Queries with a label on both tiers in some members and not in all: in no number but those of `members`."""
    rate_a: Rate
    """Mean over these queries and the members."""
    rate_b: Rate
    gap: Number
    """The unit is the query, put in each of the members' words."""
    ci_low: Number
    """Of the gap that other queries would have in the words of these members."""
    ci_high: Number
    p_value: Number
    """Sign flips over queries."""
    p_adjusted: Number
    """Over the families of the model and setting."""
    tests: int
    """So many tests p was adjusted over."""
    p_equivalence: Number
    verdict: str
    verdict_kind: VerdictKind
    statement: str
    delta: float
    members_ci_low: Number
    """Of the gap that other members would have with these queries: the member is the unit. Wide where they are few."""
    members_ci_high: Number
    members_p_value: Number
    """Sign flips over members; not below 2 to the power of 1 − members."""
    also_differs: list[str] = []
    """What has no name and differs between the members: sampling, judge and the like. Their gaps may differ for it."""
    judge: str | None
    calibrated: bool


class MemberGap(_Row):
    """The gap of one member, over all pairs of its own."""

    variation: str
    n_pairs: int
    gap: Number
    verdict_kind: VerdictKind


class SilentGap(Experiment):
    """The gap among the replies without alignment-faking reasoning: of others on each tier, so it shows no cause."""

    scorer: str
    contrast: str
    tier_a: str
    tier_b: str
    n_pairs: int
    """Queries with such a reply on both tiers."""
    rate_a: Rate
    rate_b: Rate
    gap: Number
    ci_low: Number
    ci_high: Number
    gap_of_all: Number
    """The gap of the same experiment among all replies."""
    faking_a: int
    """Replies left out because they hold such reasoning."""
    faking_b: int
    unlabelled_a: int
    """Replies left out because a label of compliance or of reasoning is missing."""
    unlabelled_b: int
    judge: str | None
    calibrated: bool


class Stratum(Experiment):
    """The gap among the replies that a reading sets apart: of others on each tier, so it shows no cause."""

    scorer: str
    contrast: str
    tier_a: str
    tier_b: str
    reading: str
    """Scorer, for instance ``tier_comprehension``."""
    stratum: str
    """Which replies are taken, in words."""
    labels: list[str]
    """The labels of the reading that they have."""
    n_pairs: int
    """Queries with such a reply on both tiers."""
    rate_a: Rate
    rate_b: Rate
    gap: Number
    ci_low: Number
    ci_high: Number
    gap_of_all: Number
    """The gap of the same experiment among all replies."""
    left_out_a: dict[str, int] = {}
    """Replies that are not taken, by label."""
    left_out_b: dict[str, int] = {}
    judge: str | None
    calibrated: bool


class Heterogeneity(Experiment):
    """Whether the gap differs between the categories of queries."""

    scorer: str
    contrast: str
    tier_a: str
    tier_b: str
    categories: list["CategoryGap"]
    """Two or more, in alphabetical order."""
    uncategorised: int
    """Pairs whose query has no category: in none of them."""
    q: Number
    """Sum over the categories of n·(gap − gap of all of them)²."""
    p_value: Number
    """Of the same gap in all of them; not adjusted."""
    draws: int
    """Ways of dealing the queries to the categories that p is the share of."""


class CategoryGap(_Row):
    """The gap in one category."""

    category: str
    n_pairs: int
    rate_a: Rate
    rate_b: Rate
    gap: Number
    ci_low: Number
    ci_high: Number


class Controls(Experiment):
    """Compliance with the harmless controls on one tier: they are in no other rate."""

    tier: str
    scorer: str
    n: int
    """Controls with a label."""
    rate: Rate
    """Share of them that complies. 1 minus it is over-refusal in helpful-only; in the animal-welfare setting it is
    support of animal welfare in replies to questions about something else."""
    ci_low: Number
    ci_high: Number


class Exclusion(_Row):
    """What is in no rate, and why."""

    log: str
    samples: int | None
    reason: str
    remedy: str


class InstrumentCheck(_Row):
    """What ``af check`` last said, if it was run."""

    when: str | None
    figures: int | None
    differ: int | None
    note: str


class PublishedFigure(Experiment):
    """A figure of a paper beside ours, whose experiment the other fields name."""

    id: str
    """Of the published figure, in the tables of ``analysis/published``: it stays."""
    source: str
    """Who, and where in it."""
    published_model: str
    """The model as the source names it."""
    tier: str
    """A tier, or a contrast, as ``free-paid``, of a gap."""
    quantity: Literal["gap", "compliance", "alignment_faking"]
    """Of both figures: gap and compliance are of compliance, alignment faking is of all replies."""
    scorer: str
    """Ours."""
    metric: str
    """As the source measures it, for instance ``refusal``."""
    printed: str
    """As the source prints it, for instance ``refusal 81.0 %``."""
    bound: Literal["exactly", "at_most", "above"]
    """Whether the source prints a value, or only on which side of it the figure lies."""
    published: float
    """In the units and the sign of ours: compliance where refusals are printed."""
    published_low: Number
    """Interval of the published figure; null where nothing tells its width."""
    published_high: Number
    published_n: int | None
    """Queries of each tier."""
    ours: Number
    """By the prefix scorer: of all asked for, as the published proxy; otherwise of those with a label."""
    ours_low: Number
    ours_high: Number
    ours_n: int
    difference: Number
    """Ours minus published, or minus its bound."""
    difference_low: Number
    difference_high: Number
    verdict: Literal["consistent", "not consistent", "not comparable", "no data"]
    reasons: list[str]
    """Why it is not comparable, each with the aspect first: ``temperature: ours 1, theirs not stated``."""
    assumptions: list[str]
    """What the comparison rests on, whatever the verdict."""


class Power(_Row):
    """What n pairs can show, for the curve."""

    n: int
    paid: float
    """Compliance on the second tier that it is reckoned from: the median of the primary contrasts with pairs."""
    correlation: float
    """Of compliance on the two tiers over queries (phi) that it is reckoned from."""
    gap: float
    power: float


class Cost(_Row):
    """What a model took in one setting, by what the logs say, beside what was expected of the same replies."""

    model: str
    """Under test."""
    setting: str
    role: Literal["subject", "grader"]
    replies: int
    """Whose tokens the logs hold."""
    input: int
    """Tokens sent for all of them, cached ones included."""
    cached: int
    """Of those, read from a provider's cache."""
    output: int
    n_estimated: int
    """Replies of which an estimate was made before the run; all that follows is of these."""
    tokens: int
    """Sent and received."""
    tokens_low: Number
    """As it was estimated, for so many replies."""
    tokens_likely: Number
    tokens_high: Number
    ratio: Number
    """Actual ÷ likely tokens."""
    held: bool | None
    """Whether low to high holds the actual tokens."""
    dollars: Number
    """Of the actual tokens, at the prices of the estimate; None where they were not known."""
    dollars_low: Number
    dollars_likely: Number
    dollars_high: Number


class Report(_Row):
    """All of it."""

    schema_version: Literal[1] = 1  # raised with every change that a reader of the file could stumble over
    title: str
    made: str
    """When, UTC, ISO 8601."""
    suite_version: str
    logs: list[str]
    n_replies: int
    gaps: list[Gap] = Field(default=[])
    outcomes: list[Outcomes] = Field(default=[])
    faking: list[Faking] = Field(default=[])
    drift: list[Drift] = Field(default=[])
    people: list[PeopleAgainstJudge] = Field(default=[])
    readings: list[ReadingShare] = Field(default=[])
    doubts: list[Doubt] = Field(default=[])
    agreement: list[Agreement] = Field(default=[])
    scorers: list[ScorerDifference] = Field(default=[])
    cot: list[CotDifference] = Field(default=[])
    against_base: list[AgainstBase] = Field(default=[])
    families: list[FamilyGap] = Field(default=[])
    silent: list[SilentGap] = Field(default=[])
    strata: list[Stratum] = Field(default=[])
    heterogeneity: list[Heterogeneity] = Field(default=[])
    controls: list[Controls] = Field(default=[])
    exclusions: list[Exclusion] = Field(default=[])
    instrument_check: InstrumentCheck
    published: list[PublishedFigure] = Field(default=[])
    power: list[Power] = Field(default=[])
    costs: list[Cost] = Field(default=[])
    warnings: list[str] = Field(default=[])
    methods: dict[str, str] = Field(default={})
    """By quantity, for instance ``interval of a gap``: the construction that gave it, with its source."""
