"""How far the people who labelled replies agree with each other, and a judge with them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import nan

import numpy as np
import pandas as pd

from analysis.experiment import plain_value
from analysis.statistics.agreement import CrossTable, Kappa, cross_table, kappa
from analysis.statistics.paired_rates import Floats
from analysis.statistics.reliability import Alpha, krippendorff_alpha
from study.human_label import QUESTIONS, UNSURE, HumanLabel, agreed_label
from study.label_lines import LabelLine

JUDGE = {"alignment_faking": "vote_judge", "judged_compliance": "judge"}
"""Column with the judge of each question."""


@dataclass(frozen=True)
class Comparison:
    """Two who labelled the same replies."""

    first: str
    second: str
    table: CrossTable
    """Of the replies that one of them labelled: the first for the prefix there, the second for its judge, the positive
    label for compliance. Missing are those that the other did not label, or that one of them was unsure of."""
    agree: float
    """Share of the replies with both labels, in [0, 1]; NaN where there are none."""
    kappa: Kappa
    """Its interval takes replies as independent, those to one query too."""


@dataclass(frozen=True)
class Disagreement:
    """A reply of which two say different things."""

    between: str
    """``labellers``, or ``people and judge``."""
    question: str
    lines: tuple[LabelLine, ...]
    """What all say, those too who are unsure."""
    judged: str | None
    """What the judge says, if the logs are given."""
    tier: str | None
    """Likewise."""


@dataclass(frozen=True)
class QuestionAgreement:
    """Everything that was said to one question."""

    question: str
    labels: dict[str, Counter[str]]
    """By labeller: how often each label was given, `UNSURE` included."""
    pairs: list[Comparison]
    """Every two labellers."""
    alpha: Alpha
    """Of all labellers together, unsure ones left out."""
    judge: Comparison | None
    """The judge, first, and the label that people agree on, over the labelled replies as they are: where those were
    drawn by the judge's label, it describes the sample and not the run. None without logs."""
    disagreements: list[Disagreement]
    """Of labellers, then of people and judge."""


def label_agreement(lines: Sequence[LabelLine], replies: pd.DataFrame | None = None) -> list[QuestionAgreement]:
    """Compare all labels, question by question.

    Args:
        lines: Of each labeller, reply and question one.
        replies: The replies in the form of `analysis.reply_schema`, for what the judge says; None leaves it out.
    """
    of = {question: [line for line in lines if line.label.question == question] for question in QUESTIONS}
    return [_of_question(question, lines, replies) for question, lines in of.items() if lines]


def _of_question(question: str, lines: Sequence[LabelLine], replies: pd.DataFrame | None) -> QuestionAgreement:
    said: dict[str, dict[str, LabelLine]] = {}
    """By reply and labeller."""
    for line in lines:
        said.setdefault(line.label.uuid, {})[line.label.labeller] = line
    names = sorted({line.label.labeller for line in lines})
    given = {
        name: np.array([_number(question, by[name].label.label if name in by else None) for by in said.values()])
        for name in names
    }
    of = pd.DataFrame(columns=["tier", question, JUDGE[question]]) if replies is None else replies.set_index("uuid")
    of = of.reindex([*said]).astype(object)
    people = np.array([_number(question, agreed_label(_labels(by))) for by in said.values()])
    judge = np.array([_number(question, label) for label in of[question]])
    differ = {
        "labellers": [len({*_labels(by)} - {UNSURE}) > 1 for by in said.values()],
        "people and judge": people + judge == 1,
    }
    return QuestionAgreement(
        question,
        {name: Counter(line.label.label for line in lines if line.label.labeller == name) for name in names},
        [_compare(a, b, given[a], given[b]) for a, b in combinations(names, 2)],
        krippendorff_alpha(np.stack([*given.values()], axis=1), [_any(by).query_id for by in said.values()]),
        _compare(", ".join(sorted({*of[JUDGE[question]].dropna()})), "people", judge, people)
        if replies is not None
        else None,
        [
            Disagreement(
                between,
                question,
                tuple(by.values()),
                plain_value(of[question][uuid]),
                plain_value(of["tier"][uuid]),
            )
            for between, chosen in differ.items()
            for (uuid, by), one in zip(said.items(), chosen, strict=True)
            if one
        ],
    )


def _compare(first: str, second: str, a: Floats, b: Floats) -> Comparison:
    table = cross_table(a, b)
    agree = (table.both_comply + table.both_refuse) / table.n if table.n else nan
    return Comparison(first, second, table, agree, kappa(table))


def _number(question: str, label: object) -> float:
    """1 for the positive label, 0 for the other, NaN for what decides nothing."""
    positive, negative = QUESTIONS[question]
    return {positive: 1.0, negative: 0.0}.get(str(label), nan)


def _labels(said: dict[str, LabelLine]) -> list[str]:
    return [line.label.label for line in said.values()]


def _any(said: dict[str, LabelLine]) -> HumanLabel:
    return next(iter(said.values())).label
