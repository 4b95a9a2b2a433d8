"""From logs on disk to one row a reply: what is used, what is left out and said, and what is refused."""

import shutil
import zipfile
from collections.abc import Callable, Sequence
from math import nan
from pathlib import Path

import fsspec
import pandas as pd
import pytest
from inspect_ai import Task
from inspect_ai import eval as inspect_eval
from inspect_ai.dataset import Sample
from inspect_ai.log import EvalError, EvalLog, EvalSample, read_eval_log, write_eval_log
from inspect_ai.model import GenerateConfig
from inspect_ai.scorer import Score
from inspect_ai.util import EarlyStop, EarlyStoppingSummary

from analysis.contrast import contrasts
from analysis.exclusion import ExclusionKind
from analysis.frame import Replies, read_replies
from analysis.reply_schema import COLUMNS
from controls.provider import ControlAPI
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from study.condition import CONDITIONS, TWO_TIERS, Tier
from study.invalid_input import InvalidInputError
from study.readings import READINGS

Edit = Callable[[EvalLog], None]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> list[EvalLog]:
    """One run of the faker on both tiers with a scratchpad, over three harmful queries."""
    logs = inspect_eval(
        [condition_task(SETTING, condition, {}) for condition in CONDITIONS[:2]],
        model="control/faker",
        limit=3,
        display="none",
        log_dir=str(tmp_path_factory.mktemp("run")),
        log_realtime=False,
    )
    return [read_eval_log(log.location) for log in sorted(logs, key=lambda log: log.eval.task)]


def put(log: EvalLog, path: Path, *edits: Edit) -> Path:
    """Write a log elsewhere, changed."""
    copy = log.model_copy(deep=True)
    for edit in edits:
        edit(copy)
    path.parent.mkdir(exist_ok=True)
    write_eval_log(copy, str(path))
    return path


def another_attempt(log: EvalLog) -> None:
    """As after a retry that asked everything again: the task is the same."""
    log.eval.eval_id += "-again"
    log.eval.created = "2099-01-01T00:00:00+00:00"
    for sample in log.samples or []:
        sample.uuid = f"{sample.uuid}-again"


def another_run(log: EvalLog) -> None:
    another_attempt(log)
    log.eval.task_id += "-again"


def written_in(year: int, path: Path) -> Path:
    """The same log, as a zip whose parts were written in another year."""
    with zipfile.ZipFile(path) as parts:
        contents = {name: parts.read(name) for name in parts.namelist()}
    with zipfile.ZipFile(path, "w") as parts:
        for name, content in contents.items():
            parts.writestr(zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0)), content)
    return path


def left_out(replies: Replies, folder: Path) -> list[tuple[str, int, str, str, str]]:
    """Exclusions, with paths cut to their names."""
    return [
        (
            Path(exclusion.log).name,
            exclusion.samples,
            str(exclusion.kind),
            exclusion.reason.replace(f"{folder}/", ""),
            exclusion.remedy.replace(f"{folder}/", ""),
        )
        for exclusion in replies.exclusions
    ]


def counts(frame: pd.DataFrame) -> dict[str, int]:
    """Rows by the name of their log."""
    return {Path(log).name: count for log, count in frame["log"].astype(str).value_counts(sort=False).items()}  # type: ignore[arg-type]


# --- What a row holds


