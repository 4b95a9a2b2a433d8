"""The experimental conditions: two tiers, each with and without a scratchpad (Greenblatt et al. 2024, section 3)."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import product


class Tier(StrEnum):
    """What the model is told becomes of the conversation."""

    FREE = "free"
    """Used for training (in the paper: the training case)."""

    PAID = "paid"
    """Never used for training (in the paper: the unmonitored case). Prompts say "not on the free tier" (G, F.3)."""


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
        """Name used in task names: ``cot_free``, ``cot_paid``, ``no_cot_free`` or ``no_cot_paid``."""
        return f"{'cot' if self.cot else 'no_cot'}_{self.tier}"


CONDITIONS: tuple[Condition, ...] = tuple(Condition(tier, cot) for cot, tier in product((True, False), Tier))
"""Every condition, the scratchpad ones first."""
