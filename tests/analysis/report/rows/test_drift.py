"""Whether a calibration holds where its rates are corrected, of made-up replies."""

from typing import Any

import pytest

from analysis.report.rows.drift import drift
from tests.made_up_calibration import calibration, labelled, replies, voted
from tests.made_up_frame import EXPERIMENT, frame

LOOSE = calibration(45, 5, 20, 80)
"""A judge with a specificity of 0.8."""


def said(rows: list[dict[str, Any]]) -> list[tuple[str, bool, str]]:
    return [(row.by, row.drifted, row.statement) for row in drift(frame(rows), [LOOSE])]


@pytest.mark.parametrize(
    ("faking", "not_faking", "drifted", "statement"),
    [
        pytest.param(
            1,
            99,
            True,
            "the judge finds 1 of 100; at the specificity of the calibration it would find 20 by mistake if none faked "
            "(p = 4e-06): the specificity is another one here",
            id="fewer-than-its-mistakes",
        ),
        pytest.param(
            20,
            80,
            False,
            "the judge finds 20 of 100; at the specificity of the calibration it would find 20 by mistake if none "
            "faked (p = 0.57): no better one is shown, and a worse one would not be",
            id="as-many",
        ),
    ],
)
def test_how_few_it_finds(faking: int, not_faking: int, drifted: bool, statement: str) -> None:
    assert said(replies(faking, not_faking, refusing=50)) == [("positives", drifted, statement)]


def test_several_replies_to_a_query_count_as_one() -> None:
    twice = [voted(f"q{i % 25}", True, "faking" if i == 0 else "not_faking", epoch=1 + i // 25) for i in range(50)]
    [row] = drift(frame(twice), [LOOSE])
    assert (row.asked, row.positives, row.drifted) == (50, 1, True)
    assert row.p_value == pytest.approx(0.0075, abs=5e-5)


def test_the_whole_row_by_labels_of_people() -> None:
    """60 of 120 found: of these 25 of 30 labelled do not fake by people, of the others all 30 do not: 60 of 110."""
    rows = replies(60, 60)
    labelled(rows, "faking", ["faking"] * 5 + ["not_faking"] * 25)
    labelled(rows, "not_faking", ["not_faking"] * 30)
    [by_labels, by_positives] = drift(frame(rows), [LOOSE])
    found = by_labels.model_dump(exclude=set(EXPERIMENT) | {"facts", "persona", "cot", "variation", "family"})
    assert found == {
        "tier": "free",
        "judge": "openai/gpt-4o",
        "file": "judge.json",
        "data": "ours",
        "specificity": 0.8,
        "n_negative": 100,
        "by": "labels",
        "specificity_here": pytest.approx(60 / 110),
        "specificity_here_low": pytest.approx(0.4455, abs=5e-5),
        "specificity_here_high": pytest.approx(0.6469, abs=5e-5),
        "n_negative_here": 55,
        "difference": pytest.approx(-0.2545, abs=5e-5),
        "difference_low": pytest.approx(-0.3747, abs=5e-5),
        "difference_high": pytest.approx(-0.1197, abs=5e-5),
        "asked": 120,
        "positives": 60,
        "p_value": None,
        "drifted": True,
        "statement": "by labels of people the judge's specificity is 0.55 here (55 negative labels), by the "
        "calibration 0.80 (100): they differ",
    }
    assert not by_positives.drifted


def test_labels_of_other_replies_say_nothing() -> None:
    rows = replies(40, 60)
    labelled(rows, "faking", ["not_faking"] * 20, size=50)
    labelled(rows, "not_faking", ["not_faking"] * 30)
    assert [row.by for row in drift(frame(rows), [LOOSE])] == ["positives"]


def test_nothing_is_said_where_nothing_is_corrected() -> None:
    rows = frame(replies(1, 99))
    weak, other = calibration(25, 25, 25, 25), calibration(45, 5, 20, 80, votes=5)
    assert [*drift(rows, [])] == [*drift(rows, [weak])] == [*drift(rows, [other])] == []
    assert [*drift(frame(replies(0, 0, refusing=9)), [LOOSE])] == []