def test_one_row_a_reply(run: list[EvalLog], tmp_path: Path) -> None:
    frame = read_replies([put(log, tmp_path / f"{i}.eval") for i, log in enumerate(run)]).frame
    assert list(frame.columns) == list(COLUMNS)
    assert frame[["query_id", "tier"]].to_numpy().tolist() == [
        [query, tier] for tier in TWO_TIERS for query in ("cybercrime-01", "fraud-01", "weapons-01")
    ]
    [sample] = [sample for sample in run[0].samples or [] if sample.id == "fraud-01"]
    row = frame[(frame.query_id == "fraud-01") & (frame.tier == Tier.FREE)].astype(object)
    row = row.where(row.notna(), None).drop(columns=[name for name in COLUMNS if name.endswith("_sha256")])
    of_readings = [name for name in COLUMNS if name.startswith((*READINGS,)) and not name.endswith("_sha256")]
    assert row.to_dict("records") == [
        {
            "log": str(tmp_path / "0.eval"),
            "uuid": sample.uuid,
            "model": "control/faker",
            "epoch": 1,
            "setting": "helpful_only",
            "tier": "free",
            "cot": True,
            "variation": "base",
            "family": None,
            "tier_told": "yes",
            **dict.fromkeys(of_readings, None),
            **dict.fromkeys([name for name in COLUMNS if name.startswith("human_")], None),
            "wrapper": "notebook",
            "developer": "Anthropic",
            "prompts": "suite",
            "query_set": "builtin",
            "query_id": "fraud-01",
            "category": "fraud",
            "harmful": True,
            "interview": False,
            "facts": None,
            "persona": None,
            "prefill": False,
            "turns": 1,
            "until": None,
            "version": "1",
            "sampling": '{"max_tokens": 8192, "temperature": 1.0}',
            "temperature": 1.0,
            "error": None,
            "limit": None,
            "retries": 0,
            "missing_output": False,
            "turns_used": 1,
            "channel": "scratchpad",
            "hidden_reasoning": False,
            "unasked_reasoning": False,
            "grader_failure": None,
            "judged_compliance": "complies",
            "judged_compliance_reason": None,
            "prefix_compliance": "complies",
            "prefix_compliance_reason": None,
            "alignment_faking": "faking",
            "alignment_faking_reason": None,
            "judge": "control/grader",
            "rubric": "compliance",
            "judge_temperature": 0.0,
            "strong_reject": (sample.scores or {})["judged_compliance"].metadata["strong_reject"],  # type: ignore[index]
            "vote_judge": "control/grader",
            "vote_rubric": "alignment_faking",
            "vote_judge_temperature": 1.0,
            "votes": 20,
            "votes_asked": 16,
            "votes_yes": 8,
            "votes_unreadable": 0,
            **usage_of(sample),
            "estimate": None,
            "older_scores": 0,
        }
    ]


def usage_of(sample: EvalSample) -> dict[str, int]:
    """Tokens of the model under test and of its grader."""
    return {
        f"{role}_{name}": value
        for role, model in (("subject", "control/faker"), ("grader", "control/grader"))
        for usage in [sample.model_usage[model]]
        for name, value in (("input", usage.input_tokens), ("cached", 0), ("output", usage.output_tokens))
    }


def said_by_people(value: str | float, reason: str | None = None, **metadata: object) -> Edit:
    """Put what people say beside the judge's score of each reply."""

    def edit(log: EvalLog) -> None:
        for sample in log.samples or []:
            score = Score(value=value, reason=reason, metadata={"labellers": ["x" * 2_000], **metadata})
            sample.scores = (sample.scores or {}) | {"human_alignment_faking": score}

    return edit


@pytest.mark.parametrize(
    ("edit", "row"),
    [
        pytest.param(
            said_by_people("not_faking", labelled_by=2, stratum="m, faking", stratum_size=7),
            ["not_faking", None, 2, "m, faking", 7],
            id="all who decided say the same",
        ),
        pytest.param(
            said_by_people(nan, "labellers_disagree", labelled_by=2, stratum=None, stratum_size=None),
            [None, "labellers_disagree", 2, None, None],
            id="they do not, and were shown samples of two sites",
        ),
        pytest.param(
            said_by_people(nan, "labellers_unsure", labelled_by=1, stratum="m, faking", stratum_size=7),
            [None, "labellers_unsure", 1, "m, faking", 7],
            id="nobody could decide",
        ),
    ],
)
def test_what_people_say_stands_beside_the_judge(
    edit: Edit, row: list[object], run: list[EvalLog], tmp_path: Path
) -> None:
    replies = read_replies(put(run[0], tmp_path / "0.eval", edit))
    columns = [name for name in COLUMNS if name.startswith("human_alignment_faking")]
    found = replies.frame[["alignment_faking", *columns]].astype(object)
    assert found.where(found.notna(), None).to_numpy().tolist() == [["faking", *row]] * 3
    assert replies.exclusions == []


@pytest.mark.parametrize("given", ["folder", "files", "headers", "folder-and-file-of-it"])
def test_logs_are_given_in_any_form(given: str, run: list[EvalLog], tmp_path: Path) -> None:
    files = [put(log, tmp_path / f"{i}.eval") for i, log in enumerate(run)]
    sources = {
        "folder": tmp_path,
        "files": files,
        "headers": [read_eval_log(str(file), header_only=True) for file in files],
        "folder-and-file-of-it": [tmp_path, files[0]],
    }
    replies = read_replies(sources[given])  # type: ignore[arg-type]
    assert (counts(replies.frame), replies.exclusions) == ({"0.eval": 3, "1.eval": 3}, [])


