"""What the logs of a run keep of what it was expected to take, and what a report makes of it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from analysis.frame import read_replies
from analysis.report.rows.cost import costs
from cli.main import main

TASK = "evals/helpful_only.py@helpful_only_no_cot_free"


@pytest.mark.parametrize(
    ("typed", "replies", "estimated"),
    [
        pytest.param([["--limit", "2"], ["--limit", "3"]], 3, 3, id="and-goes-on-with-more"),
        pytest.param([["--sample-id", "fraud-01"]], 1, 0, id="of-which-queries-nobody-reads"),
    ],
)
def test_a_report_says_what_a_run_took_and_what_was_expected(
    typed: list[list[str]], replies: int, estimated: int, tmp_path: Path
) -> None:
    for options in typed:
        done = CliRunner().invoke(
            main, ["run", TASK, *options, "--price", "1,2", "--display", "none", "--log-dir", str(tmp_path)]
        )
        assert done.exit_code == 0, done.output
    model, grader = costs(read_replies(tmp_path).frame)
    assert [(one.role, one.replies, one.n_estimated) for one in (model, grader)] == [
        ("subject", replies, estimated),
        ("grader", replies, estimated),
    ]
    if estimated:
        assert model.ratio == pytest.approx(1)
        assert (model.held, grader.held) == (True, True)
        assert model.dollars == pytest.approx((model.input + 2 * model.output) / 1e6)
        assert model.dollars_likely == pytest.approx(model.dollars, rel=0.001)
    else:
        assert (model.ratio, model.held, model.dollars) == (None, None, None)
