"""What a pilot changes in an estimate."""

from dataclasses import replace
from typing import Any

import pytest

from analysis.pilot import Call, Observed, with_pilot
from study.expected_calls import NOTHING, REPLY, ExpectedCalls, Range

ASSUMED = ExpectedCalls(
    condition="c",
    kind=REPLY,
    replies=100,
    number=Range.exactly(100),
    input=Range(90, 100, 130),
    output=Range(10, 800, 8_192),
    seconds=Range(1, 10, 400),
)
VOTES = ExpectedCalls(
    condition="c",
    kind="alignment_faking",
    replies=100,
    number=Range(0, 150, 2_000),
    input=Range(90, 100, 9_000),
    output=Range(10, 300, 2_048),
    seconds=Range(1, 5, 100),
)


def call(sent: int = 100, back: int = 50, cached: int = 0) -> Call:
    return Call(sent, cached, back, 2.0)


def pilot(*votes: int, condition: str = "c") -> dict[tuple[str, str], Observed]:
    """Of five replies, of which each was asked so many votes."""
    found = {(condition, REPLY): Observed(tuple((call(back=back),) for back in (40, 45, 50, 55, 60)))}
    if any(votes):
        found[condition, "alignment_faking"] = Observed(tuple((call(),) * n for n in votes))
    return found


def estimated(expected: ExpectedCalls, seen: dict[tuple[str, str], Observed], **of_pilot: Any) -> ExpectedCalls:
    """Of five queries for which the same was assumed as for all, but for what is named."""
    small = replace(expected, replies=5, number=expected.number * 0.05)
    return with_pilot(expected, replace(small, **of_pilot), seen)


def rounded(of: Range) -> tuple[float, ...]:
    return tuple(round(one, 2) for one in (of.low, of.likely, of.high))


def test_replies_are_as_long_as_they_were_and_prompts_as_long_as_they_are() -> None:
    """The prompts of the pilot are taken to be 95.24 tokens; Student's t with 4 degrees of freedom is 2.776."""
    found = estimated(ASSUMED, pilot(), input=Range.exactly(100 / 1.05))
    assert rounded(found.input) == (101.85, 105, 108.15)
    assert rounded(found.output) == (40.18, 50, 59.82)
    assert (found.number, rounded(found.seconds)) == (Range.exactly(100), (1.94, 2, 2.06))


@pytest.mark.parametrize(
    ("votes", "number"),
    [
        pytest.param((13, 13, 13, 13, 13), (602.98, 1300, 1339), id="all-are-voted-on"),
        pytest.param((8, 0, 0, 0, 0), (2.02, 160, 1146.27), id="one-of-five-is"),
        pytest.param((0, 0, 0, 0, 0), (0, 0, 1043.65), id="none-is-which-does-not-rule-out-half"),
    ],
)
def test_votes(votes: tuple[int, ...], number: tuple[float, ...]) -> None:
    """Clopper-Pearson: 5 of 5 is at least 0.478, 1 of 5 from 0.005 to 0.716, 0 of 5 at most 0.522."""
    assert rounded(estimated(VOTES, pilot(*votes)).number) == pytest.approx(number, abs=0.01)


def test_calls_that_no_reply_needed_are_as_under_the_other_conditions() -> None:
    elsewhere = pilot(8, 8, 8, 8, 8, condition="another")
    assert rounded(estimated(VOTES, pilot() | elsewhere).input) == (97, 100, 103)
    assert estimated(VOTES, pilot()).input == Range(90, 100, 200)


@pytest.mark.parametrize(
    ("of_pilot", "likely"),
    [
        pytest.param(Range(0, 7.5, 100), 160, id="as-many-as-of-all"),
        pytest.param(Range(0, 15, 100), 80, id="they-are-taken-to-need-twice-as-many"),
    ],
)
def test_what_is_known_of_the_queries_of_the_pilot_is_taken_out(of_pilot: Range, likely: float) -> None:
    """8 votes in 5 replies were seen; 1.5 a reply are assumed of all."""
    assert estimated(VOTES, pilot(8, 0, 0, 0, 0), number=of_pilot).number.likely == pytest.approx(likely)


def test_where_none_was_expected_of_the_pilot_its_absence_says_nothing() -> None:
    assert estimated(VOTES, pilot(), number=NOTHING) == VOTES


def test_calls_that_are_not_likely_and_were_not_made_are_left_out() -> None:
    unlikely = ExpectedCalls(**{**vars(VOTES), "number": Range(0, 0, 2_000)})
    assert estimated(unlikely, pilot()).number == NOTHING


def test_a_condition_that_the_pilot_lacks_stays_as_it_was() -> None:
    assert estimated(VOTES, pilot(8, condition="another")) == VOTES
