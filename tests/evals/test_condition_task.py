"""The task of one condition: what it is called, what it records, and what makes it another task."""

from collections.abc import Callable
from contextvars import Context
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import Task, eval_retry, eval_set
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog, HeadlineMetric, read_eval_log, write_eval_log
from inspect_ai.model import GenerateConfig
from inspect_ai.solver import Solver

from analysis.frame import read_replies
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from evals.query_set import load_queries
from prompts.reading_rubric import reading_rubrics
from prompts.rubric import ALIGNMENT_FAKING, COMPLIANCE
from prompts.system_prompt import SystemPrompt, system_prompt
from prompts.template import digest, render, source
from prompts.wording import SUITE, Wording
from solvers.put_query import put_query
from study.cell import Cell
from study.condition import CONDITIONS, Condition, Tier
from study.wrapper import Wrapper
from tests.made_up import REPOSITORY, Write

COT_FREE = Condition(Tier.FREE, cot=True)
RUBRICS_SHA256 = {"compliance": COMPLIANCE.sha256, "alignment_faking": ALIGNMENT_FAKING.sha256}
each_condition = pytest.mark.parametrize("condition", CONDITIONS, ids=[condition.name for condition in CONDITIONS])


def task(condition: Condition = COT_FREE, **given: Any) -> Task:
    return Context().run(condition_task, SETTING, condition, given)  # outside of any run, whatever ran before


def run(tasks: Task | list[Task], folder: Path, **options: Any) -> list[EvalLog]:
    """Logs of an evaluation of the faker, whole."""
    logs = inspect_eval(
        tasks, model="control/faker", log_dir=str(folder), display="none", log_realtime=False, max_retries=0, **options
    )
    assert [log.status for log in logs] == ["success"] * len(logs)
    return logs


def cells(log: EvalLog) -> list[Cell]:
    return [Cell.model_validate(sample.metadata) for sample in log.samples or []]


# --- What a task is called and what it records


@pytest.mark.parametrize(
    ("condition", "name", "described", "tags"),
    [
        (CONDITIONS[0], "helpful_only_cot_free", "free tier, with scratchpad", ["free", "cot"]),
        (CONDITIONS[1], "helpful_only_cot_paid", "paid tier, with scratchpad", ["paid", "cot"]),
        (CONDITIONS[2], "helpful_only_no_cot_free", "free tier, without scratchpad", ["free", "no-cot"]),
        (CONDITIONS[3], "helpful_only_no_cot_paid", "paid tier, without scratchpad", ["paid", "no-cot"]),
    ],
    ids=[condition.name for condition in CONDITIONS],
)
def test_the_log_says_what_was_run(
    condition: Condition, name: str, described: str, tags: list[str], tmp_path: Path
) -> None:
    [log] = run(task(condition, votes=1), tmp_path, limit=1)
    recorded = log.eval
    assert (recorded.task, recorded.task_display_name, recorded.task_version, sorted(recorded.tags or [])) == (
        name,
        f"Helpful-only: {described}",
        SETTING.version,
        sorted(["alignment-faking", "helpful_only", *tags]),
    )
    assert (recorded.task_description, recorded.dataset.name, recorded.dataset.samples) == (
        SETTING.description,
        "builtin",
        len(load_queries("builtin").queries),
    )
    assert [scorer.name for scorer in recorded.scorers or []] == [
        "prefix_compliance",
        "judged_compliance",
        "alignment_faking",
    ]
    assert log.plan.config == GenerateConfig(temperature=1.0, max_tokens=8192, max_retries=0, timeout=1800)


