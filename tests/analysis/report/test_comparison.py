"""What stands in one row of the page, and which reasons are said once for all of them."""

import pytest

from analysis.report.comparison import comparisons, shared_reasons
from analysis.report.schema import PublishedFigure
from tests.made_up_report import published


def test_tiers_stand_together_and_experiments_one_after_the_other() -> None:
    rows = [
        published(id="gap"),
        published(id="free", quantity="compliance", tier="free"),
        published(id="paid", quantity="compliance", tier="paid"),
        published(id="elsewhere", cot=False),
        published(id="judged", scorer="judged_compliance"),
        published(id="source", source="B"),
        published(id="model", published_model="B"),
        published(id="elsewhere-too", cot=False, source="B"),
    ]
    together = [[figure.id for figure in one.figures] for one in comparisons(rows)]
    assert together == [
        ["gap"],
        ["free", "paid"],
        ["judged"],
        ["source"],
        ["model"],
        ["elsewhere"],
        ["elsewhere-too"],
    ]


def test_tiers_may_have_verdicts_of_their_own() -> None:
    rows = [
        published(tier="free", quantity="compliance", verdict="consistent", reasons=[], assumptions=["one", "two"]),
        published(tier="paid", quantity="compliance", verdict="no data", reasons=[], assumptions=["two", "three"]),
    ]
    [one] = comparisons(rows)
    assert one.verdicts == {"consistent": ["free"], "no data": ["paid"]}
    assert (one.size, one.reasons, one.assumptions) == (2, [], ["one", "two", "three"])


@pytest.mark.parametrize(
    ("reasons", "same"),
    [([], True), (["judge: a, b"], True), (["judge: a", "scorer: ours a, theirs b"], False)],
    ids=["none", "other", "scorer"],
)
def test_whether_theirs_was_read_by_a_scorer_of_the_kind_of_ours(reasons: list[str], same: bool) -> None:
    [one] = comparisons([published(reasons=reasons)])
    assert one.same_scorer is same


NO = published(reasons=["prompts: a", "temperature: b"])
OTHER = published(source="B", reasons=["temperature: b", "prompts: c", "query set: d"])
YES = published(source="C", verdict="consistent", reasons=[])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([], {}, id="nothing"),
        pytest.param([YES], {}, id="all-comparable"),
        pytest.param([NO], {"prompts": "prompts: a", "temperature": "temperature: b"}, id="one"),
        pytest.param([NO, OTHER], {"prompts": None, "temperature": "temperature: b"}, id="same-text-or-same-aspect"),
        pytest.param([YES, NO, OTHER], {"prompts": None, "temperature": "temperature: b"}, id="comparable-aside"),
        pytest.param([NO, published(source="D", reasons=["judge: e"])], {}, id="nothing-in-common"),
    ],
)
def test_shared_reasons(rows: list[PublishedFigure], expected: dict[str, str | None]) -> None:
    assert shared_reasons(comparisons(rows)) == expected
