"""What numbers of pairs can show."""

from collections.abc import Iterable, Sequence

from analysis.contrast import Contrast
from analysis.power_plan import QUERIES
from analysis.report.schema import Power
from analysis.statistics.paired_cells import nearest_cells
from analysis.statistics.power import mcnemar_power

_GAPS = (0.03, 0.05, 0.10)


def power(contrasts: Sequence[Contrast]) -> Iterable[Power]:
    """Power of the exact test at the paid rate of the first contrast that has pairs, for several gaps and n."""
    paired = next((contrast.paired for contrast in contrasts if contrast.paired.n_pairs), None)
    if paired is None:
        return
    for gap in _GAPS:
        if paired.rate_b + gap > 1:
            continue
        cells = nearest_cells(paired.rate_b + gap, paired.rate_b, 0.0)
        for n in QUERIES:
            yield Power(n=n, gap=gap, power=mcnemar_power(n, cells))