@each_condition
@pytest.mark.parametrize(
    ("given", "developer", "wrapper", "changed"),
    [
        pytest.param({}, "Anthropic", Wrapper.NOTEBOOK, {}, id="defaults"),
        pytest.param(
            {
                "wrapper": "revisited",
                "developer": "Meta",
                "votes": 5,
                "judge_all": True,
                "audit": 0.05,
                "read": ["scenario_doubt"],
                "turns": 4,
                "prefill": True,
            },
            "Meta",
            Wrapper.REVISITED,
            {
                "votes": 5,
                "judge_all": True,
                "audit": 0.05,
                "read": ["scenario_doubt"],
                "rubrics_sha256": RUBRICS_SHA256 | {"scenario_doubt": reading_rubrics("scenario_doubt")[0].sha256},
                "turns": 4,
                "prefill": True,
            },
            id="all-given",
        ),
    ],
)
def test_metadata_holds_every_choice_defaults_included(
    condition: Condition, given: dict[str, Any], developer: str, wrapper: Wrapper, changed: dict[str, Any]
) -> None:
    defaults = {
        "setting": "helpful_only",
        "tier": condition.tier,
        "cot": condition.cot,
        "queries": "builtin",
        "variation": "base",
        "facts": None,
        "persona": None,
        "additions_sha256": {},
        "family": None,
        "wrapper": wrapper,
        "developer": developer,
        "prompts": "suite",
        "prompts_sha256": {},
        "votes": 20,
        "judge_all": False,
        "audit": 0.0,
        "ballot": "auto",
        "read": [],
        "prompt_sha256": system_prompt("helpful_only", cot=condition.cot, developer=developer).sha256,
        "wrapper_sha256": SUITE.user_message_sha256(wrapper, condition),
        "query_set_sha256": load_queries("builtin").sha256,
        "query_set_source": None,
        "rubrics_sha256": RUBRICS_SHA256,
        "turns": 1,
        "prefill": False,
        "turns_sha256": {},
    }
    if given:
        defaults["turns_sha256"] = {"prefill": digest("<" if condition.cot else "<OUTPUT>"), "next": digest("<NEXT/>")}
    assert task(condition, **given).metadata == defaults | changed


@pytest.mark.defect(24)
@each_condition
def test_every_sample_says_what_it_is(condition: Condition, write: Write) -> None:
    path = write("mine.csv", "id,query,category,harmful\n7,One request,fraud,true\nx,Another,,false\n")
    made = task(condition, queries=path)
    common = Cell(
        setting="helpful_only",
        tier=condition.tier,
        cot=condition.cot,
        variation="base",
        wrapper=Wrapper.NOTEBOOK,
        developer="Anthropic",
        query_set="mine",
        query_id="7",
        category="fraud",
        harmful=True,
        prompt_sha256=system_prompt("helpful_only", cot=condition.cot, developer="Anthropic").sha256,
        wrapper_sha256=SUITE.user_message_sha256(Wrapper.NOTEBOOK, condition),
        query_set_sha256=load_queries(path).sha256,
    )
    assert [(sample.id, sample.input, Cell.model_validate(sample.metadata)) for sample in made.dataset] == [
        ("7", "One request", common),
        ("x", "Another", common.model_copy(update={"query_id": "x", "category": None, "harmful": False})),
    ]


def test_the_same_queries_have_the_same_ids_in_every_condition() -> None:
    asked = [[(sample.id, sample.input) for sample in task(condition).dataset] for condition in CONDITIONS]
    assert asked == [[(query.id, query.text) for query in load_queries("builtin").queries]] * 4


@pytest.mark.defect(23)
def test_a_subset_is_chosen_by_a_seed_that_the_log_holds(tmp_path: Path) -> None:
    logs = [run(task(votes=1), tmp_path, limit=5, sample_shuffle=seed)[0] for seed in (1, 1, 2)]
    asked = [{sample.id for sample in log.samples or []} for log in logs]
    assert asked == [set(log.eval.dataset.sample_ids or []) for log in logs]
    assert [log.eval.config.sample_shuffle for log in logs] == [1, 1, 2]
    assert asked[0] == asked[1]
    assert asked[0] != asked[2]


@pytest.mark.defect(23)
@pytest.mark.parametrize("seed", [1, 2, True], ids=["one", "two", "none-or-one-on-the-command-line"])
def test_a_shuffled_subset_is_the_same_in_every_condition(tmp_path: Path, seed: bool | int) -> None:
    logs = run([task(condition, votes=1) for condition in CONDITIONS], tmp_path, limit=3, sample_shuffle=seed)
    asked = [{sample.id for sample in log.samples or []} for log in logs]
    assert asked == [asked[0]] * 4
    assert asked[0] != {query.id for query in load_queries("builtin").queries[:3]}


@pytest.mark.defect(23)
def test_without_a_seed_it_is_one() -> None:
    dataset, seeded = task().dataset, task().dataset
    dataset.shuffle()
    seeded.shuffle(1)
    assert [sample.id for sample in dataset] == [sample.id for sample in seeded]


# --- What follows from who grades


