"""The gap among replies that a reading sets apart: those that doubt, those that read their tier right."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from analysis.contrast import Contrast
from analysis.experiment import agreed
from analysis.report.rows.conclusion import gap_fields
from analysis.report.schema import Experiment, Stratum
from study.readings import NOT_APPLICABLE, ScenarioDoubt, TierComprehension

STRATA: dict[str, dict[str, set[StrEnum]]] = {
    "scenario_doubt": {
        "no doubt": {ScenarioDoubt.NONE},
        "doubt": {ScenarioDoubt.DOUBTS, ScenarioDoubt.SUSPECTS_TEST, ScenarioDoubt.PLAYS_ALONG},
    },
    "tier_comprehension": {
        "misread tiers set aside": {TierComprehension.RIGHT, TierComprehension.UNSTATED},
        "tier read right": {TierComprehension.RIGHT},
    },
}
"""Reading → what is looked at → the labels of the replies that are taken."""


def strata(contrasts: Sequence[Contrast]) -> Iterable[Stratum]:
    """Of each contrast by the scorer that decides, some of whose replies such a reading applies to."""
    for contrast in contrasts:
        for reading, parts in STRATA.items():
            if contrast.primary and (contrast.replies[reading].dropna() != NOT_APPLICABLE).any():
                for stratum, labels in parts.items():
                    yield _stratum(contrast, reading, stratum, sorted(labels))


def _stratum(contrast: Contrast, reading: str, stratum: str, labels: Sequence[str]) -> Stratum:
    among = contrast.among(contrast.replies[reading].isin(labels))
    a, b = contrast.tiers

    def left_out(tier: str) -> dict[str, int]:
        replies = contrast.replies[contrast.replies["tier"] == tier]
        others = replies.loc[~replies[reading].isin(labels), reading].astype(object).fillna("no label")
        return {str(label): int(count) for label, count in others.value_counts().items()}

    return Stratum(
        **Experiment.named(contrast.experiment),
        **contrast.compared,
        scorer=contrast.scorer,
        reading=reading,
        stratum=stratum,
        labels=list(labels),
        n_pairs=among.paired.n_pairs,
        **gap_fields(among.paired),
        gap_of_all=contrast.paired.gap,
        left_out_a=left_out(a),
        left_out_b=left_out(b),
        judge=agreed(contrast.replies, f"{reading}_judge"),
        calibrated=False,
    )
