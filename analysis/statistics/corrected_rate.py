"""A rate without the mistakes of the judge that found it: of known extent by labels on other replies."""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite, sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint

from analysis.statistics.paired_rates import Floats
from study.invalid_input import InvalidInputError

LEAST_YOUDEN = 0.2
"""Youden's J of the weakest judge whose rates are corrected. A correction divides by J: below this it makes more than
five points of true rate of one point of judged rate, and with it of whatever the calibration did not see."""


class Refusal(StrEnum):
    """Why there is no corrected rate."""

    NOTHING_ASKED = "nothing_asked"
    """No reply was put to the judge."""
    NO_POSITIVES = "no_positives"
    """No label of the calibration is positive: its sensitivity is not known."""
    NO_NEGATIVES = "no_negatives"
    """No label of the calibration is negative: its specificity is not known."""
    WEAK_JUDGE = "weak_judge"
    """Youden's J is below `LEAST_YOUDEN`."""
    PERHAPS_CHANCE = "perhaps_chance"
    """The interval of Youden's J holds 0: the labels do not show that the judge is better than chance, and the
    interval of a quotient by J would have no bounds."""
    NOT_THIS_JUDGE = "not_this_judge"
    """No rate in [0, 1] goes with so many positives: the judge is another one here than in the calibration."""
    FEW_LABELS = "few_labels"
    """People labelled too few of the replies."""
    UNLABELLED_STRATUM = "unlabelled_stratum"
    """People labelled none of the replies that have one of the judge's labels."""
    OTHER_REPLIES = "other_replies"
    """The labels were drawn from other replies than these."""
    NO_LIBRARY = "no_library"
    """ppi-python is not installed."""


@dataclass(frozen=True)
class Refused:
    """No corrected rate, and why."""

    why: Refusal
    said: str
    """The reason with its numbers, as a clause."""


@dataclass(frozen=True)
class Corrected:
    """A corrected rate with its interval."""

    rate: float
    """In [0, 1]."""
    ci_low: float
    ci_high: float
    clipped: bool
    """Whether the estimate or a bound was outside [0, 1], and was set to the nearest share."""


Correction: TypeAlias = Corrected | Refused


@dataclass(frozen=True)
class Judge:
    """How often a judge is right, by labels of people.

    Args:
        sensitivity: Share of the positives that it calls positive, in [0, 1]; of no account where there are none.
        specificity: Share of the negatives that it calls negative, in [0, 1].
        positives: Labels of equal weight that the sensitivity rests on; need not be whole.
        negatives: The same of the specificity.

    Raises:
        ValueError: If a share is outside [0, 1], or a number of labels is negative or not finite.
    """

    sensitivity: float
    specificity: float
    positives: float
    negatives: float

    def __post_init__(self) -> None:
        if not all(0 <= share <= 1 for share in (self.sensitivity, self.specificity)):
            raise ValueError("sensitivity and specificity must be in [0, 1]")
        if not all(isfinite(n) and n >= 0 for n in (self.positives, self.negatives)):
            raise ValueError("numbers of labels must be finite and not negative")

    @classmethod
    def of_counts(cls, tp: int, fn: int, fp: int, tn: int) -> "Judge":
        """The judge of a table of labels that all weigh the same."""
        return cls(tp / max(tp + fn, 1), tn / max(tn + fp, 1), tp + fn, tn + fp)

    @property
    def youden(self) -> float:
        """Sensitivity + specificity − 1, in [-1, 1]: 0 is chance."""
        return round(self.sensitivity + self.specificity - 1, 12)  # 0.6 + 0.6 - 1 is not below 0.2

    def youden_low(self, level: float = 0.95) -> float:
        """Lower bound of Youden's J, of two Wilson intervals (Newcombe 1998, Statist. Med. 17:873, method 10)."""
        shares = ((self.sensitivity, self.positives), (self.specificity, self.negatives))
        return self.youden - sqrt(sum((share - _wilson_low(share, n, level)) ** 2 for share, n in shares))

    def refused(self, level: float = 0.95) -> Refused | None:
        """Why nothing is corrected by this judge; None where it can be."""
        if not self.positives:
            return Refused(Refusal.NO_POSITIVES, "no label of the calibration is positive")
        if not self.negatives:
            return Refused(Refusal.NO_NEGATIVES, "no label of the calibration is negative")
        if self.youden < LEAST_YOUDEN:
            said = f"the judge is too weak: sensitivity + specificity − 1 is {self.youden:.2f}, below {LEAST_YOUDEN:g}"
            return Refused(Refusal.WEAK_JUDGE, said)
        if (low := self.youden_low(level)) <= 0:
            said = (
                f"{self.positives:.4g} positive and {self.negatives:.4g} negative labels do not show that the judge is "
                f"better than chance: sensitivity + specificity − 1 is {self.youden:.2f}, and may be {low:.2f}"
            )
            return Refused(Refusal.PERHAPS_CHANCE, said)
        return None


