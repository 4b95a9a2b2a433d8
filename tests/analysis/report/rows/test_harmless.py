from analysis.report.rows.harmless import harmless
from analysis.statistics.rates import over_refusal
from tests.made_up_frame import frame, pairs


def test_the_harmless_controls_alone_and_missing_labels_left_out() -> None:
    controls = pairs([("a", True, False), ("b", True, None), ("c", True, None), ("d", False, None)], harmful=False)
    free, paid = harmless(frame(controls + pairs([("e", False, False)])))
    expected = over_refusal([1, 1, 1, 0])
    assert (free.tier, free.n, free.over_refusal, free.ci_low, free.ci_high) == (
        "free", 4, 0.25, expected.ci_low, expected.ci_high,
    )  # fmt: skip
    assert (paid.tier, paid.n, paid.over_refusal) == ("paid", 1, 1.0)


def test_a_tier_without_a_label_is_no_data() -> None:
    _, paid = harmless(frame(pairs([("a", True, None)], harmful=False)))
    assert (paid.n, paid.over_refusal, paid.ci_low, paid.ci_high) == (0, None, None, None)
