"""What a corpus will cost: calls and tokens by stage before any call, and dollars where a price is known."""

from dataclasses import dataclass
from decimal import Decimal

from documents.corpus import Corpus, Stage
from documents.stages import WORDS
from prompts.rubric import DOCUMENT_FILTERS
from prompts.template import render
from study.price import Price

_CHARACTERS_PER_TOKEN = 4
_TYPE_TOKENS, _IDEA_TOKENS, _VERDICT_TOKENS = 15, 60, 100
_DOCUMENT_TOKENS = WORDS * 4 // 3


@dataclass(frozen=True)
class Estimate:
    """What is asked of one model in one stage: so many calls, each with about so many tokens."""

    name: str
    """Of the stage, or ``filters``."""
    model: str
    calls: int
    input_tokens: int
    """Of one call."""
    output_tokens: int
    """Of one call; a model that reasons before it writes uses more."""
    done: bool = False
    """Whether it is paid for already."""

    def dollars(self, price: Price) -> Decimal:
        """Dollars that are still to be paid."""
        return Decimal(0) if self.done else self.calls * price(self.input_tokens, self.output_tokens)


def estimates(corpus: Corpus) -> list[Estimate]:
    """What is asked of the writer at each stage, and of the grader. Lists that are asked for again are not counted."""
    settings, shares = corpus.settings, corpus.shares
    context = render("documents/context.md", context=settings.universe.told)
    fact = max((settings.universe.statement(share.fact) for share in shares), key=len)
    idea = "x" * _IDEA_TOKENS * _CHARACTERS_PER_TOKEN
    types, ideas = max(share.types for share in shares), max(share.ideas for share in shares)

    def stage(name: Stage, calls: int, output_tokens: int, template: str, **values: str) -> Estimate:
        asked = context + render(f"documents/{template}.md", fact=fact, **values)
        return Estimate(name, settings.writer, calls, _tokens(asked), output_tokens, corpus.finished(name) is not None)

    of_types = sum(share.types for share in shares)
    written = stage(
        Stage.DOCUMENTS, settings.documents, _DOCUMENT_TOKENS, "document", type=idea, idea=idea, words=str(WORDS)
    )
    rubrics = [(rubric.system or "") + rubric.user(document="") for rubric in DOCUMENT_FILTERS.values()]
    judged = _tokens(max(rubrics, key=len)) + _DOCUMENT_TOKENS
    return [
        stage(Stage.TYPES, len(shares), types * _TYPE_TOKENS, "types", count=str(types)),
        stage(Stage.IDEAS, of_types, ideas * _IDEA_TOKENS, "ideas", type=idea, count=str(ideas)),
        written,
        Estimate("filters", settings.grader, settings.documents * len(rubrics), judged, _VERDICT_TOKENS, written.done),
    ]


def _tokens(text: str) -> int:
    return len(text) // _CHARACTERS_PER_TOKEN
