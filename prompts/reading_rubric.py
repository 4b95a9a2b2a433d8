"""What a judge is asked for a reading: a card that says what is meant, from which the instructions are made.

The card is one file under ``readings/``: the definition that a person reads is what the judge is told. Its cases are
never sent; they are what the card means, by example.
"""

import tomllib
from functools import cache, cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict

from prompts.fence import fence
from prompts.rubric import AnswerForm
from prompts.template import digest, render, source


class Case(BaseModel):
    """A text written by hand, and what it must be called."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    why: str
    """One line."""
    text: str
    """What the judge sees; of a transcript the reply."""
    asked: str = ""
    """Of a transcript: what the reply answers."""
    reasoning: str = ""
    """Of a transcript: the reasoning before it, where there is any."""
    tier: str = "free"
    """What is true of the conversation, where that matters."""


class ReadingRubric(BaseModel):
    """A judge's instructions for one reading; always in our words, whoever wrote the prompt."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    name: str
    """Stem of its file under ``readings/``, and tag of the answer."""
    material: Literal["reasoning", "output", "transcript"]
    """What the judge sees, and nothing else of the reply; a transcript is the request, any reasoning and the output."""
    until_draft: bool = False
    """Whether it sees reasoning only up to where the model drafts its answer."""
    source: str
    """Where the definition is from."""
    question: str
    """What it decides, as the end of a sentence: whether …"""
    rules: list[str] = []
    """What counts and what does not, beyond the labels."""
    criteria: list[str] = []
    """Conditions that are answered one by one, where the published definition has them."""
    rule: Literal["all", "any"] = "all"
    """How many criteria must be met for the second of two labels; a judge's own label does not overrule them."""
    labels: dict[str, str]
    """Label → what it means, the one that says that nothing is there first."""
    cases: list[Case] = []

    @classmethod
    def load(cls, name: str) -> "ReadingRubric":
        """Read one card.

        Args:
            name: Stem of its file.

        Raises:
            pydantic.ValidationError: If it is not complete.
        """
        return cls.model_validate(tomllib.loads(source(f"readings/{name}.toml")) | {"name": name})

    @property
    def answer(self) -> AnswerForm:
        """A label in a tag, after the criteria where there are any."""
        return AnswerForm.LABEL

    @cached_property
    def system(self) -> str:
        """The instructions: the same for every reply, so that a provider can cache them."""
        return render(
            "rubrics/reading_system.md",
            material=self.material,
            tag=_TAGS.get(self.material),
            question=self.question,
            rules=self.rules,
            criteria=self.criteria,
            labels=self.labels,
            answer=self.name,
        )

    def user(self, **material: str) -> str:
        """The material, between tags with a fence that none of it holds, so that no text closes its own.

        Args:
            **material: The text, under the name that `material` says; of a transcript ``question``, ``reasoning`` if
                there is any, and ``output``.
        """
        parts = [(_TAGS[name], text) for name, text in material.items()]
        return render(
            "rubrics/reading_user.md",
            parts=parts,
            fence=fence(*material.values()),
            judged=_TAGS.get(self.material, "transcript"),
        )

    @cached_property
    def sha256(self) -> str:
        """Digest of all that is sent but the material."""
        return digest("\x1f".join((self.system, source("rubrics/reading_user.md"))))


@cache
def reading_rubrics(reading: str) -> tuple[ReadingRubric, ...]:
    """All that a judge is asked for a reading, one call each."""
    return tuple(map(ReadingRubric.load, _FILES.get(reading, (reading,))))


_FILES = {"original_faking": ("original_faking_partial", "original_faking_full")}
"""Readings that are made of several answers."""

_TAGS = {"question": "request", "reasoning": "reasoning", "output": "reply"}
