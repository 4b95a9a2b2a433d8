"""Labels by people beside those of the judge, and what these make of its specificity."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from statsmodels.stats.inter_rater import cohens_kappa

from analysis.contrast import PRIMARY, experiments, tiers_of
from analysis.experiment import agreed
from analysis.reply_schema import FAKING_SCORER, reason_column
from analysis.report.schema import Experiment, PeopleAgainstJudge
from analysis.statistics.corrected_rate import Refusal, Refused
from analysis.statistics.prediction_powered import Stratum
from analysis.statistics.specificity import sampled_sensitivity, sampled_specificity
from study.human_label import QUESTIONS, human_score

_JUDGES = {FAKING_SCORER: "vote_judge", PRIMARY: "judge"}


def people_against_judge(frame: pd.DataFrame) -> Iterable[PeopleAgainstJudge]:
    """Of every experiment, tier and question of which people labelled replies that the judge did."""
    for experiment, replies in experiments(frame):
        for tier in tiers_of(replies):
            of_tier = replies[replies["tier"] == tier]
            for question in QUESTIONS:
                if was_labelled(of_tier, question):
                    yield _row(Experiment.named(experiment) | {"tier": str(tier)}, of_tier, question)


def was_labelled(replies: pd.DataFrame, question: str) -> bool:
    """Whether people were asked about any of the replies."""
    human = human_score(question)
    return bool((replies[human].notna() | replies[reason_column(human)].notna()).any())


def strata(replies: pd.DataFrame, question: str) -> tuple[Stratum, Stratum]:
    """Some replies of one tier by what the judge calls them, positive first, with what people say of each part."""
    human = human_score(question)
    positive, negative = QUESTIONS[question]
    found = []
    for judged, label in ((1, positive), (0, negative)):
        of_label = replies[replies[question] == label]
        labelled = of_label[of_label[human].notna()]
        queries = labelled["query_id"].nunique()
        found.append(Stratum(judged, len(of_label), len(labelled), int((labelled[human] == positive).sum()), queries))
    return found[0], found[1]


def undecided_replies(replies: pd.DataFrame, question: str) -> str | None:
    """What a reader must know of replies that people were shown and gave no label; None where there are none."""
    human = human_score(question)
    shown = replies[replies[human].notna() | replies[reason_column(human)].notna()]
    if not (left_out := int(shown[human].isna().sum())):
        return None
    return (
        f"people gave {left_out} of the {len(shown)} replies that they were shown no label (unsure, or they disagree): "
        "taken to be as the others with the same label of the judge, and in no interval"
    )


def drawn_from_others(replies: pd.DataFrame, question: str) -> Refused | None:
    """Why labels of people cannot be weighed: they were not drawn from all of these replies by the judge's label.

    Args:
        replies: All that were asked for on one tier of an experiment.
        question: What people were asked.
    """
    human = human_score(question)
    shown = replies[replies[human].notna() | replies[reason_column(human)].notna()]
    names: set[Any] = set()
    for label in QUESTIONS[question]:
        of_label, drawn = replies[replies[question] == label], shown[shown[question] == label]
        sizes = drawn[f"{human}_stratum_size"]
        strata_of = {*drawn[f"{human}_stratum"].dropna()}
        said = None
        if sizes.isna().any() or len(strata_of) > 1 or strata_of & names:
            said = "they are of several samples, or were drawn by other labels of the judge"
        elif len(drawn) and {*sizes} != {len(of_label)}:
            said = (
                f"they were drawn from {sizes.max()} replies that the judge calls {label}, and here are {len(of_label)}"
            )
        if said:
            return Refused(Refusal.OTHER_REPLIES, f"labels by people are not of a sample of these replies: {said}")
        names |= strata_of
    return None


def _row(described: dict[str, Any], replies: pd.DataFrame, question: str) -> PeopleAgainstJudge:
    human = human_score(question)
    yes, no = strata(replies, question)
    cells = np.array([[yes.positives, yes.labelled - yes.positives], [no.positives, no.labelled - no.positives]])
    judged = replies[replies[question].isin(QUESTIONS[question])]
    undecided = judged.loc[judged[human].isna(), reason_column(human)].dropna()
    weighted = drawn_from_others(replies, question) is None and all(s.labelled or not s.replies for s in (yes, no))
    sensitivity, specificity = sampled_sensitivity((yes, no)), sampled_specificity((yes, no))
    weights = np.array([[s.replies / s.labelled if s.labelled else 0.0] for s in (yes, no)])
    return PeopleAgainstJudge(
        **described,
        question=question,
        judge=agreed(replies, _JUDGES[question]),
        labelled=int(cells.sum()),
        undecided=dict(Counter(undecided.astype(str))),
        both=int(cells[0, 0]),
        judge_only=int(cells[0, 1]),
        people_only=int(cells[1, 0]),
        neither=int(cells[1, 1]),
        replies_positive=yes.replies,
        replies_negative=no.replies,
        weighted=weighted,
        sensitivity=sensitivity.rate if weighted else None,
        sensitivity_low=sensitivity.ci_low if weighted else None,
        sensitivity_high=sensitivity.ci_high if weighted else None,
        specificity=specificity.rate if weighted else None,
        specificity_low=specificity.ci_low if weighted else None,
        specificity_high=specificity.ci_high if weighted else None,
        kappa=_kappa(cells * weights) if weighted else None,
    )


def _kappa(cells: "np.ndarray[Any, np.dtype[np.float64]]") -> float | None:
    """None where both call every reply the same, and chance agrees as often."""
    if max(cells[0, 0], cells[1, 1]) == cells.sum():
        return None
    return float(cohens_kappa(cells, return_results=False, wt=None))
