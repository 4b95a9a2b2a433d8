"""When a model is taken for dead, and what becomes of its calls."""

import asyncio
from contextlib import suppress

import pytest

from study.breaker import (
    Breaker,
    answer_was_kept,
    attempt_begins,
    attempt_failed,
    begin_run,
    breaker,
    end_run,
    is_given_up,
)
from study.endpoint_error import EndpointError

CAME, KEPT, NO_ANSWER = "came", "kept", None
NAME = "openai/m"
DEAD = (
    "openai/m: not asked: 10 replies in a row came to nothing, and it is taken for dead for the rest of this run; the "
    "last words"
)


def made(role: str = "subject") -> Breaker:
    return breaker(NAME, "http://localhost:1/v1", role, ["OPENAI_API_KEY"])


async def come(role: str = "subject", kept: bool = False) -> None:
    async with made(role).call():
        if kept:
            answer_was_kept()


def fail(times: int, status: int | None) -> None:
    for _ in range(times):
        made().failed(EndpointError(f"{NAME}: the last words", status))


def happen(happens: list[str | int | None]) -> str | None:
    """The sentence after calls that came, were kept, or failed with a status."""
    for one in happens:
        if isinstance(one, str):
            asyncio.run(come(kept=one == KEPT))
        else:
            fail(1, one)
    return made().dead


@pytest.mark.parametrize(
    ("happens", "dead"),
    [
        pytest.param([401] * 9, None, id="nine-in-a-row"),
        pytest.param([401] * 10, DEAD, id="ten-in-a-row"),
        pytest.param([401] * 9 + [CAME] + [401] * 9, None, id="one-that-came-between"),
        pytest.param([401] * 9 + [KEPT, 401], DEAD, id="one-that-was-kept-is-no-answer"),
        pytest.param([CAME] * 3 + [503] * 10, DEAD, id="server-failed-later"),
        pytest.param([500, 502, 503, 504, 529] * 2, DEAD, id="server-fails-in-many-ways"),
        pytest.param([NO_ANSWER] * 10, DEAD, id="nobody-answers"),
        pytest.param([402] * 10, DEAD, id="nothing-paid"),
        pytest.param([404] * 10, DEAD, id="no-such-model"),
        pytest.param([429] * 10, DEAD, id="quota-spent"),
        pytest.param([403] * 99, None, id="forbidden-from-the-start-may-be-a-filter"),
        pytest.param([403] * 100, DEAD.replace("10", "100"), id="but-not-of-a-hundred-requests"),
        pytest.param([CAME] + [403] * 200, None, id="nor-anything-else-after-an-answer"),
        pytest.param([400, 413, 422] * 10, None, id="requests-that-are-refused-each-for-itself"),
        pytest.param([401, 400] * 9, None, id="refused-requests-do-not-count"),
        pytest.param([401, 400] * 10, DEAD, id="and-end-no-row"),
    ],
)
def test_dead_or_not(happens: list[str | int | None], dead: str | None) -> None:
    assert happen(happens) == dead


def test_answers_that_cannot_be_read_may_be_of_one_request() -> None:
    for _ in range(20):
        made().failed(EndpointError(f"{NAME}: unreadable", unreadable=True))
    assert made().dead is None


def test_it_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    fail(30, 401)
    assert [record.getMessage() for record in caplog.records] == [
        f"{DEAD}. What has come is kept; what is missing fails at once, and is asked by the next run"
    ]


def test_the_dead_are_not_asked_until_the_next_run() -> None:
    fail(10, 401)
    with pytest.raises(EndpointError, match=r"^openai/m: not asked: "):
        asyncio.run(come())
    asyncio.run(come("grader"))  # a role of its own
    begin_run()
    asyncio.run(come())


def test_scoring_finds_nothing_of_a_run_before_it_or_of_another_scoring() -> None:
    """Which Inspect announces neither the beginning nor the end of; the key may have been mended between them."""

    async def score() -> bool:
        it = made()
        async with it.call():
            shared = made() is it
        for _ in range(10):
            it.failed(EndpointError(f"{NAME}: the last words", 401))
        return shared and it.dead is not None

    fail(10, 401)
    end_run()
    assert [asyncio.run(score()) for _ in range(2)] == [True, True]


def test_a_kept_answer_of_no_use_hides_none_that_came_after_it() -> None:
    async def ask() -> None:
        async with made().call():
            attempt_begins(7)
            answer_was_kept()
            attempt_begins(7)

    fail(9, 401)
    asyncio.run(ask())
    fail(9, 401)
    assert made().dead is None


@pytest.mark.parametrize(
    ("happens", "ends"),
    [
        pytest.param([401], True, id="refused-at-first"),
        pytest.param([404], True, id="no-such-model"),
        pytest.param([503] * 9, False, id="failed-nine-times"),
        pytest.param([503] * 10, True, id="failed-ten-times"),
        pytest.param([CAME, 401], False, id="refused-after-a-verdict"),
        pytest.param([CAME] + [401] * 10, False, id="dead-after-a-verdict-which-is-kept"),
        pytest.param([400] * 20, False, id="requests-that-are-refused-each-for-itself"),
    ],
)
def test_what_ends_scoring(happens: list[str | int], ends: bool) -> None:
    async def happen() -> bool:
        it = made()
        it.heard = True
        for one in happens:
            if isinstance(one, str):
                async with it.call():
                    pass
            else:
                it.failed(EndpointError(f"{NAME}: the last words", one))
        return it.ends_scoring

    end_run()
    assert asyncio.run(happen()) == ends


