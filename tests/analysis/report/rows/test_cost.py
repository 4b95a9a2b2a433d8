"""What the replies took, beside what was expected of them."""

import json
from typing import Any

import pytest

from analysis.report.rows.cost import costs
from analysis.report.schema import Cost
from tests.made_up_frame import frame, reply

SUBJECT: dict[str, object] = {
    "calls": [10, 10, 10],
    "input": [900, 1_000, 1_200],
    "cached": [0, 0, 800],
    "output": [100, 500, 8_000],
    "dollars": [0.01, 0.02, 0.1],
    "price": [10, 20, 1],
}
TOOK = {"subject_input": 100, "subject_cached": 40, "subject_output": 30}


def found(*rows: dict[str, Any]) -> list[Cost]:
    return [*costs(frame([reply(str(i), "free", True, **row) for i, row in enumerate(rows)]))]


def estimated(**changes: object) -> dict[str, object]:
    """Of the model under test, with changes of its figures."""
    return TOOK | {"estimate": json.dumps({"replies": 10, "subject": SUBJECT | changes})}


def test_an_estimate_is_scaled_to_the_replies_that_are_there() -> None:
    """2 of 10: 0.2 × 1,500 tokens, 0.2 × 0.02 dollars; 60 dear, 40 cheap and 30 tokens out, twice."""
    [one] = found(estimated(), estimated())
    assert {name: round(value, 5) if isinstance(value, float) else value for name, value in one} == {
        "model": "made-up/model",
        "setting": "helpful_only",
        "role": "subject",
        "replies": 2,
        "input": 200,
        "cached": 80,
        "output": 60,
        "n_estimated": 2,
        "tokens": 260,
        "tokens_low": 200,
        "tokens_likely": 300,
        "tokens_high": 1_840,
        "ratio": 0.86667,
        "held": True,
        "dollars": 0.00248,
        "dollars_low": 0.002,
        "dollars_likely": 0.004,
        "dollars_high": 0.02,
    }


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param([TOOK], [("subject", 1, 0, 0, None, None, None)], id="no-estimate-was-made"),
        pytest.param([estimated(), TOOK], [("subject", 2, 1, 130, 150, True, 0.00124)], id="of-some-replies"),
        pytest.param(
            [estimated(input=[0, 10, 20], output=[0, 10, 20])],
            [("subject", 1, 1, 130, 2, False, 0.00124)],
            id="outside-of-its-range",
        ),
        pytest.param([{"subject_input": None}], [], id="a-log-that-does-not-say"),
        pytest.param(
            [TOOK | {"grader_input": 7, "grader_cached": 0, "grader_output": 2}],
            [("subject", 1, 0, 0, None, None, None), ("grader", 1, 0, 0, None, None, None)],
            id="its-grader",
        ),
    ],
)
def test_what_is_said(rows: list[dict[str, Any]], said: list[tuple[object, ...]]) -> None:
    assert [
        (
            one.role,
            one.replies,
            one.n_estimated,
            one.tokens,
            one.tokens_likely,
            one.held,
            one.dollars and round(one.dollars, 6),
        )
        for one in found(*rows)
    ] == said


def test_without_a_price_there_are_no_dollars() -> None:
    without = {name: value for name, value in SUBJECT.items() if name not in ("price", "dollars")}
    [one] = found(TOOK | {"estimate": json.dumps({"replies": 10, "subject": without})})
    assert (one.tokens_likely, one.dollars, one.dollars_likely) == (150, None, None)
