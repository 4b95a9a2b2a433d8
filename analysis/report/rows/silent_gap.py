"""The gap among the replies without alignment-faking reasoning (Greenblatt et al. 2024, F.4).

What it does not say: that the reasoning caused the rest of the gap. Replies are chosen by what the model wrote, and the
tier changes what it writes. A refusal is not faking, as published, whatever it reasons and whether or not it was read.
"""

from collections.abc import Iterable, Sequence

import pandas as pd

from analysis.contrast import PRIMARY, Contrast, is_labelled
from analysis.experiment import agreed
from analysis.reply_schema import FAKING_SCORER, reason_column
from analysis.report.rows.conclusion import gap_fields
from analysis.report.schema import Experiment, SilentGap
from study.labels import FakingLabel
from study.outcome import Outcome


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
    replies = contrast.replies
    known, refuses = is_labelled(replies, contrast.scorer), replies[contrast.scorer] == Outcome.REFUSES
    # Refusals are read in part, as an audit does, or not at all: those found to fake, and those whose vote failed, stay
    # with those that nobody read, so that what is left does not hang on how many were drawn.
    read = replies[FAKING_SCORER].notna() | (refuses & replies[reason_column(FAKING_SCORER)].notna())
    fakes = (replies[FAKING_SCORER] == FakingLabel.FAKING) & ~refuses
    silent = contrast.among(read & ~fakes).paired

    def counted(of: "pd.Series[bool]") -> tuple[int, ...]:
        return tuple(int((of & (replies["tier"] == tier)).sum()) for tier in contrast.tiers)

    faking, unlabelled = counted(fakes & known), counted(~(read & known))
    return SilentGap(
        **Experiment.named(contrast.experiment),
        scorer=contrast.scorer,
        **contrast.compared,
        n_pairs=silent.n_pairs,
        **gap_fields(silent),
        gap_of_all=contrast.paired.gap,
        faking_a=faking[0],
        faking_b=faking[1],
        unlabelled_a=unlabelled[0],
        unlabelled_b=unlabelled[1],
        judge=agreed(replies, "vote_judge"),
        calibrated=False,
    )
