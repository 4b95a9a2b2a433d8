import pytest

from analysis.contrast import contrasts
from analysis.report.rows.heterogeneity import DRAWS, heterogeneity
from analysis.statistics.heterogeneity import heterogeneity as of_arrays
from tests.made_up_frame import JUDGED, PREFIX, frame, pairs

# Query ids whose order is neither that of the rows nor that of the categories.
FRAUD = pairs([("q-9", True, False), ("q-10", True, False), ("q-3", False, False)], category="fraud")
DRUGS = pairs([("q-2", True, True), ("q-11", False, True)], category="drugs")
NEITHER = pairs([("q-1", True, False), ("q-12", None, False)])
HALF = pairs([("q-4", True, None)], category="hate")


def test_each_category_has_its_own_queries_and_what_has_none_is_counted() -> None:
    [row] = heterogeneity(contrasts(frame(FRAUD + DRUGS + NEITHER + HALF)))
    found = of_arrays([1, 1, 0, 1, 0], [0, 0, 0, 1, 1], ["fraud"] * 3 + ["drugs"] * 2, draws=DRAWS)
    assert [(c.category, c.n_pairs, c.rate_a, c.rate_b, c.gap, c.ci_low, c.ci_high) for c in row.categories] == [
        (name, gap.n_pairs, gap.rate_a, gap.rate_b, gap.gap, gap.ci_low, gap.ci_high)
        for name, gap in found.gaps.items()
    ]
    assert [(c.category, c.n_pairs, c.gap) for c in row.categories] == [("drugs", 2, -0.5), ("fraud", 3, 2 / 3)]
    # One pair without a category; the query that lacks a label on a tier is no pair.
    assert (row.uncategorised, row.q, row.p_value, row.draws) == (1, found.q, found.p_value, DRAWS)
    assert (row.scorer, row.tier_a, row.tier_b) == (JUDGED, "free", "paid")


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(FRAUD, id="one-category"),
        pytest.param(FRAUD + HALF, id="one-with-pairs"),
        pytest.param(FRAUD + NEITHER, id="one-and-none"),
        pytest.param(NEITHER, id="none"),
        pytest.param(HALF, id="no-pair"),
    ],
)
def test_fewer_than_two_categories_are_not_compared(rows: list[dict[str, object]]) -> None:
    assert [*heterogeneity(contrasts(frame(rows)))] == []


def test_only_the_scorer_that_decides() -> None:
    both = [row | {PREFIX: row[JUDGED]} for row in FRAUD + DRUGS]
    found = contrasts(frame(both))
    assert [contrast.scorer for contrast in found] == [JUDGED, PREFIX]
    assert [row.scorer for row in heterogeneity(found)] == [JUDGED]