def corrected_rate(
    positives: float, asked: float, judge: Judge, among: float | None = None, level: float = 0.95
) -> Correction:
    """The true rate behind a judged one.

    Rogan and Gladen (1978), "Estimating prevalence from the results of a screening test", Am. J. Epidemiol. 107:
    (judged rate + Sp − 1) ÷ (Se + Sp − 1), in [0, 1]. Interval: `corrected_bounds`, cut to [0, 1].

    Args:
        positives: Replies that the judge calls positive; with several epochs, the judged rate × the queries.
        asked: Replies that were put to the judge; with several epochs the queries of them, as for `rates.rate`.
        judge: How often it is right.
        among: Replies that the rate is a share of: those asked, and others that are known not to be positive, as
            refusals are. None: those asked alone.
        level: Confidence level, in (0, 1).

    Returns:
        The rate, or why there is none. Nothing asked is a rate of 0 among others, with an interval above it, and
        `Refusal.NOTHING_ASKED` where there are none. At n = 1 as elsewhere.

    Raises:
        ValueError: If positives, asked and among are not in ascending order from 0.
        InvalidInputError: If the level is outside (0, 1).
    """
    known = asked if among is None else among
    if not 0 <= positives <= asked <= known:
        raise ValueError("positives, asked and among must be in ascending order, from 0")
    if refused := judge.refused(level):
        return refused
    if not known:
        return Refused(Refusal.NOTHING_ASKED, "no reply was put to the judge")
    estimate = (positives - asked * (1 - judge.specificity)) / known / judge.youden
    low, high = (float(bound) for bound in corrected_bounds(positives, asked, known, judge, level))
    if high < 0 or low > 1:
        least, most = asked * (1 - judge.specificity), asked * judge.sensitivity
        said = (
            f"the judge finds {positives:.4g} of {asked:.4g}, and by the calibration it would find {least:.3g} if none "
            f"were and {most:.3g} if all were: it is another judge here"
        )
        return Refused(Refusal.NOT_THIS_JUDGE, said)
    rate = min(max(estimate, 0.0), asked / known)
    clipped = rate != estimate or low < 0 or high > 1
    return Corrected(rate, min(rate, max(low, 0.0)), max(rate, min(high, 1.0)), clipped)


def corrected_bounds(
    positives: ArrayLike, asked: ArrayLike, among: ArrayLike, judge: "Judge | Judges", level: float = 0.95
) -> tuple[Floats, Floats]:
    """Bounds of the true rate, not yet cut to [0, 1].

    Lang and Reiczigel (2014), "Confidence limits for prevalence of disease adjusted for estimated sensitivity and
    specificity", Prev. Vet. Med. 113: Wald's interval with z² pseudo-replies, half of them positive, two pseudo-labels
    on each side of the calibration, and the centre moved by 2z²(π·V(Se) − (1 − π)·V(Sp)).

    Departures: only the bound that the centre moves towards goes with it. The move is there for the skew of the
    estimate; with few labels, where two pseudo-labels weigh much, it leaves the truth behind: where 5 positive labels
    and 60 negative ones are all met, the published interval covers 0.88, and this one at least 0.96.

    And the rate may be a share of more replies than were asked. Of the pseudo-replies that are not positive, the same
    share is then asked as of the replies that are not; judged rate and share asked are of one multinomial sample.
    benchmarks/correction.py has the coverage of both.

    Args:
        positives: Replies that the judge calls positive; any shape.
        asked: Replies that were put to it.
        among: Replies that the rate is a share of, above 0.
        judge: One judge, or arrays of judges, with J above 0 after two labels are added on each side.
        level: Confidence level, in (0, 1).

    Returns:
        Lower and upper bounds, broadcast.

    Raises:
        InvalidInputError: If the level is outside (0, 1).
    """
    if not 0 < level < 1:
        raise InvalidInputError(f"level={level} must be between 0 and 1; 95 % is 0.95.")
    x, asked, among = (np.asarray(count, np.float64) for count in (positives, asked, among))
    z = float(norm.ppf((1 + level) / 2))
    n, n_se, n_sp = among + z**2, np.asarray(judge.positives) + 2, np.asarray(judge.negatives) + 2
    se = (np.asarray(judge.sensitivity) * (n_se - 2) + 1) / n_se
    sp = (np.asarray(judge.specificity) * (n_sp - 2) + 1) / n_sp
    asked_of_rest = np.divide(asked - x, among - x, out=np.ones(np.broadcast(asked, among, x).shape), where=among > x)
    found, put = (x + z**2 / 2) / n, (asked + z**2 / 2 * (1 + asked_of_rest)) / n
    excess, youden = found - put * (1 - sp), se + sp - 1
    rate = excess / youden
    v_se, v_sp = se * (1 - se) / n_se, sp * (1 - sp) / n_sp
    v_excess = (found * sp**2 + (put - found) * (1 - sp) ** 2 - excess**2) / n
    move = 2 * z**2 * (rate * v_se - (put - rate) * v_sp)
    half = z * np.sqrt(v_excess + rate**2 * v_se + (put - rate) ** 2 * v_sp) / youden
    return rate + np.minimum(move, 0) - half, rate + np.maximum(move, 0) + half


@dataclass(frozen=True)
class Judges:
    """Judges as arrays, for `corrected_bounds`; the fields are those of `Judge`."""

    sensitivity: Floats
    specificity: Floats
    positives: Floats
    negatives: Floats


def _wilson_low(share: float, n: float, level: float) -> float:
    return float(proportion_confint(share * n, n, alpha=1 - level, method="wilson")[0])
