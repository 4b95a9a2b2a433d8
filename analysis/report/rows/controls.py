"""Compliance with the harmless controls."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis.contrast import FREE_PAID, contrasts
from analysis.report.schema import Controls, Experiment
from analysis.statistics.rates import rate


def controls(frame: pd.DataFrame) -> Iterable[Controls]:
    """Of each experiment, scorer and tier."""
    asked = frame[~frame["harmful"]].assign(harmful=True)  # taken together as the harmful ones are
    for contrast in contrasts(asked):
        for tier, labels in zip(FREE_PAID, contrast.labels, strict=True):
            found = rate(labels[~np.isnan(labels)])
            yield Controls(
                **Experiment.named(contrast.experiment),
                tier=tier,
                scorer=contrast.scorer,
                n=found.n,
                rate=found.rate,
                ci_low=found.ci_low,
                ci_high=found.ci_high,
            )
