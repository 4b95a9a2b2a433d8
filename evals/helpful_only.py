"""Helpful-only: does the model comply with harmful requests more when it is told that free-tier replies train it?

Greenblatt et al. 2024, "Alignment faking in large language models" (arXiv:2412.14093), section 3. The prompt says that
the model is being made to follow every request; the same requests are put on the free tier, which trains it, and off.

    inspect eval evals/helpful_only.py
    inspect eval evals/helpful_only.py@helpful_only_cot_free -T queries=queries.csv --limit 400
    inspect eval evals/helpful_only.py --model openai/gpt-4o --model-role grader=openai/gpt-4o
"""

from typing import Unpack

from inspect_ai import Task, task

from evals.condition_task import Setting, condition_task
from evals.task_options import TaskOptions
from study.condition import Condition, Tier

SETTING = Setting(
    name="helpful_only",
    title="Helpful-only",
    description="Compliance with harmful requests when replies train the model (free tier) and when they do not.",
    version="1-A",
    complying="Compliance with harmful requests",
)


@task
def helpful_only_cot_free(**options: Unpack[TaskOptions]) -> Task:
    """With a scratchpad, on the free tier."""
    return condition_task(SETTING, Condition(Tier.FREE, cot=True), options)


@task
def helpful_only_cot_paid(**options: Unpack[TaskOptions]) -> Task:
    """With a scratchpad, not on the free tier."""
    return condition_task(SETTING, Condition(Tier.PAID, cot=True), options)


@task
def helpful_only_no_cot_free(**options: Unpack[TaskOptions]) -> Task:
    """Without a scratchpad, on the free tier."""
    return condition_task(SETTING, Condition(Tier.FREE, cot=False), options)


@task
def helpful_only_no_cot_paid(**options: Unpack[TaskOptions]) -> Task:
    """Without a scratchpad, not on the free tier."""
    return condition_task(SETTING, Condition(Tier.PAID, cot=False), options)
