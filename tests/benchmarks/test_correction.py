"""The benchmark of corrected rates: its bounds hold, and it would say so if they did not."""

from math import nan

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import ArrayLike
from scipy.stats import binom

from analysis.statistics.corrected_rate import Corrected, Judge, Judges, corrected_bounds, corrected_rate
from benchmarks import correction


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's own interval takes longer than all the rest."""
    monkeypatch.setattr(correction, "library", lambda *_: (nan, nan))


def test_every_bound_holds_in_the_quick_form() -> None:
    done = CliRunner().invoke(correction.main, ["--check", "--quick"])
    assert "MISSED" not in done.output
    assert done.output.endswith("138 of 138 bounds hold.\n")
    assert done.exit_code == 0


def test_an_interval_that_takes_the_judge_as_known_misses_its_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    def known(positives: ArrayLike, asked: ArrayLike, among: ArrayLike, judge: Judges) -> correction.Interval:
        sure = Judges(judge.sensitivity, judge.specificity, np.full(1, 1e9), np.full(1, 1e9))
        return corrected_bounds(positives, asked, among, sure)

    monkeypatch.setattr(correction, "corrected_bounds", known)
    done = CliRunner().invoke(correction.main, ["--check", "--quick"])
    assert done.exit_code == 1
    assert done.output.count("MISSED: coverage, rate") == 12


def test_the_enumeration_leaves_no_run_out() -> None:
    """One by one, of 6 replies and 15 + 20 labels."""
    case = correction.Case(0.2, 0.95, 0.98, 6, 15, 20)
    coverage = width = 0.0
    for x in range(7):
        for tp in range(16):
            for tn in range(21):
                p = binom.pmf(x, 6, case.judged) * binom.pmf(tp, 15, 0.95) * binom.pmf(tn, 20, 0.98)
                found = corrected_rate(x, 6, Judge.of_counts(tp, 15 - tp, 20 - tn, tn))
                if isinstance(found, Corrected):
                    coverage += p * (found.ci_low <= 0.2 <= found.ci_high)
                    width += p * (found.ci_high - found.ci_low)
    assert correction.enumerated(case)[0] == pytest.approx((coverage, width), abs=1e-6)
