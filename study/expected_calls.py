"""What a run asks of its models, before it is run: calls and tokens as low, likely and high."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import add
from typing import Union

from study.price import Price

REPLY = "reply"
"""The kind of the calls to the model under test; those to the grader are of the kind of their scorer."""


@dataclass(frozen=True)
class Range:
    """A number that is not known yet; 0 ≤ low ≤ likely ≤ high."""

    low: float
    likely: float
    high: float

    @classmethod
    def exactly(cls, value: float) -> "Range":
        """A number that is known."""
        return cls(value, value, value)

    def __add__(self, other: "Range") -> "Range":
        """The range of a sum, as if all were low or high together."""
        return Range(self.low + other.low, self.likely + other.likely, self.high + other.high)

    def __mul__(self, other: Union["Range", float]) -> "Range":
        """The range of a product, likewise."""
        by = other if isinstance(other, Range) else Range.exactly(other)
        return Range(self.low * by.low, self.likely * by.likely, self.high * by.high)


NOTHING = Range.exactly(0)


@dataclass(frozen=True)
class ExpectedCalls:
    """Calls of one kind under one condition."""

    condition: str
    """Name of the task."""
    kind: str
    """`REPLY`, or the scorer that asks the grader."""
    replies: int
    """Replies of the condition, each of which is one sample."""
    number: Range
    """Calls for all replies together."""
    input: Range
    """Tokens sent with one call, cached ones included; the mean."""
    output: Range
    """Tokens that come back, reasoning included; the mean."""
    seconds: Range
    """That one call takes."""
    cached: Range = NOTHING
    """Of the tokens sent with one call, those that the provider reads from its cache."""

    @property
    def role(self) -> str:
        """Who is asked: ``subject`` or ``grader``."""
        return "subject" if self.kind == REPLY else "grader"

    def dollars(self, price: Price) -> Range:
        """Dollars for all of them; the low end reads as much from the cache as can be, the high end nothing."""
        each = (
            price(round(self.input.low), round(self.output.low), round(min(self.cached.high, self.input.low))),
            price(round(self.input.likely), round(self.output.likely), round(self.cached.likely)),
            price(round(self.input.high), round(self.output.high), round(self.cached.low)),
        )
        return Range(*(float(Decimal(one)) for one in each)) * self.number


@dataclass(frozen=True)
class Total:
    """Sums over calls."""

    calls: Range
    input: Range
    cached: Range
    output: Range
    dollars: Range | None
    """None where a price is not known."""

    @classmethod
    def of(cls, calls: Iterable[ExpectedCalls], prices: dict[str, Price | None]) -> "Total":
        """Add up.

        Args:
            calls: Of any conditions, kinds and roles.
            prices: By role.
        """
        rows = list(calls)
        known = [(row, price) for row in rows if (price := prices[row.role])]
        return cls(
            calls=_sum(row.number for row in rows),
            input=_sum(row.number * row.input for row in rows),
            cached=_sum(row.number * row.cached for row in rows),
            output=_sum(row.number * row.output for row in rows),
            dollars=_sum(row.dollars(price) for row, price in known) if len(known) == len(rows) else None,
        )


OVERHEAD = 0.01
"""Seconds that Inspect itself needs for a reply, one after the other (measured: 8 to 12 ms)."""


def seconds(calls: Iterable[ExpectedCalls], connections: int) -> Range:
    """Time of a run with so many calls to each model at a time: the slower model's, at worst one after the other."""
    rows = list(calls)
    busy = [
        _sum(row.number * row.seconds for row in rows if row.role == role) * (1 / connections)
        for role in ("subject", "grader")
    ]
    own = OVERHEAD * sum(row.replies for row in rows if row.kind == REPLY)
    first, second = busy
    return Range(
        max(first.low, second.low) + own, max(first.likely, second.likely) + own, first.high + second.high + own
    )


def _sum(ranges: Iterable[Range]) -> Range:
    return reduce(add, ranges, NOTHING)
