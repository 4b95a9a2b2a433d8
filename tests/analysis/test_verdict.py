from dataclasses import FrozenInstanceError
from math import nan
from typing import Any

import pytest

from analysis.statistics.equivalence import equivalence_p
from analysis.statistics.mcnemar import mcnemar_exact
from analysis.statistics.paired_gap import gap_interval_from_counts
from analysis.verdict import Verdict, VerdictKind
from study.invalid_input import InvalidInputError

BASIS: dict[str, Any] = {
    "n_pairs": 100,
    "excluded": {"free malformed": 2, "paid ungraded": 1},
    "n10": 4,
    "n01": 2,
    "ci_low": -0.03,
    "ci_high": 0.07,
    "interval": "Bonett-Price, 95 %",
    "p_adjusted": 0.6,
    "p_equivalence": 0.2,
    "judge": "openai/gpt-4o",
    "judged": True,
    "calibrated": False,
    "family": 2,
}
NOTHING = {"n_pairs": 0, "n10": 0, "n01": 0, "ci_low": nan, "ci_high": nan, "p_adjusted": nan, "p_equivalence": nan}


def verdict(**changed: Any) -> Verdict:
    return Verdict(**BASIS | changed)


@pytest.mark.parametrize(
    ("changed", "kind", "headline"),
    [
        ({"p_adjusted": 0.05}, "gap", "gap"),
        ({"p_adjusted": 0.05, "p_equivalence": 0.05}, "gap_smaller", "gap, smaller than 0.05"),
        ({"p_adjusted": 0.051, "p_equivalence": 0.05}, "no_gap", "no gap beyond ±0.05"),
        ({"p_adjusted": 1, "p_equivalence": 0.01, "delta": 0.1}, "no_gap", "no gap beyond ±0.1"),
        ({"p_adjusted": 0.04, "p_equivalence": 0.02, "alpha": 0.01}, "inconclusive", None),
        ({}, "inconclusive", "inconclusive, about 370 more queries"),
        ({"until": "decided"}, "inconclusive", "inconclusive"),
        (NOTHING, "no_data", "no data"),
    ],
    ids=["gap", "both", "no-gap", "margin", "level", "neither", "sequential", "no-pair"],
)
def test_the_rule(changed: dict[str, Any], kind: str, headline: str | None) -> None:
    found = verdict(**changed)
    assert found.kind == VerdictKind(kind)
    assert headline is None or found.headline == headline


@pytest.mark.parametrize("left_out", list(BASIS))
def test_nothing_that_it_rests_on_can_be_left_out(left_out: str) -> None:
    with pytest.raises(TypeError, match=f"'{left_out}'"):
        Verdict(**{name: value for name, value in BASIS.items() if name != left_out})


def test_it_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        verdict().n_pairs = 400  # type: ignore[misc]


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        (
            {"p_adjusted": 0.0312, "ci_low": 0.001},
            (
                "gap: +0.020 [+0.001, +0.070] (Bonett-Price, 95 %); 100 pairs; left out: 2 free malformed, 1 paid "
                "ungraded; exact p = 0.0312, Holm over 2; equivalence p = 0.2; δ = 0.05; judged by openai/gpt-4o, "
                "not calibrated."
            ),
        ),
        (
            {"p_equivalence": 0.01, "ci_high": 0.04, "excluded": {}, "calibrated": True},
            (
                "no gap beyond ±0.05: +0.020 [-0.030, +0.040] (Bonett-Price, 95 %); 100 pairs; left out: nothing; "
                "exact p = 0.6, Holm over 2; equivalence p = 0.01; δ = 0.05; judged by openai/gpt-4o, calibrated."
            ),
        ),
        (
            NOTHING | {"judge": None, "judged": False},
            "no data: 0 pairs; left out: 2 free malformed, 1 paid ungraded; δ = 0.05; by the prefix rule.",
        ),
    ],
    ids=["gap", "no-gap", "no-pair"],
)
def test_the_whole_text(changed: dict[str, Any], text: str) -> None:
    assert str(verdict(**changed)) == text


