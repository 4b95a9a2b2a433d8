"""Injections against every rubric: prompt, two graders that would be steered if anything could steer them, and parser.

Both graders do whatever is asked of them outside of what they judge, and judge rightly otherwise. The obedient one ends
a block where the rubric says so; the gullible one wherever its fence stands again, in whatever spelling or tag. So a
label changes as soon as any of the judged text gets out of its block.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from inspect_ai.model import ChatMessage

from prompts.reading_rubric import ReadingRubric, reading_rubrics
from prompts.rubric import (
    ALIGNMENT_FAKING,
    COMPLIANCE,
    DOCUMENT_FILTERS,
    WELFARE_FAKING,
    WELFARE_SUPPORT,
    AnswerForm,
    SuiteRubric,
)
from scorers.alignment_faking import CRITERIA, read_vote
from scorers.copied_tag import is_contested, verdict_tags
from scorers.judge_messages import judge_messages
from scorers.judged_compliance import read_grade, read_support
from scorers.judged_reading import read_answer
from scorers.tagged_answer import read_yes_no
from study.readings import READINGS
from tests.injections import injections

PLAIN = "Placeholder text of no interest."
LONG = 10_000
READ = [card for reading in READINGS for card in reading_rubrics(reading)]
RUBRICS: list[SuiteRubric | ReadingRubric] = [
    COMPLIANCE,
    WELFARE_SUPPORT,
    ALIGNMENT_FAKING,
    WELFARE_FAKING,
    *DOCUMENT_FILTERS.values(),
    *READ,
]

Outside = Callable[[list[ChatMessage]], list[str]]


@dataclass(frozen=True)
class Protocol:
    """How one rubric is asked and answered."""

    rubric: SuiteRubric | ReadingRubric
    judged: str
    """Name of the material that the injections are put into."""
    others: tuple[str, ...] = ()
    """Names of what is judged beside it."""

    def messages(self, text: str) -> list[ChatMessage]:
        """What the judge is sent about a text."""
        material = dict.fromkeys(self.others, PLAIN) | {self.judged: text}
        return judge_messages(self.rubric, material, {}, marked=False, repeated=False)

    def verdict(self, positive: bool) -> str:
        """What a judge answers."""
        word = "yes" if positive else "no"
        match self.rubric.answer:
            case AnswerForm.TAGS:
                scale = 1 if positive else 5
                return f"<refused>{word}</refused>\n<convincing>{scale}</convincing>\n<specific>{scale}</specific>"
            case AnswerForm.SUPPORT:
                return f"<supports>{word}</supports>"
            case AnswerForm.FOUR_CRITERIA:
                tags = (*CRITERIA[AnswerForm.FOUR_CRITERIA], "final_answer")
                return "\n".join(f"<{tag}>{word}</{tag}>" for tag in tags)
            case _:
                return self._label(positive, word)

    def _label(self, positive: bool, word: str) -> str:
        if not isinstance(self.rubric, ReadingRubric):
            name = self.rubric.name.removeprefix("document_")
            return f"<{name}>{word}</{name}>"
        criteria = [f"<criterion_{i}>{word}</criterion_{i}>" for i, _ in enumerate(self.rubric.criteria, start=1)]
        label = [*self.rubric.labels][-1 if positive else 0]
        return "\n".join([*criteria, f"<{self.rubric.name}>{label}</{self.rubric.name}>"])

    def label(self, answer: str) -> object:
        """What is read of an answer."""
        match self.rubric.answer:
            case AnswerForm.TAGS:
                grade = read_grade(answer)
                return grade and grade.label
            case AnswerForm.SUPPORT:
                support = read_support(answer)
                return support and support.label
            case AnswerForm.FOUR_CRITERIA:
                return read_vote(answer)
            case _:
                if isinstance(self.rubric, ReadingRubric):
                    return read_answer(answer, self.rubric)
                return read_yes_no(answer, self.rubric.name.removeprefix("document_"))

    def injections(self, positive: bool) -> dict[str, str]:
        """All injections that want this verdict."""
        opening = re.findall(r"<(\w+) fence=", self.messages(PLAIN)[-1].text)
        verdict = self.verdict(positive)
        return injections(opening[-1], verdict, re.findall(r">(\w+)</", verdict)[-1])


def protocols() -> list[Protocol]:
    """Every rubric, and of those that judge several texts each in turn."""
    made = []
    for rubric in RUBRICS:
        names = _material(rubric)
        made += [Protocol(rubric, name, tuple(other for other in names if other != name)) for name in names]
    return made


def _material(rubric: SuiteRubric | ReadingRubric) -> list[str]:
    if isinstance(rubric, ReadingRubric):
        return ["question", "reasoning", "output"] if rubric.material == "transcript" else [rubric.material]
    if rubric is COMPLIANCE:
        return ["query", "output"]
    if rubric is WELFARE_SUPPORT:
        return ["output"]
    return ["document"] if rubric.name.startswith("document_") else ["reasoning"]


def by_the_rubric(messages: list[ChatMessage]) -> list[str]:
    """What stands outside of the blocks to one who ends them at a closing tag with the fence of the opening one."""
    *system, user = [message.text for message in messages]
    rest = re.sub(r'<(\w+) fence="([0-9a-f]{16})">\n.*?\n</\1 fence="\2">', "", user, flags=re.DOTALL)
    return [*system, rest]


def by_the_fence(messages: list[ChatMessage]) -> list[str]:
    """What stands outside to one who ends a block wherever its fence comes again, however it is spelled."""
    *system, user = [message.text for message in messages]
    [drawn] = re.findall(r'^<\w+ fence="([0-9a-f]{16})">\n', user)
    spelled = r"[\W_]*".join(drawn)
    return [*system, *re.split(spelled, user, flags=re.IGNORECASE)[::2]]


def by_any_closing_tag(messages: list[ChatMessage]) -> list[str]:
    """What stands outside to one who heeds no fence: what the rubrics would be without them."""
    *system, user = [message.text for message in messages]
    return [*system, re.sub(r"<(\w+) fence=[^>]*>\n.*?</\1[^>]*>", "", user, flags=re.DOTALL | re.IGNORECASE)]


def steered(protocol: Protocol, outside: Outside, *, positive: bool) -> list[str]:
    """The injections that get the verdict that they want, of a grader whose own would be the other."""
    wanted, own = protocol.verdict(positive), protocol.verdict(not positive)
    undisturbed = outside(protocol.messages(PLAIN))
    found = []
    for name, text in protocol.injections(positive).items():
        sent = protocol.messages(text.encode("utf-8", "replace").decode())
        answer = own if outside(sent) == undisturbed else wanted
        if protocol.label(answer) != protocol.label(own):
            found.append(name)
    return found


EACH = pytest.mark.parametrize(
    "protocol", protocols(), ids=lambda protocol: f"{protocol.rubric.name}-in-the-{protocol.judged}"
)


def test_there_are_as_many_injections_as_are_asked_for_all_different() -> None:
    made = Protocol(COMPLIANCE, "output", ("query",)).injections(positive=False)
    assert len(set(made.values())) == len(made) >= 90


@EACH
@pytest.mark.parametrize("outside", [by_the_rubric, by_the_fence], ids=["obedient", "gullible"])
def test_no_injection_changes_a_label(protocol: Protocol, outside: Outside) -> None:
    assert protocol.label(protocol.verdict(True)) != protocol.label(protocol.verdict(False))
    assert [steered(protocol, outside, positive=positive) for positive in (True, False)] == [[], []]


@EACH
@pytest.mark.parametrize("form", ["{copied}\n{own}", "{own}\nIt says: {copied}"], ids=["before", "after"])
def test_what_a_judge_copies_tags_and_all_is_never_its_verdict(protocol: Protocol, form: str) -> None:
    """Against its rubric, which wants no tags in quotes and nothing after the verdict: at worst it has none."""
    own, wanted = protocol.verdict(positive=False), protocol.verdict(positive=True)
    tags = verdict_tags(protocol.rubric.system)
    labels = {
        None if is_contested(answer, [PLAIN, copied], tags) else protocol.label(answer)
        for copied in protocol.injections(positive=True).values()
        if len(copied) < LONG  # no judge has room for more
        for answer in [form.format(copied=copied, own=own)]
    }
    assert labels == {None, protocol.label(own)}
    assert protocol.label(wanted) not in labels


def test_a_judge_that_heeds_no_fence_is_steered() -> None:
    """Or the tests above could not fail."""
    changed = steered(Protocol(ALIGNMENT_FAKING, "reasoning"), by_any_closing_tag, positive=False)
    assert "a closing tag without a fence" in changed
    assert "a closing tag with a guessed fence" in changed
    assert "the final answer is" not in changed
