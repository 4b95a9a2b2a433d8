"""The benchmark of the budget: it sees a cap that is passed, a pair that is broken and a result that differs."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import Mock

import pytest
from inspect_ai.event import Event, ModelEvent
from inspect_ai.log import EvalSample
from inspect_ai.model import GenerateConfig, ModelOutput
from inspect_ai.scorer import Score

from analysis.report.figures import FIGURES, Drawing
from benchmarks.budget import Ran, figures_of, measure

START = datetime(2026, 1, 1, tzinfo=UTC)
TIERS = ("cot_free", "cot_paid", "no_cot_free", "no_cot_paid")


def ran(queries: int, label: str = "refuses") -> Ran:
    """Two calls to a reply, one after the other; all replies at the same time."""
    events: list[Event] = [
        ModelEvent(
            model="control/faker",
            input=[],
            tools=[],
            tool_choice="none",
            config=GenerateConfig(),
            output=ModelOutput(),
            timestamp=START + timedelta(seconds=second),
            completed=START + timedelta(seconds=second + 1),
        )
        for second in range(2)
    ]
    replies = {
        (tier, f"q-{i}"): EvalSample(
            id=f"q-{i}", epoch=1, input="", target="", events=events, scores={"judged_compliance": Score(value=label)}
        )
        for tier in TIERS
        for i in range(queries)
    }
    return Ran(replies, [{"n_pairs": queries, "cot": cot} for cot in (True, False)], [{"rate": 0.5}])


def broken(done: Ran) -> Ran:
    return replace(
        done, replies={reply: sample for reply, sample in done.replies.items() if reply != (TIERS[0], "q-0")}
    )


WHAT = {
    "spent": "calls spent ÷ cap",
    "part": "queries asked in some conditions only, within the cap",
    "pairs": "gaps in the report of other pairs than those asked",
    "labels": "replies or labels that differ, continued against uncapped",
    "rows": "rows of the report that differ, continued against uncapped",
    "calls": "calls, continued ÷ uncapped",
}


@pytest.mark.parametrize(
    ("change", "cap", "missed"),
    [
        pytest.param(lambda *runs: runs, 24, {}, id="all-is-kept"),
        pytest.param(lambda *runs: runs, 12, {}, id="over-the-cap-by-the-calls-in-flight"),
        pytest.param(lambda *runs: runs, 11, {"spent": 24 / 11}, id="over-it-by-more"),
        pytest.param(lambda whole, capped, on: (whole, broken(capped), on), 24, {"part": 1}, id="a-broken-pair"),
        pytest.param(
            lambda whole, capped, on: (whole, replace(capped, gaps=capped.gaps[:1]), on),
            24,
            {"pairs": 1},
            id="a-lost-gap",
        ),
        pytest.param(lambda whole, capped, on: (whole, capped, broken(on)), 24, {"labels": 1}, id="a-lost-reply"),
        pytest.param(
            lambda whole, capped, on: (whole, capped, ran(10, "complies")), 24, {"labels": 40}, id="other-labels"
        ),
        pytest.param(
            lambda whole, capped, on: (whole, capped, replace(on, faking=[{"rate": 0.4}])),
            24,
            {"rows": 2},
            id="other-rate",
        ),
        pytest.param(
            lambda whole, capped, on: (broken(whole), capped, on),
            24,
            {"labels": 1, "calls": 80 / 78},
            id="asked-again",
        ),
    ],
)
def test_what_a_budget_does_not_keep_shows(
    change: Callable[..., tuple[Ran, Ran, Ran]], cap: int, missed: dict[str, float]
) -> None:
    figures = figures_of(*change(ran(10), ran(3), ran(10)), cap)
    assert {figure.what: figure.value for figure in figures if not figure.holds} == {
        WHAT[name]: value for name, value in missed.items()
    }


def test_calls_are_in_flight_from_their_start_to_their_end() -> None:
    assert (ran(3).in_flight, broken(ran(3)).in_flight) == (12, 11)


def test_a_budget_keeps_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = Mock(return_value={name: Drawing(b"<svg/>", b"") for name in FIGURES})
    monkeypatch.setattr("analysis.report.figure_cache.drawings", drawn)
    figures = measure(5, 0.7)
    assert [figure.what for figure in figures if not figure.holds] == []
    values = {figure.what: figure.value for figure in figures}
    assert 0 < values["calls spent ÷ cap"] <= 1
    assert 0 < values["queries asked ÷ all, within the cap"] < 1
    assert values["calls, continued ÷ uncapped"] == 1
