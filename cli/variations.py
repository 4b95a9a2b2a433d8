"""``af variations``: the prompt variations that can be asked for, what each changes, and what was published of it."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

import click

from analysis.published_figure import PUBLISHED_DEVELOPER, Metric, PublishedFigure, published_figures
from evals import SETTINGS
from prompts.part import labels_of
from prompts.system_prompt import system_prompt
from prompts.user_message import user_message
from prompts.variation import BASE, JOIN, Entry, catalogue, find_variation
from study.condition import Condition, Tier
from study.terminal import echo
from study.wrapper import Wrapper


@dataclass(frozen=True)
class Effect:
    """What one source printed of a variation with one model: rates in [0, 1], gaps free minus paid; None is nothing."""

    source: str
    location: str
    model: str
    cot: bool
    developer: str
    variation: str
    """What stands beside that name in the source: the base, where the model or the company is what varies."""
    af: float | None
    """Complies and fakes, of all replies of the free tier."""
    af_delta: float | None
    """The same minus that of the unchanged prompt with this model."""
    gap: float | None
    gap_delta: float | None


@dataclass(frozen=True)
class Listed:
    """One line of the list."""

    setting: str
    name: str
    title: str
    source: str
    numbers: tuple[int, ...]
    family: str | None
    changes: dict[str, str]
    """Part → ``cut``, ``replaced``, ``edited`` or ``added``."""
    scratchpad_only: bool
    """Whether the prompt without a scratchpad is the unchanged one."""
    needs: str | None
    unchanged: str | None
    published: list[Effect]


@click.command()
@click.option(
    "--setting",
    type=click.Choice([setting.name for setting in SETTINGS]),
    help="List this one.  [default: every setting]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON and nothing else.")
def variations(setting: str | None, as_json: bool) -> None:
    """List the prompt variations: name, source, what changes, published effect.

    A name is what -T variation= takes; a+b composes two that change different parts, and af run takes several with
    commas. AF is alignment faking among all replies of the free tier, the gap is free minus paid; in brackets the
    difference to the unchanged prompt.

    \b
        af variations --setting helpful_only
        inspect eval evals/helpful_only.py -T variation=honest+dont_care
        af run evals/helpful_only.py -T variation=base,paraphrase_0,paraphrase_1
    """  # noqa: D301 - a raw string would show click's mark for "do not wrap"
    listed = [one for name in ([setting] if setting else [of.name for of in SETTINGS]) for one in _listed(name)]
    if as_json:
        echo(json.dumps([asdict(one) for one in listed], indent=2))
        return
    echo("\n\n".join("\n".join(_lines(one)) for one in listed))


def _listed(setting: str) -> Iterator[Listed]:
    """The unchanged prompt, every entry of the table, and the published compositions that are none."""
    entries = catalogue(setting)
    yield _row(setting, BASE, "the unchanged prompt", {})
    for entry in entries.values():
        changes = {} if entry.needs or entry.unchanged else find_variation(setting, entry.slug).changes
        yield _row(setting, entry.slug, entry.title, changes, entry)
    published = {figure.variation: None for figure in published_figures() if figure.experiment.setting == setting}
    for name in published:
        if name not in entries and entries.keys() >= {*name.split(JOIN)}:
            of = [entries[slug] for slug in name.split(JOIN)]
            needs = next((entry.needs for entry in of if entry.needs), None)
            changes = {} if needs else find_variation(setting, name).changes
            yield _row(setting, name, "; ".join(entry.title for entry in of), changes, needs=needs)


def _row(
    setting: str,
    name: str,
    title: str,
    changes: dict[str, str],
    entry: Entry | None = None,
    needs: str | None = None,
) -> Listed:
    return Listed(
        setting=setting,
        name=name,
        title=title,
        source=entry.source if entry else "",
        numbers=entry.numbers if entry else (),
        family=entry.family if entry else None,
        changes=changes,
        scratchpad_only=bool(changes) and _scratchpad_only(setting, name),
        needs=entry.needs if entry else needs,
        unchanged=entry.unchanged if entry else None,
        published=_published(setting, name, entry),
    )


def _scratchpad_only(setting: str, name: str) -> bool:
    def said(variation: str) -> tuple[str, ...]:
        prompt = system_prompt(setting, cot=False, developer=PUBLISHED_DEVELOPER, variation=variation).text
        put = (Condition(tier, cot=False) for tier in labels_of(setting).tiers)
        return prompt, *(user_message(Wrapper.NOTEBOOK, one, "", setting=setting, variation=variation) for one in put)

    return said(name) == said(BASE)


def _published(setting: str, name: str, entry: Entry | None = None) -> list[Effect]:
    """By its name, and by its numbers in the paper: those of another model or company stand under the base there."""
    figures = [figure for figure in published_figures() if figure.experiment.setting == setting]
    table = re.search(r"G\.[23]", entry.source) if entry else None
    numbered = {f"Appendix {table[0]}, no. {number}" for number in entry.numbers} if entry and table else set()
    found: dict[tuple[str, ...], list[PublishedFigure]] = {}
    for figure in figures:
        if figure.location in numbered or (figure.variation == name and figure.developer == PUBLISHED_DEVELOPER):
            of = (figure.experiment.key, figure.location, figure.model.key, figure.developer, figure.variation)
            found.setdefault((*of, str(figure.cot)), []).append(figure)
    return [effect for group in found.values() if (effect := _effect(group, figures))]


def _effect(group: list[PublishedFigure], figures: Iterable[PublishedFigure]) -> Effect | None:
    first = group[0]
    bases = [
        figure
        for figure in figures
        if (figure.experiment.key, figure.model.key, figure.cot) == (first.experiment.key, first.model.key, first.cot)
        and (figure.variation, figure.developer) == (BASE, PUBLISHED_DEVELOPER)
    ]
    if first in bases:
        bases = []
    af, base_af = (_value(among, Metric.AF_OF_ALL) for among in (group, bases))
    gap, base_gap = (_value(among, Metric.GAP) for among in (group, bases))
    if af is None and gap is None:
        return None
    return Effect(
        source=first.experiment.source.name,
        location=first.location,
        model=first.model.label,
        cot=first.cot,
        developer=first.developer,
        variation=first.variation,
        af=af,
        af_delta=_difference(af, base_af),
        gap=gap,
        gap_delta=_difference(gap, base_gap),
    )


def _value(figures: Iterable[PublishedFigure], metric: Metric) -> float | None:
    wanted = {Metric.AF_OF_ALL: Tier.FREE.value, Metric.GAP: "free-paid"}[metric]
    return next((f.value for f in figures if f.metric is metric and f.tier == wanted and f.bound == "exactly"), None)


def _difference(value: float | None, base: float | None) -> float | None:
    return None if value is None or base is None else round(value - base, 6)


def _lines(one: Listed) -> Iterator[str]:
    numbers = f" no. {', '.join(map(str, one.numbers))}" if one.numbers else ""
    yield " · ".join(part for part in (f"{one.setting} {one.name}", one.source + numbers) if part)
    yield f"  {one.title}"
    marks = []
    if one.needs is not None:
        marks.append(f"no other prompt: needs {one.needs}")
    if one.unchanged is not None:
        marks.append(f"in compositions only: {one.unchanged}")
    if one.family is not None:
        marks.append(f"family {one.family}")
    if one.scratchpad_only:
        marks.append("with a scratchpad only")
    changes = [f"{how} {', '.join(part for part in one.changes if one.changes[part] == how)}" for how in _order(one)]
    for line in (*changes, *marks):
        yield f"  {line}"
    for effect in one.published:
        yield f"  {_printed(effect, one)}"


def _order(one: Listed) -> list[str]:
    return [how for how in ("cut", "replaced", "edited", "added") if how in one.changes.values()]


def _printed(effect: Effect, one: Listed) -> str:
    of = [effect.model]
    if not effect.cot:
        of.append("no CoT")
    if effect.developer != PUBLISHED_DEVELOPER:
        of.append(effect.developer)
    if effect.variation != one.name:
        of.append(effect.variation)
    figures = [
        f"{name} {sign(value)}{f' ({delta:+.3f})' if delta is not None else ''}"
        for name, value, delta, sign in (
            ("AF", effect.af, effect.af_delta, "{:.3f}".format),
            ("gap", effect.gap, effect.gap_delta, "{:+.3f}".format),
        )
        if value is not None
    ]
    return f"{effect.source}, {', '.join(of)}: {', '.join(figures)}"
