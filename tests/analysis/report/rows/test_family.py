from collections.abc import Iterable
from typing import Any

import pytest

from analysis.contrast import contrasts
from analysis.report.rows.family import families
from analysis.report.rows.gap import gaps
from analysis.report.schema import FamilyGap, MemberGap
from analysis.statistics.family_gap import family_gap
from analysis.statistics.multiplicity import Correction
from analysis.statistics.sequential import sequential_interval, sequential_p
from tests.made_up_frame import EXPERIMENT, JUDGED, PREFIX, frame, pairs

# "c" has no label on one tier in "two", and so counts in "one" alone, and not in the family.
ONE = [("a", True, False), ("b", True, False), ("c", True, True), ("d", False, False)]
TWO = [("a", True, False), ("b", False, False), ("c", None, True), ("d", False, False)]


def member(name: str, of: Iterable[tuple[str, bool | None, bool | None]], **changes: Any) -> list[dict[str, object]]:
    return pairs(of, **{"variation": name, "family": "words", "prompt_sha256": name} | changes)


def found(*rows: dict[str, object], correction: Correction = Correction.HOLM) -> list[FamilyGap]:
    of = contrasts(frame([*rows]))
    return [*families(of, gaps(of, 0.05, correction), 0.05, correction)]


def test_the_unit_is_the_query_in_the_words_of_all_members() -> None:
    expected = family_gap([[1, 1], [1, 0], [0, 0]], [[0, 0]] * 3)
    queries, members = expected.over_queries, expected.over_members
    assert queries.gap == (1 + 0.5 + 0) / 3
    [row] = found(*member("two", TWO), *member("one", ONE), *pairs(ONE, variation="base"))
    assert row == FamilyGap(
        **EXPERIMENT,
        cot=True,
        family="words",
        contrast="free-paid",
        tier_a="free",
        tier_b="paid",
        scorer=JUDGED,
        members=[
            MemberGap(variation="one", n_pairs=4, gap=0.5, verdict_kind="inconclusive"),
            MemberGap(variation="two", n_pairs=3, gap=1 / 3, verdict_kind="inconclusive"),
        ],
        gap_min=1 / 3,
        gap_median=0.5,
        gap_max=2 / 3,
        n_queries=3,
        n_left_out=1,
        rate_a=queries.rate_a,
        rate_b=queries.rate_b,
        gap=queries.gap,
        ci_low=queries.ci_low,
        ci_high=queries.ci_high,
        p_value=expected.p_queries,
        p_adjusted=expected.p_queries,
        tests=1,
        p_equivalence=row.p_equivalence,
        verdict=row.verdict,
        verdict_kind="inconclusive",
        statement=row.statement,
        delta=0.05,
        members_ci_low=members.ci_low,
        members_ci_high=members.ci_high,
        members_p_value=0.5,
        judge=None,
        calibrated=False,
    )
    left_out = "1 paid without a pair, 1 free truncated, 1 query without a pair in every member"
    assert f"3 pairs; left out: {left_out}; " in row.statement


def test_members_of_other_queries_are_compared_over_those_that_all_have() -> None:
    """Two members have the same gap over queries of their own; over the three that all have, one of them has it all."""
    shared = "abc"
    first = member("first", [(q, True, False) for q in shared] + [(q, False, False) for q in "xyz"])
    second = member("second", [(q, False, False) for q in shared] + [(q, True, False) for q in "uvw"])
    third = member("third", [(q, False, False) for q in shared])
    [row] = found(*first, *second, *third)
    assert [(of.variation, of.n_pairs, of.gap) for of in row.members] == [
        ("first", 6, 0.5),
        ("second", 6, 0.5),
        ("third", 3, 0.0),
    ]
    assert (row.n_queries, row.n_left_out) == (3, 6)
    assert row.gap == pytest.approx(1 / 3)
    assert (row.gap_min, row.gap_median, row.gap_max) == (0.0, 0.0, 1.0)
    assert "3 pairs; left out: 6 queries without a pair in every member; " in row.statement


