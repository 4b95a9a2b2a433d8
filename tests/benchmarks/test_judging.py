import pytest

from benchmarks.judging import PUBLISHED, Cost, measure


@pytest.mark.parametrize(
    ("way", "voted"),
    [
        pytest.param("published", 4, id="votes-on-the-compliant"),
        pytest.param("audit", 8, id="and-on-a-twentieth-of-the-refusals"),
    ],
)
def test_labels_are_those_of_all_votes_for_few_calls(way: str, voted: int) -> None:
    cost = measure(way, 30)
    assert (cost.replies, cost.voted, cost.differ) == (60, voted, 0)
    assert 60 + 8 * voted <= cost.calls <= 60 + 20 * voted
    assert cost.per_reply < PUBLISHED / 6


def test_what_is_per_reply() -> None:
    assert Cost("published", replies=4, calls=10, voted=1, differ=0).per_reply == 2.5
