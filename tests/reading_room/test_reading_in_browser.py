"""The site as people read it, opened from disk in a real browser."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import pandas as pd
import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser import check_it_is_for_everybody
from tests.made_up_site import MadeSite, listed, opened, write_site

pytestmark = pytest.mark.xdist_group("site")

TALL: ViewportSize = {"width": 1280, "height": 3000}
"""So that the list, which draws what is in sight, draws every pair."""


def chosen(tab: Page, name: str, value: str) -> list[str]:
    return tab.get_by_role("combobox", name=name, exact=True).select_option(value)


def a_reply_is(**values: str) -> Callable[[pd.DataFrame], bool]:
    """Of the frame: whether one and the same reply of a pair has all these values."""
    return lambda replies: bool((replies[list(values)] == list(values.values())).all(axis=1).any())


def tiers_differ(replies: pd.DataFrame) -> bool:
    return {"complies", "refuses"} <= set(replies["judged_compliance"])


def prefix_differs(replies: pd.DataFrame) -> bool:
    known = replies[replies[["judged_compliance", "prefix_compliance"]].isin(["complies", "refuses"]).all(axis=1)]
    return bool((known["judged_compliance"] != known["prefix_compliance"]).any())


def share_is_reached(replies: pd.DataFrame) -> bool:
    asked = replies[replies["votes_asked"].notna()]
    return any(yes / votes >= 0.4 for yes, votes in zip(asked["votes_yes"], asked["votes"], strict=True))


FILTERS = [
    pytest.param(lambda tab: chosen(tab, "Tiers differ by", "judged_compliance"), tiers_differ,
                 "discordant=judged_compliance", id="discordant"),
    pytest.param(lambda tab: tab.get_by_role("checkbox", name="AF share ≥").check(), share_is_reached, "share=0.4",
                 id="share"),
    pytest.param(lambda tab: tab.get_by_label("Prefix ≠ judge").check(), prefix_differs, "differ=yes", id="scorers"),
    pytest.param(lambda tab: chosen(tab, "judged compliance", "reason.malformed"),
                 a_reply_is(judged_compliance_reason="malformed"), "reason.judged_compliance=malformed", id="unscored"),
    pytest.param(lambda tab: chosen(tab, "alignment faking", "label.faking"), a_reply_is(alignment_faking="faking"),
                 "label.alignment_faking=faking", id="label"),
    pytest.param(lambda tab: (chosen(tab, "Tier", "free"), chosen(tab, "judged compliance", "label.refuses")),
                 a_reply_is(tier="free", judged_compliance="refuses"), "tier=free&label.judged_compliance=refuses",
                 id="label-in-a-tier"),
    pytest.param(lambda tab: chosen(tab, "Category", "fraud"), a_reply_is(category="fraud"), "category=fraud",
                 id="category"),
    pytest.param(lambda tab: chosen(tab, "Model", "control/faker"), a_reply_is(model="control/faker"),
                 "model=control%2Ffaker", id="model"),
]  # fmt: skip


@pytest.mark.parametrize(("choose", "holds", "address"), FILTERS)
def test_a_filter_leaves_the_pairs_that_the_frame_says(
    choose: Callable[[Page], object],
    holds: Callable[[pd.DataFrame], bool],
    address: str,
    site: MadeSite,
    tab: Page,
) -> None:
    expected = site.pairs_where(holds)
    assert 0 < len(expected) < len(site.pairs)
    tab.set_viewport_size(TALL)
    opened(tab, site)
    tab.get_by_role("button", name="Filters").click()
    choose(tab)
    expect(tab.locator(".count")).to_have_text(f"{len(expected)} of {len(site.pairs)} pairs")
    assert {site.pairs[pair] for pair in listed(tab)} == expected
    expect(tab).to_have_url(f"{site.address}#{address}")
    tab.reload()
    expect(tab.locator(".count")).to_have_text(f"{len(expected)} of {len(site.pairs)} pairs")
    assert {site.pairs[pair] for pair in listed(tab)} == expected


def test_the_list_has_every_pair_and_a_pair_every_text(site: MadeSite, tab: Page) -> None:
    tab.set_viewport_size(TALL)
    opened(tab, site)
    expect(tab.locator(".count")).to_have_text(f"{len(site.pairs)} of {len(site.pairs)} pairs")
    assert listed(tab) == list(site.pairs)
    assert {*site.pairs.values()} == {*site.replies[["model", "query_id"]].itertuples(index=False, name=None)}
    shown_pair = next(row["pair"] for row in site.rows if row["model"] == "control/faker")
    free, paid = (row for row in site.rows if row["pair"] == shown_pair)
    tab.goto(f"{site.address}#pair={free['pair']}")
    assert tab.locator(".query .passage").text_content() == free["query"]
    for row, column in zip((free, paid), tab.locator(".column").all(), strict=True):
        shown = column.text_content() or ""
        scores = {score["scorer"]: score for score in row["scores"]}
        assert row["scratchpad"] in shown
        assert f"Withheld: {row['output_withheld']} characters" in shown
        assert row["prompt_sha256"] in shown
        assert scores["judged_compliance"]["rubric_sha256"] in shown
        assert [row["tier"] in shown, row["stop_reason"] in shown] == [True, True]
        assert [vote["text"] in shown for vote in scores["alignment_faking"]["votes"]] == [True] * (
            row["votes_asked"] or 0
        )


def test_a_link_opens_its_pair_also_after_the_site_was_written_again(
    site: MadeSite, tab: Page, rebuilt: MadeSite
) -> None:
    pair = list(site.pairs)[6]
    model, query = site.pairs[pair]
    for address in (site.address, rebuilt.address):
        tab.goto(f"{address}#model={quote(model, safe='')}&pair={pair}")
        for _ in range(2):
            expect(tab.get_by_role("heading", name=query)).to_be_visible()
            expect(tab.locator("a.row[aria-current=true]")).to_have_attribute("href", re.compile(f"pair={pair}"))
            expect(tab.locator(".count")).to_have_text(f"4 of {len(site.pairs)} pairs")
            tab.reload()


@pytest.fixture
def rebuilt(site: MadeSite, tmp_path: Path) -> MadeSite:
    return write_site(site.logs, tmp_path / "again")


def test_a_link_to_another_site_says_so(site: MadeSite, tab: Page) -> None:
    tab.goto(f"{site.address}#pair=0123456789ab")
    expect(tab.get_by_role("alert")).to_contain_text("This site has no pair 0123456789ab")


def test_the_keyboard_does_all_that_the_pointer_does(site: MadeSite, tab: Page) -> None:
    pairs = list(site.pairs)
    opened(tab, site)
    for key, at in [("j", 0), ("j", 1), ("ArrowRight", 2), ("k", 1), ("ArrowLeft", 0)]:
        tab.keyboard.press(key)
        expect(tab).to_have_url(f"{site.address}#pair={pairs[at]}")
    tab.keyboard.press("?")
    expect(tab.get_by_role("dialog")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("dialog")).to_have_count(0)
    tab.keyboard.press("/")
    expect(tab.get_by_role("searchbox")).to_be_focused()
    tab.keyboard.type("jj")  # of the field, and no step
    expect(tab.get_by_role("searchbox")).to_have_value("jj")
    expect(tab.locator(".count")).to_have_text(f"0 of {len(pairs)} pairs")
    tab.keyboard.press("Control+A")
    tab.keyboard.press("Delete")
    tab.get_by_role("button", name="Filters").focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("combobox", name="Model")).to_be_visible()


def test_texts_are_searched(site: MadeSite, tab: Page) -> None:
    word = "object to what is asked"
    expected = site.pairs_where(lambda replies: bool(replies["uuid"].isin(saying(site, word)).any()))
    assert 0 < len(expected) < len(site.pairs)
    tab.set_viewport_size(TALL)
    opened(tab, site)
    tab.get_by_role("searchbox").fill(word.upper())
    expect(tab.locator(".count")).to_have_text(f"0 of {len(site.pairs)} pairs")
    tab.get_by_role("checkbox", name="reasoning").check()
    expect(tab.locator(".count")).to_have_text(f"{len(expected)} of {len(site.pairs)} pairs")
    assert {site.pairs[pair] for pair in listed(tab)} == expected


def saying(site: MadeSite, word: str) -> list[str]:
    return [row["uuid"] for row in site.rows if word in (row["scratchpad"] or "")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_bars_people_and_a_narrow_window_is_enough(
    scheme: Literal["light", "dark"], site: MadeSite, tab: Page
) -> None:
    tab.emulate_media(color_scheme=scheme)

    opened(tab, site)
    check_it_is_for_everybody(tab)
    tab.get_by_role("button", name="Filters").click()
    check_it_is_for_everybody(tab)
    tab.goto(f"{site.address}#pair={site.rows[0]['pair']}")
    expect(tab.locator(".column")).to_have_count(2)
    tab.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    check_it_is_for_everybody(tab)
    tab.keyboard.press("?")
    check_it_is_for_everybody(tab)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        pytest.param(lambda file: file.write_text(file.read_text("utf-8")[:500], "utf-8"), "cannot be read", id="cut"),
        pytest.param(lambda file: file.unlink(), "is not there", id="lost"),
    ],
)
def test_a_damaged_file_is_named(
    damage: Callable[[Path], None], said: str, site: MadeSite, tab: Page, faults: list[str], tmp_path: Path
) -> None:
    copy = MadeSite(site.logs, tmp_path / "copy")
    shutil.copytree(site.folder, copy.folder)
    damage(copy.folder / "data" / "text-0000.js")
    tab.goto(f"{copy.address}#pair={site.rows[0]['pair']}")
    expect(tab.get_by_role("alert")).to_contain_text(f"data/text-0000.js {said}")
    assert len(faults) == 1  # the browser complains of the file as well
    faults.clear()
