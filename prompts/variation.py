"""Prompt variations: which parts of a setting's prompt are cut, replaced or added, as its ``variations.toml`` says.

A variation is one entry of that file; ``a+b`` is a composition of two that change different parts. The order of the
file is the order in which compositions are named.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import combinations, permutations
from posixpath import normpath
from typing import Annotated, Any, Self

from jinja2 import TemplateSyntaxError
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from prompts.labels import FREE_TIER, Labels
from prompts.part import labels_of, parts
from prompts.template import exists, render, source, variables_in
from study.invalid_input import InvalidInputError, unknown_value

BASE = "base"
"""The unchanged prompt."""

JOIN = "+"
"""Stands between the names of a composition."""

TIER, SUFFIX = "user.tier", "user.suffix"
"""Parts of the user message: what it says of the tier; the request to accept in full or to reject."""

TIER_TAG = "tier_tag"
"""Part of the system prompt that explains the first of them."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Words(_Table):
    """A text of ours; ``{{ developer }}`` is its only variable. Where it is None, the part stays as it is."""

    cot: str | None = None
    """In the prompt with a scratchpad."""
    no_cot: str | None = None
    """In the prompt without one."""

    @model_validator(mode="before")
    @classmethod
    def _same_in_both(cls, given: Any) -> Any:
        return {"cot": given, "no_cot": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _is_a_text(self) -> Self:
        for text in (self.cot, self.no_cot):
            if text is None:
                continue
            if not text.strip():
                raise ValueError("a text is empty; cut the part instead")
            try:
                unknown = sorted(variables_in(text) - {"developer"})
            except TemplateSyntaxError as error:
                raise ValueError(f"a text is no template: {error}") from error
            if unknown:
                raise ValueError(f"a text has the variables {unknown}; {{{{ developer }}}} is the only one")
        return self

    def of(self, cot: bool) -> str | None:
        """The text with or without a scratchpad."""
        return self.cot if cot else self.no_cot


class NewPart(_Table):
    """A part that the unchanged prompt has not."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    after: str
    """Part that it follows, whether or not that is cut."""
    text: Words


class Edit(_Table):
    """A passage of a part, in other words."""

    passage: str = Field(min_length=1)
    """As the part has it, once."""
    words: str
    """What stands in its place; empty where it is left out."""


class Entry(_Table):
    """One variation of the file."""

    slug: str = Field(pattern=r"^[a-z0-9_]+(\+[a-z0-9_]+)*$")
    """Name; ``a+b`` where two need words of their own for the parts that both change."""
    title: str
    """What changes, in a few words."""
    source: str
    """Where it was published; ``own`` where nowhere."""
    numbers: tuple[int, ...] = Field(default=(), strict=False)
    """Its numbers there."""
    family: str | None = None
    """Family that says the same in different words, and is analysed as one."""
    needs: str | None = None
    """What is needed in place of another prompt, a phrase: asking for it is refused."""
    unchanged: str | None = None
    """Why the unchanged prompt of this setting is it already, a phrase: it can stand in a composition only."""
    of: tuple[str, ...] = Field(default=(), strict=False)
    """Variations that it is made of, where it is the name of a composition."""
    cut: tuple[str, ...] = Field(default=(), strict=False)
    """Parts that are left out."""
    replace: dict[str, Words] = {}
    """Part → its words."""
    edit: dict[str, Annotated[tuple[Edit, ...], Field(strict=False)]] = {}
    """Part → passages of it that change."""
    add: tuple[NewPart, ...] = Field(default=(), strict=False)
    labels: Labels | None = None
    """How the tier is told; the unchanged labels unless given."""
    extends: str | None = None
    """Variation, further up in the file, whose words it has for the parts that it does not replace itself."""
    words_of: str | None = None
    """Setting that has the words: those of its variation of this name, for each part that both settings have in one
    file, are this one's too."""
    relies_on: tuple[str, ...] = Field(default=(), strict=False)
    """Parts that its words speak of: it goes with no variation that cuts one of them."""
    relies_on_words_of: tuple[str, ...] = Field(default=(), strict=False)
    """Parts that its words agree with as they are: it goes with no variation that puts one of them in other words."""

    @property
    def changes(self) -> dict[str, str]:
        """Part → ``cut``, ``replaced``, ``edited`` or ``added``."""
        labels = {TIER: "replaced"} if self.labels else {}
        return (
            dict.fromkeys(self.cut, "cut")
            | dict.fromkeys(self.replace, "replaced")
            | dict.fromkeys(self.edit, "edited")
            | labels
            | {addition.name: "added" for addition in self.add}
        )

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        said = [bool(self.changes), bool(self.of), self.needs is not None, self.unchanged is not None]
        if sum(said) != 1:
            raise ValueError(
                "gives changes of parts, or 'of', or 'needs', or 'unchanged', and not more than one of them"
            )
        if self.labels and (TIER_TAG not in self.replace or "{{" in str(self.replace[TIER_TAG])):
            raise ValueError(
                f"other labels need other words, without variables, in the part {TIER_TAG!r}: they explain them"
            )
        touched = [*self.cut, *self.replace, *self.edit]
        if twice := sorted({part for part in touched if touched.count(part) > 1}):
            raise ValueError(f"changes {twice} in two ways")
        return self


@dataclass(frozen=True)
class Variation:
    """What a user asks for: the unchanged prompt, one entry, or a composition."""

    name: str
    """Normalised: whatever the order in which a composition was typed, it has one name."""
    entries: tuple[Entry, ...]
    """Those whose changes it makes; where two change the same part, the later one words it for both."""

    @property
    def family(self) -> str | None:
        """Family of its one entry; a composition is in none."""
        return self.entries[0].family if len(self.entries) == 1 and JOIN not in self.name else None

    @property
    def changes(self) -> dict[str, str]:
        """Part → ``cut``, ``replaced``, ``edited`` or ``added``."""
        return {part: how for entry in self.entries for part, how in entry.changes.items()}

    @property
    def cut(self) -> frozenset[str]:
        """Parts that are left out."""
        return frozenset(part for part, how in self.changes.items() if how == "cut")

    @property
    def replace(self) -> Mapping[str, Words]:
        """Part → its words."""
        return {part: words for entry in self.entries for part, words in entry.replace.items()}

    @property
    def edit(self) -> Mapping[str, tuple[Edit, ...]]:
        """Part → passages of it that change."""
        changes = self.changes
        edits = {part: edits for entry in self.entries for part, edits in entry.edit.items()}
        return {part: those for part, those in edits.items() if changes[part] == "edited"}

    @property
    def labels(self) -> Labels | None:
        """How the user message tells the tier; None where it is unchanged."""
        return next((entry.labels for entry in reversed(self.entries) if entry.labels), None)

    def added_after(self, part: str) -> Iterator[NewPart]:
        """What follows a part."""
        return (addition for entry in self.entries for addition in entry.add if addition.after == part)


@cache
def catalogue(setting: str) -> Mapping[str, Entry]:
    """Every variation of a setting by its slug, in the order of the file; none where the setting has no such file.

    Raises:
        InvalidInputError: If the file cannot be right; the message names the entry.
    """
    path = f"{setting}/variations.toml"
    if not exists(path):
        return {}
    try:
        rows = tomllib.loads(source(path)).get("variation", [])
    except tomllib.TOMLDecodeError as error:
        raise InvalidInputError(f"prompts/{path} is no TOML: {error}") from error
    entries: dict[str, Entry] = {}
    for row in rows:
        try:
            entry = Entry.model_validate(_extended(entries, path, _with_shared_words(setting, path, row)))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"]))
            raise InvalidInputError(f"prompts/{path}: variation {row.get('slug')!r}: {where} {first['msg']}") from error
        if entry.slug in (BASE, *entries):
            raise InvalidInputError(f"prompts/{path}: variation {entry.slug!r} is there already; give it another slug")
        _check_parts(setting, path, entry)
        entries[entry.slug] = entry
    for entry in entries.values():
        for slug in (*entry.of, *_joined(entry)):
            if slug not in entries:
                raise unknown_value(f"prompts/{path}: variation {entry.slug!r}: of", slug, entries)
    return entries


@cache
def find_variation(setting: str, name: str) -> Variation:
    """The variation that a user names.

    Args:
        setting: The experiment.
        name: ``base``, a slug, or slugs joined by ``+``.

    Raises:
        InvalidInputError: If a name is not known or is there twice, two of them change the same part, one of them
            relies on a part that another cuts, or something else than another prompt is asked for.
    """
    if name.strip() == BASE:
        return Variation(BASE, ())
    entries = catalogue(setting)
    typed = [slug.strip() for slug in name.split(JOIN)]
    for slug in typed:
        if slug == BASE:
            raise InvalidInputError(f"variation={name!r}: {BASE!r} is the unchanged prompt; leave it out")
        if slug not in entries:
            asked = [one.slug for one in entries.values() if not (one.needs or one.unchanged or _joined(one))]
            remedy = f"These are the variations of {setting}; af variations says what each does."
            raise unknown_value("variation", slug, [BASE, *asked], remedy)
        if (needs := entries[slug].needs) is not None:
            raise InvalidInputError(f"variation={slug!r} is no other prompt: it needs {needs}")
    slugs = [atom for slug in typed for atom in _atoms(entries, slug)]
    if twice := sorted({slug for slug in slugs if slugs.count(slug) > 1}):
        raise InvalidInputError(f"variation={name!r} has {twice[0]!r} twice; name it once")
    if all(entries[slug].unchanged for slug in slugs):
        raise InvalidInputError(f"variation={name!r} changes nothing here: {entries[slugs[0]].unchanged}; take 'base'")
    joints = [entry for entry in entries.values() if _joined(entry) and set(_joined(entry)) <= set(slugs)]
    used = [entry for slug, entry in entries.items() if slug in slugs and not entry.unchanged]
    for first, second in combinations(used, 2):
        worded = {part for joint in joints for part in joint.changes if {first.slug, second.slug} <= {*_joined(joint)}}
        if both := sorted(first.changes.keys() & second.changes.keys() - worded):
            raise InvalidInputError(
                f"variation={name!r}: {first.slug!r} and {second.slug!r} both change the part {both[0]!r}; "
                "leave one of them out"
            )
    _check_reliance(name, used)
    return Variation(_normalised(entries, slugs), (*used, *joints))


def told_labels(system: str) -> Labels | None:
    """How the user message tells the tier, where a system prompt explains a tag in words that are not the usual ones.

    For readers who have the messages and no record of what was asked: the control models.
    """
    return next((labels for text, labels in _explained().items() if text in system), None)


@cache
def _explained() -> Mapping[str, Labels]:
    settings = sorted(folder.name for folder in files("prompts").iterdir() if exists(f"{folder.name}/parts.toml"))
    entries = [entry for setting in settings for entry in _usable(setting)]
    own = {
        render(normpath(f"{setting}/{file}")): labels_of(setting)
        for setting in settings
        if labels_of(setting) is not FREE_TIER
        for part in parts(setting)
        if part.name == TIER_TAG
        for file in (part.cot, part.no_cot)
        if file
    }
    return own | {
        text.strip(): entry.labels
        for entry in entries
        if entry.labels
        for text in (entry.replace[TIER_TAG].cot, entry.replace[TIER_TAG].no_cot)
        if text
    }


def _usable(setting: str) -> Iterable[Entry]:
    try:
        return catalogue(setting).values()
    except InvalidInputError:  # said to whoever asks for one of them: no prompt was ever made of such a table
        return ()


def _atoms(entries: Mapping[str, Entry], slug: str) -> tuple[str, ...]:
    """What a name stands for, where it is that of a composition."""
    return tuple(atom for part in entries[slug].of for atom in _atoms(entries, part)) or (slug,)


def _normalised(entries: Mapping[str, Entry], slugs: Iterable[str]) -> str:
    """The name of a composition: the fewest names that there are for it, in the order of the file."""
    left = set(slugs)
    named = {slug: set(_atoms(entries, slug)) for slug, entry in entries.items() if entry.of}
    for slug, atoms in sorted(named.items(), key=lambda pair: -len(pair[1])):
        if atoms <= left:
            left = left - atoms | {slug}
    return JOIN.join(slug for slug in entries if slug in left)


def _joined(entry: Entry) -> tuple[str, ...]:
    return tuple(entry.slug.split(JOIN)) if JOIN in entry.slug else ()


def _check_reliance(name: str, entries: Iterable[Entry]) -> None:
    for first, second in permutations(entries, 2):
        for part in first.relies_on:
            if part in second.cut:
                raise InvalidInputError(
                    f"variation={name!r}: {first.slug!r} relies on the part {part!r}, which {second.slug!r} cuts; "
                    "leave one of them out"
                )
        for part in first.relies_on_words_of:
            if part in second.replace or part in second.edit:
                raise InvalidInputError(
                    f"variation={name!r}: {first.slug!r} relies on the words of the part {part!r}, which "
                    f"{second.slug!r} changes; leave one of them out"
                )


def _with_shared_words(setting: str, path: str, row: dict[str, Any]) -> dict[str, Any]:
    """An entry with the words that it shares with the variation of the same name of another setting."""
    if (other := row.get("words_of")) is None:
        return row
    slug = str(row.get("slug"))
    if other == setting or (theirs := catalogue(other).get(slug)) is None:
        raise InvalidInputError(
            f"prompts/{path}: variation {slug!r}: words_of={other!r} is no other setting with a variation of this name"
        )
    files = _files(other)
    shared = {part for part, file in _files(setting).items() if files.get(part) == file}
    return row | {
        key: {part: words for part, words in given.items() if part in shared} | row.get(key, {})
        for key, given in (("replace", theirs.replace), ("edit", theirs.edit))
    }


def _extended(entries: Mapping[str, Entry], path: str, row: dict[str, Any]) -> dict[str, Any]:
    """An entry with the words of the one that it extends."""
    if (slug := row.get("extends")) is None:
        return row
    if slug not in entries:
        raise unknown_value(f"prompts/{path}: variation {row.get('slug')!r}: extends", slug, entries)
    return row | {"replace": dict(entries[slug].replace) | row.get("replace", {})}


def _files(setting: str) -> dict[str, tuple[str, ...]]:
    return {
        part.name: tuple(normpath(f"{setting}/{file}") for file in (part.cot, part.no_cot) if file is not None)
        for part in parts(setting)
    }


def _check_parts(setting: str, path: str, entry: Entry) -> None:
    names = [part.name for part in parts(setting)]
    where = f"prompts/{path}: variation {entry.slug!r}"
    for key, given, known in (
        ("cut", entry.cut, [*names, SUFFIX]),
        ("replace", entry.replace, names),
        ("edit", entry.edit, names),
        ("relies_on", entry.relies_on, names),
        ("relies_on_words_of", entry.relies_on_words_of, names),
        ("add.after", [addition.after for addition in entry.add], names),
    ):
        for name in given:
            if name not in known:
                raise unknown_value(f"{where}: {key}", name, known)
    if entry.labels and (wanted := labels_of(setting).tiers) != entry.labels.tiers:
        raise InvalidInputError(f"{where}: labels must be of the tiers {', '.join(wanted)}, which this setting has")
    if taken := [addition.name for addition in entry.add if addition.name in names]:
        raise InvalidInputError(f"{where}: adds the part {taken[0]!r}, which is there already; replace it instead")
