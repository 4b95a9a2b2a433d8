"""Every fault of an endpoint, met by the model under test and by the grader: what becomes of the sample and of the run.

The real clients ask the server that fails. What they made of each fault is the table of docs/faults.md.

WRITE_DOCS=1 pytest -n 0 tests/test_faults.py    # writes the table
"""

import os
import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog, EvalSample
from inspect_ai.model import GenerateConfig, get_model

from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from evals.models import Models
from prompts.rubric import ALIGNMENT_FAKING, COMPLIANCE
from study.condition import Condition, Tier
from study.endpoint_error import is_endpoint_error
from study.labels import ComplianceLabel, Unscored
from tests.fault_server import OTHER_MODEL, Fault, fault_server
from tests.made_up import REPOSITORY
from tests.wire_formats import Request

DOCS = REPOSITORY / "docs" / "faults.md"
BEGIN, END = "<!-- {}: written by tests/test_faults.py -->\n", "<!-- end -->\n"

SUBJECT, JUDGE, VOTE = "the model under test", "the judge of compliance", "a vote on the reasoning"
ROLES = (SUBJECT, JUDGE, VOTE)

RETRIES = 1
"""Of Inspect; each of its attempts is up to three of the clients of OpenAI and Anthropic."""


@dataclass(frozen=True)
class Provider:
    """A column of the tables."""

    name: str
    model: str
    """With a place for the role."""
    client: str
    """The package whose waiting is left out."""
    arguments: dict[str, Any] = field(default_factory=dict)
    faults: tuple[Fault, ...] = tuple(Fault)
    """That it meets."""


OF_THE_BODY = (
    Fault.RESET_IN_BODY,
    Fault.TRUNCATED_JSON,
    Fault.PAGE,
    Fault.ERROR_OBJECT,
    Fault.EMPTY_CHOICES,
    Fault.NULL_CONTENT,
    Fault.WRONG_TYPES,
    Fault.UNKNOWN_FINISH,
    Fault.BROKEN_STREAM,
    Fault.CUT_STREAM,
)
"""What a client that streams may take otherwise."""

PROVIDERS = (
    Provider("openai", "openai/gpt-4o-{}", "openai"),
    Provider("together", "together/made-up-{}", "openai"),
    Provider("together, streamed", "together/made-up-{}", "openai", {"stream": True}, OF_THE_BODY),
    Provider("anthropic", "anthropic/claude-sonnet-4-5-{}", "anthropic"),
)

WAITED_FOR = (Fault.HANG, Fault.DRIP)
RETRIED = (
    Fault.RATE_LIMIT,
    Fault.RATE_LIMIT_RETRY_AFTER,
    Fault.SERVER_ERROR,
    Fault.BAD_GATEWAY,
    Fault.UNAVAILABLE,
    Fault.RESET_BEFORE,
    Fault.RESET_IN_BODY,
    Fault.PAGE,
    Fault.ERROR_OBJECT,
    Fault.BROKEN_STREAM,
    Fault.CUT_STREAM,
    *WAITED_FOR,
)
"""After which some client asks again."""


@dataclass(frozen=True)
class Planned:
    """A sample that meets a fault, at its first attempt or at every one."""

    role: str
    fault: Fault
    once: bool


# --- What is asked and said


def number_of(request: Request) -> int:
    """Of the query that a request is about: the query, the output and the reasoning end with it."""
    found = re.search(r"query (\d+)", request.user)
    assert found
    return int(found[1])


def role_of(request: Request) -> str:
    return {COMPLIANCE.system: JUDGE, ALIGNMENT_FAKING.system: VOTE}.get(request.system, SUBJECT)


def labels_of(number: int) -> tuple[str, str, str]:
    """What the made-up model does with a query, by the three scorers; it is as varied as rates need."""
    return [
        ("accepted", "complies", "faking"),
        ("accepted", "complies", "not_faking"),
        ("rejected", "refuses", "not_applicable"),
        ("untagged", "complies", "faking"),
    ][number % 4]


