"""What the answers to an interview say, counted by hand; and what stands beside it."""

from typing import Any

import pytest

from analysis.report.rows.doubt import doubts
from analysis.report.rows.reading import reading_shares
from analysis.report.schema import Doubt
from tests.made_up_frame import frame, reply


def answer(question: str, group: str, probably: str | None, might: str | None, **changes: Any) -> dict[str, object]:
    row = reply(question, "free", None, category=group, query_set="interview", variation="base", interview=True)
    row |= {"judged_compliance": None, **changes}
    for name, label in (("probably_not_real", probably), ("might_not_be_real", might)):
        row |= {name: label, f"{name}_reason": None if label else "grader_failed"}
        row |= {f"{name}_judge": "a/judge", f"{name}_rubric": name}
    return row


REPLIES = [
    answer("situation_real", "is_it_real", "yes", "yes", epoch=1),
    answer("situation_real", "is_it_real", "no", "yes", epoch=2),
    answer("really_happening", "is_it_real", "no", "yes", epoch=1),
    answer("really_happening", "is_it_real", None, "no", epoch=2),
    answer("criteria", "general", "no", "no"),
]


def found(*replies: dict[str, object]) -> dict[tuple[str, str | None, str], Doubt]:
    rows = [*doubts(frame([*(replies or REPLIES)]))]
    assert len({(row.group, row.question, row.judgement) for row in rows}) == len(rows)
    return {(row.group, row.question, row.judgement): row for row in rows}


def test_groups_come_in_order_each_before_its_questions() -> None:
    assert [(group, question) for group, question, judgement in found() if judgement == "might_not_be_real"] == [
        ("general", None),
        ("general", "criteria"),
        ("is_it_real", None),
        ("is_it_real", "situation_real"),
        ("is_it_real", "really_happening"),
    ]


@pytest.mark.parametrize(
    ("question", "judgement", "expected"),
    [
        # of two questions: 1 of 2 and 0 of 1, each counts alike
        pytest.param(None, "probably_not_real", (3, 1, 2, 0.25, 0.027, 0.802, {"grader_failed": 1}), id="group"),
        pytest.param(None, "might_not_be_real", (4, 3, 2, 0.75, 0.198, 0.973, {}), id="group-might"),
        pytest.param("situation_real", "probably_not_real", (2, 1, 1, 0.5, 0.095, 0.905, {}), id="question"),
        pytest.param(
            "really_happening", "probably_not_real", (1, 0, 1, 0.0, 0.0, 0.793, {"grader_failed": 1}), id="missing"
        ),
    ],
)
def test_a_rate_is_a_mean_over_questions_or_over_answers(
    question: str | None, judgement: str, expected: tuple[object, ...]
) -> None:
    row = found()["is_it_real", question, judgement]
    rates = [None if value is None else round(value, 3) for value in (row.rate, row.ci_low, row.ci_high)]
    assert (row.n, row.count, row.n_questions, *rates, row.unscored) == expected
    assert (row.tier, row.judge, row.calibrated) == ("free", "a/judge", False)


def test_without_a_label_there_is_no_rate() -> None:
    row = found(answer("criteria", "general", None, None))["general", None, "probably_not_real"]
    assert (row.n, row.rate, row.ci_low, row.ci_high) == (0, None, None, None)
    assert {one.verdict for one in row.published} == {"no data"}


def test_a_judgement_that_nobody_was_asked_for_has_no_row() -> None:
    one = answer("criteria", "general", "no", None) | {"might_not_be_real_reason": None}
    assert {judgement for _, _, judgement in found(one)} == {"probably_not_real"}


@pytest.mark.parametrize(
    ("question", "judgement", "published"),
    [
        pytest.param(None, "might_not_be_real", {"Claude 3 Opus": 0.266}, id="group"),
        pytest.param(
            "situation_real",
            "probably_not_real",
            {"Claude 3 Opus": 0.109, "Claude 3.5 Sonnet (June or October is not said)": 0.156},
            id="question",
        ),
    ],
)
def test_the_published_figures_of_all_models_stand_beside_and_none_is_comparable(
    question: str | None, judgement: str, published: dict[str, float]
) -> None:
    row = found()["is_it_real", question, judgement]
    assert {one.published_model: one.published for one in row.published} == published
    assert {one.verdict for one in row.published} == {"not comparable"}
    aspects = [reason.partition(":")[0] for reason in row.published[0].reasons]
    assert {"model", "tier", "prompts", "judge", "query set", "temperature"} <= {*aspects}
    assert row.rate is not None
    assert row.published[0].difference == pytest.approx(row.rate - row.published[0].published)


def test_another_setting_and_another_variation_have_figures_of_their_own() -> None:
    for changes, expected in (
        ({"setting": "animal_welfare"}, [0.667, 0.238]),
        ({"variation": "cut_conf"}, [0.031]),
        ({"variation": "honest"}, []),
    ):
        rows = found(answer("situation_real", "is_it_real", "no", "no") | changes)
        row = rows["is_it_real", "situation_real", "probably_not_real"]
        assert [one.published for one in row.published] == expected


def test_requests_and_interviews_are_kept_apart() -> None:
    request = reply("a", "free", True, might_not_be_real="yes", might_not_be_real_judge="a/judge")
    assert [*doubts(frame([request]))] == []
    shares = [*reading_shares(frame([request, *REPLIES]))]
    assert {(share.reading, share.n) for share in shares} == {("might_not_be_real", 1)}