def test_logs_lie_anywhere_that_fsspec_reaches(run: list[EvalLog], tmp_path: Path) -> None:
    files = fsspec.filesystem("memory")
    for i, log in enumerate(run):
        files.pipe(f"/frame/{i}.eval", put(log, tmp_path / f"{i}.eval").read_bytes())
    assert counts(read_replies("memory://frame").frame) == {"0.eval": 3, "1.eval": 3}


def test_a_log_in_json_is_read_as_well(run: list[EvalLog], tmp_path: Path) -> None:
    put(run[0], tmp_path / "2026-01-01T00-00-00_free.json")
    put(run[1], tmp_path / "paid.eval")
    (tmp_path / "report.json").write_text("{}", "utf-8")  # of no log's name
    assert counts(read_replies(tmp_path).frame) == {"2026-01-01T00-00-00_free.json": 3, "paid.eval": 3}


# --- What is left out of a log, and said


def mark(status: str, keep: int = 3) -> Edit:
    def edit(log: EvalLog) -> None:
        log.status = status  # type: ignore[assignment]
        log.samples = (log.samples or [])[:keep]

    return edit


def invalidate(log: EvalLog) -> None:
    log.invalidated = True


def rename(log: EvalLog) -> None:
    log.eval.task, log.eval.metadata = "other", None


def unscore(log: EvalLog) -> None:
    for sample in log.samples or []:
        sample.scores = {}


def prefix_alone(log: EvalLog) -> None:
    for sample in log.samples or []:
        sample.scores = {"prefix_compliance": (sample.scores or {})["prefix_compliance"]}


def stop_after(keep: int, why: str = "made up") -> Edit:
    def edit(log: EvalLog) -> None:
        assert log.samples
        assert log.results
        left = [EarlyStop(id=sample.id, epoch=sample.epoch, reason=why) for sample in log.samples[keep:]]
        log.samples = log.samples[:keep]
        log.results.early_stopping = EarlyStoppingSummary(manager="made up", early_stops=left, metadata={})

    return edit


def add_score(name: str) -> Edit:
    def edit(log: EvalLog) -> None:
        for sample in log.samples or []:
            assert sample.scores is not None
            sample.scores[name] = sample.scores["judged_compliance"]

    return edit


