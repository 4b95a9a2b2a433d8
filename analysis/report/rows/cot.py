"""With CoT against without."""

from collections.abc import Iterable, Sequence

from analysis.contrast import Contrast
from analysis.experiment import NAMES
from analysis.report.rows.two_gaps import difference_of_gaps
from analysis.report.schema import CotDifference, Gap, Setup

_SHARED = (*(name for name in NAMES if name != "cot"), "query_set_sha256")


def cot_differences(contrasts: Sequence[Contrast], gaps: Sequence[Gap]) -> Iterable[CotDifference]:
    """Of experiments with and without CoT that share every other name and the queries, contrast by contrast.

    One scorer decides both.

    Args:
        contrasts: All of a report.
        gaps: Their gaps, in the same order.
    """
    found: dict[tuple[object, ...], dict[bool, tuple[Contrast, Gap]]] = {}
    for contrast, gap in zip(contrasts, gaps, strict=True):
        if contrast.primary:
            shared = (*(contrast.experiment[name] for name in _SHARED), contrast.scorer, contrast.name)
            found.setdefault(shared, {})[contrast.experiment["cot"]] = contrast, gap
    for both in found.values():
        if len(both) == 2:
            yield _difference(*both[True], *both[False])


def _difference(cot: Contrast, gap_cot: Gap, no_cot: Contrast, gap_no_cot: Gap) -> CotDifference:
    return CotDifference(
        **Setup.named(cot.experiment),
        **cot.compared,
        **difference_of_gaps(cot, no_cot),
        scorer=cot.scorer,
        gap_cot=gap_cot.gap,
        gap_no_cot=gap_no_cot.gap,
        verdict_cot=gap_cot.verdict,
        verdict_no_cot=gap_no_cot.verdict,
        kind_cot=gap_cot.verdict_kind,
        kind_no_cot=gap_no_cot.verdict_kind,
    )
