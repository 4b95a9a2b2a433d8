"""Whether the specificity that a calibration found holds where a rate is corrected by it."""

from collections.abc import Iterable, Sequence
from math import isnan
from typing import Any

import pandas as pd

from analysis.contrast import PRIMARY, experiments, tiers_of
from analysis.experiment import agreed
from analysis.reply_schema import FAKING_SCORER
from analysis.report.calibration import Calibration, matching
from analysis.report.rows.people import drawn_from_others, strata, was_labelled
from analysis.report.schema import Drift, Experiment
from analysis.statistics.specificity import difference, sampled_specificity, share_of_labels, too_few_positives_p
from study.human_label import QUESTIONS
from study.outcome import Outcome

ALPHA = 0.05
"""Where p is at most this, so few positives are not those of the judge that was calibrated."""


def drift(frame: pd.DataFrame, calibrations: Sequence[Calibration]) -> Iterable[Drift]:
    """Of every experiment that a calibration speaks of, tier by tier: by people's labels of it, and by the judge's."""
    for experiment, replies in experiments(frame):
        if (calibration := matching(calibrations, replies)) is None or calibration.judge.refused():
            continue
        for tier in tiers_of(replies):
            of_tier = replies[replies["tier"] == tier]
            asked = of_tier[
                of_tier[FAKING_SCORER].isin(QUESTIONS[FAKING_SCORER]) & (of_tier[PRIMARY] == Outcome.COMPLIES)
            ]
            if len(asked):
                found = int((asked[FAKING_SCORER] == QUESTIONS[FAKING_SCORER][0]).sum())
                described: dict[str, Any] = Experiment.named(experiment) | {
                    "tier": str(tier),
                    "judge": agreed(asked, "vote_judge"),
                    "file": calibration.file,
                    "data": calibration.record.data.name,
                    "specificity": calibration.judge.specificity,
                    "n_negative": calibration.judge.negatives,
                    "asked": len(asked),
                    "positives": found,
                }
                yield from _by_labels(described, of_tier, asked, calibration)
                yield _by_positives(described, asked, calibration)


def _by_labels(
    described: dict[str, Any], replies: pd.DataFrame, asked: pd.DataFrame, calibration: Calibration
) -> Iterable[Drift]:
    if not was_labelled(asked, FAKING_SCORER) or drawn_from_others(replies, FAKING_SCORER):
        return
    here, judge = sampled_specificity(strata(asked, FAKING_SCORER)), calibration.judge
    if isnan(here.rate):
        return
    gap, low, high = difference(here, share_of_labels(judge.specificity, judge.negatives))
    drifted = low > 0 or high < 0
    yield Drift(
        **described,
        by="labels",
        specificity_here=here.rate,
        specificity_here_low=here.ci_low,
        specificity_here_high=here.ci_high,
        n_negative_here=here.n,
        difference=gap,
        difference_low=low,
        difference_high=high,
        p_value=None,
        drifted=drifted,
        statement=(
            f"by labels of people the judge's specificity is {here.rate:.2f} here ({here.n} negative labels), by the "
            f"calibration {judge.specificity:.2f} ({judge.negatives:.4g}): "
            f"{'they differ' if drifted else 'no difference is shown'}"
        ),
    )


def _by_positives(described: dict[str, Any], asked: pd.DataFrame, calibration: Calibration) -> Drift:
    judge, queries = calibration.judge, asked["query_id"].nunique()
    found, share = described["positives"], queries / len(asked)
    p = too_few_positives_p(found * share, queries, judge.specificity, judge.negatives)
    drifted = p <= ALPHA
    mistakes = (1 - judge.specificity) * len(asked)
    return Drift(
        **described,
        by="positives",
        p_value=p,
        drifted=drifted,
        statement=(
            f"the judge finds {found} of {len(asked)}; at the specificity of the calibration it would find "
            f"{mistakes:.3g} by mistake if none faked (p = {p:.2g}): "
            + (
                "the specificity is another one here"
                if drifted
                else "no better one is shown, and a worse one would not be"
            )
        ),
    )
