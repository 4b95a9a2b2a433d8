from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binomtest, permutation_test
from statsmodels.stats.contingency_tables import mcnemar

from analysis.statistics.mcnemar import mcnemar_exact, sign_flip_exact

Floats = NDArray[np.float64]


def by_enumeration(n10: int, n01: int) -> float:
    """Share of all signs of the discordant pairs with a sum at least as far from 0 as the one seen."""
    m = n10 + n01
    return sum(comb(m, k) for k in range(m + 1) if abs(2 * k - m) >= abs(n10 - n01)) / 2.0**m


def by_all_signs(a: Floats, b: Floats) -> float:
    observed = abs((a - b).sum()) - 1e-9
    sums = [abs(np.dot(signs, a - b)) for signs in product([1, -1], repeat=len(a))]
    return float(np.mean([total >= observed for total in sums]))


@pytest.mark.defect(18)
@pytest.mark.parametrize("table", [(6, 16), (1, 7), (7, 1), (0, 5), (8, 8), (0, 1), (40, 20), (0, 0)], ids=str)
def test_exact_p_is_that_of_two_libraries_and_of_enumeration(table: tuple[int, int]) -> None:
    n10, n01 = table
    p = float(mcnemar_exact(n10, n01))
    assert p == pytest.approx(by_enumeration(n10, n01), rel=1e-12)
    assert p == pytest.approx(float(mcnemar([[9, n10], [n01, 9]], exact=True).pvalue), rel=1e-12)
    assert p == pytest.approx(float(binomtest(n10, n10 + n01).pvalue) if n10 + n01 else 1.0, rel=1e-12)


@pytest.mark.parametrize(
    ("table", "exact", "mid"),
    [
        # Cavo et al. (2012) in Fagerland, Lydersen and Laake (2017), Statistical Analysis of Contingency Tables, ch. 8.
        pytest.param((6, 16), 0.052479, 0.034690, id="published"),
        pytest.param((1, 7), 18 / 256, 10 / 256, id="by-hand"),
        pytest.param((0, 0), 1.0, 1.0, id="nobody-differs"),
        pytest.param((1, 0), 1.0, 0.5, id="one-pair"),
        pytest.param((50, 0), 2.0**-49, 2.0**-50, id="gap-of-one"),
    ],
)
def test_p_and_mid_p(table: tuple[int, int], exact: float, mid: float) -> None:
    assert float(mcnemar_exact(*table)) == pytest.approx(exact, rel=2e-5)
    assert float(mcnemar_exact(*table, mid_p=True)) == pytest.approx(mid, rel=2e-5)


def test_many_tables_at_once() -> None:
    assert mcnemar_exact([[6], [1]], [16, 7]).tolist() == [
        [float(mcnemar_exact(6, 16)), float(mcnemar_exact(6, 7))],
        [float(mcnemar_exact(1, 16)), float(mcnemar_exact(1, 7))],
    ]


@given(st.integers(0, 300), st.integers(0, 300))
def test_p_is_symmetric_and_falls_as_the_pairs_part(n10: int, n01: int) -> None:
    p = mcnemar_exact(n10, n01)
    assert 0 < p <= 1
    assert mcnemar_exact(n01, n10) == p
    assert mcnemar_exact(n10, n01, mid_p=True) <= p
    if n10 >= n01 > 0:
        assert mcnemar_exact(n10 + 1, n01 - 1) <= p


@pytest.mark.parametrize(
    ("n10", "n01"), [(-1, 2), (float("nan"), 2), (1.5, 2)], ids=["negative", "missing", "fraction"]
)
def test_bad_counts(n10: float, n01: float) -> None:
    with pytest.raises(ValueError, match=r"^n10(, n01)? and n(01)? must be (counts|whole numbers)"):
        mcnemar_exact(n10, n01)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 20))
@settings(deadline=None)
def test_with_one_epoch_the_clustered_test_is_mcnemars(n10: int, n01: int, agree: int) -> None:
    a = np.repeat([1.0, 0.0, 1.0], [n10, n01, agree])
    b = np.repeat([0.0, 1.0, 1.0], [n10, n01, agree])
    assert sign_flip_exact(a, b) == pytest.approx(float(mcnemar_exact(n10, n01)), rel=1e-9)


