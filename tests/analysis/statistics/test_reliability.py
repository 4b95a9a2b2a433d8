"""Krippendorff's alpha against published and hand-computed values, and where it says nothing."""

from math import isnan, nan

import numpy as np
import pytest

from analysis.statistics.agreement import cross_table, kappa
from analysis.statistics.reliability import FEWEST_QUERIES, krippendorff_alpha

MEG = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
OWEN = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]


def queries(n: int) -> list[str]:
    return [f"q{i}" for i in range(n)]


@pytest.mark.parametrize(
    ("labels", "n", "alpha"),
    [
        # 20 values, of them 6 ones; 4 of the 10 pairs differ: 1 − 19·(2·4)/(2·14·6)
        pytest.param([MEG, OWEN], 10, 1 - 19 * 4 / (14 * 6), id="Krippendorff 2011, B: 0.095"),
        # 5 replies are paired: 1 1 1 | 1 0 | 0 0 | 0 0 | 1 1; 5 zeros, 6 ones, disagreement 2·1/(2 − 1)
        pytest.param(
            [[1, 1, 0, 0, nan, nan], [1, 0, nan, 0, 1, 0], [1, nan, 0, nan, 1, nan]],
            5,
            1 - 10 * 2 / (2 * 5 * 6),
            id="labels that are missing; a reply with one label does not count",
        ),
        pytest.param([[1, 0], [0, 1]], 2, 1 - 3 * 4 / (2 * 2 * 2), id="never agreed"),
        pytest.param([[1, 0], [1, 0]], 2, 1.0, id="always agreed"),
        pytest.param([[1], [0]], 1, 0.0, id="one reply, two labels"),
    ],
)
def test_alpha(labels: list[list[float]], n: int, alpha: float) -> None:
    found = krippendorff_alpha(np.transpose(labels), queries(len(labels[0])))
    assert found.n == n
    assert found.alpha == pytest.approx(alpha, abs=1e-12)


@pytest.mark.parametrize(
    ("labels", "n"),
    [
        pytest.param([[1, 1], [1, 1]], 2, id="one label only"),
        pytest.param([[1, nan], [nan, 0]], 0, id="no reply in common"),
        pytest.param([[], []], 0, id="no replies"),
        pytest.param([[1, 0]], 0, id="one labeller"),
    ],
)
def test_where_it_is_not_defined(labels: list[list[float]], n: int) -> None:
    found = krippendorff_alpha(np.transpose(labels), queries(len(labels[0])))
    assert found.n == n
    assert np.isnan([found.alpha, found.ci_low, found.ci_high]).all()


def drawn(n: int, seed: int = 1) -> tuple[np.ndarray, list[str]]:
    """Two labellers who are right in 9 of 10, two replies a query, of which one in five is positive."""
    generator = np.random.default_rng(seed)
    true = generator.random((n, 1)) < 0.2
    return (true ^ (generator.random((n, 2)) < 0.1)).astype(float), [f"q{i // 2}" for i in range(n)]


def test_the_interval_is_given_from_fifty_queries_on_and_is_the_same_each_time() -> None:
    few = krippendorff_alpha(*drawn(2 * FEWEST_QUERIES - 2))
    enough = krippendorff_alpha(*drawn(2 * FEWEST_QUERIES))
    assert isnan(few.ci_low)
    assert isnan(few.ci_high)
    assert -1 < enough.ci_low < enough.alpha < enough.ci_high < 1
    assert enough == krippendorff_alpha(*drawn(2 * FEWEST_QUERIES))


def test_without_disagreement_there_is_no_interval_of_no_width() -> None:
    one, of = drawn(200)
    found = krippendorff_alpha(np.stack([one[:, 0], one[:, 0]], axis=1), of)
    assert (found.n, found.alpha, isnan(found.ci_low), isnan(found.ci_high)) == (200, 1.0, True, True)


def test_the_query_is_the_unit() -> None:
    labels, _ = drawn(400)
    alike = np.repeat(labels, 4, axis=0)
    of = [f"q{i // 4}" for i in range(len(alike))]
    once, again = krippendorff_alpha(labels, queries(400)), krippendorff_alpha(alike, of)
    width = [found.ci_high - found.ci_low for found in (once, again)]
    assert width[1] == pytest.approx(width[0], rel=0.1), "replies that repeat each other add nothing"


@pytest.mark.parametrize(
    ("labels", "of"),
    [
        pytest.param([[1.0, 2.0]], ["q"], id="another label"),
        pytest.param([1.0, 0.0], ["q", "r"], id="one dimension"),
        pytest.param([[1.0, 0.0]], [], id="a query too few"),
    ],
)
def test_refused(labels: object, of: list[str]) -> None:
    with pytest.raises(ValueError, match="labels must be"):
        krippendorff_alpha(labels, of)  # type: ignore[arg-type]


def test_kappa_of_two_labellers_is_that_of_the_textbook() -> None:
    """20 yes by both, 5 and 10 by one, 15 no by both: observed 0.7, by chance 0.5."""
    first, second = [1] * 25 + [0] * 25, [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15
    assert kappa(cross_table(first, second)).kappa == pytest.approx(0.4, abs=1e-12)
