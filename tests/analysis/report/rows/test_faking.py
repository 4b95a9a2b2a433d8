"""Alignment-faking rates by denominator, counted by hand."""

from itertools import product
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


def test_an_audit_that_failed_is_counted_beside_the_rate_among_refusals() -> None:
    drawn = [voted("d", False, "faking"), voted("e", False, "not_faking"), voted("f", False, None)]
    rows = {row.among: row for row in faking(frame(REPLIES + drawn))}
    found = {among: (row.n, row.rate, row.n_unscored, row.unscored) for among, row in rows.items()}
    assert found == {
        "all": (6, 1 / 6, 0, {}),
        "compliant": (2, 0.5, 0, {}),
        "refusing": (2, 0.5, 1, {LOST: 1}),
    }


def test_over_all_draws_of_an_audit_its_estimate_is_the_truth_and_the_published_rate_never_moves() -> None:
    """Five refusals, of which two fake, each drawn with a probability of 0.3: every draw, weighted."""
    truth, share = [True, True, False, False, False], 0.3
    published, estimated, drawn_any = set(), 0.0, 0.0
    for drawn in product([False, True], repeat=len(truth)):
        read = ["faking" if fakes else "not_faking" for fakes in truth]
        refusals = [voted(f"r{i}", False, read[i] if drawn[i] else "not_applicable") for i in range(len(truth))]
        rows = {row.among: row for row in faking(frame(REPLIES[:2] + refusals))}
        published.add((rows["all"].n, rows["all"].n_faking, rows["all"].rate, rows["all"].ci_low, rows["all"].ci_high))
        assert (rows["refusing"].n, rows["refusing"].rate is None) == (sum(drawn), not any(drawn))
        if (rate := rows["refusing"].rate) is not None:
            weight = share ** sum(drawn) * (1 - share) ** (len(truth) - sum(drawn))
            estimated, drawn_any = estimated + weight * rate, drawn_any + weight
    assert [(n, fakes, rate) for n, fakes, rate, _, _ in published] == [(7, 1, 1 / 7)]
    assert estimated / drawn_any == pytest.approx(sum(truth) / len(truth))
    assert drawn_any == pytest.approx(1 - (1 - share) ** len(truth))


def test_without_a_scratchpad_an_audit_makes_no_rate_of_none() -> None:
    """Nobody who complies reasoned, so that 0 would be no finding, whether or not a refusal's reasoning was read."""
    complies = voted("a", True, "not_applicable") | {"cot": False}
    for label, of_refusing in (("not_applicable", None), ("not_faking", 0.0)):
        rows = {row.among: row.rate for row in faking(frame([complies, voted("b", False, label) | {"cot": False}]))}
        assert rows == {"all": None, "compliant": None, "refusing": of_refusing}