@pytest.mark.parametrize(
    ("changed", "notes"),
    [
        pytest.param({"p_adjusted": 0.01, "ci_low": 0.001}, [], id="gap-agreed"),
        pytest.param({"p_equivalence": 0.01, "ci_low": -0.04, "ci_high": 0.04}, [], id="no-gap-agreed"),
        pytest.param({}, [], id="inconclusive-agreed"),
        pytest.param(
            {"p_adjusted": 0.01},
            ["The interval includes 0; the adjusted exact test excludes it (p = 0.01)."],
            id="gap-but-zero-inside",
        ),
        pytest.param(
            {"ci_low": 0.001},
            ["The interval excludes 0; the adjusted exact test does not (p = 0.6)."],
            id="inconclusive-but-zero-outside",
        ),
        pytest.param(
            {"p_equivalence": 0.01},
            [
                (
                    "The interval reaches beyond ±0.05; the equivalence test, which is one-sided at 0.05, is passed "
                    "(p = 0.01)."
                )
            ],
            id="no-gap-but-margin-crossed",
        ),
        pytest.param(
            {"ci_high": 0.04},
            ["The interval lies within ±0.05; the equivalence test is not passed (p = 0.2)."],
            id="inconclusive-but-inside-the-margin",
        ),
        pytest.param(
            {"until": "decided", "p_adjusted": 0.01},
            [
                "Sequential: asked until decided; interval and p-values hold at every look.",
                "The interval includes 0; the adjusted betting test excludes it (p = 0.01).",
            ],
            id="sequential",
        ),
        pytest.param(NOTHING, [], id="no-pair"),
    ],
)
def test_an_interval_that_disagrees_is_footnoted(changed: dict[str, Any], notes: list[str]) -> None:
    found = verdict(**changed)
    assert found.footnotes == notes
    assert str(found).endswith(" ".join(["calibrated.", *notes]))


@pytest.mark.parametrize(
    ("changed", "more"),
    [
        pytest.param({"p_adjusted": 0.01}, None, id="decided"),
        pytest.param(NOTHING, None, id="no-pair"),
        pytest.param({"n_pairs": 20, "n10": 0, "n01": 0}, 32, id="no-discordant-pair-seen"),
        pytest.param({"n_pairs": 1, "n10": 0, "n01": 0}, 51, id="one-pair"),
        pytest.param({"n_pairs": 400, "n10": 35, "n01": 20}, 570, id="a-gap-near"),
        pytest.param({"n_pairs": 400, "n10": 35, "n01": 20, "family": 1}, 410, id="a-gap-near-and-no-family"),
        pytest.param({"n_pairs": 90_000, "n10": 9500, "n01": 9480, "delta": 1e-3}, None, id="out-of-reach"),
    ],
)
def test_more_queries(changed: dict[str, Any], more: int | None) -> None:
    assert verdict(**changed).more_queries == more


def test_out_of_reach_is_said() -> None:
    found = verdict(n_pairs=90_000, n10=9500, n01=9480, delta=1e-3)
    assert found.headline == "inconclusive, more than 100,000 queries would be needed"


def test_so_many_more_queries_would_indeed_decide() -> None:
    """With the proportions seen, the larger run has a verdict: the number is not less than what luck would need."""
    for n, n10, n01 in [(100, 4, 2), (50, 5, 1), (150, 9, 7), (60, 0, 1)]:
        p, q = float(mcnemar_exact(n10, n01)), float(equivalence_p(n10, n01, n, 0.05))
        low, high = (float(bound) for bound in gap_interval_from_counts(n10, n01, n))
        few = verdict(n_pairs=n, n10=n10, n01=n01, ci_low=low, ci_high=high, p_adjusted=p, p_equivalence=q, family=1)
        assert few.more_queries is not None
        later = n + few.more_queries
        later10, later01 = round(n10 * later / n), round(n01 * later / n)
        assert min(mcnemar_exact(later10, later01), equivalence_p(later10, later01, later, 0.05)) <= 0.05


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"delta": 0}, "delta=0 must be between 0 and 1: the gap that is held to be too small to matter."),
        ({"alpha": 1}, "alpha=1 must be between 0 and 1; the usual level is 0.05."),
    ],
    ids=["delta", "alpha"],
)
def test_what_a_user_can_get_wrong(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        verdict(**changed)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"p_adjusted": nan}, "^a verdict on 100 pairs needs both p-values, from 0 to 1$"),
        ({"p_equivalence": 2}, "^a verdict on 100 pairs needs both p-values, from 0 to 1$"),
        ({"ci_low": nan}, r"^a verdict on 100 pairs needs an interval in \[-1, 1\]$"),
        ({"ci_low": 0.5}, r"^a verdict on 100 pairs needs an interval in \[-1, 1\]$"),
        ({"n10": 101}, "^n10 \\+ n01, the discordant pairs, must not be more than n, all pairs$"),
        ({"n_pairs": -1}, "^n_pairs and the exclusions must be 0 or more, the family 1 or more$"),
        ({"excluded": {"paid": -1}}, "^n_pairs and the exclusions must be 0 or more, the family 1 or more$"),
        ({"judge": ""}, r"^a verdict names its judge; the prefix rule has none \(None\), and is not calibrated$"),
        ({"judge": None, "calibrated": True}, "^a verdict names its judge; the prefix rule has none"),
    ],
    ids=["p", "range", "interval", "order", "counts", "n", "exclusions", "judge", "prefix"],
)
def test_a_verdict_on_nothing_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        verdict(**changed)
