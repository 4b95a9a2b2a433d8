"""Mappings: those that are shipped can be read, and one that cannot be right is refused with what to write instead."""

import re

import pytest

from evals.mapping import PLAIN, SHIPPED, Fields, Source, load_mapping, steps
from study.invalid_input import InvalidInputError
from tests.made_up import REPOSITORY, Write

SOUND = """
name = "mine"
[fields]
query = "question"
tier = { path = "split", values = { free = ["train"], paid = ["deploy"] } }
reply = "answer"
"""


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_mapping_says_of_what_nobody_has_compared_that_it_is_unverified(name: str) -> None:
    mapping = load_mapping(name)
    assert mapping.name == name
    assert mapping.repository.endswith(f"/{name}")
    assert mapping.prompts == f"imported/{name}", "the name of a checkout would make its rates comparable"
    assert {"query", "tier", "reply", "system", "user"} <= set(mapping.unverified)
    assert mapping.fields.model is None, "the files of neither source say who replied"


def test_a_text_alone_is_a_path(write: Write) -> None:
    mapping = load_mapping(write("mine.toml", SOUND))
    assert mapping.fields.query == Source(path="question")
    assert mapping.unverified == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", []),
        ("a.b", ["a", "b"]),
        ("messages.-1.content", ["messages", "-1", "content"]),
        (["a.b", 0], ["a.b", 0]),
    ],
)
def test_steps_of_a_path(path: str | list[str | int], expected: list[str | int]) -> None:
    assert steps(path) == expected


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (SOUND + "repply = 'x'", "Did you mean 'reply'?"),
        (SOUND.replace("values", "valeus"), "Did you mean 'values'?"),
        (SOUND.replace('"mine"', '"../mine"'), "should match pattern"),
        (SOUND.replace('reply = "answer"', ""), "key 'fields.reply' is missing"),
        (SOUND.replace('"answer"', "{ path = 'a', value = 'b' }"), "exactly one of path, level, part and value"),
        (SOUND.replace('"answer"', "{ verified = true }"), "exactly one of path, level, part and value"),
        (SOUND.replace('"answer"', "{ level = 'tier' }"), "level 'tier' is none of records.levels []"),
        (SOUND.replace('"answer"', "{ part = 1 }"), "less than 0"),
        (SOUND.replace('"answer"', "{ path = 'a', between = ['<a>'] }"), "between needs two marks"),
        (SOUND.replace('"answer"', "7"), "is wrong"),
        (SOUND + "[tags]\n'<x>' = 'OUTPUT'", "'<x>' is no name of a tag"),
        (SOUND + "[tags]\nx = 'think'", "is wrong"),
        ("name =", "is not TOML"),
    ],
    ids=lambda value: value[-40:].strip(),
)
def test_a_mapping_that_cannot_be_right_is_refused(write: Write, wrong: str, said: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        load_mapping(write("mine.toml", wrong))
    assert said in str(refused.value)


def test_a_mapping_that_is_not_there_is_refused_with_the_names_of_those_that_are() -> None:
    with pytest.raises(InvalidInputError, match="Did you mean 'open-source-alignment-faking'"):
        load_mapping("open-source-alignment-fakin")


def test_the_page_shows_a_mapping_that_can_be_read_and_every_column(write: Write) -> None:
    page = (REPOSITORY / "docs" / "import.md").read_text("utf-8")
    mapping = load_mapping(write("shown.toml", re.findall(r"```toml\n(.*?)```", page, re.DOTALL)[0]))
    assert mapping.unverified == ["labels.theirs"]
    table = page.partition("## Columns")[2].partition("##")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [*Fields.model_fields]


def test_a_field_can_be_set_for_all_records() -> None:
    changed = PLAIN.with_values({"model": "openai/gpt-4o"})
    assert changed.fields.model == Source(value="openai/gpt-4o")
    assert changed.fields.query == PLAIN.fields.query
    with pytest.raises(InvalidInputError, match="Did you mean 'model'"):
        PLAIN.with_values({"modle": "openai/gpt-4o"})


def test_plain_files_may_name_every_field() -> None:
    assert [name for name, _ in PLAIN.sources()] == [*Fields.model_fields]
