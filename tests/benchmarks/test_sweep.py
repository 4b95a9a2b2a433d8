"""The benchmark of a sweep's processes: it runs equal experiments, and sees a label that differs."""

from pathlib import Path

import pytest

from benchmarks.sweep import Label, _sweep, measure
from evals.sweep import Sweep

LABELS: dict[Label, str] = {
    ("0", "helpful_only_cot_free", "placeholder-0000", "judged_compliance"): "complies",
    ("1", "helpful_only_cot_free", "placeholder-0000", "judged_compliance"): "refuses",
}


@pytest.mark.parametrize(
    ("same", "differ"),
    [
        pytest.param(LABELS, 0, id="the-same"),
        pytest.param(dict.fromkeys(LABELS, "complies"), 2, id="another-label"),
        pytest.param(dict(list(LABELS.items())[:1]), 1, id="a-reply-less"),
    ],
)
def test_its_figures(same: dict[Label, str], differ: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def timed(sweep: Path, processes: int, folder: Path, queries: int) -> tuple[float, dict[Label, str]]:
        return (10.0, LABELS) if processes == 1 else (5.5, same)

    monkeypatch.setattr("benchmarks.sweep._timed", timed)
    monkeypatch.setattr("benchmarks.sweep._loops", lambda processes: 8.0 if processes == 1 else 4.0)
    ratio, alone, plain, differing = measure(queries=1, processes=4, rounds=1)
    assert (ratio.what, ratio.value, ratio.at_most) == ("wall time, 4 processes ÷ 1", 0.55, 0.6)
    assert (alone.value, plain.value, plain.target) == (10.0, 0.5, "")
    assert (differing.value, differing.at_most) == (differ, 0)


def test_its_experiments_are_of_one_size(tmp_path: Path) -> None:
    experiments = Sweep.read(_sweep(tmp_path, 3)).experiments()
    assert [(one.model.args, one.setting.name, one.variations) for one in experiments] == [
        ({"seed": seed}, "helpful_only", ("base",)) for seed in range(4)
    ]
