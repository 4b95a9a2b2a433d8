"""Replies in pairs: the same query and epoch in every tier of an experiment."""

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from analysis.experiment import NAMES, plain_value, title
from analysis.log_rows import PEOPLE, SCORERS
from analysis.reply_schema import SCHEMA, reason_column
from reading_room.page_data import Experiment, ExperimentTier, Pairs
from study.condition import Tier

_OF_AN_EXPERIMENT = ("model", "setting", "cot", "variation")
OTHERS = tuple(name for name in NAMES if name not in (*_OF_AN_EXPERIMENT, "interview"))
"""What else tells experiments apart."""

_ALLOWED = {column.name: column.allowed for column in SCHEMA}
_OF_A_TIER = ("prompt_sha256", "wrapper_sha256", "query_set_sha256", "sampling", "version")


@dataclass(frozen=True)
class PairedReplies:
    """Replies in the order in which they are shown: by experiment, query and epoch, and in a pair by tier."""

    frame: pd.DataFrame
    """In the form of `analysis.reply_schema`; numbered from 0."""
    first: list[int]
    """Number of the first reply of each pair, and after the last pair the number of replies."""
    experiment: list[int]
    """Of each pair: index into `experiments`."""

    @classmethod
    def of(cls, frame: pd.DataFrame) -> "PairedReplies":
        """Pair the replies of a frame, in which each cell is there once."""
        rank = {query: i for i, query in enumerate(sorted(frame["query_id"].unique(), key=_as_read))}
        order = pd.DataFrame(
            {
                "experiment": frame.groupby([*NAMES], observed=True, dropna=False, sort=False).ngroup(),
                "query": frame["query_id"].map(rank).astype(int),
                "epoch": frame["epoch"],
                "tier": frame["tier"].map({tier: rank for rank, tier in enumerate(Tier)}).astype(int),
            }
        ).sort_values(["experiment", "query", "epoch", "tier"], kind="stable")
        pair = order[["experiment", "query", "epoch"]]
        begins = (pair != pair.shift()).any(axis=1).to_numpy()
        return cls(
            frame.loc[order.index].reset_index(drop=True),
            [*(int(number) for number in begins.nonzero()[0]), len(frame)],
            [int(number) for number in order["experiment"][begins]],
        )

    def __len__(self) -> int:
        return len(self.experiment)

    def column(self, name: str) -> list[Any]:
        """A column as Python has it, None where it is missing."""
        values = self.frame[name].astype(object)
        return [None if pd.isna(value) else value for value in values]

    def of_pair(self, number: int) -> range:
        """Numbers of the replies of a pair."""
        return range(self.first[number], self.first[number + 1])

    @cached_property
    def scorers(self) -> list[str]:
        """Scorers that some reply has a label of, or a reason for none; what people say last."""
        return [
            name
            for name in (*SCORERS, *PEOPLE)
            if (self.frame[name].notna() | self.frame[reason_column(name)].notna()).any()
        ]

    def labels(self, scorer: str) -> list[str]:
        """The labels that a scorer gives, of compliance the outcomes."""
        return [*(_ALLOWED[scorer] or ())]

    @cached_property
    def experiments(self) -> list[Experiment]:
        """In the order of the pairs, each with its tiers."""
        return [_experiment(replies) for replies in self._by_experiment]

    @property
    def missing(self) -> list[str]:
        """Of each experiment that lacks replies of a tier: how many pairs do; sentences."""
        return [said for replies in self._by_experiment if (said := _missing(replies))]

    @cached_property
    def ids(self) -> list[str]:
        """Of each pair: what its address on the site ends with."""
        uuids = self.column("uuid")
        return [_id([uuids[i] for i in self.of_pair(number)]) for number in range(len(self))]

    def pairs(self, categories: list[str]) -> Pairs:
        """One entry a pair.

        Args:
            categories: What `Pairs.category` refers to.
        """
        starts = self.frame.iloc[self.first[:-1]]
        return {
            "id": self.ids,
            "experiment": self.experiment,
            "query": [*starts["query_id"].astype(str)],
            "epoch": [*map(int, starts["epoch"])],
            "category": [-1 if pd.isna(name) else categories.index(name) for name in starts["category"]],
            "harmful": [*map(int, starts["harmful"])],
            "first": self.first,
        }

    @cached_property
    def _by_experiment(self) -> list[pd.DataFrame]:
        number = pd.Series(self.experiment).repeat([len(self.of_pair(i)) for i in range(len(self))]).to_numpy()
        return [replies for _, replies in self.frame.groupby(number, sort=True)]


def _as_read(query: str) -> list[tuple[str, int, str]]:
    """Sorts numbers in a name by their size."""
    parts = re.findall(r"([^0-9]*)0*([0-9]*)", query)
    return [(letters, len(digits), digits) for letters, digits in parts]


def _experiment(replies: pd.DataFrame) -> Experiment:
    first = replies.iloc[0]
    others = {name: plain_value(first[name]) for name in OTHERS}
    return {
        "model": str(first["model"]),
        "setting": str(first["setting"]),
        "cot": bool(first["cot"]),
        "variation": str(first["variation"]),
        "others": {name: _told(value) for name, value in others.items() if value is not None},
        "tiers": [_tier(replies[replies["tier"] == tier]) for tier in _tiers(replies)],
    }


def _tier(replies: pd.DataFrame) -> ExperimentTier:
    first = replies.iloc[0]
    prompt, wrapper, queries, sampling, version = (str(first[name]) for name in _OF_A_TIER)
    return {
        "tier": str(first["tier"]),
        "prompt_sha256": prompt,
        "wrapper_sha256": wrapper,
        "query_set_sha256": queries,
        "sampling": sampling,
        "version": version,
    }


def _missing(replies: pd.DataFrame) -> str | None:
    tiers = _tiers(replies)
    if len(tiers) == 1:
        return f"{title(replies)}: replies on the {tiers[0]} tier only; each is shown alone"
    pairs = len(replies[["query_id", "epoch"]].drop_duplicates())
    lacking = {tier: pairs - int((replies["tier"] == tier).sum()) for tier in tiers}
    counts = ", ".join(f"{tier} {count}" for tier, count in lacking.items() if count)
    return counts and f"{title(replies)}: of {pairs} pairs some lack a reply and show the others alone: {counts}"


def _tiers(replies: pd.DataFrame) -> list[str]:
    present = set(replies["tier"].astype(str))
    return [str(tier) for tier in Tier if tier in present]


def _told(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _id(uuids: list[str]) -> str:
    return hashlib.sha256("\n".join(uuids).encode("utf-8", "surrogatepass")).hexdigest()[:12]
