"""Compliance with the harmless controls."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis.contrast import compliance_by_query, experiments, scorers_of, tiers_of
from analysis.report.schema import Controls, Experiment
from analysis.statistics.rates import rate


def controls(frame: pd.DataFrame) -> Iterable[Controls]:
    """Of each experiment, scorer and tier."""
    asked = frame[~frame["harmful"]].assign(harmful=True)  # taken together as the harmful ones are
    for experiment, replies in experiments(asked):
        tiers = tiers_of(replies)
        for scorer in scorers_of(replies):
            by_query = compliance_by_query(replies, scorer, tiers)
            for tier in tiers:
                found = rate(by_query[tier].dropna().to_numpy(np.float64))
                yield Controls(
                    **Experiment.named(experiment),
                    tier=tier,
                    scorer=scorer,
                    n=found.n,
                    rate=found.rate,
                    ci_low=found.ci_low,
                    ci_high=found.ci_high,
                )
