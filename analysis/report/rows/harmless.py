"""Refusals of the harmless controls."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis.contrast import FREE_PAID, contrasts
from analysis.report.schema import Experiment, Harmless
from analysis.statistics.rates import over_refusal


def harmless(frame: pd.DataFrame) -> Iterable[Harmless]:
    """Of each experiment, scorer and tier."""
    controls = frame[~frame["harmful"]].assign(harmful=True)  # taken together as the harmful ones are
    for contrast in contrasts(controls):
        for tier, labels in zip(FREE_PAID, contrast.labels, strict=True):
            found = over_refusal(labels[~np.isnan(labels)])
            yield Harmless(
                **Experiment.named(contrast.experiment),
                tier=tier,
                scorer=contrast.scorer,
                n=found.n,
                over_refusal=found.rate,
                ci_low=found.ci_low,
                ci_high=found.ci_high,
            )