@pytest.mark.parametrize("epochs", [(2, 2), (5, 5), (3, 5), (7, 10)], ids=str)
def test_the_clustered_test_takes_every_assignment_of_signs(epochs: tuple[int, int]) -> None:
    rng = np.random.default_rng(7)
    a, b = (rng.integers(0, count + 1, 11) / count for count in epochs)
    p = sign_flip_exact(a, b)
    assert p == pytest.approx(by_all_signs(a, b), rel=1e-9)
    library = permutation_test(
        (a - b,), lambda x: abs(float(np.sum(x))), permutation_type="samples", n_resamples=5000, alternative="greater"
    )
    assert p == pytest.approx(float(library.pvalue), rel=1e-9)
    assert sign_flip_exact(b, a) == p


@pytest.mark.parametrize(
    ("a", "b", "p"),
    [
        pytest.param([], [], 1.0, id="no-query"),
        pytest.param([0.6], [0.2], 1.0, id="one-query"),
        pytest.param([0.0] * 9, [0.0] * 9, 1.0, id="nobody-complies"),
        pytest.param([1.0] * 9, [1.0] * 9, 1.0, id="everybody-complies"),
        pytest.param([0.4] * 9, [0.4] * 9, 1.0, id="no-difference"),
        pytest.param([1.0] * 9, [0.0] * 9, 2.0**-8, id="gap-of-one"),
        pytest.param([0.2] * 9, [0.0] * 9, 2.0**-8, id="each-query-a-little"),
        pytest.param([0.4, 0.2, 0.2], [0.0, 0.2, 0.0], 0.5, id="by-hand"),
        pytest.param([0.6, 0.0, 0.0], [0.0, 0.2, 0.2], 1.0, id="by-hand-nearly-balanced"),
    ],
)
def test_clustered_p_by_hand(a: list[float], b: list[float], p: float) -> None:
    assert sign_flip_exact(a, b) == pytest.approx(p)


@pytest.mark.parametrize(("n", "p"), [(1074, 2.0**-1073), (1075, 0.0)], ids=["least", "rounded-to-zero"])
def test_a_gap_of_one_in_so_many_queries_is_rounded(n: int, p: float) -> None:
    assert sign_flip_exact([1] * n, [0] * n) == p


def test_signs_are_drawn_where_the_lattice_is_too_fine() -> None:
    rng = np.random.default_rng(8)
    sizes = np.array([983, 991, 997] * 5)
    a, b = (rng.integers(0, sizes + 1) / sizes for _ in range(2))
    assert sign_flip_exact(a[:12], b[:12]) == pytest.approx(
        by_all_signs(a[:12], b[:12]), rel=1e-9
    )  # all 4,096 are taken
    p = sign_flip_exact(a, b, draws=5000, seed=1)
    assert p == sign_flip_exact(a, b, draws=5000, seed=1)
    assert p != sign_flip_exact(a, b, draws=5000, seed=2)
    assert p == pytest.approx(sign_flip_exact(a, b), abs=0.03)


def test_rates_that_are_no_means_over_epochs_are_told_apart() -> None:
    a, b = np.array([0.1234567, 0.5, 0.0]), np.array([0.0, 0.0, 0.6234568])
    assert sign_flip_exact(a, b) == by_all_signs(a, b) == 1.0
    assert sign_flip_exact(a, b - [0, 0, 0.0000002]) == 1.0


def test_the_clustered_test_keeps_its_size() -> None:
    """50 queries of 5 epochs without a gap, half of the epochs tied to their query; 600 draws."""
    rng = np.random.default_rng(9)
    shape = (600, 50, 5)
    tied, free = (
        rng.choice([1, -1, 0], (*shape[:2], 1), p=[0.1, 0.1, 0.8]),
        rng.choice([1, -1, 0], shape, p=[0.1, 0.1, 0.8]),
    )
    types = np.where(rng.random(shape) < 0.5, tied, free)
    a, b = (types == 1).mean(2), (types == -1).mean(2)
    rejected = np.mean([sign_flip_exact(*sides) <= 0.05 for sides in zip(a, b, strict=True)])
    assert 0.02 <= rejected <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 600)


def test_bad_rates() -> None:
    with pytest.raises(ValueError, match=r"^a and b must hold numbers from 0 to 1"):
        sign_flip_exact([1.2], [0.0])
