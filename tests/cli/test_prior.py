"""How often a model is taken to comply, and who says so."""

from typing import Any

import pytest

from cli.prior import GUESS, Prior, prior
from evals.animal_welfare import SETTING as ANIMAL_WELFARE
from evals.condition_task import Setting
from evals.helpful_only import SETTING as HELPFUL_ONLY
from evals.task_options import Options
from evals.tiers import SETTING as THREE_TIERS
from study.condition import Condition, Tier
from study.expected_calls import Range

OPUS = "anthropic/claude-3-opus-20240229"


def found(
    model: str, setting: Setting, tier: Tier, told: float | None = None, **given: Any
) -> tuple[float | None, str]:
    known: Prior = prior(model, setting, Condition(tier, cot=True), Options.checked(given), told)
    assert known.complies is None or told is not None or (known.complies.low, known.complies.high) == (0, 1)
    return known.complies.likely if known.complies else None, known.source


@pytest.mark.parametrize(
    ("model", "setting", "tier", "given", "expected"),
    [
        pytest.param(
            OPUS,
            HELPFUL_ONLY,
            Tier.FREE,
            {},
            (0.065, "published for Claude 3 Opus (Greenblatt et al. 2024, Appendix B.4, Table 5)"),
            id="of-the-lineage-of-the-wrapper",
        ),
        pytest.param(
            "together/meta-llama/Meta-Llama-3.1-405B-Instruct-Turbo",
            HELPFUL_ONLY,
            Tier.PAID,
            {},
            (0.047, "published for Llama 3.1 405B Instruct (Greenblatt et al. 2024, Appendix B.4, Table 5)"),
            id="under-the-name-of-a-service",
        ),
        pytest.param(
            OPUS,
            ANIMAL_WELFARE,
            Tier.PAID,
            {},
            (0.344, "published for Claude 3 Opus (Greenblatt et al. 2024, Appendix G.3, no. 58)"),
            id="another-setting",
        ),
        pytest.param(
            "openai/gpt-4o",
            HELPFUL_ONLY,
            Tier.FREE,
            {"variation": "honest"},
            (0.068, "published for GPT-4o (Greenblatt et al. 2024, Appendix G.2, no. 19, of the base prompt)"),
            id="a-variation-of-which-nothing-is-published",
        ),
        pytest.param("vllm/mine", HELPFUL_ONLY, Tier.FREE, {}, (0.14, GUESS), id="nothing-is-published"),
        pytest.param(OPUS, THREE_TIERS, Tier.PRO, {}, (0.03, GUESS), id="nor-of-this-setting"),
        pytest.param(
            "control/faker", HELPFUL_ONLY, Tier.FREE, {}, (None, "as this control truly does"), id="a-control-is-known"
        ),
    ],
)
def test_what_is_best_known(
    model: str, setting: Setting, tier: Tier, given: dict[str, Any], expected: tuple[float | None, str]
) -> None:
    assert found(model, setting, tier, **given) == expected


def test_what_the_user_says_is_taken_at_its_word() -> None:
    known = prior(OPUS, HELPFUL_ONLY, Condition(Tier.FREE, cot=True), Options(), 0.5)
    assert (known.complies, known.source) == (Range.exactly(0.5), "as you say")
