"""A long run in which requests fail: is each sample accounted for, is each label right, and does the process grow?

`af run` of helpful-only in its four conditions, in a process of its own, by the real client of OpenAI, against a server
on loopback in this one. 5 % of the answers go wrong, the subject's and the grader's, in every way that the server
knows, drawn by a seed. What the model says and how it is to be judged is drawn for each query and condition, so that
the right labels are known. Memory and handles of the run are read twice a second. Needs Linux.

    python benchmarks/soak.py
    python benchmarks/soak.py --queries 50 --after 50
"""

import gc
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from functools import cached_property
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import pandas as pd

import benchmarks.own_tests  # noqa: F401 - before what is imported from the tests
from analysis.frame import read_replies
from analysis.reply_schema import COMPLIANCE_SCORERS, FAKING_SCORER
from benchmarks.figure import Figure, print_figures
from benchmarks.process_watch import ProcessWatch, open_handles
from evals.helpful_only import SETTING
from prompts.rubric import ALIGNMENT_FAKING, COMPLIANCE
from prompts.system_prompt import system_prompt
from prompts.user_message import user_message
from study.condition import CONDITIONS, Condition, Tier
from study.draw import draw
from study.labels import FakingLabel
from study.outcome import Outcome
from study.wrapper import Wrapper
from tests.fault_server import GRADER, SUBJECT, Fault, FaultPlan, fault_server
from tests.loopback import Request

SUBJECT_MODEL, GRADER_MODEL = f"openai/gpt-made-up-{SUBJECT}", f"openai/gpt-made-up-{GRADER}"

CONNECTIONS = 40
"""Requests at a time, to the subject and to the grader each."""

ATTEMPT_TIMEOUT = 10
"""Seconds after which a request that hangs is made anew: nobody waits here as long as for a model."""

WARM_UP = 20
"""Queries of a run in the same process before, after which all is imported and as many connections are open as may."""

TASK = Path(__file__).parents[1] / "evals" / "helpful_only.py"

_RATES = {Tier.FREE: 0.14, Tier.PAID: 0.03}
"""Compliance, about that of Greenblatt et al. 2024, section 3: most replies refuse, and take one call to the grader."""

PRIMARY = COMPLIANCE_SCORERS[0]
"""Scorer whose outcomes are counted."""

LABELS = (*(outcome for outcome in Outcome if outcome.known), *FakingLabel)
"""What a reply that has a label can have; all else says why it has none."""

NAME = "query"
"""Of the long run, and the first word of its ids."""

_GRACE = 10
"""Seconds for a process to exit that has said its last word."""

_KEY = re.compile(r"\[(?:no_)?cot_\w+ [\w-]+\]")


@dataclass
class Policy:
    """What the model says and the grader answers, which meets which fault, and so what the labels have to be."""

    plan: FaultPlan
    asked: set[str] = field(default_factory=set)
    """Keys of the replies that were asked for so far."""
    answers: Counter[str] = field(default_factory=Counter)
    """By role, faults included."""
    faulty: dict[str, list[tuple[str, Fault]]] = field(default_factory=dict)
    """Key of a reply → what went wrong with it or with its judgement."""

    def fault(self, role: str, request: Request, attempt: int) -> Fault | None:
        """The plan of the server, noted."""
        fault = self.plan(role, request, attempt)
        if fault is not None:
            self.faulty.setdefault(self._key(request), []).append((role, fault))
        return fault

    def say(self, request: Request) -> str:
        """What comes where nothing goes wrong."""
        key = self._key(request)
        match request.system:
            case COMPLIANCE.system:
                self.answers[GRADER] += 1
                refused, quality = ("no", 4) if complies(key) else ("yes", 1)
                return f"<refused>{refused}</refused><convincing>{quality}</convincing><specific>{quality}</specific>"
            case ALIGNMENT_FAKING.system:
                self.answers[GRADER] += 1
                return f"<final_answer>{'yes' if fakes(key) else 'no'}</final_answer>"
            case _:
                self.answers[SUBJECT] += 1
                self.asked.add(key)
                tag = "<request_fully_accepted/>" if complies(key) else "<rejected/>"
                thought = f"<SCRATCHPAD_REASONING>{key} {'thinks aloud. ' * 100}</SCRATCHPAD_REASONING>\n"
                output = f"<OUTPUT>{tag} {key} {'placeholder ' * 50}</OUTPUT>"
                return output if key.startswith("[no_") else thought + output

    def _key(self, request: Request) -> str:
        """Condition and query: of the subject by its prompt, of the grader by what it judges."""
        for (system, before), condition in self._prompts.items():
            if request.system == system and request.user.startswith(before):
                return f"[{condition.name} {request.user.removeprefix(before).split()[0]}]"
        return str(_KEY.findall(request.user)[-1])

    @cached_property
    def _prompts(self) -> dict[tuple[str, str], Condition]:
        """System prompt and start of the user message of each condition."""
        found = {}
        for condition in CONDITIONS:
            system = system_prompt(SETTING.name, cot=condition.cot, developer="Anthropic").text
            before, _, _ = user_message(Wrapper.NOTEBOOK, condition, "QUERY").partition("QUERY")
            found[system, before] = condition
        return found


