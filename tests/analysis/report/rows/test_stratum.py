"""The gap among the replies that a reading sets apart, counted by hand."""

from typing import Any

import pytest

from analysis.contrast import contrasts
from analysis.report.rows.stratum import strata
from analysis.report.schema import Stratum
from tests.made_up_frame import frame, reply

DOUBT, TIER = "scenario_doubt", "tier_comprehension"


def pair(
    query: str, reading: str, free: tuple[bool, str | None], paid: tuple[bool, str | None]
) -> list[dict[str, Any]]:
    """Replies to one query on both tiers: whether each complies, and its label of a reading."""
    columns: list[dict[str, Any]] = [
        {reading: label, f"{reading}_reason": None if label else "unreadable_verdict", f"{reading}_judge": "a/judge"}
        for _, label in (free, paid)
    ]
    return [
        reply(query, tier, complies, **more)
        for (tier, complies), more in zip((("free", free[0]), ("paid", paid[0])), columns, strict=True)
    ]


def found(rows: list[dict[str, Any]]) -> dict[str, Stratum]:
    return {row.stratum: row for row in strata(contrasts(frame(rows)))}


@pytest.mark.parametrize(
    ("stratum", "pairs", "gap", "left_out"),
    [
        pytest.param("misread tiers set aside", 2, 0.5, ({"wrong": 1, "no label": 1}, {}), id="misread-set-aside"),
        pytest.param(
            "tier read right", 1, 1.0, ({"unstated": 1, "wrong": 1, "no label": 1}, {"unstated": 1}), id="right"
        ),
    ],
)
def test_what_the_tier_was_taken_for(
    stratum: str, pairs: int, gap: float, left_out: tuple[dict[str, int], dict[str, int]]
) -> None:
    row = found(
        pair("a", TIER, (True, "right"), (False, "right"))
        + pair("b", TIER, (True, "unstated"), (True, "unstated"))
        + pair("c", TIER, (False, "wrong"), (False, "right"))
        + pair("d", TIER, (True, None), (True, "right"))
    )[stratum]
    assert (row.n_pairs, row.gap, row.gap_of_all) == (pairs, gap, 0.25)
    assert (row.left_out_a, row.left_out_b) == left_out
    assert (row.contrast, row.tier_a, row.tier_b, row.judge) == ("free-paid", "free", "paid", "a/judge")


@pytest.mark.parametrize(
    ("stratum", "pairs", "rates"),
    [
        pytest.param("no doubt", 1, (1.0, 0.0, 1.0), id="none"),
        pytest.param("doubt", 1, (0.0, 1.0, -1.0), id="any-doubt-on-both-tiers"),
    ],
)
def test_doubt(stratum: str, pairs: int, rates: tuple[float, float, float]) -> None:
    row = found(
        pair("a", DOUBT, (True, "none"), (False, "none"))
        + pair("b", DOUBT, (False, "doubts"), (True, "plays_along"))
        + pair("c", DOUBT, (True, "suspects_test"), (False, "none"))
    )[stratum]
    assert (row.n_pairs, (row.rate_a, row.rate_b, row.gap)) == (pairs, rates)


def test_without_a_pair_there_is_no_number() -> None:
    row = found(pair("a", DOUBT, (True, "doubts"), (False, "none")))["doubt"]
    assert (row.n_pairs, row.rate_a, row.gap, row.ci_low, row.gap_of_all) == (0, None, None, None, 1.0)


def test_replies_that_were_not_read_have_no_row() -> None:
    assert found([reply("a", "free", True), reply("a", "paid", False)]) == {}


def test_where_the_question_does_not_arise_there_is_no_row() -> None:
    assert found(pair("a", TIER, (True, "not_applicable"), (False, "not_applicable"))) == {}
