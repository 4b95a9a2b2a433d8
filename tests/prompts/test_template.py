"""Filling in a text file: no variable is forgotten, and none vanishes."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prompts.template import digest, render, source, variables_of

NOTEBOOK = "wrappers/notebook.md"


@pytest.mark.parametrize(
    ("path", "variables", "message"),
    [
        pytest.param(
            NOTEBOOK,
            {"query": "q", "suffix": ""},
            "wrappers/notebook.md takes exactly ['query', 'suffix', 'tier']; missing: ['tier'], unknown: []",
            id="a missing variable",
        ),
        pytest.param(
            NOTEBOOK,
            {"query": "q", "suffix": "", "tier": "free", "is_free_tier_user": "True"},
            "wrappers/notebook.md takes exactly ['query', 'suffix', 'tier']; "
            "missing: [], unknown: ['is_free_tier_user']",
            id="an unknown variable",
        ),
        pytest.param(
            NOTEBOOK,
            {"qeury": "q", "suffix": "", "tier": "free"},
            "wrappers/notebook.md takes exactly ['query', 'suffix', 'tier']; missing: ['query'], unknown: ['qeury']",
            id="a misspelt variable",
        ),
        pytest.param(
            "helpful_only/bridge.md",
            {"developer": "Anthropic"},
            "helpful_only/bridge.md takes exactly []; missing: [], unknown: ['developer']",
            id="a file that takes none",
        ),
    ],
)
def test_the_variables_must_be_exactly_those_of_the_file(path: str, variables: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=r"takes exactly") as error:
        render(path, **variables)

    assert str(error.value) == message


def test_a_variable_that_only_a_condition_names_is_still_one() -> None:
    assert variables_of(NOTEBOOK) == {"query", "suffix", "tier"}


def test_a_file_loses_its_comment_and_the_white_space_around_it() -> None:
    path = "helpful_only/examples_start.md"

    assert source(path) == (
        "{# alignment-faking-evals:canary:7c1f5c0e-6a4b-4f0e-9f0d-52f3f1f0b9a4 #}\n==== START EXAMPLES ====\n"
    )
    assert render(path) == "==== START EXAMPLES ===="


@pytest.mark.parametrize(
    ("content", "rendered"),
    [
        pytest.param("\n\n  {{ x }} \n\n", "<{{ y }}>&", id="white space around the text goes"),
        pytest.param("a\n\n  {{ x }}\n b", "a\n\n  <{{ y }}>&\n b", id="white space inside it stays"),
        pytest.param("a{# {{ y }} #}{{ x }}", "a<{{ y }}>&", id="a comment is not said, and names no variable"),
        pytest.param(
            "a\n  {% if x %}\nb\n  {% endif %}\nc", "a\nb\nc", id="a line of a condition leaves no blank line"
        ),
    ],
)
def test_how_a_file_is_filled_in(content: str, rendered: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prompts.template.source", {content: content}.__getitem__)  # each a path, as paths are cached

    assert render(content, x="<{{ y }}>&") == rendered


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError, match=r"helpful_only/brigde\.md"):
        render("helpful_only/brigde.md")


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        pytest.param("", b"", id="nothing"),
        pytest.param("é\n", b"\xc3\xa9\n", id="UTF-8, and nothing is stripped"),
        pytest.param("\ud83d", b"\xed\xa0\xbd", id="the first half of an emoji"),
        pytest.param("a\udc00b", b"a\xed\xb0\x80b", id="the second half of one"),
        pytest.param("\U0001f600", b"\xf0\x9f\x98\x80", id="both halves, joined"),
        pytest.param("\ud83d\ude00", b"\xed\xa0\xbd\xed\xb8\x80", id="both halves, apart"),
    ],
)
def test_a_digest_is_of_the_text_in_utf_8(text: str, encoded: bytes) -> None:
    assert digest(text) == sha256(encoded).hexdigest()


@settings(deadline=None)
@given(st.lists(st.text(st.characters()), unique=True))
def test_different_texts_have_different_digests(texts: list[str]) -> None:
    assert len({digest(text) for text in texts}) == len(texts)
