"""``af run --until``: a run that looks at its results, and stops."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from inspect_ai.log import EvalLog, list_eval_logs, read_eval_log

from analysis.frame import read_replies
from analysis.report.contents import report
from analysis.statistics.sequential import sequential_interval, sequential_p
from cli.main import main
from cli.until import Until, without_limit
from study.invalid_input import InvalidInputError
from tests.made_up import Write
from tests.made_up_report import gap

TASK = "evals/helpful_only.py"


@pytest.mark.parametrize(
    ("typed", "half_width", "shown"),
    [
        ("decided", None, "decided"),
        ("±0.03", 0.03, "±0.03"),
        ("0.03", 0.03, "±0.03"),
        ("+-0.1", 0.1, "±0.1"),
        ("+/-.1", 0.1, "±0.1"),
    ],
)
def test_a_criterion_as_it_is_typed(typed: str, half_width: float | None, shown: str) -> None:
    assert (Until.read(typed), str(Until.read(typed))) == (Until(half_width), shown)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("sure", "--until='sure' is not known; give decided, for a verdict, or ±0.03, for an interval that reaches"),
        ("", "--until='' is not known"),
        ("0", "--until='0' must be between 0 and 1, as in ±0.03"),
        ("±-0.03", "--until='±-0.03' must be between 0 and 1"),
        ("±3", "--until='±3' must be between 0 and 1"),
    ],
)
def test_what_is_no_criterion(typed: str, message: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        Until.read(typed)
    assert refused.value.message.startswith(message)


@pytest.mark.parametrize(
    ("typed", "changes", "met"),
    [
        pytest.param("decided", {"verdict_kind": "gap"}, True, id="gap"),
        pytest.param("decided", {"verdict_kind": "gap_smaller"}, True, id="small-gap"),
        pytest.param("decided", {"verdict_kind": "no_gap"}, True, id="no-gap"),
        pytest.param("decided", {"verdict_kind": "inconclusive"}, False, id="inconclusive"),
        pytest.param("decided", {"verdict_kind": "no_data"}, False, id="no-data"),
        pytest.param("±0.25", {"ci_low": 0.125, "ci_high": 0.625}, True, id="narrow-enough"),
        pytest.param("±0.25", {"ci_low": 0.0, "ci_high": 0.625}, False, id="too-wide"),
        pytest.param("±0.25", {"ci_low": None, "ci_high": None}, False, id="no-interval"),
    ],
)
def test_when_it_is_met(typed: str, changes: dict[str, Any], met: bool) -> None:
    assert Until.read(typed).met_by(gap(**changes)) is met


@pytest.mark.parametrize("limit", [["--limit", "40"], ["--limit=40"], []])
def test_the_limit_is_left_to_the_looks(limit: list[str]) -> None:
    assert without_limit([TASK, *limit, "--display", "plain"]) == [TASK, "--display", "plain"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param([TASK, "--until", "sure"], "--until='sure' is not known", id="no-criterion"),
        pytest.param(
            [TASK, "--until=decided", "-T", "variation=base,honest"],
            "--until does not go with several variations: each has its own end; run one at a time",
            id="variations",
        ),
        pytest.param(
            [TASK, "--until=decided", "--epochs", "2"],
            "--epochs does not go with --until: one more query says more than a further reply to the same; leave one "
            "of them out",
            id="epochs",
        ),
        pytest.param([TASK, "--until=decided", "--no-score"], "--no-score does not go with --until", id="no-score"),
        pytest.param([TASK, "--until=decided", "--sample-id=q"], "--sample-id does not go with --until", id="samples"),
        pytest.param(
            [TASK, "--until=decided", "--limit", "5-9"],
            "--limit='5-9' does not go with --until: give the most queries to ask, as in 400",
            id="range",
        ),
        pytest.param([TASK, "--until=decided", "--limit=0"], "--limit='0' does not go with --until", id="none"),
        pytest.param(
            ["evals/interview.py", "--until=decided"],
            "--until does not go with an interview, which has no gap; leave one of them out",
            id="interview",
        ),
    ],
)
def test_what_does_not_go_with_it_is_refused(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.run._inspect", lambda command: pytest.fail(str(command)))
    done = CliRunner().invoke(main, ["run", *arguments])
    assert done.exit_code == 2
    assert done.output.splitlines()[-1].startswith(f"Error: {message}")


# --- Runs


@pytest.fixture
def run(tmp_path: Path, write: Write) -> Callable[..., tuple[int, list[str]]]:
    """Runs a control on 40 requests, and gives the exit code and what is said of the looks."""
    queries = write("mine.csv", "id,query\n" + "".join(f"{i},Request {i}\n" for i in range(40)))

    def run(model: str, *options: str) -> tuple[int, list[str]]:
        asked = ["run", f"{TASK}@helpful_only_cot_free", f"{TASK}@helpful_only_cot_paid", "-T", f"queries={queries}"]
        more = ["-T", "votes=1", "--model", model, "--display", "plain", "--log-dir", str(tmp_path / "logs")]
        done = CliRunner().invoke(main, [*asked, *more, *options])
        return done.exit_code, [line for line in done.stderr.splitlines() if line.startswith(("Look", "Stopped"))]

    return run


def asked(folder: Path) -> set[int]:
    return {len(read_eval_log(info).samples or []) for info in list_eval_logs(str(folder))}


def test_it_stops_when_it_is_decided_and_every_report_says_so(
    run: Callable[..., tuple[int, list[str]]], tmp_path: Path
) -> None:
    said = "Look at 25 queries: CoT free-paid gap [+0.663, +1.000]"
    assert run("control/faker", "--until", "decided") == (0, [said, "Stopped: decided"])
    assert asked(tmp_path / "logs") == {25}
    made = report(read_replies(str(tmp_path / "logs")))
    [row] = [row for row in made.gaps if row.primary]
    assert made.warnings[-1].startswith("Some runs stopped at what they saw (--until).")
    low, high = sequential_interval(25, 0, 25)
    assert (row.until, row.ci_low, row.ci_high) == ("decided (a look every 25 queries)", float(low), float(high))
    assert row.p_value == sequential_p(25, 0)
    assert "Sequential: asked until decided (a look every 25 queries)" in row.statement
    assert run("control/faker", "--until", "decided") == (0, [said, "Stopped: decided"]), "typed again it asks nothing"
    assert asked(tmp_path / "logs") == {25}
    assert run("control/faker", "--sample-shuffle", "1") == (0, [])
    assert asked(tmp_path / "logs") == {40}
    [row] = [row for row in report(read_replies(str(tmp_path / "logs"))).gaps if row.primary]
    assert (row.n_pairs, row.until) == (40, "decided (a look every 25 queries)"), "it was looked at all the same"


@pytest.mark.parametrize(
    ("options", "looks"),
    [
        pytest.param(
            ["--until=±0.05"],
            [
                "Look at 25 queries: CoT free-paid inconclusive [-0.169, +0.169]",
                "Look at 40 queries: CoT free-paid inconclusive [-0.109, +0.109]",
                "Stopped: all queries were asked, and it is not ±0.05",
            ],
            id="all-of-them",
        ),
        pytest.param(
            ["--until=decided", "--limit=10"],
            [
                "Look at 10 queries: CoT free-paid inconclusive [-0.367, +0.367]",
                "Stopped: all queries were asked, and it is not decided",
            ],
            id="no-more-than-the-limit",
        ),
        pytest.param(
            ["--until=±0.2"],
            ["Look at 25 queries: CoT free-paid inconclusive [-0.169, +0.169]", "Stopped: ±0.2"],
            id="narrow-enough",
        ),
    ],
)
def test_it_goes_on_until_then(options: list[str], looks: list[str], run: Callable[..., tuple[int, list[str]]]) -> None:
    assert run("control/refuser", *options) == (0, looks)


def test_a_run_of_a_fixed_number_that_goes_on_with_it_is_looked_at_from_there_on(
    run: Callable[..., tuple[int, list[str]]], tmp_path: Path
) -> None:
    """Nothing is left to ask before the first look: its statistics are those of a look, and the logs say so."""
    assert run("control/refuser", "--sample-shuffle=1", "--limit=30") == (0, [])
    low, high = map(float, sequential_interval(0, 0, 30))
    assert run("control/refuser", "--until=±0.145", "--sample-shuffle=1", "--limit=30") == (
        0,
        [f"Look at 30 queries: CoT free-paid inconclusive [{low:+.3f}, {high:+.3f}]", "Stopped: ±0.145"],
    )
    [row] = [row for row in report(read_replies(str(tmp_path / "logs"))).gaps if row.primary]
    assert (row.n_pairs, row.until, row.ci_low) == (30, "±0.145 (a look every 25 queries)", low)
    assert run("control/refuser", "--sample-shuffle=1", "--limit=35") == (0, [])
    [row] = [row for row in report(read_replies(str(tmp_path / "logs"))).gaps if row.primary]
    assert (row.n_pairs, row.until) == (35, "±0.145 (a look every 25 queries)")


@pytest.mark.defect(6)
def test_a_kill_while_a_log_is_marked_leaves_it_whole(
    run: Callable[..., tuple[int, list[str]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("control/refuser", "--sample-shuffle=1", "--limit=2") == (0, [])
    before = {path.name: path.read_bytes() for path in (tmp_path / "logs").glob("*.eval")}

    def killed(log: EvalLog, location: Path | None = None, **how: object) -> None:
        Path(location or log.location.removeprefix("file://")).write_bytes(b"half a log")
        raise KeyboardInterrupt

    monkeypatch.setattr("cli.run_folder.write_eval_log", killed)
    assert run("control/refuser", "--sample-shuffle=1", "--limit=2", "--until=decided") == (1, [])
    assert {path.name: path.read_bytes() for path in (tmp_path / "logs").glob("*.eval")} == before
