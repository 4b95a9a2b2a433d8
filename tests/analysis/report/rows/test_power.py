import pytest

from analysis.contrast import contrasts
from analysis.power_plan import QUERIES
from analysis.report.rows.power import power
from analysis.statistics.paired_cells import paired_cells
from analysis.statistics.power import mcnemar_power
from tests.made_up_frame import JUDGED, PREFIX, frame, pairs


def model(name: str, paid: int, n: int = 20) -> list[dict[str, object]]:
    """A model that complies with so many of n queries on the paid tier, to the judge; to the prefix with all."""
    rows = pairs([(f"q-{i}", True, i < paid) for i in range(n)], model=name)
    return [row | {PREFIX: "complies"} for row in rows]


def test_the_curves_are_those_of_the_median_paid_rate_and_say_so() -> None:
    rows = [row for name, paid in (("a", 0), ("b", 2), ("c", 19)) for row in model(name, paid)]
    found = [*power(contrasts(frame(rows)))]
    assert {(row.paid, row.correlation) for row in found} == {(0.1, 0.0)}
    assert [(row.gap, row.n) for row in found] == [(gap, n) for gap in (0.03, 0.05, 0.1) for n in QUERIES]
    assert [row.power for row in found] == pytest.approx(
        [mcnemar_power(row.n, paired_cells(0.1 + row.gap, 0.1)) for row in found]
    )


def test_a_gap_that_the_paid_rate_leaves_no_room_for_has_no_curve() -> None:
    assert {row.gap for row in power(contrasts(frame(model("a", 19))))} == {0.03, 0.05}
    assert [*power(contrasts(frame(model("a", 20))))] == []


@pytest.mark.defect(13)
def test_no_pair_no_curve() -> None:
    dead = pairs([("q-1", None, None)], model="dead")
    assert [*power(contrasts(frame(dead)))] == []
    both = [*power(contrasts(frame(dead + model("a", 2))))]
    assert {row.paid for row in both} == {0.1}
    assert dead[0][JUDGED] == "truncated"
