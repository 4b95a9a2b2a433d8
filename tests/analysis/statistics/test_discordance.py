from math import inf, nan

import numpy as np
import pytest
from numpy.typing import ArrayLike

from analysis.statistics.discordance import discordance, discordance_of_rates
from analysis.statistics.equivalence import equivalence_p
from analysis.statistics.tango import tango_interval


@pytest.mark.parametrize(
    "table",
    [
        pytest.param((0, 0, 5), id="nobody-differs"),
        pytest.param((5, 0, 5), id="gap-of-one"),
        pytest.param((0, 5, 5), id="gap-of-minus-one"),
        pytest.param((1, 0, 1), id="one-pair"),
        pytest.param((0, 0, 0), id="no-pair"),
        pytest.param((0.5, 0.25, 1), id="fractions"),
        pytest.param((3, 4, inf), id="any-number-of-pairs"),
    ],
)
def test_a_table_is_given_back(table: tuple[float, float, float]) -> None:
    assert [float(count) for count in discordance(*table)] == [*table]


def test_tables_are_broadcast() -> None:
    n10, n01, n = discordance([0, 1], [[2], [3]], 9)
    assert n10.tolist() == [[0, 1], [0, 1]]
    assert n01.tolist() == [[2, 2], [3, 3]]
    assert n.tolist() == [[9, 9], [9, 9]]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ((-1, 0, 5), "^n10, n01 and n must be counts: 0 or more, and none missing$"),
        ((0, 0, nan), "^n10, n01 and n must be counts: 0 or more, and none missing$"),
        ((1, 0, 0), r"^n10 \+ n01, the discordant pairs, must not be more than n, all pairs$"),
        (([1, 2], [1, 2, 3], 9), "broadcast"),
    ],
    ids=["negative", "missing", "more-than-all", "shapes"],
)
def test_what_is_no_table(table: tuple[ArrayLike, ArrayLike, ArrayLike], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        discordance(*table)


@pytest.mark.parametrize(
    ("a", "b", "counts"),
    [
        pytest.param([1, 1, 0, 0, 1], [1, 0, 1, 0, 0], (2, 1, 5), id="one-epoch"),
        pytest.param([0.6, 0.2], [0.2, 0.8], (0.4, 0.6, 2), id="several-epochs"),
        pytest.param([0] * 5, [0] * 5, (0, 0, 5), id="nobody-complies"),
        pytest.param([1] * 5, [1] * 5, (0, 0, 5), id="everybody-complies"),
        pytest.param([1] * 5, [0] * 5, (5, 0, 5), id="gap-of-one"),
        pytest.param([0], [1], (0, 1, 1), id="one-query"),
        pytest.param([], [], (0, 0, 0), id="no-query"),
    ],
)
def test_counts_of_rates(a: list[float], b: list[float], counts: tuple[float, float, int]) -> None:
    assert discordance_of_rates(a, b) == pytest.approx(counts)


def test_fractions_that_add_up_to_all_pairs_are_a_table() -> None:
    a, b = np.array([0.1, 0.7, 1.0] * 100), np.array([0.0, 0.0, 0.0] * 100)
    assert tango_interval(*discordance_of_rates(a, b))[0] > 0.5
    ones = np.full(300, 1 / 3)
    assert tango_interval(*discordance_of_rates(3 * ones, 0 * ones))[1] == 1


def test_epochs_never_narrow_an_equivalence_claim() -> None:
    """The same expected gap and discordance from 5 epochs of each query as from one."""
    whole = equivalence_p(*discordance_of_rates(np.repeat([1.0, 0.0], [10, 390]), np.zeros(400)), 0.05)
    spread = equivalence_p(*discordance_of_rates(np.repeat([0.2, 0.0], [50, 350]), np.zeros(400)), 0.05)
    assert spread == pytest.approx(whole)