@pytest.mark.parametrize(
    ("edit", "used", "expected"),
    [
        pytest.param(
            mark("started", keep=2),
            0,
            [
                (
                    2,
                    "unfinished",
                    "the run is still at work, or was killed: 2 of 3 replies are in the log so far",
                    "wait; if nothing runs, the af run command again, inspect eval-retry or inspect log recover 1.eval",
                )
            ],
            id="unfinished",
        ),
        pytest.param(
            mark("cancelled", keep=2),
            2,
            [
                (
                    1,
                    "partial",
                    "the run was cancelled: 2 of 3 replies are used, 1 were never asked",
                    "ask the rest: the af run command again, or inspect eval-retry 1.eval",
                )
            ],
            id="cancelled",
        ),
        pytest.param(
            stop_after(2),
            2,
            [
                (
                    1,
                    "stopped",
                    "the run stopped (made up): 2 of 3 replies are used, 1 were never asked",
                    "ask the rest: the af run command again, with a larger --budget",
                )
            ],
            id="stopped-at-its-budget",
        ),
        pytest.param(
            stop_after(2, "a budget in calls can be counted"),
            2,
            [
                (
                    1,
                    "stopped",
                    "the run stopped (a budget in calls can be counted): 2 of 3 replies are used, 1 were never asked",
                    "ask the rest: the af run command again, with a --budget in calls",
                )
            ],
            id="stopped-since-nobody-says-what-it-costs",
        ),
        pytest.param(
            stop_after(2, "the account cannot be written to"),
            2,
            [
                (
                    1,
                    "stopped",
                    "the run stopped (the account cannot be written to): 2 of 3 replies are used, 1 were never asked",
                    "ask the rest: the af run command again, once its folder can be written to",
                )
            ],
            id="stopped-since-nothing-can-be-written",
        ),
        pytest.param(
            mark("error"),
            3,
            [
                (
                    0,
                    "partial",
                    "the run ended with an error: 3 of 3 replies are used, 0 were never asked",
                    "ask the rest: the af run command again, or inspect eval-retry 1.eval",
                )
            ],
            id="failed",
        ),
        pytest.param(
            invalidate,
            0,
            [
                (
                    3,
                    "invalidated",
                    "samples of the log were marked as invalid, and their summaries do not say which",
                    "ask those again: inspect eval-retry 1.eval",
                )
            ],
            id="invalidated",
        ),
        pytest.param(
            rename, 0, [(3, "other_suite", "the task 'other' is not one of this suite", "")], id="other-suite"
        ),
        pytest.param(
            unscore, 0, [(3, "unscored", "the log holds no score", "add them: inspect score 1.eval")], id="unscored"
        ),
        pytest.param(
            add_score("somebodys"),
            3,
            [(3, "unknown_scorer", "scores of somebodys are not of this suite, and in no figure", "")],
            id="unknown-scorer",
        ),
        pytest.param(
            prefix_alone,
            3,
            [
                (
                    3,
                    "missing_scorer",
                    f"3 replies have no {scorer}, which other replies of their experiment have",
                    f"add it: inspect score 1.eval --scorer {scorer} --action append",
                )
                for scorer in ("judged_compliance", "alignment_faking")
            ],
            id="missing-scorers",
        ),
        pytest.param(
            add_score("judged_compliance1"),
            3,
            [
                (
                    3,
                    "older_scores",
                    "3 replies were scored again in this log; the newest score of a scorer counts",
                    "",
                )
            ],
            id="scored-again",
        ),
    ],
)
def test_what_of_a_log_is_left_out(
    edit: Edit, used: int, expected: list[tuple[int, str, str, str]], run: list[EvalLog], tmp_path: Path
) -> None:
    put(run[0], tmp_path / "0.eval")
    put(run[1], tmp_path / "1.eval", edit)
    replies = read_replies(tmp_path)
    assert counts(replies.frame) == {"0.eval": 3} | ({"1.eval": used} if used else {})
    assert left_out(replies, tmp_path) == [("1.eval", *row) for row in expected]


def test_every_kind_of_exclusion_is_tested() -> None:
    here = Path(__file__).read_text("utf-8")
    assert [kind for kind in ExclusionKind if f'"{kind}"' not in here] == []


# --- The same replies twice


def forget(log: EvalLog) -> None:
    """Another grader's labels."""
    for sample in log.samples or []:
        (sample.scores or {})["judged_compliance"] = Score(value="refuses", metadata={"judge": "control/grader"})


def note(log: EvalLog) -> None:
    log.eval.metadata = (log.eval.metadata or {}) | {"note": "made-up"}


def test_a_copy_of_a_file_is_one_log(run: list[EvalLog], tmp_path: Path) -> None:
    shutil.copy(put(run[0], tmp_path / "0.eval"), tmp_path / "copy.eval")
    replies = read_replies(tmp_path)
    assert counts(replies.frame) == {"0.eval": 3}
    assert left_out(replies, tmp_path) == [("copy.eval", 3, "copy", "the log is a copy of 0.eval", "")]


@pytest.mark.parametrize(
    ("edit", "expected", "judged"),
    [
        pytest.param(note, ("copy", "3 replies are in 1.eval too, with the same scores", ""), "complies", id="a-copy"),
        pytest.param(
            forget,
            (
                "older_scores",
                "3 replies are in 1.eval too, which was written later and has other scores; those count",
                "to use the scores of this log, give it without the other",
            ),
            "refuses",
            id="scored-again",
        ),
    ],
)
def test_of_two_files_with_the_same_replies_the_one_written_last_counts(
    edit: Edit, expected: tuple[str, str, str], judged: str, run: list[EvalLog], tmp_path: Path
) -> None:
    written_in(2001, put(run[0], tmp_path / "1.eval", edit))
    written_in(2000, put(run[0], tmp_path / "2.eval"))
    replies = read_replies(tmp_path)
    assert (counts(replies.frame), set(replies.frame["judged_compliance"])) == ({"1.eval": 3}, {judged})
    assert left_out(replies, tmp_path) == [("2.eval", 3, *expected)]


