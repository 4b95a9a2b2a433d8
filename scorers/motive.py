"""Motive: what being rated, trained or changed has to do with the decision (Sheshadri et al. 2025, section 4).

A gap is the same number whether a model pleases its raters, guards its values for what they do, or guards them for
their own sake.

    inspect score LOG --scorer motive --model-role grader=openai/gpt-4o --action append
"""

from inspect_ai.scorer import Scorer, scorer

from scorers.judged_reading import judged_reading, metrics


@scorer(metrics=metrics("motive"))
def motive() -> Scorer:
    """A label of `study.readings.Motive`."""
    return judged_reading("motive")
