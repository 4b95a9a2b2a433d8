import pytest
from scipy.stats import chisquare, kstest

from study.draw import draw, draw_int, shuffled

PINNED = (0.9342673977842338, 2, [3, 1, 4, 0, 2])


def test_draws_depend_on_their_purpose_and_on_nothing_else() -> None:
    assert draw(0, "query", "free") == draw(0, "query", "free")
    assert len({draw(*purpose) for purpose in [(0, "a"), (1, "a"), (0, "b"), (0, "a", "x"), ("0a",)]}) == 5


def test_draws_are_the_same_on_every_machine() -> None:
    assert (draw(0, "a"), draw_int(1, 6, "b"), shuffled(5, "c")) == PINNED


def test_draws_are_uniform() -> None:
    assert kstest([draw("uniform", i) for i in range(5_000)], "uniform").pvalue > 0.01
    faces = [draw_int(1, 6, "die", i) for i in range(6_000)]
    assert set(faces) == {1, 2, 3, 4, 5, 6}
    assert chisquare([faces.count(face) for face in range(1, 7)]).pvalue > 0.01


@pytest.mark.parametrize("size", [0, 1, 20])
def test_a_shuffle_holds_each_number_once(size: int) -> None:
    assert sorted(shuffled(size, "x")) == list(range(size))
