"""The pair gate: under ``af run`` the conditions of an experiment advance over the queries together.

Inspect runs each condition as a task of its own, and by itself lets one finish long before another. A provider that
drifts during the day then drifts between the tiers, and an interruption leaves one tier without the other. Behind the
gate a query is put in no condition while too many before it still lack a reply in some condition.

Inspect awaits a task's `EarlyStopping` manager before it starts a sample. This one stops nothing: it answers late.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from heapq import nsmallest
from itertools import islice

from inspect_ai.dataset import Sample
from inspect_ai.hooks import Hooks, RunStart, SampleAttemptEnd, hooks
from inspect_ai.log import EvalSpec
from inspect_ai.scorer import SampleScore
from inspect_ai.util import EarlyStop, EarlyStopping
from pydantic import JsonValue

Ask = tuple[str, int]
"""Query id and epoch: what is asked once in every condition."""

START_TIMEOUT = 60.0
"""Seconds to wait for the other conditions to start; one that cannot must not hold up the rest."""


@dataclass
class _Lane:
    """One condition under way."""

    experiment: str
    waiting: dict[Ask, int]
    """What has no reply yet, and its place in the order in which Inspect starts samples."""


@dataclass
class PairGate:
    """Lets the samples of several tasks start in one common order."""

    window: int
    """Queries under way at a time, at least 1: by so many, at most, are two conditions ever apart."""
    start_timeout: float = START_TIMEOUT
    _lanes: dict[str, _Lane] = field(default_factory=dict, init=False)
    _open: dict[str, frozenset[Ask]] = field(default_factory=dict, init=False)
    _changed: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _to_start: int = field(default=0, init=False)
    _all_started: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def expect(self, tasks: int) -> None:
        """Let no sample start before so many tasks have."""
        self._to_start, self._all_started = tasks, asyncio.Event()

    def start(self, lane: str, experiment: str, asks: Sequence[Ask]) -> None:
        """Add a condition.

        Args:
            lane: Id of the running task.
            experiment: Conditions advance together with those of the same experiment.
            asks: All that will be asked, in order; conditions of one experiment have the same order.
        """
        self._lanes[lane] = _Lane(experiment, {ask: place for place, ask in enumerate(asks)})
        self._to_start -= 1
        if self._to_start <= 0:
            self._all_started.set()
        self._update(experiment)

    def end(self, lane: str) -> None:
        """Take out a condition that finished or failed: nobody waits for it any more."""
        if ended := self._lanes.pop(lane, None):
            self._update(ended.experiment)

    def settle(self, lane: str, ask: Ask) -> None:
        """Note that an ask is done with: it has a reply, now or from an earlier run, or it failed."""
        if (running := self._lanes.get(lane)) and running.waiting.pop(ask, None) is not None:
            self._update(running.experiment)

    async def wait(self, lane: str, ask: Ask) -> None:
        """Wait for an ask's turn. One that was settled, and is tried again, does not wait."""
        if not self._all_started.is_set():
            await self._wait_for_the_others()
        while (
            (running := self._lanes.get(lane)) and ask in running.waiting and ask not in self._open[running.experiment]
        ):
            await self._changed.wait()

    async def _wait_for_the_others(self) -> None:
        try:
            await asyncio.wait_for(self._all_started.wait(), self.start_timeout)
        except TimeoutError:
            self._all_started.set()

    def _update(self, experiment: str) -> None:
        """Open the first asks that some condition has not settled, and wake all who wait."""
        first: dict[Ask, int] = {}
        for lane in self._lanes.values():
            if lane.experiment == experiment:
                first |= dict(islice(lane.waiting.items(), self.window))
        self._open[experiment] = frozenset(nsmallest(self.window, first, key=first.__getitem__))
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


class Turnstile(EarlyStopping):
    """The gate's place in one task."""

    def __init__(self, gate: PairGate) -> None:
        """Belong to a gate."""
        self._gate = gate
        self._lane = ""

    async def start_task(self, task: EvalSpec, samples: list[Sample], epochs: int) -> str:
        """Add the task to the gate for as long as it runs."""
        self._lane = lane = task.eval_id
        asks = [(str(sample.id), epoch) for epoch in range(1, epochs + 1) for sample in samples]
        metadata = task.metadata or {}
        asked = task.task if metadata.get("interview") else metadata["setting"]  # an interview has no counterpart
        self._gate.start(lane, f"{task.model} {asked}", asks)
        # Inspect tells nobody when a task fails or is cancelled; but this call runs inside the task's own coroutine.
        if running := asyncio.current_task():
            running.add_done_callback(lambda _: self._gate.end(lane))
        return "pair gate"

    async def schedule_sample(self, id: str | int, epoch: int) -> EarlyStop | None:
        """Hold the sample until its turn; it is never stopped."""
        await self._gate.wait(self._lane, (str(id), epoch))
        return None

    async def complete_sample(self, id: str | int, epoch: int, scores: Mapping[str, SampleScore]) -> None:
        """Note a reply, made now or kept from an earlier run."""
        self._gate.settle(self._lane, (str(id), epoch))

    async def complete_task(self) -> dict[str, JsonValue]:
        """Say in the log how far apart the conditions could be."""
        return {"window": self._gate.window}


@hooks(name="alignment_faking_pair_gate", description="tells the pair gate of af run what starts and what fails")
class PairGateEvents(Hooks):
    """What the gate must know and Inspect does not tell an `EarlyStopping` manager."""

    def enabled(self) -> bool:
        """Under ``af run`` only."""
        return in_pairs()

    async def on_run_start(self, data: RunStart) -> None:
        """All tasks of a run start before the first sample does."""
        if gate := _installed.get():
            gate.expect(len(data.task_names))

    async def on_sample_attempt_end(self, data: SampleAttemptEnd) -> None:
        """A failed sample holds up nobody."""
        if data.error and (gate := _installed.get()):
            gate.settle(data.eval_id, (str(data.summary.id), data.summary.epoch))


_installed: ContextVar[PairGate | None] = ContextVar("_installed", default=None)


@contextmanager
def pair_gate(window: int) -> Iterator[None]:
    """Put the tasks that are made in this block behind a gate.

    Args:
        window: Queries under way at a time, at least 1.
    """
    token = _installed.set(PairGate(window))
    try:
        yield
    finally:
        _installed.reset(token)


def in_pairs() -> bool:
    """Whether this is ``af run``."""
    return _installed.get() is not None


def turnstile() -> EarlyStopping | None:
    """A place in the gate for a new task; None outside ``af run``."""
    gate = _installed.get()
    return Turnstile(gate) if gate else None
