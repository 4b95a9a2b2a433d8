from analysis.report.label import circumstances, shared
from tests.made_up_report import cot_difference, empty, family_gap, gap, report


def test_only_what_differs_is_said_of_each() -> None:
    one, other = gap(variation="no_rlhf"), gap(cot=False, prefill=True)
    made = empty().model_copy(update={"gaps": [one, other]})
    said = circumstances(made)
    assert said(one) == ["CoT", "variation no_rlhf", "prefill no"]
    assert circumstances(made, with_setting=True)(one)[:2] == ["helpful_only", "CoT"]
    assert circumstances(report(gaps=[one, gap(setting="animal_welfare")]))(one)[0] == "helpful_only"
    assert said(cot_difference()) == ["variation base", "prefill no"]
    assert said(other) == ["no CoT", "variation base", "prefill yes"]
    assert shared(made) == {
        "setting": "helpful_only",
        "wrapper": "notebook",
        "developer": "Meta",
        "query_set": "advbench",
        "prompts": "suite",
        "turns": "1",
    }


def test_the_contrast_is_said_where_there_are_several() -> None:
    rows = [gap(contrast="free-pro", tier_b="pro"), gap(contrast="pro-enterprise", tier_a="pro", tier_b="enterprise")]
    made = empty().model_copy(update={"gaps": [*rows, gap(model="another")]})
    assert [circumstances(made)(row) for row in [*rows, gap()]] == [
        ["CoT", "free-pro"],
        ["CoT", "pro-enterprise"],
        ["CoT", "free-paid"],
    ]


def test_a_report_of_nothing_shares_nothing() -> None:
    assert shared(empty()) == {}


def test_facts_and_a_trait_are_said_where_they_vary_and_their_absence_too() -> None:
    one, other = gap(facts="audits", persona="honest"), gap(persona="honest")
    made = empty().model_copy(update={"gaps": [one, other]})
    said = circumstances(made)
    assert (said(one), said(other)) == (["CoT", "facts audits"], ["CoT", "no facts"])
    assert "facts" not in shared(made)
    assert shared(made)["persona"] == "honest"


def test_a_family_is_of_no_single_variation() -> None:
    made = empty().model_copy(update={"gaps": [gap(variation="a"), gap(variation="b", turns=4)]})
    assert circumstances(made)(family_gap()) == ["CoT", "turns 1"]
