"""The benchmark of ``af estimate``: its quick form holds, and a bound that is missed is said."""

import pytest

from benchmarks.estimate import BOUNDS, Estimated, measure


def test_a_small_run_keeps_every_bound() -> None:
    found = measure("refusing", 6)
    assert [(one.way, one.misses) for one in found] == [(way, []) for way in BOUNDS]


@pytest.mark.parametrize(
    ("estimated", "misses"),
    [
        pytest.param(Estimated("short", "known", 50, 134, 200, 100), [], id="within"),
        pytest.param(Estimated("short", "known", 50, 64, 200, 100), ["likely is 0.64 of actual"], id="known"),
        pytest.param(Estimated("short", "pilot", 50, 111, 200, 100), ["likely is 1.11 of actual"], id="pilot"),
        pytest.param(Estimated("short", "guess", 50, 190, 200, 100), [], id="a-guess-is-only-to-hold-it"),
        pytest.param(Estimated("contested", "pilot", 50, 80, 200, 100), [], id="contested"),
        pytest.param(
            Estimated("short", "guess", 150, 190, 200, 100), ["low to high does not hold it"], id="the-range-misses"
        ),
    ],
)
def test_what_is_missed(estimated: Estimated, misses: list[str]) -> None:
    assert estimated.misses == misses
