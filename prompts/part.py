"""The named parts of a setting's system prompt, as its ``parts.toml`` lists them."""

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from prompts.labels import FREE_TIER, Labels
from prompts.template import source


@dataclass(frozen=True)
class Part:
    """One named part of a setting's system prompt."""

    name: str
    elements: tuple[int, ...]
    """Numbers of the published elements that the part carries (facts 1.2)."""

    cot: str | None
    """File used with a scratchpad, relative to the setting's folder; None where that prompt has no such part.

    What another setting says too is said by its file: ``../helpful_only/persona.md``.
    """

    no_cot: str | None
    """File used without a scratchpad."""

    def file(self, cot: bool) -> str | None:
        """File used with or without a scratchpad."""
        return self.cot if cot else self.no_cot


@cache
def parts(setting: str) -> tuple[Part, ...]:
    """The parts of a setting's prompt, in order."""
    return tuple(
        Part(part["name"], tuple(part["elements"]), part.get("cot"), part.get("no_cot"))
        for part in _manifest(setting)["part"]
    )


@cache
def has_suffix(setting: str) -> bool:
    """Whether the user message of a setting asks to accept in full or to reject: yes unless ``suffix = false``."""
    return bool(_manifest(setting).get("suffix", True))


@cache
def labels_of(setting: str) -> Labels:
    """How the user message of a setting tells the tier; those of ``[labels]``, if there is such a table."""
    given = _manifest(setting).get("labels")
    return Labels.model_validate(given) if given else FREE_TIER


@cache
def _manifest(setting: str) -> dict[str, Any]:
    return tomllib.loads(source(f"{setting}/parts.toml"))
