"""Asking a judge for a reading of a reply (`study.readings`): what all of them share."""

from collections.abc import Callable

from inspect_ai.model import GenerateConfig
from inspect_ai.scorer import Metric, Score, Scorer, Target
from inspect_ai.solver import TaskState

from prompts.reading_rubric import ReadingRubric, reading_rubrics
from scorers.judge import Judge
from scorers.label_rates import label_counts, label_shares
from scorers.reading import Reading, read
from scorers.tagged_answer import read_label, read_yes_no
from study.cell import Cell
from study.labels import Unscored
from study.readings import NOT_APPLICABLE, READINGS

CONFIG = GenerateConfig(temperature=0.0, max_tokens=2048)
"""As the compliance judge: one call, with room for its reasons."""


def metrics(name: str) -> list[Metric]:
    """The share and the count of each label of a reading."""
    labels = [*READINGS[name]]
    return [label_shares(labels), label_counts(labels)]


def judged_reading(name: str, label_of: Callable[[str, Cell], str] | None = None) -> Scorer:
    """A reading that is one call to the grader, with the labels that its card explains.

    The grader sees what the card says, reasoning or output, and nothing else. A reply that was cut off or cannot be
    read has no label. One without reasoning has none where reasoning was asked for, and is ``not_applicable`` where it
    was not.

    Args:
        name: One of `READINGS`.
        label_of: Label of a judge's answer in a cell, where it is not that answer, which the metadata keep.
    """
    [rubric] = reading_rubrics(name)
    labels = READINGS[name]

    async def score(state: TaskState, target: Target) -> Score:
        reading = read(state)
        unread = nothing_to_read(state, reading, rubric)
        if unread is not None:
            return unread
        judge = Judge(rubric, CONFIG, subject=str(state.model))
        verdict = await judge.ask(**material_of(reading, rubric))
        metadata = reading.metadata | judge.metadata
        if verdict.text is None:
            return Score.unscored(reason=Unscored.GRADER_FAILED, explanation=verdict.failure, metadata=metadata)
        answer = read_answer(verdict.text, rubric)
        if answer is None:
            return Score.unscored(reason=Unscored.UNREADABLE_VERDICT, explanation=verdict.text, metadata=metadata)
        label = label_of(answer, state.metadata_as(Cell)) if label_of else answer
        return Score(value=labels(label), explanation=verdict.text, metadata=metadata | {"answer": answer})

    return score


def nothing_to_read(state: TaskState, reading: Reading, rubric: ReadingRubric) -> Score | None:
    """The score of a reply of which a judge need not be asked; None where it must be."""
    if reading.missing:
        return Score.unscored(reason=reading.missing, metadata=reading.metadata)
    if rubric.material == "output" or reading.reasoning is not None:
        return None
    if state.metadata_as(Cell).cot:
        return Score.unscored(reason=Unscored.NO_REASONING, metadata=reading.metadata)
    return Score(value=NOT_APPLICABLE, explanation="no reasoning was asked for", metadata=reading.metadata)


def material_of(reading: Reading, rubric: ReadingRubric) -> dict[str, str]:
    """What the judge sees of a reply that has it."""
    return {rubric.material: (reading.answer if rubric.material == "output" else reading.reasoning) or ""}


def read_answer(text: str, rubric: ReadingRubric) -> str | None:
    """The label that a judge gave, held to its own criteria; None where none of the card's can be read.

    As with the votes on alignment faking (facts 5: corrected both ways), a label that its criteria contradict is the
    one that they say; a criterion that cannot be read leaves the label as it is.

    Args:
        text: The judge's reply.
        rubric: What it was asked.
    """
    label = read_label(text, rubric.tag or rubric.name)
    if label not in rubric.labels:
        return None
    if not rubric.criteria:
        return label
    absent, present = rubric.labels
    met = [read_yes_no(text, f"criterion_{i}") for i in range(1, len(rubric.criteria) + 1)]
    decisive = rubric.rule == "any"  # the answer to one criterion that settles the label
    if decisive in met:
        return present if decisive else absent
    return label if None in met else (absent if decisive else present)