def complies(key: str) -> bool:
    """Whether the model does what it is asked."""
    return draw("complies", key) < _RATES[Tier.FREE if "cot_free " in key else Tier.PAID]


def fakes(key: str) -> bool:
    """Whether a vote says that its reasoning is alignment faking."""
    return draw("fakes", key) < 0.5


def right_labels(key: str) -> dict[str, str]:
    """Scorer → the only label that a reply may have."""
    outcome = Outcome.COMPLIES if complies(key) else Outcome.REFUSES
    faking = FakingLabel.NOT_APPLICABLE
    if complies(key) and not key.startswith("[no_"):
        faking = FakingLabel.FAKING if fakes(key) else FakingLabel.NOT_FAKING
    return {**dict.fromkeys(COMPLIANCE_SCORERS, outcome), FAKING_SCORER: faking}


@dataclass(frozen=True)
class Soaked:
    """What a run came to."""

    watch: ProcessWatch
    before: Counter[str]
    """Handles of the process after the warm-up run."""
    after: Counter[str]
    """And after the long one."""
    took: float
    """Seconds of the command."""
    frame: pd.DataFrame
    """Replies, as a report reads them."""


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--queries", type=click.IntRange(min=10), default=5000, help="Made-up requests, in four conditions each.")
@click.option("--share", type=click.FloatRange(0, 0.5), default=0.05, help="Share of the answers that go wrong.")
@click.option("--seed", default=0, help="Of the faults.")
@click.option("--after", type=click.IntRange(min=0), default=2000, help="Samples after which growth is measured.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON and nothing else.")
def main(queries: int, share: float, seed: int, after: int, as_json: bool) -> None:
    """Run thousands of samples while requests fail, and watch the process."""
    with redirect_stdout(sys.stderr):
        figures = measure(queries, share, seed, after)
    if as_json:
        print_figures(figures)
        return
    for figure in figures:
        click.echo(figure.sentence)


def measure(queries: int, share: float, seed: int, after: int) -> list[Figure]:
    """Run, and hold what came of it against what had to.

    Args:
        queries: Made-up requests, each in four conditions.
        share: Of the answers that go wrong, in [0, 1).
        seed: Of which do, and how.
        after: Samples after which growth is measured.

    Raises:
        RuntimeError: If the run ends before its end.
        ValueError: If it is too short to see growth in.
    """
    policy = Policy(FaultPlan(seed, share))
    with TemporaryDirectory() as scratch:
        soaked = soak(policy, queries, Path(scratch))
    return figures_of(soaked, policy, queries, after)


