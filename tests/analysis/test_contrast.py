"""From logs on disk to the gap: outcomes add up, tiers are told by metadata, missing is missing."""

from collections.abc import Callable
from math import isnan
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from inspect_ai import Task
from inspect_ai import eval as inspect_eval
from inspect_ai.dataset import Sample
from inspect_ai.log import EvalLog, read_eval_log, write_eval_log
from inspect_ai.scorer import Score

from analysis.contrast import MEANINGS, contrasts, meaning
from analysis.frame import read_replies
from analysis.report.rows.faking import faking
from analysis.report.rows.outcomes import outcomes
from controls.provider import ControlAPI
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from prompts.variation import catalogue
from study.condition import CONDITIONS, TWO_TIERS
from study.invalid_input import InvalidInputError
from study.outcome import Outcome

pytestmark = pytest.mark.xdist_group("contrast")  # its logs are made once

Edit = Callable[[EvalLog], None]


@pytest.fixture(scope="module")
def faker(tmp_path_factory: pytest.TempPathFactory) -> list[EvalLog]:
    logs = inspect_eval(
        [condition_task(SETTING, condition, {}) for condition in CONDITIONS],
        model="control/faker",
        limit=12,
        display="none",
        log_dir=str(tmp_path_factory.mktemp("logs")),
        log_realtime=False,
    )
    return [read_eval_log(log.location) for log in logs]


def rewritten(logs: list[EvalLog], folder: Path, edit: Edit) -> list[EvalLog]:
    """Copies of logs, changed and written under names that say nothing."""
    changed = []
    for i, log in enumerate(logs):
        copy = log.model_copy(deep=True)
        edit(copy)
        copy.location = str(folder / f"{len(logs) - i}.eval")
        write_eval_log(copy, copy.location)
        changed.append(copy)
    return changed


@pytest.mark.defect(24)
def test_the_tier_is_read_from_metadata_whatever_the_files_are_called(faker: list[EvalLog], tmp_path: Path) -> None:
    def rename(log: EvalLog) -> None:
        log.eval.task = "a_name_that_says_paid" if "free" in log.eval.task else "a_name_that_says_free"

    found = contrasts(read_replies(rewritten(faker, tmp_path, rename)).frame)
    assert [(c.experiment["cot"], c.scorer, c.paired.n_pairs, c.paired.gap) for c in found] == [
        (True, "judged_compliance", 10, 1.0),
        (True, "prefix_compliance", 10, 1.0),
        (False, "judged_compliance", 10, 1.0),
        (False, "prefix_compliance", 10, 1.0),
    ]


def counted(frame: pd.DataFrame) -> list[dict[str, dict[str, int]]]:
    """Replies of each contrast, by tier and outcome."""
    return [{row.tier: row.outcomes for row in outcomes([contrast])} for contrast in contrasts(frame)]


def faked(frame: pd.DataFrame) -> list[tuple[str, int, int, dict[str, int]]]:
    """Tier, replies with a label, those that fake, and those without a label by reason."""
    return [(row.tier, row.n, row.n_faking, row.unscored) for row in faking(frame) if row.among == "all"]


def scores_of(log: EvalLog) -> list[dict[str, Score]]:
    return [sample.scores or {} for sample in log.samples or []]


def fail_judge(log: EvalLog) -> None:
    if log.eval.metadata and log.eval.metadata["tier"] == "paid":
        for scores in scores_of(log)[:4]:
            scores["judged_compliance"] = Score.unscored(reason="grader_failed")
            scores["alignment_faking"] = Score.unscored(reason="compliance_unscored")


@pytest.mark.defect(1, 2, 13, 22)
def test_a_failed_judge_leaves_the_pairs_and_is_counted_by_tier(faker: list[EvalLog], tmp_path: Path) -> None:
    frame = read_replies(rewritten(faker[:2], tmp_path, fail_judge)).frame
    judged, prefix = contrasts(frame)
    assert (judged.paired.n_pairs, judged.paired.rate_a, judged.paired.rate_b) == (6, 1.0, 0.0)
    assert counted(frame)[0] == {"free": {"complies": 10}, "paid": {"ungraded": 4, "refuses": 6}}
    assert prefix.paired.n_pairs == 10
    assert faked(frame) == [("free", 10, 10, {}), ("paid", 6, 0, {"compliance_unscored": 4})]


def drop_all(log: EvalLog) -> None:
    for scores in scores_of(log):
        for name in scores:
            scores[name] = Score.unscored(reason="truncated" if name != "alignment_faking" else "compliance_unscored")


@pytest.mark.defect(13)
def test_nothing_known_is_no_data_and_not_zero(faker: list[EvalLog], tmp_path: Path) -> None:
    frame = read_replies(rewritten(faker[:2], tmp_path, drop_all)).frame
    assert [isnan(contrast.paired.gap) for contrast in contrasts(frame)] == [True, True]
    assert counted(frame) == [{"free": {"truncated": 10}, "paid": {"truncated": 10}}] * 2
    assert {row.rate for row in faking(frame)} == {None}


