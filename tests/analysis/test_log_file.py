"""Finding logs, and telling whether one is whole."""

import json
from math import nan
from pathlib import Path

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog, read_eval_log, write_eval_log

from analysis.log_file import content_key, find_logs, newest_attempts, read_header
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from study.condition import CONDITIONS
from study.invalid_input import InvalidInputError


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> EvalLog:
    [made] = inspect_eval(
        condition_task(SETTING, CONDITIONS[0], {"votes": 1}),
        model="control/faker",
        limit=1,
        display="none",
        log_dir=str(tmp_path_factory.mktemp("log")),
        log_realtime=False,
    )
    return read_eval_log(made.location)


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        pytest.param([], "no logs are given; name a folder or a log, as in: logs", id="nothing"),
        pytest.param(
            "nowhere",
            "nowhere does not exist; give the folder that a run printed after 'Logs:', or a log",
            id="no-path",
        ),
        pytest.param(
            "empty", "empty holds no logs; give the folder that a run printed after 'Logs:'", id="folder-without-logs"
        ),
        pytest.param(
            ["queries.csv"],
            "queries.csv is not a log; give a folder, or a file that ends with .eval or .json",
            id="another-file",
        ),
        pytest.param(
            "ftpx://host/logs",
            "ftpx://host/logs cannot be reached (Protocol not known: ftpx); give a folder, a log, or an address of "
            "either, with the keys and the address of its service in the environment",
            id="protocol",
        ),
        pytest.param(
            "https://user:planted@host/logs",
            "https://host/logs was given with a user, a password or a key, which reports would show; leave it out, and "
            "set the variables of its service",
            id="password-in-the-address",
        ),
    ],
)
def test_no_logs(sources: str | list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "queries.csv").write_text("query\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInputError) as refused:
        find_logs(sources)
    assert refused.value.message == message


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99], ids=["empty", "half", "nearly-whole"])
def test_a_half_written_log(share: float, log: EvalLog, tmp_path: Path) -> None:
    whole = Path(log.location.removeprefix("file://")).read_bytes()
    path = tmp_path / "half.eval"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(InvalidInputError) as refused:
        content_key(str(path))
    assert refused.value.message == (
        f"{path} cannot be read (File is not a zip file): it is half-written, damaged, or not a log; leave it out, or "
        "put a whole copy in its place"
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"status": "%s%n", "results": None}, "AssertionError", id="a status that is none"),
        pytest.param({"results": nan}, "argument of type 'float' is not iterable", id="results that are none"),
        pytest.param({"samples": [{"transcript": 1}]}, "must be a mapping, not int", id="a transcript that is none"),
    ],
)
def test_a_log_with_a_field_of_another_type(
    change: dict[str, object], reason: str, log: EvalLog, tmp_path: Path
) -> None:
    path = tmp_path / "odd.json"
    write_eval_log(log, str(path))
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change), "utf-8")
    with pytest.raises(InvalidInputError, match=r"odd\.json cannot be read \(") as refused:
        read_header(str(path))
    assert reason in refused.value.message


@pytest.mark.parametrize("suffix", ["eval", "json"])
def test_the_key_changes_with_the_content_alone(suffix: str, log: EvalLog, tmp_path: Path) -> None:
    def key(name: str, edited: EvalLog) -> str:
        path = tmp_path / f"{name}.{suffix}"
        write_eval_log(edited, str(path))
        return content_key(str(path))[0]

    edited = log.model_copy(deep=True)
    assert edited.samples is not None
    assert edited.samples[0].scores is not None
    edited.samples[0].scores["judged_compliance"].value = "refuses"
    assert key("moved", log) == key("again", log)
    assert key("edited", edited) != key("again", log)


@pytest.mark.parametrize("reverse", [False, True], ids=["as-made", "reversed"])
def test_the_newest_attempt_at_a_task_stands_for_the_others(reverse: bool, log: EvalLog) -> None:
    def attempt(task: str, created: str) -> EvalLog:
        made = log.model_copy(deep=True)
        made.eval.task_id, made.eval.created, made.location = task, created, f"{task}-{created}"
        return made

    logs = [attempt("a", "2026-01-01"), attempt("a", "2026-01-03"), attempt("a", "2026-01-02"), attempt("b", "2026")]
    newest, older = newest_attempts(logs[::-1] if reverse else logs)
    assert [made.location for made in newest] == ["a-2026-01-03", "b-2026"]
    assert [(made.location, by.location) for made, by in older] == [
        ("a-2026-01-02", "a-2026-01-03"),
        ("a-2026-01-01", "a-2026-01-03"),
    ]