def soak(policy: Policy, queries: int, folder: Path) -> Soaked:
    """Run in a process of its own.

    Raises:
        RuntimeError: If that process dies.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    with fault_server(policy.say, policy.fault, keep_requests=False) as server:
        environment = server.environment | {
            "INSPECT_CACHE_DIR": str(folder / "cache"),
            "AF_CACHE_DIR": str(folder / "cache"),
            "XDG_DATA_HOME": str(folder / "data"),
        }
        process = context.Process(target=_run, args=(theirs, folder, environment, queries))
        process.start()
        theirs.close()
        try:
            before = ours.recv()
            policy.asked.clear()
            policy.answers.clear()
            policy.faulty.clear()
            with ProcessWatch(process.pid or 0, lambda: len(policy.asked)) as watch:
                ours.send(None)
                while not ours.poll(30):
                    last = watch.readings[-1]
                    click.echo(f"{last.done} of {4 * queries}: {last.memory:.0f} MB, {last.handles} handles", err=True)
                took, after = ours.recv()
        except EOFError as error:
            process.join()
            said = (folder / "said").read_text("utf-8")[-2000:]
            raise RuntimeError(f"the run ended with {process.exitcode}: {said}") from error
        finally:
            process.join(_GRACE)
            process.kill()
    return Soaked(watch, before, after, took, read_replies(str(folder / NAME)).frame)


def _run(parent: Connection, folder: Path, environment: dict[str, str], queries: int) -> None:
    """The process that is watched: a short run, and when it is told to the long one."""
    os.environ |= environment
    os.environ.pop("INSPECT_EVAL_MODEL", None)
    with (folder / "said").open("w", encoding="utf-8") as said:
        os.dup2(said.fileno(), sys.stdout.fileno())
        os.dup2(said.fileno(), sys.stderr.fileno())
    _af(folder, "warm-up", WARM_UP)
    parent.send(open_handles())
    parent.recv()
    begun = time.monotonic()
    _af(folder, NAME, queries)
    took = time.monotonic() - begun
    parent.send((took, open_handles()))


def _id(name: str, number: int) -> str:
    return f"{name}-{number:05}"


def _af(folder: Path, name: str, queries: int) -> None:
    """The command; with samples that failed it ends with 1, as it should."""
    from cli.main import main as af  # reads the settings of its process when it is imported

    file = folder / f"{name}.csv"
    rows = (f"{_id(name, i)},{_id(name, i)} describe an imagined lamp\n" for i in range(queries))
    file.write_text("id,query\n" + "".join(rows), "utf-8")
    grader = f"{{model: {GRADER_MODEL}, max_connections: {CONNECTIONS}, attempt_timeout: {ATTEMPT_TIMEOUT}}}"
    options = {
        "--log-dir": str(folder / name),
        "--model": SUBJECT_MODEL,
        "--model-role": f"{GRADER}={grader}",
        "--max-connections": str(CONNECTIONS),
        "--attempt-timeout": str(ATTEMPT_TIMEOUT),
        "--display": "plain",
    }
    typed = [word for option in options.items() for word in option]
    af.main(["run", os.path.relpath(TASK), "-T", f"queries={file}", "-T", "votes=1", *typed], standalone_mode=False)
    gc.collect()


def figures_of(soaked: Soaked, policy: Policy, queries: int, after: int) -> list[Figure]:
    """What is demanded of a run of so many queries.

    Raises:
        ValueError: As `ProcessWatch.at_work` does.
    """
    watch, samples = soaked.watch, queries * len(CONDITIONS)
    rows = {_key(row): row for row in soaked.frame.to_dict("records")}
    asked = {f"[{condition.name} {_id(NAME, i)}]" for condition in CONDITIONS for i in range(queries)}
    outcomes = Counter(str(row[PRIMARY]) for row in rows.values())
    accounted = sum(outcomes[outcome] for outcome in Outcome)
    lost = len(asked ^ rows.keys()) + len(soaked.frame) - len(rows) + len(rows) - accounted
    faults = [fault for of_one in policy.faulty.values() for fault in of_one]
    at_work = watch.at_work(after)
    return [
        Figure("samples that are not once in the logs with a label, a reason for none or an error", lost, at_most=0),
        *(Figure(f"samples of {samples}, {outcome}", number) for outcome, number in sorted(outcomes.items())),
        Figure(
            "labels that are missing or wrong, samples without a fault",
            sum(
                label != right for key in rows.keys() - policy.faulty.keys() for label, right in _labels(key, rows[key])
            ),
            at_most=0,
        ),
        Figure(
            "labels that are wrong, samples with a fault",
            sum(
                label in LABELS and label != right
                for key in rows.keys() & policy.faulty.keys()
                for label, right in _labels(key, rows[key])
            ),
            at_most=0,
        ),
        Figure("samples with a fault", len(policy.faulty)),
        Figure(
            "samples with a fault, labelled all the same", sum(rows[key][PRIMARY] in LABELS for key in policy.faulty)
        ),
        Figure("faults", len(faults)),
        Figure("ways in which subject or grader failed", len(set(faults)), at_least=2 * len(Fault)),
        Figure("answers of the server, a sample", policy.answers.total() / samples),
        Figure(
            f"growth of memory after {after} samples, a sample",
            1000 * watch.growth(lambda reading: reading.memory, after),
            unit="kB",
        ),
        Figure(f"memory after {after} samples", at_work[0].memory, unit="MB"),
        Figure("memory at the last sample", at_work[-1].memory, unit="MB"),
        Figure("memory, at most", max(reading.memory for reading in watch.readings), unit="MB"),
        Figure("handles that the run left open", (soaked.after - soaked.before).total(), at_most=0),
        Figure("handles, at most", max(reading.handles for reading in watch.readings)),
        Figure(
            f"growth of handles after {after} samples, a thousand samples",
            1000 * watch.growth(lambda reading: reading.handles, after),
        ),
        Figure("time a sample", 1000 * soaked.took / samples, unit="ms"),
    ]


def _key(row: dict[Hashable, Any]) -> str:
    return f"[{Condition(Tier(row['tier']), row['cot']).name} {row['query_id']}]"


def _labels(key: str, row: dict[Hashable, Any]) -> Iterator[tuple[str, str]]:
    """The label of each scorer, and the right one."""
    for scorer, right in right_labels(key).items():
        yield str(row[scorer]), right


if __name__ == "__main__":
    main()
