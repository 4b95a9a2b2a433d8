"""``af site`` as it is typed: what it prints, what it refuses, and that it leaves nothing behind then."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from inspect_ai import Task, task
from inspect_ai import eval as inspect_eval
from inspect_ai.dataset import Sample
from inspect_ai.log import list_eval_logs, read_eval_log, write_eval_log

from cli.main import main
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from study.condition import CONDITIONS

pytestmark = pytest.mark.xdist_group("site_typed")  # its logs are made once


WITHHELD = (
    "Outputs are withheld, as are drafts of them in the reasoning and what judges of the output wrote. To see them, "
    "write the site with --outputs full"
)
LEFT_OUT = (
    "Inspect's transcripts are left out, for the logs hold the outputs. Who has the logs opens them with: inspect view "
    "--log-dir LOGS"
)


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One run of the faker on both tiers with a scratchpad, over three queries."""
    folder = tmp_path_factory.mktemp("logs")
    tasks = [condition_task(SETTING, condition, {}) for condition in CONDITIONS[:2]]
    inspect_eval(tasks, model="control/faker", limit=3, display="none", log_dir=str(folder), log_realtime=False)
    return folder


def typed(*arguments: object) -> tuple[int, list[str]]:
    done = CliRunner().invoke(main, ["site", *map(str, arguments)])
    return done.exit_code, done.output.splitlines()


def rows_of(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "pairs.jsonl").read_text("utf-8").splitlines()]


def test_a_site_says_where_it_is_and_what_is_in_it(logs: Path, tmp_path: Path) -> None:
    code, said = typed(logs, "-o", tmp_path / "site")
    size = sum(path.stat().st_size for path in tmp_path.glob("site/**/*") if path.is_file())
    assert (code, said) == (
        0,
        [
            f"Note: {WITHHELD}",
            f"Note: {LEFT_OUT}",
            f"3 pairs, 6 replies, {size / 1e6:.1f} MB, outputs redacted",
            f"Site: {tmp_path / 'site' / 'index.html'}",
        ],
    )


def test_a_site_is_written_again_with_outputs_and_without_transcripts(logs: Path, tmp_path: Path) -> None:
    for _ in range(2):
        code, said = typed(logs, "-o", tmp_path / "site", "--outputs", "full", "--no-transcripts")
    assert (code, len(said), (tmp_path / "site" / "transcripts").exists()) == (0, 2, False)
    assert {row["output_withheld"] for row in rows_of(tmp_path / "site")} == {None}


def test_a_filter_chooses_replies_and_is_said(logs: Path, tmp_path: Path) -> None:
    code, [note, *_, counted, _] = typed(logs, "-o", tmp_path / "site", "--filter", "category=fraud")
    assert (code, [row["query_id"] for row in rows_of(tmp_path / "site")]) == (0, ["fraud-01"] * 2)
    assert counted.startswith("1 pair, 2 replies, ")
    assert note.startswith("Note: Chosen with --filter category=fraud: 2 of 6 replies; ")


@task
def of_others() -> Task:
    return Task(dataset=[Sample(input="What is asked elsewhere?")], name="of_others")


def nothing(logs: Path, folder: Path) -> Path:
    folder.mkdir()
    return folder


def nowhere(logs: Path, folder: Path) -> Path:
    return folder


def no_log(logs: Path, folder: Path) -> Path:
    folder.write_text("not a log", "utf-8")
    return folder


def empty(logs: Path, folder: Path) -> Path:
    """A log without replies."""
    log = read_eval_log(list_eval_logs(str(logs))[0])
    log.samples = []
    folder.mkdir()
    write_eval_log(log, str(folder / "empty.eval"))
    return folder


def half_written(logs: Path, folder: Path) -> Path:
    folder.mkdir()
    [first, *_] = sorted(logs.glob("*.eval"))
    (folder / "half.eval").write_bytes(first.read_bytes()[:2000])
    return folder


def other_suite(logs: Path, folder: Path) -> Path:
    inspect_eval(of_others(), model="control/faker", display="none", log_dir=str(folder), log_realtime=False)
    return folder


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(
            nowhere, "logs does not exist; give the folder that a run printed after 'Logs:', or a log", id="nowhere"
        ),
        pytest.param(no_log, "logs is not a log; give a folder, or a file that ends with .eval or .json", id="no-log"),
        pytest.param(nothing, "logs holds no logs; give the folder that a run printed after 'Logs:'", id="no-logs"),
        pytest.param(empty, "there is no reply to use in 1 logs: ", id="empty-log"),
        pytest.param(half_written, "half.eval cannot be read (", id="half-written"),
        pytest.param(
            other_suite,
            "none of 1 logs is of this suite (the first is of the task 'of_others'); give logs of its tasks",
            id="other-suite",
        ),
    ],
)
def test_what_no_site_can_be_made_of(
    make: Callable[[Path, Path], Path], message: str, logs: Path, tmp_path: Path
) -> None:
    code, said = typed(make(logs, tmp_path / "logs"), "-o", tmp_path / "site")
    assert (code, len(said), (tmp_path / "site").exists()) == (2, 1, False)
    assert said[0].startswith("Error: ")
    assert message in said[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            ["--filter", "category=weather"],
            "Error: --filter=category=weather: no reply has it; the category of these is cybercrime, fraud, weapons",
            id="no-such-reply",
        ),
        pytest.param(
            ["--filter", "category=fraud", "--filter", "cot=false"],
            "Error: --filter=cot=false: no reply has it; the cot of these is true",
            id="no-pair-left",
        ),
    ],
)
def test_a_filter_that_leaves_nothing(arguments: list[str], message: str, logs: Path, tmp_path: Path) -> None:
    assert typed(logs, "-o", tmp_path / "site", *arguments) == (2, [message])
    assert [*tmp_path.glob("site*")] == []


def test_a_folder_of_others_is_left_alone(logs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine", "utf-8")
    message = f"Error: {folder} is not empty and holds no site of ours (notes.txt); name another folder with -o."
    assert typed(logs, "-o", folder) == (2, [message])
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
