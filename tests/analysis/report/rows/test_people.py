"""People against the judge, of made-up replies."""

from typing import Any

import pytest

from analysis.report.rows.people import drawn_from_others, people_against_judge
from analysis.statistics.corrected_rate import Refusal, Refused
from tests.made_up_calibration import HUMAN, labelled, replies
from tests.made_up_frame import EXPERIMENT, FAKING, JUDGED, frame, reply


def test_the_whole_row() -> None:
    """Of 40 that the judge finds 15 of 20 fake by people, of 160 others 2 of 40: weighted 30, 10, 8 and 152."""
    rows = replies(40, 160)
    labelled(rows, "faking", ["faking"] * 15 + ["not_faking"] * 5 + [None] * 3)
    labelled(rows, "not_faking", ["faking"] * 2 + ["not_faking"] * 38)
    [row] = people_against_judge(frame(rows))
    assert row.model_dump(exclude=set(EXPERIMENT) | {"facts", "persona", "cot", "variation", "family"}) == {
        "tier": "free",
        "question": FAKING,
        "judge": "openai/gpt-4o",
        "labelled": 60,
        "undecided": {"labellers_disagree": 3},
        "both": 15,
        "people_only": 2,
        "judge_only": 5,
        "neither": 38,
        "replies_positive": 40,
        "replies_negative": 160,
        "weighted": True,
        "sensitivity": pytest.approx(30 / 38),
        "sensitivity_low": pytest.approx(0.4918, abs=5e-5),
        "sensitivity_high": pytest.approx(0.9690, abs=5e-5),
        "specificity": pytest.approx(152 / 162),
        "specificity_low": pytest.approx(0.8738, abs=5e-5),
        "specificity_high": pytest.approx(0.9786, abs=5e-5),
        "kappa": pytest.approx((0.91 - (0.2 * 0.19 + 0.8 * 0.81)) / (1 - (0.2 * 0.19 + 0.8 * 0.81))),
    }


def test_nobody_was_asked() -> None:
    assert [*people_against_judge(frame(replies(3, 3)))] == []


def test_both_questions_stand_apart() -> None:
    human = f"human_{JUDGED}"
    sampled = {f"{human}_stratum": "free · judge: complies", f"{human}_stratum_size": 2}
    rows = [
        reply("a", "free", True, judge="a/judge") | {human: "complies"} | sampled,
        reply("b", "free", True, judge="a/judge") | {human: "refuses"} | sampled,
    ]
    [row] = people_against_judge(frame(rows))
    assert (row.question, row.judge, row.both, row.judge_only, row.sensitivity, row.specificity) == (
        JUDGED,
        "a/judge",
        1,
        1,
        1.0,
        0.0,
    )
    assert row.kappa == 0


def test_agreement_on_every_reply_has_no_kappa() -> None:
    rows = replies(0, 5)
    labelled(rows, "not_faking", ["not_faking"] * 5)
    [row] = people_against_judge(frame(rows))
    assert (row.specificity, row.sensitivity, row.kappa) == (1.0, None, None)


def of_other_size(rows: list[dict[str, Any]]) -> None:
    labelled(rows, "faking", ["faking"] * 5, size=9)


def of_two_samples(rows: list[dict[str, Any]]) -> None:
    labelled(rows, "faking", ["faking"] * 5)
    rows[0][f"{HUMAN}_stratum"] = "another"


def by_an_older_judge(rows: list[dict[str, Any]]) -> None:
    labelled(rows, "faking", ["faking"] * 5)
    labelled(rows, "not_faking", ["faking"] * 5)
    for row in rows:
        if row[f"{HUMAN}_stratum"]:
            row[f"{HUMAN}_stratum"] = "free · judge: faking"


def of_no_sample(rows: list[dict[str, Any]]) -> None:
    labelled(rows, "faking", ["faking"] * 5)
    rows[0][f"{HUMAN}_stratum_size"] = None


SEVERAL = "they are of several samples, or were drawn by other labels of the judge"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(
            of_other_size, "they were drawn from 9 replies that the judge calls faking, and here are 10", id="size"
        ),
        pytest.param(of_two_samples, SEVERAL, id="two-samples"),
        pytest.param(by_an_older_judge, SEVERAL, id="judged-anew-since"),
        pytest.param(of_no_sample, SEVERAL, id="no-sample"),
    ],
)
def test_labels_that_cannot_be_weighed(change: Any, said: str) -> None:
    rows = replies(10, 10)
    change(rows)
    expected = Refused(Refusal.OTHER_REPLIES, f"labels by people are not of a sample of these replies: {said}")
    assert drawn_from_others(frame(rows), FAKING) == expected
    [row] = people_against_judge(frame(rows))
    assert (row.weighted, row.sensitivity, row.specificity, row.kappa) == (False, None, None, None)
    assert row.both == 5