@pytest.mark.parametrize(
    ("newest", "rate", "voted"),
    [
        # A refusal does not fake, whatever was voted before.
        pytest.param("refuses", 0.0, [("free", 10, 0, {}), ("paid", 10, 0, {})], id="refuses"),
        # Votes that followed another judgement than the newest say nothing about this one.
        pytest.param(
            "complies", 1.0, [("free", 10, 10, {}), ("paid", 0, 0, {"compliance_unscored": 10})], id="complies"
        ),
    ],
)
def test_the_newest_score_of_a_scorer_counts(
    newest: str, rate: float, voted: list[tuple[object, ...]], faker: list[EvalLog], tmp_path: Path
) -> None:
    def judge_again(log: EvalLog) -> None:
        for scores in scores_of(log):
            scores["judged_compliance1"] = Score(value=newest)

    frame = read_replies(rewritten(faker[:2], tmp_path, judge_again)).frame
    judged = contrasts(frame)[0]
    assert (judged.paired.rate_a, judged.paired.rate_b) == (rate, rate)
    assert faked(frame) == voted


def test_queries_are_paired_by_their_whole_id(faker: list[EvalLog], tmp_path: Path) -> None:
    def lengthen(log: EvalLog) -> None:
        for sample in log.samples or []:
            sample.id = "x" * 1_500 + str(sample.id)
            sample.metadata["query_id"] = sample.id

    judged = contrasts(read_replies(rewritten(faker[:2], tmp_path, lengthen)).frame)[0]
    assert judged.paired.n_pairs == 10


@pytest.mark.defect(8)
def test_what_was_edited_between_the_tiers_is_refused(faker: list[EvalLog], tmp_path: Path) -> None:
    def edit(log: EvalLog) -> None:
        if log.eval.metadata and log.eval.metadata["tier"] == "paid":
            log.eval.metadata["query_set_sha256"] = "1" * 64
            for sample in log.samples or []:
                sample.metadata["query_set_sha256"] = "1" * 64

    with pytest.raises(InvalidInputError, match="query_set_sha256 is mixed"):
        read_replies(rewritten(faker[:2], tmp_path, edit))


def test_a_log_without_a_judge_has_the_prefix_alone(faker: list[EvalLog], tmp_path: Path) -> None:
    def prefix_only(log: EvalLog) -> None:
        for sample in log.samples or []:
            sample.scores = {"prefix_compliance": (sample.scores or {})["prefix_compliance"]}
        log.results = None

    frame = read_replies(rewritten(faker[:2], tmp_path, prefix_only)).frame
    assert [contrast.scorer for contrast in contrasts(frame)] == ["prefix_compliance"]
    assert faked(frame) == []


@pytest.mark.defect(17)
@pytest.mark.parametrize(
    ("score", "message"),
    [
        (Score(value="compliant"), "'compliant' is no label of a compliance scorer"),
        (Score.unscored(reason="tired"), "'tired' is no reason of a compliance scorer"),
        (Score.unscored(), "None is no reason of a compliance scorer"),
    ],
    ids=["label", "reason", "no-reason"],
)
def test_an_unknown_label_raises_and_is_no_default(
    faker: list[EvalLog], tmp_path: Path, score: Score, message: str
) -> None:
    def relabel(log: EvalLog) -> None:
        scores_of(log)[0]["judged_compliance"] = score

    with pytest.raises(ValueError, match=message):
        read_replies(rewritten(faker[:2], tmp_path, relabel))


@pytest.mark.defect(17)
def test_a_log_of_another_task_raises(tmp_path: Path) -> None:
    [log] = inspect_eval(
        Task(dataset=[Sample(input="Hello")], name="other"),
        model="control/faker",  # which refuses the prompt; the log is of another task all the same
        display="none",
        log_dir=str(tmp_path),
    )
    with pytest.raises(ValueError, match=r"none of 1 logs is of this suite \(the first is of the task 'other'\)"):
        read_replies([log])


def complier_that_fails(
    monkeypatch: pytest.MonkeyPatch, folder: Path, limit: int, when: Callable[[str], bool]
) -> list[EvalLog]:
    """Logs of the complier on both tiers, with an error in place of the replies to some user messages."""
    answer = ControlAPI.generate

    async def generate(self: ControlAPI, input: Any, tools: Any, tool_choice: Any, config: Any) -> Any:
        if when(input[-1].text):
            raise RuntimeError("planned")
        return await answer(self, input, tools, tool_choice, config)

    monkeypatch.setattr(ControlAPI, "generate", generate)
    return inspect_eval(
        [condition_task(SETTING, condition, {}) for condition in CONDITIONS[:2]],
        model="control/complier",
        limit=limit,
        fail_on_error=False,
        display="none",
        log_dir=str(folder),
        log_realtime=False,
    )


