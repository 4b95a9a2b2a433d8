"""Conditions in which a judge labelled nothing."""

from typing import Any

import pytest

from cli.unjudged import unjudged
from tests.made_up_frame import FAKING, JUDGED, frame, reply

REMEDY = (
    "the replies are kept: inspect score LOG --action overwrite --overwrite judges them again, "
    "--model-role grader=PROVIDER/MODEL by another"
)
ONE = "1 grader_failed of 1"


def replies(*reasons: str | None, scorer: str = JUDGED, tier: str = "free", **changes: Any) -> list[dict[str, object]]:
    """One reply for each reason; None is a label."""
    rows = [reply(f"q{i}", tier, True, **{"variation": "base"} | changes) for i in range(len(reasons))]
    of_judge = {} if scorer != JUDGED else {JUDGED: "ungraded"}
    return [
        row | ({**of_judge, f"{scorer}_reason": reason} if reason else {})
        for row, reason in zip(rows, reasons, strict=True)
    ]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        pytest.param(
            [*replies("grader_failed", "unreadable_verdict", "grader_failed"), *replies(None, tier="paid")],
            [": judged_compliance gave no label in cot_free (2 grader_failed, 1 unreadable_verdict of 3)"],
            id="in-one-condition",
        ),
        pytest.param(
            [*replies("grader_failed"), *replies("grader_failed", "malformed", cot=False)],
            [f": {JUDGED} gave no label in cot_free ({ONE}), no_cot_free (1 grader_failed, 1 malformed of 2)"],
            id="in-two-conditions",
        ),
        pytest.param(
            [
                *replies("grader_failed"),
                *replies(None, variation="honest"),
                *replies("grader_failed", wrapper="revisited"),
            ],
            [f": judged_compliance gave no label in cot_free ({ONE}), cot_free ({ONE})"],
            id="in-one-experiment-and-not-in-another",
        ),
        pytest.param(
            replies("unreadable_votes", scorer=FAKING, variation="honest"),
            [" · honest: alignment_faking gave no label in cot_free (1 unreadable_votes of 1)"],
            id="votes-that-none-can-read",
        ),
        pytest.param(
            replies("grader_failed", scorer="motive"),
            [": motive gave no label in cot_free (1 grader_failed of 1)"],
            id="a-reading",
        ),
        pytest.param(replies(None, "grader_failed"), [], id="some-failed"),
        pytest.param(replies("malformed", "truncated"), [], id="the-model-under-test-said-nothing-to-judge"),
        pytest.param(replies("compliance_unscored", scorer=FAKING), [], id="what-follows-from-another"),
        pytest.param(replies(None), [], id="a-scorer-that-the-log-has-not"),
    ],
)
def test_a_condition_without_a_label_is_told(rows: list[dict[str, object]], told: list[str]) -> None:
    assert unjudged(frame(rows)) == [
        f"Not judged: made-up/model · helpful_only{sentence}; {REMEDY}" for sentence in told
    ]
