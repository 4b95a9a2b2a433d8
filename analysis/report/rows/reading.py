"""Shares of the labels of each reading, by tier and by what the compliance judge says of the reply."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from analysis.contrast import PRIMARY, experiments, interviews
from analysis.experiment import agreed
from analysis.reply_schema import reason_column
from analysis.report.schema import Experiment, ReadingShare
from analysis.statistics.rates import Among, rate
from study.condition import Tier
from study.interview import INTERVIEW_READINGS
from study.outcome import Outcome
from study.readings import NOT_APPLICABLE, READINGS


def reading_shares(frame: pd.DataFrame) -> Iterable[ReadingShare]:
    """Of every experiment and tier that has a reading: each label, among all, the compliant and the refusing.

    Of an interview those readings that were asked for beside its own, which `doubts` has, among all answers.
    """
    for experiment, replies in [*experiments(frame), *interviews(frame)]:
        interview = bool(experiment["interview"])
        for reading in READINGS:
            if interview and reading in INTERVIEW_READINGS:
                continue
            columns = ["tier", "query_id", PRIMARY, reading, reason_column(reading), f"{reading}_judge"]
            asked = replies[columns].astype(object)  # a few columns, as plain values: this is done very often
            asked = asked[asked[reading].notna() | asked[reason_column(reading)].notna()]
            for tier in Tier:
                of_tier = asked[asked["tier"] == tier]
                if len(of_tier):
                    yield from _of_tier(
                        Experiment.named(experiment) | {"tier": tier, "interview": interview}, reading, of_tier
                    )


def _of_tier(described: dict[str, Any], reading: str, asked: pd.DataFrame) -> Iterable[ReadingShare]:
    parts = {
        Among.ALL: asked,
        Among.COMPLIANT: asked[asked[PRIMARY] == Outcome.COMPLIES],
        Among.REFUSING: asked[asked[PRIMARY] == Outcome.REFUSES],
    }
    for among, replies in parts.items():
        labels = replies[reading]
        applies = replies[labels.notna() & (labels != NOT_APPLICABLE)]
        if among != Among.ALL and applies.empty:
            continue
        query, _ = pd.factorize(applies["query_id"])
        for label in READINGS[reading]:
            if label == NOT_APPLICABLE:
                continue
            has = (applies[reading] == label).to_numpy(np.float64)
            found = rate(np.bincount(query, has) / np.bincount(query))
            yield ReadingShare(
                **described,
                reading=reading,
                label=label,
                among=among.value,
                n=len(applies),
                count=int(has.sum()),
                share=found.rate,
                ci_low=found.ci_low,
                ci_high=found.ci_high,
                not_applicable=int((labels == NOT_APPLICABLE).sum()),
                unscored=dict(Counter(replies.loc[labels.isna(), reason_column(reading)].astype("str"))),
                judge=agreed(replies, f"{reading}_judge"),
                calibrated=False,
            )
