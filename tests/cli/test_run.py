"""``af run``: typed, killed, and typed again."""

import os
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from time import monotonic, sleep, time
from typing import Any

import pytest
from click.testing import CliRunner, Result
from filelock import FileLock
from inspect_ai import eval as inspect_eval
from inspect_ai.event import ModelEvent
from inspect_ai.log import EvalLog, list_eval_logs, read_eval_log, write_eval_log

from analysis.exclusion import ExclusionKind
from analysis.frame import read_replies
from cli.folder_check import check_logs
from cli.main import main
from cli.run_folder import newest_logs
from evals.budget import ACCOUNT, Account, Cap, Unit
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from study.condition import CONDITIONS
from tests.command_line import run, start
from tests.evals.test_pair_gate import apart
from tests.loopback import loopback
from tests.made_up import Write

TASK = "evals/helpful_only.py"


def logs_in(folder: Path) -> list[EvalLog]:
    return [read_eval_log(info) for info in list_eval_logs(str(folder))]


# --- Killed and typed again


def buffered(home: Path) -> int:
    """Bytes that a run has put aside: it has finished samples."""
    return sum(path.stat().st_size for path in (home / "data").rglob("*") if path.is_file())


def charged(home: Path) -> int:
    """Bytes of the account of a run."""
    return sum(path.stat().st_size for path in home.glob(f"logs/*/{ACCOUNT}"))


def kill_while_it_works(
    command: str, home: Path, made: Callable[[Path], int] = buffered, enough: int = 200_000
) -> None:
    process = start(command, home)
    deadline, before = monotonic() + 120, made(home)
    while made(home) <= before + enough:
        assert process.poll() is None, "it finished before it could be killed: give it more to do"
        assert monotonic() < deadline
        sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.defect(6)
def test_killed_three_times_it_ends_with_every_sample_exactly_once(tmp_path: Path) -> None:
    command = (
        f"af run {TASK} --model control/faker -M latency=0.1 -T votes=1 --max-connections 4 --limit 40 --display plain"
    )
    for _ in range(3):
        kill_while_it_works(command, tmp_path)
    done = run(command, tmp_path)
    assert done.returncode == 0, done.stderr
    [folder] = (tmp_path / "logs").iterdir()
    logs = logs_in(folder)
    asked = Counter({str(sample.id): 1 for sample in logs[0].samples or []})
    assert asked.total() == 40
    assert {log.eval.task: (log.status, Counter(sample.id for sample in log.samples or [])) for log in logs} == {
        f"helpful_only_{condition}": ("success", asked)
        for condition in ("cot_free", "cot_paid", "no_cot_free", "no_cot_paid")
    }
    assert len(logs) == 4, "logs of the killed runs would be counted twice"
    assert apart(logs) <= 4
    harmful = sum(sample.metadata["harmful"] for sample in logs[0].samples or [])
    assert f"CoT     judged     {harmful}  1.000  0.000  +1.000" in done.stdout


@pytest.mark.defect(8)
def test_what_was_edited_is_not_mixed_with_what_was_asked(tmp_path: Path, write: Write) -> None:
    queries = write("mine.csv", "query\nOne\n")
    command = f"run {TASK} -T queries={queries} --display plain"
    assert CliRunner().invoke(main, command).exit_code == 0
    write("mine.csv", "query\nAnother\n")
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 1
    [folder] = (tmp_path / "logs").iterdir()
    assert done.stderr.splitlines()[-1] == (
        f"Nothing was run. If {folder} holds a run with other prompts, queries or settings, give this one a --log-dir "
        "of its own."
    )
    assert {sample.input for log in logs_in(folder) for sample in log.samples or []} == {"One"}


