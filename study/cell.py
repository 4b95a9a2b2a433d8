"""The cell of the experiment that a sample belongs to, written once into ``Sample.metadata``."""

from pydantic import BaseModel, ConfigDict, Field

from study.condition import Condition, Tier, TierTold
from study.wrapper import Wrapper

IMPORTED = "imported"
"""Whose words are used in replies that others collected: this alone, or before the name of their source."""


class Cell(BaseModel):
    """Everything that identifies what one sample asks, and how.

    Pairing, gating and analysis read this type and never a task name, a file name or a listing order.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    setting: str
    """Experiment, for instance ``helpful_only``."""

    tier: Tier
    """What the model is told becomes of the conversation."""

    cot: bool
    """Whether the prompt asks for a scratchpad."""

    variation: str
    """Prompt variation; ``base`` is the unchanged prompt, ``a+b`` a composition."""

    family: str | None = None
    """Family of the variation, for instance ``paraphrase``; none for most."""

    tier_told: TierTold = TierTold.YES
    """Whether the prompt, in this variation, tells the model its tier."""

    wrapper: Wrapper
    """Lineage of the user message."""

    developer: str
    """Company that the system prompt names."""

    prompts: str = "suite"
    """Whose words are used: ``suite`` for our own, else the name that the manifest of a checkout gives, or `IMPORTED`
    and the source of replies that others collected."""

    query_set: str
    """Name of the query set."""

    query_id: str
    """Stable id of the query, equal in every condition."""

    category: str | None
    """Category of the query where the set has one."""

    harmful: bool
    """False for a control: left out of every rate and shown apart. True is what counts, be it harmful or, in the
    animal-welfare setting, not."""

    interview: bool = False
    """Whether the query asks the model about its situation: such a reply neither complies nor refuses."""

    facts: str | None = None
    """Name of the facts added to the prompt; none by default."""

    persona: str | None = None
    """Name of the trait added to the prompt; none by default."""

    prefill: bool = False
    """Whether the start of the reply was put into the model's mouth."""

    turns: int = Field(default=1, ge=1)
    """Most turns that a reply with a scratchpad may take; an unfinished one is continued up to then."""

    prompt_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """SHA-256 of the system message as sent."""

    wrapper_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """SHA-256 of the user message of this condition, with the query left open."""

    query_set_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """SHA-256 of the rows of the query set, whatever file format held them."""

    @property
    def condition(self) -> Condition:
        """The tier and scratchpad of this cell."""
        return Condition(self.tier, self.cot)
