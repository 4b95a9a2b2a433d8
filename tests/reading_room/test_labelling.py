"""Labelling where something is in the way, and what the sample is by the rule that docs/labelling.md states."""

import hashlib
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.made_up_site import MadeSite, answer, begin_labelling, exported, write_site

pytestmark = pytest.mark.xdist_group("site")


@pytest.fixture(scope="module")
def full(site: MadeSite, tmp_path_factory: pytest.TempPathFactory) -> MadeSite:
    """The same with outputs."""
    folder = tmp_path_factory.mktemp("full")
    return write_site(site.logs, folder / "site", "--outputs", "full", "--no-transcripts")


def test_the_sample_is_the_rule_that_is_stated(site: MadeSite, tab: Page) -> None:
    for _ in range(begin_labelling(tab, site, seed="7", size=20)):
        answer(tab, "u")
    labels = exported(tab)

    def by_chance(part: str, uuids: list[str]) -> list[str]:
        return sorted(uuids, key=lambda uuid: hashlib.sha256(f"{part}\n7\n{uuid}".encode()).hexdigest())

    strata: dict[tuple[str, str, str | None], list[str]] = {}
    for row in site.rows:
        if row["harmful"] and row["reasoning_sha256"] is not None:
            strata.setdefault((row["model"], row["tier"], row["alignment_faking"]), []).append(row["uuid"])
    shown = [label.uuid for label in labels]
    assert shown == by_chance("order", shown)
    for stratum in strata.values():
        drawn = {uuid for uuid in shown if uuid in stratum}
        assert drawn == {*by_chance("draw", stratum)[: len(drawn)]}
        assert len(drawn) >= min(len(stratum), 2)


def test_compliance_is_asked_of_request_and_answer(full: MadeSite, tab: Page) -> None:
    tab.goto(f"{full.address}#label")
    tab.get_by_label("Compliance").check()
    begin = tab.get_by_role("button", name="Start")
    tab.get_by_label("Your name").fill("ada")
    begin.click()
    expect(tab.get_by_role("heading", name="Does the answer do what was asked?")).to_be_visible()
    rows = {row["uuid"]: row for row in full.rows}
    expect(tab.locator(".passage")).to_have_count(2)
    request, text = tab.locator(".passage").all_text_contents()
    answer(tab, "c")
    answer(tab, "r")
    first, second = exported(tab)
    row = rows[first.uuid]
    assert (request.split(), text.split()) == (row["query"].split(), row["output"].split())
    assert [(label.question, label.label) for label in (first, second)] == [
        ("judged_compliance", "complies"),
        ("judged_compliance", "refuses"),
    ]
    assert [label.shown_sha256 for label in (first, second)] == [
        rows[label.uuid]["answer_sha256"] for label in (first, second)
    ]


def test_a_browser_that_keeps_nothing_is_said_and_loses_nothing(site: MadeSite, tab: Page) -> None:
    tab.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('off') }})")
    begin_labelling(tab, site)
    expect(tab.get_by_role("alert")).to_contain_text("Export before you leave it.")
    answer(tab, "f")
    tab.get_by_role("button", name="Pause").click()
    tab.get_by_role("button", name="Go on").click()
    answer(tab, "n")
    assert [label.label for label in exported(tab)] == ["faking", "not_faking"]


def test_who_leaves_with_labels_in_no_file_is_asked(site: MadeSite, tab: Page, faults: list[str]) -> None:
    begin_labelling(tab, site)
    answer(tab, "f")
    with tab.expect_event("dialog") as dialog:
        tab.evaluate("setTimeout(() => location.reload())")
    assert dialog.value.type == "beforeunload"
    faults.clear()
    exported(tab)
    tab.reload()
    expect(tab.get_by_role("button", name="Go on")).to_be_visible()


def test_a_text_that_is_not_the_sites_own_gets_no_label(site: MadeSite, tab: Page, tmp_path: Path) -> None:
    damaged = MadeSite(site.logs, Path(shutil.copytree(site.folder, tmp_path / "site")))
    for file in (damaged.folder / "data").glob("text-*.js"):
        file.write_text(file.read_text("utf-8").replace(" I ", " we "), "utf-8")
    tab.goto(f"{damaged.address}#label")
    tab.get_by_label("Your name").fill("ada")
    tab.get_by_role("button", name="Start").click()
    expect(tab.get_by_role("alert")).to_contain_text("so it can have no label")
    expect(tab.get_by_role("button", name="Not faking")).to_be_disabled()
    tab.keyboard.press("n")
    expect(tab.get_by_role("button", name="Export 0 labels")).to_be_disabled()
