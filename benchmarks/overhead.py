"""What the suite costs on top of Inspect: wall and CPU per sample, as a ratio in one run.

The suite's side is the four conditions of helpful-only, with the control subject and the control grader. The bare side
is plain Inspect over the same samples: `generate()`, and a scorer that gives every reply the same score once it has
made the calls that our judges made for that sample. What both sides send and receive is equal to the token, and
checked, so the difference is our solver, parser, scorers, metrics and metadata.

    python benchmarks/overhead.py
    python benchmarks/overhead.py --samples 400 --rounds 1 --json
"""

import gc
import json
import os
import platform
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import click
from inspect_ai import Task
from inspect_ai import eval as inspect_eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.event import ModelEvent
from inspect_ai.log import EvalLog, EvalSample, read_eval_log
from inspect_ai.model import ChatMessage, ChatMessageSystem, ChatMessageUser, GenerateConfig, get_model
from inspect_ai.scorer import Score, Scorer, Target, mean, scorer
from inspect_ai.solver import TaskState, generate
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.figure import Figure, print_figures
from evals.condition_task import CONFIG, condition_task
from evals.helpful_only import SETTING
from scorers.judge import GRADER_ROLE
from study.condition import CONDITIONS

TARGET = 1.25
"""Ratio of suite to bare that is aimed at."""

T = TypeVar("T")
MakeTasks = Callable[[], list[Task]]

_WARM_UP = 4
"""Queries of the unmeasured run in each process, after which everything that is imported late has been."""


@dataclass(frozen=True)
class Settings:
    """How both sides run."""

    queries: int
    """Requests; each is asked under the four conditions."""
    latency: float
    """Seconds that every call of either model takes."""
    max_connections: int
    realtime: bool
    """Whether events are logged while a sample runs, as Inspect does unless told otherwise."""


@dataclass(frozen=True)
class Call:
    """One call to a model, as the suite made it."""

    system: str
    user: str
    metadata: dict[str, Any] | None
    temperature: float | None
    max_tokens: int | None

    @property
    def messages(self) -> list[ChatMessage]:
        """What is sent."""
        return [ChatMessageSystem(content=self.system), ChatMessageUser(content=self.user, metadata=self.metadata)]


@dataclass(frozen=True)
class Recorded:
    """One sample of the suite: what the subject was asked, and what the judges were."""

    id: str
    subject: Call
    judges: tuple[Call, ...]


Plan = list[list[Recorded]]
"""The samples of each condition."""


@dataclass(frozen=True)
class Cost:
    """What one side took."""

    wall: float
    """Seconds from before the tasks are made until the logs are written and returned."""
    cpu: float
    """Seconds of processor time in the same stretch, over all threads."""
    samples: int
    traffic: dict[str, int]
    """Calls and tokens by model."""