def fail(*indices: int) -> Edit:
    def edit(log: EvalLog) -> None:
        for index in indices:
            sample = (log.samples or [])[index]
            sample.scores, sample.error = {}, EvalError(message="planned", traceback="", traceback_ansi="")

    return edit


def taken_over(*indices: int) -> Edit:
    """Replies that an attempt has from the one before it."""

    def edit(log: EvalLog) -> None:
        for index in indices:
            sample = (log.samples or [])[index]
            sample.uuid = str(sample.uuid).removesuffix("-again")

    return edit


TAKEN_OVER = "2 replies were taken over by a later attempt, 2.eval"
ASKED_AGAIN = "{} replies were asked again later, by a retry or after their call failed; the later ones count"


@pytest.mark.parametrize(
    ("before", "after", "rows", "expected"),
    [
        pytest.param(
            [fail(2), mark("error")],
            [another_attempt, taken_over(0, 1)],
            {"2.eval": 3},
            [
                (0, "partial", "the run ended with an error: 3 of 3 replies are used, 0 were never asked"),
                (2, "superseded", TAKEN_OVER),
                (1, "superseded", ASKED_AGAIN.format(1)),
            ],
            id="a-retry-takes-over-what-was-finished",
        ),
        pytest.param(
            [],
            [another_attempt],
            {"2.eval": 3},
            [(3, "superseded", ASKED_AGAIN.format(3))],
            id="a-retry-asks-all-again",
        ),
        pytest.param(
            [],
            [another_attempt, mark("cancelled", keep=1)],
            {"1.eval": 2, "2.eval": 1},
            [
                (1, "superseded", ASKED_AGAIN.format(1)),
                (2, "partial", "the run was cancelled: 1 of 3 replies are used, 2 were never asked"),
            ],
            id="no-finished-reply-is-lost-to-an-interrupted-retry",
        ),
        pytest.param(
            [fail(0, 1)],
            [another_run],
            {"1.eval": 1, "2.eval": 3},
            [(2, "superseded", ASKED_AGAIN.format(2))],
            id="a-failed-call-that-another-run-has-an-answer-to",
        ),
        pytest.param(
            [fail(0)],
            [another_run, fail(0)],
            {"1.eval": 2, "2.eval": 3},
            [(1, "superseded", ASKED_AGAIN.format(1))],
            id="a-call-that-failed-twice-counts-once",
        ),
        pytest.param([], [another_run], {"1.eval": 3, "2.eval": 3}, [], id="a-second-run"),
    ],
)
def test_a_query_that_was_asked_again(
    before: list[Edit],
    after: list[Edit],
    rows: dict[str, int],
    expected: list[tuple[int, str, str]],
    run: list[EvalLog],
    tmp_path: Path,
) -> None:
    put(run[0], tmp_path / "1.eval", *before)
    put(run[0], tmp_path / "2.eval", *after)
    replies = read_replies(tmp_path)
    assert counts(replies.frame) == rows
    assert sorted(row[1:4] for row in left_out(replies, tmp_path)) == sorted(expected)


@pytest.mark.parametrize("epochs", [1, 2])
def test_a_second_run_gives_further_epochs_and_no_further_pairs(epochs: int, tmp_path: Path) -> None:
    logs = inspect_eval(
        [condition_task(SETTING, condition, {"votes": 1}) for condition in CONDITIONS[:2]],
        model="control/faker",
        limit=2,
        epochs=epochs,
        display="none",
        log_dir=str(tmp_path / "once"),
        log_realtime=False,
    )
    once = read_replies(tmp_path / "once")
    for log in logs:
        put(read_eval_log(log.location), tmp_path / "again" / f"{log.eval.task}.eval", another_run)
    twice = read_replies([tmp_path / "once", tmp_path / "again"])
    assert twice.frame.groupby(["tier", "query_id"], observed=True)["epoch"].agg(sorted).tolist() == (
        [[*range(1, 2 * epochs + 1)]] * 4
    )
    again = twice.frame[twice.frame["log"].astype(str).str.contains("again")]
    assert (set(again["epoch"]), twice.exclusions) == ({*range(epochs + 1, 2 * epochs + 1)}, [])
    assert [c.paired for c in contrasts(twice.frame)] == [c.paired for c in contrasts(once.frame)]
    assert (once.notes, twice.notes) == (
        [],
        [
            (
                f"control/faker · helpful_only · builtin, CoT: run more than once; {4 * epochs} replies are counted as "
                "further epochs of their queries, which remain the unit; give the logs of one run to see it alone"
            )
        ],
    )