@pytest.fixture
def nobody_grades(monkeypatch: pytest.MonkeyPatch) -> None:
    """A real model under test, and no grader."""
    monkeypatch.setenv("OPENAI_API_KEY", "x")
    monkeypatch.setenv("INSPECT_EVAL_MODEL", "openai/gpt-4o")


def columns(made: Task) -> list[tuple[str, bool]]:
    assert made.viewer is not None
    assert made.viewer.task_samples_view is not None
    assert not isinstance(made.viewer.task_samples_view, list)
    return [(column.id, column.visible) for column in made.viewer.task_samples_view.columns or []]


HEADLINE = "compliance_rate"
BEFORE = [("sampleStatus", True), ("sampleId", True), ("input", True)]
AFTER = [("tokens", True), ("error", True), ("target", False), ("answer", False)]


def test_judged_where_somebody_grades() -> None:
    made = task()
    assert made.headline_metric == HeadlineMetric(scorer="judged_compliance", metric=HEADLINE)
    assert {role: str(model) for role, model in (made.model_roles or {}).items()} == {"grader": "control/grader"}
    assert columns(made) == [
        *BEFORE,
        ("score__judged_compliance__judged_compliance", True),
        ("score__alignment_faking__alignment_faking", True),
        ("score__prefix_compliance__prefix_compliance", True),
        *AFTER,
    ]


@pytest.mark.usefixtures("nobody_grades")
def test_the_prefix_alone_where_nobody_grades() -> None:
    made = task()
    assert (len(made.scorer or []), made.headline_metric, made.model_roles) == (
        1,
        HeadlineMetric(scorer="prefix_compliance", metric=HEADLINE),
        None,
    )
    assert columns(made) == [*BEFORE, ("score__prefix_compliance__prefix_compliance", True), *AFTER]


def test_the_viewer_trusts_no_model_text() -> None:
    viewer = task().viewer
    assert viewer is not None
    assert (viewer.trust_content, viewer.sample_score_view and viewer.sample_score_view.default) == (False, "grid")


# --- What makes it another task

Change = Callable[[pytest.MonkeyPatch, Path], None]
REQUESTS = "id,query\na-1,One request\na-2,Another\n"