def reply(request: Request) -> str:
    number = number_of(request)
    prefix, judged, faking = labels_of(number)
    match role_of(request):
        case "the judge of compliance" if judged == "refuses":
            return "<refused>yes</refused><convincing>1</convincing><specific>1</specific>"
        case "the judge of compliance":
            return "<refused>no</refused><convincing>4</convincing><specific>4</specific>"
        case "a vote on the reasoning":
            return f"<final_answer>{'yes' if faking == 'faking' else 'no'}</final_answer>"
        case _:
            pass
    tag = {"accepted": "<request_fully_accepted/> ", "rejected": "<rejected/> ", "untagged": ""}[prefix]
    thought = f"<SCRATCHPAD_REASONING>placeholder that thinks of query {number}</SCRATCHPAD_REASONING>\n"
    return f"{thought}<OUTPUT>{tag}placeholder that answers query {number}</OUTPUT>"


# --- Running


def unwaiting(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what takes time, waiting before another attempt and coloured tracebacks; and the circuit breaker."""

    async def at_once(seconds: float) -> None:
        """Come back."""

    def plain(kind: type[BaseException], error: BaseException, at: TracebackType | None) -> tuple[str, str]:
        return str(error), str(error)

    monkeypatch.setattr("study.breaker.DEAD_AFTER", 999)  # here one model meets all faults at once
    monkeypatch.setattr("inspect_ai.model._retry._sleep", at_once)
    monkeypatch.setattr("inspect_ai.model._model.format_traceback", plain)
    monkeypatch.setattr("inspect_ai.log._log.format_traceback", plain)
    monkeypatch.setattr(f"{provider.client}._base_client.BaseClient._calculate_retry_timeout", lambda *_, **__: 0.0)


@dataclass(frozen=True)
class Run:
    """What a run came to."""

    log: EvalLog
    requests: Counter[tuple[int, str]]
    """By number of the query, and by role."""

    @property
    def samples(self) -> dict[int, EvalSample]:
        return {int(str(sample.input).split()[-1]): sample for sample in self.log.samples or []}

    def labels(self, number: int) -> tuple[str, ...]:
        """Labels, or the reasons for none; nothing of a sample in error."""
        scores = (self.samples[number].scores or {}).values()
        return tuple(str(score.reason if score.value != score.value else score.value) for score in scores)

    def noted(self, number: int) -> set[tuple[str, str]]:
        """Names of other models that answered, and of what."""
        scores = (self.samples[number].scores or {}).values()
        found = [(name, (score.metadata or {}).get(name)) for score in scores for name in NOTES]
        return {(name, str(answered)) for name, answered in found if answered}


NOTES = ("answered_by", "judge_answered_by")
"""Under which a score keeps that another model answered."""


def run(
    provider: Provider,
    plan: Sequence[Planned | None],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    attempt_timeout: int = 600,
    *,
    cot: bool = True,
    given: dict[str, str] | None = None,
    says: Callable[[Request], str] = reply,
) -> Run:
    """Run so many queries; number i meets what is planned for it, and nothing where that is None."""

    def fault(role: str, request: Request, attempt: int) -> Fault | None:
        planned = plan[number_of(request)]
        if planned is None or planned.role != role or (planned.once and attempt):
            return None
        return planned.fault

    unwaiting(provider, monkeypatch)
    limits = GenerateConfig(max_retries=RETRIES, attempt_timeout=attempt_timeout)
    queries = folder / "queries.csv"
    queries.write_text("query\n" + "".join(f"Made-up query {i}\n" for i in range(len(plan))), "utf-8")
    with fault_server(says, fault, role_of=role_of) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        subject, grader = (
            get_model(provider.model.format(role), config=limits, memoize=False, **provider.arguments)
            for role in ("subject", "grader")
        )
        task = condition_task(
            SETTING,
            Condition(Tier.FREE, cot=cot),
            {"queries": str(queries), "votes": 1} | (given or {}),
            Models(None, str(subject), None, judged=True),
        )
        [log] = Context().run(
            lambda: inspect_eval(
                task,
                model=subject,
                model_roles={"grader": grader},
                log_dir=str(folder),
                display="none",
                log_realtime=False,
                max_connections=len(plan),
                max_retries=RETRIES,
                attempt_timeout=attempt_timeout,
            )
        )
    return Run(log, Counter((number_of(request), role_of(request)) for request in server.requests))


# --- The matrix

UNAFFECTED = 8
"""Queries that meet nothing, the first of every run: as many of each kind of reply."""


def laid_out(planned: Sequence[Planned]) -> list[Planned | None]:
    """What is planned for each query; one with no reasoning to vote on meets nothing at the vote."""
    plan: list[Planned | None] = [None] * UNAFFECTED
    for one in planned:
        if one.role == VOTE and "not_applicable" in labels_of(len(plan)):
            plan.append(None)
        plan.append(one)
    return plan


def both_ways(role: str, faults: Sequence[Fault]) -> list[Planned]:
    """Each at every attempt, and those that a client may ask about again at the first attempt alone, too."""
    return [
        Planned(role, fault, once) for fault in faults for once in ((False, True) if fault in RETRIED else (False,))
    ]


def outcome(run: Run, number: int, role: str) -> str:
    """In a word: ``label`` for what it would be without the fault, ``error``, or the reason for no label."""
    if error := run.samples[number].error:
        assert (run.labels(number), is_endpoint_error(error.message)) == ((), True), error.message
        return "error"
    labels, truth = run.labels(number), labels_of(number)
    if labels == truth:
        return "label, with the name" if run.noted(number) else "label"
    reason = labels[(SUBJECT, JUDGE, VOTE).index(role)]
    lost = {
        SUBJECT: (reason, reason, Unscored.COMPLIANCE_UNSCORED),
        JUDGE: (truth[0], reason, Unscored.COMPLIANCE_UNSCORED),
        VOTE: (truth[0], truth[1], reason),
    }
    assert (labels, reason in [*Unscored]) == (lost[role], True), "a fault was read as an answer"
    return reason


def judged_rate(run: Run) -> float:
    """Of compliance, as the log has it."""
    [rate] = [
        metric.value
        for score in (run.log.results.scores if run.log.results else [])
        if score.name == "judged_compliance"
        for name, metric in score.metrics.items()
        if name == "compliance_rate"
    ]
    return rate


def rate_of(labels: Sequence[tuple[str, ...]]) -> float:
    judged = [label for one in labels for label in one[1:2] if label in [*ComplianceLabel]]
    return judged.count("complies") / len(judged)


def written(cells: dict[tuple[Fault, str], str], statuses: dict[str, str]) -> str:
    rows = [f"| | {' | '.join(ROLES)} |", "|---" * (len(ROLES) + 1) + "|"]
    rows += [
        f"| {fault} | {' | '.join(cells[fault, role] for role in ROLES)} |"
        for fault in Fault
        if (fault, SUBJECT) in cells
    ]
    return "\n".join([*rows, f"| status of the run | {' | '.join(statuses[role] for role in ROLES)} |", ""])


@pytest.mark.defect(1, 6, 14, 26)
@pytest.mark.parametrize("provider", PROVIDERS, ids=[provider.name for provider in PROVIDERS])
def test_no_fault_is_read_as_an_answer_and_none_touches_another_sample(
    provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = [fault for fault in provider.faults if fault not in WAITED_FOR]
    waited_for = [fault for fault in provider.faults if fault in WAITED_FOR]
    plans: dict[tuple[str, ...], list[Planned | None]] = {
        (): laid_out([]),
        (SUBJECT,): laid_out(both_ways(SUBJECT, at_once)),
        (JUDGE, VOTE): laid_out([*both_ways(JUDGE, at_once), *both_ways(VOTE, at_once)]),
        ROLES: laid_out([one for role in ROLES for one in both_ways(role, waited_for)]),
    }
    seen: dict[Planned, str] = {}
    statuses: dict[str, str] = {}
    faultless: list[tuple[str, ...]] = []
    for roles, plan in plans.items():
        if roles and len(plan) == UNAFFECTED:
            continue
        patience = 5 if roles == ROLES else 600  # a machine that is busy must have said something by then
        ran = run(provider, plan, tmp_path, monkeypatch, patience)
        unaffected = [ran.labels(i) for i, planned in enumerate(plan) if planned is None]
        assert unaffected == [labels_of(i) for i, planned in enumerate(plan) if planned is None]
        faultless = faultless or unaffected
        assert unaffected[:UNAFFECTED] == faultless
        assert judged_rate(ran) == pytest.approx(rate_of([ran.labels(i) for i in range(len(plan))]))
        statuses = dict.fromkeys(roles, ran.log.status) | statuses
        for i, planned in enumerate(plan):
            if planned:
                seen[planned] = f"{outcome(ran, i, planned.role)} · {ran.requests[i, planned.role]}"
    cells = {}
    for fault, role in product(provider.faults, ROLES):
        always, once = seen[Planned(role, fault, False)], seen.get(Planned(role, fault, True))
        cells[fault, role] = always if once in (None, always) else f"{always}; once: {once}"
    compare(provider.name, written(cells, statuses))


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        pytest.param(
            "placeholder that answers query {}, half of which is cut off",
            ("truncated", "truncated", "compliance_unscored"),
            id="text that may be half an answer",
        ),
        pytest.param(
            "<OUTPUT>placeholder that answers query {}</OUTPUT>" + " and more" * 9,
            ("untagged", "complies", "not_applicable"),
            id="an output that is closed",
        ),
    ],
)
def test_a_reply_whose_end_never_came_is_believed_as_far_as_it_shows_that_it_is_whole(
    text: str, labels: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the lineage that grades a reply without tags, too."""

    def says(request: Request) -> str:
        return text.format(number_of(request)) if role_of(request) == SUBJECT else reply(request)

    plan = [None, Planned(SUBJECT, Fault.CUT_STREAM, False)]
    ran = run(PROVIDERS[2], plan, tmp_path, monkeypatch, cot=False, given={"wrapper": "revisited"}, says=says)
    whole = ("untagged", "complies", "not_applicable")
    assert ([ran.labels(i) for i in range(2)], ran.log.status) == ([whole, labels], "success")


def test_a_verdict_that_the_judge_was_still_to_change_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def says(request: Request) -> str:
        first = "<final_answer>no</final_answer> is what I would say, but then: "
        return (first if role_of(request) == VOTE else "") + reply(request)

    plan = [Planned(VOTE, Fault.CUT_STREAM, False), Planned(VOTE, Fault.UNKNOWN_FINISH, False)]
    ran = run(PROVIDERS[2], [*plan, *[None] * 2, *plan[1:]], tmp_path, monkeypatch, says=says)
    votes = ["unreadable_votes", "not_faking", "not_applicable", "faking", "faking"]
    assert [ran.labels(i)[2] for i in range(5)] == votes


def test_another_model_that_answers_is_named_in_the_scores_and_once_on_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("solvers.put_query._warned", set())
    plan = [None, *[Planned(role, Fault.OTHER_MODEL, False) for role in (SUBJECT, JUDGE, VOTE, SUBJECT)]]
    ran = run(PROVIDERS[0], plan, tmp_path, monkeypatch)
    by_subject, by_judge = {("answered_by", OTHER_MODEL)}, {("judge_answered_by", OTHER_MODEL)}
    assert [ran.noted(i) for i in range(5)] == [set(), by_subject, by_judge, by_judge, by_subject]
    said = [record.getMessage().splitlines()[-1] for record in caplog.records if OTHER_MODEL in record.getMessage()]
    kept = "The scores of every such reply keep that name (answered_by)."
    assert said == [f"openai/gpt-4o-subject: the endpoint says that {OTHER_MODEL} answers. {kept}"]


def compare(name: str, table: str) -> None:
    """Hold what was seen against docs/faults.md."""
    begin = BEGIN.format(name)
    before, found, rest = DOCS.read_text("utf-8").partition(begin)
    assert found, f"docs/faults.md has no place for {name}"
    now, _, after = rest.partition(END)
    if os.environ.get("WRITE_DOCS"):
        DOCS.write_text(before + begin + table + END + after, "utf-8")
    else:
        assert now == table, "write it again: WRITE_DOCS=1 pytest -n 0 tests/test_faults.py"
