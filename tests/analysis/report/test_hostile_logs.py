"""Logs whose every text is hostile, through the real command into a real browser."""

from itertools import cycle
from pathlib import Path

import pytest
from click.testing import CliRunner
from inspect_ai import eval as inspect_eval
from inspect_ai.log import read_eval_log, write_eval_log
from playwright.sync_api import Page

from analysis.report.schema import Report
from cli.main import main
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from study.condition import CONDITIONS
from study.visible import without_surrogates
from tests import hostile


def write_hostile_logs(folder: Path) -> None:
    """A run of both tiers with hostile names, ids, categories and replies in it, as Inspect writes them down."""
    logs = inspect_eval(
        [condition_task(SETTING, condition, {"votes": 1}) for condition in CONDITIONS[:2]],
        model="control/tag_glitcher",  # whose prefix and judge disagree, so that its replies are named
        limit=20,
        display="none",
        log_dir=str(folder / "run"),
        log_realtime=False,
    )
    texts = hostile.texts()
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


@pytest.fixture
def hostile_report(tmp_path: Path) -> Path:
    write_hostile_logs(tmp_path)
    done = CliRunner().invoke(main, ["report", str(tmp_path / "logs"), "-o", str(tmp_path / "report")])
    assert done.exit_code == 0, done.output
    return tmp_path / "report"


def test_in_a_browser_no_script_of_a_log_runs_and_no_request_leaves(
    tab: Page, faults: list[str], hostile_report: Path
) -> None:
    tab.goto((hostile_report / "report.html").as_uri())
    assert (tab.locator("html[data-ran]").count(), faults) == (0, [])
    assert tab.get_by_role("heading", name="How to read it").count() == 1
    made = Report.model_validate_json((hostile_report / "report.json").read_text("utf-8"))
    assert [gap.n_pairs for gap in made.gaps] == [18, 18]
    assert len({reply.sample_id for row in made.agreement for reply in row.disagreeing}) == 18
