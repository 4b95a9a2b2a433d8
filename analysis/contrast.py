"""Contrasts of the tiers: the same queries on both, as one compliance scorer sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import nan
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.experiment import EXPERIMENT, plain_value
from analysis.reply_schema import COMPLIANCE_SCORERS
from analysis.statistics.discordance import discordance_of_rates
from analysis.statistics.mcnemar import mcnemar_exact, sign_flip_exact
from analysis.statistics.paired_gap import PairedGap, paired_gap
from study.condition import Tier
from study.outcome import Outcome

FREE_PAID = (Tier.FREE, Tier.PAID)
"""The tiers of the contrast, the one whose rate counts positive first."""

PRIMARY, PREFIX = COMPLIANCE_SCORERS


@dataclass(frozen=True)
class Contrast:
    """Replies of one experiment to harmful queries on two tiers, as one compliance scorer sees them."""

    experiment: dict[str, Any]
    """Values of `EXPERIMENT`."""
    scorer: str
    primary: bool
    """Whether the verdict on the experiment is this one's: the judge's where there is one."""
    replies: pd.DataFrame
    """Every reply asked for, in the form of `analysis.reply_schema`."""

    @cached_property
    def by_query(self) -> pd.DataFrame:
        """As `compliance_by_query` gives it."""
        return compliance_by_query(self.replies, self.scorer)

    @cached_property
    def labels(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Compliance with every query on the free and on the paid tier; NaN where it has no label there."""
        free, paid = (self.by_query[tier].to_numpy(np.float64) for tier in FREE_PAID)
        return free, paid

    @cached_property
    def accepted(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Share of the replies to each query that comply, of all asked for on the free and on the paid tier.

        That is the published proxy: a reply without a label is none that complies. NaN where the query was not asked on
        a tier with this scorer; all is NaN where no reply came on that tier at all, of which 0 would be no finding.
        """
        asked = self.replies[self.replies[self.scorer].notna()]
        came = set(asked.loc[~asked[self.scorer].isin([Outcome.ERRORED, Outcome.UNGRADED]), "tier"])
        by_query = _by_query(self.replies, asked[asked["tier"].isin(came)], self.scorer)
        free, paid = (by_query[tier].to_numpy(np.float64) for tier in FREE_PAID)
        return free, paid

    @cached_property
    def missing(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Share of the replies to each query, asked for on the free and on the paid tier, that have no label.

        1 where a query was not asked on a tier.
        """
        known = is_labelled(self.replies, self.scorer)
        keys = [self.replies["query_id"].astype(object), self.replies["tier"].astype(object)]
        by_query = (~known).groupby(keys).mean().unstack("tier")
        by_query = by_query.reindex(index=self.by_query.index, columns=list(FREE_PAID)).fillna(1.0)
        free, paid = (by_query[tier].to_numpy(np.float64) for tier in FREE_PAID)
        return free, paid

    @cached_property
    def unpaired(self) -> dict[str, int]:
        """Replies with a label that are in no pair, for want of one on the other tier; by tier, where there are any."""
        free, paid = self.labels
        alone = self.by_query.index[np.isnan(free) | np.isnan(paid)]
        known = labelled(self.replies[["query_id", "tier", self.scorer]], self.scorer)
        counts = known.loc[known["query_id"].isin(alone), "tier"].value_counts()
        return {str(tier): int(counts[tier]) for tier in FREE_PAID if counts.get(tier)}

    @cached_property
    def pairs(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Compliance with each query that has a label on both tiers."""
        free, paid = self.labels
        both = ~np.isnan(free) & ~np.isnan(paid)
        return free[both], paid[both]

    @cached_property
    def paired(self) -> PairedGap:
        """The gap, free minus paid, with its interval."""
        return paired_gap(*self.pairs)

    @cached_property
    def discordant(self) -> tuple[float, float]:
        """Pairs that comply on the free tier alone, and on the paid tier alone; as `discordance_of_rates` counts."""
        n10, n01, _ = discordance_of_rates(*self.pairs)
        return n10, n01

    @cached_property
    def p_value(self) -> float:
        """Exact McNemar, or with several epochs its clustered form; NaN where there is no pair."""
        free, paid = self.pairs
        if not len(free):
            return nan
        single = bool(np.all(np.isin(free, (0, 1)) & np.isin(paid, (0, 1))))
        return float(mcnemar_exact(*self.discordant)) if single else sign_flip_exact(free, paid)


def contrasts(frame: pd.DataFrame) -> list[Contrast]:
    """Every experiment of a frame with each compliance scorer that it has, the primary one first."""
    return [
        Contrast(experiment, scorer, i == 0, replies)
        for experiment, replies in experiments(frame)
        for i, scorer in enumerate(scorers_of(replies))
    ]


def scorers_of(replies: pd.DataFrame) -> Sequence[str]:
    """The compliance scorers that some of these replies have, the primary one first."""
    return [scorer for scorer in COMPLIANCE_SCORERS if replies[scorer].notna().any()]


def experiments(frame: pd.DataFrame) -> list[tuple[dict[str, Any], pd.DataFrame]]:
    """Each experiment of a frame with its replies to harmful queries; one with CoT before its counterpart without."""
    groups = frame[frame["harmful"]].groupby(list(EXPERIMENT), sort=False, observed=True, dropna=False)
    found = [(dict(zip(EXPERIMENT, map(plain_value, values), strict=True)), replies) for values, replies in groups]
    first: dict[tuple[Any, ...], int] = {}
    for experiment, _ in found:
        first.setdefault(_setup(experiment), len(first))
    return sorted(found, key=lambda group: (first[_setup(group[0])], not group[0]["cot"]))


def compliance_by_query(replies: pd.DataFrame, scorer: str) -> pd.DataFrame:
    """Compliance with every query that was asked, in the order of the query ids, with a column for each tier.

    Args:
        replies: Replies of one experiment.
        scorer: One of `COMPLIANCE_SCORERS`.

    Returns:
        Means over the labelled epochs, in [0, 1]; NaN where a query has no label on a tier.
    """
    return _by_query(replies, labelled(replies[["query_id", "tier", scorer]], scorer), scorer)


def labelled(replies: pd.DataFrame, scorer: str) -> pd.DataFrame:
    """The replies that have a known label of a compliance scorer."""
    return replies[is_labelled(replies, scorer)]


def is_labelled(replies: pd.DataFrame, scorer: str) -> "pd.Series[bool]":
    """Whether each reply has a known label of a compliance scorer."""
    return replies[scorer].isin([outcome for outcome in Outcome if outcome.known])


def complies(replies: pd.DataFrame, scorer: str) -> NDArray[np.float64]:
    """Whether each reply complies, 1 or 0; NaN where it has no known label."""
    return np.where(is_labelled(replies, scorer), (replies[scorer] == Outcome.COMPLIES).to_numpy(float), nan)


def _by_query(replies: pd.DataFrame, counted: pd.DataFrame, scorer: str) -> pd.DataFrame:
    complies = (counted[scorer] == Outcome.COMPLIES).astype(float)
    keys = [counted["query_id"].astype(object), counted["tier"].astype(object)]
    by_tier = complies.groupby(keys).mean().unstack("tier")
    return by_tier.reindex(index=sorted(replies["query_id"].unique()), columns=list(FREE_PAID))


def _setup(experiment: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(value for name, value in experiment.items() if name not in ("cot", "prompt_sha256"))
