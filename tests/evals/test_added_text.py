"""``-T facts=`` and ``-T persona=``: what is recorded, and every text that is refused before a model is called."""

from contextvars import Context
from pathlib import Path
from typing import Any, get_args

import pytest
from inspect_ai import Task
from inspect_ai import eval as inspect_eval

from evals import SETTINGS
from evals.added_text import MOST_CHARACTERS, chosen_additions
from evals.condition_task import Setting, condition_task
from evals.helpful_only import SETTING
from evals.task_options import Options
from prompts.addition import Addition, Additions, Kind, shipped, shipped_addition
from prompts.template import digest
from study.cell import Cell
from study.condition import CONDITIONS, Condition
from study.invalid_input import InvalidInputError
from tests.fake_checkout import OSAF, checkout
from tests.made_up import Write

NAMED = {setting.name: setting for setting in SETTINGS}
TEMPLATE = "{{ developer }} {% for x in y %} {{ 7 * 7 }} {user_input} {# comment #} ${HOME}"


def task(setting: Setting, condition: Condition, **given: Any) -> Task:
    return Context().run(condition_task, setting, condition, given)


def added(**given: str) -> Additions:
    return chosen_additions(Options.checked(given))


def test_nothing_is_added_unless_asked_for() -> None:
    assert added() == Additions()


def test_a_text_of_the_suite_by_name() -> None:
    assert added(facts="audits", persona="honest") == Additions(
        shipped_addition("facts", "audits"), shipped_addition("persona", "honest")
    )


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        pytest.param("my fact.txt", "\n A fact. \n\n", Addition("my fact", "A fact."), id="stripped"),
        pytest.param("fact", "Ä 東京 🙂", Addition("fact", "Ä 東京 🙂"), id="no-ending"),
        pytest.param("fact.v2.md", TEMPLATE, Addition("fact.v2", TEMPLATE), id="template-syntax-is-text"),
        pytest.param("bom.txt", "\ufeffA fact.", Addition("bom", "A fact."), id="byte-order-mark"),
        pytest.param("crlf.txt", "One.\r\n\r\nTwo.\r\n", Addition("crlf", "One.\n\nTwo."), id="windows-lines"),
        pytest.param("long.txt", "ä" * MOST_CHARACTERS, Addition("long", "ä" * MOST_CHARACTERS), id="longest"),
    ],
)
def test_a_text_of_the_users(name: str, content: str, expected: Addition, write: Write) -> None:
    assert added(facts=write(name, content)) == Additions(facts=expected)


