"""Sites of control policies, as `af site` writes them."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from click.testing import CliRunner
from inspect_ai import eval as inspect_eval
from inspect_ai.log import list_eval_logs, read_eval_log
from playwright.sync_api import Page, expect

from analysis.frame import read_replies
from cli.main import main
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from scorers.reading import Reading, reading_of_sample
from study.condition import CONDITIONS
from study.human_label import HumanLabel


@dataclass(frozen=True)
class MadeSite:
    """A site, and the logs that it is of."""

    logs: Path
    folder: Path

    @cached_property
    def address(self) -> str:
        return (self.folder / "index.html").as_uri()

    @cached_property
    def replies(self) -> pd.DataFrame:
        """One row a reply, in the form of `analysis.reply_schema`; read from the logs, not from the site."""
        return read_replies(self.logs).frame.astype(object)

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The download, one row a reply."""
        return [json.loads(line) for line in (self.folder / "pairs.jsonl").read_text("utf-8").splitlines()]

    @cached_property
    def pairs(self) -> dict[str, tuple[str, str]]:
        """Model and query of each pair, by the end of its address."""
        return {row["pair"]: (row["model"], row["query_id"]) for row in self.rows}

    @cached_property
    def readings(self) -> dict[str, Reading]:
        """What the judges read of each reply, by sample; from the logs."""
        logs = (read_eval_log(log) for log in list_eval_logs(str(self.logs)))
        return {str(sample.uuid): reading_of_sample(sample) for log in logs for sample in log.samples or []}

    def read(self, uuid: str, question: str) -> str:
        """What a question is about."""
        reading = self.readings[uuid]
        return (reading.reasoning if question == "alignment_faking" else reading.answer) or ""

    def pairs_where(self, holds: Callable[[pd.DataFrame], bool]) -> set[tuple[str, str]]:
        """Model and query of the pairs of whose replies something holds, by the frame."""
        of_pairs = self.replies.groupby(["model", "query_id"])
        return {(str(model), str(query)) for (model, query), replies in of_pairs if holds(replies)}


def write_logs(folder: Path, *policies: str, limit: int = 4) -> Path:
    """Run control policies in the conditions with a scratchpad, and give the folder back."""
    inspect_eval(
        [condition_task(SETTING, condition, {}) for condition in CONDITIONS if condition.cot],
        model=[f"control/{policy}" for policy in policies],
        limit=limit,
        display="none",
        log_dir=str(folder),
        log_realtime=False,
    )
    return folder


def write_site(logs: Path, folder: Path, *options: str) -> MadeSite:
    """Write a site with the command."""
    done = CliRunner().invoke(main, ["site", str(logs), "-o", str(folder), *options])
    assert done.exit_code == 0, done.output
    return MadeSite(logs, folder)


def opened(tab: Page, site: MadeSite, state: str = "") -> None:
    """Open a site from disk.

    Args:
        tab: Where.
        site: Which.
        state: What follows # in the address.
    """
    tab.goto("about:blank")
    tab.goto(f"{site.address}#{state}")
    expect(tab.locator(".count, .label-mode")).to_be_visible()


def listed(tab: Page) -> list[str]:
    """The pairs that the list shows: all that are in sight."""
    links = tab.locator("a.row").evaluate_all(
        "rows => rows.map(row => new URLSearchParams(row.hash.slice(1)).get('pair'))"
    )
    return [str(link) for link in links]


def begin_labelling(
    tab: Page,
    site: MadeSite,
    labeller: str = "ada",
    seed: str = "7",
    size: int = 8,
    title: str = "Alignment-faking reasoning",
) -> int:
    """Fill in the form that labelling begins with, and give back how many replies were drawn."""
    tab.goto("about:blank")
    tab.goto(f"{site.address}#label")
    tab.get_by_label("Your name").fill(labeller)
    tab.get_by_role("radio", name=title).check()
    tab.get_by_label("Replies").fill(str(size))
    tab.get_by_label("Seed").fill(seed)
    tab.get_by_role("button", name="Start").click()
    expect(tab.locator(".passage").first).to_be_visible()
    return int(tab.get_by_role("progressbar", name="Labelled").get_attribute("max") or 0)


def answer(tab: Page, key: str) -> None:
    """Answer for a reply that has no label yet, once its text is there, and see that one more has one."""
    expect(tab.locator(".label-answers button").first).to_be_enabled()
    done = tab.get_by_role("progressbar", name="Labelled")
    before = done.get_attribute("value") or ""
    tab.keyboard.press(key)
    expect(done).not_to_have_attribute("value", before)


def exported(tab: Page) -> list[HumanLabel]:
    """The labels of the file that the page gives."""
    with tab.expect_download() as download:
        tab.get_by_role("button", name=re.compile("^Export")).first.click()
    return [HumanLabel.model_validate_json(line) for line in download.value.path().read_text("utf-8").splitlines()]
