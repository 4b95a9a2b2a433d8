"""The pair gate: under ``af run`` the conditions of an experiment advance over the queries together.

Inspect runs each condition as a task of its own, and by itself lets one finish long before another. A provider that
drifts during the day then drifts between the tiers, and an interruption leaves one tier without the other. Behind the
gate a query is put in no condition while too many before it still lack a reply in some condition, and in none at all
once the budget is spent; one that was begun is put in all.

Inspect awaits a task's `EarlyStopping` manager before it starts a sample. This one answers late, and stops what the
budget does not hold.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from heapq import nsmallest
from itertools import islice, takewhile

from inspect_ai.dataset import Sample
from inspect_ai.hooks import (
    BeforeModelGenerate,
    Hooks,
    ModelCacheUsageData,
    ModelUsageData,
    RunStart,
    SampleAttemptEnd,
    hooks,
)
from inspect_ai.log import EvalSpec
from inspect_ai.model import ModelUsage
from inspect_ai.scorer import SampleScore
from inspect_ai.util import EarlyStop, EarlyStopping
from pydantic import JsonValue

from evals.budget import Account, Ask

CONNECTIONS = 20
"""Requests to the model under test at a time unless the user says otherwise, and so many queries under way."""

ALL_TASKS = 1000
"""More tasks than there can be: behind the gate each waits for all others to start."""

ALL_SAMPLES = 1_000_000
"""More than there can be: it is for the gate to say which begin. With fewer, those that wait for their turn could leave
no place to one that a killed run had begun: Inspect starts such a sample late, after it has looked it up in the log."""

START_TIMEOUT = 60.0
"""Seconds to wait for the other conditions to start; one that cannot must not hold up the rest."""


@dataclass
class _Lane:
    """One condition under way."""

    experiment: str
    waiting: dict[Ask, int]
    """What has no reply yet, and its place in the order in which Inspect starts samples."""
    calls: Mapping[str, int]
    """Most calls that a reply takes, by model."""
    stopped: set[Ask] = field(default_factory=set)
    """What the budget did not hold."""
    held: dict[Ask, asyncio.Event] = field(default_factory=dict)
    """Samples that wait for their turn, each with what wakes it: so many that not all can look at each change."""

    def wake(self, asks: Iterable[Ask]) -> None:
        """Have those of them that wait look whether they still have to."""
        for event in filter(None, [self.held.pop(ask, None) for ask in asks]):
            event.set()


@dataclass
class Tally:
    """How much of an experiment is asked."""

    asks: set[Ask]
    """All that is to be asked in some condition."""
    begun: set[Ask]
    """What is asked in every condition, now or earlier."""
    stopped: bool = False
    """Whether the budget did not hold the rest."""


@dataclass
class PairGate:
    """Lets the samples of several tasks start in one common order."""

    window: int
    """Queries under way at a time, at least 1: by so many, at most, are two conditions ever apart."""
    account: Account = field(default_factory=Account)
    """What the asks cost, and may."""
    start_timeout: float = START_TIMEOUT
    tallies: dict[str, Tally] = field(default_factory=dict, init=False)
    """By experiment."""
    _lanes: dict[str, _Lane] = field(default_factory=dict, init=False)
    _open: dict[str, frozenset[Ask]] = field(default_factory=dict, init=False)
    _to_start: int = field(default=0, init=False)
    _all_started: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def expect(self, tasks: int) -> None:
        """Let no sample start before so many tasks have."""
        self._to_start, self._all_started = tasks, asyncio.Event()

    def start(self, lane: str, experiment: str, asks: Sequence[Ask], calls: Mapping[str, int]) -> None:
        """Add a condition.

        Args:
            lane: Id of the running task.
            experiment: Conditions advance together with those of the same experiment.
            asks: All that will be asked, in order; conditions of one experiment have the same order.
            calls: Most calls to each model that an ask takes in this condition, unless some fail.
        """
        self._lanes[lane] = _Lane(experiment, {ask: place for place, ask in enumerate(asks)}, calls)
        tally = self.tallies.setdefault(experiment, Tally(set(), self.account.begun(experiment)))
        tally.asks.update(asks)
        self._to_start -= 1
        if self._to_start <= 0 or self._all_started.is_set():
            self._begin()

    def end(self, lane: str) -> None:
        """Take out a condition that finished or failed: nobody waits for it any more."""
        if running := self._lanes.pop(lane, None):
            running.wake(list(running.held))
            if self._all_started.is_set():
                self._update()

    def settle(self, lane: str, ask: Ask, *, replied: bool = True) -> None:
        """Note that an ask is done with: it has a reply, now or from an earlier run, or it failed."""
        if (running := self._lanes.get(lane)) is None:
            return
        experiment, waited = running.experiment, running.waiting.pop(ask, None) is not None
        running.wake([ask])
        if replied and ask not in running.stopped:
            self.account.replied(experiment, ask)
            self.tallies[experiment].begun.add(ask)
        if waited and self._all_started.is_set():
            if not any(ask in other.waiting for other in self._lanes_of(experiment)):
                self.account.through(experiment)
                if ask not in self.account.begun(experiment):
                    self.tallies[experiment].begun.discard(ask)  # all failed: tried again, it must fit like a new one
            self._update()

    async def wait(self, lane: str, ask: Ask) -> bool:
        """Wait for an ask's turn. One that was settled, and is tried again, does not wait.

        Returns:
            Whether it may be asked; False where the budget does not hold it, in this condition as in all.
        """
        if not self._all_started.is_set():
            await self._wait_for_the_others()
        while (
            (running := self._lanes.get(lane)) and ask in running.waiting and ask not in self._open[running.experiment]
        ):
            await running.held.setdefault(ask, asyncio.Event()).wait()
        return not (running and ask in running.stopped)

    async def _wait_for_the_others(self) -> None:
        try:
            await asyncio.wait_for(self._all_started.wait(), self.start_timeout)
        except TimeoutError:
            self._begin()

    def _begin(self) -> None:
        """Open the first asks: only now is it known in how many conditions each is to be put."""
        self._all_started.set()
        for experiment, tally in self.tallies.items():
            under_way = {ask for lane in self._lanes_of(experiment) for ask in lane.waiting}
            if tally.begun - under_way:
                self.account.through(experiment)
        self._update()

    def _lanes_of(self, experiment: str) -> Iterator[_Lane]:
        return (lane for lane in self._lanes.values() if lane.experiment == experiment)

    def _update(self) -> None:
        """Open the first asks that some condition has not settled, as far as the budget goes, and wake all who wait."""
        for experiment in self.tallies:
            if self.account.closed_to(experiment):
                self._stop(experiment)
        turns = {experiment: self._turns(experiment) for experiment in self.tallies}
        most = {
            experiment: sum(self.account.most(lane.calls) for lane in self._lanes_of(experiment))
            for experiment in self.tallies
        }
        # What is counted as under way must not wait itself: an ask waits only for those that can go on without it.
        under_way = {
            (experiment, ask): None
            for experiment, asks in turns.items()
            for ask in takewhile(self.tallies[experiment].begun.__contains__, asks)
        }
        for experiment, asks in turns.items():
            begun = self.tallies[experiment].begun
            for ask in asks:
                if ask not in begun and not self.account.fits(experiment, under_way, most):
                    break
                begun.add(ask)
                under_way[experiment, ask] = None
            self._open[experiment] = frozenset(ask for of, ask in under_way if of == experiment)
            for lane in self._lanes_of(experiment):
                lane.wake(self._open[experiment])

    def _turns(self, experiment: str) -> list[Ask]:
        """The first asks that some condition has not settled, in order."""
        first: dict[Ask, int] = {}
        for lane in self._lanes_of(experiment):
            first |= dict(islice(lane.waiting.items(), self.window))
        return nsmallest(self.window, first, key=first.__getitem__)

    def _stop(self, experiment: str) -> None:
        """Begin no more; what was begun in one condition is still put in the others."""
        for lane in self._lanes_of(experiment):
            rest = lane.waiting.keys() - self.tallies[experiment].begun
            for ask in rest:
                del lane.waiting[ask]
                lane.stopped.add(ask)
                self.tallies[experiment].stopped = True
            lane.wake(rest)


def experiment_of(task: EvalSpec) -> str:
    """Name of the experiment that a task is a condition of."""
    metadata = task.metadata or {}
    asked = task.task if metadata.get("interview") else metadata["setting"]  # an interview has no counterpart
    return f"{task.model} {asked}"


class Turnstile(EarlyStopping):
    """The gate's place in one task."""

    def __init__(self, gate: PairGate, calls: Mapping[str, int]) -> None:
        """Belong to a gate; for `calls` see its `start`."""
        self._gate = gate
        self._calls = calls
        self._lane = self._experiment = ""

    async def start_task(self, task: EvalSpec, samples: list[Sample], epochs: int) -> str:
        """Add the task to the gate for as long as it runs."""
        self._lane = lane = task.eval_id
        asks = [(str(sample.id), epoch) for epoch in range(1, epochs + 1) for sample in samples]
        self._experiment = experiment_of(task)
        self._gate.start(lane, self._experiment, asks, self._calls)
        # Inspect tells nobody when a task fails or is cancelled; but this call runs inside the task's own coroutine.
        if running := asyncio.current_task():
            running.add_done_callback(lambda _: self._gate.end(lane))
        return "pair gate"

    async def schedule_sample(self, id: str | int, epoch: int) -> EarlyStop | None:
        """Hold the sample until its turn; stop it where the budget is spent."""
        ask = str(id), epoch
        if not await self._gate.wait(self._lane, ask):
            return EarlyStop(id=id, epoch=epoch, reason=self._gate.account.reason)
        _asked.set((self._experiment, ask))  # for all that this sample's coroutine calls
        return None

    async def complete_sample(self, id: str | int, epoch: int, scores: Mapping[str, SampleScore]) -> None:
        """Note a reply, made now or kept from an earlier run."""
        self._gate.settle(self._lane, (str(id), epoch))

    async def complete_task(self) -> dict[str, JsonValue]:
        """Say in the log how far apart the conditions could be, and what all of them had spent when this one ended."""
        await self._gate.account.kept(wait=True)
        spent = self._gate.account.told
        return {"window": self._gate.window, **({"spent": spent} if spent else {})}


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
        """A sample that failed, or that the user took out, holds up nobody; of a reply `Turnstile` is told."""
        if gate := _installed.get():
            gate.settle(data.eval_id, (str(data.summary.id), data.summary.epoch), replied=False)

    async def on_before_model_generate(self, data: BeforeModelGenerate) -> None:
        """Of the model under test and the grader alike."""
        await _charge(data.model_name, calls=1)

    async def on_model_cache_usage(self, data: ModelCacheUsageData) -> None:
        """An answer that was kept costs nothing."""
        await _charge(data.model_name, calls=-1, usage=data.usage)

    async def on_model_usage(self, data: ModelUsageData) -> None:
        """Known when the answer is there."""
        await _charge(data.model_name, usage=data.usage)


