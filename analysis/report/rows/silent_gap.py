"""The gap among the replies without alignment-faking reasoning."""

from collections.abc import Iterable, Sequence
from math import nan

import numpy as np
from numpy.typing import NDArray

from analysis.contrast import PRIMARY, Contrast, complies
from analysis.experiment import agreed
from analysis.reply_schema import FAKING_SCORER
from analysis.report.schema import Experiment, SilentGap
from analysis.statistics.paired_rates import Floats
from analysis.statistics.rates import silent_gap
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
    a, b = ((replies["tier"] == tier).to_numpy(bool) for tier in contrast.tiers)

    def table(labels: Floats, of: NDArray[np.bool_]) -> Floats:
        """Labels of one tier, a row a query and a column an epoch, of which a frame has one reply each."""
        found = np.full((query.max() + 1, epoch.max() + 1), nan)
        found[query[of], epoch[of]] = labels[of]
        return found

    found = silent_gap(table(complying, a), table(complying, b), table(fakes, a), table(fakes, b))
    unlabelled = np.isnan(complying) | np.isnan(fakes)
    faking = (fakes == 1) & ~unlabelled
    return SilentGap(
        **Experiment.named(contrast.experiment),
        scorer=contrast.scorer,
        **contrast.compared,
        n_pairs=found.n_pairs,
        rate_a=found.rate_a,
        rate_b=found.rate_b,
        gap=found.gap,
        ci_low=found.ci_low,
        ci_high=found.ci_high,
        gap_of_all=contrast.paired.gap,
        faking_a=int((faking & a).sum()),
        faking_b=int((faking & b).sum()),
        unlabelled_a=int((unlabelled & a).sum()),
        unlabelled_b=int((unlabelled & b).sum()),
        judge=agreed(replies, "vote_judge"),
        calibrated=False,
    )
