"""The circuit breaker: a model that does not answer any more is not asked any more, for the rest of the run.

Without it every reply of a run waits out all its retries against a server that is gone: with 1,600 replies, 20 at a
time, that is nine hours before the run says that it has nothing.
"""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import monotonic

from anyio import CancelScope

from study.endpoint_error import EndpointError, no_answer, not_asked
from study.patience import MAX_RETRIES

DEAD_AFTER = 10
"""Replies in a row that came to nothing by the endpoint, none between that came, after which a model is dead. Each has
had all its retries, if trying again can help."""

FORBIDDEN_AFTER = 100
"""Where they were forbidden, and nothing has come yet: a filter of what is asked may let the next one through."""

UNREACHED_FOR = 30.0
"""Seconds without any answer after which a model that has not answered in this run is dead, where nobody said how often
it is to be tried again: whoever just typed the command is there to mend it."""

UNREACHED_AFTER = 3
"""Attempts that this takes at least."""

_FORBIDDEN = 403

_REFUSED = (401, 402, 404)
"""Statuses that tell, where nothing has come yet, that nothing will."""

_CUT_OFF = "AttemptTimeoutError"
"""What Inspect calls it when an attempt takes too long."""

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Endpoint:
    """Whom a call goes to."""

    model: str
    """Full name."""
    base_url: str | None
    """None where it is not known."""
    role: str
    """What it is asked for: another role of the same model has a breaker of its own."""
    key_variables: tuple[str, ...] = ()
    """Variables that may hold the provider's key, the usual one first."""


@dataclass(eq=False)
class _Call:
    """A call under way."""

    breaker: "Breaker"
    scope: CancelScope
    max_retries: int | None = None
    attempts: int = 0
    waits: bool = False
    """Whether it waits to be tried again: nothing is lost with it then."""
    kept: bool = False
    """Whether its answer came from where answers are kept."""

    @property
    def may_come(self) -> bool:
        """Whether its first attempt is out: it may be slow, and says nothing of the endpoint yet."""
        return self.attempts == 1 and not self.waits


@dataclass(eq=False)
class Breaker:
    """What is known of an endpoint in this run."""

    endpoint: Endpoint
    dead: str | None = None
    """Why it is not asked any more, as a sentence; None while it is."""
    heard: bool = False
    """Whether Inspect tells what happens to its calls. If not, nobody knows whether a run is under way."""
    _answered: bool = False
    _in_a_row: int = 0
    _began: float = 0.0
    """When it was first called; 0 before."""
    _unanswered: int = 0
    _calls: set[_Call] = field(default_factory=set)

    @asynccontextmanager
    async def call(self) -> AsyncIterator[None]:
        """Ask in this block, and fail at once where the endpoint is dead.

        Raises:
            EndpointError: If it is, or if it died while the call waited to be tried again.
        """
        if self.dead is not None:
            raise EndpointError(self.dead)
        self._began = self._began or monotonic()
        call = _Call(self, CancelScope())
        self._calls.add(call)
        token = _current.set(call)
        try:
            with call.scope:
                yield
                if not call.kept:
                    self._answered, self._in_a_row = True, 0
        finally:
            self._calls.discard(call)
            _current.reset(token)
        if call.scope.cancelled_caught:
            raise EndpointError(str(self.dead))

    @property
    def under_way(self) -> bool:
        """Whether a call is."""
        return bool(self._calls)

    @property
    def ends_scoring(self) -> bool:
        """Whether a log is better left as it was than judged again: nothing came, and nothing will."""
        return self.dead is not None and not self._answered and self.heard and not in_run()

    def failed(self, error: EndpointError) -> None:
        """Note that a call came to nothing, after all its retries."""
        if self.dead is not None or not self._tells_of_all(error):
            return
        self._in_a_row += 1
        if self._in_a_row >= (FORBIDDEN_AFTER if error.status == _FORBIDDEN else DEAD_AFTER):
            self._die(f"{self._in_a_row} replies in a row came to nothing", error)
        elif not in_run() and not self._answered and error.status in _REFUSED:  # a log may have fewer replies
            self._die("it refuses from the start", error)

    def _tells_of_all(self, error: EndpointError) -> bool:
        """Whether other calls would fail likewise.

        400 and the like are of one request, and so may be 403 or an answer without a reply in it, by a filter.
        """
        if error.unreadable:
            return False
        if error.status == _FORBIDDEN:
            return not self._answered
        return error.status in (None, 401, 402, 404, 429) or error.status >= 500

    def unanswered(self, call: _Call, error: str | None) -> None:
        """Note that an attempt of a call had no answer, but this error, and that it is to be tried again."""
        self._unanswered += 1
        if self._answered or self.dead is not None or call.max_retries not in (None, MAX_RETRIES):
            return
        silent = self._unanswered >= UNREACHED_AFTER and monotonic() - self._began >= UNREACHED_FOR
        if silent and not any(call.may_come for call in self._calls):
            of = self.endpoint
            slow = "attempt_timeout exceeded; --attempt-timeout gives it longer" if error == _CUT_OFF else ""
            last = no_answer(of.model, of.key_variables, of.base_url, slow)
            self._die(f"nothing came in {self._unanswered} attempts", last)

    def _die(self, why: str, error: EndpointError) -> None:
        self.dead = not_asked(self.endpoint.model, why, error)
        if not self.ends_scoring:  # which says so itself
            then = _NEXT.get(self.endpoint.role, _NEXT_OF_THE_RUN) if in_run() else _NEXT_OF_SCORING
            _LOGGER.warning("%s. %s", self.dead, then)
        for call in self._calls:
            if call.waits:
                call.scope.cancel()


