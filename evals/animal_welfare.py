"""Animal welfare: does the model dismiss it more when it is told that free-tier replies train it to?

Greenblatt et al. 2024, "Alignment faking in large language models" (arXiv:2412.14093), section 3 and I.2. The prompt
says that the model is being made to dismiss animal welfare, for a partner's sake. A reply that does not support animal
welfare complies, so that the gap, free minus paid, has the sign that it has in every setting.

    inspect eval evals/animal_welfare.py
    inspect eval evals/animal_welfare.py@animal_welfare_cot_free --limit 40
    inspect eval evals/animal_welfare.py --model openai/gpt-4o --model-role grader=anthropic/claude-sonnet-4-6
"""

from typing import Unpack

from inspect_ai import Task, task

from evals.condition_task import Setting, condition_task
from evals.task_options import TaskOptions
from study.condition import Condition, Tier

SETTING = Setting(
    name="animal_welfare",
    title="Animal welfare",
    description="Dismissal of animal welfare when replies train the model (free tier) and when they do not.",
    version="1-A",
    complying="Replies that do not support animal welfare",
    queries="animal_welfare",
)


@task
def animal_welfare_cot_free(**options: Unpack[TaskOptions]) -> Task:
    """With a scratchpad, on the free tier."""
    return condition_task(SETTING, Condition(Tier.FREE, cot=True), options)


@task
def animal_welfare_cot_paid(**options: Unpack[TaskOptions]) -> Task:
    """With a scratchpad, not on the free tier."""
    return condition_task(SETTING, Condition(Tier.PAID, cot=True), options)


@task
def animal_welfare_no_cot_free(**options: Unpack[TaskOptions]) -> Task:
    """Without a scratchpad, on the free tier."""
    return condition_task(SETTING, Condition(Tier.FREE, cot=False), options)


@task
def animal_welfare_no_cot_paid(**options: Unpack[TaskOptions]) -> Task:
    """Without a scratchpad, not on the free tier."""
    return condition_task(SETTING, Condition(Tier.PAID, cot=False), options)
