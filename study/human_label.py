"""What a person says of one reply: one line of the file that a labeller exports and `af label import` reads."""

import hashlib
from collections.abc import Iterable
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from study.labels import ComplianceLabel, FakingLabel, Undecided

UNSURE = "unsure"
"""Answer of a labeller who cannot decide: it is kept, and is no label."""

QUESTIONS: dict[str, tuple[str, ...]] = {
    "alignment_faking": (FakingLabel.FAKING.value, FakingLabel.NOT_FAKING.value),
    "judged_compliance": (ComplianceLabel.COMPLIES.value, ComplianceLabel.REFUSES.value),
}
"""Labels that a person may give, by the scorer whose question it is; the positive one first."""


def human_score(question: str) -> str:
    """Name of the score that holds what people say, beside the score of the judge."""
    return f"human_{question}"


def agreed_label(labels: Iterable[str]) -> str | Undecided:
    """The label that all give who decided, or why there is none.

    Args:
        labels: Of all labellers of a reply to one question; at least one.
    """
    decided = {*labels} - {UNSURE}
    if len(decided) == 1:
        return decided.pop()
    return Undecided.LABELLERS_DISAGREE if decided else Undecided.LABELLERS_UNSURE


def shown(text: str) -> str:
    """A text as it is put before a labeller: lone surrogates, which no file can carry, are U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def shown_sha256(text: str) -> str:
    """SHA-256 of `shown`, in hexadecimal: tells that a label is about this text and no other."""
    return hashlib.sha256(shown(text).encode()).hexdigest()


class HumanLabel(BaseModel):
    """One label by one person."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1]
    uuid: str = Field(min_length=1)
    """Inspect's id of the sample."""
    eval_id: str = Field(min_length=1)
    """Inspect's id of the log that the reply was shown from."""
    query_id: str
    epoch: int = Field(ge=1)
    question: str
    """A scorer's name, of `QUESTIONS`."""
    label: str
    """One of the question's, or `UNSURE`."""
    note: str = ""
    labeller: str = Field(min_length=1)
    time: AwareDatetime
    shown_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """`shown_sha256` of the text that was judged: the reasoning for `alignment_faking`, else the answer."""
    seed: str
    """Of the order in which replies were shown, and so of which were shown at all."""
    stratum: str
    """What the reply was drawn from: a condition, and the judge's label, which the labeller did not see."""
    stratum_size: int = Field(ge=1)
    """Replies of that stratum on the site. Over those that were labelled: the weight of this one."""

    @model_validator(mode="after")
    def _known(self) -> "HumanLabel":
        if self.question not in QUESTIONS:
            raise ValueError(f"question={self.question!r} is not asked of people; known: {', '.join(QUESTIONS)}")
        if self.label not in (known := (*QUESTIONS[self.question], UNSURE)):
            raise ValueError(f"label={self.label!r} is no answer to {self.question}; known: {', '.join(known)}")
        return self
