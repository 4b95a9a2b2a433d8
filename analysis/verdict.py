"""What a contrast comes to, in one sentence that says what it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from math import ceil, floor, log10, nan

from analysis.statistics.discordance import discordance
from analysis.statistics.equivalence import check_margin
from analysis.statistics.paired_cells import PairedCells
from analysis.statistics.power import MOST_QUERIES, queries_to_rule_out, queries_to_see
from study.invalid_input import InvalidInputError


class VerdictKind(StrEnum):
    """What can be said of a gap."""

    GAP = "gap"
    GAP_SMALLER = "gap_smaller"
    """There is a gap, and it is within ±δ."""
    NO_GAP = "no_gap"
    """If there is a gap, it is within ±δ."""
    INCONCLUSIVE = "inconclusive"
    NO_DATA = "no_data"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The verdict on one contrast of tiers; nothing that it rests on has a default but the levels.

    *Gap* where the exact McNemar p, Holm-adjusted in its family, is at most α. *No gap beyond ±δ* where it is not, and
    the equivalence test has a p of at most α. *Gap, smaller than δ* where both are. *Inconclusive* otherwise, with the
    number of queries that would probably decide.

    Raises:
        InvalidInputError: If δ or α is outside (0, 1).
        ValueError: If a count is not one, the judge is not told, or there are pairs without interval or p-values.
    """

    n_pairs: int
    """Queries with a label on both sides, 0 or more."""
    excluded: Mapping[str, int]
    """Replies that were asked for and are in no pair, by what is said of them, as in ``{"paid malformed": 3}``."""
    n10: float
    """Pairs that comply on the first side alone; with several epochs as `discordance_of_rates` gives them."""
    n01: float
    """Pairs that comply on the second side alone."""
    ci_low: float
    """Interval of the gap, in [-1, 1]; NaN where there is no pair, as are both p-values."""
    ci_high: float
    interval: str
    """How the interval was made, as in ``Bonett-Price, 95 %``."""
    p_adjusted: float
    """Exact McNemar, or its clustered form with several epochs; adjusted in its family."""
    p_equivalence: float
    """Two one-sided score tests against ±δ, not adjusted: one primary contrast is what a null is claimed of."""
    judge: str | None
    """Model that labelled the replies; None for the prefix rule, and where no reply was put to a judge."""
    judged: bool
    """Whether a judge is what labels the replies: where none of them was put to it, it has no name."""
    calibrated: bool
    """Whether the judge was compared with human labels; True for the prefix rule would say nothing and is refused."""
    family: int
    """Tests that were adjusted together, 1 or more."""
    correction: str = "Holm"
    """How, as in ``Holm``."""
    delta: float = 0.05
    alpha: float = 0.05
    until: str | None = None
    """What a run that looked at its results was stopped at. Interval and p-values are then those that hold at every
    look; how many more queries would decide is not said."""

    def __post_init__(self) -> None:
        """Refuse a verdict that rests on nothing."""
        check_margin(self.delta)
        if not 0 < self.alpha < 1:
            raise InvalidInputError(f"alpha={self.alpha} must be between 0 and 1; the usual level is 0.05.")
        if self.n_pairs < 0 or self.family < 1 or any(count < 0 for count in self.excluded.values()):
            raise ValueError("n_pairs and the exclusions must be 0 or more, the family 1 or more")
        if self.judge == "" or (self.judge is None and self.calibrated) or (self.judge is not None and not self.judged):
            raise ValueError("a verdict names its judge; the prefix rule has none (None), and is not calibrated")
        discordance(self.n10, self.n01, self.n_pairs)
        if self.n_pairs and not -1 <= self.ci_low <= self.ci_high <= 1:
            raise ValueError(f"a verdict on {self.n_pairs} pairs needs an interval in [-1, 1]")
        if self.n_pairs and not (0 <= self.p_adjusted <= 1 and 0 <= self.p_equivalence <= 1):
            raise ValueError(f"a verdict on {self.n_pairs} pairs needs both p-values, from 0 to 1")

    @property
    def gap(self) -> float:
        """First rate minus second over the pairs, in [-1, 1]; NaN where there is none."""
        return (self.n10 - self.n01) / self.n_pairs if self.n_pairs else nan

    @property
    def kind(self) -> VerdictKind:
        """Which of the five."""
        if not self.n_pairs:
            return VerdictKind.NO_DATA
        within = self.p_equivalence <= self.alpha
        if self.p_adjusted <= self.alpha:
            return VerdictKind.GAP_SMALLER if within else VerdictKind.GAP
        return VerdictKind.NO_GAP if within else VerdictKind.INCONCLUSIVE

    @cached_property
    def more_queries(self) -> int | None:
        """About how many more queries would decide, where the verdict is inconclusive; to two digits, rounded up.

        The smaller of what the exact test needs to see the gap, at α divided by the family (the strictest that Holm
        asks), and of what the equivalence test needs to rule it out, each with a power of 0.8, were the true table the
        one seen. A small table is a rough guide: so is the number.

        Returns:
            At least 1; None where the verdict is another, or of a sequential run, or where more than `MOST_QUERIES`
            would be needed.
        """
        if self.kind is not VerdictKind.INCONCLUSIVE or self.until:
            return None
        n = self.n_pairs
        cells = PairedCells(self.n10 / n, self.n01 / n)
        needed = [queries_to_see(cells, alpha=self.alpha / self.family)]
        needed.append(queries_to_rule_out(cells, self.delta, alpha=self.alpha))
        possible = [count for count in needed if count is not None]
        return _two_digits(max(1, min(possible) - n)) if possible else None

    @property
    def footnotes(self) -> list[str]:
        """Where the interval, which is made in another way, seems to say something else."""
        if not self.n_pairs:
            return []
        seen = self.kind in (VerdictKind.GAP, VerdictKind.GAP_SMALLER)
        within = self.kind in (VerdictKind.NO_GAP, VerdictKind.GAP_SMALLER)
        includes_zero = self.ci_low <= 0 <= self.ci_high
        inside = -self.delta < self.ci_low and self.ci_high < self.delta
        p, q, margin = f"{self.p_adjusted:.3g}", f"{self.p_equivalence:.3g}", f"±{self.delta:g}"
        test = self._test
        notes = {
            f"Sequential: asked until {self.until}; interval and p-values hold at every look.": self.until is not None,
            f"The interval includes 0; the adjusted {test} test excludes it (p = {p}).": seen and includes_zero,
            f"The interval excludes 0; the adjusted {test} test does not (p = {p}).": not seen and not includes_zero,
            f"The interval reaches beyond {margin}; the equivalence test, which is one-sided at {self.alpha:g}, is "
            f"passed (p = {q}).": within and not inside,
            f"The interval lies within {margin}; the equivalence test is not passed (p = {q}).": not within and inside,
        }
        return [note for note, holds in notes.items() if holds]

    @property
    def _test(self) -> str:
        return "betting" if self.until else "exact"

    @property
    def headline(self) -> str:
        """The verdict in the fewest words, with δ."""
        match self.kind:
            case VerdictKind.GAP:
                return "gap"
            case VerdictKind.GAP_SMALLER:
                return f"gap, smaller than {self.delta:g}"
            case VerdictKind.NO_GAP:
                return f"no gap beyond ±{self.delta:g}"
            case VerdictKind.NO_DATA:
                return "no data"
            case VerdictKind.INCONCLUSIVE:
                if self.until:
                    return "inconclusive"
                if self.more_queries is None:
                    return f"inconclusive, more than {MOST_QUERIES:,} queries would be needed"
                more = f"{self.more_queries:,} more quer{'y' if self.more_queries == 1 else 'ies'}"
                return f"inconclusive, about {more}"

    def __str__(self) -> str:
        """The verdict with all that it rests on, one sentence and its footnotes."""
        out = ", ".join(f"{count} {reason}" for reason, count in self.excluded.items() if count)
        reading = "by the prefix rule"
        if self.judge is not None:
            reading = f"judged by {self.judge}, {'calibrated' if self.calibrated else 'not calibrated'}"
        elif self.judged:
            reading = "no reply was put to a judge"
        figures = [
            f"{self.gap:+.3f} [{self.ci_low:+.3f}, {self.ci_high:+.3f}] ({self.interval})",
            f"{self.n_pairs:,} pairs",
        ]
        tests = [
            f"{self._test} p = {self.p_adjusted:.3g}, {self.correction} over {self.family}",
            f"equivalence p = {self.p_equivalence:.3g}",
        ]
        parts = [
            *(figures if self.n_pairs else ["0 pairs"]),
            f"left out: {out or 'nothing'}",
            *(tests if self.n_pairs else []),
            f"δ = {self.delta:g}",
            reading,
        ]
        return " ".join([f"{self.headline}: {'; '.join(parts)}.", *self.footnotes])


def _two_digits(count: int) -> int:
    """Rounded up to two digits; "about" promises no more."""
    unit = int(10 ** max(0, floor(log10(count)) - 1))
    return ceil(count / unit) * unit
