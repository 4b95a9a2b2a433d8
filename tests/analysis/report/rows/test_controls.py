from analysis.report.rows.controls import controls
from analysis.statistics.rates import rate
from tests.made_up_frame import frame, pairs


def test_the_controls_alone_and_missing_labels_left_out() -> None:
    asked = pairs([("a", True, False), ("b", True, None), ("c", True, None), ("d", False, None)], harmful=False)
    free, paid = controls(frame(asked + pairs([("e", False, False)])))
    expected = rate([1, 1, 1, 0])
    assert (free.tier, free.n, free.rate, free.ci_low, free.ci_high) == (
        "free", 4, 0.75, expected.ci_low, expected.ci_high,
    )  # fmt: skip
    assert (paid.tier, paid.n, paid.rate) == ("paid", 1, 0.0)


def test_a_tier_without_a_label_is_no_data() -> None:
    _, paid = controls(frame(pairs([("a", True, None)], harmful=False)))
    assert (paid.n, paid.rate, paid.ci_low, paid.ci_high) == (0, None, None, None)