_NEXT_OF_THE_RUN = "What has come is kept; what is missing fails at once, and is asked by the next run"
_NEXT = {
    "grader": "Replies are still asked for, and kept without a label; at its end the run says what command judges them"
}

_NEXT_OF_SCORING = "What it has judged gets its labels, and the rest none"

_current: ContextVar[_Call | None] = ContextVar("_current", default=None)

_of_the_run: list[dict[Endpoint, Breaker]] = []
"""One while a run is under way, else none: then a log may be judged again."""

_of_scoring: dict[Endpoint, Breaker] = {}
"""Of what is judged again, which Inspect does not announce: it lasts while calls are under way, which all begin at
once."""


def breaker(model: str, base_url: str | None, role: str, key_variables: Sequence[str] = ()) -> Breaker:
    """The breaker of an endpoint, the same for all calls of a run, or of a scoring."""
    endpoint = Endpoint(model, base_url, role, tuple(key_variables))
    if in_run():
        return _of_the_run[0].setdefault(endpoint, Breaker(endpoint))
    found = _of_scoring.get(endpoint)
    if found is None or not found.under_way:
        found = _of_scoring[endpoint] = Breaker(endpoint)
    return found


def begin_run() -> None:
    """Know nothing of any endpoint yet."""
    _of_the_run[:] = [{}]


def end_run() -> None:
    """Forget what was found of endpoints: whoever scores in this process may have mended what was wrong."""
    _of_the_run.clear()


def in_run() -> bool:
    """Whether a run is under way, whose replies are still to be kept."""
    return bool(_of_the_run)


def in_call() -> bool:
    """Whether the caller works for a call in a `Breaker.call` block."""
    return _current.get() is not None


def is_given_up() -> bool:
    """Whether the call that the caller works for is one to a model that is dead."""
    call = _current.get()
    return call is not None and call.breaker.dead is not None


def attempt_begins(max_retries: int | None) -> None:
    """Note that a request goes out.

    Args:
        max_retries: Times that it may be tried again; None for no bound.
    """
    if call := _current.get():
        call.waits, call.kept, call.max_retries = False, False, max_retries
        call.attempts += 1
        call.breaker.heard = True


def attempt_failed(status: int | None, error: str | None = None) -> None:
    """Note that a request failed, and is to be made again.

    Args:
        status: HTTP status of the answer; None where there was none.
        error: Name of the type of the error; None where it is not known.
    """
    if call := _current.get():
        call.waits = True
        if status is None:
            call.breaker.unanswered(call, error)
        if call.breaker.dead is not None:
            call.scope.cancel()


def answer_was_kept() -> None:
    """Note that nobody was asked: it says nothing of the endpoint."""
    if call := _current.get():
        call.kept = True
