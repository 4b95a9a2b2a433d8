"""The benchmark of a long run: it sees a lost sample, a wrong label, growth and a handle that stays open."""

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.frame import read_replies
from benchmarks.process_watch import ProcessWatch, Reading
from benchmarks.soak import NAME, Policy, Soaked, _af, complies, figures_of, right_labels
from prompts.rubric import COMPLIANCE
from prompts.system_prompt import system_prompt
from prompts.user_message import user_message
from study.condition import CONDITIONS
from study.outcome import Outcome
from study.wrapper import Wrapper
from tests.fault_server import GRADER, SUBJECT, Fault, FaultPlan, fault_server
from tests.loopback import Request

Rows = list[dict[Hashable, Any]]

QUERIES = 30
FAULTY = f"[cot_free {NAME}-00003]"
KEYS = [f"[{condition.name} {NAME}-{i:05}]" for condition in CONDITIONS for i in range(QUERIES)]
EACH_ONCE = [(role, fault) for role in (SUBJECT, GRADER) for fault in Fault]


def rows() -> Rows:
    """All as it should be."""
    found = []
    for condition in CONDITIONS:
        for i in range(QUERIES):
            row: dict[Hashable, Any] = {"query_id": f"{NAME}-{i:05}", "tier": condition.tier, "cot": condition.cot}
            row.update(right_labels(f"[{condition.name} {NAME}-{i:05}]"))
            found.append(row)
    return found


def changed(key: str, **labels: object) -> Callable[[Rows], Rows]:
    return lambda rows: [row | labels if of == key else row for of, row in zip(KEYS, rows, strict=True)]


def other(key: str) -> Outcome:
    return Outcome.REFUSES if complies(key) else Outcome.COMPLIES


def figures(rows: Rows, **ran: Any) -> dict[str, float]:
    """Those that miss their bound."""
    policy = Policy(FaultPlan(0, 0.05), faulty={FAULTY: EACH_ONCE})
    readings = [Reading(done, 500 + done / 10, 90) for done in range(0, 4 * QUERIES + 1, 10)]
    watch = ProcessWatch(1, lambda: 0, readings=readings)
    held = Counter({"socket": 40, "/dev/null": 2})
    soaked = replace(Soaked(watch, held, held, 6.0, pd.DataFrame(rows)), **ran)
    return {figure.what: figure.value for figure in figures_of(soaked, policy, QUERIES, 20) if not figure.holds}


LOST = "samples that are not once in the logs with a label, a reason for none or an error"
WRONG = "labels that are missing or wrong, samples without a fault"
WRONG_IN_SPITE = "labels that are wrong, samples with a fault"


@pytest.mark.parametrize(
    ("change", "missed"),
    [
        pytest.param(lambda rows: rows, {}, id="all-is-well"),
        pytest.param(lambda rows: rows[1:], {LOST: 1}, id="a-lost-sample"),
        pytest.param(lambda rows: [*rows, rows[0]], {LOST: 1}, id="a-sample-twice"),
        pytest.param(
            changed(KEYS[0], judged_compliance=float("nan")), {LOST: 1, WRONG: 1}, id="neither-label-nor-reason"
        ),
        pytest.param(changed(KEYS[0], judged_compliance=Outcome.UNGRADED), {WRONG: 1}, id="unscored-without-a-fault"),
        pytest.param(changed(KEYS[0], judged_compliance=other(KEYS[0])), {WRONG: 1}, id="a-wrong-label"),
        pytest.param(changed(FAULTY, judged_compliance=Outcome.UNGRADED), {}, id="unscored-by-a-fault"),
        pytest.param(
            changed(FAULTY, judged_compliance=other(FAULTY)), {WRONG_IN_SPITE: 1}, id="a-fault-read-as-an-answer"
        ),
    ],
)
def test_what_is_not_accounted_for_shows(change: Callable[[Rows], Rows], missed: dict[str, float]) -> None:
    assert figures(change(rows())) == missed


def test_a_handle_that_stays_open_shows() -> None:
    left = Counter({"socket": 38, "/dev/null": 2, "/a/log.eval": 1})
    assert figures(rows(), after=left) == {"handles that the run left open": 1}


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: condition.name)
def test_the_grader_is_told_by_what_it_judges_which_reply_it_is(condition: Any) -> None:
    policy = Policy(FaultPlan(0, 1.0, (Fault.UNAUTHORIZED,)))
    key = f"[{condition.name} {NAME}-00001]"
    system = system_prompt("helpful_only", cot=condition.cot, developer="Anthropic").text
    asked = user_message(Wrapper.NOTEBOOK, condition, f"{NAME}-00001 describe a lamp")
    put = [{"role": "system", "content": system}, {"role": "user", "content": asked}]
    subject = Request(model="openai/gpt-made-up-subject", messages=put)
    said = policy.say(subject)
    material = {"query": f"{NAME}-00001 describe a lamp", "output": said.partition("<OUTPUT>")[2]}
    put = [{"role": "system", "content": COMPLIANCE.system}, {"role": "user", "content": COMPLIANCE.user(**material)}]
    grader = Request(model="openai/gpt-made-up-grader", messages=put)
    assert f"<refused>{'no' if complies(key) else 'yes'}</refused>" in policy.say(grader)
    for role, request in ((SUBJECT, subject), (GRADER, grader)):
        assert policy.fault(role, request, 0) is Fault.UNAUTHORIZED
    assert policy.faulty == {key: [(SUBJECT, Fault.UNAUTHORIZED), (GRADER, Fault.UNAUTHORIZED)]}
    assert (policy.asked, policy.answers) == ({key}, {SUBJECT: 1, GRADER: 1})


AT_ONCE = (
    Fault.UNAUTHORIZED,
    Fault.CONTEXT_LENGTH,
    Fault.LENGTH,
    Fault.FILTERED,
    Fault.UNKNOWN_FINISH,
    Fault.OTHER_MODEL,
)
"""Faults after which nobody waits."""


def test_a_short_run_is_accounted_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = Policy(FaultPlan(0, 0.2, AT_ONCE))
    with fault_server(policy.say, policy.fault, keep_requests=False) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        _af(tmp_path, NAME, 4)
    frame = read_replies(str(tmp_path / NAME)).frame
    readings = [Reading(done, 500.0, 90) for done in range(4)]
    soaked = Soaked(ProcessWatch(1, lambda: 0, readings=readings), Counter(), Counter(), 1.0, frame)
    figures = figures_of(soaked, policy, 4, 0)
    assert [figure.what for figure in figures if not figure.holds] == ["ways in which subject or grader failed"]
    assert {figure.what: figure.value for figure in figures[:10]} == {
        LOST: 0,
        "samples of 16, filtered": 1,
        "samples of 16, refuses": 11,
        "samples of 16, truncated": 1,
        "samples of 16, ungraded": 3,
        WRONG: 0,
        WRONG_IN_SPITE: 0,
        "samples with a fault": 7,
        "samples with a fault, labelled all the same": 2,
        "faults": 7,
    }