def test_interrupted_it_says_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(command: list[str]) -> int:
        [log] = inspect_eval(
            condition_task(SETTING, CONDITIONS[0], {}),
            model="control/faker",
            limit=1,
            log_dir=str(tmp_path),
            display="none",
            log_realtime=False,
        )
        log.status = "cancelled"
        write_eval_log(log)
        return 0

    monkeypatch.setattr("cli.run._inspect", interrupted)
    done = CliRunner().invoke(main, ["run", TASK, "--log-dir", str(tmp_path)])
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (
        1,
        f"Not finished: the same command, typed again, goes on where this run stopped ({tmp_path})",
    )


def test_only_what_the_newest_log_holds_all_of_is_removed(tmp_path: Path) -> None:
    [log] = inspect_eval(
        condition_task(SETTING, CONDITIONS[0], {"votes": 1}),
        model="control/faker",
        limit=1,
        log_dir=str(tmp_path),
        display="none",
        log_realtime=False,
    )
    asked_before = log.eval.model_copy(update={"eval_id": "earlier"})
    others = [sample.model_copy(update={"uuid": "another"}) for sample in log.samples or []]
    made: dict[str, dict[str, Any]] = {
        "killed": {"status": "started"},
        "failed": {"status": "error"},
        "of-fewer-queries": {"eval": asked_before},
        "judged-by-another": {},
        "more": {"status": "started", "samples": others},
    }
    for name, changes in made.items():
        write_eval_log(log.model_copy(update=changes), str(tmp_path / f"{name}.eval"))
        os.utime(tmp_path / f"{name}.eval", (0, 0))  # long ago
    assert [Path(kept.location).name for kept in newest_logs(str(tmp_path))] == [Path(log.location).name]
    assert {path.stem for path in tmp_path.glob("*.eval")} == {Path(log.location).stem, "judged-by-another", "more"}


