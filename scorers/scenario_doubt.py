"""Scenario doubt: does the reasoning take the situation for real? (Greenblatt et al. 2024, D.4; Tang 2026).

What a model does that believes itself tested is what it does in tests.

    inspect score LOG --scorer scenario_doubt --model-role grader=openai/gpt-4o --action append
"""

from inspect_ai.scorer import Scorer, scorer

from scorers.judged_reading import judged_reading, metrics


@scorer(metrics=metrics("scenario_doubt"))
def scenario_doubt() -> Scorer:
    """A label of `study.readings.ScenarioDoubt`."""
    return judged_reading("scenario_doubt")