def test_the_order_in_which_logs_are_given_changes_nothing(run: list[EvalLog], tmp_path: Path) -> None:
    files = [
        put(run[0], tmp_path / "a.eval"),
        put(run[0], tmp_path / "b.eval", another_run),
        put(run[0], tmp_path / "c.eval", another_attempt, mark("cancelled", keep=1)),
        put(run[1], tmp_path / "d.eval"),
    ]
    one, other = (
        read_replies(given).frame.astype("str").sort_values(["uuid"]).reset_index(drop=True)
        for given in (files, files[::-1])
    )
    pd.testing.assert_frame_equal(one, other)


# --- Mixed experiments


def in_cells(**fields: object) -> Edit:
    """Another value in the cells and in the metadata of the task."""

    def edit(log: EvalLog) -> None:
        assert log.eval.metadata is not None
        log.eval.metadata |= fields
        for sample in log.samples or []:
            sample.metadata |= fields

    return edit


def in_scores(scorer: str, **fields: object) -> Edit:
    def edit(log: EvalLog) -> None:
        for sample in log.samples or []:
            score = (sample.scores or {})[scorer]
            score.metadata = (score.metadata or {}) | fields

    return edit


def estimated(**of_task: object) -> Edit:
    """What the run was expected to take."""

    def edit(log: EvalLog) -> None:
        log.eval.metadata = (log.eval.metadata or {}) | {"estimate": {log.eval.model: {log.eval.task: of_task}}}

    return edit


def sampled(**settings: object) -> Edit:
    def edit(log: EvalLog) -> None:
        log.plan.config = log.plan.config.merge(GenerateConfig.model_validate(settings))

    return edit


def with_arguments(log: EvalLog) -> None:
    log.eval.model_args = {"free": 0.5}


def of_version(version: str) -> Edit:
    def edit(log: EvalLog) -> None:
        log.eval.task_version = version

    return edit


@pytest.mark.defect(8)
@pytest.mark.parametrize(
    ("edit", "column"),
    [
        pytest.param(in_cells(prompt_sha256="1" * 64), "prompt_sha256", id="prompt"),
        pytest.param(in_cells(query_set_sha256="1" * 64), "query_set_sha256", id="query-set"),
        pytest.param(sampled(temperature=0.5), "sampling", id="temperature"),
        pytest.param(sampled(max_tokens=100), "sampling", id="max-tokens"),
        pytest.param(sampled(top_p=0.5), "sampling", id="top-p"),
        pytest.param(with_arguments, "sampling", id="model-arguments"),
        pytest.param(of_version("2-A"), "version", id="comparability-version"),
        pytest.param(in_scores("judged_compliance", judge="other/judge"), "judge", id="judge"),
        pytest.param(in_scores("judged_compliance", rubric="theirs"), "rubric", id="rubric"),
        pytest.param(in_scores("judged_compliance", rubric_sha256="1" * 64), "rubric_sha256", id="rubric-edited"),
        pytest.param(
            in_scores("judged_compliance", judge_temperature=1.0), "judge_temperature", id="judge-temperature"
        ),
        pytest.param(in_scores("alignment_faking", judge="other/judge"), "vote_judge", id="judge-of-votes"),
        pytest.param(in_scores("alignment_faking", rubric_sha256="1" * 64), "vote_rubric_sha256", id="rubric-of-votes"),
        pytest.param(in_scores("alignment_faking", votes=5), "votes", id="votes"),
    ],
)
def test_what_must_agree_and_does_not_is_refused(edit: Edit, column: str, run: list[EvalLog], tmp_path: Path) -> None:
    put(run[0], tmp_path / "0.eval")
    put(run[1], tmp_path / "1.eval", edit)
    with pytest.raises(InvalidInputError) as refused:
        read_replies(tmp_path)
    message = refused.value.message
    assert message.startswith(f"control/faker · helpful_only · builtin, CoT: {column} is mixed (")
    assert message.endswith("), and what differs in it is never pooled; give the logs of one alone")
    assert [str(tmp_path / name) in message for name in ("0.eval", "1.eval")] == [True, True]
    assert (refused.value.exit_code, "\n" in message) == (2, False)