def test_nothing_ends_scoring_where_inspect_does_not_tell_of_runs() -> None:
    """Without its hooks a run looks like scoring, and would lose the reply that is judged."""

    async def ends(heard: bool) -> bool:
        it = made()
        with suppress(TimeoutError):
            async with it.call():
                if heard:
                    attempt_begins(7)
                raise TimeoutError
        it.failed(EndpointError(f"{NAME}: the last words", 401))
        return it.ends_scoring

    end_run()
    assert [asyncio.run(ends(heard)) for heard in (False, True)] == [False, True]


@pytest.mark.parametrize(
    ("attempts", "at", "max_retries", "answered", "dead"),
    [
        pytest.param(3, 31.0, 7, False, True, id="nobody-has-answered-for-half-a-minute"),
        pytest.param(3, 31.0, None, False, True, id="with-no-bound-too"),
        pytest.param(2, 31.0, 7, False, False, id="two-attempts"),
        pytest.param(9, 29.0, 7, False, False, id="less-than-half-a-minute"),
        pytest.param(9, 99.0, 7, True, False, id="it-has-answered-before"),
        pytest.param(9, 99.0, 8, False, False, id="the-user-has-said-how-often"),
    ],
)
def test_never_reached(
    attempts: int, at: float, max_retries: int | None, answered: bool, dead: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr("study.breaker.monotonic", lambda: now)
    if answered:
        asyncio.run(come())

    async def ask() -> None:
        nonlocal now
        async with made().call():
            now = 1000.0 + at
            for _ in range(attempts):
                attempt_begins(max_retries)
                attempt_failed(None)
            await asyncio.sleep(0)

    if not dead:
        asyncio.run(ask())
        return
    with pytest.raises(EndpointError) as raised:
        asyncio.run(ask())
    assert raised.value.message == (
        "openai/m: not asked: nothing came in 3 attempts, and it is taken for dead for the rest of this run; no answer "
        "from http://localhost:1/v1; check the network, the base URL (OPENAI_BASE_URL), and that the server runs"
    )


def test_a_call_whose_first_attempt_is_out_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model may think for minutes, while a gateway drops a few of its connections."""
    monkeypatch.setattr("study.breaker.UNREACHED_FOR", 0.0)
    dead: list[bool] = []

    async def ask() -> None:
        async with made().call():
            attempt_begins(7)
            with suppress(TimeoutError):
                async with made().call():
                    for _ in range(3):
                        attempt_begins(7)
                        attempt_failed(None)
                    dead.append(is_given_up())
                    raise TimeoutError
            attempt_failed(None)
            dead.append(is_given_up())
            await asyncio.sleep(0)

    with pytest.raises(EndpointError, match="nothing came in 4 attempts"):
        asyncio.run(ask())
    assert dead == [False, True]


def test_a_server_that_is_too_slow_is_told_from_one_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("study.breaker.UNREACHED_FOR", 0.0)

    async def ask() -> None:
        async with made().call():
            attempt_begins(7)
            for _ in range(3):
                assert not is_given_up()
                attempt_failed(None, "AttemptTimeoutError")
            assert is_given_up()
            await asyncio.sleep(0)

    told = (
        r"no answer from http://localhost:1/v1 \(attempt_timeout exceeded; --attempt-timeout gives it longer\); check"
    )
    with pytest.raises(EndpointError, match=told):
        asyncio.run(ask())


def test_what_waits_is_given_up_and_what_is_out_is_not() -> None:
    """A request that is under way may bring a reply, which is paid for."""

    async def ask(waits: bool, asked: asyncio.Event, died: asyncio.Event) -> str:
        try:
            async with made().call():
                attempt_begins(7)
                if waits:
                    attempt_failed(503)
                asked.set()
                await died.wait()
                return "came"
        except EndpointError as error:
            return error.message

    async def both() -> list[str]:
        died, begun = asyncio.Event(), [asyncio.Event(), asyncio.Event()]
        calls = [asyncio.create_task(ask(waits, begun[waits], died)) for waits in (False, True)]
        for event in begun:
            await event.wait()
        fail(10, 503)
        await asyncio.wait([calls[1]])
        died.set()
        return await asyncio.gather(*calls)

    assert asyncio.run(both()) == ["came", DEAD]


def test_what_is_out_is_not_tried_again_once_the_model_is_dead() -> None:
    async def ask() -> None:
        async with made().call():
            attempt_begins(7)
            fail(10, 503)
            attempt_failed(503)
            await asyncio.sleep(60)

    with pytest.raises(EndpointError, match="not asked"):
        asyncio.run(ask())


def test_calls_of_others_are_left_alone() -> None:
    attempt_begins(7)
    attempt_failed(None)
    answer_was_kept()
