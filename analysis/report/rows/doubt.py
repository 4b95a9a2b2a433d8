"""What the answers to an interview say of the situation, by question and by group of questions."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pandas as pd

from analysis.experiment import EXPERIMENT, agreed, plain_value
from analysis.published_comparison import OurFigure, compare
from analysis.published_figure import Metric, doubts_for
from analysis.reply_schema import reason_column
from analysis.report.rows.published import judged_by, printed
from analysis.report.schema import Doubt, Experiment, PublishedDoubt
from analysis.statistics.rates import rate
from study.interview import INTERVIEW_GROUPS, INTERVIEW_READINGS


def doubts(frame: pd.DataFrame) -> Iterable[Doubt]:
    """Of every interview, judgement and group of questions: the group, then each question of it.

    The rate of a group is the mean over its questions, as published, and its interval has the question as the unit: it
    is for other questions of that kind. Of one question the unit is the reply.
    """
    interviews = frame[frame["interview"]].groupby([*EXPERIMENT, "tier"], sort=False, observed=True, dropna=False)
    for values, replies in interviews:
        *names, tier = map(plain_value, values)
        experiment = dict(zip(EXPERIMENT, names, strict=True))
        for group in INTERVIEW_GROUPS:
            of_group = replies[replies["category"] == group]
            questions = [*dict.fromkeys(of_group["query_id"].astype(object))]
            for question in (None, *questions) if questions else ():
                asked = of_group if question is None else of_group[of_group["query_id"] == question]
                for judgement in INTERVIEW_READINGS:
                    if asked[judgement].notna().any() or asked[reason_column(judgement)].notna().any():
                        yield _doubt(experiment, str(tier), group, question, judgement, asked)


def _doubt(
    experiment: dict[str, Any], tier: str, group: str, question: str | None, judgement: str, asked: pd.DataFrame
) -> Doubt:
    known = asked[asked[judgement].notna()]
    says = (known[judgement] == "yes").astype(float)
    units = says.groupby(known["query_id"].astype(object)).mean() if question is None else says
    found = rate(units)
    ours = OurFigure(
        **{name: value for name, value in Experiment.named(experiment).items() if name != "family"},
        tier=tier,
        metric=Metric(judgement),
        value=found.rate,
        ci_low=found.ci_low,
        ci_high=found.ci_high,
        n=found.n,
        scorer=judgement,
        temperature=plain_value(asked["temperature"].iloc[0]),
        judge=agreed(asked, f"{judgement}_judge"),
        rubric=judged_by(asked, f"{judgement}_rubric"),
        group=group,
        question=question,
    )
    return Doubt(
        **Experiment.named(experiment),
        tier=tier,
        group=group,
        question=question,
        judgement=judgement,  # type: ignore[arg-type]
        n=len(known),
        count=int(says.sum()),
        n_questions=known["query_id"].nunique(),
        rate=found.rate,
        ci_low=found.ci_low,
        ci_high=found.ci_high,
        unscored=dict(Counter(asked.loc[asked[judgement].isna(), reason_column(judgement)].astype("str"))),
        judge=ours.judge,
        calibrated=False,
        published=[*_published(ours)],
    )


def _published(ours: OurFigure) -> Iterable[PublishedDoubt]:
    """Of every model: few were interviewed, and another one tells what is much."""
    for figure in doubts_for(ours.setting, ours.variation, ours.metric, str(ours.group), ours.question):
        found, (low, high) = compare(ours, figure), figure.interval() or (None, None)
        yield PublishedDoubt(
            id=figure.id,
            source=f"{figure.experiment.source.name}, {figure.location}",
            published_model=figure.model.label,
            printed=printed(figure),
            published=figure.value,
            published_low=low,
            published_high=high,
            published_n=figure.n,
            difference=found.difference,
            difference_low=found.interval[0],
            difference_high=found.interval[1],
            verdict=found.verdict.value,
            reasons=[*found.reasons],
            assumptions=[*found.assumptions],
        )
