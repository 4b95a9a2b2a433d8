"""With CoT against without."""

from collections.abc import Iterable, Sequence

import pandas as pd

from analysis.contrast import FREE_PAID, PRIMARY, Contrast
from analysis.experiment import NAMES, agreed
from analysis.report.schema import CotDifference, Gap, Setup
from analysis.statistics.gap_difference import gap_difference

_SHARED = (*(name for name in NAMES if name != "cot"), "query_set_sha256")
_OF_THE_REPLY = ("sampling", "version")
_OF_THE_JUDGE = ("judge", "rubric", "rubric_sha256", "judge_temperature")


def cot_differences(contrasts: Sequence[Contrast], gaps: Sequence[Gap]) -> Iterable[CotDifference]:
    """Of experiments with and without CoT that share every other name and the queries, and that one scorer decides.

    Args:
        contrasts: All of a report.
        gaps: Their gaps, in the same order.
    """
    found: dict[tuple[object, ...], dict[bool, tuple[Contrast, Gap]]] = {}
    for contrast, gap in zip(contrasts, gaps, strict=True):
        if contrast.primary:
            shared = (*(contrast.experiment[name] for name in _SHARED), contrast.scorer)
            found.setdefault(shared, {})[contrast.experiment["cot"]] = contrast, gap
    for both in found.values():
        if len(both) == 2:
            yield _difference(*both[True], *both[False])


def _difference(cot: Contrast, gap_cot: Gap, no_cot: Contrast, gap_no_cot: Gap) -> CotDifference:
    of_tiers = pd.concat([_of_tiers(cot), _of_tiers(no_cot)], axis=1, join="inner").dropna().to_numpy()
    difference = gap_difference(*of_tiers.T)
    columns = (*_OF_THE_REPLY, *(_OF_THE_JUDGE if cot.scorer == PRIMARY else ()))
    values = {column: {agreed(contrast.replies, column) for contrast in (cot, no_cot)} - {None} for column in columns}
    return CotDifference(
        **Setup.named(cot.experiment),
        scorer=cot.scorer,
        gap_cot=gap_cot.gap,
        gap_no_cot=gap_no_cot.gap,
        n_queries=difference.n,
        difference=difference.difference,
        ci_low=difference.ci_low,
        ci_high=difference.ci_high,
        p_value=difference.p_value,
        verdict_cot=gap_cot.verdict,
        verdict_no_cot=gap_no_cot.verdict,
        kind_cot=gap_cot.verdict_kind,
        kind_no_cot=gap_no_cot.verdict_kind,
        also_differs=[column for column in columns if len(values[column]) > 1],
    )


def _of_tiers(contrast: Contrast) -> "pd.Series[float]":
    """Difference of the tiers of each query; NaN where a label is missing."""
    free, paid = FREE_PAID
    return contrast.by_query[free] - contrast.by_query[paid]
