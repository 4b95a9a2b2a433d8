"""The pair gate: conditions that run side by side are never further apart than the window, and none waits for ever."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from inspect_ai import Task, eval_set
from inspect_ai.hooks import BeforeModelGenerate, ModelCacheUsageData, SampleAttemptEnd
from inspect_ai.log import EvalLog, EvalSampleSummary, read_eval_log
from inspect_ai.model import GenerateConfig, ModelUsage
from inspect_ai.solver import Generate, Solver, TaskState, solver

from evals.budget import Account, Ask, Cap, Unit
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from evals.pair_gate import PairGate, PairGateEvents, pair_gate, turnstile
from evals.pair_gate import _asked as asked
from study.condition import CONDITIONS
from study.draw import draw_int

SIZE = 60
ASKS: list[Ask] = [(f"q-{i}", epoch) for epoch in (1, 2) for i in range(SIZE // 2)]
WINDOW = 5


@dataclass
class Run:
    """Conditions that ask as Inspect does: in order, so many at a time, each as fast as its model."""

    gate: PairGate
    slots: int = 8
    cost: Callable[[Ask], int] = lambda ask: 1
    """Calls that an ask needs in each condition."""
    most: int = 1
    """Calls that one may need."""
    answered: dict[str, list[Ask]] = field(default_factory=dict)
    apart: int = 0
    """Most by which two conditions ever differed."""

    async def lane(
        self,
        name: str,
        slowness: int = 1,
        kept: Callable[[int], bool] = lambda place: False,
        fails: Callable[[int], bool] = lambda place: False,
        tries: int = 2,
        dies_after: int = SIZE,
        late: Callable[[int], bool] = lambda place: False,
    ) -> None:
        """One condition.

        Args:
            name: Of the condition.
            slowness: A reply takes up to so many turns of the event loop.
            kept: Which replies are kept from an earlier run.
            fails: Which asks fail at first, and are tried again at the end of the queue.
            tries: How often at most.
            dies_after: Replies after which the condition fails.
            late: Which asks come to the slots after the others: Inspect looks up first what it has of them.
        """
        self.answered[name] = []
        self.gate.start(name, "experiment", ASKS, {"a/model": self.most})
        for place, ask in enumerate(ASKS):
            if kept(place):
                self._note(name, ask)
        slots = asyncio.Semaphore(self.slots)
        failed: set[Ask] = set()

        async def put(place: int, ask: Ask) -> None:
            async with slots:
                if not await self.gate.wait(name, ask):
                    return
                for _ in range(self.cost(ask)):
                    self.gate.account.charge("experiment", ask, "a/model", calls=1)
                    for _ in range(draw_int(1, slowness, name, ask)):
                        await asyncio.sleep(0)
                if fails(place) and ask not in failed:
                    failed.add(ask)
                    self.gate.settle(name, ask, replied=False)
                    if tries == 1:
                        return
                elif len(self.answered[name]) >= dies_after:
                    raise ConnectionError
                else:
                    self._note(name, ask)
                    return
            await put(place, ask)

        try:
            async with asyncio.TaskGroup() as group:
                for place, ask in sorted(enumerate(ASKS), key=lambda placed: late(placed[0])):
                    if not kept(place):
                        group.create_task(put(place, ask))
        except ExceptionGroup:
            assert dies_after < SIZE
        finally:
            self.gate.end(name)

    def _note(self, name: str, ask: Ask) -> None:
        self.answered[name].append(ask)
        self.gate.settle(name, ask)
        counts = [len(answers) for answers in self.answered.values()]
        self.apart = max(self.apart, max(counts) - min(counts))


def advance(
    *lanes: dict[str, object],
    window: int = WINDOW,
    slots: int = 8,
    timeout: float = 60,
    account: Account | None = None,
    cost: Callable[[Ask], int] = lambda ask: 1,
    most: int = 1,
) -> Run:
    async def together() -> Run:
        run = Run(PairGate(window, account or Account(), start_timeout=timeout), slots, cost, most)
        run.gate.expect(len(lanes))
        async with (
            asyncio.timeout(30),
            asyncio.TaskGroup() as group,
        ):  # a deadlock fails the test, and nothing else does
            for i, lane in enumerate(lanes):
                group.create_task(run.lane(str(i), **lane))  # type: ignore[arg-type]
        return run

    return asyncio.run(together())


@pytest.mark.parametrize("slots", [1, 3, 8, 60])
@pytest.mark.parametrize(
    "lanes",
    [
        pytest.param([{}], id="one"),
        pytest.param([{}, {}], id="two-alike"),
        pytest.param([{}, {"slowness": 40}], id="one-is-slow"),
        pytest.param([{"slowness": 40}, {}, {"slowness": 3}, {"slowness": 15}], id="four-unlike"),
    ],
)
def test_conditions_advance_together_and_ask_everything_once(lanes: list[dict[str, object]], slots: int) -> None:
    run = advance(*lanes, slots=slots)
    assert {name: Counter(answers) for name, answers in run.answered.items()} == {
        str(i): Counter(ASKS) for i in range(len(lanes))
    }
    assert run.apart <= WINDOW


def test_without_a_gate_they_would_not() -> None:
    assert advance({}, {"slowness": 40}, window=SIZE).apart > WINDOW


@pytest.mark.parametrize(
    "lanes",
    [
        pytest.param([{"kept": lambda place: place < 20}, {}], id="one-was-ahead"),
        pytest.param([{"kept": lambda place: place % 2}, {"kept": lambda place: place % 3}], id="each-kept-others"),
        pytest.param([{"kept": lambda place: True}, {}], id="one-was-done"),
        pytest.param([{"kept": lambda place: place > 30}, {"slowness": 9}], id="the-end-was-kept"),
        pytest.param([{"fails": lambda place: place % 2}, {}], id="half-fail-at-first"),
        pytest.param([{"fails": lambda place: place < 20}, {"slowness": 9}], id="more-fail-than-the-window-holds"),
    ],
)
@pytest.mark.parametrize("slots", [1, 8])
def test_nobody_waits_for_ever(lanes: list[dict[str, object]], slots: int) -> None:
    run = advance(*lanes, slots=slots)
    assert [Counter(answers) for answers in run.answered.values()] == [Counter(ASKS)] * 2


def test_a_condition_that_dies_is_not_waited_for() -> None:
    run = advance({"dies_after": 7}, {})
    assert (len(run.answered["0"]), Counter(run.answered["1"])) == (7, Counter(ASKS))


def test_a_condition_that_never_starts_is_waited_for_a_while_only() -> None:
    async def alone() -> Run:
        run = Run(PairGate(WINDOW, start_timeout=0.01))
        run.gate.expect(2)
        await asyncio.wait_for(run.lane("0"), 30)
        return run

    assert Counter(asyncio.run(alone()).answered["0"]) == Counter(ASKS)


def test_what_is_asked_before_the_others_start_waits_for_them() -> None:
    async def one_first() -> list[Ask]:
        run = Run(PairGate(WINDOW))
        run.gate.expect(2)
        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            group.create_task(run.lane("0"))
            for _ in range(100):
                await asyncio.sleep(0)
            before = list(run.answered["0"])
            group.create_task(run.lane("1"))
        return before

    assert asyncio.run(one_first()) == []


def test_experiments_do_not_wait_for_each_other() -> None:
    async def two() -> bool:
        gate = PairGate(1)
        gate.start("a", "one experiment", ASKS, {})
        gate.start("b", "another", ASKS, {})
        gate.settle("a", ASKS[0])
        await asyncio.wait_for(gate.wait("a", ASKS[1]), 30)
        return True

    assert asyncio.run(two())


# --- With a budget


def uneven(ask: Ask) -> int:
    return draw_int(1, 9, "cost", ask)


@pytest.mark.parametrize("slots", [1, 8, 60])
@pytest.mark.parametrize("window", [1, WINDOW, SIZE])
@pytest.mark.parametrize("calls", [1, 50, 200])
@pytest.mark.parametrize(
    ("cost", "most"),
    [pytest.param(lambda ask: 4, 4, id="all-alike"), pytest.param(uneven, 9, id="some-dearer")],
)
def test_what_begins_is_asked_in_every_condition_and_fits_into_the_budget(
    cost: Callable[[Ask], int], most: int, calls: int, window: int, slots: int
) -> None:
    account = Account(Cap(calls, Unit.CALLS))
    lanes: list[dict[str, object]] = [{}, {"slowness": 9}, {"slowness": 3}]
    run = advance(*lanes, window=window, slots=slots, account=account, cost=cost, most=most)
    [begun, *others] = [Counter(answers) for answers in run.answered.values()]
    assert others == [begun] * 2, "a query is asked in all conditions, or in none"
    assert begun == Counter(ASKS[: begun.total()]), "in order"
    assert account.spent == 3 * sum(map(cost, begun))
    dearer = 3 * (most - cost(ASKS[0]))  # by which the last may pass all before it
    assert account.spent <= max(calls, 3 * cost(ASKS[0])) + dearer
    assert account.spent > calls - 3 * most, "and no less than fits"
    assert {name: (len(tally.asks), len(tally.begun)) for name, tally in run.gate.tallies.items()} == {
        "experiment": (SIZE, begun.total())
    }


def test_a_query_that_was_begun_is_finished_though_the_budget_is_spent(tmp_path: Path) -> None:
    account = Account(file=tmp_path / "spent")
    for ask in ASKS[3:6]:  # asked in the first condition, when the run was killed
        account.charge("experiment", ask, "a/model", calls=1)
        account.charge("experiment", ask, "a/model", usage=ModelUsage())
    again = Account(Cap(2, Unit.CALLS), tmp_path / "spent")
    run = advance({"kept": lambda place: 3 <= place < 5}, {}, account=again, slots=1)
    assert [sorted(answers) for answers in run.answered.values()] == [sorted(ASKS[3:6])] * 2
    assert again.spent == 3 + 1 + 3


def test_a_query_that_a_killed_run_had_begun_does_not_wait_for_those_that_wait_for_it(tmp_path: Path) -> None:
    """Inspect starts it late; nothing may begin beside it, and what waits holds a slot: so there is one for each."""
    account = Account(file=tmp_path / "spent")
    account.charge("experiment", ASKS[0], "a/model", calls=1)
    account.charge("experiment", ASKS[0], "a/model", usage=ModelUsage())
    account = Account(Cap(3, Unit.CALLS), tmp_path / "spent")
    run = advance({"kept": lambda place: place == 0}, {"late": lambda place: place == 0}, account=account, slots=SIZE)
    assert [answers[:1] for answers in run.answered.values()] == [ASKS[:1]] * 2
    assert account.spent <= 3


def test_what_failed_in_every_condition_fits_into_the_budget_or_is_not_asked_again(tmp_path: Path) -> None:
    """A key that was wrong, credit that ran out: no reply came, and the next run must not pass the cap for it."""
    always = {"fails": lambda place: place >= 10, "tries": 1}
    advance(always, always, account=Account(file=tmp_path / "spent"))
    account = Account(Cap(2 * SIZE + 12, Unit.CALLS), tmp_path / "spent")
    assert account.spent == 2 * SIZE
    kept: dict[str, object] = {"kept": lambda place: place < 10}
    run = advance(kept, kept | {"slowness": 9}, account=account)
    assert [Counter(answers) for answers in run.answered.values()] == [Counter(ASKS[:15])] * 2
    assert account.spent == 2 * SIZE + 10, "the last might need its failed calls again"


@pytest.mark.parametrize("slots", [1, 8])
def test_continued_with_more_it_asks_what_is_missing_and_nothing_twice(slots: int, tmp_path: Path) -> None:
    begun = 0
    for calls in (100, 100, 200, None):
        cap = Cap(calls, Unit.CALLS) if calls else None
        kept: dict[str, object] = {"kept": lambda place, begun=begun: place < begun}
        account = Account(cap, tmp_path / "spent")
        run = advance(kept, kept | {"slowness": 9}, slots=slots, account=account, cost=uneven, most=9)
        begun = len(run.answered["0"])
        assert [Counter(answers) for answers in run.answered.values()] == [Counter(ASKS[:begun])] * 2
        assert Account(Cap(1, Unit.CALLS), tmp_path / "spent").spent == 2 * sum(map(uneven, ASKS[:begun]))
    assert begun == SIZE


def test_one_experiment_that_is_done_leaves_its_share_to_another() -> None:
    async def two() -> dict[str, int]:
        gate = PairGate(WINDOW, Account(Cap(60, Unit.CALLS)))
        gate.expect(2)

        async def ask_all(name: str, asks: list[Ask]) -> None:
            gate.start(name, name, asks, {"a/model": 1})
            for ask in asks:
                if await gate.wait(name, ask):
                    gate.account.charge(name, ask, "a/model", calls=1)
                    await asyncio.sleep(0)
                gate.settle(name, ask)
            gate.end(name)

        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            group.create_task(ask_all("small", ASKS[:7]))
            group.create_task(ask_all("large", ASKS))
        return {name: len(tally.begun) for name, tally in gate.tallies.items()}

    assert asyncio.run(two()) == {"small": 7, "large": 53}


def test_an_answer_from_the_cache_costs_no_call() -> None:
    account = Account(Cap(9, Unit.CALLS))

    async def answered(*, kept: bool) -> None:
        asked.set(("experiment", ASKS[0]))
        call = BeforeModelGenerate("a/model", [], [], "auto", GenerateConfig(), None)
        await PairGateEvents().on_before_model_generate(call)
        if kept:
            await PairGateEvents().on_model_cache_usage(ModelCacheUsageData("a/model", ModelUsage()))

    with pair_gate(1, account):
        asyncio.run(answered(kept=False))
        asyncio.run(answered(kept=True))
    assert account.spent == 1


def test_a_sample_that_the_user_takes_out_holds_up_nobody() -> None:
    """It ends without an error and without a reply; Inspect tells of the end of its attempt alone."""

    async def taken_out() -> bool:
        with pair_gate(1) as gate:
            gate.start("lane", "experiment", ASKS, {})
            summary = EvalSampleSummary(id=ASKS[0][0], epoch=ASKS[0][1], input="", target="")
            await PairGateEvents().on_sample_attempt_end(
                SampleAttemptEnd(None, "run", "lane", "uuid", summary, attempt=1, error=None, will_retry=False)
            )
            return await asyncio.wait_for(gate.wait("lane", ASKS[1]), 5)

    assert asyncio.run(taken_out())


# --- In Inspect


def made(**given: object) -> list[Task]:
    return [condition_task(SETTING, condition, given) for condition in CONDITIONS]


def logs_of(tasks: list[Task], folder: Path, **options: object) -> list[EvalLog]:
    _, logs = eval_set(
        tasks,
        log_dir=str(folder),
        model="control/faker",
        max_tasks=len(tasks),
        display="none",
        log_realtime=False,
        retry_attempts=0,
        **options,  # type: ignore[arg-type]
    )
    return [read_eval_log(log.location) for log in logs]


def test_a_task_has_a_place_in_the_gate_under_af_run_only() -> None:
    assert [task.early_stopping for task in made()] == [None] * 4
    with pair_gate(3):
        assert all(task.early_stopping for task in made())
    assert turnstile("control/faker", 1, None, 0) is None


@solver
def dead_provider() -> Solver:
    async def solve(state: TaskState, generate: Generate) -> TaskState:
        raise ConnectionError("made up")

    return solve


def test_a_condition_that_fails_holds_up_none_of_the_others(tmp_path: Path) -> None:
    def gated() -> list[EvalLog]:
        with pair_gate(2):
            tasks = made(votes=1)
            tasks[1].solver = dead_provider()
            return logs_of(tasks, tmp_path, limit=8, max_connections=2)

    logs = {log.eval.task.removeprefix("helpful_only_"): log for log in Context().run(gated)}
    assert {name: (log.status, len(log.samples or [])) for name, log in logs.items() if name != "cot_paid"} == {
        "cot_free": ("success", 8),
        "no_cot_free": ("success", 8),
        "no_cot_paid": ("success", 8),
    }
    assert logs["cot_paid"].status == "error"


def apart(logs: list[EvalLog]) -> int:
    """Most by which two conditions ever differed in finished replies."""
    finished = sorted((str(sample.completed_at), log.eval.task) for log in logs for sample in log.samples or [])
    counts = Counter({log.eval.task: 0 for log in logs})
    most = 0
    for _, task in finished:
        counts[task] += 1
        most = max(most, max(counts.values()) - min(counts.values()))
    return most


def test_the_conditions_of_a_setting_advance_together_and_the_log_says_so(tmp_path: Path) -> None:
    def gated(limit: int) -> list[EvalLog]:
        with pair_gate(3):
            return logs_of(made(votes=1), tmp_path, limit=limit, epochs=2, max_connections=3)

    first = Context().run(gated, 6)
    logs = Context().run(gated, 12)  # the same set, larger: what was asked is kept
    assert [len(log.samples or []) for log in logs] == [24] * 4
    kept = {sample.uuid for log in first for sample in log.samples or []}
    assert kept < {sample.uuid for log in logs for sample in log.samples or []}
    assert max(apart(first), apart(logs)) <= 3
    summary = logs[0].results and logs[0].results.early_stopping
    assert summary
    assert (summary.manager, summary.early_stops, summary.metadata) == ("pair gate", [], {"window": 3})
