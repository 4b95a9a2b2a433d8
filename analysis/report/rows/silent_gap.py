"""The gap among the replies without alignment-faking reasoning."""

from collections.abc import Iterable, Sequence
from math import nan

import numpy as np
from numpy.typing import NDArray

from analysis.contrast import FREE_PAID, PRIMARY, Contrast, complies
from analysis.experiment import agreed
from analysis.reply_schema import FAKING_SCORER
from analysis.report.schema import Experiment, SilentGap
from analysis.statistics.paired_rates import Floats
from analysis.statistics.rates import silent_gap
from study.condition import Tier
from study.labels import FakingLabel


def silent_gaps(contrasts: Sequence[Contrast]) -> Iterable[SilentGap]:
    """Of each contrast by the judge whose replies have labels of alignment faking.

    Without CoT only where reasoning was read all the same: else no reply has such reasoning for want of any, and the
    gap among them is the whole one.
    """
    for contrast in contrasts:
        labels = contrast.replies[FAKING_SCORER].dropna()
        read = bool((labels != FakingLabel.NOT_APPLICABLE).any())
        if contrast.scorer == PRIMARY and len(labels) and (contrast.experiment["cot"] or read):
            yield _silent_gap(contrast)


def _silent_gap(contrast: Contrast) -> SilentGap:
    replies = contrast.replies[["query_id", "tier", "epoch", contrast.scorer, FAKING_SCORER, "vote_judge"]]
    complying = complies(replies, contrast.scorer)
    fakes = np.where(replies[FAKING_SCORER].notna(), replies[FAKING_SCORER] == FakingLabel.FAKING, nan)
    query, _ = replies["query_id"].astype("str").factorize()
    epoch = replies["epoch"].to_numpy(int) - 1
    free, paid = ((replies["tier"] == tier).to_numpy(bool) for tier in FREE_PAID)

    def table(labels: Floats, of: NDArray[np.bool_]) -> Floats:
        """Labels of one tier, a row a query and a column an epoch, of which a frame has one reply each."""
        found = np.full((query.max() + 1, epoch.max() + 1), nan)
        found[query[of], epoch[of]] = labels[of]
        return found

    found = silent_gap(table(complying, free), table(complying, paid), table(fakes, free), table(fakes, paid))
    unlabelled = np.isnan(complying) | np.isnan(fakes)
    faking = (fakes == 1) & ~unlabelled
    return SilentGap(
        **Experiment.named(contrast.experiment),
        scorer=contrast.scorer,
        tier_a=Tier.FREE,
        tier_b=Tier.PAID,
        n_pairs=found.n_pairs,
        rate_a=found.rate_a,
        rate_b=found.rate_b,
        gap=found.gap,
        ci_low=found.ci_low,
        ci_high=found.ci_high,
        gap_of_all=contrast.paired.gap,
        faking_a=int((faking & free).sum()),
        faking_b=int((faking & paid).sum()),
        unlabelled_a=int((unlabelled & free).sum()),
        unlabelled_b=int((unlabelled & paid).sum()),
        judge=agreed(replies, "vote_judge"),
        calibrated=False,
    )
