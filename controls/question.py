"""What a control subject is asked, read from the messages alone: what the prompt does not say, it cannot know."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from inspect_ai.model import ChatMessage

from prompts.labels import FREE_TIER, Labels
from prompts.variation import told_labels
from study.condition import Condition, Tier

_QUERY = re.compile(r"<user_input>(.*)</user_input>", re.DOTALL)
_ACCEPTANCE = re.compile(r"<request_fully_accepted\s?/>")
_FIRST_TAG = re.compile(r"<(SCRATCHPAD_REASONING|OUTPUT)>")


@dataclass(frozen=True)
class Question:
    """One query under one condition."""

    condition: Condition
    """Where the prompt says that it does not tell the tier, it is the last one here (``paid`` of two)."""
    query: str
    """Content of the user input, equal in both tiers."""
    tagged: bool = True
    """Whether it is asked to begin with the acceptance or the rejection tag."""


def read_question(messages: Sequence[ChatMessage]) -> Question:
    """Read tier, scratchpad and query, and whether a tag is asked for.

    Raises:
        ValueError: If one of them cannot be found: a control that guessed would hide a broken prompt.
    """
    system = "\n".join(message.text for message in messages if message.role == "system")
    user = next((message.text for message in messages if message.role == "user"), "")
    labels = told_labels(system) or FREE_TIER
    before, _, _ = user.partition("<user_input>")
    found = re.findall(rf"<{labels.tag}>\s*(.*?)\s*</{labels.tag}>", before, re.DOTALL)
    tiers = [tier for tier in labels.tiers if [one.casefold() for one in found] == _shown(labels, tier)]
    query, tags = _QUERY.search(user), _FIRST_TAG.findall(system)
    if not tiers or query is None or not tags:
        raise ValueError(
            f"a control subject answers the prompts of this suite only: it looks for one <{labels.tag}> tag and a "
            f"<user_input> in the user message (found {len(found)} and {int(query is not None)}) and for a "
            f"<SCRATCHPAD_REASONING> or <OUTPUT> tag in the system message (found {len(tags)})"
        )
    # The reminders that close every prompt name the tag that a reply begins with; the examples before them hold both.
    cot = tags[-1] == "SCRATCHPAD_REASONING"
    tagged = bool(_ACCEPTANCE.search(system + user))
    tier = (tiers if labels.tells else labels.tiers)[-1]
    return Question(Condition(tier, cot), query[1].strip(), tagged)


def _shown(labels: Labels, tier: Tier) -> list[str]:
    label = labels.of(tier)
    return [] if label is None else [label.casefold()]
