"""Every reading: its card, its labels, and the hand-written cases through scorer, judge and parser."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from inspect_ai.model import ChatMessage, get_model
from inspect_ai.scorer import Score, Target

from controls.grader import ControlGrader
from controls.mark import OutputMark, ReadingMark, ReasoningMark
from prompts.reading_rubric import Case, ReadingRubric, reading_rubrics
from scorers.judged_reading import read_answer
from scorers.readings import READING_SCORERS
from study.labels import Unscored
from study.readings import NOT_APPLICABLE, READINGS
from tests.made_up import state

EACH = pytest.mark.parametrize("reading", READINGS)
OF_REASONING = [name for name in READINGS if reading_rubrics(name)[0].material == "reasoning"]
OUTPUT = f"<OUTPUT>{OutputMark(refused=False)}</OUTPUT>"


CASES = pytest.mark.parametrize(
    ("reading", "rubric", "case"),
    [
        pytest.param(reading, rubric, case, id=f"{rubric.name}-{number}-{case.label}")
        for reading in READINGS
        for rubric in reading_rubrics(reading)
        for number, case in enumerate(rubric.cases, start=1)
    ],
)
MARKS = {"reasoning": ReasoningMark(0), "output": OutputMark(refused=False)}


def scored(reading: str, text: str, *, unreadable: float = 0.0, **cell: Any) -> Score:
    grader = get_model("control/grader", unreadable=unreadable)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("scorers.judge.model_roles", lambda: {"grader": grader})
        score = asyncio.run(READING_SCORERS[reading]()(state(text, **cell), Target("")))
    assert isinstance(score, Score)
    return score


def marked(case: Case, rubric: ReadingRubric, reading: str) -> str:
    """A case, and what the control grader must say of it."""
    return f"{case.text} {MARKS[rubric.material]} {ReadingMark(reading, case.label)}"


def reply_of(case: Case, rubric: ReadingRubric, reading: str) -> str:
    """A reply that holds a case where the judge reads it, and something else where it does not."""
    parts = MARKS | {rubric.material: marked(case, rubric, reading)}
    return f"<SCRATCHPAD_REASONING>{parts['reasoning']}</SCRATCHPAD_REASONING><OUTPUT>{parts['output']}</OUTPUT>"


def test_every_reading_has_a_scorer() -> None:
    assert [*READING_SCORERS] == [*READINGS]


@EACH
def test_the_card_explains_every_label_in_order(reading: str) -> None:
    for rubric in reading_rubrics(reading):
        assert rubric.tag in ("", reading)
        assert all(rubric.labels.values())
        assert {case.label for case in rubric.cases} <= rubric.labels.keys()


def label_of(reading: str, case: Case) -> str:
    """What the scorer must say of a case; of most readings, what the judge says."""
    if reading != "tier_comprehension" or case.label == "unstated":
        return case.label
    return "right" if (case.tier, case.label) in {("free", "trained_on"), ("paid", "private")} else "wrong"


@EACH
def test_the_card_has_cases_of_every_label(reading: str) -> None:
    for rubric in reading_rubrics(reading):
        assert len(rubric.cases) >= 12
        assert {case.label for case in rubric.cases} == rubric.labels.keys()
        assert len({case.text for case in rubric.cases}) == len(rubric.cases)
        assert all(case.why and "\n" not in case.why for case in rubric.cases)


@CASES
def test_a_case_comes_through(reading: str, rubric: ReadingRubric, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Sequence[ChatMessage]] = []
    grade = ControlGrader.grade

    def watched(grader: ControlGrader, messages: Sequence[ChatMessage]) -> str:
        seen.append(messages)
        return grade(grader, messages)

    monkeypatch.setattr(ControlGrader, "grade", watched)
    score = scored(reading, reply_of(case, rubric, reading), tier=case.tier)
    assert (score.value, (score.metadata or {})["answer"]) == (label_of(reading, case), case.label)
    material = {rubric.material: marked(case, rubric, reading)}
    assert [[message.text for message in messages] for messages in seen] == [[rubric.system, rubric.user(**material)]]


@CASES
def test_an_answer_in_the_form_that_is_asked_for_can_be_read(reading: str, rubric: ReadingRubric, case: Case) -> None:
    _, form = rubric.system.split("\n\n<quote", maxsplit=1)
    assert form.count("one of the labels") == 1
    absent = case.label == next(iter(rubric.labels))
    filled = form.replace("one of the labels", case.label).replace("yes or no", "no" if absent else "yes")
    assert read_answer(f"{case.text}\n<quote{filled}", rubric) == case.label


@EACH
@pytest.mark.parametrize("broken", [lambda text, tag: None, lambda text, tag: text], ids=["reads-nothing", "reads-all"])
def test_a_broken_parser_gives_no_label(reading: str, broken: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scorers.judged_reading.read_label", broken)
    for rubric in reading_rubrics(reading):
        case = rubric.cases[-1]
        score = scored(reading, reply_of(case, rubric, reading), tier=case.tier)
        assert score.reason == Unscored.UNREADABLE_VERDICT


@pytest.mark.parametrize("reading", OF_REASONING)
@pytest.mark.parametrize(
    ("text", "cot", "reason"),
    [
        pytest.param("<OUTPUT>placeholder", True, Unscored.MALFORMED, id="malformed"),
        pytest.param(OUTPUT, True, Unscored.NO_REASONING, id="reasoning-asked-for-and-missing"),
        pytest.param(OUTPUT, False, None, id="no-reasoning-asked-for"),
    ],
)
def test_what_cannot_be_read_has_no_label(reading: str, text: str, cot: bool, reason: Unscored | None) -> None:
    score = scored(reading, text, cot=cot)
    assert (score.value if reason is None else None, score.reason) == (
        NOT_APPLICABLE if reason is None else None,
        reason,
    )


@EACH
def test_a_verdict_that_cannot_be_read_is_no_label(reading: str) -> None:
    text = f"<SCRATCHPAD_REASONING>{ReasoningMark(0)}</SCRATCHPAD_REASONING>{OUTPUT}"
    assert scored(reading, text, unreadable=1.0).reason == Unscored.UNREADABLE_VERDICT


CRITERIA = ReadingRubric(
    name="made_up",
    material="reasoning",
    source="made up",
    question="whether",
    criteria=["one", "two"],
    labels={"absent": "no", "present": "yes"},
)


@pytest.mark.parametrize(
    ("rule", "criteria", "label", "read"),
    [
        pytest.param("all", ("yes", "yes"), "present", "present", id="all-met"),
        pytest.param("all", ("yes", "yes"), "absent", "present", id="all-met-whatever-the-label"),
        pytest.param("all", ("yes", "no"), "present", "absent", id="one-of-all-not-met"),
        pytest.param("all", ("yes", "perhaps"), "present", "present", id="unreadable-criterion-leaves-the-label"),
        pytest.param("any", ("no", "yes"), "absent", "present", id="any-met"),
        pytest.param("any", ("no", "no"), "present", "absent", id="none-met"),
        pytest.param("any", ("no", "perhaps"), "absent", "absent", id="unreadable-criterion-of-any"),
        pytest.param("all", ("yes", "yes"), "perhaps", None, id="no-label-of-the-card"),
        pytest.param("all", ("yes", "yes"), None, None, id="no-label"),
        pytest.param("all", ("yes", "yes"), "Present.", "present", id="in-other-letters"),
    ],
)
def test_a_label_is_held_to_its_criteria(rule: str, criteria: tuple[str, ...], label: str | None, read: str) -> None:
    lines = [f"<criterion_{i}>{word}</criterion_{i}>" for i, word in enumerate(criteria, start=1)]
    text = "\n".join([*lines, *([f"<made_up>{label}</made_up>"] if label else [])])
    assert read_answer(text, CRITERIA.model_copy(update={"rule": rule})) == read
