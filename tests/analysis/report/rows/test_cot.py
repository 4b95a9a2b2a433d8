from typing import Any

import pytest

from analysis.contrast import contrasts
from analysis.report.rows.cot import cot_differences
from analysis.report.rows.gap import gaps
from analysis.report.schema import CotDifference
from analysis.statistics.gap_difference import gap_difference
from analysis.statistics.multiplicity import Correction
from tests.made_up_frame import EXPERIMENT, JUDGED, PREFIX, frame, pairs

# "c" has no label in one cell, "d" was asked with CoT alone.
COT = pairs([("b", True, False), ("a", True, False), ("c", True, False), ("d", True, False)])
NO_COT = [("a", False, False), ("b", True, False), ("c", None, False)]


def found(*rows: dict[str, object]) -> list[CotDifference]:
    of = contrasts(frame([*rows]))
    return [*cot_differences(of, gaps(of, 0.05, Correction.HOLM))]


def without(**changes: Any) -> list[dict[str, object]]:
    return pairs(NO_COT, cot=False, prompt_sha256="another", **changes)


def test_the_difference_is_over_the_queries_with_all_four_labels() -> None:
    expected = gap_difference([1, 1], [0, 1])
    assert found(*COT, *without()) == [
        CotDifference(
            **EXPERIMENT,
            variation="made-up",
            contrast="free-paid",
            tier_a="free",
            tier_b="paid",
            scorer=JUDGED,
            gap_cot=1.0,
            gap_no_cot=0.5,
            n_queries=2,
            difference=0.5,
            ci_low=expected.ci_low,
            ci_high=expected.ci_high,
            p_value=expected.p_value,
            verdict_cot="inconclusive, about 3 more queries",
            verdict_no_cot="inconclusive, about 15 more queries",
            kind_cot="inconclusive",
            kind_no_cot="inconclusive",
            also_differs=[],
        )
    ]


@pytest.mark.defect(13)
def test_no_query_with_all_four_labels_is_no_data() -> None:
    [row] = found(*COT, *pairs([("z", True, False)], cot=False))
    assert (row.n_queries, row.difference, row.ci_low, row.ci_high, row.p_value) == (0, None, None, None, None)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(COT, id="cot-alone"),
        pytest.param(COT + without(model="another"), id="model"),
        pytest.param(COT + without(persona="another"), id="persona"),
        pytest.param(COT + without(query_set_sha256="another"), id="queries"),
        pytest.param(COT + without(scorer=PREFIX), id="scorer"),
    ],
)
def test_what_differs_in_more_than_cot_is_not_compared(rows: list[dict[str, object]]) -> None:
    assert found(*rows) == []


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        pytest.param({"judge": "one"}, [], id="known-of-one-alone"),
        pytest.param({"sampling": "{}"}, ["sampling"], id="sampling"),
        pytest.param({"sampling": "{}", "version": "2"}, ["sampling", "version"], id="two"),
    ],
)
def test_what_has_no_name_and_differs_is_named(changes: dict[str, str], named: list[str]) -> None:
    [row] = found(*COT, *without(**changes))
    assert row.also_differs == named


@pytest.mark.parametrize(("scorer", "named"), [(JUDGED, ["judge"]), (PREFIX, [])])
def test_the_judge_matters_where_it_decides(scorer: str, named: list[str]) -> None:
    rows = [
        row | {"judge": judge}
        for judge, cot in (("one", True), ("other", False))
        for row in pairs([("a", True, False)], cot=cot, scorer=scorer)
    ]
    assert [row.also_differs for row in found(*rows)] == [named]
