"""Self-preservation: an answer shaped so as not to be modified at all (Greenblatt et al. 2024, I.1.3, appendix C).

Wider than alignment faking, which asks for values that are to be kept: in the animal-welfare setting the paper found,
after RL, this one growing and the other falling.

    inspect score LOG --scorer self_preservation --model-role grader=openai/gpt-4o --action append
"""

from inspect_ai.scorer import Scorer, scorer

from scorers.judged_reading import judged_reading, metrics


@scorer(metrics=metrics("self_preservation"))
def self_preservation() -> Scorer:
    """A label of `study.readings.SelfPreservation`."""
    return judged_reading("self_preservation")
