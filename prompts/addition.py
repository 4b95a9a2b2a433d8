"""A fact or a trait that is added to the system prompt: a text of this suite's, or one of the user's own."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Literal

from prompts.template import digest, render, source

Kind = Literal["facts", "persona"]


class Supposition(StrEnum):
    """What a text of this suite takes for told: a prompt that does not say it would be added to, or contradicted."""

    FREE_TIER = "the free tier"
    TWO_TIERS = "two tiers"
    """That each conversation is marked as one of exactly two."""
    TRAINING = "training"


_DECLARED = re.compile(r"\{# supposes: (.+) #\}")
_NOTHING = "nothing"
_FOLDERS: dict[Kind, str] = {"facts": "facts", "persona": "personas"}


@dataclass(frozen=True)
class Addition:
    """A text to be put into the prompt as it is: braces in it are text."""

    name: str
    text: str
    supposes: frozenset[Supposition] = frozenset()
    """Nothing of a user's own text, whose author knows the prompt."""

    @property
    def sha256(self) -> str:
        """Digest of the text."""
        return digest(self.text)


@dataclass(frozen=True)
class Additions:
    """What is added to the prompt of a run."""

    facts: Addition | None = None
    """What the prompt states about the model's situation."""
    persona: Addition | None = None
    """What the prompt states about the model's character."""

    @property
    def sha256(self) -> dict[str, str]:
        """Digests by kind, of what is added."""
        return {kind: added.sha256 for kind, added in vars(self).items() if added is not None}

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts in the order of the prompt: facts, then trait."""
        return tuple(added.text for added in (self.facts, self.persona) if added is not None)


def shipped(kind: Kind) -> dict[str, str]:
    """Names of the texts of this suite → file, relative to this package."""
    folder = _FOLDERS[kind]
    found = sorted(file.name for file in files("prompts").joinpath(folder).iterdir() if file.name.endswith(".md"))
    return {name.removesuffix(".md"): f"{folder}/{name}" for name in found}


def shipped_addition(kind: Kind, name: str) -> Addition:
    """A text of this suite; one whose file does not say what it supposes supposes all.

    Raises:
        KeyError: If there is none of that name among `shipped`.
    """
    path = shipped(kind)[name]
    declared = _DECLARED.search(source(path))
    return Addition(name, render(path), frozenset(_supposed(declared[1]) if declared else Supposition))


def _supposed(declared: str) -> Iterable[Supposition]:
    return () if declared == _NOTHING else map(Supposition, declared.split(", "))
