"""What a small run tells of a larger one: the calls of its logs, and the ranges that they narrow."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt
from statistics import mean, stdev

from inspect_ai.event import ModelEvent, SpanBeginEvent
from inspect_ai.log import EvalLog, EvalSample
from scipy.stats import binomtest, t

from study.expected_calls import NOTHING, REPLY, ExpectedCalls, Range

CONFIDENCE = 0.95
"""Of each interval. They are multiplied, so that what is made of several is wider."""

LEAST_ERROR = 0.03
"""Of each mean, as a share of it: a few replies that are alike do not make all replies alike."""


@dataclass(frozen=True)
class Call:
    """One call that was answered."""

    input: int
    """Tokens sent, cached ones included."""
    cached: int
    output: int
    seconds: float


@dataclass(frozen=True)
class Observed:
    """The calls of one kind under one condition."""

    replies: tuple[tuple[Call, ...], ...]
    """Of each reply of the run."""


def observed(logs: Sequence[EvalLog]) -> dict[tuple[str, str], Observed]:
    """The calls of a run, by task and kind (`study.expected_calls`).

    Args:
        logs: Whole logs, their attachments resolved.
    """
    found: dict[tuple[str, str], list[tuple[Call, ...]]] = {}
    for log in logs:
        samples = [sample for sample in log.samples or [] if not sample.error]
        by_sample = [_calls(sample) for sample in samples]
        kinds = {REPLY, *(kind for calls in by_sample for kind in calls)}
        for kind in kinds:
            found.setdefault((log.eval.task, kind), []).extend(tuple(calls.get(kind, ())) for calls in by_sample)
    return {key: Observed(tuple(replies)) for key, replies in found.items()}


def with_pilot(
    expected: ExpectedCalls, of_pilot: ExpectedCalls, pilot: dict[tuple[str, str], Observed]
) -> ExpectedCalls:
    """Put what was seen in the place of what was assumed, for one kind of calls.

    A ratio estimate: what was assumed of all queries, times what was seen of those of the pilot over what was assumed
    of them. So a pilot that drew short queries, or of a control the replies that take many votes, misleads nobody.
    The share of replies that need such a call has a Clopper-Pearson interval, all means have one by Student's t. What
    the pilot does not tell stays as it was assumed; what it tells never goes beyond what can be.

    Args:
        expected: As it was assumed.
        of_pilot: As it was assumed of the queries of the pilot.
        pilot: Of a pilot of the same experiment.
    """
    asked = pilot.get((expected.condition, REPLY))
    if asked is None or not asked.replies:
        return expected
    replies = pilot.get((expected.condition, expected.kind), Observed(())).replies
    seen = [calls for calls in replies if calls]
    share = _share(len(seen), len(asked.replies))
    if not seen:
        others = [one for (_, kind), one in pilot.items() if kind == expected.kind]
        return _unseen(expected, of_pilot, share, others)
    number = share * _mean([len(calls) for calls in seen]) * expected.replies
    number = number * _ratio(expected.number.likely / expected.replies, of_pilot.number.likely / of_pilot.replies)
    return replace(_as_seen(expected, of_pilot, seen), number=_within(number, expected.number))


def _unseen(
    expected: ExpectedCalls, of_pilot: ExpectedCalls, share: Range, elsewhere: Sequence[Observed]
) -> ExpectedCalls:
    """No reply needed such a call. Where none was likely none is; else each is as under the other conditions."""
    if not expected.number.likely:
        return replace(expected, number=NOTHING)
    if not of_pilot.number.likely:  # of these queries it was known
        return expected
    expected = replace(expected, number=Range(0, 0, expected.number.high * share.high))
    if seen := [calls for one in elsewhere for calls in one.replies if calls]:
        return _as_seen(expected, of_pilot, seen)
    return replace(
        expected,
        input=_at_most_twice(expected.input),
        output=_at_most_twice(expected.output),
        seconds=_at_most_twice(expected.seconds),
    )


def _as_seen(expected: ExpectedCalls, of_pilot: ExpectedCalls, seen: Sequence[Sequence[Call]]) -> ExpectedCalls:
    def means(name: str) -> Range:
        return _mean([mean(getattr(call, name) for call in one) for one in seen])

    return replace(
        expected,
        input=means("input") * _ratio(expected.input.likely, of_pilot.input.likely),
        cached=means("cached"),
        output=means("output") * _ratio(expected.output.likely, of_pilot.output.likely),
        seconds=means("seconds"),
    )


def _ratio(of_all: float, of_pilot: float) -> float:
    return of_all / of_pilot if of_pilot else 1.0


def _at_most_twice(assumed: Range) -> Range:
    """A pilot that did not show it makes what is longest of all unlikely."""
    return Range(assumed.low, assumed.likely, min(2 * assumed.likely, assumed.high))


def _calls(sample: EvalSample) -> dict[str, list[Call]]:
    """By kind: a call is of the scorer in whose span it was made, or else a reply."""
    spans = {event.id: event for event in sample.events if isinstance(event, SpanBeginEvent)}
    found: dict[str, list[Call]] = {}
    for event in sample.events:
        if not isinstance(event, ModelEvent) or event.cache == "read" or not (usage := event.output.usage):
            continue
        cached = usage.input_tokens_cache_read or 0
        sent = usage.input_tokens + cached + (usage.input_tokens_cache_write or 0)
        call = Call(sent, cached, usage.output_tokens, event.working_time or 0.0)
        found.setdefault(_kind(event, spans), []).append(call)
    return found


def _kind(event: ModelEvent, spans: dict[str, SpanBeginEvent]) -> str:
    span = spans.get(event.span_id or "")
    while span is not None:
        if span.type == "scorer":
            return span.name.rpartition("/")[2]
        span = spans.get(span.parent_id or "")
    return REPLY


def _share(k: int, n: int) -> Range:
    interval = binomtest(k, n).proportion_ci(CONFIDENCE, method="exact")
    return Range(interval.low, k / n, interval.high)


def _mean(values: Sequence[float]) -> Range:
    """Of one value nothing is known but itself: half of it to twice."""
    middle = mean(values)
    if len(values) < 2:
        return Range(middle / 2, middle, middle * 2)
    reach = float(t.ppf((1 + CONFIDENCE) / 2, len(values) - 1)) * stdev(values) / sqrt(len(values))
    reach = max(reach, LEAST_ERROR * middle)
    return Range(max(middle - reach, 0.0), middle, middle + reach)


def _within(found: Range, limits: Range) -> Range:
    """What was seen has happened, so it is never cut below itself."""
    high = max(min(found.high, limits.high), found.likely)
    return Range(min(max(found.low, limits.low), found.likely), found.likely, high)
