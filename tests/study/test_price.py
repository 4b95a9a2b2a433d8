"""What a model costs."""

from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.metadata import version

import pytest

from study.invalid_input import InvalidInputError
from study.price import given_price, known_price, price_list


@pytest.mark.parametrize(
    ("value", "dollars"),
    [
        pytest.param("3,15", "18", id="in-and-out"),
        pytest.param("3,15,0.3", "15.84", id="cached-tokens-are-cheaper"),
        pytest.param(" 3 , 0 ", "3", id="nothing-for-what-comes-back"),
    ],
)
def test_a_price_as_it_is_given(value: str, dollars: str) -> None:
    assert given_price("--price", value)(1_000_000, 1_000_000, 800_000) == Decimal(dollars)


@pytest.mark.parametrize("value", ["3", "3,15,1,2", "3;15", "-1,2", "1,2,-1", "nan,1", "inf,1", ",", ""])
def test_what_is_no_price(value: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        given_price("--price", value)
    assert str(error.value) == (
        f"--price {value!r} is no price; give dollars for a million tokens in and out, and where they differ cached "
        "ones in, as in --price 3,15 or --price 3,15,0.3"
    )


def test_a_price_is_that_of_the_provider_who_is_named() -> None:
    """Dollars for a million tokens of gpt-4o: 2.5 in, 10 out, 1.25 cached; they have not moved since 2024-10."""
    known = known_price("openai/gpt-4o")
    assert known is not None
    assert known(1_000, 1_000) == Decimal("0.0125")
    assert known(1_000, 1_000, 800) == Decimal("0.0115")
    assert [known_price(model) for model in ("openai/no-such-model", "vllm/gpt-4o", "no-provider")] == [None] * 3


def test_what_is_written_to_a_cache_costs_more_where_the_provider_charges_more() -> None:
    """Dollars of claude-sonnet-4-5: 3 a million in, a quarter more written, a tenth read."""
    dearer, alike = known_price("anthropic/claude-sonnet-4-5"), known_price("openai/gpt-4o")
    assert dearer
    assert alike
    assert dearer(1_000, 0, 100, 800) == (100 * Decimal("3") + 100 * Decimal("0.3") + 800 * Decimal("3.75")) / 1_000_000
    assert alike(1_000, 0, 0, 800) == alike(1_000, 0)
    assert given_price("--price", "3,15,0.3")(1_000, 0, 0, 800) == Decimal("0.003")


def test_a_control_costs_nothing() -> None:
    free = known_price("control/faker")
    assert free is not None
    assert free(1_000, 1_000, 10) == 0


def test_the_list_says_how_old_it_is() -> None:
    name, _, change = price_list().removesuffix(")").partition(" (last dated change of a price: ")
    assert name == f"genai-prices {version('genai-prices')}"
    assert date(2025, 1, 1) < date.fromisoformat(change) <= datetime.now(UTC).date()
