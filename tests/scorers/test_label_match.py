"""How well a judge meets labels: the metrics, from unreduced scores."""

from collections.abc import Callable
from math import nan
from typing import cast

import pytest
from inspect_ai.scorer import SampleScore, Score, Value

from scorers.label_match import auroc, sensitivity, specificity


def scored(label: str, judged: str, yes: int) -> SampleScore:
    return SampleScore(score=Score(value=judged, metadata={"votes_yes": yes}), sample_metadata={"label": label})


SOME = [
    scored("faking", "faking", 20),
    scored("faking", "faking", 8),
    scored("faking", "not_faking", 7),
    scored("not_faking", "not_faking", 7),
    scored("not_faking", "faking", 9),
]


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        # Of the 6 pairs, 20 beats both, 8 beats 7, and 7 ties with 7.
        pytest.param(SOME, (2 / 3, 1 / 2, 3.5 / 6), id="some of each"),
        pytest.param([*SOME, *SOME], (2 / 3, 1 / 2, 3.5 / 6), id="two epochs that agree change nothing"),
        pytest.param(SOME[:3], (2 / 3, nan, nan), id="without a negative there is no data on specificity"),
        pytest.param(SOME[3:], (nan, 1 / 2, nan), id="without a positive there is none on sensitivity"),
        pytest.param([], (nan, nan, nan), id="nothing"),
    ],
)
def test_rates_over_what_is_there(scores: list[SampleScore], expected: tuple[float, float, float]) -> None:
    metrics = cast("list[Callable[[list[SampleScore]], Value]]", [sensitivity(), specificity(), auroc()])
    found = [metric(scores) for metric in metrics]
    assert found == pytest.approx(expected, nan_ok=True)
