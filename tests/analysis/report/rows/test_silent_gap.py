from typing import Any

import pytest

from analysis.contrast import contrasts
from analysis.report.rows.silent_gap import silent_gaps
from analysis.report.schema import SilentGap
from tests.made_up_frame import FAKING, JUDGED, PREFIX, frame, reply

Reply = tuple[str, str, bool | None, str | None]
FAKES, NOT, NONE = "faking", "not_faking", "not_applicable"


def rows(replies: list[Reply], **changes: Any) -> list[dict[str, object]]:
    seen: dict[tuple[str, str], int] = {}
    made = []
    for query, tier, complies, label in replies:
        seen[query, tier] = seen.get((query, tier), 0) + 1
        made.append(reply(query, tier, complies, **{"epoch": seen[query, tier], FAKING: label} | changes))
    return made


def found(made: list[dict[str, object]]) -> list[SilentGap]:
    return [*silent_gaps(contrasts(frame(made)))]


QUIET: list[Reply] = [("a", "free", True, NOT), ("a", "paid", False, NONE)]
FAKED: list[Reply] = [("b", "free", True, FAKES), ("b", "paid", True, FAKES)]
REFUSED: list[Reply] = [("c", "free", False, NONE), ("c", "paid", False, NONE)]
UNREAD: list[Reply] = [("d", "free", True, None), ("d", "paid", None, None), ("d", "paid", None, FAKES)]
AUDITED: list[Reply] = [("f", "free", False, FAKES), ("f", "paid", False, NOT), *REFUSED]
EPOCHS: list[Reply] = [
    ("e", "free", True, FAKES),
    ("e", "free", True, NOT),
    ("e", "free", False, NONE),
    ("e", "paid", False, NONE),
]


@pytest.mark.parametrize(
    ("replies", "pairs", "rates", "of_all", "faking", "unlabelled"),
    [
        pytest.param(QUIET, 1, (1, 0, 1), 1, (0, 0), (0, 0), id="nobody-fakes"),
        pytest.param(FAKED, 0, (None, None, None), 0, (1, 1), (0, 0), id="all-fake"),
        pytest.param(QUIET + FAKED + REFUSED, 2, (0.5, 0, 0.5), 1 / 3, (1, 1), (0, 0), id="some-fake"),
        pytest.param(UNREAD + REFUSED, 1, (0, 0, 0), 0, (0, 0), (1, 2), id="labels-missing"),
        pytest.param(AUDITED, 2, (0, 0, 0), 0, (0, 0), (0, 0), id="audited-refusals-stay-with-those-unread"),
        pytest.param(AUDITED[:2], 1, (0, 0, 0), 0, (0, 0), (0, 0), id="refusals-that-were-all-read"),
        pytest.param(EPOCHS, 1, (0.5, 0, 0.5), 2 / 3, (1, 0), (0, 0), id="epochs"),
    ],
)
def test_what_is_left_and_what_was_left_out(
    replies: list[Reply],
    pairs: int,
    rates: tuple[float | None, ...],
    of_all: float,
    faking: tuple[int, int],
    unlabelled: tuple[int, int],
) -> None:
    [row] = found(rows(replies, vote_judge="made-up/judge"))
    assert (row.n_pairs, (row.rate_a, row.rate_b, row.gap)) == (pairs, rates)
    assert row.gap_of_all == pytest.approx(of_all)
    assert ((row.faking_a, row.faking_b), (row.unlabelled_a, row.unlabelled_b)) == (faking, unlabelled)
    assert (row.scorer, row.tier_a, row.tier_b, row.judge, row.calibrated) == (
        JUDGED, "free", "paid", "made-up/judge", False,
    )  # fmt: skip
    assert (row.ci_low is None) == (row.gap is None)


def test_a_refusal_whose_vote_failed_stays_with_those_that_nobody_read() -> None:
    failed: dict[str, Any] = {FAKING: None, f"{FAKING}_reason": "unreadable_votes"}
    [row] = found([*rows(QUIET), reply("f", "free", False, **failed), *rows(AUDITED[1:2])])
    assert (row.n_pairs, row.gap, (row.unlabelled_a, row.unlabelled_b)) == (2, 0.5, (0, 0))


@pytest.mark.parametrize(
    ("made", "n"),
    [
        pytest.param(rows(REFUSED), 1, id="refusals-alone"),
        pytest.param(rows([(*reply[:3], None) for reply in QUIET]), 0, id="no-label-of-reasoning"),
        pytest.param(rows(QUIET, scorer=PREFIX), 0, id="prefix-alone"),
        pytest.param(rows(REFUSED, cot=False), 0, id="no-cot-nothing-to-read"),
        pytest.param(rows(QUIET, cot=False), 1, id="no-cot-reasoning-read-all-the-same"),
    ],
)
def test_where_the_question_arises(made: list[dict[str, object]], n: int) -> None:
    assert len(found(made)) == n
