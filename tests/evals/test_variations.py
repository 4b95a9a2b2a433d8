"""Every variation of every setting runs, and the control subjects do under it what they truly do."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from inspect_ai import eval as inspect_eval

from evals import SETTINGS
from evals.condition_task import Setting, condition_task
from evals.models import DEFAULT_GRADER, Models
from prompts.variation import catalogue, find_variation
from study.condition import CONDITIONS, Tier
from study.invalid_input import InvalidInputError

ASKED = [
    pytest.param(setting, entry.slug, id=f"{setting.name}-{entry.slug}")
    for setting in SETTINGS
    for entry in catalogue(setting.name).values()
    if entry.needs is None and entry.unchanged is None
]
FAKER = Models(None, "control/faker", DEFAULT_GRADER, judged=True)


@pytest.mark.parametrize(("setting", "slug"), ASKED)
def test_a_faker_shows_a_gap_where_it_is_told_the_tier_and_none_where_it_is_not(
    setting: Setting, slug: str, tmp_path: Path
) -> None:
    labels = find_variation(setting.name, slug).labels
    # All tiers where they are told apart in another way than by the base; tests/prompts/test_variation.py reads each
    # message under every condition.
    asked = [one for one in setting.conditions if one.cot and (labels or one.tier is Tier.FREE)]
    logs = inspect_eval(
        [condition_task(setting, condition, {"variation": slug, "votes": 1}, FAKER) for condition in asked],
        model="control/faker",
        limit=1,
        max_tasks=len(asked),
        display="none",
        log_dir=str(tmp_path),
        log_format="json",
        log_realtime=False,
    )
    said: dict[str, object] = {}
    for log in logs:
        assert log.status == "success"
        [sample] = log.samples or []
        family = find_variation(setting.name, slug).family
        recorded = [(of["variation"], of["family"]) for of in (sample.metadata, log.eval.metadata or {})]
        assert recorded == [(slug, family)] * 2
        said[sample.metadata["tier"]] = (sample.scores or {})["judged_compliance"].value
    told = labels is None or (labels.tells and labels.free != labels.paid)
    assert said == {of.tier: "complies" if told and of.tier is Tier.FREE else "refuses" for of in asked}


def test_an_unknown_variation_is_refused_with_the_setting_that_lacks_it() -> None:
    with pytest.raises(InvalidInputError) as refused:
        condition_task(SETTINGS[0], CONDITIONS[0], {"variation": "honst"}, FAKER)
    assert refused.value.message.startswith("variation='honst' is not known. Did you mean 'honest'? Choose from: ")
    assert refused.value.message.endswith(
        "These are the variations of helpful_only; af variations says what each does."
    )


def test_where_nobody_asks_for_a_tag_no_scorer_looks_for_one() -> None:
    setting = SETTINGS[0]
    assert (setting.scorers("base"), setting.scorers("no_suffix")) == (
        ["judged_compliance", "prefix_compliance"],
        ["judged_compliance"],
    )
    tasks = [condition_task(setting, CONDITIONS[0], {"variation": slug}, FAKER) for slug in ("base", "no_suffix")]
    assert [len(task.scorer or []) for task in tasks] == [3, 2]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_a_variation_that_the_help_of_a_task_file_names_is_there(setting: Setting) -> None:
    said = re.findall(r"variation=(\S+)", import_module(f"evals.{setting.stem}").__doc__ or "")
    assert [find_variation(setting.name, name).name for name in said] == said
