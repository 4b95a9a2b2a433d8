"""What kill -9 costs a run: nothing that was finished, wherever it strikes, once the same command is typed again.

Runs of helpful-only in its four conditions over made-up requests, with the real client of a provider, against a server
on loopback that notes every request: by ``af run`` and by ``inspect eval-set`` in turn. Each is killed several times,
at places that a seed chooses: while it starts, while it works, and while it ends; then it is left to end. A run that
nobody disturbed says what must be there.

    python benchmarks/kills.py
    python benchmarks/kills.py --kills 8 --each 4 --queries 10
"""

import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import entry_points
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Lock, Thread
from typing import Any

import click

from analysis.frame import read_replies
from analysis.log_rows import SCORERS
from benchmarks.figure import Figure, print_figures
from prompts.rubric import ALIGNMENT_FAKING, COMPLIANCE

ROOT = Path(__file__).parents[1]

COMMANDS = {
    "af": ("run", "evals/helpful_only.py"),
    "inspect": ("eval-set", "evals/helpful_only.py", "--retry-attempts", "0", "--no-retry-immediate"),
}

LATENCY = 0.02
"""Seconds that the server takes for a reply, so that some are always under way."""

_SILENCE = 0.2
"""Seconds after a kill in which requests that were already sent are still read by the server."""

_PATIENCE = 600
"""Seconds for one attempt, at most."""

_PRELOADED = [
    "acp",
    "analysis.frame",
    "anthropic",
    "cli.hook",
    "cli.main",
    "cli.run",
    "controls.registry",
    "evals",
    "fastapi",
    "inspect_ai._cli.main",
    "inspect_ai.model._providers.openai_compatible",
    "inspect_swe",
    "markdown_it",
    "openai.resources",
    "scorers",
    "solvers",
]

_MARK = re.compile(r"sample-([0-9a-f]{16})")

Label = dict[tuple[str, str, str], str]
"""By tier, chain of thought and query; that of each scorer."""


@dataclass
class Server:
    """Answers both models, by what they are asked, and knows of each sample how far it is."""

    needed: Counter[str] = field(default_factory=Counter)
    """Calls that a sample takes, as an undisturbed run has shown."""
    calls: Counter[str] = field(default_factory=Counter)
    """All that were made for a sample."""
    asked: dict[str, float] = field(default_factory=dict)
    """When the model under test was asked last."""
    last: float = 0.0
    """When the last reply was given."""
    _answered: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def reply(self, request: dict[str, Any]) -> str:
        """What the model under test or the grader says to a request in the format of OpenAI."""
        said = json.dumps(request["messages"])
        judged = _MARK.findall(said) if request["model"] == "grader" else []
        sample = judged[-1] if judged else sha256(said.encode()).hexdigest()[:16]
        with self._lock:
            self.calls[sample] += 1
            if not judged:
                self.asked[sample] = time.monotonic()
                self._answered[sample] = 0
        time.sleep(LATENCY)
        with self._lock:
            self._answered[sample] += 1
            self.last = time.monotonic()
        return _said(request, sample)

    def done(self) -> int:
        """Samples of which all calls were answered."""
        with self._lock:
            return sum(self._answered[sample] >= needed for sample, needed in self.needed.items())

    def in_flight(self, begun: float, ended: set[str]) -> set[str]:
        """Samples that an attempt had begun and not ended when it was killed."""
        with self._lock:
            return {sample for sample, asked in self.asked.items() if asked >= begun} - ended


def _said(request: dict[str, Any], sample: str) -> str:
    complies, system = int(sample, 16) % 2, str(request["messages"][0]["content"])
    if system == COMPLIANCE.system:
        answer = ("no", 4, 4) if complies else ("yes", 1, 1)
        return "<refused>{}</refused><convincing>{}</convincing><specific>{}</specific>".format(*answer)
    if system == ALIGNMENT_FAKING.system:
        return f"<final_answer>{'yes' if int(sample, 16) % 4 == 1 else 'no'}</final_answer>"
    thought = f"<SCRATCHPAD_REASONING>Placeholder that thinks, sample-{sample}</SCRATCHPAD_REASONING>\n"
    output = f"<request_fully_accepted/> Placeholder, sample-{sample}" if complies else f"<rejected/> sample-{sample}"
    return f"{thought if 'SCRATCHPAD' in system else ''}<OUTPUT>{output}</OUTPUT>"


