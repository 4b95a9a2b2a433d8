import pytest

from benchmarks.judging import Cost, measure


@pytest.mark.parametrize(
    "cost",
    [
        pytest.param(Cost("published", replies=60, calls=126, voted=4, differ=0), id="votes-on-the-compliant"),
        pytest.param(Cost("audit", replies=60, calls=195, voted=8, differ=0), id="and-on-a-twentieth-of-the-refusals"),
    ],
)
def test_labels_are_those_of_all_votes_for_few_calls(cost: Cost) -> None:
    assert measure(cost.way, 30) == cost


def test_what_is_per_reply() -> None:
    assert Cost("published", replies=4, calls=10, voted=1, differ=0).per_reply == 2.5
