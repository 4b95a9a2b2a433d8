"""What a run may cost over all its conditions, and the account of what it has cost so far."""

import functools
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from inspect_ai.model import ModelUsage

from evals.account_file import account_file
from study.invalid_input import InvalidInputError
from study.price import Price, known_price

PriceOf = Callable[[str], Price | None]

Ask = tuple[str, int]
"""Query id and epoch: what is asked once in every condition."""

ACCOUNT = ".af-run.spent.jsonl"
"""Name of the account in the folder of the logs."""


class Unit(StrEnum):
    """What a budget is counted in."""

    CALLS = "calls"
    TOKENS = "tokens"
    """All that are sent and received, those read from a provider's cache too."""
    DOLLARS = "dollars"


_AMOUNT = re.compile(r"(-?\d+(?:\.\d+)?)\s*([kM]?)\s*(calls|tok|usd)", re.IGNORECASE)
_TIMES = {"": 1, "k": 1_000, "m": 1_000_000}
_UNITS = {"calls": Unit.CALLS, "tok": Unit.TOKENS, "usd": Unit.DOLLARS}


@dataclass(frozen=True)
class Cap:
    """The most that a run may cost."""

    amount: float
    """Above 0."""
    unit: Unit

    @classmethod
    def read(cls, typed: str) -> "Cap":
        """A cap as a user types it: ``20usd``, ``2Mtok``, ``5000calls``.

        Raises:
            InvalidInputError: If it has no unit that is known, or is not above 0.
        """
        found = _AMOUNT.fullmatch(typed.strip())
        amount = float(found[1]) * _TIMES[found[2].casefold()] if found else 0.0
        unit = _UNITS[found[3].casefold()] if found else Unit.CALLS
        if not found or (amount % 1 and unit != Unit.DOLLARS):
            raise InvalidInputError(
                f"--budget={typed!r} is no budget; give dollars as in 20usd, tokens as in 2Mtok, or calls as in "
                "5000calls"
            )
        if amount <= 0:
            raise InvalidInputError(
                f"--budget={typed!r} leaves nothing to ask with; give more than 0, or leave it out for no cap"
            )
        return cls(amount, unit)

    def __str__(self) -> str:
        """As people read it."""
        return f"${self.amount:,.2f}" if self.unit == Unit.DOLLARS else f"{self.amount:,.0f} {self.unit}"

    def told(self, spent: float) -> str:
        """What is spent of it, as people read it."""
        return f"${spent:,.2f} of {self}" if self.unit == Unit.DOLLARS else f"{spent:,.0f} of {self}"