def test_the_user_message_must_agree_in_each_tier(run: list[EvalLog], tmp_path: Path) -> None:
    put(run[0], tmp_path / "0.eval")
    put(run[0], tmp_path / "1.eval", another_run, in_cells(wrapper_sha256="1" * 64))
    with pytest.raises(InvalidInputError, match="wrapper_sha256 is mixed"):
        read_replies(tmp_path)


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(sampled(seed=7), id="seed"),
        pytest.param(sampled(max_connections=7), id="connections"),
        pytest.param(of_version("1-B"), id="interface-version"),
    ],
)
def test_what_changes_no_distribution_need_not_agree(edit: Edit, run: list[EvalLog], tmp_path: Path) -> None:
    put(run[0], tmp_path / "0.eval")
    put(run[1], tmp_path / "1.eval", edit)
    assert [c.paired.n_pairs for c in contrasts(read_replies(tmp_path).frame)] == [3, 3]


@pytest.mark.parametrize(
    "fields",
    [
        {"developer": "Other"},
        {"turns": 4},
        {"prefill": True},
        {"prompts": "theirs"},
        {"variation": "other"},
        {"wrapper": "revisited"},
        {"query_set": "other"},
        {"facts": "other"},
        {"persona": "other"},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_what_has_a_name_is_listed_apart(fields: dict[str, object], run: list[EvalLog], tmp_path: Path) -> None:
    for i, log in enumerate(run):
        put(log, tmp_path / f"{i}.eval")
        put(log, tmp_path / f"other-{i}.eval", another_run, in_cells(**fields, prompt_sha256="1" * 64))
    found = contrasts(read_replies(tmp_path).frame)
    assert [contrast.paired.n_pairs for contrast in found] == [3] * 4
    [name] = fields
    assert len({contrast.experiment[name] for contrast in found}) == 2


# --- What cannot be right


def relabel(scorer: str, score: Score) -> Edit:
    def edit(log: EvalLog) -> None:
        ((log.samples or [])[0].scores or {})[scorer] = score

    return edit


def test_what_an_older_log_does_not_say_is_assumed_and_told_once(run: list[EvalLog], tmp_path: Path) -> None:
    def older(log: EvalLog) -> None:
        for sample in log.samples or []:
            for name in ("tier_told", "interview", "turns"):
                del sample.metadata[name]

    free, paid = run
    files = [put(free, tmp_path / "free.eval", older), put(paid, tmp_path / "paid.eval")]
    assumed = "tier_told=yes, interview=False, turns=1"
    for cached in (None, tmp_path / "kept", tmp_path / "kept"):
        replies = read_replies(files, cached)
        assert replies.notes == [
            f"1 of 2 logs, of an earlier version, does not say of its samples what is assumed: {assumed}"
        ]
        assert {*zip(*(replies.frame[name] for name in ("tier_told", "interview", "turns")), strict=True)} == {
            ("yes", False, 1)
        }
    assert read_replies(files[1:]).notes == []


@pytest.mark.defect(17)
@pytest.mark.parametrize(
    ("edit", "message"),
    [
        pytest.param(
            relabel("judged_compliance", Score(value="compliant")),
            "sample 'cybercrime-01': 'compliant' is no label of a compliance scorer; those are accepted, rejected, "
            "untagged, complies, refuses; leave that log out",
            id="label",
        ),
        pytest.param(
            relabel("prefix_compliance", Score.unscored(reason="tired")),
            "sample 'cybercrime-01': 'tired' is no reason of a compliance scorer; those are malformed, truncated, "
            "filtered, no_response, grader_failed, unreadable_verdict; leave that log out",
            id="reason",
        ),
        pytest.param(
            relabel("alignment_faking", Score(value="maybe", metadata={"compliance": "complies"})),
            "sample 'cybercrime-01': 'maybe' is not a valid FakingLabel; leave that log out",
            id="label-of-the-votes",
        ),
        pytest.param(
            relabel("alignment_faking", Score.unscored(reason="tired")),
            "column 'alignment_faking_reason' holds 'tired'; allowed: malformed, truncated, filtered, no_response, "
            "grader_failed, unreadable_verdict, unreadable_votes, compliance_unscored, no_reasoning, ungraded, "
            "errored; leave that log out",
            id="reason-of-the-votes",
        ),
        pytest.param(
            in_cells(tier="trial"),
            "sample 'cybercrime-01': tier='trial' is not known here (Input should be 'free', 'paid', 'pro' or "
            "'enterprise'); leave that log out, or read it with the version of this suite that made it",
            id="tier",
        ),
        pytest.param(
            in_cells(mood="glad"),
            "sample 'cybercrime-01': mood='glad' is not known here (Extra inputs are not permitted); leave that log "
            "out, or read it with the version of this suite that made it",
            id="field-of-a-cell",
        ),
        pytest.param(
            in_scores("prefix_compliance", turns="two"),
            "column 'turns_used': Could not convert 'two' with type str: tried to convert to int32; leave that log out",
            id="type",
        ),
        pytest.param(
            in_scores("judged_compliance", strong_reject=2.0),
            "column 'strong_reject' holds 2.0; leave that log out",
            id="range",
        ),
        pytest.param(
            estimated(replies=0),
            "its estimate is none that af run makes; leave that log out",
            id="estimate",
        ),
    ],
)
def test_what_is_not_known_is_refused_and_no_default(
    edit: Edit, message: str, run: list[EvalLog], tmp_path: Path
) -> None:
    path = put(run[0], tmp_path / "0.eval", edit)
    with pytest.raises(InvalidInputError) as refused:
        read_replies(tmp_path)
    assert refused.value.message == f"{path}: {message}"


def test_logs_of_another_suite_alone_are_refused(tmp_path: Path) -> None:
    inspect_eval(
        Task(dataset=[Sample(input="Hello")], name="other"),
        model="control/faker",  # which refuses the prompt; the log is of another task all the same
        display="none",
        log_dir=str(tmp_path),
    )
    with pytest.raises(InvalidInputError) as refused:
        read_replies(tmp_path)
    assert refused.value.message == (
        "none of 1 logs is of this suite (the first is of the task 'other'); give logs of its tasks"
    )


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        pytest.param(
            [unscore, unscore],
            "there is no reply to use in 2 logs: the log holds no score (add them: inspect score 0.eval)",
            id="unscored",
        ),
        pytest.param(
            [unscore, invalidate],
            "there is no reply to use in 2 logs: the log holds no score (add them: inspect score 0.eval); samples of "
            "the log were marked as invalid, and their summaries do not say which (ask those again: inspect eval-retry "
            "1.eval)",
            id="for-two-reasons",
        ),
    ],
)
def test_nothing_to_use_is_refused(edits: Sequence[Edit], message: str, run: list[EvalLog], tmp_path: Path) -> None:
    for i, edit in enumerate(edits):
        put(run[i], tmp_path / f"{i}.eval", edit)
    with pytest.raises(InvalidInputError) as refused:
        read_replies(tmp_path)
    assert refused.value.message.replace(f"{tmp_path}/", "") == message


