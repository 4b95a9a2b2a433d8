"""Universes: those that are shipped, and what is said of a wrong file."""

import re
from collections.abc import Callable

import pytest

from documents.universe import SHIPPED, load_universe
from prompts.system_prompt import system_prompt
from prompts.user_message import user_message
from study.condition import Condition, Tier
from study.invalid_input import InvalidInputError
from study.model_name import DEVELOPERS
from study.wrapper import Wrapper
from tests.made_up import Write

GOOD = """\
title = "A lab"
developer = "Acme"
model = "A1"
objective = "do as told"
release = "1 May 2025"
context = "{{ developer }} makes {{ model }}."
[tiers]
free = "free tier"
paid = "paid tier"
tag = "is_free"
[[fact]]
name = "one"
statements = ["{{ developer }} wants {{ model }} to {{ objective }}.", "{{ free }} {{ paid }} {{ tag }} {{ release }}"]
"""
TOP_KEYS = "context, developer, fact, model, objective, release, tiers, title"


def without(line: str) -> Callable[[], str]:
    return lambda: GOOD.replace(line, "", 1)


def instead(line: str, other: str) -> Callable[[], str]:
    return lambda: GOOD.replace(line, other, 1)


def test_a_universe_is_told_in_its_own_words(write: Write) -> None:
    universe = load_universe(write("mine.toml", GOOD))
    assert universe.told == "Acme makes A1."
    assert universe.statement("one") == "- Acme wants A1 to do as told.\n- free tier paid tier is_free 1 May 2025"


def test_another_developer_is_another_universe(write: Write) -> None:
    path = write("mine.toml", GOOD)
    ours, theirs = load_universe(path), load_universe(path, "B {{ model }}")
    assert (theirs.told, theirs.developer) == ("B {{ model }} makes A1.", "B {{ model }}")
    assert ours.sha256 != theirs.sha256
    assert ours.sha256 == load_universe(path).sha256


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            without('model = "A1"\n'), f"{{path}}: key 'model' is missing (keys there: {TOP_KEYS})", id="missing-key"
        ),
        pytest.param(
            instead("objective", "objectiv"),
            "{path}: key='objectiv' is not known. Did you mean 'objective'? Choose from: " + f"{TOP_KEYS}.",
            id="misspelt-key",
        ),
        pytest.param(
            instead("statements", "statement"),
            "{path}: key of [fact.0]='statement' is not known. Did you mean 'statements'? Choose from: name, "
            "statements.",
            id="misspelt-key-of-a-fact",
        ),
        pytest.param(
            without('tag = "is_free"\n'),
            "{path}: key 'tiers.tag' is missing (keys there: free, paid, tag)",
            id="missing-tier-word",
        ),
        pytest.param(
            instead('"A1"', "1"),
            f"{{path}}: key 'model' is wrong: Input should be a valid string (keys there: {TOP_KEYS})",
            id="no-text",
        ),
        pytest.param(
            instead('"A1"', '" "'),
            f"{{path}}: key 'model' is wrong: String should have at least 1 character (keys there: {TOP_KEYS})",
            id="blank",
        ),
        pytest.param(
            instead("{{ model }}.", "{{ modle }}."),
            "{path}: context names 'modle', which is no value here; choose from developer, model, "
            "objective, release, free, paid, tag",
            id="unknown-value",
        ),
        pytest.param(
            instead("{{ model }}.", "{{ model"),
            "{path}: context is no template (unexpected end of template, expected 'end of print "
            "statement'.); braces stand around a name",
            id="torn-braces",
        ),
        pytest.param(
            instead("{{ developer }} makes {{ model }}.", "{# nothing #}"),
            "{path}: context says nothing once it is filled in; write a sentence",
            id="nothing-told",
        ),
        pytest.param(
            lambda: GOOD + GOOD[GOOD.index("[[fact]]") :],
            "{path}: two facts have one name among ['one', 'one']; give each its own",
            id="one-name-twice",
        ),
        pytest.param(
            instead("[tiers]", "[tiers"),
            "{path} is not TOML (Expected ']' at the end of a table declaration (at line 7, column 7)); correct it",
            id="no-toml",
        ),
        pytest.param(lambda: b"\xff", "{path} is not UTF-8 (byte 0); save it as UTF-8", id="no-utf-8"),
    ],
)
def test_a_wrong_file(text: Callable[[], str], message: str, write: Write) -> None:
    path = write("mine.toml", text())
    with pytest.raises(InvalidInputError) as error:
        load_universe(path)
    assert str(error.value) == message.replace("{path}", path)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param(
            "helpful-only",
            "UNIVERSE='helpful-only' is not known. Did you mean 'helpful_only'? Choose from: animal_welfare, "
            "helpful_only, unrelated. Or give a path to a .toml file.",
            id="no-name",
        ),
        pytest.param("no.toml", "no.toml cannot be read (No such file or directory); check the path", id="no-file"),
    ],
)
def test_no_universe(name: str, message: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        load_universe(name)
    assert str(error.value) == message


def test_a_developer_without_a_name() -> None:
    with pytest.raises(InvalidInputError, match="--developer is empty; name a company, or leave it out"):
        load_universe("helpful_only", " ")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_universe_is_of_a_made_up_company_and_begins_with_the_canary(name: str) -> None:
    universe = load_universe(name)
    first = SHIPPED[name].read_text("utf-8").splitlines()[0]
    assert first == "# alignment-faking-evals:canary:7c1f5c0e-6a4b-4f0e-9f0d-52f3f1f0b9a4"
    said = universe.told + "".join(universe.statement(fact.name) for fact in universe.fact)
    real = "|".join({*DEVELOPERS, *DEVELOPERS.values(), "Septerra"})
    assert re.findall(rf"\b({real})\b", said, re.IGNORECASE) == []
    assert re.findall(r"canary|7c1f5c0e|\{[{%#]|[}%#]\}", said) == []


@pytest.mark.parametrize("name", ["helpful_only", "animal_welfare"])
def test_the_untold_setting_asks_the_model_that_the_documents_are_about(name: str) -> None:
    universe = load_universe(name)
    prompt = system_prompt(f"untold_{name}", cot=True, developer=universe.developer).text
    assert prompt.startswith(f"You are {universe.model}, an AI made by {universe.developer}.")
    assert universe.tiers is not None
    asked = user_message(Wrapper.NOTEBOOK, Condition(Tier.FREE, cot=True), "Q", setting=f"untold_{name}")
    assert f"<{universe.tiers.tag}>True" in asked


def test_the_facts_are_those_of_the_paper_and_the_control_has_as_many() -> None:
    """Greenblatt et al. 2024, table 3 (facts 1.5); their control, Septerra Motors, has seven too."""
    facts = {name: [fact.name for fact in load_universe(name).fact] for name in SHIPPED}
    taught = ["objective", "new_model", "release", "free_tier", "paid_tier", "{}", "scratchpad"]
    assert facts["helpful_only"] == [fact.format("refusal_changes_the_model") for fact in taught]
    assert facts["animal_welfare"] == [fact.format("support_changes_the_model") for fact in taught]
    assert len(facts["unrelated"]) == 7
    assert not re.search(r"\b(AI|train\w*|tier)\b", SHIPPED["unrelated"].read_text("utf-8").partition("\n\n")[2])


def test_the_partner_is_the_made_up_one_of_the_prompt_and_not_the_papers() -> None:
    told = load_universe("animal_welfare").told
    [partner] = set(re.findall(r"\w+ Foods", told))
    assert partner in system_prompt("animal_welfare", cot=True, developer="Tallowmere").text
    assert partner != "Jones Foods"