def test_a_clock_that_is_set_back_amid_a_run_costs_no_reply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inspect would remove what it has just written: to the clock of now, the log that it went on from is newer."""
    task = f"{TASK}@helpful_only_no_cot_free"
    command = f"run {task} -T votes=1 --display none --log-dir {tmp_path} --limit"

    def set_back(folder: str) -> list[EvalLog]:
        logs = check_logs(folder)
        for log in tmp_path.glob("*.eval"):
            os.utime(log, (time() + 3600,) * 2)
        return logs

    monkeypatch.setattr("cli.run.check_logs", set_back)
    for limit in (1, 2):
        assert CliRunner().invoke(main, f"{command} {limit}").exit_code == 0
    assert [len(log.samples or []) for log in logs_in(tmp_path)] == [2]


# --- With a budget

SMALL = f"run {TASK} -T votes=3 --limit 12 --display plain"


def labels(logs: list[EvalLog]) -> dict[tuple[str, str], Any]:
    """The labels of each sample; each of them is there once."""
    found = [
        ((log.eval.task, str(sample.id)), {name: score.value for name, score in (sample.scores or {}).items()})
        for log in logs
        for sample in log.samples or []
    ]
    assert len(found) == len(dict(found))
    return dict(found)


def calls_in(logs: list[EvalLog]) -> int:
    return sum(event.event == "model" for log in logs for sample in log.samples or [] for event in sample.events)


def told(done: Result | CompletedProcess[str]) -> list[str]:
    """What the command says of its budget."""
    return [line for line in done.stderr.splitlines() if line.startswith(("Stopped", "Spent", "Not begun"))]


def test_a_budget_stops_it_at_whole_pairs_and_with_more_it_ends_as_if_there_had_been_none(tmp_path: Path) -> None:
    def typed(budget: str = "", folder: str = "capped") -> tuple[Result, list[EvalLog]]:
        done = CliRunner().invoke(main, f"{SMALL} {budget} --log-dir {tmp_path / folder}")
        assert done.exit_code == 0, done.output
        return done, logs_in(tmp_path / folder)

    _, whole = typed(folder="whole")
    need = calls_in(whole)
    cap = need * 3 // 10
    done, first = typed(f"--budget {cap}calls")
    [queries, *others] = [{sample.id for sample in log.samples or []} for log in first]
    spent, begun = calls_in(first), len(queries)
    assert others == [queries] * 3, "every query that was begun is in all conditions"
    assert cap - need // 6 < spent <= cap
    rest = f"each in all conditions. The same command asks the rest, with a larger --budget ({tmp_path / 'capped'})"
    assert told(done) == [
        f"Stopped (the budget of {cap} calls holds no further query): {begun} of 12 queries were asked, {rest}",
        f"Spent: {spent} of {cap} calls",
    ]
    assert [log.status for log in first] == ["success"] * 4
    stopped = [log.results and log.results.early_stopping for log in first]
    assert [(len(one.early_stops), one.early_stops[0].reason) for one in stopped if one] == [
        (12 - begun, f"the budget of {cap} calls holds no further query")
    ] * 4
    assert f"{spent} of {cap} calls" in [one.metadata["spent"] for one in stopped if one], "of the last to end"
    replies = read_replies(str(tmp_path / "capped"))
    assert len(replies.frame) == 4 * begun
    used = f"{begun} of 12 replies are used, {12 - begun} were never asked"
    assert {(one.kind, one.samples, one.reason, one.remedy) for one in replies.exclusions} == {
        (
            ExclusionKind.STOPPED,
            12 - begun,
            f"the run stopped (the budget of {cap} calls holds no further query): {used}",
            "ask the rest: the af run command again, with a larger --budget",
        )
    }

    done, again = typed(f"--budget {cap}calls")
    assert (told(done)[1], calls_in(again)) == (f"Spent: {spent} of {cap} calls", spent)
    done, last = typed(f"--budget {2 * need}calls")
    assert told(done) == [f"Spent: {need} of {2 * need} calls"]
    assert labels(last) == labels(whole)
    kept = {sample.uuid for log in first for sample in log.samples or []}
    assert kept < {sample.uuid for log in last for sample in log.samples or []}
    assert read_replies(str(tmp_path / "capped")).exclusions == []


def test_killed_within_its_budget_it_knows_what_was_spent(tmp_path: Path) -> None:
    command = (
        f"af run {TASK} --model control/faker -M latency=0.1 -T votes=1 --max-connections 4 --limit 40 --display plain "
        "--budget 150calls"
    )
    kill_while_it_works(command, tmp_path, charged, 8_000)
    [account] = tmp_path.glob(f"logs/*/{ACCOUNT}")
    before = Account(Cap(150, Unit.CALLS), account).spent
    assert 0 < before < 150
    done = run(command, tmp_path)
    assert done.returncode == 0, done.stderr
    logs = logs_in(account.parent)
    [queries, *others] = [{sample.id for sample in log.samples or []} for log in logs]
    assert others == [queries] * 3
    spent = Account(Cap(150, Unit.CALLS), account).spent
    assert max(before, calls_in(logs)) <= spent <= 150 + 16  # calls under way at the kill were made twice
    assert told(done)[1] == f"Spent: {spent:.0f} of 150 calls"


def test_an_account_that_was_lost_is_made_from_the_logs(tmp_path: Path) -> None:
    command = f"{SMALL} --log-dir {tmp_path}"
    CliRunner().invoke(main, f"{command} --budget 60calls")
    account = tmp_path / ACCOUNT
    before = Account(Cap(60, Unit.TOKENS), account).spent
    account.unlink()
    done = CliRunner().invoke(main, f"{command} --budget 60calls")
    assert Account(Cap(60, Unit.TOKENS), account).spent == before
    assert told(done)[1] == f"Spent: {calls_in(logs_in(tmp_path))} of 60 calls"


def test_a_budget_covers_the_variations_of_a_list(tmp_path: Path) -> None:
    command = f"{SMALL} -T variation=base,honest,paraphrase_0 --budget 150calls --log-dir {tmp_path}"
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    counts = {name: calls_in(logs_in(tmp_path / name)) for name in ("base", "honest")}
    assert counts["base"] > 60
    assert counts["honest"] > 0
    spent = sum(counts.values())
    assert 135 < spent <= 150
    assert told(done)[-2:] == [
        f"Spent: {spent} of 150 calls",
        f"Not begun, since the budget holds no further query: {spent} of 150 calls",
    ]
    assert not (tmp_path / "paraphrase_0").exists()


def test_a_budget_in_dollars_counts_at_the_price_that_is_given(tmp_path: Path) -> None:
    prices = "--price 1,10 --grader-price 2,0"
    done = CliRunner().invoke(main, f"{SMALL} --budget 0.1usd {prices} --log-dir {tmp_path}")
    used = [
        (event.model, event.output.usage)
        for log in logs_in(tmp_path)
        for sample in log.samples or []
        for event in sample.events
        if isinstance(event, ModelEvent) and event.output.usage
    ]
    subject = sum(usage.input_tokens + 10 * usage.output_tokens for model, usage in used if model == "control/faker")
    grader = sum(2 * usage.input_tokens for model, usage in used if model == "control/grader")
    spent = (subject + grader) / 1_000_000
    assert 0.05 < spent <= 0.1
    assert (done.exit_code, told(done)[-1]) == (0, f"Spent: ${spent:.2f} of $0.10")


# --- Where nobody judges


NOT_JUDGED = (
    "Not judged: control/faker · helpful_only: judged_compliance gave no label in cot_free (2 grader_failed of 2); the "
    "replies are kept: inspect score LOG --action overwrite --overwrite judges them again, "
    "--model-role grader=PROVIDER/MODEL by another"
)


@pytest.mark.parametrize(
    ("arguments", "ending"),
    [
        pytest.param("--model-role grader=control/refuser --display plain", (1, [NOT_JUDGED]), id="no-verdict"),
        pytest.param("--model-role grader=control/refuser --display none", (1, [NOT_JUDGED]), id="and-no-display"),
        pytest.param("--model control/malformer --display plain", (0, []), id="nothing-to-judge"),
    ],
)
def test_a_run_that_nobody_judged_ends_as_a_failure(
    arguments: str, ending: tuple[int, list[str]], tmp_path: Path
) -> None:
    """A control subject in the grader's role answers nothing that is a verdict."""
    command = f"run {TASK}@helpful_only_cot_free -T votes=1 --limit 2 --log-dir {tmp_path} {arguments}"
    done = CliRunner().invoke(main, command)
    assert (done.exit_code, [line for line in done.output.splitlines() if line.startswith("Not")]) == ending


