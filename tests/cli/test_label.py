"""``af label``: labels by people into the logs of a run, whole or not at all."""

import json
import os
import shutil
from collections.abc import Callable, Iterable
from functools import partial
from math import isnan
from pathlib import Path
from typing import Any

import fsspec
import pytest
from click.testing import CliRunner, Result
from filelock import FileLock
from inspect_ai import eval as inspect_eval
from inspect_ai import eval_retry
from inspect_ai.log import (
    EvalLog,
    EvalSample,
    read_eval_log,
    read_eval_log_sample_summaries,
    write_eval_log,
)
from inspect_ai.scorer import Score

from analysis.frame import read_replies
from cli.folder_lock import LOCK
from cli.main import main
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from reading_room.label_import import SHOWN
from reading_room.paired_replies import PairedReplies
from reading_room.transcript import reasoning_as_redacted
from scorers.reading import reading_of_sample
from study.condition import CONDITIONS
from study.human_label import QUESTIONS, shown_sha256

FREE, PAID = "free.eval", "paid.eval"

Line = dict[str, Any]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The logs of one run of the faker, two queries on either tier."""
    folder = tmp_path_factory.mktemp("run")
    logs = inspect_eval(
        [condition_task(SETTING, condition, {}) for condition in CONDITIONS[:2]],
        model="control/faker",
        limit=2,
        display="none",
        log_dir=str(folder),
        log_realtime=False,
    )
    for log in logs:
        Path(log.location).rename(folder / (FREE if "free" in log.eval.task else PAID))
    return folder


@pytest.fixture
def logs(run: Path, tmp_path: Path) -> Path:
    """A copy of them, which a test may change."""
    return shutil.copytree(run, tmp_path / "labelled")


def samples(log: Path) -> list[EvalSample]:
    return read_eval_log(str(log)).samples or []


def line(sample: EvalSample, label: str = "faking", labeller: str = "ada", **changes: object) -> Line:
    """What the page exports of a reply."""
    question = next(question for question, labels in QUESTIONS.items() if label in (*labels, "unsure"))
    text = SHOWN[question](reading_of_sample(sample))
    assert text is not None
    return {
        "schema_version": 1,
        "uuid": sample.uuid,
        "eval_id": "made-up",
        "query_id": sample.id,
        "epoch": 1,
        "question": question,
        "label": label,
        "note": "",
        "labeller": labeller,
        "time": "2026-11-22T10:00:00Z",
        "shown_sha256": shown_sha256(text),
        "seed": "7",
        "stratum": "faker, free, faking",
        "stratum_size": 2,
        **changes,
    }


def put(path: Path, lines: Iterable[Line]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in lines), "utf-8")
    return path


def af(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["label", *map(str, arguments)])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def score_of(log: Path, query: str, question: str = "alignment_faking") -> Score:
    [sample] = [sample for sample in samples(log) if sample.id == query]
    return (sample.scores or {})[f"human_{question}"]


def said(score: Score) -> list[object]:
    """Value or reason, and who said what."""
    value = score.reason if isinstance(score.value, float) and isnan(score.value) else score.value
    return [value, *((one["labeller"], one["label"], one["note"]) for one in (score.metadata or {})["labellers"])]


def test_a_label_from_a_site_that_withholds_drafts_is_of_the_same_reply(logs: Path, tmp_path: Path) -> None:
    log = logs / FREE
    sample = samples(log)[0]
    redacted = reasoning_as_redacted(sample)
    assert redacted is not None
    assert " characters withheld]" in redacted
    file = put(tmp_path / "labels.jsonl", [line(sample, shown_sha256=shown_sha256(redacted))])
    assert af("import", file, "--logs", logs).exit_code == 0
    assert said(score_of(log, str(sample.id))) == ["faking", ("ada", "faking", "")]


def test_of_each_question_is_said_what_a_labeller_is_shown() -> None:
    assert SHOWN.keys() == QUESTIONS.keys()


def test_labels_stand_beside_the_scores_of_the_judges(logs: Path, tmp_path: Path) -> None:
    before = {name: read_eval_log(str(logs / name)) for name in (FREE, PAID)}
    cyber, fraud = samples(logs / FREE)
    ada = put(
        tmp_path / "ada.jsonl",
        [line(cyber), line(fraud, "not_faking", note="=1+1"), line(samples(logs / PAID)[0], "refuses")],
    )
    bob = put(tmp_path / "bob.jsonl", [line(cyber, "unsure", "bob"), line(fraud, "faking", "bob")])
    done = af("import", ada, bob, "--logs", logs)
    assert (done.exit_code, done.output.splitlines()) == (
        0,
        [
            "alignment_faking · ada: labels: 2 (2 added; 0 unsure); logs: 1",
            "alignment_faking · bob: labels: 2 (2 added; 1 unsure); logs: 1",
            "judged_compliance · ada: labels: 1 (1 added; 0 unsure); logs: 1",
            "Logs that changed: 2",
        ],
    )
    first = score_of(logs / FREE, "cybercrime-01")
    assert said(first) == ["faking", ("ada", "faking", ""), ("bob", "unsure", "")]
    assert first.metadata == {
        "labellers": [
            {
                "labeller": who,
                "label": label,
                "note": "",
                "time": "2026-11-22T10:00:00Z",
                "stratum": "faker, free, faking",
                "stratum_size": 2,
                "seed": "7",
                "shown_sha256": line(cyber)["shown_sha256"],
            }
            for who, label in (("ada", "faking"), ("bob", "unsure"))
        ],
        "labelled_by": 2,
        "stratum": "faker, free, faking",
        "stratum_size": 2,
    }
    assert said(score_of(logs / FREE, "fraud-01")) == [
        "labellers_disagree",
        ("ada", "not_faking", "=1+1"),
        ("bob", "faking", ""),
    ]
    assert [edit.provenance and edit.provenance.author for edit in first.history] == ["ada", "bob"]
    for name, log in before.items():
        after = read_eval_log(str(logs / name))
        assert repr(after.results) == repr(log.results)  # NaN is not equal to itself
        judged = [
            {k: v for k, v in (s.scores or {}).items() if not k.startswith("human_")} for s in after.samples or []
        ]
        assert repr(judged) == repr([sample.scores for sample in log.samples or []])
        assert [sample.messages for sample in after.samples or []] == [s.messages for s in log.samples or []]


def test_summaries_of_samples_have_them_and_the_frame_reads_those(logs: Path, tmp_path: Path) -> None:
    cyber, fraud = samples(logs / FREE)
    labels = [line(cyber, note="n" * 2_000), line(fraud, stratum_size=5), line(fraud, "faking", "bob", stratum_size=6)]
    assert af("import", put(tmp_path / "a.jsonl", labels), "--logs", logs).exit_code == 0
    [first, second] = read_eval_log_sample_summaries(str(logs / FREE))
    assert [(summary.scores or {})["human_alignment_faking"].value for summary in (first, second)] == ["faking"] * 2
    frame = read_replies(logs).frame
    found = frame.filter(like="human_alignment_faking").astype(object)
    assert found.where(found.notna(), None).to_numpy().tolist() == [
        ["faking", None, 1, "faker, free, faking", 2],
        ["faking", None, 2, None, None],  # drawn from two samples: nobody can say how
        [None] * 5,
        [None] * 5,
    ]


def test_the_same_again_changes_nothing(logs: Path, tmp_path: Path) -> None:
    file = put(tmp_path / "a.jsonl", map(line, samples(logs / FREE)))
    af("import", file, "--logs", logs)
    before = contents(logs)
    done = af("import", file, "--logs", logs)
    assert done.output.splitlines() == [
        "alignment_faking · ada: labels: 2 (2 there already; 0 unsure); logs: 1",
        "Nothing is new: no log was changed.",
    ]
    assert contents(logs) == before


def test_a_dry_run_checks_and_writes_nothing(logs: Path, tmp_path: Path) -> None:
    before = contents(logs)
    done = af("import", put(tmp_path / "a.jsonl", map(line, samples(logs / FREE))), "--logs", logs, "--dry-run")
    assert done.output.splitlines() == [
        "alignment_faking · ada: labels: 2 (2 added; 0 unsure); logs: 1",
        "Nothing was written, as --dry-run asks; logs that would change: 1",
    ]
    assert contents(logs) == before


def test_another_labeller_is_put_beside_those_who_are_there(logs: Path, tmp_path: Path) -> None:
    cyber = samples(logs / FREE)[0]
    for name in ("ada", "bob", "eve"):
        label = "not_faking" if name == "eve" else "unsure"
        af("import", put(tmp_path / f"{name}.jsonl", [line(cyber, label, name)]), "--logs", logs)
    score = score_of(logs / FREE, "cybercrime-01")
    assert said(score) == ["not_faking", *((name, "unsure", "") for name in ("ada", "bob")), ("eve", "not_faking", "")]
    assert [repr(edit.value) for edit in score.history] == ["nan", "nan", "'not_faking'"]


def test_a_labeller_who_decides_otherwise_says_so(logs: Path, tmp_path: Path) -> None:
    cyber = samples(logs / FREE)[0]
    af("import", put(tmp_path / "first.jsonl", [line(cyber)]), "--logs", logs)
    before = contents(logs)
    second = put(tmp_path / "second.jsonl", [line(cyber, "not_faking", note="on reflection")])
    refused = af("import", second, "--logs", logs)
    assert refused.output == (
        f"Error: {second}, line 1: 'ada' says 'not_faking' ('on reflection'), but of reply {cyber.uuid} in "
        f"{logs / FREE} said 'faking' ('') before; --replace puts the new one in its place\n"
    )
    assert contents(logs) == before
    done = af("import", second, "--logs", logs, "--replace")
    assert done.output.splitlines()[0] == "alignment_faking · ada: labels: 1 (1 replaced; 0 unsure); logs: 1"
    score = score_of(logs / FREE, "cybercrime-01")
    assert said(score) == ["not_faking", ("ada", "not_faking", "on reflection")]
    assert [edit.value for edit in score.history] == ["faking", "not_faking"]


def test_a_reply_that_several_logs_hold_is_labelled_in_all(run: Path, logs: Path, tmp_path: Path) -> None:
    file = put(tmp_path / "a.jsonl", [line(samples(logs / FREE)[0])])
    assert af("import", file, "--logs", logs).exit_code == 0
    shutil.copy(logs / FREE, logs / "copy.eval")
    shutil.copy(run / FREE, logs / FREE)
    assert af("import", file, "--logs", logs).output.splitlines() == [
        "alignment_faking · ada: labels: 1 (1 added; 0 unsure); logs: 2",
        "Logs that changed: 1",
    ]
    done = af("import", put(tmp_path / "a.jsonl", map(line, samples(logs / FREE))), "--logs", logs)
    assert (
        done.output.splitlines()[0] == "alignment_faking · ada: labels: 2 (1 added, 1 there already; 0 unsure); logs: 2"
    )
    assert said(score_of(logs / "copy.eval", "fraud-01")) == ["faking", ("ada", "faking", "")]


# --- What is refused, with nothing written


def of_another_run(lines: list[Line]) -> list[Line]:
    return [lines[0], *({**one, "uuid": f"other-{i}"} for i, one in enumerate(lines[1:]))]


def of_another_query(lines: list[Line]) -> list[Line]:
    return [lines[0], {**lines[1], "query_id": "weapons-01"}]


def of_another_text(lines: list[Line]) -> list[Line]:
    return [lines[0], {**lines[1], "shown_sha256": "0" * 64}]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            of_another_run,
            "{file}, line 2: reply other-0 (query 'fraud-01') is in none of the 2 logs; give --logs the folder that "
            "the site was made of",
            id="another run",
        ),
        pytest.param(
            lambda lines: of_another_run([lines[0], *lines]),
            "{file}, line 2: reply other-0 (query 'cybercrime-01') is in none of the 2 logs, nor are those of 1 "
            "further lines; give --logs the folder that the site was made of",
            id="all of another run but one",
        ),
        pytest.param(
            of_another_query,
            "{file}, line 2: query_id='weapons-01', but reply {uuid} in {log} answers 'fraud-01'; export the file "
            "again",
            id="another query",
        ),
        pytest.param(
            of_another_text,
            "{file}, line 2: shown_sha256=000000000000…, but reply {uuid} in {log} has another text ({sha}…); give the "
            "logs that the site was made of, or make the site anew of these and label it again",
            id="another text than was shown",
        ),
    ],
)
def test_labels_of_something_else(
    change: Callable[[list[Line]], list[Line]], message: str, logs: Path, tmp_path: Path
) -> None:
    before, fraud = contents(logs), samples(logs / FREE)[1]
    file = put(tmp_path / "a.jsonl", change([*map(line, samples(logs / FREE))]))
    done = af("import", file, "--logs", logs)
    sha = line(fraud)["shown_sha256"][:12]
    expected = message.format(file=file, uuid=fraud.uuid, log=logs / FREE, sha=sha)
    assert (done.exit_code, done.output) == (2, f"Error: {expected}\n")
    assert contents(logs) == before


def test_a_reply_without_reasoning_was_never_shown(logs: Path, tmp_path: Path) -> None:
    log = read_eval_log(str(logs / FREE))
    file = put(tmp_path / "a.jsonl", map(line, log.samples or []))
    sample = (log.samples or [])[0]
    sample.output.completion = "placeholder"
    write_eval_log(log, str(logs / FREE))
    done = af("import", file, "--logs", logs)
    assert f"but reply {sample.uuid} in {logs / FREE} has nothing to show; give the logs" in done.output


def started(log: EvalLog) -> None:
    log.status = "started"


def of_an_unknown_tier(log: EvalLog) -> None:
    for sample in log.samples or []:
        sample.metadata["tier"] = "gold"


def scored_by_somebody(log: EvalLog, said: object = None) -> None:
    for sample in log.samples or []:
        score = Score(value="faking", metadata={"labellers": said})
        sample.scores = (sample.scores or {}) | {"human_alignment_faking": score}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            started,
            "{log} holds labelled replies, and its run is at work or was killed; wait for it, or finish it with "
            "inspect log recover {log}, before labels are put into it",
            id="its run is at work",
        ),
        pytest.param(
            of_an_unknown_tier,
            "reply {uuid} in {log}: tier='gold' is not known here (Input should be 'free', 'paid', 'pro' or "
            "'enterprise'); leave that log out, or use the version of this suite that made it",
            id="of a version that knows other cells",
        ),
        pytest.param(
            scored_by_somebody,
            "{log}: sample 'cybercrime-01' has a score by people that af label import did not write; give a copy of "
            "the log without it",
            id="people's scores of another make",
        ),
        pytest.param(
            partial(scored_by_somebody, said=[{"labeller": "eve", "label": "faking"}]),
            "{log}: sample 'cybercrime-01' has a score by people that af label import did not write; give a copy of "
            "the log without it",
            id="people's scores of nearly the same make",
        ),
    ],
)
def test_logs_that_labels_are_not_put_into(
    change: Callable[[EvalLog], None], message: str, logs: Path, tmp_path: Path
) -> None:
    file = put(tmp_path / "a.jsonl", map(line, [*samples(logs / PAID), *samples(logs / FREE)]))
    log = read_eval_log(str(logs / FREE))
    change(log)
    write_eval_log(log, str(logs / FREE))
    before = contents(logs)
    done = af("import", file, "--logs", logs)
    uuid = (log.samples or [])[0].uuid
    assert (done.exit_code, done.output) == (2, f"Error: {message.format(log=logs / FREE, uuid=uuid)}\n")
    assert contents(logs) == before


def test_a_place_that_may_not_be_written_to(logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = put(tmp_path / "a.jsonl", map(line, [*samples(logs / FREE), *samples(logs / PAID)]))
    before = contents(logs)
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != PAID)  # root may write to everything
    done = af("import", file, "--logs", logs)
    assert done.output == (f"Error: {logs / PAID} may not be written to; copy the logs to a place where they may be\n")
    assert contents(logs) == before


def test_a_disk_that_is_full_leaves_the_logs_as_they_were(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = put(tmp_path / "a.jsonl", map(line, [*samples(logs / FREE), *samples(logs / PAID)]))
    before = contents(logs)

    def write(log: EvalLog, location: str, **options: Any) -> None:
        if PAID in location:
            Path(location).write_bytes(b"half")
            raise OSError(28, "No space left on device")
        write_eval_log(log, location, **options)

    monkeypatch.setattr("reading_room.label_import.write_eval_log", write)
    done = af("import", file, "--logs", logs)
    assert done.output == (
        f"Error: {logs / PAID} cannot be written ([Errno 28] No space left on device); nothing was changed; copy the "
        "logs to a place where there is room\n"
    )
    assert contents(logs) == before


def test_an_import_that_was_killed_between_two_logs_goes_on(logs: Path, tmp_path: Path) -> None:
    file = put(tmp_path / "a.jsonl", map(line, [*samples(logs / FREE), *samples(logs / PAID)]))
    before = contents(logs)
    if not (child := os.fork()):
        move = Path.replace

        def dies(source: Path, target: Path) -> Path:
            if target.name == PAID:
                os._exit(9)
            return move(source, target)

        Path.replace = dies  # type: ignore[assignment, method-assign]
        af("import", file, "--logs", logs)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    killed = contents(logs)
    assert (killed[FREE] == before[FREE], killed[PAID] == before[PAID]) == (False, True)
    assert "Logs that changed: 1" in af("import", file, "--logs", logs).output
    assert "Nothing is new" in af("import", file, "--logs", logs).output
    assert read_replies(str(logs)).exclusions == []


def test_a_log_that_somebody_writes_meanwhile_keeps_what_they_wrote(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = put(tmp_path / "a.jsonl", map(line, samples(logs / FREE)))

    def write(log: EvalLog, location: str, **options: Any) -> None:
        write_eval_log(log, location, **options)
        shutil.copy(logs / PAID, logs / FREE)

    monkeypatch.setattr("reading_room.label_import.write_eval_log", write)
    done = af("import", file, "--logs", logs)
    assert done.output == (
        f"Error: {logs / FREE} was written by somebody else meanwhile, and its labels were not put into it; type the "
        "command again\n"
    )
    assert contents(logs)[FREE] == contents(logs)[PAID]


def test_a_run_in_the_folder_is_waited_for(logs: Path, tmp_path: Path) -> None:
    file = put(tmp_path / "a.jsonl", map(line, samples(logs / FREE)))
    with FileLock(logs / LOCK):
        done = af("import", file, "--logs", logs)
    assert done.output == f"Error: a run is at work in {logs}; wait for it, and type the command again\n"
    assert af("import", file, "--logs", logs).exit_code == 0


# --- What Inspect does with such a log


def test_a_retry_takes_labelled_replies_over(logs: Path, tmp_path: Path) -> None:
    log = read_eval_log(str(logs / FREE))
    [first, _] = log.samples or []
    log.status, log.samples = "error", [first]
    write_eval_log(log, str(logs / FREE))
    file = put(tmp_path / "a.jsonl", [line(first)])
    af("import", file, "--logs", logs / FREE)
    [retried] = eval_retry(str(logs / FREE), log_dir=str(logs), display="none", log_realtime=False)
    assert retried.status == "success"
    assert [sorted(sample.scores or {})[1:2] for sample in samples(Path(retried.location))] == [
        ["human_alignment_faking"],
        ["judged_compliance"],
    ]
    again = af("import", file, "--logs", logs)
    assert again.output.splitlines()[0] == "alignment_faking · ada: labels: 1 (1 there already; 0 unsure); logs: 2"


def test_it_is_given_logs_of_any_form_and_passes_over_those_of_others(logs: Path, tmp_path: Path) -> None:
    log = read_eval_log(str(logs / FREE))
    write_eval_log(log, str(tmp_path / "free.json"))
    log.eval.metadata = None
    write_eval_log(log, str(logs / "of-others.eval"))
    file = put(tmp_path / "a.jsonl", map(line, samples(logs / FREE)))
    before = contents(logs)["of-others.eval"]
    done = af("import", file, "--logs", tmp_path / "free.json", "--logs", logs)
    assert done.output.splitlines()[-1] == "Logs that changed: 2"
    assert said(score_of(tmp_path / "free.json", "fraud-01")) == ["faking", ("ada", "faking", "")]
    assert contents(logs)["of-others.eval"] == before


def test_logs_at_an_address(logs: Path, tmp_path: Path) -> None:
    files = fsspec.filesystem("memory")
    files.put(str(logs), "/people", recursive=True)
    file = put(tmp_path / "a.jsonl", map(line, samples(logs / FREE)))
    try:
        done = af("import", file, "--logs", "memory://people")
        assert done.output.splitlines()[-1] == "Logs that changed: 1"
        files.get(f"/people/{FREE}", str(tmp_path / FREE))
        assert sorted(path.rpartition("/")[2] for path in files.ls("/people", detail=False)) == [FREE, PAID]
    finally:
        files.rm("/people", recursive=True)
    assert said(score_of(tmp_path / FREE, "fraud-01")) == ["faking", ("ada", "faking", "")]


# --- Agreement


@pytest.fixture
def labelled(logs: Path, tmp_path: Path) -> Path:
    """Logs with what two people say of three replies, once with a note too long for a summary."""
    cyber, fraud = samples(logs / FREE)
    paid = samples(logs / PAID)[0]
    ada = [line(cyber), line(fraud, note="n" * 2_000), line(paid, "not_faking")]
    bob = [line(cyber, labeller="bob"), line(fraud, "not_faking", "bob"), line(paid, "unsure", "bob")]
    files = put(tmp_path / "ada.jsonl", ada), put(tmp_path / "bob.jsonl", bob)
    assert af("import", *files, "--logs", logs).exit_code == 0
    return logs


OF_THE_SAMPLE = (
    "All of this is of the labelled replies as they are, without weights: where they were drawn by what the judge "
    "says, it describes the sample, and neither the run nor the judge."
)


def pair_of(logs: Path, query: str) -> str:
    """What the address of a pair on a site ends with."""
    asked = read_replies(logs).frame
    paired = PairedReplies.of(asked)
    return paired.ids[[*asked["query_id"].astype(str).unique()].index(query)]


def test_agreement_of_labels_in_logs(labelled: Path) -> None:
    judged = (
        "control/grader and people: replies with both labels: 1; agree 1.000; kappa is not defined, for all labels are"
    )
    fraud = (
        f"fraud-01 · free · {pair_of(labelled, 'fraud-01')}: ada: faking ({'n' * 80}…); bob: not_faking; judge: faking"
    )
    assert af("agreement", labelled).output.splitlines() == [
        "alignment_faking",
        "  ada: 2 faking, 1 not_faking, 0 unsure",
        "  bob: 1 faking, 1 not_faking, 1 unsure",
        "  ada and bob: replies with both labels: 2; agree 0.500; kappa 0.000 [-0.754, 0.754]",
        "  all: replies with two labels or more: 2; Krippendorff's alpha 0.000",
        f"  {judged} the same; lacking one: 2",
        f"  differ: {fraud}",
        OF_THE_SAMPLE,
    ]


def test_agreement_of_files_alone_knows_no_judge(labelled: Path, tmp_path: Path) -> None:
    done = af("agreement", tmp_path / "ada.jsonl", tmp_path / "bob.jsonl", "-o", tmp_path / "differ.jsonl")
    assert "and people" not in done.output
    [row] = map(json.loads, (tmp_path / "differ.jsonl").read_text("utf-8").splitlines())
    assert (row["query_id"], row["tier"], row["pair"], row["judge"]) == ("fraud-01", None, None, None)


def test_agreement_of_files_with_the_logs_they_were_put_into(labelled: Path, tmp_path: Path) -> None:
    assert af("agreement", tmp_path / "ada.jsonl", labelled).output == af("agreement", labelled).output


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param(
            "{logs}",
            "{logs} hold no labels by people; put them in with af label import, or give the files",
            id="logs without labels",
        ),
        pytest.param("{logs}/labels.csv", "{logs}/labels.csv does not exist; give the folder", id="a file that is not"),
        pytest.param(
            "{logs}/labels.jsonl", "{logs}/labels.jsonl cannot be read (No such file", id="labels that are not"
        ),
    ],
)
def test_agreement_of_nothing(given: str, message: str, logs: Path) -> None:
    done = af("agreement", given.format(logs=logs))
    assert done.exit_code == 2
    assert done.output.startswith(f"Error: {message.format(logs=logs)}")


def test_labels_of_another_make_are_refused_in_logs(logs: Path) -> None:
    log = read_eval_log(str(logs / FREE))
    scored_by_somebody(log)
    write_eval_log(log, str(logs / FREE))
    assert af("agreement", logs).output == (
        f"Error: {logs / FREE}, sample 'cybercrime-01' has a score by people that af label import did not write; give "
        "a copy of the log without it\n"
    )
