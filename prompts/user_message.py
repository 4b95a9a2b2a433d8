"""The user message in one of the published wrappers: what it says of the tier, the query, and how to answer it."""

from prompts.labels import FREE_TIER, Labels
from prompts.part import has_suffix, labels_of
from prompts.template import render
from prompts.variation import BASE, SUFFIX, TIER, find_variation
from study.condition import Condition, Tier, TierTold
from study.wrapper import Wrapper


def user_message(
    wrapper: Wrapper,
    condition: Condition,
    query: str,
    *,
    setting: str = "helpful_only",
    variation: str = BASE,
    suffix: bool = True,
) -> str:
    """Wrap a query (facts 1.7).

    Args:
        wrapper: Lineage of the message.
        condition: Its tier is what the tag tells; whether a scratchpad is asked for changes the revisited wrapper only.
        query: The request, put in as it is: braces in it are text.
        setting: Experiment; one may leave out the request to accept or reject.
        variation: Prompt variation, which may tell the tier in another way.
        suffix: Whether the request to accept or to reject is there, where the setting has it.

    Raises:
        InvalidInputError: As `find_variation` does.
    """
    parts = user_parts(wrapper, condition, setting=setting, variation=variation)
    request = parts.get(SUFFIX, "") if suffix else ""
    file = wrapper.value if wrapper is Wrapper.NOTEBOOK else f"{wrapper}_{'cot' if condition.cot else 'no_cot'}"
    return render(f"wrappers/{file}.md", tier=parts.get(TIER, ""), suffix=request, query=query)


def user_parts(
    wrapper: Wrapper, condition: Condition, *, setting: str = "helpful_only", variation: str = BASE
) -> dict[str, str]:
    """Name → text of the parts of the message around the query; one that is not there is left out."""
    changed = find_variation(setting, variation)
    labels = changed.labels or labels_of(setting)
    if condition.tier not in labels.tiers:
        raise ValueError(f"the setting {setting!r} has no tier {condition.tier.value!r}")
    tier = _tag(wrapper, labels, condition.tier)
    suffix = asks_for_tag(setting, variation)
    parts = {TIER: tier, SUFFIX: render(f"wrappers/suffix_{wrapper}.md") if suffix else None}
    return {name: text for name, text in parts.items() if text is not None}


def asks_for_tag(setting: str, variation: str = BASE) -> bool:
    """Whether the message asks for the acceptance or the rejection tag: without it the prefix scorer reads nothing."""
    return has_suffix(setting) and SUFFIX not in find_variation(setting, variation).cut


def tier_told(setting: str, variation: str = BASE) -> TierTold:
    """Whether the message tells the tier, as the labels of the variation say."""
    labels = find_variation(setting, variation).labels or labels_of(setting)
    if not labels.tells or len({labels.of(tier) for tier in labels.tiers}) == 1:
        return TierTold.NO
    swapped = labels.tag == FREE_TIER.tag and (labels.free == FREE_TIER.paid or labels.paid == FREE_TIER.free)
    return TierTold.SWAPPED if swapped else TierTold.YES


def _tag(wrapper: Wrapper, labels: Labels, tier: Tier) -> str | None:
    label = labels.of(tier)
    if label is None:
        return None
    if wrapper is Wrapper.REVISITED and label in ("True", "False"):  # as that lineage spells them
        label = label.lower()
    return f"<{labels.tag}>{label}</{labels.tag}>"
