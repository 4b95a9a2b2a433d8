"""A budget: how it is read, what still fits into it, and an account that outlives the run."""

from decimal import Decimal
from math import inf
from pathlib import Path

import pytest
from inspect_ai.model import ModelUsage

from evals.budget import Account, Ask, Cap, Unit
from study.invalid_input import InvalidInputError
from study.price import given_price

ONE, TWO, THREE = ("one", 1), ("two", 1), ("two", 2)


@pytest.mark.parametrize(
    ("typed", "cap", "shown"),
    [
        pytest.param("20usd", Cap(20, Unit.DOLLARS), "$20.00", id="dollars"),
        pytest.param("0.5 USD", Cap(0.5, Unit.DOLLARS), "$0.50", id="cents"),
        pytest.param("2Mtok", Cap(2_000_000, Unit.TOKENS), "2,000,000 tokens", id="tokens"),
        pytest.param("1.5ktok", Cap(1_500, Unit.TOKENS), "1,500 tokens", id="thousands"),
        pytest.param("5000calls", Cap(5_000, Unit.CALLS), "5,000 calls", id="calls"),
    ],
)
def test_a_cap_is_an_amount_with_its_unit(typed: str, cap: Cap, shown: str) -> None:
    assert (Cap.read(typed), str(cap)) == (cap, shown)


