from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from statsmodels.stats.multitest import multipletests

from analysis.statistics.multiplicity import Correction, adjusted

HOLM, BH = Correction.HOLM, Correction.BENJAMINI_HOCHBERG


@pytest.mark.parametrize(
    ("p_values", "correction", "expected"),
    [
        pytest.param([0.01, 0.04, 0.03], HOLM, [0.03, 0.06, 0.06], id="holm"),
        pytest.param([0.01, 0.04, 0.03], BH, [0.03, 0.04, 0.04], id="benjamini-hochberg"),
        pytest.param([0.6, 0.7], HOLM, [1, 1], id="never-above-one"),
        pytest.param([0.02], HOLM, [0.02], id="a-family-of-one"),
        pytest.param([], HOLM, [], id="no-family"),
        pytest.param([nan, 0.02, nan, 0.04], HOLM, [nan, 0.04, nan, 0.04], id="no-data-does-not-count"),
        pytest.param([nan, 0.02, nan, 0.04], BH, [nan, 0.04, nan, 0.04], id="no-data-does-not-count-bh"),
        pytest.param([nan, nan], HOLM, [nan, nan], id="no-data-at-all"),
        pytest.param([0, 1], HOLM, [0, 1], id="ends"),
        pytest.param([0, 1], BH, [0, 1], id="ends-bh"),
        pytest.param([0, 0, 0], HOLM, [0, 0, 0], id="all-zero"),
        pytest.param([0, 0, 0], BH, [0, 0, 0], id="all-zero-bh"),
        pytest.param([1, 1, 1], HOLM, [1, 1, 1], id="all-one"),
        pytest.param([1, 1, 1], BH, [1, 1, 1], id="all-one-bh"),
        pytest.param([0.02], BH, [0.02], id="a-family-of-one-bh"),
        pytest.param([], BH, [], id="no-family-bh"),
        pytest.param([nan], BH, [nan], id="no-data-at-all-bh"),
    ],
)
def test_adjusted(p_values: list[float], correction: Correction, expected: list[float]) -> None:
    assert_allclose(adjusted(p_values, correction), expected)


@pytest.mark.parametrize(("correction", "method"), [(HOLM, "holm"), (BH, "fdr_bh")])
def test_it_is_what_statsmodels_gives(correction: Correction, method: str) -> None:
    p_values = [0.2, 0.001, 0.04, 0.04, 0.9, 0.013, 0.5]
    assert_allclose(adjusted(p_values, correction), multipletests(p_values, method=method)[1])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.sampled_from(Correction))
def test_adjusting_keeps_the_order_and_never_helps(p_values: list[float], correction: Correction) -> None:
    found = adjusted(p_values, correction)
    assert np.all(found >= np.array(p_values) - 1e-12)
    assert np.all(found <= 1)
    assert np.all(np.diff(found[np.argsort(p_values, kind="stable")]) >= -1e-12)


@pytest.mark.parametrize("p_values", [[1.5], [-0.1], [[0.1]]], ids=str)
def test_bad_p_values(p_values: list[float]) -> None:
    with pytest.raises(ValueError, match=r"^p_values must be one-dimensional, each from 0 to 1"):
        adjusted(p_values)