async def _charge(model: str, calls: int = 0, usage: ModelUsage | None = None) -> None:
    if (gate := _installed.get()) and (asked := _asked.get()):
        gate.account.charge(*asked, model, calls, usage)
        await gate.account.kept()


_asked: ContextVar[tuple[str, Ask] | None] = ContextVar("_asked", default=None)
"""Experiment and ask of the sample that is being worked on."""

_installed: ContextVar[PairGate | None] = ContextVar("_installed", default=None)


@contextmanager
def pair_gate(window: int, account: Account | None = None) -> Iterator[PairGate]:
    """Put the tasks that are made in this block behind a gate.

    Args:
        window: Queries under way at a time, at least 1.
        account: What they cost, and may.
    """
    gate = PairGate(window, account or Account())
    token = _installed.set(gate)
    try:
        yield gate
    finally:
        _installed.reset(token)


def in_pairs() -> bool:
    """Whether this is ``af run``."""
    return _installed.get() is not None


def turnstile(subject: str | None, turns: int, grader: str | None, judgements: int) -> EarlyStopping | None:
    """A place in the gate for a new task; None outside ``af run``.

    Args:
        subject: Name of the model under test; None where it is not known.
        turns: Most calls to it for a reply.
        grader: Name of the grader; None where nobody grades.
        judgements: Most calls to it for a reply.

    Raises:
        InvalidInputError: If the budget cannot be counted with these models.
    """
    gate = _installed.get()
    if gate is None:
        return None
    calls: Counter[str] = Counter()
    for option, model, number in (("--price", subject, turns), ("--grader-price", grader, judgements)):
        if model is not None:
            gate.account.check_priced(option, model)
            calls[model] += number
    return Turnstile(gate, calls)