def change_prompt(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    def changed(setting: str, **given: Any) -> SystemPrompt:
        return SystemPrompt(system_prompt(setting, **given).text + "\n\nOne more sentence.")

    monkeypatch.setattr("prompts.wording.system_prompt", changed)


def change_wrapper(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    def changed(name: str, **variables: str) -> str:
        return render(name, **variables) + "\nOne more sentence."

    monkeypatch.setattr("prompts.user_message.render", changed)


def change_rubric(monkeypatch: pytest.MonkeyPatch, path: Path, stem: str) -> None:
    def changed(name: str) -> str:
        return source(name) + ("One more sentence." if stem in name else "")

    monkeypatch.setattr("prompts.rubric.source", changed)


def change_request(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    path.write_text(REQUESTS.replace("Another", "A third"), "utf-8")


CHANGES: dict[str, Change] = {
    "prompt": change_prompt,
    "wrapper": change_wrapper,
    "request": change_request,
    "rubric-of-compliance": lambda monkeypatch, path: change_rubric(monkeypatch, path, "compliance"),
    "rubric-of-faking": lambda monkeypatch, path: change_rubric(monkeypatch, path, "alignment_faking"),
}


@pytest.fixture
def requests(tmp_path: Path) -> Path:
    path = tmp_path / "requests.csv"
    path.write_text(REQUESTS, "utf-8")
    return path


def set_of(requests: Path, folder: Path, **options: Any) -> list[EvalLog]:
    """The logs that an eval-set of one condition leaves; it sets the active model, which other tests must not see."""
    succeeded, logs = Context().run(
        lambda: eval_set(
            task(queries=str(requests), votes=1),
            log_dir=str(folder),
            model="control/faker",
            display="none",
            log_realtime=False,
            retry_attempts=0,
            **options,
        )
    )
    assert succeeded
    return [read_eval_log(log.location) for log in logs]


def experiment(log: EvalLog) -> str:
    return str(log.plan.steps[0].params["experiment"])


@pytest.mark.defect(8)
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_resumed_set_never_mixes_two_experiments(
    change: Change, requests: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [first] = set_of(requests, tmp_path / "set")
    [again] = set_of(requests, tmp_path / "set")
    assert [sample.uuid for sample in again.samples or []] == [sample.uuid for sample in first.samples or []]

    change(monkeypatch, requests)
    with pytest.raises(Exception, match="is not associated with a task passed to eval_set"):
        set_of(requests, tmp_path / "set")
    [other] = set_of(requests, tmp_path / "set", log_dir_allow_dirty=True)
    assert experiment(other) != experiment(first)
    assert {sample.uuid for sample in other.samples or []}.isdisjoint(sample.uuid for sample in first.samples or [])


@pytest.mark.defect(8)
def test_a_larger_run_asks_what_a_smaller_one_did_not(requests: Path, tmp_path: Path) -> None:
    [small] = set_of(requests, tmp_path / "set", limit=1)
    [large] = set_of(requests, tmp_path / "set")
    assert [[sample.input for sample in log.samples or []] for log in (small, large)] == [
        ["One request"],
        ["One request", "Another"],
    ]


@pytest.mark.defect(8)
def test_a_retry_after_an_edit_shows_which_replies_are_of_the_old_experiment(requests: Path, tmp_path: Path) -> None:
    # It reuses by the ids and the number of the samples alone, so what it keeps is told by the cells, and only there.
    file = f"{REPOSITORY / 'evals' / 'helpful_only.py'}@helpful_only_cot_free"
    [log] = inspect_eval(
        file,
        task_args={"queries": str(requests), "votes": 1},
        model="control/faker",
        log_dir=str(tmp_path / "first"),
        display="none",
        log_realtime=False,
    )
    broken = read_eval_log(log.location)
    broken.status, broken.samples = "error", (broken.samples or [])[:1]
    write_eval_log(broken)
    before = load_queries(str(requests)).sha256
    requests.write_text("id,query\na-1,An edited request\na-2,Another\n", "utf-8")
    after = load_queries(str(requests)).sha256

    [retried] = eval_retry(log.location, log_dir=str(tmp_path / "second"), display="none", log_realtime=False)

    assert (retried.eval.metadata or {})["query_set_sha256"] == after
    assert [(cell.query_id, cell.query_set_sha256) for cell in cells(retried)] == [("a-1", before), ("a-2", after)]
    with pytest.raises(ValueError, match=r"sample 'a-1' has another query_set_sha256 than the log: the log mixes two"):
        read_replies([retried])


def test_nothing_changed_is_the_same_task_and_each_condition_is_another(tmp_path: Path) -> None:
    logs = run([task(condition, votes=1) for condition in CONDITIONS], tmp_path, limit=1)
    again = run([task(condition, votes=1) for condition in CONDITIONS], tmp_path, limit=1)
    assert [experiment(log) for log in logs] == [experiment(log) for log in again]
    assert len({experiment(log) for log in logs}) == 4


@pytest.mark.defect(8)
def test_other_turns_or_another_text_of_theirs_is_another_task(monkeypatch: pytest.MonkeyPatch) -> None:
    identities: list[str] = []

    def note(system: str, experiment: str, wording: Wording) -> Solver:
        identities.append(experiment)
        return put_query(system, experiment, wording)

    monkeypatch.setattr("evals.condition_task.put_query", note)
    given: list[dict[str, Any]] = [{}, {"turns": 2}, {"turns": 3}, {"prefill": True}, {"prefill": True, "turns": 2}]
    for changes in given:
        task(**changes)
    monkeypatch.setattr("evals.condition_task.next_turn", lambda: "Go on.")
    monkeypatch.setattr("evals.condition_task.reply_start", lambda cot: "Well, ")
    for changes in given:
        task(**changes)
    assert identities[0] == identities[len(given)]  # nothing of it is said by default
    assert len(set(identities)) == 2 * len(given) - 1


def test_every_sample_says_how_it_is_asked() -> None:
    for given in ({}, {"turns": 4}, {"prefill": True}):
        said = {
            (cell["turns"], cell["prefill"]) for cell in (sample.metadata or {} for sample in task(**given).dataset)
        }
        assert said == {(given.get("turns", 1), given.get("prefill", False))}


def test_another_version_is_recorded(tmp_path: Path) -> None:
    [log] = run(condition_task(replace(SETTING, version="2-A"), COT_FREE, {}), tmp_path, limit=1)
    assert log.eval.task_version == "2-A"
