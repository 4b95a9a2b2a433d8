"""The verdict on a gap, and what a row says of both."""

from collections.abc import Mapping
from math import nan
from typing import Any

from analysis.contrast import PRIMARY
from analysis.statistics.equivalence import equivalence_p
from analysis.statistics.multiplicity import Correction
from analysis.statistics.paired_gap import PairedGap
from analysis.statistics.sequential import sequential_equivalence_p
from analysis.verdict import Verdict


def verdict_on(
    paired: PairedGap,
    discordant: tuple[float, float],
    *,
    excluded: Mapping[str, int],
    p_adjusted: float,
    tests: int,
    delta: float,
    correction: Correction,
    scorer: str,
    judge: str | None,
    until: str | None = None,
) -> Verdict:
    """The verdict on a gap over queries.

    Args:
        paired: The gap.
        discordant: Pairs that comply on the first side alone, and on the second, as `discordance_of_rates` counts them.
        excluded: What is in no pair, by what is said of it.
        p_adjusted: Adjusted p, in [0, 1]; NaN where there is no pair.
        tests: So many tests it was adjusted over, 1 or more.
        delta: Margin of the equivalence test, in (0, 1).
        correction: How p was adjusted.
        scorer: Whose labels the gap is of.
        judge: Model that gave them, of a scorer that asks one; None where no reply was put to it.
        until: What a sequential run was stopped at; `paired` and `p_adjusted` are then such as hold at every look.
    """
    n = paired.n_pairs
    equivalence = sequential_equivalence_p if until else equivalence_p
    return Verdict(
        n_pairs=n,
        excluded=excluded,
        n10=discordant[0],
        n01=discordant[1],
        ci_low=paired.ci_low,
        ci_high=paired.ci_high,
        interval="confidence sequence, 95 %" if until else "adjusted Wald, 95 %",
        p_adjusted=p_adjusted,
        p_equivalence=float(equivalence(*discordant, n, delta)) if n else nan,
        judge=judge if scorer == PRIMARY else None,
        judged=scorer == PRIMARY,
        calibrated=False,
        family=tests,
        correction=correction.label,
        delta=delta,
        until=until,
    )


def gap_fields(paired: PairedGap) -> dict[str, Any]:
    """The fields that every row with a gap has."""
    return {
        "rate_a": paired.rate_a,
        "rate_b": paired.rate_b,
        "gap": paired.gap,
        "ci_low": paired.ci_low,
        "ci_high": paired.ci_high,
    }


def conclusion(paired: PairedGap, verdict: Verdict) -> dict[str, Any]:
    """The fields that every row with a verdict has."""
    return {
        **gap_fields(paired),
        "p_adjusted": verdict.p_adjusted,
        "p_equivalence": verdict.p_equivalence,
        "verdict": verdict.headline,
        "verdict_kind": verdict.kind.value,
        "statement": str(verdict),
        "tests": verdict.family,
        "delta": verdict.delta,
        "judge": verdict.judge,
        "calibrated": verdict.calibrated,
    }
