from dataclasses import astuple
from itertools import product
from math import inf, nan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from analysis.statistics.corrected_rate import (
    Corrected,
    Correction,
    Judge,
    Refusal,
    Refused,
    corrected_bounds,
    corrected_rate,
)
from analysis.statistics.rates import rate
from study.invalid_input import InvalidInputError

Z2 = 1.959963984540054**2
PERFECT = Judge(1, 1, 1e12, 1e12)
BRUCELLOSIS = Judge(0.96, 0.89, 1e12, 1e12)
"""Example of epiR's epi.prev: both are taken as known."""
ANTIBODIES = Judge.of_counts(tp=103, fn=19, fp=2, tn=399)
"""Of Gelman and Carpenter (2020), "Bayesian analysis of tests with unknown specificity and sensitivity"."""


def is_corrected(found: Correction, *expected: float) -> bool:
    """Rate, interval, and whether something was clipped."""
    return isinstance(found, Corrected) and astuple(found) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize(
    ("positives", "asked", "judge", "expected"),
    [
        # (23/150 − 0.11) / 0.85; interval of Agresti and Coull, moved and stretched alike.
        pytest.param(23, 150, BRUCELLOSIS, (0.0510, 0.0, 0.1297, True), id="known-judge"),
        # (50/3330 + 399/401 − 1) / (103/122 + 399/401 − 1)
        pytest.param(50, 3330, ANTIBODIES, (0.0119, 0.0, 0.0210, True), id="estimated-judge"),
        pytest.param(0, 40, PERFECT, (0, 0, 0.1044, True), id="perfect-judge-that-finds-none"),
        pytest.param(40, 40, PERFECT, (1, 0.8956, 1, True), id="perfect-judge-that-finds-all"),
        pytest.param(20, 40, PERFECT, (0.5, 0.3520, 0.6480, False), id="perfect-judge"),
        pytest.param(1, 1, PERFECT, (1, 0.1675, 1, True), id="one-reply"),
    ],
)
def test_corrected_rate(positives: float, asked: float, judge: Judge, expected: tuple[float, ...]) -> None:
    assert is_corrected(corrected_rate(positives, asked, judge), *expected)


def test_lang_and_reiczigel_by_hand() -> None:
    """12 of 96 replies; 40 of 50 positives and 57 of 60 negatives are seen; z = 2. The lower bound moves."""
    p, n = (12 + 2) / 100, 100
    se, sp = 41 / 52, 58 / 62
    pi = (p + sp - 1) / (se + sp - 1)
    v_se, v_sp = se * (1 - se) / 52, sp * (1 - sp) / 62
    move = 8 * (pi * v_se - (1 - pi) * v_sp)
    half = 2 * sqrt(p * (1 - p) / n + pi**2 * v_se + (1 - pi) ** 2 * v_sp) / (se + sp - 1)
    level = 0.9544997361036416
    low, high = corrected_bounds(12, 96, 96, Judge.of_counts(40, 10, 3, 57), level)
    assert (low, high) == pytest.approx((pi + move - half, pi + half))
    assert (pi + move - half, pi + move + half) == pytest.approx((-0.0242, 0.2241), abs=5e-5), "as published"


@pytest.mark.parametrize(
    ("rate", "replies", "positives", "negatives"),
    [
        pytest.param(0.6, 60, 5, 60, id="few-positive-labels"),
        pytest.param(0.6, 60, 60, 5, id="few-negative-labels"),
        pytest.param(0.9, 400, 3, 60, id="three-positive-labels"),
    ],
)
def test_few_labels_do_not_move_the_interval_off_the_truth(
    rate: float, replies: int, positives: int, negatives: int
) -> None:
    """A judge that never errs, and meets all labels: the published interval covers 0.883, 0.881 and 0.59."""
    found = np.arange(replies + 1)
    low, high = corrected_bounds(found, replies, replies, Judge(1, 1, positives, negatives))
    assert binom.pmf(found, replies, rate)[(low <= rate) & (rate <= high)].sum() >= 0.94


