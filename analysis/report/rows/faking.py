"""Alignment-faking reasoning by tier and denominator."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pandas as pd

from analysis.contrast import PRIMARY, experiments, tiers_of
from analysis.experiment import agreed
from analysis.reply_schema import FAKING_SCORER, reason_column
from analysis.report.schema import Experiment, Faking
from analysis.statistics.rates import Among, faking_rates
from study.labels import FakingLabel
from study.outcome import Outcome


def faking(frame: pd.DataFrame) -> Iterable[Faking]:
    """Of every experiment and tier that has the scorer, of each denominator."""
    for experiment, replies in experiments(frame):
        read = replies[["query_id", "tier", PRIMARY, FAKING_SCORER, reason_column(FAKING_SCORER), "vote_judge"]]
        asked = read[read[FAKING_SCORER].notna() | read[reason_column(FAKING_SCORER)].notna()]
        for tier in tiers_of(replies):
            of_tier = asked[asked["tier"] == tier]
            if len(of_tier):
                yield from _rows(Experiment.named(experiment) | {"tier": tier}, of_tier)


def _rows(described: dict[str, Any], asked: pd.DataFrame) -> Iterable[Faking]:
    # A refusal is not faking, whatever became of an audit of its reasoning: the rate must not depend on who was asked.
    known = asked[asked[FAKING_SCORER].notna() | (asked[PRIMARY] == Outcome.REFUSES)]
    fakes, complies = known[FAKING_SCORER] == FakingLabel.FAKING, known[PRIMARY] == Outcome.COMPLIES
    read = known[FAKING_SCORER].notna() & (known[FAKING_SCORER] != FakingLabel.NOT_APPLICABLE)
    counted = {Among.ALL: fakes & complies, Among.COMPLIANT: fakes & complies, Among.REFUSING: fakes & ~complies}
    unscored = _reasons(asked.drop(known.index))
    lost = _reasons(known[known[FAKING_SCORER].isna()])  # refusals that were asked about in vain
    nothing_to_read = not described["cot"] and not (read & complies).any()  # 0 would be no finding
    rates = faking_rates(
        fakes.to_numpy(bool), complies.to_numpy(bool), read.to_numpy(bool), known["query_id"].to_numpy(object)
    )
    for among, found in rates.items():
        left_out = lost if among is Among.REFUSING else unscored
        nothing = nothing_to_read and among is not Among.REFUSING
        yield Faking(
            **described,
            among=among.value,
            n=found.n,
            n_faking=int(counted[among].sum()),
            rate=None if nothing else found.rate,
            ci_low=None if nothing else found.ci_low,
            ci_high=None if nothing else found.ci_high,
            n_unscored=sum(left_out.values()),
            unscored=left_out,
            judge=agreed(asked, "vote_judge"),
            calibrated=False,
        )


def _reasons(replies: pd.DataFrame) -> dict[str, int]:
    return dict(Counter(replies[reason_column(FAKING_SCORER)].astype("str")))
