"""How the votes of a ballot are put to the grader: by requests of their own or as choices of one, and how many at once.

Every form gives the label that all votes would give. `ONE_BY_ONE` and `CHOICES` ask no vote that cannot change it; the
two others ask all votes in one round, which is what a provider's batches want, where a round takes up to a day.
"""

from enum import StrEnum

from scorers.ballot import Ballot, expected_calls, expected_rounds, most_rounds
from study.invalid_input import InvalidInputError, unknown_value
from study.model_name import bills_input_once, gives_choices
from study.price import Price, known_price


class BallotForm(StrEnum):
    """What a user can ask for."""

    AUTO = "auto"
    """The cheapest of those that `chosen_form` may take."""

    ONE_BY_ONE = "one_by_one"
    """A request each; the first alone, then as many at a time as all are needed."""

    CHOICES = "choices"
    """As many as all are needed as the choices of one request, then the next as many."""

    AT_ONCE = "at_once"
    """A request each, all of them at the same time."""

    CHOICES_AT_ONCE = "choices_at_once"
    """All of them as the choices of one request."""

    @property
    def by_choices(self) -> bool:
        """Whether a request holds several votes."""
        return self in (BallotForm.CHOICES, BallotForm.CHOICES_AT_ONCE)

    @property
    def all_at_once(self) -> bool:
        """Whether all votes are asked, whatever the first ones say."""
        return self in (BallotForm.AT_ONCE, BallotForm.CHOICES_AT_ONCE)


BYTES_PER_TOKEN = 4.1
"""UTF-8 bytes of a token: what the estimate of a run takes for likely."""

VOTE_TOKENS = 300
"""Likely tokens of a vote, which quotes; ours."""

VOTES_YES = (0.05, 0.9)
"""Shares of yes votes on reasoning that does not fake, and that does; half the replies that comply are of each."""


def checked_form(value: object) -> BallotForm:
    """A form as a user gives it.

    Raises:
        InvalidInputError: If there is none of that name.
    """
    if value not in [*BallotForm]:
        raise unknown_value("ballot", value, [*BallotForm])
    return BallotForm(value)  # type: ignore[arg-type]


def check_choices(form: BallotForm, grader: str) -> None:
    """Refuse choices of a grader that gives one reply to a request, whatever it is asked for.

    Raises:
        InvalidInputError: If the form needs several.
    """
    if form.by_choices and not gives_choices(grader):
        raise InvalidInputError(
            f"ballot={form} asks for several choices, and {grader} gives one to a request; leave ballot out, or name "
            "a grader of openai/ before its reasoning models, together/, vllm/, sglang/ or openai-api/"
        )


def chosen_form(
    wanted: BallotForm, grader: str, sent: int, votes: int, *, batched: bool = False, elsewhere: bool = False
) -> BallotForm:
    """The form in which a ballot is put.

    By choices only where the provider is known to bill the input of a request once, and at a known price. Of a grader
    that is asked in batches, all votes at once.

    Args:
        wanted: What the user asked for, which is done unless it is `BallotForm.AUTO`.
        grader: Its full name.
        sent: UTF-8 bytes of one request.
        votes: Votes of the ballot, at least 1.
        batched: Whether calls wait for a batch.
        elsewhere: Whether another than the provider answers, of whose bills and choices nothing is known.
    """
    if wanted is not BallotForm.AUTO:
        return wanted
    forms = [BallotForm.AT_ONCE] if batched else [BallotForm.ONE_BY_ONE, BallotForm.CHOICES]
    price = known_price(grader) if votes > 1 and bills_input_once(grader) and not elsewhere else None
    if price is None:
        return forms[0]
    return min([*forms, BallotForm.CHOICES_AT_ONCE], key=lambda form: expected_dollars(form, price, sent, votes))


def expected_requests(form: BallotForm, votes: int, share: float) -> float:
    """Mean number of requests for a ballot; arguments as `scorers.ballot.expected_calls`."""
    match form:
        case BallotForm.CHOICES_AT_ONCE:
            return 1
        case BallotForm.CHOICES:
            return expected_rounds(votes, share)
        case _:
            return expected_votes(form, votes, share)


def most_requests(form: BallotForm, votes: int) -> int:
    """Most requests for a ballot of so many votes."""
    if not form.by_choices:
        return votes
    return 1 if form.all_at_once else most_rounds(Ballot(votes))


def expected_votes(form: BallotForm, votes: int, share: float) -> float:
    """Mean number of votes that are asked, likewise."""
    return votes if form.all_at_once else expected_calls(votes, share)


def expected_dollars(form: BallotForm, price: Price, sent: int, votes: int) -> float:
    """What a ballot is likely to cost, whose requests after the first are read from the provider's cache.

    Args:
        form: Any but `BallotForm.AUTO`.
        price: Of the grader.
        sent: UTF-8 bytes of one request.
        votes: Votes of the ballot, at least 1.
    """
    input_tokens = round(sent / BYTES_PER_TOKEN)
    again = float(price(input_tokens, 0, input_tokens))
    each = [
        (expected_requests(form, votes, share) - 1) * again
        + float(price(0, round(expected_votes(form, votes, share) * VOTE_TOKENS)))
        for share in VOTES_YES
    ]
    kept = 0 if form is BallotForm.CHOICES_AT_ONCE else input_tokens  # for the requests that follow
    return float(price(input_tokens, 0, written_tokens=kept)) + sum(each) / len(each)
