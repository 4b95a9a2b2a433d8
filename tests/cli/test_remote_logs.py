"""Logs at an address: what reads or writes them does so as on this machine.

On an S3 where the service matters, and otherwise in memory, which is a file system at an address too.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import fsspec
import pytest
from click.testing import CliRunner, Result
from fsspec.core import url_to_fs
from inspect_ai.log import EvalLog, list_eval_logs, read_eval_log

import analysis.frame
from analysis.frame import read_replies
from cli.folder_lock import LOCK
from cli.main import main
from evals.budget import ACCOUNT, Account, Cap, Unit
from tests.cli.test_run import TASK, calls_in, kill_while_it_works, labels, told
from tests.local_s3 import local_s3

pytestmark = pytest.mark.xdist_group("remote-logs")

SMALL = f"run {TASK} -T votes=1 --display plain"
TWO = f"run {TASK}@helpful_only_cot_free {TASK}@helpful_only_cot_paid -T votes=1 --display plain"
"""Fewer logs: Inspect makes a client for each time that it reads one, and that takes longer than all else."""
FOLDERS = count()


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    with local_s3() as address:
        yield address


@pytest.fixture
def folder(bucket: str) -> str:
    """An address on the S3 that nothing is at."""
    return f"{bucket}/logs/{next(FOLDERS)}"


@pytest.fixture
def memory() -> Iterator[str]:
    """An address in memory that nothing is at."""
    yield f"memory://logs/{next(FOLDERS)}"
    fsspec.filesystem("memory").rm("/logs", recursive=True)


def typed(command: str) -> Result:
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    return done


def logs_at(folder: str) -> list[EvalLog]:
    return [read_eval_log(info) for info in list_eval_logs(folder)]


def names_at(folder: str) -> list[str]:
    """What is beside the logs."""
    files, _ = url_to_fs(folder, use_listings_cache=False)
    return sorted(path.rpartition("/")[2] for path in files.find(folder) if not path.endswith(".eval"))


def asked(logs: list[EvalLog]) -> list[Counter[str | int]]:
    return [Counter(sample.id for sample in log.samples or []) for log in logs]


def test_a_run_goes_on_with_more_queries_and_is_read_where_it_is(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"Logs: {folder}\n" in typed(f"{TWO} --limit 2 --log-dir {folder}").output
    first = logs_at(folder)
    typed(f"{TWO} --limit 3 --log-dir {folder}")
    more = logs_at(folder)
    assert [one.total() for one in asked(more)] == [3] * 2
    assert labels(first).items() < labels(more).items()
    kept = {sample.uuid for log in first for sample in log.samples or []}
    assert kept < {sample.uuid for log in more for sample in log.samples or []}
    assert names_at(folder) == [f"{ACCOUNT}.000000", f"{ACCOUNT}.000001", ".eval-set-id", "eval-set.json", "logs.json"]

    report = f"report {folder} -o {tmp_path / 'report'}"
    said = typed(report).output
    assert "3 pairs" in said
    monkeypatch.setattr(analysis.frame, "read_rows", None)  # nothing is read a second time
    assert typed(report).output == said


def test_a_pilot_is_kept_beside_the_other_logs(memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECT_LOG_DIR", memory)
    command = f"estimate {TASK} -T votes=1 --pilot 2 --json"
    first = typed(command)
    [place] = [line.partition(": ")[2] for line in first.stderr.splitlines() if line.startswith("Pilot of")]
    made = [sample.uuid for log in logs_at(place) for sample in log.samples or []]
    assert len(made) == 8
    assert typed(command).stdout == first.stdout
    assert [sample.uuid for log in logs_at(place) for sample in log.samples or []] == made
    assert "pilot of 2 queries" in typed(f"power --pilot {place}").output


def test_looks_at_the_results_are_at_the_same_address(memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.until.LOOK", 2)
    done = typed(f"{SMALL} --limit 4 --until ±0.01 --log-dir {memory}")
    assert [line.partition(":")[0] for line in done.stderr.splitlines() if line.startswith("Look")] == [
        "Look at 2 queries",
        "Look at 4 queries",
    ]
    assert [one.total() for one in asked(logs_at(memory))] == [4] * 4


def test_a_budget_is_kept_there_and_with_more_it_goes_on(memory: str) -> None:
    command = f"{SMALL} --limit 6 --log-dir {memory}"
    done = typed(f"{command} --budget 30calls")
    first = logs_at(memory)
    spent = calls_in(first)
    assert 20 < spent <= 30
    [queries, *others] = asked(first)
    assert others == [queries] * 3, "every query that was begun is in all conditions"
    assert told(done)[-1] == f"Spent: {spent} of 30 calls"
    assert Account(Cap(30, Unit.CALLS), f"{memory}/{ACCOUNT}").spent == spent

    files = fsspec.filesystem("memory")
    files.rm(files.glob(f"{memory}/{ACCOUNT}.*"))  # lost, it is made from the logs
    done = typed(f"{command} --budget 1000calls")
    whole = logs_at(memory)
    assert [(log.status, one.total()) for log, one in zip(whole, asked(whole), strict=True)] == [("success", 6)] * 4
    assert told(done) == [f"Spent: {calls_in(whole)} of 1,000 calls"]


@pytest.mark.defect(6)
def test_killed_it_ends_with_every_sample_once_and_knows_what_was_spent(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = fsspec.filesystem("s3", use_listings_cache=False)

    def charged(_: Path) -> int:
        return sum(files.sizes(files.glob(f"{folder}/{ACCOUNT}.*")))

    one = f"run {TASK}@helpful_only_cot_free -T votes=1 -M latency=0.05 --display plain --max-connections 2"
    command = f"{one} --limit 8 --budget 1000calls --log-dir {folder}"
    kill_while_it_works(f"af {command} --model control/faker", tmp_path, charged, 1_500)
    before = Account(Cap(1, Unit.CALLS), f"{folder}/{ACCOUNT}").spent
    monkeypatch.setattr("cli.folder_lock.BEAT", 0.05)
    done = typed(f"{command} --model control/faker")
    assert "waiting to hear whether it is at work" in done.stderr
    logs = logs_at(folder)
    assert [(log.status, max(one.values()), one.total()) for log, one in zip(logs, asked(logs), strict=True)] == (
        [("success", 1, 8)]
    )
    spent = Account(Cap(1, Unit.CALLS), f"{folder}/{ACCOUNT}").spent
    assert max(before, calls_in(logs)) <= spent <= before + calls_in(logs)
    assert told(done)[-1] == f"Spent: {spent:.0f} of 1,000 calls"
    assert LOCK not in names_at(folder)
    assert len(read_replies(folder).frame) == 8


@pytest.mark.parametrize(
    ("command", "environment", "message"),
    [
        pytest.param(
            f"{SMALL} --log-dir s3://nowhere/logs",
            {},
            "nothing can be written to s3://nowhere/logs (The specified bucket does not exist); check that the bucket "
            "is there, and the keys and the address of the service in the environment, or give another --log-dir",
            id="run-no-bucket",
        ),
        pytest.param(
            "report s3://nowhere/logs",
            {},
            "s3://nowhere/logs does not exist; give the folder that a run printed after 'Logs:', or a log",
            id="report-no-bucket",
        ),
        pytest.param(
            "report s3://made-up/logs -o s3://made-up/report",
            {},
            "s3://made-up/report is not on this machine, where these files are kept; give a folder here, and copy it "
            "there when it is done",
            id="report-at-an-address",
        ),
        pytest.param(
            f"{SMALL} --log-dir s3://made-up/logs",
            {"AWS_ACCESS_KEY_ID": ""},
            "nothing can be written to s3://made-up/logs (Unable to locate credentials); check that the bucket is "
            "there, and the keys and the address of the service in the environment, or give another --log-dir",
            id="run-no-key",
        ),
        pytest.param(
            "report s3://made-up/logs",
            {"AWS_ACCESS_KEY_ID": ""},
            "s3://made-up/logs cannot be reached (Unable to locate credentials); give a folder, a log, or an address "
            "of either, with the keys and the address of its service in the environment",
            id="report-no-key",
        ),
        pytest.param(
            f"{SMALL} --log-dir s3://made-up/logs",
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"},
            'nothing can be written to s3://made-up/logs (Could not connect to the endpoint URL: "http://127.0.0.1:1/'
            'made-up/logs/.af-run.lock"); check that the bucket is there, and the keys and the address of the service '
            "in the environment, or give another --log-dir",
            id="run-nobody-there",
        ),
    ],
)
@pytest.mark.usefixtures("bucket")
def test_what_cannot_be_reached_is_said_in_a_sentence(
    command: str, environment: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    alone = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1", "HOME": str(tmp_path)}
    monkeypatch.setattr("s3fs.S3FileSystem.retries", 1)
    s3 = fsspec.get_filesystem_class("s3")
    s3.clear_instance_cache()
    done = CliRunner().invoke(main, command, env={**alone, **environment})
    s3.clear_instance_cache()
    assert (done.exit_code, done.output) == (2, f"Error: {message}\n")
