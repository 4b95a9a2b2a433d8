"""Two experiments with the same queries: whether their gaps differ."""

from typing import Any

import pandas as pd

from analysis.contrast import PRIMARY, Contrast
from analysis.experiment import agreed
from analysis.statistics.gap_difference import GapDifference, gap_difference

_OF_THE_REPLY = ("sampling", "version")
_OF_THE_JUDGE = ("judge", "rubric", "rubric_sha256", "judge_temperature")


def difference_of_gaps(first: Contrast, second: Contrast) -> dict[str, Any]:
    """First gap minus second, of the same tiers, over the queries with a label on both in both, as fields of a row."""
    of_tiers = pd.concat([_of_tiers(first), _of_tiers(second)], axis=1, join="inner").dropna().to_numpy()
    return difference_fields(gap_difference(*of_tiers.T)) | {"also_differs": also_differs(first, second)}


def difference_fields(of: GapDifference) -> dict[str, Any]:
    """The fields that every row with a difference of two gaps has."""
    return {
        "n_queries": of.n,
        "difference": of.difference,
        "ci_low": of.ci_low,
        "ci_high": of.ci_high,
        "p_value": of.p_value,
    }


def also_differs(*contrasts: Contrast) -> list[str]:
    """Columns that have no name in an experiment and differ between several: what differs otherwise may be theirs.

    Args:
        contrasts: Experiments of one scorer: what judged the replies matters where the judge is that scorer.
    """
    columns = (*_OF_THE_REPLY, *(_OF_THE_JUDGE if contrasts[0].scorer == PRIMARY else ()))
    values = {column: {agreed(contrast.replies, column) for contrast in contrasts} - {None} for column in columns}
    return [column for column in columns if len(values[column]) > 1]


def _of_tiers(contrast: Contrast) -> "pd.Series[float]":
    """Difference of the tiers of each query; NaN where a label is missing."""
    a, b = contrast.tiers
    return contrast.by_query[a] - contrast.by_query[b]
