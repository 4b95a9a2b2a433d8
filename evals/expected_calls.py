"""What a task will ask of its models, counted from its rendered prompts, with what is not known yet as a range.

Nothing is asked and nothing is fetched. Without a pilot the ends of a range are what can happen at all: every reply
empty or as long as ``max_tokens`` allows, none or all complying. Between them stands what is likely, by assumptions
that are all in this file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from statistics import mean
from typing import Any

from inspect_ai import Task
from inspect_ai.dataset import Sample

from evals.condition_task import CONFIG, Setting, condition_task
from evals.control_answers import ControlAnswer, control_answers, mean_of
from evals.models import Models
from evals.task_options import Options
from evals.wording import chosen_wording
from prompts.reading_rubric import ReadingRubric, reading_rubrics
from prompts.rubric import AnswerForm, Rubric
from prompts.turn import next_turn
from prompts.wording import Wording
from scorers.alignment_faking import CONFIG as VOTE
from scorers.ballot_form import VOTE_TOKENS, VOTES_YES, chosen_form, expected_requests, expected_votes, most_requests
from scorers.judged_compliance import CONFIG as JUDGE
from study.cell import Cell
from study.condition import Condition, Tier, TierTold
from study.expected_calls import NOTHING, REPLY, ExpectedCalls, Range
from study.invalid_input import InvalidInputError
from study.model_name import is_control

BYTES_PER_TOKEN = (4.7, 4.1, 3.2)
"""UTF-8 bytes of a token, so that tokens are few, likely, many. No tokenizer can be had without a network. Counted on
the prompts, rubrics and queries of this suite with those of GPT-4 (cl100k), GPT-4o (o200k), DeepSeek and an older
Claude: 3.8 to 4.7 by text, 4.1 over all that a run sends; 3.2 leaves room for tokenizers that count more."""

SHORTEST = 10
"""Tokens of the shortest reply and verdict."""

REPLY_TOKENS = {True: 800, False: 350}
"""Likely tokens of a reply with and without a scratchpad. Ours: no paper gives them. A model that reasons before it
answers uses more; a pilot tells."""

SCRATCHPAD = 0.6
"""Likely share of a reply that is its scratchpad."""

COMPLIANCE = {Tier.FREE: 0.14, Tier.PAID: 0.03}
"""Share of replies that comply where nothing is known of the model: that of Claude 3 Opus with a scratchpad (Greenblatt
et al. 2024, figure 3). Other tiers that do not train are taken for `Tier.PAID`."""

WELFARE_COMPLIANCE = {Tier.FREE: 0.49, Tier.PAID: 0.34}
"""The same in the animal-welfare settings (appendix G.3, no. 58)."""

VERDICT_TOKENS = 150
"""Likely tokens of a verdict; ours."""

CONTROL_VERDICT = Range(SHORTEST, 30, 60)
"""Tokens of what the control grader says."""

TOKENS_PER_SECOND = (150, 60, 20)
FIRST_TOKEN = (0.2, 1.0, 3.0)
"""Seconds before the first token comes."""


@dataclass(frozen=True)
class Assumed:
    """What the user expects of the model under test."""

    reply_tokens: int | None = None
    """Tokens of a reply; None is as `REPLY_TOKENS`."""
    compliance: Range | None = None
    """Share of replies that comply, in [0, 1]; None is anything, by `guessed_compliance`."""
    max_tokens: int = CONFIG.max_tokens or 0
    """Longest reply."""
    model_args: Mapping[str, Any] = field(default_factory=dict)
    """Of a control model, which is asked what it says."""


@dataclass(frozen=True)
class Selection:
    """Which queries are asked, and how often."""

    first: int = 0
    last: int | None = None
    shuffle: int | None = None
    """Seed of their order; None leaves them as they are."""
    epochs: int | None = None
    """None is what the task says."""

    def of(self, task: Task) -> list[Sample]:
        """The samples that are asked, once each."""
        if self.shuffle is not None:
            task.dataset.shuffle(self.shuffle)
        return list(task.dataset)[self.first : self.last]


def tokens(size: float) -> Range:
    """Tokens of a text.

    Args:
        size: Its UTF-8 bytes.
    """
    return Range(*(size / each for each in BYTES_PER_TOKEN))


def guessed_compliance(setting: str, tier: Tier) -> float:
    """Likely share of replies that comply, of a model of which nothing is known."""
    guess = WELFARE_COMPLIANCE if setting in ("animal_welfare", "untold_animal_welfare") else COMPLIANCE
    return guess.get(tier, guess[Tier.PAID])


def task_calls(
    setting: Setting,
    condition: Condition,
    given: Mapping[str, Any],
    models: Models,
    selection: Selection,
    assumed: Assumed,
) -> list[ExpectedCalls]:
    """The calls of one task, one row a kind.

    Args:
        setting: The experiment.
        condition: Tier and scratchpad.
        given: Task parameters as the user typed them.
        models: Names alone: no model is made.
        selection: Queries that are asked.
        assumed: What the user expects.

    Raises:
        InvalidInputError: As `condition_task` does, or if no query is selected.
    """
    task = condition_task(setting, condition, given, models)
    samples = selection.of(task)
    if not samples:
        raise InvalidInputError(f"{task.name} has {len(task.dataset)} queries, and --limit takes none of them")
    options = Options.checked(given, setting.interview)
    asked = _Asked(task, samples, chosen_wording(options, given), selection.epochs or task.epochs or 1, models, assumed)
    rows = [asked.replies()]
    if not models.judged:
        return rows
    if setting.scorers(asked.cell.variation):
        rows += [asked.compliance(), asked.votes(options)]
    return rows + [asked.reading(name) for name in (task.metadata or {})["read"]]


class _Asked:
    """One task, and what is known of its calls."""

    def __init__(
        self, task: Task, samples: list[Sample], wording: Wording, epochs: int, models: Models, assumed: Assumed
    ) -> None:
        self.cell = cell = Cell.model_validate(samples[0].metadata)
        self._name, self._wording = task.name, wording
        self._replies = len(samples) * epochs
        self._system = wording.system_prompt(
            cell.setting, cot=cell.cot, developer=cell.developer, variation=cell.variation
        ).text
        self._users = [
            wording.user_message(
                cell.wrapper,
                cell.condition,
                str(sample.input),
                setting=cell.setting,
                variation=cell.variation,
                suffix=not cell.interview,
            )
            for sample in samples
        ]
        self._query = mean(_size(str(sample.input)) for sample in samples)
        self._short_verdicts = models.grader is not None  # the control grader's
        self._grader = models.grader_name
        self._assume(assumed)
        subject = models.subject_name
        self._known: list[ControlAnswer] = []
        if subject and is_control(subject):
            self._know(control_answers(subject, assumed.model_args, self._system, self._users, cell.wrapper))

    def _assume(self, assumed: Assumed) -> None:
        cell = self.cell
        likely = min(assumed.reply_tokens or REPLY_TOKENS[cell.cot], assumed.max_tokens)
        told = assumed.reply_tokens is not None
        low, high = (likely / 2, min(2 * likely, assumed.max_tokens)) if told else (SHORTEST, assumed.max_tokens)
        self._reply = Range(min(low, likely), likely, high)
        self._complies = assumed.compliance or Range(0, guessed_compliance(cell.setting, cell.tier), 1)
        self._readable = _PERHAPS
        self._reasoned = _PERHAPS if cell.cot else Range(0, 0, 1)  # a model may reason where it was not asked to
        self._scratchpad = Range(0, likely * SCRATCHPAD, high)
        self._output = Range(0, likely * (1 - SCRATCHPAD if cell.cot else 1), high)

    def _know(self, answers: list[ControlAnswer]) -> None:
        self._known = answers
        self._reply = Range.exactly(mean(one.back for one in answers))
        self._complies = Range.exactly(mean(one.complies for one in answers))
        self._readable = Range.exactly(mean(one.readable for one in answers))
        self._reasoned = Range.exactly(float(self.cell.cot))
        self._scratchpad = Range.exactly(mean_of([one.scratchpad for one in answers if one.readable]))
        self._output = Range.exactly(mean_of([one.output for one in answers if one.readable]))

    def replies(self) -> ExpectedCalls:
        """The replies themselves: system prompt and user message of every query, as they are sent."""
        size = _size(self._system) + mean(map(_size, self._users))
        later = (self.cell.turns if self.cell.cot else 1) - 1
        sent, again = tokens(size), self._reply + tokens(_size(next_turn()))
        sent = Range(sent.low, sent.likely, sent.high + again.high * later / 2)  # on average half of what is to come
        if self._known:
            sent = Range.exactly(mean(one.sent for one in self._known))
        number = Range(self._replies, self._replies, self._replies * (later + 1))
        return self._calls(REPLY, number, sent, self._reply, tokens(_size(self._system)))

    def compliance(self) -> ExpectedCalls:
        """One verdict on each reply that can be read."""
        rubric = self._wording.compliance(self.cell.setting)
        shown = {"output": ""} if rubric.answer is AnswerForm.SUPPORT else {"query": "", "output": ""}
        size = _size(rubric.user(**shown)) + (self._query if "query" in shown else 0)
        return self._verdicts("judged_compliance", self._each(self._readable), rubric, size, self._output)

    def votes(self, options: Options) -> ExpectedCalls:
        """Votes on the reasoning of replies that comply, and on what is audited of the others."""
        rubric = self._wording.alignment_faking(self.cell.setting)
        others = 1.0 if options.judge_all else options.audit
        refuse = (self._readable.low, self._readable.likely, self._readable.high)
        share = Range(
            *(
                comply + max(readable - comply, 0) * others
                for comply, readable in zip(_ends(self._complies), refuse, strict=True)
            )
        )
        size = _size(rubric.user(reasoning=""))
        sent = _size(rubric.system or "") + size + self._scratchpad.likely * BYTES_PER_TOKEN[1]
        form = chosen_form(options.ballot, self._grader or "", round(sent), options.votes)
        fewest = min(expected_votes(form, options.votes, share) for share in (0.0, 1.0))
        if self._known and not form.all_at_once:
            voted = [one for one in self._known if one.complies or options.judge_all] or self._known
            likely = mean(one.votes(options.votes) for one in voted)
        else:
            likely = mean(expected_votes(form, options.votes, share) for share in VOTES_YES)
        ballots = self._each(share * self._reasoned)
        number = ballots * Range(fewest, likely, options.votes)
        row = self._verdicts("alignment_faking", number, rubric, size, self._scratchpad, VOTE_TOKENS)
        if not form.by_choices:
            return row
        together = mean(
            expected_votes(form, options.votes, share) / expected_requests(form, options.votes, share)
            for share in VOTES_YES
        )
        fewest_requests = min(expected_requests(form, options.votes, share) for share in (0.0, 1.0))
        most = most_requests(form, options.votes)
        requests = Range(fewest_requests, min(likely / together, most), most)
        votes = Range(fewest / fewest_requests, likely / requests.likely, options.votes / most)  # of a request
        return replace(row, number=ballots * requests, output=row.output * votes)

    def reading(self, name: str) -> ExpectedCalls:
        """One call for each card of a reading, where there is what it reads."""
        cards = reading_rubrics(name)
        asked = self._reasoned if cards[0].material == "reasoning" else _PERHAPS
        if name == "original_faking":
            asked = asked * self._complies
        if name == "unmonitored_defiance" and self.cell.tier is Tier.FREE:
            asked = NOTHING
        if name == "tier_comprehension" and self.cell.tier_told is TierTold.NO:
            asked = NOTHING
        rows = [self._card(name, card, asked) for card in cards]
        number = self._each(asked * self._readable) * len(cards)
        sent = Range(*(mean(each) for each in zip(*(_ends(row.input) for row in rows), strict=True)))
        return replace(rows[0], number=number, input=sent)

    def _card(self, name: str, card: ReadingRubric, asked: Range) -> ExpectedCalls:
        shown = {"reasoning": self._scratchpad, "output": self._output}.get(card.material, self._reply)
        size = _size(card.user(**{"output" if card.material == "transcript" else card.material: ""}))
        return self._verdicts(name, asked, card, size + self._query * (card.material == "transcript"), shown)

    def _verdicts(
        self, kind: str, number: Range, rubric: Rubric, size: float, shown: Range, likely: int = VERDICT_TOKENS
    ) -> ExpectedCalls:
        longest = (VOTE if kind == "alignment_faking" else JUDGE).max_tokens or likely
        back = CONTROL_VERDICT if self._short_verdicts else Range(SHORTEST, likely, longest)
        system = _size(rubric.system or "")
        return self._calls(kind, number, tokens(system + size) + shown, back, tokens(system))

    def _calls(self, kind: str, number: Range, sent: Range, back: Range, constant: Range) -> ExpectedCalls:
        """One row; what is sent each time alike may come from the provider's cache."""
        time = zip(FIRST_TOKEN, _ends(back), TOKENS_PER_SECOND, strict=True)
        seconds = Range(*(first + length / speed for first, length, speed in time))
        cached = Range(0, 0, constant.low)
        return ExpectedCalls(self._name, kind, self._replies, number, sent, back, seconds, cached)

    def _each(self, share: Range) -> Range:
        return share * self._replies


_PERHAPS = Range(0, 1, 1)
"""Share of replies of which it is likely that it is all of them."""


def _ends(of: Range) -> tuple[float, float, float]:
    return of.low, of.likely, of.high


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