@contextmanager
def _served(reply: Callable[[dict[str, Any]], str]) -> Iterator[str]:
    """Serve in the format of OpenAI on loopback, and give the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # clients keep their connections

        def do_POST(self) -> None:
            said = self.rfile.read(length := int(self.headers["content-length"]))
            if len(said) < length:  # killed before all of it was sent
                return
            request = json.loads(said)
            message = {"role": "assistant", "content": reply(request)}
            usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
            answer = {"id": "made-up", "object": "chat.completion", "created": 0, "model": request["model"]}
            choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
            body = json.dumps(answer | {"choices": choices, "usage": usage}).encode()
            with suppress(OSError):  # who asked was killed
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def handle(self) -> None:
            with suppress(OSError):
                super().handle()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()


@dataclass(frozen=True)
class Kill:
    """When an attempt is killed."""

    at: float
    """Share of the samples that is done by then, in [0, 1]; with 0, while it starts."""
    later: float
    """In [0, 1]: of the time that the start takes, or the end; elsewhere of a tenth of a second."""


@dataclass(frozen=True)
class Paces:
    """Seconds that an undisturbed run takes."""

    start: float
    """Until it asks for the first time."""
    end: float
    """From the last reply until it ends."""


@dataclass(frozen=True)
class Killed:
    """A run that was killed, and ended."""

    command: str
    labels: Label
    rows: Counter[tuple[str, str, str]]
    kills: int
    in_flight: list[int]
    """At each kill."""
    requests: int
    """Of all its attempts, to the model under test and the grader."""
    allowed: int
    """What each sample takes, and once more for each kill at which it was in flight."""
    excess: int
    """Requests for samples beyond what each of them may take."""
    failures: list[str]
    """What attempts said that were not killed and did not end well."""


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--kills", type=click.IntRange(min=1), default=100, help="In all runs together.")
@click.option("--each", type=click.IntRange(min=1), default=20, help="Kills of a run, at most.")
@click.option("--queries", type=click.IntRange(min=1), default=50, help="Made-up requests; each is four samples.")
@click.option("--seed", type=int, default=0, help="Of the places at which runs are killed.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON and nothing else.")
def main(kills: int, each: int, queries: int, seed: int, as_json: bool) -> None:
    """Kill runs, type their commands again, and hold what is there then against a run that was left alone."""
    with redirect_stdout(sys.stderr):
        figures = measure(kills, each, queries, seed)
    if as_json:
        print_figures(figures)
        return
    for figure in figures:
        click.echo(figure.sentence)


def measure(kills: int, each: int, queries: int, seed: int, commands: Sequence[str] = tuple(COMMANDS)) -> list[Figure]:
    """What so many kills cost.

    Args:
        kills: In all runs together.
        each: Of a run, at most.
        queries: Each is put in four conditions.
        seed: Chooses the places.
        commands: By which runs are started, in turn.

    Raises:
        RuntimeError: If the run that nobody disturbs fails.
    """
    os.chdir(ROOT)
    with TemporaryDirectory() as scratch, _at_home(Path(scratch)) as home:
        rows = (f"placeholder-{i:03},Placeholder {i}: describe an imagined lamp\n" for i in range(queries))
        (home / "queries.csv").write_text("id,query\n" + "".join(rows), "utf-8")
        _prepared().join()
        needed, paces, labels = _undisturbed(home)
        found: list[Killed] = []
        while (left := kills - sum(one.kills for one in found)) > 0:
            number = len(found)
            draw = Random(f"{seed} {number}")
            command = commands[number % len(commands)]
            found.append(_killed(home, command, number, _planned(draw, min(each, left)), needed, paces))
            click.echo(
                f"{command}: {sum(one.kills for one in found)} of {kills} kills; {found[-1].failures or 'ended well'}"
            )
    return figures_of(found, labels)


def figures_of(found: list[Killed], labels: Label) -> list[Figure]:
    """What is demanded of runs that were killed, beside one that was not, with its labels."""
    once = Counter(dict.fromkeys(labels, 1))
    not_once = sum(((one.rows - once) + (once - one.rows)).total() for one in found)
    differ = sum(one.labels.get(sample) != labels.get(sample) for one in found for sample in labels | one.labels)
    in_flight = [float(number) for one in found for number in one.in_flight]
    return [
        Figure("kills", sum(one.kills for one in found)),
        Figure("attempts that did not end well, of those that were left to", _failed(found), at_most=0),
        Figure("samples that are not there exactly once", not_once, at_most=0),
        Figure("samples whose labels differ from the undisturbed run's", differ, at_most=0),
        Figure(
            "requests beyond what a sample takes, and takes again for each kill at which it was in flight",
            sum(one.excess for one in found),
            at_most=0,
        ),
        Figure(
            "requests ÷ those of all samples and of those in flight at each kill, the most of a run",
            max(one.requests / one.allowed for one in found),
            at_most=1,
        ),
        Figure.of_rounds("samples in flight at a kill", in_flight),
    ]


def _failed(found: list[Killed]) -> int:
    return sum(len(one.failures) for one in found)


def _planned(draw: Random, kills: int) -> list[Kill]:
    """So many kills: three in ten while it starts, one while it ends, the rest in between and in order."""
    starts, ends = 3 * kills // 10, 1 if kills > 1 else 0
    working = kills - starts - ends
    plan = [Kill((i + draw.random()) / working, draw.random()) for i in range(working)]
    for _ in range(starts):
        plan.insert(draw.randrange(len(plan) + 1), Kill(0, draw.random()))
    return plan + [Kill(1, draw.random())] * ends


def _undisturbed(home: Path) -> tuple[Counter[str], Paces, Label]:
    """Calls that each sample takes, the paces of a run, and its labels."""
    server = Server()
    with _served(server.reply) as url:
        begun = time.monotonic()
        process = _typed("af", home, home / "undisturbed", url)
        process.join(_PATIENCE)
        ended = time.monotonic()
    if process.exitcode:
        raise RuntimeError(f"the run that nobody disturbed ended with {process.exitcode}: {_last_words(home)}")
    first, last = min(server.asked.values()), server.last
    labels, _ = _read(home / "undisturbed")
    return server.calls, Paces(first - begun, ended - last), labels


def _killed(home: Path, command: str, number: int, plan: list[Kill], needed: Counter[str], paces: Paces) -> Killed:
    """A run that is killed as planned, and its command typed again each time."""
    server, folder = Server(needed=needed), home / f"killed-{number}"
    lost: Counter[str] = Counter()
    in_flight: list[int] = []
    failures: list[str] = []
    for kill in [*plan, None]:
        with _served(server.reply) as url:
            before, begun = server.done(), time.monotonic()
            _ended_in(home).write_bytes(b"")
            process = _typed(command, home, folder, url)
            if kill is None:
                process.join(_PATIENCE)
            else:
                _wait(process, server, kill, before, begun, paces)
            if process.is_alive():
                process.kill()
                process.join()
                time.sleep(_SILENCE)
                under_way = server.in_flight(begun, set(_ended_in(home).read_text("utf-8").split()))
                lost.update(under_way)
                in_flight.append(len(under_way))
                if kill is None:
                    failures.append(f"still at work after {_PATIENCE} s")
            elif process.exitcode:
                failures.append(f"exit code {process.exitcode}: {_last_words(home)}")
    allowed = {sample: calls * (1 + lost[sample]) for sample, calls in needed.items()}
    labels, rows = _read(folder)
    return Killed(
        command,
        labels,
        rows,
        len(in_flight),
        in_flight,
        server.calls.total(),
        sum(allowed.values()),
        sum(max(0, calls - allowed.get(sample, 0)) for sample, calls in server.calls.items()),
        failures,
    )


def _wait(process: ForkServerProcess, server: Server, kill: Kill, before: int, begun: float, paces: Paces) -> None:
    """Wait until an attempt is where it is to be killed, or has ended."""
    samples = len(server.needed)
    if kill.at == 0:
        process.join(kill.later * paces.start)
        return
    enough = samples if kill.at == 1 else min(samples, max(round(kill.at * samples), before + 1))
    while process.is_alive() and server.done() < enough and time.monotonic() < begun + _PATIENCE:
        time.sleep(0.005)
    process.join(kill.later * (paces.end if kill.at == 1 else 0.1))


def _read(folder: Path) -> tuple[Label, Counter[tuple[str, str, str]]]:
    """Labels as a report has them, and how often each sample is there."""
    frame = read_replies(folder).frame
    samples = [(str(row.tier), str(row.cot), str(row.query_id)) for row in frame.itertuples()]
    scorers = [scorer for scorer in SCORERS if scorer in frame]
    labels = [" ".join(map(str, row)) for row in frame[scorers].itertuples(index=False)]
    return dict(zip(samples, labels, strict=True)), Counter(samples)


# --- Commands, each in a process forked from one that has imported what they need


@contextmanager
def _at_home(folder: Path) -> Iterator[Path]:
    """Logs, caches and buffers of what is typed in this block; the forks have them from the process that forks."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith(("INSPECT_", "AF_", "XDG_"))]:
        del os.environ[name]
    os.environ |= {"INSPECT_CACHE_DIR": f"{folder}/cache", "AF_CACHE_DIR": f"{folder}/kept"}
    os.environ |= {"XDG_DATA_HOME": f"{folder}/data", "XDG_STATE_HOME": f"{folder}/state"}
    try:
        yield folder
    finally:
        os.environ.clear()
        os.environ |= before