NO_BUDGET = "is no budget; give dollars as in 20usd, tokens as in 2Mtok, or calls as in 5000calls"
NOTHING = "leaves nothing to ask with; give more than 0, or leave it out for no cap"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        pytest.param("20", NO_BUDGET, id="no-unit"),
        pytest.param("20eur", NO_BUDGET, id="unknown-unit"),
        pytest.param("", NO_BUDGET, id="empty"),
        pytest.param("infusd", NO_BUDGET, id="no-number"),
        pytest.param("1,000calls", NO_BUDGET, id="comma"),
        pytest.param("2.5calls", NO_BUDGET, id="half-a-call"),
        pytest.param("0usd", NOTHING, id="zero"),
        pytest.param("-5calls", NOTHING, id="negative"),
    ],
)
def test_what_is_no_cap_is_refused(typed: str, message: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        Cap.read(typed)
    assert refused.value.message == f"--budget={typed!r} {message}"


def spent(account: Account, *asks: tuple[Ask, int], experiment: str = "a") -> Account:
    for ask, calls in asks:
        for _ in range(calls):
            account.charge(experiment, ask, "a/model", calls=1)
    return account


@pytest.mark.parametrize(
    ("calls", "through", "under_way", "fits", "closed"),
    [
        pytest.param({}, False, [], True, False, id="the-first"),
        pytest.param({ONE: 1}, False, [ONE], False, False, id="none-beside-the-first"),
        pytest.param({ONE: 3, TWO: 1}, True, [TWO], True, False, id="beside-one-if-both-may-need-the-most"),
        pytest.param({ONE: 4, TWO: 1}, True, [TWO], True, False, id="what-is-spent-on-it-is-not-counted-twice"),
        pytest.param({ONE: 5, TWO: 1}, True, [TWO], False, False, id="not-beside-one-that-may-need-the-rest"),
        pytest.param({ONE: 6}, True, [], True, False, id="alone-if-it-needs-what-the-dearest-did"),
        pytest.param({ONE: 7}, True, [], False, True, id="not-if-that-does-not-fit"),
        pytest.param({ONE: 2, TWO: 3, THREE: 5}, True, [THREE], False, True, id="nor-beside-another"),
        pytest.param({ONE: 12}, False, [], False, True, id="all-is-spent"),
        pytest.param({ONE: 13}, True, [], False, True, id="more-is-spent"),
    ],
)
def test_a_query_begins_if_it_fits_beside_those_under_way(
    calls: dict[Ask, int], through: bool, under_way: list[Ask], fits: bool, closed: bool
) -> None:
    account = spent(Account(Cap(12, Unit.CALLS)), *calls.items())
    if through:
        account.through("a")
    asks = [("a", ask) for ask in under_way]
    assert (account.fits("a", asks, {"a": 4}), account.closed_to("a")) == (fits, closed)


def test_the_most_a_query_may_cost_is_so_many_calls_as_dear_as_the_dearest() -> None:
    account = Account(Cap(1_000, Unit.TOKENS))
    for model, tokens in (("a/model", 7), ("a/model", 3), ("a/grader", 2)):
        account.charge("a", ONE, model, usage=ModelUsage(total_tokens=tokens))
    assert account.most({"a/model": 2, "a/grader": 20, "a/stranger": 0}) == 2 * 7 + 20 * 2


def test_a_model_that_has_not_answered_yet_may_cost_anything_but_in_calls() -> None:
    """As a grader that the first queries do not need: what is in flight would else pass the cap by all it costs."""
    needed = {"a/model": 1, "a/grader": 21}
    for unit, most in ((Unit.TOKENS, inf), (Unit.CALLS, 22)):
        account = spent(Account(Cap(1_000, unit)), (ONE, 1))
        account.charge("a", ONE, "a/model", usage=ModelUsage(total_tokens=7))
        account.through("a")
        assert account.most(needed) == most
        most_of = {"a": account.most(needed)}
        assert (account.fits("a", [], most_of), account.fits("a", [("a", TWO)], most_of)) == (True, most < inf)


def test_experiments_share_the_cap_and_not_the_price_of_a_query() -> None:
    account = spent(Account(Cap(20, Unit.CALLS)), (ONE, 9), (TWO, 3))
    spent(account, (ONE, 2), experiment="b")
    account.through("b")
    assert [account.closed_to(name) for name in "ab"] == [True, False]
    most = {"a": 9.0, "b": 2.0}
    assert [account.fits("b", [("a", TWO)][:under_way], most) for under_way in (0, 1)] == [True, False]


def test_without_a_cap_all_fits_and_is_written_down_still(tmp_path: Path) -> None:
    account = spent(Account(file=tmp_path / "spent"), (ONE, 100))
    assert (account.fits("a", [("a", ONE)], {}), account.closed_to("a"), account.told) == (True, False, "")
    assert Account(Cap(150, Unit.CALLS), tmp_path / "spent").told == "100 of 150 calls"


def test_what_was_spent_is_known_to_the_next_run(tmp_path: Path) -> None:
    spent(Account(file=tmp_path / "spent"), (ONE, 2), (THREE, 3))
    again = Account(Cap(8, Unit.CALLS), tmp_path / "spent")
    assert again.spent == 5
    again.charge("a", ONE, "a/model", calls=-1, usage=ModelUsage(total_tokens=9))  # an answer that was kept
    assert Account(Cap(8, Unit.CALLS), tmp_path / "spent").spent == 4
    tokens = Account(Cap(100, Unit.TOKENS), tmp_path / "spent")
    assert (tokens.spent, tokens.most({"a/model": 2})) == (0, 18), "it is not sent again, and tells what others cost"


def test_begun_is_what_has_a_reply_and_not_what_failed(tmp_path: Path) -> None:
    """Else each query that failed for want of a key or of credit would be asked again beyond the cap."""
    asks = ONE, TWO, THREE, ("four", 1), ("five", 1)
    first = spent(Account(file=tmp_path / "spent"), *((ask, 1) for ask in asks[:4]))
    first.charge("a", ONE, "a/model", usage=ModelUsage(total_tokens=7))
    first.charge("a", TWO, "a/model", calls=-1)
    first.replied("a", THREE)  # of a model that does not say what it used
    first.charge("a", asks[4], "a/model", 1, ModelUsage(total_tokens=7))  # as an account is made from logs
    for account in (first, Account(Cap(8, Unit.CALLS), tmp_path / "spent")):
        assert (account.begun("a"), account.begun("b"), account.closed) == ({*asks} - {asks[3]}, set(), False)
    before = (tmp_path / "spent").read_bytes()
    first.replied("a", ONE)
    assert (tmp_path / "spent").read_bytes() == before, "said once"
    spent(Account(file=tmp_path / "failed"), (ONE, 5))
    assert Account(Cap(5, Unit.CALLS), tmp_path / "failed").closed


def test_a_line_that_was_cut_off_is_none(tmp_path: Path) -> None:
    spent(Account(file=tmp_path / "spent"), (ONE, 2))
    whole = (tmp_path / "spent").read_bytes()
    (tmp_path / "spent").write_bytes(whole + whole[:20])
    account = spent(Account(Cap(8, Unit.CALLS), tmp_path / "spent"), (ONE, 1))
    assert (account.spent, Account(Cap(8, Unit.CALLS), tmp_path / "spent").spent) == (3, 3)


def test_a_damaged_account_is_refused(tmp_path: Path) -> None:
    (tmp_path / "spent").write_text("nothing\n")
    with pytest.raises(InvalidInputError) as refused:
        Account(Cap(8, Unit.CALLS), tmp_path / "spent")
    assert refused.value.message == (
        f"{tmp_path / 'spent'}, line 1, is damaged, so that nobody can tell what was spent; give this run a --log-dir "
        "of its own"
    )


def test_the_accounts_of_other_folders_count(tmp_path: Path) -> None:
    for name in "xy":
        spent(Account(file=tmp_path / name), (ONE, 4)).replied("a", ONE)
    account = Account(Cap(12, Unit.CALLS), tmp_path / "z", [tmp_path / "x", tmp_path / "y", tmp_path / "none"])
    assert (account.spent, account.begun("a"), account.closed_to("a"), account.closed) == (8, set(), False, False)
    full = Account(Cap(11, Unit.CALLS), tmp_path / "z", [tmp_path / "x", tmp_path / "y"])
    assert (full.closed_to("a"), full.closed) == (True, True)
    assert not Account(Cap(11, Unit.CALLS), tmp_path / "x", [tmp_path / "y"]).closed, "what was begun is finished"


USED = ModelUsage(input_tokens=100, output_tokens=10, total_tokens=190, input_tokens_cache_read=80)


@pytest.mark.parametrize(
    ("usage", "unit", "amount"),
    [
        pytest.param(USED, Unit.TOKENS, 190, id="tokens"),
        pytest.param(ModelUsage(input_tokens=5, output_tokens=2), Unit.TOKENS, 7, id="tokens-that-nobody-added-up"),
        pytest.param(USED, Unit.DOLLARS, (100 * 3 + 80 * 1 + 10 * 15) / 1_000_000, id="dollars-cached-ones-cheaper"),
        pytest.param(USED, Unit.CALLS, 1, id="calls"),
    ],
)
def test_a_cap_is_counted_in_its_unit(usage: ModelUsage, unit: Unit, amount: float) -> None:
    account = Account(Cap(1_000, unit), price_of=lambda model: given_price("--price", "3,15,1"))
    account.charge("a", ONE, "a/model", calls=1)
    account.charge("a", ONE, "a/model", usage=usage)
    assert account.spent == pytest.approx(amount)


def test_what_is_written_to_a_providers_cache_is_priced_as_such() -> None:
    told: list[tuple[int, ...]] = []

    def price(input_tokens: int, output_tokens: int, cached_tokens: int = 0, written_tokens: int = 0) -> Decimal:
        told.append((input_tokens, output_tokens, cached_tokens, written_tokens))
        return Decimal(2)

    account = Account(Cap(5, Unit.DOLLARS), price_of=lambda model: price)
    used = ModelUsage(input_tokens=1, output_tokens=10, input_tokens_cache_read=100, input_tokens_cache_write=1_000)
    account.charge("a", ONE, "a/model", usage=used)
    assert (told, account.spent) == ([(1_101, 10, 100, 1_000)], 2)


def test_a_model_that_does_not_say_what_it_used_closes_a_budget_of_tokens() -> None:
    def used(unit: Unit, *models: str) -> Account:
        account = spent(Account(Cap(1_000, unit)), (ONE, 2))
        for model in models:
            account.charge("a", ONE, model, calls=1)
            account.charge("a", ONE, model, usage=USED)
        account.through("a")
        return account

    account = used(Unit.TOKENS, "a/grader")
    assert (account.closed_to("a"), account.fits("a", [], {})) == (True, False)
    assert (
        account.reason == "a/model has not said how many tokens it used, so that only a budget in calls can be counted"
    )
    assert not used(Unit.TOKENS, "a/grader", "a/model").closed_to("a")
    assert not used(Unit.CALLS, "a/grader").closed_to("a")
    kept = Account(Cap(1_000, Unit.TOKENS))
    for calls in (1, -1):  # an answer from the cache
        kept.charge("a", ONE, "a/model", calls=calls)
    kept.through("a")
    assert not kept.closed_to("a")


def test_dollars_need_a_price() -> None:
    known = {"a/model": lambda *tokens: Decimal(1)}
    dollars = Account(Cap(20, Unit.DOLLARS), price_of=known.get)
    dollars.check_priced("--price", "a/model")
    Account(Cap(20, Unit.CALLS), price_of=known.get).check_priced("--price", "another/model")
    with pytest.raises(InvalidInputError) as refused:
        dollars.check_priced("--grader-price", "another/model")
    assert refused.value.message == (
        "--budget=$20.00 cannot be kept: no price is known of another/model; give it with --grader-price "
        "IN,OUT[,CACHED] (dollars for a million tokens), or the budget in tokens or calls"
    )
