"""What a model costs: as the user says, or as the list of the package ``genai-prices`` has it, without a network."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Protocol

from study.invalid_input import InvalidInputError
from study.model_name import is_control

_PROVIDERS = {"grok": "x-ai", "bedrock": "aws", "azureai": "azure"}
"""Providers that the price list names otherwise than Inspect does."""


class Price(Protocol):
    """What a model costs."""

    def __call__(
        self, input_tokens: int, output_tokens: int, cached_tokens: int = 0, written_tokens: int = 0
    ) -> Decimal:
        """Dollars for one call.

        Args:
            input_tokens: All that is sent.
            output_tokens: All that comes back, reasoning included.
            cached_tokens: How many of those that are sent the provider reads from its cache.
            written_tokens: How many it writes there, which some charge more for: Anthropic a quarter more.
        """


def given_price(option: str, value: str) -> Price:
    """A price as a user gives it: dollars for a million tokens in, out and, where they are cheaper, read from a cache.

    Tokens that are written to a cache cost what others do.

    Args:
        option: What the user set, for instance ``--price``.
        value: For instance ``3,15`` or ``3,15,0.3``.

    Raises:
        InvalidInputError: If it is not two or three numbers, 0 or more.
    """
    parts = value.split(",")
    try:
        read = [Decimal(part.strip()) for part in parts]
    except ArithmeticError:
        read = []
    if len(read) not in (2, 3) or not all(one.is_finite() and one >= 0 for one in read):
        raise InvalidInputError(
            f"{option} {value!r} is no price; give dollars for a million tokens in and out, and where they differ "
            f"cached ones in, as in {option} 3,15 or {option} 3,15,0.3"
        )
    in_, out, cached = (*read, read[0])[:3]

    def price(input_tokens: int, output_tokens: int, cached_tokens: int = 0, written_tokens: int = 0) -> Decimal:
        return (in_ * (input_tokens - cached_tokens) + cached * cached_tokens + out * output_tokens) / 1_000_000

    return price


def known_price(model: str) -> Price | None:
    """The price of a model at its provider, from the list that the package ``genai-prices`` holds; no network.

    Args:
        model: Full name, for instance ``together/meta-llama/Llama-3.3-70B-Instruct-Turbo``.

    Returns:
        The price, or None where the list has none. A control model costs nothing.
    """
    if is_control(model):
        return lambda input_tokens, output_tokens, cached_tokens=0, written_tokens=0: Decimal(0)
    from genai_prices import Usage, calc_price  # heavy, and asked for only where something costs

    provider, _, name = model.removeprefix("openai-api/").partition("/")

    def price(input_tokens: int, output_tokens: int, cached_tokens: int = 0, written_tokens: int = 0) -> Decimal:
        usage = Usage(
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            cache_read_tokens=cached_tokens,
            cache_write_tokens=written_tokens,
        )
        total: Decimal = calc_price(usage, name, provider_id=_PROVIDERS.get(provider, provider)).total_price
        return total

    try:
        price(1, 1)
    except LookupError:
        return None
    return price


def price_list() -> str:
    """Which list the known prices are from, and how old it may be: the last day, up to now, on which one changed.

    The package does not say when it was made, and holds some changes that are yet to come.
    """
    from genai_prices import __version__
    from genai_prices.data import providers
    from genai_prices.types import StartDateConstraint

    today = datetime.now(UTC).date()
    dated = (
        price.constraint.start_date
        for provider in providers
        for model in provider.models
        if isinstance(model.prices, list)
        for price in model.prices
        if isinstance(price.constraint, StartDateConstraint)
    )
    return f"genai-prices {__version__} (last dated change of a price: {max(day for day in dated if day <= today)})"
