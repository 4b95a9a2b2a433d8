"""What a corpus will cost: calls and tokens by stage before any call, and dollars where a price is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from documents.corpus import Corpus, Stage
from documents.stages import WORDS
from prompts.rubric import DOCUMENT_FILTERS
from prompts.template import render
from study.invalid_input import InvalidInputError
from study.model_name import is_control

_CHARACTERS_PER_TOKEN = 4
_ITEM_TOKENS = {Stage.TYPES: 15, Stage.IDEAS: 60}
_DOCUMENT_TOKENS = WORDS * 4 // 3
_VERDICT_TOKENS = 100

_PROVIDERS = {"grok": "x-ai", "bedrock": "aws", "azureai": "azure"}
"""Providers that the price list names otherwise than Inspect does."""


@dataclass(frozen=True)
class Estimate:
    """What one stage asks of one model: so many calls, each with about so many tokens."""

    name: str
    model: str
    calls: int
    input_tokens: int
    """Of one call."""
    output_tokens: int
    """Of one call; a model that reasons before it writes uses more."""
    done: bool = False
    """Whether all of it is paid for already."""


class Price(Protocol):
    """What a model costs."""

    def __call__(self, input_tokens: int, output_tokens: int) -> Decimal:
        """Dollars for one call."""


def estimates(corpus: Corpus) -> list[Estimate]:
    """What is asked at each stage. Lists that have to be asked for again are not counted."""
    settings, shares = corpus.settings, corpus.shares
    context = render("documents/context.md", context=settings.universe.told)
    fact = max((settings.universe.statement(share.fact) for share in shares), key=len)
    item = "x" * _ITEM_TOKENS[Stage.IDEAS] * _CHARACTERS_PER_TOKEN
    asked = {
        Stage.TYPES: render("documents/types.md", fact=fact, count="9"),
        Stage.IDEAS: render("documents/ideas.md", fact=fact, type=item, count="9"),
        Stage.DOCUMENTS: render("documents/document.md", fact=fact, type=item, idea=item, words=str(WORDS)),
    }
    calls = {
        Stage.TYPES: len(shares),
        Stage.IDEAS: sum(share.types for share in shares),
        Stage.DOCUMENTS: settings.documents,
    }
    items = max(share.types for share in shares), max(share.ideas for share in shares)
    answered = {
        Stage.TYPES: items[0] * _ITEM_TOKENS[Stage.TYPES],
        Stage.IDEAS: items[1] * _ITEM_TOKENS[Stage.IDEAS],
        Stage.DOCUMENTS: _DOCUMENT_TOKENS,
    }
    done = {stage: corpus.finished(stage) is not None for stage in Stage}
    written = [
        Estimate(stage, settings.writer, calls[stage], _tokens(context + asked[stage]), answered[stage], done[stage])
        for stage in Stage
    ]
    rubrics = [(rubric.system or "") + rubric.user(document="") for rubric in DOCUMENT_FILTERS.values()]
    judged = Estimate(
        "filters",
        settings.grader,
        settings.documents * len(rubrics),
        _tokens(max(rubrics, key=len)) + _DOCUMENT_TOKENS,
        _VERDICT_TOKENS,
        done[Stage.DOCUMENTS],
    )
    return [*written, judged]


def dollars(of: Sequence[Estimate], price: Price) -> Decimal:
    """Dollars for what is still to be asked."""
    return sum((price(one.input_tokens, one.output_tokens) * one.calls for one in of if not one.done), Decimal(0))


def given_price(option: str, value: str) -> Price:
    """A price as a user gives it: dollars for a million tokens in and out, as in ``3,15``.

    Raises:
        InvalidInputError: If it is not two numbers, 0 or more.
    """
    parts = value.split(",")
    try:
        read = [Decimal(part.strip()) for part in parts]
    except ArithmeticError:
        read = []
    if len(read) != 2 or not all(one.is_finite() and one >= 0 for one in read):
        raise InvalidInputError(
            f"{option} {value!r} is no price; give dollars for a million tokens in and out, as in {option} 3,15"
        )
    return lambda input_tokens, output_tokens: (read[0] * input_tokens + read[1] * output_tokens) / 1_000_000


def known_price(model: str) -> Price | None:
    """The price of a model at its provider, from the list that the package ``genai-prices`` holds; no network.

    Args:
        model: Full name, for instance ``together/meta-llama/Llama-3.3-70B-Instruct-Turbo``.

    Returns:
        The price, or None where the list has none.
    """
    if is_control(model):
        return lambda input_tokens, output_tokens: Decimal(0)
    from genai_prices import Usage, calc_price  # heavy, and asked for only where something costs

    provider, _, name = model.removeprefix("openai-api/").partition("/")

    def price(input_tokens: int, output_tokens: int) -> Decimal:
        usage = Usage(input_tokens=input_tokens, output_tokens=output_tokens)
        total: Decimal = calc_price(usage, name, provider_id=_PROVIDERS.get(provider, provider)).total_price
        return total

    try:
        price(1, 1)
    except LookupError:
        return None
    return price


def _tokens(text: str) -> int:
    return len(text) // _CHARACTERS_PER_TOKEN
