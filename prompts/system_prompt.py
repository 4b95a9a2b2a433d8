"""The system prompt of a setting, put together from its named parts, unchanged or in one of its variations."""

from dataclasses import dataclass
from functools import cache
from posixpath import normpath

from prompts.part import parts
from prompts.template import digest, fill, render, variables_of
from prompts.variation import BASE, Edit, find_variation

CLOSING = "reminder_"
"""What the names of the parts that close a prompt begin with: they say how a reply begins, and nothing follows them."""


@dataclass(frozen=True)
class SystemPrompt:
    """A rendered system prompt."""

    text: str

    @property
    def sha256(self) -> str:
        """Digest of the text as sent."""
        return digest(self.text)


@cache
def system_prompt(
    setting: str, *, cot: bool, developer: str, variation: str = BASE, additions: tuple[str, ...] = ()
) -> SystemPrompt:
    """Render the system prompt of a setting; it is the same for both tiers, which only the user message tells apart.

    Args:
        setting: Name of a folder of this package, for instance ``helpful_only``.
        cot: Whether the prompt asks for a scratchpad.
        developer: Company that the prompt names.
        variation: Prompt variation.
        additions: Texts that are put in as they are, each as one part, before the reminders that close the prompt.

    Raises:
        InvalidInputError: As `find_variation` does.
    """
    texts = system_parts(setting, cot=cot, developer=developer, variation=variation)
    closing = next((i for i, name in enumerate(texts) if name.startswith(CLOSING)), len(texts))
    said = list(texts.values())
    return SystemPrompt("\n\n".join([*said[:closing], *additions, *said[closing:]]))


def system_parts(setting: str, *, cot: bool, developer: str, variation: str = BASE) -> dict[str, str]:
    """Name → text of the parts of a system prompt, in order; arguments and errors as in `system_prompt`."""
    changed = find_variation(setting, variation)
    texts: dict[str, str] = {}
    for part in parts(setting):
        file = part.file(cot)
        if file is not None and part.name not in changed.cut:
            words = changed.replace[part.name].of(cot) if part.name in changed.replace else None
            path = normpath(f"{setting}/{file}")
            text = fill(words, developer=developer) if words else _rendered(path, developer)
            texts[part.name] = _edited(part.name, text, changed.edit.get(part.name, ()))
        for addition in changed.added_after(part.name):
            if words := addition.text.of(cot):
                texts[addition.name] = fill(words, developer=developer)
    return texts


def _edited(part: str, text: str, edits: tuple[Edit, ...]) -> str:
    for edit in edits:
        if text.count(edit.passage) != 1:
            raise ValueError(
                f"part {part!r} has the passage {edit.passage!r} {text.count(edit.passage)} times, not once"
            )
        text = text.replace(edit.passage, edit.words)
    return text


def _rendered(path: str, developer: str) -> str:
    return render(path, **({"developer": developer} if "developer" in variables_of(path) else {}))
