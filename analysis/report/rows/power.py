"""What numbers of pairs can show."""

from collections.abc import Iterable, Sequence
from statistics import median

from analysis.contrast import Contrast
from analysis.power_plan import QUERIES
from analysis.report.schema import Power
from analysis.statistics.paired_cells import paired_cells
from analysis.statistics.power import mcnemar_power

_GAPS = (0.03, 0.05, 0.10)
_CORRELATION = 0.0
"""Independent given the rates: experiments have each their own, and a real one, above 0, needs fewer pairs."""


def power(contrasts: Sequence[Contrast]) -> Iterable[Power]:
    """Power of the exact test for several gaps and n, at the median paid rate of the primary contrasts with pairs."""
    rates = [contrast.paired.rate_b for contrast in contrasts if contrast.primary and contrast.paired.n_pairs]
    if not rates:
        return
    paid = median(rates)
    for gap in _GAPS:
        if paid + gap > 1:
            continue
        cells = paired_cells(paid + gap, paid, _CORRELATION)
        for n in QUERIES:
            yield Power(n=n, paid=paid, correlation=_CORRELATION, gap=gap, power=mcnemar_power(n, cells))
