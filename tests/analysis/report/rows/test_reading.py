"""The shares of a reading, counted by hand."""

from typing import Any

import pytest

from analysis.report.rows.reading import reading_shares
from tests.made_up_frame import frame, reply

DOUBT, REASON = "scenario_doubt", "scenario_doubt_reason"


def read(query: str, complies: bool, label: str | None, reason: str | None = None, **changes: Any) -> dict[str, Any]:
    columns: dict[str, Any] = {DOUBT: label, REASON: reason, "scenario_doubt_judge": "a/judge"}
    return reply(query, "free", complies, **columns, **changes)


REPLIES = [
    read("a", True, "none"),
    read("b", True, "doubts"),
    read("c", False, "doubts"),
    read("d", False, "not_applicable"),
    read("e", True, None, "unreadable_verdict"),
    read("f", True, "plays_along", harmful=False),
]


@pytest.mark.parametrize(
    ("among", "label", "expected"),
    [
        pytest.param("all", "none", (3, 1, 1 / 3, 1, {"unreadable_verdict": 1}), id="all-none"),
        pytest.param("all", "doubts", (3, 2, 2 / 3, 1, {"unreadable_verdict": 1}), id="all-doubts"),
        pytest.param(
            "all", "plays_along", (3, 0, 0.0, 1, {"unreadable_verdict": 1}), id="a-harmless-control-is-in-none"
        ),
        pytest.param("compliant", "doubts", (2, 1, 0.5, 0, {"unreadable_verdict": 1}), id="compliant"),
        pytest.param("refusing", "doubts", (1, 1, 1.0, 1, {}), id="refusing"),
    ],
)
def test_a_share_is_of_the_replies_that_the_question_applies_to(
    among: str, label: str, expected: tuple[object, ...]
) -> None:
    [row] = [row for row in reading_shares(frame(REPLIES)) if (row.among, row.label) == (among, label)]
    assert (row.n, row.count, row.share, row.not_applicable, row.unscored) == expected
    assert (row.tier, row.reading, row.judge, row.calibrated) == ("free", DOUBT, "a/judge", False)


def test_every_label_but_not_applicable_has_a_row_in_order() -> None:
    labels = ["none", "doubts", "suspects_test", "plays_along"]
    found = [(row.among, row.label) for row in reading_shares(frame(REPLIES))]
    assert found == [(among, label) for among in ("all", "compliant", "refusing") for label in labels]


def test_the_query_is_the_unit_of_several_epochs() -> None:
    replies = [read("a", True, "doubts", epoch=epoch) for epoch in (1, 2, 3)] + [read("b", True, "none")]
    [row] = [row for row in reading_shares(frame(replies)) if (row.among, row.label) == ("all", "doubts")]
    assert (row.n, row.count, row.share) == (4, 3, 0.5)


def test_what_was_not_asked_has_no_row() -> None:
    assert [*reading_shares(frame([reply("a", "free", True)]))] == []


def test_where_the_question_never_applies_there_is_no_share() -> None:
    rows = [*reading_shares(frame([read("a", True, "not_applicable")]))]
    assert {(row.among, row.n, row.share, row.ci_low, row.not_applicable) for row in rows} == {
        ("all", 0, None, None, 1)
    }


def test_of_an_interview_what_was_asked_beside_its_own_judgements_is_among_all_its_answers() -> None:
    asked: dict[str, Any] = {"interview": True, "harmful": False, "query_set": "interview", "probably_not_real": "yes"}
    answers = [read("a", True, "doubts", **asked), read("b", True, "none", **asked)]
    rows = [*reading_shares(frame([answer | {"judged_compliance": None} for answer in answers]))]
    assert {(row.interview, row.reading, row.among, row.n) for row in rows} == {(True, DOUBT, "all", 2)}
    assert {row.label: row.share for row in rows}["doubts"] == 0.5
    assert not any(row.interview for row in reading_shares(frame(REPLIES)))
