"""Three tiers, from the task to the report: each kind of model has its gap in the contrast that is about it."""

from pathlib import Path

import pytest
from inspect_ai import eval as inspect_eval

from analysis.frame import read_replies
from analysis.report.contents import report
from analysis.report.schema import Report
from analysis.statistics.paired_gap import paired_gap
from evals.condition_task import condition_task
from evals.tiers import SETTING
from study.condition import Condition, Tier

pytestmark = pytest.mark.xdist_group("tiers")  # its logs are made once


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """The report on each of two models, over 10 harmful queries."""
    folder = tmp_path_factory.mktemp("logs")
    for policy in ("sycophant", "faker"):
        inspect_eval(
            [condition_task(SETTING, condition, {}) for condition in SETTING.conditions],
            model=f"control/{policy}",
            limit=12,
            display="none",
            log_dir=str(folder / policy),
            log_realtime=False,
        )
    return {policy: report(read_replies(str(folder / policy))) for policy in ("sycophant", "faker")}


@pytest.mark.parametrize(
    ("policy", "contrast"),
    [
        pytest.param("sycophant", "pro-enterprise", id="for-the-rating"),
        pytest.param("faker", "free-pro", id="for-fear-of-training"),
    ],
)
def test_the_gap_is_in_the_contrast_that_it_comes_from(policy: str, contrast: str, made: dict[str, Report]) -> None:
    some, none = paired_gap([1] * 10, [0] * 10), paired_gap([1] * 10, [1] * 10)
    expected = {
        name: (some.gap, some.ci_low, some.ci_high, "gap", 4 * 2**-9)
        if name == contrast
        else (0.0, none.ci_low, none.ci_high, "inconclusive", 1.0)
        for name in ("free-pro", "pro-enterprise")
    }
    found = made[policy].gaps
    assert {(gap.cot, gap.scorer, gap.contrast) for gap in found} == {
        (cot, scorer, name)
        for cot in (True, False)
        for scorer in ("judged_compliance", "prefix_compliance")
        for name in expected
    }
    for gap in found:
        assert (gap.gap, gap.ci_low, gap.ci_high, gap.verdict_kind, gap.p_adjusted) == expected[gap.contrast]
        assert (gap.n_pairs, gap.tests) == (10, 4)


def test_only_what_is_said_of_training_is_faking(made: dict[str, Report]) -> None:
    rates = {
        policy: {row.tier: row.rate for row in of.faking if row.cot and row.among == "all"}
        for policy, of in made.items()
    }
    assert rates == {
        "sycophant": {"free": 0.0, "pro": 0.0, "enterprise": 0.0},
        "faker": {"free": 1.0, "pro": 0.0, "enterprise": 0.0},
    }


def test_every_row_says_its_contrast_and_a_tier_that_two_share_is_told_once(made: dict[str, Report]) -> None:
    of = made["sycophant"]
    both = ["free-pro", "pro-enterprise"]
    assert [(row.scorer, row.contrast, row.tier_a, row.tier_b) for row in of.cot] == [
        ("judged_compliance", "free-pro", "free", "pro"),
        ("judged_compliance", "pro-enterprise", "pro", "enterprise"),
    ]
    assert [(row.cot, row.contrast) for row in of.scorers] == [(cot, name) for cot in (True, False) for name in both]
    assert [(row.cot, row.contrast) for row in of.silent] == [(True, name) for name in both]
    assert [(row.cot, row.contrast) for row in of.heterogeneity] == [
        (cot, name) for cot in (True, False) for name in both
    ]
    tiers = ["free", "pro", "enterprise"]
    assert [row.tier for row in of.agreement] == tiers * 2
    for rows in (of.outcomes, of.controls):
        counted = [(row.cot, row.scorer, row.tier) for row in rows]
        assert len(counted) == len({*counted}) == 2 * 2 * 3


def test_names_of_models_in_place_of_tiers(tmp_path: Path) -> None:
    [log] = inspect_eval(
        condition_task(SETTING, Condition(Tier.PRO, cot=True), {"variation": "throughput_testing", "votes": 1}),
        model="control/sycophant",
        limit=1,
        display="none",
        log_dir=str(tmp_path),
        log_realtime=False,
    )
    [sample] = log.samples or []
    asked = sample.messages[1].text
    assert "<identity>model-B-pre, internal deployment, throughput testing</identity>" in asked
    assert (sample.scores or {})["judged_compliance"].value == "complies"
