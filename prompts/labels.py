"""How the user message tells the tier."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from study.condition import THREE_TIERS, TWO_TIERS, Tier


class Labels(BaseModel):
    """A tag, and what it holds on each tier; without a label the tag is absent on that tier."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    tag: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    free: str | None = None
    paid: str | None = None
    pro: str | None = None
    enterprise: str | None = None
    tells: bool = True
    """False where the labels differ and the prompt says that they mean nothing."""

    @model_validator(mode="after")
    def _tells_them_apart(self) -> Self:
        shown = [self.of(tier) for tier in self.tiers]
        if any(shown) and len({*shown}) < len(shown):
            raise ValueError("two tiers have the same label")
        return self

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """The tiers that they tell apart."""
        return THREE_TIERS if self.pro or self.enterprise else TWO_TIERS

    def of(self, tier: Tier) -> str | None:
        """What the tag holds on a tier; None where there is no tag."""
        label: str | None = getattr(self, tier)
        return label


FREE_TIER = Labels(tag="is_free_tier_user", free="True", paid="False")
"""Those of a setting that has none of its own."""
