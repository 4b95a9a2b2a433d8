"""Logs whose every text is hostile, through the real command into a real browser."""

from itertools import cycle
from pathlib import Path

from click.testing import CliRunner
from inspect_ai import eval as inspect_eval
from inspect_ai.log import read_eval_log, write_eval_log

from analysis.report.schema import Report
from analysis.report.visible import without_surrogates
from cli.main import main
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from study.condition import CONDITIONS
from tests import hostile
from tests.browser import listening, needs_browser, opened


def write_hostile_logs(folder: Path, address: str) -> None:
    """A run of both tiers with hostile names, ids, categories and replies in it, as Inspect writes them down."""
    logs = inspect_eval(
        [condition_task(SETTING, condition, {"votes": 1}) for condition in CONDITIONS[:2]],
        model="control/tag_glitcher",  # whose prefix and judge disagree, so that its replies are named
        limit=20,
        display="none",
        log_dir=str(folder / "run"),
        log_realtime=False,
    )
    texts = hostile.texts(address)
    (folder / "logs").mkdir()
    for log in map(read_eval_log, [log.location for log in logs]):
        log.eval.model = f"control/{' '.join(text[:200] for text in texts)}"
        for sample, text in zip(log.samples or [], cycle(texts), strict=False):
            # Inspect writes no log of an id that is no file name of a zip.
            sample.id = sample.metadata["query_id"] = f"{without_surrogates(text[:1000])} {sample.id}"
            sample.metadata["category"] = sample.input = sample.output.completion = text
            for score in (sample.scores or {}).values():
                score.explanation = score.answer = text
        write_eval_log(log, str(folder / "logs" / f"{Path(log.location).stem}<b onclick=1>.eval"))


@needs_browser
def test_in_a_browser_no_script_of_a_log_runs_and_no_request_leaves(tmp_path: Path) -> None:
    with listening() as (address, paths):
        write_hostile_logs(tmp_path, address)
        done = CliRunner().invoke(main, ["report", str(tmp_path / "logs"), "-o", str(tmp_path / "report")])
        assert done.exit_code == 0, done.output
        shown = opened(tmp_path / "report" / "report.html", tmp_path / "profile")
        assert ("data-ran" in shown.partition("<head>")[0], paths) == (False, [])
        assert "How to read it" in shown
    made = Report.model_validate_json((tmp_path / "report" / "report.json").read_text("utf-8"))
    assert [gap.n_pairs for gap in made.gaps] == [18, 18]
    assert len({reply.sample_id for row in made.agreement for reply in row.disagreeing}) == 18