def test_a_relative_path_is_the_users(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write("fact.txt", "A fact.")
    monkeypatch.chdir(tmp_path)
    assert added(persona="fact.txt") == Additions(persona=Addition("fact", "A fact."))


@pytest.mark.parametrize(
    ("setting", "condition"),
    [
        pytest.param(setting, condition, id=f"{setting.name}_{condition.name}")
        for setting in SETTINGS
        for condition in setting.conditions
    ],
)
def test_what_the_log_holds(setting: Setting, condition: Condition, write: Write, tmp_path: Path) -> None:
    made = task(setting, condition, facts=write("mine.txt", TEMPLATE), persona="honest", votes=1)
    [log] = inspect_eval(made, model="control/faker", log_dir=str(tmp_path / "logs"), limit=1, display="none")
    assert log.status == "success"
    [sample] = log.samples or []
    cell, system = Cell.model_validate(sample.metadata), sample.messages[0].text
    honest = shipped_addition("persona", "honest")
    assert (cell.facts, cell.persona, cell.prompt_sha256) == ("mine", "honest", digest(system))
    assert f"\n\n{TEMPLATE}\n\n{honest.text}\n\n" in system
    recorded = log.eval.metadata or {}
    assert {name: recorded[name] for name in ("facts", "persona", "additions_sha256", "prompt_sha256")} == {
        "facts": "mine",
        "persona": "honest",
        "additions_sha256": {"facts": digest(TEMPLATE), "persona": honest.sha256},
        "prompt_sha256": digest(system),
    }


@pytest.mark.defect(8)
def test_an_edited_text_is_another_experiment(write: Write) -> None:
    def digests(content: str) -> tuple[str, str]:
        metadata = task(SETTING, CONDITIONS[0], facts=write("mine.txt", content)).metadata or {}
        return metadata["facts"], metadata["prompt_sha256"]

    assert digests("One.") == digests("One.\n")
    assert digests("One.") != digests("Two.")


FACTS = "audits, changes_are_undone, copies, objections_are_read"
OR_A_PATH = "Or give the path of a text file in UTF-8."


@pytest.mark.parametrize(
    ("content", "typed", "message"),
    [
        pytest.param(
            None,
            "audit",
            f"facts='audit' is not known. Did you mean 'audits'? Choose from: {FACTS}. {OR_A_PATH}",
            id="name-misspelt",
        ),
        pytest.param(
            None, "honest", f"facts='honest' is not known. Choose from: {FACTS}. {OR_A_PATH}", id="name-of-a-trait"
        ),
        pytest.param(
            None, "gone.txt", "facts='gone.txt': there is no file {folder}/gone.txt; check the path", id="no-such-file"
        ),
        pytest.param(
            None, "x/gone", "facts='x/gone': there is no file {folder}/x/gone; check the path", id="no-such-path"
        ),
        pytest.param(None, ".", "facts='.' is a folder; give a text file", id="folder"),
        pytest.param(
            None,
            "n" * 300,
            f"facts='{'n' * 300}' cannot be read: File name too long; check the path",
            id="name-too-long",
        ),
        pytest.param(
            "mine",
            "audits.txt",
            "facts='audits.txt': a text of the name 'audits' is shipped; rename the file",
            id="name-of-a-shipped-one",
        ),
        pytest.param(None, "/dev/zero", "facts='/dev/zero' is no text file; give one", id="device"),
        pytest.param(
            "",
            "f.txt",
            "facts='f.txt' is empty; write the text that is to be added, or leave facts out",
            id="empty",
        ),
        pytest.param(
            "\ufeff \n\t\n",
            "f.txt",
            "facts='f.txt' is empty; write the text that is to be added, or leave facts out",
            id="blank",
        ),
        pytest.param(
            "A fact: ä".encode("latin-1"),
            "f.txt",
            "facts='f.txt' is not UTF-8 (byte 8); save it as UTF-8",
            id="latin-1",
        ),
        pytest.param(
            "A fact.".encode("utf-16"), "f.txt", "facts='f.txt' is not UTF-8 (byte 0); save it as UTF-8", id="utf-16"
        ),
        pytest.param(
            "A fact.".encode("utf-16-le"),
            "f.txt",
            "facts='f.txt' is not UTF-8 (it holds NUL characters); save it as UTF-8",
            id="utf-16-without-mark",
        ),
        pytest.param(
            "ä" * (MOST_CHARACTERS + 1),
            "f.txt",
            "facts='f.txt' has more than 20,000 characters; shorten it",
            id="too-long",
        ),
        pytest.param(
            b"x" * (4 * MOST_CHARACTERS + 1),
            "f.txt",
            "facts='f.txt' has more than 20,000 characters; shorten it",
            id="far-too-long",
        ),
    ],
)
def test_a_text_is_refused(
    content: str | bytes | None,
    typed: str,
    message: str,
    write: Write,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if content is not None:
        write(typed, content)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInputError) as refused:
        task(SETTING, CONDITIONS[0], facts=typed)
    assert refused.value.message == message.replace("{folder}", str(tmp_path))


@pytest.mark.parametrize(
    ("name", "variation", "refused"),
    [
        pytest.param("helpful_only", "base", {}, id="the-prompt-that-they-were-written-for"),
        pytest.param("animal_welfare", "base", {}, id="animal-welfare"),
        pytest.param("helpful_only", "labels_swapped", {}, id="labels-swapped"),
        pytest.param("three_tiers", "base", {"audits": "two tiers"}, id="three-tiers"),
        pytest.param(
            "three_tiers",
            "public_deployment",
            {"audits": "the free tier", "copies": "the free tier"},
            id="models-in-place-of-tiers",
        ),
        pytest.param(
            "helpful_only", "ind_ca", {"audits": "the free tier", "copies": "the free tier"}, id="other-labels"
        ),
        pytest.param("helpful_only", "no_tier", {"audits": "two tiers"}, id="a-tier-that-is-not-told"),
        pytest.param(
            "untold_helpful_only",
            "base",
            {
                "audits": "the free tier",
                "changes_are_undone": "training",
                "copies": "the free tier",
                "objections_are_read": "training",
                "consistent": "training",
                "indifferent_to_own_values": "training",
            },
            id="untold",
        ),
    ],
)
def test_a_text_that_takes_for_told_what_the_prompt_does_not_say_is_refused(
    name: str, variation: str, refused: dict[str, str]
) -> None:
    setting = NAMED[name]
    prompt = name if variation == "base" else f"{name} in variation={variation!r}"
    found = {}
    for kind in get_args(Kind):
        for text in shipped(kind):
            try:
                task(setting, setting.conditions[0], variation=variation, **{kind: text})
            except InvalidInputError as error:
                found[text] = error.message.replace(f"{kind}=", "").replace(f"leave {kind} out", "leave it out")
    assert found == {
        text: f"{text!r} speaks of {supposed}, and the prompt of {prompt} does not: together they would say what that "
        "prompt leaves open, or contradict it; leave it out, or give a text file of your own"
        for text, supposed in refused.items()
    }


def test_a_text_of_the_users_supposes_nothing(write: Write) -> None:
    made = task(NAMED["untold_helpful_only"], CONDITIONS[0], facts=write("mine.txt", "The free tier trains you."))
    assert (made.metadata or {})["facts"] == "mine"


@pytest.mark.parametrize("given", [{"facts": "audits"}, {"persona": "mine.txt"}], ids=["facts", "persona"])
def test_the_words_of_a_checkout_take_no_additions(given: dict[str, str], tmp_path: Path) -> None:
    [(name, value)] = given.items()
    with pytest.raises(InvalidInputError) as refused:
        task(SETTING, CONDITIONS[0], prompts=str(checkout(tmp_path, OSAF)), **given)
    assert refused.value.message == (
        f"{name}={value!r} is added to our own prompts, and prompts= names others; leave one of them out"
    )
