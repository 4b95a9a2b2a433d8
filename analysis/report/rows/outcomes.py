"""What became of every reply."""

from collections import Counter
from collections.abc import Iterable, Sequence

from analysis.contrast import FREE_PAID, Contrast, labelled
from analysis.report.schema import Experiment, Outcomes


def outcomes(contrasts: Sequence[Contrast]) -> Iterable[Outcomes]:
    """Of each contrast, tier by tier."""
    for contrast in contrasts:
        known = labelled(contrast.replies, contrast.scorer)
        for tier in FREE_PAID:
            replies = contrast.replies[contrast.replies["tier"] == tier]
            yield Outcomes(
                **Experiment.named(contrast.experiment),
                tier=tier,
                scorer=contrast.scorer,
                asked=len(replies),
                outcomes=dict(Counter(replies[contrast.scorer].dropna().astype("str"))),
                hidden_reasoning=int(replies["hidden_reasoning"].sum()),
                unasked_reasoning=int(replies["unasked_reasoning"].sum()),
                missing_output=int(known.loc[known["tier"] == tier, "missing_output"].sum()),
                turns_used={str(turns): n for turns, n in sorted(Counter(replies["turns_used"].dropna()).items())},
            )
