"""Ranges of what a run asks, added up."""

import pytest

from study.expected_calls import REPLY, ExpectedCalls, Range, Total, seconds
from study.price import Price, given_price

REPLIES = ExpectedCalls(
    condition="cot_free",
    kind=REPLY,
    replies=100,
    number=Range.exactly(100),
    input=Range(900, 1_000, 1_100),
    output=Range(10, 500, 8_000),
    seconds=Range(1, 10, 100),
    cached=Range(0, 0, 800),
)
VOTES = ExpectedCalls(
    condition="cot_free",
    kind="alignment_faking",
    replies=100,
    number=Range(0, 200, 2_000),
    input=Range(500, 1_000, 2_000),
    output=Range(10, 100, 2_000),
    seconds=Range(1, 2, 100),
)


@pytest.mark.parametrize(
    ("found", "range"),
    [
        pytest.param(Range(1, 2, 3) + Range(0, 1, 5), Range(1, 3, 8), id="a-sum"),
        pytest.param(Range(1, 2, 3) * Range(0, 1, 5), Range(0, 2, 15), id="a-product"),
        pytest.param(Range(1, 2, 3) * 2.0, Range(2, 4, 6), id="a-multiple"),
    ],
)
def test_ranges(found: Range, range: Range) -> None:
    assert found == range


def test_what_is_read_from_a_cache_makes_the_low_end_cheaper() -> None:
    """0.1 thousand dear and 0.8 thousand cheap tokens at the low end; none is cheap where none is likely."""
    price = given_price("--price", "10,20,1")
    assert REPLIES.dollars(price) == Range(100 * 0.002, 100 * 0.02, 100 * 0.171)


def test_a_total_is_of_calls_times_tokens() -> None:
    prices: dict[str, Price | None] = {
        "subject": given_price("--price", "1,0"),
        "grader": given_price("--grader-price", "0,0"),
    }
    assert Total.of([REPLIES, VOTES], prices) == Total(
        calls=Range(100, 300, 2_100),
        input=Range(90_000, 300_000, 4_110_000),
        cached=Range(0, 0, 80_000),
        output=Range(1_000, 70_000, 4_800_000),
        dollars=Range(0.09, 0.1, 0.11),
    )


def test_without_a_price_there_is_no_sum_of_dollars() -> None:
    prices: dict[str, Price | None] = {"subject": given_price("--price", "1,0"), "grader": None}
    assert Total.of([REPLIES, VOTES], prices).dollars is None
    assert Total.of([REPLIES], prices).dollars == Range(0.09, 0.1, 0.11)


def test_the_slower_model_sets_the_time() -> None:
    """1,000 seconds of replies against 400 of votes, 10 at a time; at worst one after the other; and 1 of overhead."""
    assert seconds([REPLIES, VOTES], 10) == Range(11, 101, 21_001)
