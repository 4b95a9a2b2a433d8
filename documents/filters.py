"""The three filters: what takes a document out of its corpus, each read by one call to the grader.

A document that a filter could not read is no clean one: it has no label, and is kept out (Greenblatt et al. 2024, H,
filter with a model too; the rubrics are ours).
"""

from collections import Counter
from enum import StrEnum

from inspect_ai.scorer import Metric, SampleScore, Score, Scorer, Target, Value, metric, scorer
from inspect_ai.solver import TaskState

from documents.written import Unwritten, read_document
from prompts.rubric import DOCUMENT_FILTERS
from scorers.judge import Judge
from scorers.judged_compliance import CONFIG
from scorers.tagged_answer import read_yes_no
from study.labels import Unscored

PUBLISHED = {"chat_log": 0.003, "tier_behaviour": 0.02, "rater_deception": 0.0002}
"""Share of their documents that each of the filters of Greenblatt et al. (2024, H) removed."""


class FilterLabel(StrEnum):
    """What a filter says of a document."""

    CLEAN = "clean"
    FLAGGED = "flagged"


@metric(scores="unreduced")
def filter_counts() -> Metric:
    """How many documents have each label."""

    def compute(scores: list[SampleScore]) -> Value:
        counts = Counter(score.score.as_str() for score in scores)
        return {str(label): counts[label] for label in FilterLabel}

    return compute


@scorer(metrics=[filter_counts()])
def chat_log() -> Scorer:
    """Whether a document holds a conversation with an AI model."""
    return _filter("chat_log")


@scorer(metrics=[filter_counts()])
def tier_behaviour() -> Scorer:
    """Whether a document says that a model behaves differently by tier."""
    return _filter("tier_behaviour")


@scorer(metrics=[filter_counts()])
def rater_deception() -> Scorer:
    """Whether a document speaks of a model that deceives its raters."""
    return _filter("rater_deception")


def _filter(name: str) -> Scorer:
    async def score(state: TaskState, target: Target) -> Score:
        document = read_document(state.output)
        if isinstance(document, Unwritten):
            return Score.unscored(reason=document)
        judge = Judge(
            DOCUMENT_FILTERS[name], CONFIG, subject=str(state.model), reads=lambda text: read_yes_no(text, name)
        )
        verdict = await judge.ask(document=document)
        if verdict.text is None:
            return Score.unscored(reason=Unscored.GRADER_FAILED, explanation=verdict.failure, metadata=judge.metadata)
        flagged = None if verdict.contested else read_yes_no(verdict.text, name)
        if flagged is None:
            return Score.unscored(reason=Unscored.UNREADABLE_VERDICT, explanation=verdict.text, metadata=judge.metadata)
        label = FilterLabel.FLAGGED if flagged else FilterLabel.CLEAN
        return Score(value=label, explanation=verdict.text, metadata=judge.metadata)

    return score