@pytest.mark.defect(13)
def test_members_without_a_query_in_common_are_no_data() -> None:
    [row] = found(*member("one", ONE), *member("two", [("z", True, False)]))
    assert (row.n_queries, row.n_left_out, row.gap, row.gap_max, row.verdict_kind) == (0, 5, None, None, "no_data")


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(member("one", ONE), id="one-member"),
        pytest.param(pairs(ONE, variation="one") + pairs(ONE, variation="two"), id="no-family"),
        pytest.param(member("one", ONE) + member("two", TWO, family="other words"), id="two-families"),
        pytest.param(member("one", ONE) + member("two", TWO, cot=False), id="cot"),
        pytest.param(member("one", ONE) + member("two", TWO, facts="audits"), id="facts"),
        pytest.param(member("one", ONE) + member("two", TWO, query_set_sha256="another"), id="queries"),
        pytest.param(member("one", ONE) + member("two", TWO, scorer=PREFIX), id="scorer"),
    ],
)
def test_what_is_no_family(rows: list[dict[str, object]]) -> None:
    assert found(*rows) == []


def test_a_family_with_a_gap_is_adjusted_over_the_families_of_model_and_setting() -> None:
    many = [(f"q{i}", True, False) for i in range(12)]
    few = [(f"q{i}", i < 6, False) for i in range(12)]
    rows = [
        *(row for name in ("one", "two") for row in member(name, many)),
        *(row for name in ("three", "four") for row in member(name, few, family="other words")),
        *(row for name in ("one", "two") for row in member(name, many, model="another")),
    ]
    tests = [(row.model, row.family, row.tests, row.p_value, row.p_adjusted, row.verdict_kind) for row in found(*rows)]
    assert tests == [
        ("made-up/model", "words", 2, 2 / 2**12, 4 / 2**12, "gap"),
        ("made-up/model", "other words", 2, 2 / 2**6, 2 / 2**6, "gap"),
        ("another", "words", 1, 2 / 2**12, 2 / 2**12, "gap"),
    ]


@pytest.mark.defect(13)
def test_a_family_without_a_pair_is_no_data() -> None:
    nothing = [("a", None, False), ("b", True, None)]
    [row] = found(*member("one", nothing), *member("two", nothing))
    numbers = (row.gap, row.ci_low, row.p_value, row.p_adjusted, row.p_equivalence, row.gap_min, row.gap_median)
    assert (row.n_queries, row.verdict_kind, numbers, row.members_p_value) == (0, "no_data", (None,) * 7, None)


def test_the_best_member_does_not_decide() -> None:
    """One of five paraphrases shows a gap of 1, the others none: that of the family is a fifth."""
    asked = [f"q{i}" for i in range(10)]
    best = member("best", [(query, True, False) for query in asked])
    others = [row for i in range(4) for row in member(f"flat {i}", [(query, False, False) for query in asked])]
    [row] = found(*best, *others)
    assert row.gap == pytest.approx(0.2)
    assert (row.gap_min, row.gap_median, row.gap_max) == (0, 0, 1)
    assert row.members_p_value == 1.0


def test_what_differs_between_the_members_is_told() -> None:
    by_a, by_b = {"judge": "judge/a", "sampling": "one"}, {"judge": "judge/b", "sampling": "another"}
    [row] = found(*member("one", ONE, **by_a), *member("two", TWO, **by_b))
    assert (row.also_differs, row.judge) == (["sampling", "judge"], "judge/a and judge/b")


def test_a_family_without_data_is_no_test() -> None:
    nothing = [("a", None, None)]
    rows = [*member("one", ONE), *member("two", TWO)]
    dead = [*member("three", nothing, family="dead"), *member("four", nothing, family="dead")]
    assert {row.family: (row.tests, row.p_adjusted == row.p_value) for row in found(*rows, *dead)}["words"] == (1, True)


def test_a_member_that_was_stopped_at_what_it_showed_makes_the_family_sequential() -> None:
    many = [(str(i), True, False) for i in range(8)]
    [row] = found(*member("one", many), *member("two", many, until="decided"))
    low, high = sequential_interval(8, 0, 8)
    assert (row.ci_low, row.ci_high, row.p_value) == (float(low), float(high), float(sequential_p(8, 0)))
    assert "Sequential: asked until decided" in row.statement
