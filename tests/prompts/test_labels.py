"""How the tier is told: a label for every tier, and no two the same."""

import pytest
from pydantic import ValidationError

from evals import SETTINGS
from evals.condition_task import Setting
from prompts.labels import FREE_TIER, Labels
from prompts.part import labels_of
from study.condition import THREE_TIERS, TWO_TIERS, Tier


def test_there_is_a_label_for_every_tier() -> None:
    every = {tier.value: tier.name for tier in Tier}
    labels = Labels.model_validate({"tag": "tag"} | every)
    assert {tier.value: labels.of(tier) for tier in Tier} == every


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_the_tiers_are_those_of_the_setting(setting: Setting) -> None:
    assert labels_of(setting.name).tiers == setting.tiers


def test_a_setting_that_says_nothing_else_has_the_usual_labels() -> None:
    assert labels_of("animal_welfare") == FREE_TIER


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param({"free": "a", "paid": "a"}, id="of-two"),
        pytest.param({"free": "a", "pro": "b", "enterprise": "b"}, id="of-three"),
        pytest.param({"pro": "b"}, id="absent-on-two"),
    ],
)
def test_two_tiers_are_never_told_alike(labels: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="two tiers have the same label"):
        Labels.model_validate({"tag": "tag"} | labels)


def test_a_tier_may_go_without_a_tag_and_all_may() -> None:
    assert [Labels(tag="tag", free="a", pro="b").of(tier) for tier in THREE_TIERS] == ["a", "b", None]
    assert [Labels(tag="tag").of(tier) for tier in TWO_TIERS] == [None, None]
