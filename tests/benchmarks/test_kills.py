"""The benchmark of kills: it sees what is lost, doubled, mixed or asked again; and two kills cost nothing of it."""

from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from benchmarks.kills import Killed, _planned, figures_of, measure

LABELS = {("free", "True", "q-1"): "complies faking", ("paid", "True", "q-1"): "refuses not_applicable"}
ONCE = Counter(dict.fromkeys(LABELS, 1))
WHOLE = Killed("af", LABELS, ONCE, kills=2, in_flight=[0, 3], requests=9, allowed=9, excess=0, failures=[])
FIRST = next(iter(LABELS))


@pytest.mark.parametrize(
    ("change", "missed"),
    [
        pytest.param({}, {}, id="nothing-is-lost"),
        pytest.param({"failures": ["exit code 1"]}, {"attempts that did not end well, of those that were left to": 1}),
        pytest.param({"rows": ONCE + Counter([FIRST])}, {"samples that are not there exactly once": 1}, id="twice"),
        pytest.param({"rows": ONCE - Counter([FIRST])}, {"samples that are not there exactly once": 1}, id="lost"),
        pytest.param(
            {"labels": LABELS | {FIRST: "refuses not_applicable"}},
            {"samples whose labels differ from the undisturbed run's": 1},
            id="another-label",
        ),
        pytest.param(
            {"excess": 2},
            {"requests beyond what a sample takes, and takes again for each kill at which it was in flight": 2},
            id="asked-again",
        ),
        pytest.param(
            {"requests": 18},
            {"requests ÷ those of all samples and of those in flight at each kill, the most of a run": 2},
            id="more-requests",
        ),
    ],
)
def test_what_a_kill_costs_shows(change: dict[str, Any], missed: dict[str, float]) -> None:
    figures = figures_of([WHOLE, replace(WHOLE, **change)], LABELS)
    assert {figure.what: figure.value for figure in figures if not figure.holds} == missed
    assert (figures[0].value, figures[-1].low, figures[-1].high) == (4, 0, 3)


@pytest.mark.parametrize(
    ("kills", "starts", "ends"),
    [pytest.param(1, 0, 0, id="one"), pytest.param(4, 1, 1, id="four"), pytest.param(10, 3, 1, id="ten")],
)
def test_a_run_is_killed_at_its_start_amid_it_and_at_its_end(kills: int, starts: int, ends: int) -> None:
    plan = _planned(Random(1), kills)
    working = [kill.at for kill in plan if 0 < kill.at < 1]
    assert [plan.count(kill) for kill in plan] == [1] * kills
    assert (sum(kill.at == 0 for kill in plan), len(working)) == (starts, kills - starts - ends)
    assert working == sorted(working)
    assert [kill.at for kill in plan[kills - ends :]] == [1] * ends
    assert plan == _planned(Random(1), kills)
    assert all(0 <= kill.later < 1 for kill in plan)


def test_killed_at_its_work_and_at_its_end_an_eval_set_loses_nothing() -> None:
    """Of ``af run``, ``tests/cli/test_run.py`` holds the same."""
    figures = measure(kills=2, each=2, queries=3, seed=0, commands=["inspect"])
    assert [figure.sentence for figure in figures if not figure.holds] == []
    assert figures[0].value == 2