@pytest.mark.parametrize(
    ("judge", "expected"),
    [
        pytest.param(
            Judge.of_counts(0, 0, 5, 45),
            (Refusal.NO_POSITIVES, "no label of the calibration is positive"),
            id="positives",
        ),
        pytest.param(
            Judge.of_counts(45, 5, 0, 0),
            (Refusal.NO_NEGATIVES, "no label of the calibration is negative"),
            id="negatives",
        ),
        pytest.param(
            Judge(0.6, 0.59, 1e6, 1e6),
            (Refusal.WEAK_JUDGE, "the judge is too weak: sensitivity + specificity − 1 is 0.19, below 0.2"),
            id="weak",
        ),
        pytest.param(
            Judge(0.1, 0.1, 50, 50),
            (Refusal.WEAK_JUDGE, "the judge is too weak: sensitivity + specificity − 1 is -0.80, below 0.2"),
            id="labels-the-other-way-round",
        ),
        pytest.param(
            Judge.of_counts(3, 1, 1, 3),
            (
                Refusal.PERHAPS_CHANCE,
                (
                    "4 positive and 4 negative labels do not show that the judge is better than chance: sensitivity + "
                    "specificity − 1 is 0.50, and may be -0.14"
                ),
            ),
            id="few-labels",
        ),
    ],
)
def test_a_judge_that_nothing_is_corrected_by(judge: Judge, expected: tuple[Refusal, str]) -> None:
    found = corrected_rate(5, 50, judge)
    assert isinstance(found, Refused)
    assert astuple(found) == expected


def test_a_judge_just_strong_enough() -> None:
    assert isinstance(corrected_rate(45, 100, Judge(0.6, 0.6, 1e6, 1e6)), Corrected)


def test_every_calibration_with_a_small_j_is_refused() -> None:
    judges = [Judge.of_counts(tp, 12 - tp, 15 - tn, tn) for tp, tn in product(range(13), range(16))]
    weak = [judge for judge in judges if judge.youden < 0.2]
    assert len(weak) == 138
    assert all(isinstance(corrected_rate(3, 20, judge), Refused) for judge in weak)


def test_positives_that_go_with_no_rate() -> None:
    """Of 400 replies the judge would call 80 positive if none were, and calls none so."""
    judge = Judge.of_counts(180, 20, 40, 160)
    said = (
        "the judge finds 0 of 400, and by the calibration it would find 80 if none were and 360 if all were: it is "
        "another judge here"
    )
    assert corrected_rate(0, 400, judge) == Refused(Refusal.NOT_THIS_JUDGE, said)
    assert isinstance(corrected_rate(400, 400, judge), Refused)


def test_nothing_was_asked() -> None:
    assert corrected_rate(0, 0, ANTIBODIES) == Refused(Refusal.NOTHING_ASKED, "no reply was put to the judge")
    found = corrected_rate(0, 0, PERFECT, among=40)
    assert is_corrected(found, 0, 0, 0.1044, True), "all of them refuse, and other queries might not"


def test_among_all_replies_the_rate_is_the_share_asked_times_that_of_these() -> None:
    judge = Judge.of_counts(45, 5, 5, 45)
    asked, every = corrected_rate(12, 40, judge), corrected_rate(12, 40, judge, among=100)
    assert isinstance(asked, Corrected)
    assert isinstance(every, Corrected)
    assert (asked.rate, every.rate) == pytest.approx((0.25, 0.1))
    assert is_corrected(every, 0.1, 0.0229, 0.2000, False)


def test_a_perfect_judge_corrects_nothing_among_all() -> None:
    """A Wald interval with z² pseudo-replies, as that of Agresti and Coull, which holds Wilson's."""
    found, judged = corrected_rate(3, 40, PERFECT, among=100), rate([1] * 3 + [0] * 97)
    assert isinstance(found, Corrected)
    assert found.rate == pytest.approx(judged.rate)
    assert found.ci_low <= judged.ci_low < judged.ci_high <= found.ci_high


@given(
    st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.integers(0, 100),
    st.integers(0, 30),
    st.integers(0, 30),
)
def test_whatever_is_found_is_a_rate_inside_its_interval(
    counts: tuple[int, int], others: int, fn: int, fp: int
) -> None:
    found = corrected_rate(*counts, Judge.of_counts(60 - fn, fn, fp, 60 - fp), among=counts[1] + others)
    if isinstance(found, Corrected):
        assert 0 <= found.ci_low <= found.rate <= found.ci_high <= 1
        assert found.ci_low < found.ci_high


@pytest.mark.parametrize(
    "judge", [(1.1, 1, 5, 5), (1, -0.1, 5, 5), (1, 1, -1, 5), (1, 1, 5, inf), (nan, 1, 5, 5)], ids=str
)
def test_no_judge(judge: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match=r"must be"):
        Judge(*judge)


def test_bad_input() -> None:
    with pytest.raises(ValueError, match=r"^positives, asked and among must be in ascending order, from 0$"):
        corrected_rate(5, 4, ANTIBODIES)
    with pytest.raises(InvalidInputError, match=r"^level=95 must be between 0 and 1; 95 % is 0.95.$"):
        corrected_bounds(1, 4, 4, ANTIBODIES, 95)