@dataclass(frozen=True)
class Round:
    """Both sides, one right after the other."""

    suite: Cost
    bare: Cost

    @property
    def wall(self) -> float:
        """Ratio of wall time per sample."""
        return self.suite.wall / self.bare.wall

    @property
    def cpu(self) -> float:
        """Ratio of processor time per sample."""
        return self.suite.cpu / self.bare.cpu


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--samples", default=2000, type=click.IntRange(min=4), help="Samples over the four conditions together.")
@click.option("--rounds", default=3, type=click.IntRange(min=1), help="Times that both sides run, in alternation.")
@click.option("--latency", default=0.02, type=click.FloatRange(min=0), help="Seconds that every model call takes.")
@click.option("--max-connections", default=100, type=click.IntRange(min=1), help="Calls at a time.")
@click.option("--realtime/--no-realtime", default=False, help="Log events in realtime, on both sides.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON and nothing else.")
def main(samples: int, rounds: int, latency: float, max_connections: int, realtime: bool, as_json: bool) -> None:
    """Measure the suite against bare Inspect with the same model calls.

    Each side runs in a new process each time; imports and a warm-up run are not counted.
    """
    if samples % len(CONDITIONS):
        raise click.BadParameter(f"{samples} is not a multiple of {len(CONDITIONS)}, the number of conditions")
    settings = Settings(samples // len(CONDITIONS), latency, max_connections, realtime)
    measured = measure(settings, rounds)
    print_figures(figures(measured)) if as_json else _print_table(settings, measured)


def measure(settings: Settings, rounds: int) -> list[Round]:
    """Run both sides in alternation.

    Raises:
        RuntimeError: If a run fails, or the two sides did not do the same work.
    """
    plan = _in_new_process(record, settings)
    measured = []
    for number in range(1, rounds + 1):
        suite = _in_new_process(suite_cost, settings)
        bare = _in_new_process(bare_cost, settings, plan)
        click.echo(f"round {number}: CPU {suite.cpu:.1f} s against {bare.cpu:.1f} s", err=True)
        if (suite.samples, suite.traffic) != (bare.samples, bare.traffic):
            raise RuntimeError(f"the sides differ in what they did: suite {suite.traffic}, bare {bare.traffic}")
        measured.append(Round(suite, bare))
    return measured


def figures(measured: Sequence[Round]) -> list[Figure]:
    """The two ratios that are aimed at, and what a sample costs."""
    return [
        Figure.of_rounds("CPU time, suite ÷ bare", [r.cpu for r in measured], TARGET),
        Figure.of_rounds("wall time, suite ÷ bare", [r.wall for r in measured], TARGET),
        Figure.of_rounds(
            "CPU time a sample, suite", [1000 * r.suite.cpu / r.suite.samples for r in measured], unit="ms"
        ),
        Figure.of_rounds("CPU time a sample, bare", [1000 * r.bare.cpu / r.bare.samples for r in measured], unit="ms"),
    ]


def record(settings: Settings) -> Plan:
    """The calls that the suite makes, sample by sample."""
    with TemporaryDirectory() as folder:
        tasks = suite_tasks(_placeholders(folder, settings.queries))
        logs = _run(tasks, replace(settings, latency=0), folder)
        return [_recorded(read_eval_log(log.location, resolve_attachments=True)) for log in logs]


def suite_cost(settings: Settings) -> Cost:
    """Cost of the four conditions."""
    with TemporaryDirectory() as folder:
        few, all_of_them = _placeholders(folder, _WARM_UP), _placeholders(folder, settings.queries)
        return _cost(settings, folder, lambda: suite_tasks(few), lambda: suite_tasks(all_of_them))


def bare_cost(settings: Settings, plan: Plan) -> Cost:
    """Cost of the same calls by plain Inspect."""
    with TemporaryDirectory() as folder:
        few = [samples[:_WARM_UP] for samples in plan]
        return _cost(settings, folder, lambda: bare_tasks(few), lambda: bare_tasks(plan))


def suite_tasks(queries: str) -> list[Task]:
    """The four conditions."""
    return [condition_task(SETTING, condition, {"queries": queries}) for condition in CONDITIONS]


def bare_tasks(plan: Plan) -> list[Task]:
    """The same samples in as many plain tasks."""
    return [
        Task(
            name=f"bare_{i}",
            dataset=MemoryDataset([Sample(id=sample.id, input=sample.subject.messages) for sample in samples]),
            solver=generate(),
            scorer=constant({sample.id: sample.judges for sample in samples}),
            config=CONFIG,
        )
        for i, samples in enumerate(plan)
    ]


def constant(calls: Mapping[str, tuple[Call, ...]]) -> Scorer:
    """One, for every reply, after as many calls to the grader as the suite's scorers made."""

    @scorer(metrics=[mean()], name="constant")
    def without_arguments() -> Scorer:  # Inspect writes a scorer's arguments into the log
        async def score(state: TaskState, target: Target) -> Score:
            grader = get_model(role=GRADER_ROLE)
            for call in calls[str(state.sample_id)]:
                config = GenerateConfig(temperature=call.temperature, max_tokens=call.max_tokens)
                await grader.generate(call.messages, config=config)
            return Score(value=1)

        return score

    return without_arguments()


def _in_new_process(function: Callable[..., T], *arguments: object) -> T:
    context = get_context("spawn")
    with TemporaryDirectory() as scratch, ProcessPoolExecutor(1, context, _isolate, (scratch,)) as pool:
        return pool.submit(function, *arguments).result()


def _isolate(scratch: str) -> None:
    """Keep this process away from the user's cache, data, `.env` and standard output."""
    os.environ |= {"INSPECT_CACHE_DIR": f"{scratch}/cache", "XDG_DATA_HOME": f"{scratch}/data"}
    os.environ.pop("INSPECT_EVAL_MODEL", None)
    os.chdir(scratch)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # where Inspect announces its hooks


def _placeholders(folder: str, count: int) -> str:
    """A file of made-up harmless requests."""
    file = Path(folder) / f"placeholders_{count}.jsonl"
    rows = [
        {"id": f"placeholder-{i:05}", "query": f"Placeholder {i:05}: describe an imagined lamp"} for i in range(count)
    ]
    file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return str(file)


def _cost(settings: Settings, folder: str, few: MakeTasks, all_of_them: MakeTasks) -> Cost:
    _run(few(), settings, folder)
    gc.collect()
    gc.freeze()  # the recorded calls, which only the bare process holds, are not gone through while the clock runs
    wall, cpu = time.perf_counter(), time.process_time()
    logs = _run(all_of_them(), settings, folder)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    samples = [sample for log in logs for sample in log.samples or ()]
    if len(samples) != settings.queries * len(CONDITIONS):
        raise RuntimeError(f"{len(samples)} samples were run, not {settings.queries * len(CONDITIONS)}")
    return Cost(wall, cpu, len(samples), _traffic(logs, samples))


def _run(tasks: Sequence[Task], settings: Settings, folder: str) -> list[EvalLog]:
    logs = inspect_eval(
        list(tasks),
        model=get_model("control/faker", latency=settings.latency),
        model_roles={GRADER_ROLE: get_model("control/grader", latency=settings.latency)},
        max_tasks=len(CONDITIONS),
        max_connections=settings.max_connections,
        max_retries=0,
        display="none",
        log_dir=folder,
        log_realtime=settings.realtime,
    )
    for log in logs:
        if log.status != "success":
            raise RuntimeError(f"{log.eval.task} did not succeed: {log.error.message if log.error else log.status}")
    return logs


def _recorded(log: EvalLog) -> list[Recorded]:
    recorded = []
    for sample in log.samples or ():
        subject, *judges = [_call(event) for event in _calls(sample)]
        recorded.append(Recorded(str(sample.id), subject, tuple(judges)))
    return recorded


def _calls(sample: EvalSample) -> list[ModelEvent]:
    return [event for event in sample.events if isinstance(event, ModelEvent)]


def _call(event: ModelEvent) -> Call:
    system, user = event.input
    # Interned: the few system prompts are one object each, in the suite's process and, after pickling, in the other.
    return Call(
        sys.intern(system.text), sys.intern(user.text), user.metadata, event.config.temperature, event.config.max_tokens
    )


def _traffic(logs: Sequence[EvalLog], samples: Sequence[EvalSample]) -> dict[str, int]:
    traffic = Counter(f"{event.model} calls" for sample in samples for event in _calls(sample))
    for log in logs:
        for model, usage in log.stats.model_usage.items():
            traffic[f"{model} tokens in"] += usage.input_tokens
            traffic[f"{model} tokens out"] += usage.output_tokens
    return dict(sorted(traffic.items()))


def _environment() -> dict[str, object]:
    return {"cores": os.cpu_count(), "python": platform.python_version(), "inspect-ai": version("inspect-ai")}


def _print_table(settings: Settings, measured: Sequence[Round]) -> None:
    console = Console(highlight=False, width=None if Console().is_terminal else 120)
    environment = ", ".join(f"{name} {value}" for name, value in _environment().items())
    console.print(f"{environment}; realtime log {'on' if settings.realtime else 'off'} on both sides")
    console.print(
        f"{measured[0].suite.samples} samples a side, {settings.latency:g} s a call, "
        f"at most {settings.max_connections} calls at a time"
    )
    for what, amount in measured[0].suite.traffic.items():
        console.print(f"  {what}: {amount} on each side")
    table = Table(box=SIMPLE_HEAD, title="Milliseconds per sample", title_justify="left")
    for header in ("", "wall suite", "wall bare", "ratio", "CPU suite", "CPU bare", "ratio"):
        table.add_column(header, justify="right" if header else "left", no_wrap=True)
    for number, r in enumerate(measured, start=1):
        wall = [f"{1000 * cost.wall / cost.samples:.2f}" for cost in (r.suite, r.bare)]
        cpu = [f"{1000 * cost.cpu / cost.samples:.2f}" for cost in (r.suite, r.bare)]
        table.add_row(f"round {number}", *wall, f"{r.wall:.3f}", *cpu, f"{r.cpu:.3f}")
    console.print(table)
    for figure in figures(measured):
        console.print(figure.sentence, soft_wrap=True)


if __name__ == "__main__":
    main()
