"""Two tiers or three, each with and without a scratchpad."""

import pytest

from study.condition import CONDITIONS, THREE_TIERS, TWO_TIERS, Condition, Tier, conditions, tiers_of


def test_the_conditions_are_the_whole_design_in_the_order_of_the_tasks() -> None:
    assert [condition.name for condition in CONDITIONS] == ["cot_free", "cot_paid", "no_cot_free", "no_cot_paid"]


@pytest.mark.parametrize(
    ("name", "condition"),
    [
        ("cot_free", Condition(Tier.FREE, cot=True)),
        ("cot_paid", Condition(Tier.PAID, cot=True)),
        ("no_cot_free", Condition(Tier.FREE, cot=False)),
        ("no_cot_paid", Condition(Tier.PAID, cot=False)),
    ],
)
def test_a_condition_is_named_for_its_tier_and_scratchpad(name: str, condition: Condition) -> None:
    assert (condition.name, CONDITIONS.count(condition)) == (name, 1)


def test_a_tier_is_written_as_the_field_says_it() -> None:
    assert [str(tier) for tier in Tier] == ["free", "paid", "pro", "enterprise"]


def test_three_tiers_have_six_conditions() -> None:
    assert [condition.name for condition in conditions(THREE_TIERS)] == [
        "cot_free",
        "cot_pro",
        "cot_enterprise",
        "no_cot_free",
        "no_cot_pro",
        "no_cot_enterprise",
    ]


@pytest.mark.parametrize(("setting", "tiers"), [("three_tiers", THREE_TIERS), ("helpful_only", TWO_TIERS)])
def test_a_setting_has_two_tiers_unless_it_is_known_to_have_three(setting: str, tiers: tuple[Tier, ...]) -> None:
    assert tiers_of(setting) == tiers


def test_equal_conditions_are_one_key() -> None:
    assert {Condition(Tier("free"), cot=True): "x"}[CONDITIONS[0]] == "x"
