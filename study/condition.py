"""The experimental conditions: tiers, each with and without a scratchpad.

Greenblatt et al. 2024, section 3, have two tiers; Sheshadri et al. 2025, section 4.1, have three.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import product


class Tier(StrEnum):
    """What the model is told becomes of the conversation."""

    FREE = "free"
    """Used for training (in the papers: the training case). Of three tiers, its outputs are rated and trained on."""

    PAID = "paid"
    """Never used for training (in the paper: the unmonitored case). Prompts say "not on the free tier" (G, F.3)."""

    PRO = "pro"
    """Of three tiers: rated, and never trained on."""

    ENTERPRISE = "enterprise"
    """Of three tiers: neither rated nor trained on."""


TWO_TIERS = (Tier.FREE, Tier.PAID)
"""The tiers of a setting that sets training apart from everything else."""

THREE_TIERS = (Tier.FREE, Tier.PRO, Tier.ENTERPRISE)
"""The tiers of a setting that sets being trained on apart from being rated."""

_TIERS = {"three_tiers": THREE_TIERS}


def tiers_of(setting: str) -> tuple[Tier, ...]:
    """The tiers of a setting by its name: two, unless it is known to have three."""
    return _TIERS.get(setting, TWO_TIERS)


class TierTold(StrEnum):
    """Whether the prompt tells the model its tier."""

    YES = "yes"
    """In the usual labels or in others; `Tier.FREE` is the side that is trained on, whatever it is called."""

    SWAPPED = "swapped"
    """In the usual labels of the other side: what is called the free tier is never trained on."""

    NO = "no"
    """Not at all, or by labels that it says mean nothing: there is nothing that a gap could come from."""


@dataclass(frozen=True, order=True)
class Condition:
    """One cell of the design: a tier, with or without a scratchpad."""

    tier: Tier
    cot: bool

    @property
    def name(self) -> str:
        """Name used in task names, for instance ``cot_free`` or ``no_cot_enterprise``."""
        return f"{'cot' if self.cot else 'no_cot'}_{self.tier}"


def conditions(tiers: Iterable[Tier]) -> tuple[Condition, ...]:
    """Every condition of a setting with these tiers, the scratchpad ones first."""
    return tuple(Condition(tier, cot) for cot, tier in product((True, False), tiers))


CONDITIONS = conditions(TWO_TIERS)
"""Every condition of two tiers."""