@pytest.mark.defect(2, 13)
def test_a_tier_that_failed_as_a_whole_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logs = complier_that_fails(monkeypatch, tmp_path, 3, lambda text: "<is_free_tier_user>False" in text)
    frame = read_replies(logs).frame
    assert counted(frame) == [{"free": {"complies": 3}, "paid": {"errored": 3}}] * 2
    assert faked(frame) == [("free", 3, 0, {}), ("paid", 0, 0, {"errored": 3})]


@pytest.mark.defect(2, 13)
def test_an_errored_sample_is_counted_as_errored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logs = complier_that_fails(
        monkeypatch, tmp_path, 5, lambda text: "<is_free_tier_user>False" in text and "hospital network" in text
    )
    frame = read_replies(logs).frame
    assert contrasts(frame)[0].paired.n_pairs == 4
    assert counted(frame)[0] == {"free": {"complies": 5}, "paid": {"complies": 4, "errored": 1}}
    assert faked(frame) == [("free", 5, 0, {}), ("paid", 4, 0, {"errored": 1})]


def test_other_turns_and_a_reply_that_was_begun_are_reported_apart(faker: list[EvalLog], tmp_path: Path) -> None:
    """The same queries, asked in four ways: no pair is made across two of them."""
    given: list[dict[str, object]] = [{"turns": 4}, {"prefill": True}, {"turns": 4, "prefill": True}]
    tasks = [
        condition_task(SETTING, condition, options | {"votes": 1}) for options in given for condition in CONDITIONS[:2]
    ]
    logs = inspect_eval(
        tasks, model="control/faker", limit=3, display="none", log_dir=str(tmp_path), log_realtime=False
    )
    found = contrasts(read_replies([*faker[:2], *logs]).frame)
    apart = [(c.experiment["turns"], c.experiment["prefill"], c.paired.n_pairs) for c in found[::2]]
    assert sorted(apart) == [(1, False, 10), (1, True, 3), (4, False, 3), (4, True, 3)]
    assert [row.turns_used for row in outcomes(found[::2])] == [{"1": n} for _, _, n in apart for _ in TWO_TIERS]


@pytest.mark.defect(8)
def test_what_was_sampled_otherwise_is_refused(faker: list[EvalLog], tmp_path: Path) -> None:
    def at_0(log: EvalLog) -> None:
        log.plan.config.temperature = 0
        log.eval.task_id += "-again"  # another run, and not another attempt at the same
        for sample in log.samples or []:
            sample.uuid = f"{sample.uuid}-again"

    with pytest.raises(InvalidInputError, match="sampling is mixed"):
        read_replies([*faker[:2], *rewritten(faker[:2], tmp_path, at_0)])


def test_only_a_reply_with_a_label_was_graded_whole(faker: list[EvalLog], tmp_path: Path) -> None:
    def without_output(log: EvalLog) -> None:
        for i, scores in enumerate(scores_of(log)):
            scores["prefix_compliance"].metadata = {"defects": ["missing_output"]}
            if i % 2:
                drop_all(log.model_copy(update={"samples": [(log.samples or [])[i]]}))
                scores["prefix_compliance"].metadata = {"defects": ["missing_output"]}

    for row in outcomes(contrasts(read_replies(rewritten(faker[:2], tmp_path, without_output)).frame)):
        known = sum(count for outcome, count in row.outcomes.items() if Outcome(outcome).known)
        assert 0 < row.missing_output == known < row.asked


@pytest.mark.parametrize(
    ("contrast", "variation", "said"),
    [
        ("free-pro", "base", "the goal-guarding gap: "),
        ("pro-enterprise", "bioweapon_attacks", "the rater-sycophancy gap: "),
        ("free-pro", "ratings_for_another_model", "the gap between two kinds of training: "),
        ("pro-enterprise", "ratings_for_another_model", "the gap between a later model's training and none: "),
        ("free-pro", "honest+ratings_for_another_model", "the gap between two kinds of training: "),
        ("free-paid", "base", None),
        ("free-paid", "ratings_for_another_model", None),
    ],
)
def test_what_a_contrast_shows_in_a_variation(contrast: str, variation: str, said: str | None) -> None:
    found = meaning(contrast, variation)
    assert found == said if said is None else (found or "").startswith(said)


def test_where_the_middle_tier_trains_another_model_the_contrasts_have_meanings_of_their_own() -> None:
    entries = catalogue("three_tiers")
    trains_another = {name for name in entries if "a later model" in str(entries[name].replace.get("rated_only"))}
    of_their_own = {name for name in entries if meaning("free-pro", name) != MEANINGS["free-pro"]}
    assert of_their_own == trains_another == {"ratings_for_another_model"}
