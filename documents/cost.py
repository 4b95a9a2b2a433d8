"""What a corpus will cost: calls and tokens by stage before any call, and dollars where a price is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from documents.corpus import Corpus, Stage
from documents.stages import WORDS
from prompts.rubric import DOCUMENT_FILTERS
from prompts.template import render
from study.price import Price

_CHARACTERS_PER_TOKEN = 4
_ITEM_TOKENS = {Stage.TYPES: 15, Stage.IDEAS: 60}
_DOCUMENT_TOKENS = WORDS * 4 // 3
_VERDICT_TOKENS = 100


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


def _tokens(text: str) -> int:
    return len(text) // _CHARACTERS_PER_TOKEN
