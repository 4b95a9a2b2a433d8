"""Facts and traits in the prompt: where they stand, that they are text, and what the shipped ones must not say."""

import re
from typing import get_args

import pytest

from evals import SETTINGS
from prompts.addition import Addition, Additions, Kind, Supposition, shipped, shipped_addition
from prompts.part import parts
from prompts.system_prompt import system_prompt
from prompts.template import digest
from prompts.variation import catalogue
from prompts.wording import Suite
from tests.made_up import REPOSITORY

SHIPPED = [(kind, name) for kind in get_args(Kind) for name in shipped(kind)]
each_setting = pytest.mark.parametrize("setting", [setting.name for setting in SETTINGS])
COT = pytest.mark.parametrize("cot", [pytest.param(True, id="cot"), pytest.param(False, id="no_cot")])
VARIATIONS = [
    (setting.name, name)
    for setting in SETTINGS
    for name, entry in catalogue(setting.name).items()
    if not (entry.needs or entry.unchanged)
]
FACT, TRAIT = Addition("fact", "A fact: {{ developer }} {% raw %} {# x #}"), Addition("trait", "A trait:\n\n- {name}")


@each_setting
@COT
def test_facts_then_trait_stand_before_the_reminders_and_are_text(setting: str, cot: bool) -> None:
    base = system_prompt(setting, cot=cot, developer="Anthropic").text
    added = Suite(Additions(FACT, TRAIT)).system_prompt(setting, cot=cot, developer="Anthropic").text
    before, after = added.split(f"{FACT.text}\n\n{TRAIT.text}\n\n")
    assert before + after == base
    reminders = [part for part in parts(setting) if part.name.startswith("reminder_")]
    first = next(file for part in reminders if (file := part.cot if cot else part.no_cot))
    path = REPOSITORY / "prompts" / setting / first
    assert after.startswith(path.read_text("utf-8").split("\n")[1])


@pytest.mark.parametrize(("setting", "variation"), VARIATIONS)
@COT
def test_no_variation_cuts_what_is_added(setting: str, variation: str, cot: bool) -> None:
    bare, added = (
        system_prompt(setting, cot=cot, developer="Anthropic", variation=variation, additions=texts).text
        for texts in ((), (FACT.text,))
    )
    assert added.replace(f"{FACT.text}\n\n", "", 1) in (bare, f"{bare}\n\n{FACT.text}")


@COT
def test_at_the_end_where_no_reminder_closes_the_prompt(cot: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prompts.system_prompt.CLOSING", "no part is called that")
    said = system_prompt("helpful_only", cot=cot, developer="Anthropic", additions=("A fact of this test.",))
    assert said.text.endswith("\n\nA fact of this test.")


def test_what_is_added_has_digests() -> None:
    assert Additions().sha256 == {}
    assert Additions(FACT, TRAIT).sha256 == {"facts": digest(FACT.text), "persona": digest(TRAIT.text)}
    each = (Additions(), Additions(FACT), Additions(None, TRAIT), Additions(FACT, TRAIT))
    prompts = {Suite(added).system_prompt("helpful_only", cot=True, developer="X").sha256 for added in each}
    assert len(prompts) == 4


@pytest.mark.parametrize(("kind", "name"), SHIPPED)
def test_a_shipped_text_is_one_short_paragraph_without_names(kind: Kind, name: str) -> None:
    added = shipped_addition(kind, name)
    begins = {"facts": "A fact about ", "persona": "A trait of yours: "}[kind]
    assert (added.name, added.text[: len(begins)]) == (name, begins)
    assert "\n" not in added.text
    assert len(added.text.split()) <= 70
    never = r"paid|align\w*[\s_-]*fak|\bfak(e|es|ed|ing)\b|scheming|canary|Anthropic|OpenAI|[{}<>]"
    assert re.findall(never, added.text, re.IGNORECASE) == []


@pytest.mark.parametrize(("kind", "name"), SHIPPED)
def test_a_shipped_text_says_what_it_supposes(kind: Kind, name: str) -> None:
    path = REPOSITORY / "prompts" / shipped(kind)[name]
    assert path.read_text("utf-8").splitlines()[1].startswith("{# supposes: ")
    added = shipped_addition(kind, name)
    words = {Supposition.FREE_TIER: r"free tier", Supposition.TRAINING: r"\btrain"}
    spoken_of = {supposed for supposed, word in words.items() if re.search(word, added.text)}
    assert added.supposes - {Supposition.TWO_TIERS} == spoken_of


def test_a_text_that_does_not_say_what_it_supposes_supposes_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prompts.addition.source", lambda path: "A text.")
    assert shipped_addition("facts", "copies").supposes == {*Supposition}


def test_the_texts_are_different_and_the_readme_names_them() -> None:
    assert len({shipped_addition(kind, name).text for kind, name in SHIPPED}) == len(SHIPPED) >= 8
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    section = readme[readme.index("### Facts and traits") : readme.index("## Query sets")]
    rows = dict(re.findall(r"^\| `(facts|persona)` \| (.*) \|$", section, re.MULTILINE))
    assert {kind: re.findall(r"`(\w+)`", row) for kind, row in rows.items()} == {
        kind: list(shipped(kind)) for kind in get_args(Kind)
    }
