"""The system prompt of a setting, put together from its named parts."""

import tomllib
from dataclasses import dataclass
from functools import cache

from prompts.template import digest, render, source, variables_of

CLOSING = "reminder_"
"""What the names of the parts that close a prompt begin with: they say how a reply begins, and nothing follows them."""


@dataclass(frozen=True)
class Part:
    """One named part of a setting's system prompt."""

    name: str
    elements: tuple[int, ...]
    """Numbers of the published elements that the part carries (facts 1.2)."""

    cot: str | None
    """File used with a scratchpad, relative to the setting's folder; None where that prompt has no such part."""

    no_cot: str | None
    """File used without a scratchpad."""


@dataclass(frozen=True)
class SystemPrompt:
    """A rendered system prompt."""

    text: str

    @property
    def sha256(self) -> str:
        """Digest of the text as sent."""
        return digest(self.text)


@cache
def parts(setting: str) -> tuple[Part, ...]:
    """The parts of a setting's prompt, in order, as its ``parts.toml`` lists them."""
    manifest = tomllib.loads(source(f"{setting}/parts.toml"))
    return tuple(
        Part(part["name"], tuple(part["elements"]), part.get("cot"), part.get("no_cot")) for part in manifest["part"]
    )


@cache
def system_prompt(setting: str, *, cot: bool, developer: str, additions: tuple[str, ...] = ()) -> SystemPrompt:
    """Render the system prompt of a setting; it is the same for both tiers, which only the user message tells apart.

    Args:
        setting: Name of a folder of this package, for instance ``helpful_only``.
        cot: Whether the prompt asks for a scratchpad.
        developer: Company that the prompt names.
        additions: Texts that are put in as they are, each as one part, before the reminders that close the prompt.
    """
    used = [(part.name, part.cot if cot else part.no_cot) for part in parts(setting)]
    texts = {name: _rendered(f"{setting}/{file}", developer) for name, file in used if file is not None}
    closing = next((i for i, name in enumerate(texts) if name.startswith(CLOSING)), len(texts))
    said = list(texts.values())
    return SystemPrompt("\n\n".join([*said[:closing], *additions, *said[closing:]]))


def _rendered(path: str, developer: str) -> str:
    return render(path, **({"developer": developer} if "developer" in variables_of(path) else {}))
