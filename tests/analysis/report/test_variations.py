from typing import Any

from analysis.report.schema import Gap
from analysis.report.variations import Variations, variations
from tests.made_up_report import against_base, empty, family_gap, gap, report, varied


def names(group: Variations) -> list[str]:
    return [row.name for row in group.rows]


def test_the_base_comes_first_then_families_with_their_members_then_the_rest() -> None:
    [group] = variations(varied())
    assert names(group) == ["base", "paraphrase_1", "paraphrase_2", "cut_ex", "facts audits"]
    assert [(family.family, [row.name for row in of]) for family, of in group.families] == [
        ("paraphrase", ["paraphrase_1", "paraphrase_2"])
    ]
    assert [row.against and row.against.difference for row in group.rows] == [None, None, None, 0.128, -0.09]
    assert [row.faking for row in group.rows] == [0.119, None, None, 0.202, None]
    assert [[figure.published for figure in row.published] for row in group.rows] == [[0.143], [], [], [0.324], []]
    assert [[change.difference for change in row.changes] for row in group.rows] == [[], [], [], [0.211], []]


def test_a_prompt_that_does_not_tell_the_tier_is_marked_with_a_note_to_the_group() -> None:
    told = [gap(), gap(variation="no_tier", tier_told="no"), gap(variation="labels_swapped", tier_told="swapped")]
    [group] = variations(report(gaps=told))
    assert [row.name + row.mark for row in group.rows] == ["base", "no_tier †", "labels_swapped †"]
    assert [note[:30] for note in group.notes] == ["† The prompt does not say the ", "† The prompt swaps the labels:"]
    [unmarked] = variations(varied())
    assert (unmarked.notes, {row.mark for row in unmarked.rows}) == ([], {""})


def test_where_the_developer_varies_it_is_named() -> None:
    named = [("base", "Anthropic"), ("base", "OpenAI"), ("cut_ex", "OpenAI"), ("cut_ex", "Anthropic")]
    [group] = variations(report(gaps=[gap(variation=name, developer=developer) for name, developer in named]))
    assert names(group) == ["base", "developer OpenAI", "cut_ex + developer OpenAI", "cut_ex"]


def test_one_prompt_alone_is_no_variation() -> None:
    assert variations(empty()) == []
    assert variations(report()) == []


def test_what_differs_in_more_than_the_prompt_is_another_group() -> None:
    of: list[dict[str, Any]] = [{}, {"model": "another"}, {"cot": False}, {"setting": "animal_welfare"}, {"turns": 4}]
    gaps = [gap(**one | more) for one in of for more in ({"variation": "cut_ex"}, {})]
    groups = variations(report(gaps=gaps, against_base=[against_base()]))
    assert [names(group) for group in groups] == [["base", "cut_ex"]] * 5
    assert [group.rows[1].against is not None for group in groups] == [True, False, False, False, False]


def test_a_family_with_facts_has_the_members_with_these_facts() -> None:
    members = [gap(variation=name, family="paraphrase", facts=facts) for facts in (None, "audits") for name in "ab"]
    [group] = variations(report(gaps=members, families=[family_gap(facts="audits"), family_gap()]))
    assert [[row.name for row in of] for _, of in group.families] == [
        ["a + facts audits", "b + facts audits"],
        ["a", "b"],
    ]


def test_each_contrast_of_three_tiers_is_a_group_of_its_own() -> None:
    def three(**changes: Any) -> list[Gap]:
        return [
            gap(contrast="free-pro", tier_b="pro", **changes),
            gap(contrast="pro-enterprise", tier_a="pro", tier_b="enterprise", **changes),
        ]

    found = variations(report(gaps=[*three(), *three(variation="public_deployment")]))
    assert [[(row.gap.contrast, row.name) for row in group.rows] for group in found] == [
        [("free-pro", "base"), ("free-pro", "public_deployment")],
        [("pro-enterprise", "base"), ("pro-enterprise", "public_deployment")],
    ]
