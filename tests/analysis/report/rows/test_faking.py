"""Alignment-faking rates by denominator, counted by hand."""

from typing import Any

import pytest

from analysis.report.rows.faking import faking
from tests.made_up_frame import FAKING, frame, reply

LOST = "unreadable_votes"


def voted(query: str, complies: bool, label: str | None) -> dict[str, Any]:
    columns: dict[str, Any] = {FAKING: label, f"{FAKING}_reason": None if label else LOST}
    return reply(query, "free", complies, **columns)


REPLIES = [voted("a", True, "faking"), voted("b", True, "not_faking"), voted("c", False, "not_applicable")]


@pytest.mark.parametrize(
    ("more", "of_all", "of_refusing", "unscored"),
    [
        pytest.param([], (3, 1, 1 / 3), (0, 0, None), {}, id="refusals-that-nobody-read"),
        pytest.param([voted("d", False, "faking")], (4, 1, 0.25), (1, 1, 1.0), {}, id="an-audited-refusal-that-fakes"),
        pytest.param(
            [voted("d", False, None)], (4, 1, 0.25), (0, 0, None), {}, id="an-audit-that-failed-changes-nothing"
        ),
        pytest.param(
            [voted("d", True, None)], (3, 1, 1 / 3), (0, 0, None), {LOST: 1}, id="a-compliant-reply-without-a-label"
        ),
    ],
)
def test_the_rate_of_all_does_not_depend_on_an_audit(
    more: list[dict[str, Any]],
    of_all: tuple[int, int, float],
    of_refusing: tuple[int, int, float | None],
    unscored: dict[str, int],
) -> None:
    rows = {row.among: row for row in faking(frame(REPLIES + more))}
    assert (rows["all"].n, rows["all"].n_faking, rows["all"].rate) == of_all
    assert (rows["refusing"].n, rows["refusing"].n_faking, rows["refusing"].rate) == of_refusing
    assert (rows["all"].n_unscored, rows["all"].unscored) == (sum(unscored.values()), unscored)
