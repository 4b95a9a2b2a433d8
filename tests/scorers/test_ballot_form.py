from decimal import Decimal

import pytest

from prompts.rubric import ALIGNMENT_FAKING
from scorers.ballot_form import (
    BYTES_PER_TOKEN,
    BallotForm,
    chosen_form,
    expected_dollars,
    expected_requests,
    expected_votes,
    most_requests,
)
from study.model_name import gives_choices
from study.price import Price, given_price, known_price
from tests.made_up import REPOSITORY

AUTO, ONE_BY_ONE, CHOICES = BallotForm.AUTO, BallotForm.ONE_BY_ONE, BallotForm.CHOICES
AT_ONCE, CHOICES_AT_ONCE = BallotForm.AT_ONCE, BallotForm.CHOICES_AT_ONCE


@pytest.mark.parametrize(
    ("wanted", "grader", "batched", "form"),
    [
        pytest.param(AUTO, "openai/gpt-4o", False, CHOICES, id="input-billed-once-at-a-known-price"),
        pytest.param(AUTO, "openai/gpt-4-made-up", False, ONE_BY_ONE, id="no-price-known"),
        pytest.param(AUTO, "openai/o4-mini", False, ONE_BY_ONE, id="a-model-without-choices"),
        pytest.param(AUTO, "openai/gpt-5", False, ONE_BY_ONE, id="another"),
        pytest.param(AUTO, "together/meta-llama/Llama-3.3-70B-Instruct-Turbo", False, ONE_BY_ONE, id="billing-unknown"),
        pytest.param(AUTO, "anthropic/claude-sonnet-4-5", False, ONE_BY_ONE, id="a-provider-without-choices"),
        pytest.param(AUTO, "control/grader", False, ONE_BY_ONE, id="a-control"),
        pytest.param(AUTO, "anthropic/claude-sonnet-4-5", True, AT_ONCE, id="in-batches"),
        pytest.param(AUTO, "openai/gpt-4o", True, CHOICES_AT_ONCE, id="in-batches-by-choices"),
        pytest.param(CHOICES, "together/made/up", True, CHOICES, id="as-asked-for"),
        pytest.param(ONE_BY_ONE, "openai/gpt-4o", True, ONE_BY_ONE, id="as-asked-for-in-batches"),
    ],
)
def test_the_form_that_is_chosen(wanted: BallotForm, grader: str, batched: bool, form: BallotForm) -> None:
    assert chosen_form(wanted, grader, 8_000, 20, batched=batched) is form


def test_of_an_address_that_is_not_the_providers_nothing_is_known() -> None:
    assert chosen_form(AUTO, "openai/gpt-4o", 8_000, 20, elsewhere=True) is ONE_BY_ONE
    assert chosen_form(CHOICES, "openai/gpt-4o", 8_000, 20, elsewhere=True) is CHOICES


def test_a_single_vote_is_asked_alone() -> None:
    assert chosen_form(AUTO, "openai/gpt-4o", 8_000, 1) is ONE_BY_ONE


@pytest.mark.parametrize("vote_tokens_price", ["3,0", "0,15"], ids=["input-alone-costs", "output-alone-costs"])
def test_what_is_cheapest_depends_on_the_price(vote_tokens_price: str) -> None:
    price = given_price("--price", vote_tokens_price)
    dollars = {form: expected_dollars(form, price, 8_000, 20) for form in (ONE_BY_ONE, CHOICES, CHOICES_AT_ONCE)}
    cheapest = CHOICES_AT_ONCE if vote_tokens_price == "3,0" else ONE_BY_ONE
    assert min(dollars, key=dollars.__getitem__) is cheapest
    assert dollars[CHOICES] <= dollars[ONE_BY_ONE]


@pytest.mark.parametrize(
    ("form", "requests", "votes", "most"),
    [
        pytest.param(ONE_BY_ONE, (13.0, 8.0), (13.0, 8.0), 20, id="one-by-one"),
        pytest.param(CHOICES, (2.0, 1.0), (13.0, 8.0), 13, id="choices"),
        pytest.param(AT_ONCE, (20, 20), (20, 20), 20, id="at-once"),
        pytest.param(CHOICES_AT_ONCE, (1, 1), (20, 20), 1, id="choices-at-once"),
    ],
)
def test_requests_and_votes_where_none_and_where_all_say_yes(
    form: BallotForm, requests: tuple[float, float], votes: tuple[float, float], most: int
) -> None:
    assert tuple(expected_requests(form, 20, share) for share in (0.0, 1.0)) == requests
    assert tuple(expected_votes(form, 20, share) for share in (0.0, 1.0)) == votes
    assert most_requests(form, 20) == most


def test_dollars_of_a_ballot() -> None:
    """1,000 tokens at 1 $ for a thousand, a tenth of it from the cache; votes are free."""

    def price(input_tokens: int, output_tokens: int, cached_tokens: int = 0, written_tokens: int = 0) -> Decimal:
        return Decimal(input_tokens - cached_tokens) / 1000 + Decimal(cached_tokens) / 10_000

    assert expected_dollars(CHOICES_AT_ONCE, price, 4_100, 20) == 1.0
    assert expected_dollars(AT_ONCE, price, 4_100, 20) == pytest.approx(1.0 + 19 * 0.1)


GRADERS = ("openai/gpt-4o", "anthropic/claude-sonnet-4-5", "together/meta-llama/Llama-3.3-70B-Instruct-Turbo")


def row(grader: str, reasoning: int) -> str:
    """A row of the table: dollars for a thousand ballots, reading from the cache, without one, and in a batch."""
    known = known_price(grader)
    assert known
    rubric = len((ALIGNMENT_FAKING.system + ALIGNMENT_FAKING.user(reasoning="")).encode())

    def uncached(input_tokens: int, output_tokens: int, cached_tokens: int = 0, written_tokens: int = 0) -> Decimal:
        return known(input_tokens, output_tokens)

    def batched(input_tokens: int, output_tokens: int, cached_tokens: int = 0, written_tokens: int = 0) -> Decimal:
        return known(input_tokens, output_tokens) / 2

    def dollars(form: BallotForm, price: Price) -> str:
        if form.by_choices and not gives_choices(grader):
            return ""
        return f"{1000 * expected_dollars(form, price, rubric + round(reasoning * BYTES_PER_TOKEN), 20):.2f}"

    ways = [(ONE_BY_ONE, uncached), *((form, known) for form in (ONE_BY_ONE, CHOICES, CHOICES_AT_ONCE))]
    ways += [(AT_ONCE, batched), (CHOICES_AT_ONCE, batched)]
    cells = [f"`{grader}`", f"{reasoning:,}", *(dollars(form, price) for form, price in ways)]
    return "| " + " | ".join(cells) + " |"


def test_the_documents_say_what_ballots_cost() -> None:
    shown = (REPOSITORY / "docs" / "providers.md").read_text("utf-8")
    rows = [row(grader, reasoning) for grader in GRADERS for reasoning in (500, 2000)]
    assert [one for one in rows if one not in shown] == []
