"""What a corpus will cost."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from documents.corpus import Stage, open_corpus
from documents.cost import Estimate, estimates
from study.price import given_price
from tests.documents.made_corpus import corpus_in, settings


def test_the_calls_are_those_that_are_made(tmp_path: Path) -> None:
    corpus = corpus_in(tmp_path, 14)
    assert [(one.name, one.model, one.calls, one.done) for one in estimates(corpus)] == [
        ("types", "control/writer", 7, True),
        ("ideas", "control/writer", 14, True),
        ("documents", "control/writer", 14, True),
        ("filters", "control/grader", 42, True),
    ]
    assert [len(corpus._samples(stage)) for stage in Stage] == [7, 14, 14]


def test_before_it_runs_nothing_is_done(tmp_path: Path) -> None:
    asked = estimates(open_corpus(tmp_path, settings(50)))
    assert [(one.calls, one.done) for one in asked] == [(7, False), (21, False), (50, False), (150, False)]
    assert all(200 < one.input_tokens < 3_000 and 10 < one.output_tokens < 3_000 for one in asked)


PRICE = given_price("--price", "3,15")


def test_dollars_are_of_what_is_still_to_be_asked() -> None:
    one = Estimate("documents", "m", 1_000, 2_000, 800)
    assert one.dollars(PRICE) == Decimal("18")
    assert replace(one, done=True).dollars(PRICE) == 0
