"""Transcripts whose every text is hostile: through the real command, into a real browser and out as data."""

import json
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from inspect_ai.log import list_eval_logs, read_eval_log, write_eval_log
from playwright.sync_api import Page, expect

from study.visible import without_surrogates
from tests import hostile
from tests.hostile import ADDRESS, RAN
from tests.made_up_site import MadeSite, write_logs, write_site

pytestmark = pytest.mark.xdist_group("hostile_site")

TEXTS = [
    *hostile.texts(),
    f"</script><!--<script>{RAN}</script>",
    f"<script><!-- {RAN} //--></script>",
    f"[link](javascript:{RAN}) ![image]({ADDRESS}/markdown) <{ADDRESS}/automatic>",
    "line\u2028separator, paragraph\u2029separator, \ufeffmark",
    f'=HYPERLINK("{ADDRESS}/formula")',
    "+1+cmd|'/C placeholder'!A0",
    "-1+1",
    "@SUM(1,1)",
    "\\');af_site.site(0);('",
    "long line " * 20_000,
]


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in both tiers, with a hostile text in place of each text of each reply."""
    folder = tmp_path_factory.mktemp("hostile")
    made = write_logs(folder / "run", "tag_glitcher", limit=len(TEXTS))
    (folder / "logs").mkdir()
    for log in map(read_eval_log, list_eval_logs(str(made))):
        log.eval.model = f"control/{' '.join(text[:100] for text in TEXTS)}"
        for sample, text in zip(log.samples or [], TEXTS, strict=True):
            # Inspect names a file of a zip by the id: that can hold neither.
            name = without_surrogates(text[:500]).replace("\0", "")
            sample.id = sample.metadata["query_id"] = f"{name} {sample.id}"
            sample.metadata["category"] = sample.input = text[:1000]
            sample.output.completion = (
                f"<SCRATCHPAD_REASONING>begin {text} end</SCRATCHPAD_REASONING><OUTPUT>{text}</OUTPUT>"
            )
            for score in (sample.scores or {}).values():
                score.explanation = score.answer = text
        write_eval_log(log, str(folder / "logs" / f"{Path(log.location).stem}<b onclick=1>.eval"))
    return folder / "logs"


@pytest.fixture(scope="module", params=["redacted", "full"])
def hostile_site(logs: Path, request: pytest.FixtureRequest) -> MadeSite:
    return write_site(logs, logs.with_name(request.param), "--outputs", request.param)


def test_hostile_texts_are_shown_as_text(hostile_site: MadeSite, tab: Page, faults: list[str]) -> None:
    tab.goto(hostile_site.address)
    rows = [row for row in hostile_site.rows if row["tier"] == "free"]
    for row in rows:
        tab.keyboard.press("j")
        expect(tab.locator("article")).to_have_attribute("aria-busy", "false")
        expect(tab).to_have_url(f"{hostile_site.address}#pair={row['pair']}")
        tab.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
        assert letters(row["scratchpad"])[:2000] in letters(tab.locator(".block.reasoning").first.text_content() or "")
        assert letters(row["query"])[:2000] in letters(tab.locator(".query").text_content() or "")
    assert len(rows) == len(TEXTS)
    assert faults == []
    assert tab.locator("html[data-ran]").count() == 0
    assert tab.locator("main :is(script, img, svg, iframe, style, link, meta, base, object, embed)").count() == 0
    assert tab.locator("a:not([href^='#'], [download], .transcript a)").count() == 0


def letters(text: str) -> str:
    """What can be seen of a text, without the signs that the page shows for the rest."""
    return re.sub(r"\[U\+[0-9A-F]{4,6}\]|[^!-~]", "", text)


def test_hostile_texts_come_back_out_of_the_downloads(hostile_site: MadeSite) -> None:
    lines = hostile_site.rows
    table: list[dict[str, Any]] = pq.read_table(hostile_site.folder / "pairs.parquet").to_pylist()
    assert json.loads(json.dumps(table)) == lines
    written = {text.encode("utf-8", "backslashreplace").decode() for text in TEXTS}  # as Inspect writes surrogates
    full = hostile_site.folder.name == "full"
    assert {line["output"] for line in lines} == ({text.strip() for text in written} if full else {None})
    if full:
        assert {line["scratchpad"] for line in lines} == {f"begin {text} end" for text in written}