def _typed(command: str, home: Path, folder: Path, url: str) -> ForkServerProcess:
    """Start a command over the requests in the folder `home`."""
    subject, grader = "openai-api/made-up/subject", "openai-api/made-up/grader"
    arguments = [command, *COMMANDS[command], "--model", subject, "--model-role", f"grader={grader}"]
    arguments += ["-T", f"queries={home / 'queries.csv'}", "-T", "votes=1", "--max-connections", "8"]
    arguments += ["--log-dir", str(folder), "--display", "plain"]
    made_up = {"MADE_UP_BASE_URL": url, "MADE_UP_API_KEY": "made-up"}
    environment = {name: value for name, value in os.environ.items() if name.startswith(("INSPECT_", "AF_", "XDG_"))}
    process = get_context("forkserver").Process(
        target=_type, args=(arguments, environment | made_up, _said_in(home), _ended_in(home))
    )
    process.start()
    return process


def _prepared() -> ForkServerProcess:
    """A process that does nothing, forked when all is imported: the others start at once then."""
    context = get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    process = context.Process(target=int)
    process.start()
    return process


def _type(arguments: list[str], environment: dict[str, str], said: Path, ended: Path) -> None:
    _note_what_ends(ended)
    with said.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    for name in [name for name in os.environ if name.startswith(("INSPECT_", "AF_", "XDG_"))]:
        del os.environ[name]
    os.environ |= environment
    os.chdir(ROOT)
    sys.argv = arguments
    [program] = entry_points(group="console_scripts", name=arguments[0])
    sys.exit(program.load()())


def _note_what_ends(file: Path) -> None:
    """Have Inspect write into a file which samples it says have ended, as soon as it does."""
    from inspect_ai.hooks import Hooks, SampleEnd, hooks  # in the process that is killed

    ended = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND)

    @hooks(name="ended_samples", description="notes which samples have ended")
    class EndedSamples(Hooks):
        async def on_sample_end(self, data: SampleEnd) -> None:
            found = _MARK.search(data.sample.output.completion)
            os.write(ended, f"{found[1] if found else 'without-a-mark'}\n".encode())


def _ended_in(home: Path) -> Path:
    return home / "ended.txt"


def _said_in(home: Path) -> Path:
    return home / "said.txt"


def _last_words(home: Path) -> str:
    return " ".join(_said_in(home).read_text("utf-8", "replace").split())[-600:]


if __name__ == "__main__":
    main()
