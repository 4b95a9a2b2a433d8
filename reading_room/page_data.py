"""What the page reads, in the form of ``front/src/data.ts``, which says what each field means."""

from typing import Literal, TypedDict


class Download(TypedDict):
    """A file with the data that are shown."""

    file: str
    says: str


class Log(TypedDict):
    """A log that replies come from."""

    name: str
    eval_id: str
    task: str
    model: str
    created: str
    status: str


class ExperimentTier(TypedDict):
    """What the replies of a tier of an experiment agree on."""

    tier: str
    prompt_sha256: str
    wrapper_sha256: str
    query_set_sha256: str
    sampling: str
    version: str


class Experiment(TypedDict):
    """All that is equal for the pairs of a row of the report."""

    model: str
    setting: str
    cot: bool
    variation: str
    others: dict[str, str]
    tiers: list[ExperimentTier]


class Pairs(TypedDict):
    """One entry a pair."""

    id: list[str]
    experiment: list[int]
    query: list[str]
    epoch: list[int]
    category: list[int]
    harmful: list[int]
    first: list[int]


class Replies(TypedDict):
    """One entry a reply."""

    tier: list[int]
    log: list[int]
    uuid: list[str]
    label: dict[str, list[int]]
    reason: dict[str, list[int]]
    votes: list[int | None]
    votes_asked: list[int | None]
    votes_yes: list[int | None]
    defects: list[int]
    stop_reason: list[int]
    has_reasoning: list[int]
    has_answer: list[int]


class Site(TypedDict):
    """Everything that lists and filters need."""

    version: Literal[1]
    created: str
    suite: str
    canary: str
    outputs: Literal["redacted", "full"]
    transcripts: str | None
    warnings: list[str]
    downloads: list[Download]
    logs: list[Log]
    experiments: list[Experiment]
    tiers: list[str]
    categories: list[str]
    stop_reasons: list[str]
    defects: list[str]
    reasons: list[str]
    labels: dict[str, list[str]]
    questions: dict[str, list[str]]
    chunk_size: int
    pairs: Pairs
    replies: Replies


class Withheld(TypedDict):
    """A text, or how long it is."""

    text: str | None
    withheld: int | None


class ReplyText(TypedDict):
    """What was asked and answered."""

    user: str
    scratchpad: str | None
    thinking: str | None
    output: Withheld
    remainder: Withheld
    reasoning: str | None
    reasoning_sha256: str | None
    answer_sha256: str | None
    error: str | None
    limit: str | None
    turns: int | None
    input_tokens: int | None
    output_tokens: int | None


class PairText(TypedDict):
    """The texts of a pair."""

    query: str
    replies: list[ReplyText]


class Vote(TypedDict):
    """One vote on the reasoning."""

    text: str
    vote: Literal["yes", "no", "unreadable", "failed"]
    criteria: list[bool | None]
    quotes: list[str]


class Labeller(TypedDict):
    """What a person said."""

    labeller: str
    label: str
    note: str
    time: str


class Judged(TypedDict):
    """What a scorer made of a reply."""

    label: str | None
    reason: str | None
    judge: str | None
    rubric: str | None
    rubric_sha256: str | None
    temperature: float | None
    answer: str | None
    explanation: Withheld
    votes: list[Vote]
    labellers: list[Labeller]


JudgedReply = dict[str, Judged]
"""By scorer."""
