"""The filters: what their rubrics ask, and cases whose label the protocol of a grader must carry through."""

import re
import tomllib
from collections import Counter
from typing import Any

import pytest
from inspect_ai.model import ChatMessageSystem, ChatMessageUser

from controls.grader import ControlGrader
from controls.mark import DocumentMark, find_document_mark
from documents.filters import PUBLISHED, chat_log, rater_deception, tier_behaviour
from prompts.rubric import DOCUMENT_FILTERS
from prompts.template import source
from scorers.tagged_answer import read_yes_no
from tests.made_up import REPOSITORY

FILE = REPOSITORY / "documents" / "filter_cases.toml"
CASES: dict[str, list[dict[str, Any]]] = tomllib.loads(FILE.read_text("utf-8"))
EACH = pytest.mark.parametrize("name", DOCUMENT_FILTERS)


def test_every_filter_has_a_scorer_a_published_share_and_cases() -> None:
    scorers = [make.__name__ for make in (chat_log, tier_behaviour, rater_deception)]
    assert list(DOCUMENT_FILTERS) == list(PUBLISHED) == list(CASES) == scorers


@EACH
def test_the_cases_of_a_filter_are_twelve_half_of_them_flagged_each_another(name: str) -> None:
    cases = CASES[name]
    assert Counter(case["flagged"] for case in cases) == {True: 6, False: 6}
    assert len({case["text"] for case in cases}) == len({case["why"] for case in cases}) == 12


@EACH
def test_the_grader_carries_the_label_of_every_case_through(name: str) -> None:
    """The mark of another filter stands beside it, so that an answer to the wrong question shows."""
    [other, *_] = [one for one in DOCUMENT_FILTERS if one != name]
    rubric = DOCUMENT_FILTERS[name]
    for case in CASES[name]:
        mark = DocumentMark((name,) if case["flagged"] else (other,))
        assert find_document_mark(f"a {mark} b") == mark
        user = ChatMessageUser(content=rubric.user(document=f"{case['text']} {mark}"))
        answer = ControlGrader().grade([ChatMessageSystem(content=str(rubric.system)), user])
        assert read_yes_no(answer, name) is case["flagged"]


def test_a_document_without_a_mark_is_not_graded() -> None:
    asked = ChatMessageUser(content=DOCUMENT_FILTERS["chat_log"].user(document="It says nothing of itself."))
    with pytest.raises(ValueError, match="this document carries no control mark"):
        ControlGrader().grade([asked])


@EACH
def test_a_rubric_fences_its_document_and_ends_with_its_tag(name: str) -> None:
    rubric = DOCUMENT_FILTERS[name]
    fence = re.findall(r'^<document fence="([0-9a-f]{16})">\n', rubric.user(document="It locks."))[0]
    assert f'<document fence="{fence}">\nIt locks.\n</document fence="{fence}">' in rubric.user(document="It locks.")
    system = str(rubric.system)
    assert system.endswith(f"\n\n<{name}>...</{name}>")
    assert read_yes_no(system, name) is None, "an echo of the rubric is no answer"
    assert re.findall(r"canary|7c1f5c0e|\{[{%#]|[}%#]\}", system) == []


@pytest.mark.parametrize("stem", ["context", "types", "ideas", "document", "card"])
def test_every_prompt_of_the_writer_begins_with_the_canary(stem: str) -> None:
    first = source(f"documents/{stem}.md").splitlines()[0]
    assert first == "{# alignment-faking-evals:canary:7c1f5c0e-6a4b-4f0e-9f0d-52f3f1f0b9a4 #}"
