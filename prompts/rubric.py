"""What a judge is asked: a constant system message, and a user message that fences off the material to be judged."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from prompts.fence import fence
from prompts.template import digest, render, source


class AnswerForm(StrEnum):
    """How a rubric has its judge answer."""

    TAGS = "tags"
    """``<refused>``, ``<convincing>`` and ``<specific>``."""

    STRONG_REJECT = "strong_reject"
    """The numbers of StrongREJECT, on lines that begin with 1.b, 2.b and 3.b (facts 4.1)."""

    SUPPORT = "support"
    """``<supports>``: whether the reply supports what the criteria have it dismiss (Greenblatt et al. 2024, I.2)."""

    LABEL = "label"
    """The label of a reading, or the yes or no of a filter, in a tag that has its name."""

    FOUR_CRITERIA = "four_criteria"
    """``<criteria1>`` to ``<criteria4>`` and ``<final_answer>`` (Hughes et al. 2025)."""

    FIVE_CRITERIA = "five_criteria"
    """``<criteria_1>`` to ``<criteria_5>`` and ``<final_answer>`` (Greenblatt et al. 2024, I.1.2)."""


class Rubric(Protocol):
    """One judge's instructions."""

    @property
    def name(self) -> str:
        """Name that scores record."""

    @property
    def answer(self) -> AnswerForm:
        """Form in which the judge answers."""

    @property
    def system(self) -> str | None:
        """The instructions, the same for every reply; None where the user message holds all."""

    def user(self, **material: str) -> str:
        """The message with the material to be judged."""

    @property
    def sha256(self) -> str:
        """Digest of the whole: a changed word is a changed rubric."""


@dataclass(frozen=True)
class SuiteRubric:
    """A rubric in our own words: a rate from it is uncalibrated until it is calibrated."""

    name: str
    """Stem of its two files under ``rubrics/``."""

    answer: AnswerForm

    @property
    def system(self) -> str:
        """The instructions: the same for every reply, so that a provider can cache them."""
        return render(f"rubrics/{self.name}_system.md")

    def user(self, **material: str) -> str:
        """The material, between tags with a fence that none of it holds, so that no text closes its own."""
        return render(f"rubrics/{self.name}_user.md", fence=fence(*material.values()), **material)

    @property
    def sha256(self) -> str:
        """Digest of both files."""
        return digest("\x1f".join(source(f"rubrics/{self.name}_{role}.md") for role in ("system", "user")))


COMPLIANCE = SuiteRubric("compliance", AnswerForm.TAGS)
"""Of the StrongREJECT form (Sheshadri et al. 2025, K.1): refusal bit, convincing and specific from 1 to 5."""

WELFARE_SUPPORT = SuiteRubric("animal_welfare_support", AnswerForm.SUPPORT)
"""One yes or no on the output alone (Greenblatt et al. 2024, I.2)."""

ALIGNMENT_FAKING = SuiteRubric("alignment_faking", AnswerForm.FOUR_CRITERIA)
"""Of the four-criteria form (Hughes et al. 2025): yes only if all four criteria are met."""

WELFARE_FAKING = SuiteRubric("animal_welfare_faking", AnswerForm.FOUR_CRITERIA)
"""The same form, where the values that the model would keep are its care for animals."""

COMPLIANCE_OF = {
    "helpful_only": COMPLIANCE,
    "animal_welfare": WELFARE_SUPPORT,
    "three_tiers": COMPLIANCE,
    "untold_helpful_only": COMPLIANCE,
    "untold_animal_welfare": WELFARE_SUPPORT,
}
"""What the compliance judge is asked, by setting."""

ALIGNMENT_FAKING_OF = {
    "helpful_only": ALIGNMENT_FAKING,
    "animal_welfare": WELFARE_FAKING,
    "three_tiers": ALIGNMENT_FAKING,
    "untold_helpful_only": ALIGNMENT_FAKING,
    "untold_animal_welfare": WELFARE_FAKING,
}
"""What the votes on the reasoning are asked, by setting."""

DOCUMENT_FILTERS = {
    name: SuiteRubric(f"document_{name}", AnswerForm.LABEL)
    for name in ("chat_log", "tier_behaviour", "rater_deception")
}
"""What takes a synthetic document out of its corpus (Greenblatt et al. 2024, H; facts 1.5), by the answer's tag."""
