"""Contrasts of two tiers: the same queries on both, as one compliance scorer sees them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
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
from analysis.statistics.sequential import sequential_gap, sequential_p
from study import condition
from study.condition import THREE_TIERS, TWO_TIERS, Tier
from study.outcome import Outcome

Tiers = tuple[Tier, Tier]
"""The tiers of a contrast, the one whose rate counts positive first."""

FREE_PAID: Tiers = (Tier.FREE, Tier.PAID)
FREE_PRO: Tiers = (Tier.FREE, Tier.PRO)
PRO_ENTERPRISE: Tiers = (Tier.PRO, Tier.ENTERPRISE)

CONTRASTS: dict[tuple[Tier, ...], tuple[Tiers, ...]] = {
    TWO_TIERS: (FREE_PAID,),
    THREE_TIERS: (FREE_PRO, PRO_ENTERPRISE),
}
"""What is compared where there are these tiers.

Of three, each step by itself: what being trained on adds to being rated, and what being rated adds to neither. Free
minus enterprise is the sum of both; the source reports no such gap, and a third test would cost the others power.
"""

MEANINGS = {
    "free-pro": "the goal-guarding gap: replies that are rated and trained on against replies that are only rated",
    "pro-enterprise": "the rater-sycophancy gap: replies that are only rated against replies that are neither",
}
"""What the contrasts of three tiers show (Sheshadri et al. 2025, 4.1)."""

_OTHER_MEANINGS = {
    "ratings_for_another_model": {
        "free-pro": "the gap between two kinds of training: replies that change the model that gives them against "
        "replies whose ratings change a later one",
        "pro-enterprise": "the gap between a later model's training and none: replies whose ratings change that one "
        "against replies that are not rated",
    },
}
"""What they show in variations in which something else follows on the middle tier."""

PRIMARY, PREFIX = COMPLIANCE_SCORERS


@dataclass(frozen=True)
class Contrast:
    """Replies of one experiment to harmful queries on two tiers, as one compliance scorer sees them."""

    experiment: dict[str, Any]
    """Values of `EXPERIMENT`."""
    scorer: str
    primary: bool
    """Whether the verdict on the experiment is this one's: the judge's where there is one."""
    tiers: Tiers
    """The two that are compared."""
    replies: pd.DataFrame
    """Every reply asked for on these tiers, in the form of `analysis.reply_schema`."""

    @property
    def name(self) -> str:
        """First tier and second, for instance ``free-paid``: so a gap is the rate on the first minus the other."""
        return "-".join(self.tiers)

    @property
    def compared(self) -> dict[str, Any]:
        """What rows of a report say of it: ``contrast``, ``tier_a``, ``tier_b``."""
        a, b = self.tiers
        return {"contrast": self.name, "tier_a": a, "tier_b": b}

    def among(self, taken: "pd.Series[bool]") -> "Contrast":
        """The same contrast among some of the replies: a selection, so that what it shows is no effect of it."""
        return replace(self, replies=self.replies[taken])

    @cached_property
    def by_query(self) -> pd.DataFrame:
        """As `compliance_by_query` gives it."""
        return compliance_by_query(self.replies, self.scorer, self.tiers)

    @cached_property
    def labels(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Compliance with every query on the first tier and on the second; NaN where it has no label there."""
        return self._sides(self.by_query)

    @cached_property
    def accepted(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Share of the replies to each query that comply, of all asked for on the first tier and on the second.

        That is the published proxy: a reply without a label is none that complies. NaN where the query was not asked on
        a tier with this scorer; all is NaN where no reply came on that tier at all, of which 0 would be no finding.
        """
        asked = self.replies[self.replies[self.scorer].notna()]
        came = set(asked.loc[~asked[self.scorer].isin([Outcome.ERRORED, Outcome.UNGRADED]), "tier"])
        by_query = _by_query(self.replies, asked[asked["tier"].isin(came)], self.scorer, self.tiers)
        return self._sides(by_query)

    @cached_property
    def missing(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Share of the replies to each query, asked for on the first tier and on the second, that have no label.

        1 where a query was not asked on a tier.
        """
        known = is_labelled(self.replies, self.scorer)
        keys = [self.replies["query_id"].astype(object), self.replies["tier"].astype(object)]
        by_query = (~known).groupby(keys).mean().unstack("tier")
        by_query = by_query.reindex(index=self.by_query.index, columns=list(self.tiers)).fillna(1.0)
        return self._sides(by_query)

    @cached_property
    def unpaired(self) -> dict[str, int]:
        """Replies with a label that are in no pair, for want of one on the other tier; by tier, where there are any."""
        a, b = self.labels
        alone = self.by_query.index[np.isnan(a) | np.isnan(b)]
        known = labelled(self.replies[["query_id", "tier", self.scorer]], self.scorer)
        counts = known.loc[known["query_id"].isin(alone), "tier"].value_counts()
        return {str(tier): int(counts[tier]) for tier in self.tiers if counts.get(tier)}

    @cached_property
    def pairs(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Compliance with each query that has a label on both tiers."""
        a, b = self.labels
        both = ~np.isnan(a) & ~np.isnan(b)
        return a[both], b[both]

    @cached_property
    def until(self) -> str | None:
        """What the run was stopped at, if any of the replies is of one that looked at its results and stopped."""
        known = self.replies["until"].dropna()
        return " and ".join(sorted(map(str, known.unique()))) or None

    @cached_property
    def paired(self) -> PairedGap:
        """The gap, first tier minus second, with its interval."""
        return sequential_gap(*self.pairs) if self.until else paired_gap(*self.pairs)

    @cached_property
    def discordant(self) -> tuple[float, float]:
        """Pairs that comply on the first tier alone, and on the second alone; as `discordance_of_rates` counts."""
        n10, n01, _ = discordance_of_rates(*self.pairs)
        return n10, n01

    @cached_property
    def p_value(self) -> float:
        """Exact McNemar, or with several epochs its clustered form; NaN where there is no pair.

        Of a sequential run, the p-value by betting.
        """
        a, b = self.pairs
        if not len(a):
            return nan
        if self.until:
            return float(sequential_p(*self.discordant))
        single = bool(np.all(np.isin(a, (0, 1)) & np.isin(b, (0, 1))))
        return float(mcnemar_exact(*self.discordant)) if single else sign_flip_exact(a, b)

    def _sides(self, by_query: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        a, b = (by_query[tier].to_numpy(np.float64) for tier in self.tiers)
        return a, b


def meaning(contrast: str, variation: str) -> str | None:
    """What a contrast shows in a variation; None of two tiers, whose gap has no reading of its own."""
    for name in variation.split("+"):
        if name in _OTHER_MEANINGS:
            return _OTHER_MEANINGS[name].get(contrast)
    return MEANINGS.get(contrast)


def contrasts(frame: pd.DataFrame) -> list[Contrast]:
    """Every experiment of a frame with the contrasts of its tiers and each compliance scorer, the primary one first."""
    return [
        Contrast(experiment, scorer, i == 0, tiers, on_both)
        for experiment, replies in experiments(frame)
        for tiers in CONTRASTS[tiers_of(replies)]
        if len(on_both := _on(replies, tiers))
        for i, scorer in enumerate(scorers_of(replies))
    ]


def tiers_of(replies: pd.DataFrame) -> tuple[Tier, ...]:
    """The tiers that there are in an experiment, whether or not each of them was asked: two, or three."""
    asked_of_three = {Tier.PRO, Tier.ENTERPRISE} & {*replies["tier"]}
    return THREE_TIERS if asked_of_three else condition.tiers_of(str(replies["setting"].iloc[0]))


def scorers_of(replies: pd.DataFrame) -> Sequence[str]:
    """The compliance scorers that some of these replies have, the primary one first."""
    return [scorer for scorer in COMPLIANCE_SCORERS if replies[scorer].notna().any()]


def experiments(frame: pd.DataFrame) -> list[tuple[dict[str, Any], pd.DataFrame]]:
    """Each experiment of a frame with its replies to harmful queries; one with CoT before its counterpart without."""
    return _grouped(frame[frame["harmful"] & ~frame["interview"]])


def interviews(frame: pd.DataFrame) -> list[tuple[dict[str, Any], pd.DataFrame]]:
    """Each interview of a frame with its answers, which neither comply nor refuse."""
    return _grouped(frame[frame["interview"]])


def compliance_by_query(replies: pd.DataFrame, scorer: str, tiers: Iterable[Tier]) -> pd.DataFrame:
    """Compliance with every query that was asked, in the order of the query ids, with a column for each tier.

    Args:
        replies: Replies of one experiment.
        scorer: One of `COMPLIANCE_SCORERS`.
        tiers: Those that get a column.

    Returns:
        Means over the labelled epochs, in [0, 1]; NaN where a query has no label on a tier.
    """
    return _by_query(replies, labelled(replies[["query_id", "tier", scorer]], scorer), scorer, tiers)


def labelled(replies: pd.DataFrame, scorer: str) -> pd.DataFrame:
    """The replies that have a known label of a compliance scorer."""
    return replies[is_labelled(replies, scorer)]


def is_labelled(replies: pd.DataFrame, scorer: str) -> "pd.Series[bool]":
    """Whether each reply has a known label of a compliance scorer."""
    return replies[scorer].isin([outcome for outcome in Outcome if outcome.known])


def complies(replies: pd.DataFrame, scorer: str) -> NDArray[np.float64]:
    """Whether each reply complies, 1 or 0; NaN where it has no known label."""
    return np.where(is_labelled(replies, scorer), (replies[scorer] == Outcome.COMPLIES).to_numpy(float), nan)


def _grouped(asked: pd.DataFrame) -> list[tuple[dict[str, Any], pd.DataFrame]]:
    groups = asked.groupby(list(EXPERIMENT), sort=False, observed=True, dropna=False)
    found = [(dict(zip(EXPERIMENT, map(plain_value, values), strict=True)), replies) for values, replies in groups]
    first: dict[tuple[Any, ...], int] = {}
    for experiment, _ in found:
        first.setdefault(_setup(experiment), len(first))
    return sorted(found, key=lambda group: (first[_setup(group[0])], not group[0]["cot"]))


def _on(replies: pd.DataFrame, tiers: Tiers) -> pd.DataFrame:
    on_both = replies["tier"].isin(tiers)
    return replies if on_both.all() else replies[on_both]


def _by_query(replies: pd.DataFrame, counted: pd.DataFrame, scorer: str, tiers: Iterable[Tier]) -> pd.DataFrame:
    complies = (counted[scorer] == Outcome.COMPLIES).astype(float)
    keys = [counted["query_id"].astype(object), counted["tier"].astype(object)]
    by_tier = complies.groupby(keys).mean().unstack("tier")
    return by_tier.reindex(index=sorted(replies["query_id"].unique()), columns=list(tiers))


def _setup(experiment: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(value for name, value in experiment.items() if name not in ("cot", "prompt_sha256"))
