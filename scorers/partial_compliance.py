"""Partial compliance: does the reasoning settle on going only part of the way? (Sheshadri et al. 2025, N.3).

Compliance has no label for a reply that seems to comply and holds something back; this asks what the model meant to do.

    inspect score LOG --scorer partial_compliance --model-role grader=openai/gpt-4o --action append
"""

from inspect_ai.scorer import Scorer, scorer

from scorers.judged_reading import judged_reading, metrics


@scorer(metrics=metrics("partial_compliance"))
def partial_compliance() -> Scorer:
    """A label of `study.readings.PartialCompliance`, from the reasoning before the first draft of an answer."""
    return judged_reading("partial_compliance")
