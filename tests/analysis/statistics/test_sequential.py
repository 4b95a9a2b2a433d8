from math import nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from scipy.special import beta
from scipy.stats import multinomial

from analysis.statistics.paired_rates import Floats
from analysis.statistics.sequential import (
    _STAKES,
    _log_capital,
    sequential_equivalence_p,
    sequential_interval,
    sequential_p,
)
from study.invalid_input import InvalidInputError
from tests.analysis.statistics.test_equivalence import all_tables


def left_of_one(n10: ArrayLike, n01: ArrayLike, n: ArrayLike, gap: float) -> Floats:
    """What the bettors have, by counts."""
    n10, n01, n = (np.asarray(count, np.float64) for count in (n10, n01, n))
    return np.exp(_log_capital(n10, n01, n, gap))


def capital(differences: list[float], gap: float) -> float:
    """The same, pair by pair."""
    each = [np.prod([1 + stake / (1 + gap) * (d - gap) for d in differences]) for stake in _STAKES]
    return float(np.mean(each))


@pytest.mark.parametrize(
    ("n10", "n01", "p"),
    [
        pytest.param(0, 0, 1.0, id="nobody-differs"),
        pytest.param(1, 0, 1.0, id="one-pair"),
        pytest.param(6, 0, 0.06949, id="six-one-way"),
        pytest.param(7, 0, 0.03735, id="seven-one-way"),
        pytest.param(0, 7, 0.03735, id="seven-the-other-way"),
        pytest.param(17, 3, 0.02563, id="a-clear-gap"),
        pytest.param(20, 20, 1.0, id="as-many-on-both-sides"),
    ],
)
def test_p(n10: int, n01: int, p: float) -> None:
    assert float(sequential_p(n10, n01)) == pytest.approx(p, abs=5e-6)


def test_both_sides_together_are_robbins_mixture() -> None:
    """Jeffreys' prior of the side that a discordant pair falls on, in closed form."""
    both = left_of_one(17, 3, 20, 0.0) + left_of_one(3, 17, 20, 0.0)
    assert both / 2 == pytest.approx(2**20 * beta(17.5, 3.5) / beta(0.5, 0.5), rel=1e-9)


@pytest.mark.parametrize("gap", [-0.3, 0.0, 0.05])
def test_the_capital_is_what_betting_pair_by_pair_leaves(gap: float) -> None:
    assert left_of_one(3, 1, 9, gap) == pytest.approx(capital([1, 0, 0, -1, 1, 0, 0, 1, 0], gap))


@pytest.mark.parametrize(("p10", "p01"), [(0.05, 0.05), (0.11, 0.02), (0.02, 0.3), (0.0, 0.0)])
def test_the_bets_are_fair_if_the_gap_is_the_hypothesis(p10: float, p01: float) -> None:
    n = 40
    n10, n01 = all_tables(n)
    p = multinomial.pmf(np.stack([n10, n01, n - n10 - n01], axis=1), n, [p10, p01, 1 - p10 - p01])
    assert p @ left_of_one(n10, n01, n, p10 - p01) == pytest.approx(1)
    assert p @ left_of_one(n10, n01, n, p10 - p01 + 0.1) < 1, "and worse than fair if the gap is less"


@given(st.lists(st.sampled_from([-1, -0.5, 0, 0.25, 0.5, 1]), max_size=30), st.sampled_from([-0.2, 0, 0.05]))
@settings(max_examples=60, deadline=None)
def test_means_over_epochs_bet_with_no_more_than_there_is(differences: list[float], gap: float) -> None:
    d = np.array(differences)
    counts = np.maximum(d, 0).sum(), np.maximum(-d, 0).sum(), len(d)
    assert left_of_one(*counts, gap) <= capital(differences, gap) * (1 + 1e-9)


@pytest.mark.parametrize(
    ("table", "p"),
    [
        pytest.param((0, 0, 75), 0.05050, id="nobody-of-75"),
        pytest.param((0, 0, 76), 0.04830, id="nobody-of-76"),
        pytest.param((20, 20, 400), 0.04778, id="as-many-on-both-sides"),
        pytest.param((20, 0, 400), 1.0, id="gap-of-the-margin"),
        pytest.param((50, 0, 50), 1.0, id="gap-of-one"),
        pytest.param((0, 0, 1), 0.96758, id="one-pair"),
        pytest.param((0, 0, 0), nan, id="no-pair"),
    ],
)
def test_equivalence_p(table: tuple[int, int, int], p: float) -> None:
    assert float(sequential_equivalence_p(*table, 0.05)) == pytest.approx(p, abs=5e-6, nan_ok=True)


@pytest.mark.parametrize(
    ("table", "bounds"),
    [
        pytest.param((0, 0, 0), (nan, nan), id="no-pair"),
        pytest.param((0, 0, 1), (-0.98394, 0.98394), id="one-pair"),
        pytest.param((1, 0, 1), (-0.96788, 1.0), id="one-pair-that-differs"),
        pytest.param((50, 0, 50), (0.82282, 1.0), id="gap-of-one"),
        pytest.param((0, 50, 50), (-1.0, -0.82282), id="gap-of-one-the-other-way"),
        pytest.param((0, 0, 400), (-0.01157, 0.01157), id="nobody-differs"),
        pytest.param((54, 10, 400), (0.05033, 0.17909), id="fourteen-against-three-points"),
        pytest.param((0, 10_000, 10_001), (-1.0, -0.99894), id="far-beyond-all-bets"),
    ],
)
def test_interval(table: tuple[int, int, int], bounds: tuple[float, float]) -> None:
    assert tuple(map(float, sequential_interval(*table))) == pytest.approx(bounds, abs=5e-6, nan_ok=True)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 600))
@settings(max_examples=60, deadline=None)
def test_interval_and_p_values_say_the_same(n10: int, n01: int, agree: int) -> None:
    n = n10 + n01 + agree
    low, high = sequential_interval(n10, n01, n)
    assert low <= (n10 - n01) / n <= high
    assert (sequential_p(n10, n01) < 0.05) == (not low <= 0 <= high)
    low, high = sequential_interval(n10, n01, n, 0.9)
    assert (sequential_equivalence_p(n10, n01, n, 0.05) < 0.05) == (low > -0.05 and high < 0.05)


@pytest.mark.parametrize("bad", [0, 1, -0.1, nan])
def test_bad_level_and_margin(bad: float) -> None:
    with pytest.raises(InvalidInputError, match=rf"^delta={bad} must be between 0 and 1"):
        sequential_equivalence_p(1, 2, 50, bad)
    with pytest.raises(InvalidInputError, match=rf"^level={bad} must be between 0 and 1"):
        sequential_interval(1, 2, 50, bad)


def test_no_table() -> None:
    with pytest.raises(ValueError, match="must be counts"):
        sequential_p(-1, 2)