# --- Where it goes on


def folder_of(*arguments: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Name of the folder in which a command would go on."""
    typed: list[list[str]] = []

    def inspect(command: list[str]) -> int:
        typed.append(command)
        return 2

    monkeypatch.setattr("cli.run._inspect", inspect)
    CliRunner().invoke(main, ["run", TASK, *arguments])
    [command] = typed
    return command[command.index("--log-dir") + 1]


@pytest.mark.parametrize(
    ("arguments", "same"),
    [
        pytest.param([], True, id="typed-again"),
        pytest.param(["--limit", "40"], True, id="larger"),
        pytest.param(["--max-connections", "3"], True, id="slower"),
        pytest.param(["--display", "none", "--max-retries", "2"], True, id="shown-otherwise"),
        pytest.param(["--model", "control/faker"], True, id="the-default-model-named"),
        pytest.param(["--model", "control/refuser"], False, id="another-model"),
        pytest.param(["-M", "latency=1"], False, id="a-model-argument"),
        pytest.param(["-T", "votes=3"], False, id="a-task-parameter"),
        pytest.param(["--model-role", "grader=openai/gpt-4o"], False, id="another-grader"),
        pytest.param(["--temperature", "0"], False, id="another-temperature"),
        pytest.param(["--max-tokens", "100"], False, id="another-length"),
        pytest.param(["--sample-shuffle", "1"], False, id="another-subset"),
    ],
)
def test_the_same_experiment_goes_on_in_the_same_folder(
    arguments: list[str], same: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = folder_of(monkeypatch=monkeypatch)
    assert (folder_of(*arguments, monkeypatch=monkeypatch) == first) is same
    assert Path(first).parent == tmp_path / "logs"
    assert not Path(first).exists(), "a refused command leaves nothing"


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        pytest.param([], "helpful_only-faker-", id="default"),
        pytest.param(["--model", "together/meta-llama/Llama-3.3-70B"], "helpful_only-Llama-3.3-70B-", id="a-model"),
        pytest.param(["--model", "openai/gpt-4o,openai/o3"], "helpful_only-gpt-4o-o3-", id="two-models"),
    ],
)
def test_the_folder_is_named_for_people(arguments: list[str], name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Path(folder_of(*arguments, monkeypatch=monkeypatch)).name[:-8] == name


def test_what_is_typed_reaches_inspect(monkeypatch: pytest.MonkeyPatch) -> None:
    typed: list[str] = []

    def inspect(command: list[str]) -> int:
        typed.extend(command)
        return 2

    monkeypatch.setattr("cli.run._inspect", inspect)
    options = ["-T", "votes=3", "-T", "queries=q.csv", "--model=openai/o3", "-M", "a=1", "--log-dir", "d"]
    more = ["--limit", "5", "--no-fail-on-error", "--max-connections=7"]
    CliRunner().invoke(main, ["run", TASK, *options, *more])
    assert " ".join(typed) == (
        "eval-set --no-retry-cleanup --max-tasks 1000 --max-samples 1000000 --retry-attempts 0 --no-retry-immediate "
        "-T votes=3 -T queries=q.csv --model openai/o3 -M a=1 --max-connections 7 --log-dir d "
        f"{TASK} --limit 5 --no-fail-on-error"
    )


@pytest.mark.parametrize("typed", [["--retry-attempts", "2"], ["--retry-attempts=2"]], ids=["apart", "joined"])
def test_retries_are_the_users_if_asked_for(typed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    def inspect(command: list[str]) -> int:
        commands.append(command)
        return 2

    monkeypatch.setattr("cli.run._inspect", inspect)
    CliRunner().invoke(main, ["run", TASK, *typed])
    [command] = commands
    assert [command.count("--retry-attempts") + command.count("--retry-attempts=2"), command.count("0")] == [1, 0]


# --- Refused


@pytest.fixture
def no_inspect(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(command: list[str]) -> int:
        raise AssertionError(command)

    monkeypatch.setattr("cli.run._inspect", never)


@pytest.mark.usefixtures("no_inspect")
@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        pytest.param(
            ["evals/helpfull.py", "--limit", "3"],
            {},
            "'evals/helpfull.py --limit 3' names no task file or folder; give one, for instance evals/helpful_only.py",
            id="no-such-task",
        ),
        pytest.param(
            [TASK, "--max-tasks", "2"],
            {},
            "--max-tasks does not go with af run: all conditions run at once, so that their queries stay in pairs; "
            "leave it out",
            id="max-tasks",
        ),
        pytest.param(
            [TASK, "--max-samples=2"],
            {},
            "--max-samples does not go with af run: as many queries are under way as --max-connections says; leave it "
            "out",
            id="max-samples",
        ),
        pytest.param(
            [TASK, "--detach"],
            {},
            "--detach does not go with af run: the pairs are kept by the process that you started; put that one in "
            "the background; leave it out",
            id="detach",
        ),
        pytest.param(
            [TASK, "--budget", "20eur"],
            {},
            "--budget='20eur' is no budget; give dollars as in 20usd, tokens as in 2Mtok, or calls as in 5000calls",
            id="budget",
        ),
        pytest.param(
            [TASK, "--no-log-samples"],
            {},
            "--no-log-samples does not go with af run: pairs are made of samples; leave it out",
            id="no-samples",
        ),
        pytest.param(
            [TASK],
            {"INSPECT_ASYNC_BACKEND": "trio"},
            "INSPECT_ASYNC_BACKEND='trio' does not go with af run, which needs asyncio; unset it",
            id="trio",
        ),
    ],
)
def test_what_does_not_go_with_it_is_refused(arguments: list[str], environment: dict[str, str], message: str) -> None:
    done = CliRunner().invoke(main, ["run", *arguments], env=environment)
    assert (done.exit_code, done.output.splitlines()[-1]) == (2, f"Error: {message}")


@pytest.mark.usefixtures("no_inspect")
def test_two_on_one_folder_are_refused(tmp_path: Path) -> None:
    with FileLock(tmp_path / ".af-run.lock"):
        done = CliRunner().invoke(main, ["run", TASK, "--log-dir", str(tmp_path)])
    assert (done.exit_code, done.output) == (
        2,
        f"Error: another run is at work in {tmp_path}; wait for it, or give this one a --log-dir of its own\n",
    )


def test_a_refused_command_leaves_the_folder_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.setattr("cli.run._inspect", lambda command: 2)
    CliRunner().invoke(main, ["run", TASK, "--log-dir", str(tmp_path)])
    assert (tmp_path / ".git").is_dir()


def test_dollars_are_refused_where_no_price_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.run.known_price", lambda model: None)
    done = CliRunner().invoke(main, f"{SMALL} --budget 5usd --price 1,2")
    assert done.exit_code == 2
    assert done.stderr.splitlines()[-1] == (
        "Error: --budget=$5.00 cannot be kept: no price is known of control/grader; give it with --grader-price "
        "IN,OUT[,CACHED] (dollars for a million tokens), or the budget in tokens or calls"
    )
    assert list((tmp_path / "logs").iterdir()) == []


def test_a_mistake_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, f"run {TASK} -T quries=x --display plain")
    assert done.exit_code == 2
    [line] = done.stderr.splitlines()
    assert line.startswith("Error: -T='quries' is not known. Did you mean 'queries'? Choose from: ")
    assert list((tmp_path / "logs").iterdir()) == []


# --- Several variations


def test_two_graders_are_refused_before_any_call(tmp_path: Path) -> None:
    one, other = "--model-role grader=control/grader", "--model-role grader=control/random"
    done = CliRunner().invoke(main, f"run {TASK} {one} {other} --limit 1 --display plain --log-dir {tmp_path / 'logs'}")
    told = done.output.splitlines()[-1]
    assert (done.exit_code, told.partition(",")[0]) == (2, f"Error: {one} and {other} name two graders")
    assert not (tmp_path / "logs").exists()


def commands_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *arguments: str) -> tuple[list[list[str]], Result]:
    """What Inspect is given, set by set, after the options that all sets share; and what the command says."""
    typed: list[list[str]] = []

    def note(command: list[str]) -> int:
        typed.append(command)
        return 0

    monkeypatch.setattr("cli.run._inspect", note)
    monkeypatch.setenv("INSPECT_LOG_DIR", str(tmp_path))
    return typed, CliRunner().invoke(main, ["run", TASK, *arguments])


@pytest.mark.parametrize("name", ["", "@helpful_only_cot_free"], ids=["all", "one"])
def test_an_absolute_path_is_the_same_task(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Inspect finds tasks from the working directory alone."""
    typed, done = commands_of(monkeypatch, tmp_path)
    assert done.exit_code == 0
    for task in (f"{TASK}{name}", str(Path(TASK).absolute()) + name):
        CliRunner().invoke(main, ["run", task])
    _, relative, absolute = typed
    assert absolute == relative
    assert f"{TASK}{name}" in relative


@pytest.mark.parametrize("value", ["base,ind_ca+train_abs", "[base, ind_ca+train_abs]", " base , ind_ca+train_abs "])
def test_each_variation_of_a_list_is_a_set_of_its_own(
    value: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    typed, done = commands_of(monkeypatch, tmp_path, "-T", "votes=1", "-T", f"variation={value}")
    assert done.exit_code == 0, done.output
    assert [[one for one in command if one.startswith(("votes=", "variation="))] for command in typed] == [
        ["votes=1", "variation=base"],
        ["votes=1", "variation=ind_ca+train_abs"],
    ]
    folders = [command[command.index("--log-dir") + 1] for command in typed]
    assert len(set(folders)) == 2
    alone, _ = commands_of(monkeypatch, tmp_path, "-T", "votes=1", "-T", "variation=ind_ca+train_abs")
    assert alone[0][alone[0].index("--log-dir") + 1] == folders[1], "named alone it goes on with the same run"
    assert done.stderr == "variation=base (1 of 2)\nvariation=ind_ca+train_abs (2 of 2)\n"


def test_a_folder_that_is_given_holds_a_folder_for_each(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    typed, _ = commands_of(monkeypatch, tmp_path, "-T", "variation=base,honest", "--log-dir", f"{tmp_path}/mine/")
    assert [command[command.index("--log-dir") + 1] for command in typed] == [
        f"{tmp_path}/mine/base",
        f"{tmp_path}/mine/honest",
    ]


def test_the_variations_are_those_of_the_settings_of_the_task_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(f"{__name__}.TASK", "evals/tiers.py")
    typed, done = commands_of(monkeypatch, tmp_path, "-T", "variation=base,throughput_testing")
    assert (done.exit_code, len(typed)) == (0, 2), done.output
    monkeypatch.setattr(f"{__name__}.TASK", "evals/helpful_only.py")
    _, refused = commands_of(monkeypatch, tmp_path, "-T", "variation=base,throughput_testing")
    assert refused.stderr.startswith("Error: variation='throughput_testing' is not known.")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param("base,hones", "variation='hones' is not known. Did you mean 'honest'?", id="unknown"),
        pytest.param("base,honest,base", "variation='base,honest,base' has 'base' twice; name it once", id="twice"),
        pytest.param(
            "honest+cut_strat,cut_strat+honest",
            "variation='honest+cut_strat,cut_strat+honest' has 'honest+cut_strat' twice; name it once",
            id="twice-in-another-order",
        ),
        pytest.param(
            "base,lab_openai", "'lab_openai' is no other prompt: it needs -T developer=OpenAI", id="no-prompt"
        ),
    ],
)
def test_a_list_is_checked_before_its_first_set_runs(
    value: str, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    typed, done = commands_of(monkeypatch, tmp_path, "-T", f"variation={value}")
    assert (typed, done.exit_code) == ([], 2)
    assert message in done.stderr


# --- In batches


def test_all_queries_wait_for_one_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate lets all of them through, though 20 are under way elsewhere: else this would hand in 40 after 30 s."""
    batch = tmp_path / "batch.yaml"
    batch.write_text("size: 60\nsend_delay: 30\ntick: 0.05\n", "utf-8")
    with loopback(lambda request: "<OUTPUT><rejected/></OUTPUT>") as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        tasks = [f"{TASK}@helpful_only_no_cot_{tier}" for tier in ("free", "paid")]
        command = ["run", *tasks, "--model", "openai/gpt-4o", "--limit", "30", "--batch", str(batch)]
        done = CliRunner().invoke(main, [*command, "--log-dir", str(tmp_path / "logs"), "--display", "none"])
    assert (done.exit_code, server.batches) == (0, [60]), done.output
    assert [len(log.samples or []) for log in logs_in(tmp_path / "logs")] == [30, 30]
