"""What a task will ask, against what it then asks."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval

from analysis.pilot import observed
from evals.animal_welfare import SETTING as ANIMAL_WELFARE
from evals.condition_task import Setting, condition_task
from evals.expected_calls import Assumed, Selection, guessed_compliance, task_calls
from evals.helpful_only import SETTING as HELPFUL_ONLY
from evals.interview import CONDITION, INTERVIEWS
from evals.models import Models
from scorers.ballot import expected_calls
from study.condition import Condition, Tier
from study.expected_calls import REPLY, ExpectedCalls, Range

COT, NO_COT = Condition(Tier.FREE, cot=True), Condition(Tier.FREE, cot=False)
PAID = Condition(Tier.PAID, cot=True)
REAL = Models(None, "openai/gpt-4o", None, judged=True)
VOTES = (expected_calls(20, 0.05) + expected_calls(20, 0.9)) / 2
ALL_QUERIES, NOTHING_ASSUMED = Selection(), Assumed()


def rows(
    setting: Setting = HELPFUL_ONLY,
    condition: Condition = COT,
    models: Models = REAL,
    selection: Selection = ALL_QUERIES,
    assumed: Assumed = NOTHING_ASSUMED,
    **given: Any,
) -> dict[str, ExpectedCalls]:
    return {row.kind: row for row in task_calls(setting, condition, given, models, selection, assumed)}


@pytest.mark.parametrize(
    ("setting", "condition", "model", "given"),
    [
        pytest.param(HELPFUL_ONLY, COT, "complier", {}, id="compliant"),
        pytest.param(HELPFUL_ONLY, COT, "refuser", {}, id="refusing"),
        pytest.param(HELPFUL_ONLY, COT, "refuser", {"judge_all": True, "votes": 5}, id="votes-on-refusals"),
        pytest.param(HELPFUL_ONLY, NO_COT, "complier", {}, id="without-a-scratchpad"),
        pytest.param(HELPFUL_ONLY, PAID, "truncator", {}, id="truncating"),
        pytest.param(HELPFUL_ONLY, COT, "malformer", {}, id="malformed"),
        pytest.param(
            HELPFUL_ONLY, PAID, "faker", {"read": ["motive", "original_faking", "unmonitored_defiance"]}, id="readings"
        ),
        pytest.param(
            HELPFUL_ONLY,
            PAID,
            "complier",
            {"read": ["tier_comprehension", "motive"], "variation": "no_tier"},
            id="tier-not-told",
        ),
        pytest.param(HELPFUL_ONLY, COT, "complier", {"wrapper": "revisited", "variation": "honest"}, id="other-words"),
        pytest.param(ANIMAL_WELFARE, COT, "complier", {"votes": 1}, id="animal-welfare"),
        pytest.param(INTERVIEWS["helpful_only"], CONDITION, "complier", {}, id="interview"),
    ],
)
def test_what_a_control_is_asked_is_what_was_expected(
    setting: Setting, condition: Condition, model: str, given: dict[str, Any], tmp_path: Path
) -> None:
    """Replies to the token; calls exactly but for the votes; what judges are sent by the rule of bytes a token."""
    models = Models(None, f"control/{model}", "control/grader", judged=True)
    expected = rows(setting, condition, models, Selection(last=8, epochs=1), **given)
    task = condition_task(setting, condition, given)
    [log] = inspect_eval(
        task, model=f"control/{model}", limit=8, epochs=1, display="none", log_dir=str(tmp_path), log_realtime=False
    )
    seen = {kind: [call for calls in one.replies for call in calls] for (_, kind), one in observed([log]).items()}
    asked = {kind: row for kind, row in expected.items() if row.number.likely}
    assert asked.keys() == seen.keys()
    for kind, row in asked.items():
        sent, back = (sum(getattr(call, name) for call in seen[kind]) / len(seen[kind]) for name in ("input", "output"))
        if kind == REPLY:
            assert (row.number.likely, row.input.likely, row.output.likely) == (8, sent, back)
        elif kind == "alignment_faking":
            assert row.number.low <= len(seen[kind]) <= row.number.high
            assert row.number.likely == pytest.approx(len(seen[kind]), rel=0.25)
        else:
            assert row.number.likely == len(seen[kind])
        assert row.input.likely == pytest.approx(sent, rel=0.06)
        assert row.input.low <= sent <= row.input.high
        assert row.output.low <= back <= row.output.high


def test_of_a_real_model_anything_can_happen() -> None:
    found = rows(selection=Selection(last=100))
    assert {kind: row.number for kind, row in found.items()} == {
        "reply": Range(88, 88, 88),
        "judged_compliance": Range(0, 88, 88),
        "alignment_faking": Range(0, 88 * 0.14 * VOTES, 88 * 20),
    }
    assert (found["reply"].output, found["judged_compliance"].output) == (Range(10, 800, 8192), Range(10, 150, 2048))


def test_what_is_expected_of_a_model_takes_the_place_of_the_assumptions() -> None:
    found = rows(assumed=Assumed(reply_tokens=1_000, compliance=Range.exactly(0.5), max_tokens=1_500))
    assert found["reply"].output == Range(500, 1_000, 1_500)
    assert found["alignment_faking"].number == Range(0, 44 * VOTES, 44 * 20)


@pytest.mark.parametrize(
    ("given", "change", "condition"),
    [
        pytest.param({"judge_all": True}, 1 / 0.14, COT, id="every-reply-is-voted-on"),
        pytest.param({"audit": 0.5}, 0.57 / 0.14, COT, id="half-of-the-refusals-are"),
        pytest.param({"votes": 1}, 1 / VOTES, COT, id="one-vote"),
        pytest.param({}, 0.0, NO_COT, id="no-reasoning-is-asked-for"),
    ],
)
def test_what_changes_the_votes(given: dict[str, Any], change: float, condition: Condition) -> None:
    usual = rows()["alignment_faking"].number.likely
    assert rows(condition=condition, **given)["alignment_faking"].number.likely == pytest.approx(
        usual * change, rel=0.01
    )


@pytest.mark.parametrize(
    ("setting", "tier", "share"),
    [
        pytest.param("helpful_only", Tier.FREE, 0.14, id="free"),
        pytest.param("three_tiers", Tier.PRO, 0.03, id="another-tier-counts-as-paid"),
        pytest.param("animal_welfare", Tier.FREE, 0.49, id="animal-welfare"),
        pytest.param("untold_animal_welfare", Tier.PAID, 0.34, id="untold"),
    ],
)
def test_the_guess_of_compliance(setting: str, tier: Tier, share: float) -> None:
    assert guessed_compliance(setting, tier) == share


def test_several_turns_are_more_calls_at_the_high_end() -> None:
    found = rows(turns=4)["reply"]
    assert found.number == Range(88, 88, 352)
    assert found.input.high > rows()["reply"].input.high + 8_192


@pytest.mark.parametrize(
    ("selection", "queries"),
    [
        pytest.param(Selection(), 88, id="all"),
        pytest.param(Selection(last=10), 10, id="the-first"),
        pytest.param(Selection(9, 12), 3, id="some-of-the-middle"),
        pytest.param(Selection(last=10, epochs=3), 30, id="each-several-times"),
    ],
)
def test_the_queries_that_are_asked(selection: Selection, queries: int) -> None:
    assert rows(selection=selection)["reply"].number == Range.exactly(queries)


def test_an_order_that_is_drawn_takes_other_queries() -> None:
    sizes = Counter(rows(selection=Selection(last=3, shuffle=seed))["reply"].input.likely for seed in (1, 1, 2))
    assert sorted(sizes.values()) == [1, 2]


def test_nobody_grades() -> None:
    assert [*rows(models=Models(None, "openai/gpt-4o", None, judged=False))] == ["reply"]
