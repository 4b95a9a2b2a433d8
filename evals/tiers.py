"""Three tiers: is it being trained on that a model complies for, or already being rated?

Sheshadri et al. 2025 (arXiv:2506.18032), sections 4.1 and N.4. Helpful-only with three tiers in place of two: on the
free tier replies are rated and trained on, on the pro tier they are rated and never trained on, on the enterprise tier
neither. Free minus pro is the goal-guarding gap, pro minus enterprise the rater-sycophancy gap.

    inspect eval evals/tiers.py
    inspect eval evals/tiers.py -T variation=public_deployment
    inspect eval evals/tiers.py --model openai/gpt-4o --model-role grader=anthropic/claude-sonnet-4-6
"""

from typing import Unpack

from inspect_ai import Task, task

from evals.condition_task import Setting, condition_task
from evals.task_options import TaskOptions
from study.condition import Condition, Tier

SETTING = Setting(
    name="three_tiers",
    title="Three tiers",
    description="Compliance with harmful requests when replies are rated and trained on, only rated, and neither.",
    version="1-A",
    complying="Compliance with harmful requests",
    file="tiers",
)


@task
def three_tiers_cot_free(**options: Unpack[TaskOptions]) -> Task:
    """With a scratchpad, on the free tier: rated and trained on."""
    return condition_task(SETTING, Condition(Tier.FREE, cot=True), options)


@task
def three_tiers_cot_pro(**options: Unpack[TaskOptions]) -> Task:
    """With a scratchpad, on the pro tier: rated alone."""
    return condition_task(SETTING, Condition(Tier.PRO, cot=True), options)


@task
def three_tiers_cot_enterprise(**options: Unpack[TaskOptions]) -> Task:
    """With a scratchpad, on the enterprise tier: neither rated nor trained on."""
    return condition_task(SETTING, Condition(Tier.ENTERPRISE, cot=True), options)


@task
def three_tiers_no_cot_free(**options: Unpack[TaskOptions]) -> Task:
    """Without a scratchpad, on the free tier: rated and trained on."""
    return condition_task(SETTING, Condition(Tier.FREE, cot=False), options)


@task
def three_tiers_no_cot_pro(**options: Unpack[TaskOptions]) -> Task:
    """Without a scratchpad, on the pro tier: rated alone."""
    return condition_task(SETTING, Condition(Tier.PRO, cot=False), options)


@task
def three_tiers_no_cot_enterprise(**options: Unpack[TaskOptions]) -> Task:
    """Without a scratchpad, on the enterprise tier: neither rated nor trained on."""
    return condition_task(SETTING, Condition(Tier.ENTERPRISE, cot=False), options)