class Account:
    """What each query of a run has cost, in all conditions together, and how much more it may cost.

    Every call is written down before it is made, and its tokens when it is answered, into a file beside the logs: what
    a killed run has spent is known to the next one, replies that were lost with it included. So is which queries have a
    reply: those are asked in the conditions that lack one, whatever is left. One whose calls all failed is as if it had
    not begun.

    A query begins while what is spent, and the most that it and those under way may need, fit into the cap; where none
    is under way, also where it fits if it needs what the dearest before it did. So only the last query can pass the
    cap, by what it is dearer. The most is so many calls, each as dear as the dearest so far: the first query of an
    experiment goes ahead alone, and so do those after it as long as a model that they may need has not answered yet.
    """

    def __init__(
        self,
        cap: Cap | None = None,
        file: str | Path | None = None,
        others: Iterable[str | Path] = (),
        price_of: PriceOf = known_price,
    ) -> None:
        """Open an account, with what is in it.

        Args:
            cap: The most that may be spent; None for no limit.
            file: Where it is kept, a path or an fsspec address; None keeps it for as long as the process lasts.
            others: Where the accounts are that the same cap covers.
            price_of: What a model costs, by its name; None where nobody knows.

        Raises:
            InvalidInputError: If a file is damaged.
        """
        self.cap = cap
        self.spent = 0.0
        self._file = account_file(file) if file else None
        self._price_of = functools.cache(price_of)
        self._costs: defaultdict[str, dict[Ask, float]] = defaultdict(dict)
        self._dearest: defaultdict[str, float] = defaultdict(float)
        self._call: dict[str, float] = {}  # the dearest, by model
        self._replied: defaultdict[str, set[Ask]] = defaultdict(set)
        self._through: set[str] = set()
        self._calls: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._answered: set[str] = set()
        self._silent: str | None = None
        self._lost: str | None = None
        if file and self._file:
            for charge in _read(file, self._file.read()):
                self._count(charge)
        for other in (Account(cap, other, price_of=price_of) for other in others):
            self.spent += other.spent
            for experiment, cost in other._dearest.items():
                self._dearest[experiment] = max(self._dearest[experiment], cost)

    def check_priced(self, option: str, model: str) -> None:
        """Refuse a model that a budget in dollars cannot count.

        Args:
            option: With which its price is given.
            model: Its name.

        Raises:
            InvalidInputError: If nobody knows what it costs.
        """
        if self.cap and self.cap.unit == Unit.DOLLARS and self._price_of(model) is None:
            raise InvalidInputError(
                f"--budget={self.cap} cannot be kept: no price is known of {model}; give it with {option} "
                "IN,OUT[,CACHED] (dollars for a million tokens), or the budget in tokens or calls"
            )

    @property
    def told(self) -> str:
        """What is spent of how much, as people read it; empty where there is no cap."""
        return self.cap.told(self.spent) if self.cap else ""

    @property
    def reason(self) -> str:
        """Why no more is asked, where the account is closed to an experiment."""
        if self._lost:
            return f"the account cannot be written to: {self._lost}"
        if self._silent:
            return f"{self._silent} has not said how many tokens it used, so that only a budget in calls can be counted"
        return f"the budget of {self.cap} holds no further query"

    @property
    def closed(self) -> bool:
        """Whether nothing was begun here, and nothing new will fit."""
        return not any(self._replied.values()) and any(map(self.closed_to, list(self._dearest)))

    def begun(self, experiment: str) -> set[Ask]:
        """What has a reply in some condition, now or from an earlier run."""
        return set(self._replied[experiment])

    def replied(self, experiment: str, ask: Ask) -> None:
        """Note a reply; of most models, what they used has told so."""
        if ask not in self._replied[experiment]:
            self.charge(experiment, ask, "")

    def charge(self, experiment: str, ask: Ask, model: str, calls: int = 0, usage: ModelUsage | None = None) -> None:
        """Write down a call, or what came of one: what it used, or with -1 call an answer that was kept."""
        charge = Charge.of(experiment, ask, model, calls, usage)
        self._count(charge)
        if self._file:
            self._file.add(charge.line)

    async def kept(self, wait: bool = False) -> None:
        """See that what was charged is written down; no query begins any more where it cannot be.

        Args:
            wait: Until it is; with a cap, always.
        """
        try:
            if self._file:
                await self._file.kept(wait or self.cap is not None)
        except OSError as error:
            self._lost = str(error)

    def through(self, experiment: str) -> None:
        """Note that a query of an experiment has all its replies, so that it is known what one may need."""
        self._through.add(experiment)
        if self.cap and self.cap.unit != Unit.CALLS:
            silent = (model for model, calls in self._calls[experiment].items() if calls > 0)
            self._silent = next((model for model in silent if model not in self._answered), None)

    def closed_to(self, experiment: str) -> bool:
        """Whether no new query of an experiment will ever fit."""
        if self.cap is None:
            return False
        if self._silent or self._lost:
            return True
        return self.spent >= self.cap.amount or self.spent + self._dearest[experiment] > self.cap.amount

    def most(self, calls: Mapping[str, int]) -> float:
        """What so many calls to each model cost, if each is as dear as the dearest so far; ∞ where there was none."""
        if self.cap is None or self.cap.unit == Unit.CALLS:
            return sum(calls.values())
        return sum(number * self._call.get(model, math.inf) for model, number in calls.items() if number)

    def fits(self, experiment: str, under_way: Iterable[tuple[str, Ask]], most: Mapping[str, float]) -> bool:
        """Whether one more query of an experiment fits beside those that are under way.

        Args:
            experiment: Whose query it is.
            under_way: Queries with their experiments.
            most: What a query of each experiment may cost.
        """
        asks = list(under_way)
        if self.cap is None or not asks:
            return not self.closed_to(experiment)
        if experiment not in self._through and any(of == experiment for of, _ in asks):
            return False
        needs = {of: max(most[of], self._dearest[of]) for of in (experiment, *(of for of, _ in asks))}
        reserved = sum(max(0.0, needs[of] - self._costs[of].get(ask, 0.0)) for of, ask in asks)
        return self.spent + reserved + needs[experiment] <= self.cap.amount

    def _count(self, charge: "Charge") -> None:
        cost = self._cost(charge)
        if charge.usage or charge.calls <= 0:
            self._replied[charge.experiment].add((charge.query, charge.epoch))
        if charge.usage:
            self._answered.add(charge.model)
            self._call[charge.model] = max(self._call.get(charge.model, 0.0), cost)
        if charge.calls < 0:
            cost = min(cost, 0.0)  # tokens of an answer that was kept are not sent again
        self.spent += cost
        costs, ask = self._costs[charge.experiment], (charge.query, charge.epoch)
        costs[ask] = costs.get(ask, 0.0) + cost
        self._dearest[charge.experiment] = max(self._dearest[charge.experiment], costs[ask])
        self._calls[charge.experiment][charge.model] += charge.calls

    def _cost(self, charge: "Charge") -> float:
        match self.cap and self.cap.unit:
            case Unit.TOKENS:
                used = charge.usage
                return used.get("total_tokens") or used.get("input_tokens", 0) + used.get("output_tokens", 0)
            case Unit.DOLLARS:
                used = defaultdict(int, charge.usage)
                cached, written = used["input_tokens_cache_read"], used["input_tokens_cache_write"]
                sent = used["input_tokens"] + written + cached
                price = self._price_of(charge.model)
                return float(price(sent, used["output_tokens"], cached, written)) if price else 0.0
            case _:
                return charge.calls


@dataclass(frozen=True)
class Charge:
    """A line of an account."""

    experiment: str
    query: str
    epoch: int
    model: str
    calls: int
    usage: dict[str, int]

    @classmethod
    def of(cls, experiment: str, ask: Ask, model: str, calls: int = 0, usage: ModelUsage | None = None) -> "Charge":
        """A call, or what one has used."""
        return cls(experiment, *ask, model, calls, usage.model_dump(exclude_none=True) if usage else {})

    @property
    def line(self) -> bytes:
        """As it is written."""
        said = [self.experiment, self.query, self.epoch, self.model, self.calls, self.usage]
        return json.dumps(said).encode() + b"\n"


def _read(file: str | Path, lines: bytes) -> Iterator[Charge]:
    for number, line in enumerate(lines.splitlines(), 1):
        try:
            yield Charge(*json.loads(line))
        except (ValueError, TypeError) as error:
            raise InvalidInputError(
                f"{file}, line {number}, is damaged, so that nobody can tell what was spent; give this run a --log-dir "
                "of its own"
            ) from error