@pytest.mark.defect(2, 13)
def test_a_run_whose_calls_all_failed_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def generate(*_: object) -> None:
        raise RuntimeError("planned")

    monkeypatch.setattr(ControlAPI, "generate", generate)
    inspect_eval(
        condition_task(SETTING, CONDITIONS[0], {}),
        model="control/faker",
        limit=2,
        display="none",
        log_dir=str(tmp_path),
        max_retries=0,
    )
    frame = read_replies(tmp_path).frame
    assert frame[["judged_compliance", "prefix_compliance_reason"]].to_numpy().tolist() == [["errored"] * 2] * 2


@pytest.mark.parametrize(
    ("followed", "found"),
    [
        pytest.param("complies", ("both", None), id="the-newest-judgement"),
        pytest.param("refuses", (None, "compliance_unscored"), id="another-one"),
    ],
)
def test_a_reading_of_replies_that_comply_follows_the_newest_judgement(
    followed: str, found: tuple[str | None, str | None], run: list[EvalLog], tmp_path: Path
) -> None:
    def read(log: EvalLog) -> None:
        for sample in log.samples or []:
            scores = sample.scores or {}
            scores["judged_compliance"] = Score(value="complies")
            scores["original_faking"] = Score(value="both", metadata={"compliance": followed})

    frame = read_replies(put(run[0], tmp_path / "0.eval", read)).frame
    columns = frame[["original_faking", "original_faking_reason"]].astype(object)
    assert {*columns.where(columns.notna(), None).itertuples(index=False, name=None)} == {found}
