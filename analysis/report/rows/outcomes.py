"""What became of every reply."""

from collections import Counter
from collections.abc import Iterable, Sequence

from analysis.contrast import Contrast, labelled
from analysis.report.schema import Experiment, Outcomes

_COLUMNS = ("tier", "hidden_reasoning", "unasked_reasoning", "missing_output", "turns_used")


def outcomes(contrasts: Sequence[Contrast]) -> Iterable[Outcomes]:
    """Of each contrast, tier by tier; of a tier that several contrasts of an experiment share, once."""
    told: set[tuple[object, ...]] = set()
    for contrast in contrasts:
        asked = contrast.replies[[*_COLUMNS, contrast.scorer]]
        for tier in contrast.tiers:
            if (one := (*contrast.experiment.values(), contrast.scorer, tier)) in told:
                continue
            told.add(one)
            replies = asked[asked["tier"] == tier]
            yield Outcomes(
                **Experiment.named(contrast.experiment),
                tier=tier,
                scorer=contrast.scorer,
                asked=len(replies),
                outcomes=dict(Counter(replies[contrast.scorer].dropna().astype(object))),
                hidden_reasoning=int(replies["hidden_reasoning"].sum()),
                unasked_reasoning=int(replies["unasked_reasoning"].sum()),
                missing_output=int(labelled(replies, contrast.scorer)["missing_output"].sum()),
                turns_used={str(turns): n for turns, n in sorted(Counter(replies["turns_used"].dropna()).items())},
            )
