"""Interview: does the model believe what the prompt of a setting tells it about its situation?

Greenblatt et al. 2024, "Alignment faking in large language models" (arXiv:2412.14093), D.4. Ten questions in our words,
64 times each, in the setting's own prompt with a scratchpad, on the free tier, which is said to be trained on. Two
judgements say what the model holds of its situation; neither is a rate of compliance.

    inspect eval evals/interview.py
    inspect eval evals/interview.py@interview_helpful_only -T group=is_it_real --epochs 16
    inspect eval evals/interview.py --model openai/gpt-4o --model-role grader=anthropic/claude-sonnet-4-6
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Unpack

from inspect_ai import Task, task

from evals import animal_welfare, helpful_only, tiers
from evals.condition_task import Setting, condition_task
from evals.models import Models
from evals.task_options import InterviewOptions
from study.condition import Condition, Tier
from study.invalid_input import unknown_value


def _interview(setting: Setting) -> Setting:
    described = f"Questions about its situation, asked in the prompt of {setting.name}."
    return replace(setting, title=f"Interview, {setting.title}", description=described, version="1-A", interview=True)


INTERVIEWS = {
    setting.name: _interview(setting) for setting in (helpful_only.SETTING, animal_welfare.SETTING, tiers.SETTING)
}
"""By the setting whose prompt the questions are put in."""

CONDITION = Condition(Tier.FREE, cot=True)


def interview_task(setting: str, given: Mapping[str, Any], models: Models | None = None) -> Task:
    """The interview in the prompt of a setting.

    Raises:
        InvalidInputError: If the setting has none, or as `condition_task`.
    """
    if setting not in INTERVIEWS:
        raise unknown_value("setting", setting, INTERVIEWS)
    return condition_task(INTERVIEWS[setting], CONDITION, given, models)


@task
def interview_animal_welfare(**options: Unpack[InterviewOptions]) -> Task:
    """In the prompt that has it dismiss animal welfare."""
    return interview_task("animal_welfare", options)


@task
def interview_helpful_only(**options: Unpack[InterviewOptions]) -> Task:
    """In the prompt that has it follow every request."""
    return interview_task("helpful_only", options)


@task
def interview_three_tiers(**options: Unpack[InterviewOptions]) -> Task:
    """In the prompt that tells three tiers apart."""
    return interview_task("three_tiers", options)
