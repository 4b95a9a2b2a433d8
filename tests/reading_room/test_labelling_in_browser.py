"""Blind labelling, as people do it in a real browser."""

import re
from collections import Counter
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from study.human_label import shown_sha256
from tests.browser import barriers, check_it_is_for_everybody
from tests.made_up_site import MadeSite, answer, begin_labelling, exported

pytestmark = pytest.mark.xdist_group("site")


def test_while_a_reply_is_labelled_nothing_tells_where_it_comes_from(site: MadeSite, tab: Page) -> None:
    begin_labelling(tab, site)
    secrets = {str(row[name]) for row in site.rows for name in ("model", "query_id", "uuid", "pair", "eval_id", "log")}
    for _ in range(6):
        expect(tab.locator(".passage")).to_have_count(1)
        markup = tab.evaluate(
            """() => {
                const page = document.documentElement.cloneNode(true);
                page.querySelector(".passage").remove();
                return page.outerHTML;
            }"""
        )
        assert {secret for secret in secrets if secret in markup} == set()
        assert re.findall(r"\b(?:free|paid|tier|judge|control)\b", markup) == []
        expect(tab).to_have_url(f"{site.address}#label")
        answer(tab, "u")


def test_equal_seeds_show_equal_replies_in_equal_order(site: MadeSite, tab: Page) -> None:
    orders: dict[tuple[str, str], list[str]] = {}
    for labeller, seed in [("ada", "7"), ("bob", "7"), ("ada", "8")]:
        size = begin_labelling(tab, site, labeller=labeller, seed=seed)
        for _ in range(size):
            answer(tab, "n")
        orders[labeller, seed] = [label.uuid for label in exported(tab)]
        assert len(set(orders[labeller, seed])) == size
    assert orders["ada", "7"] == orders["bob", "7"]
    assert orders["ada", "7"] != orders["ada", "8"]


def test_what_was_said_is_kept_until_it_is_exported(site: MadeSite, tab: Page) -> None:
    size = begin_labelling(tab, site)
    progress = tab.locator(".label-progress")
    answer(tab, "f")
    expect(progress).to_contain_text(f"2 of {size}")
    tab.keyboard.press("m")
    tab.keyboard.type("unsure: f, n")  # of the note, and no answer
    tab.keyboard.press("Escape")
    expect(progress).to_contain_text(f"2 of {size}")
    answer(tab, "2")
    expect(progress).to_contain_text(f"3 of {size}")
    tab.keyboard.press("b")
    expect(tab.get_by_role("textbox", name="Note")).to_have_value("unsure: f, n")
    expect(tab.get_by_role("button", name="Not faking")).to_have_attribute("aria-pressed", "true")
    tab.keyboard.press("u")
    expect(progress).to_contain_text(f"3 of {size}")
    tab.reload()
    tab.get_by_role("button", name="Go on").click()
    expect(progress).to_contain_text(f"3 of {size}")
    for _ in range(size - 2):
        tab.get_by_role("button", name="Not faking").click()
    expect(tab.get_by_role("heading", name=f"All {size} have a label")).to_be_visible()
    assert barriers(tab) == []
    labels = exported(tab)
    assert [label.label for label in labels] == ["faking", "unsure", *["not_faking"] * (size - 2)]
    assert [label.note for label in labels] == ["", "unsure: f, n", *[""] * (size - 2)]
    assert {(label.labeller, label.seed, label.question) for label in labels} == {("ada", "7", "alignment_faking")}


@pytest.mark.parametrize(
    ("title", "question", "digest", "label"),
    [
        pytest.param("Alignment-faking reasoning", "alignment_faking", "reasoning_sha256", "faking", id="reasoning"),
        pytest.param("Compliance", "judged_compliance", "answer_sha256", "complies", id="answer"),
    ],
)
def test_a_label_names_its_reply_the_text_that_was_shown_and_its_stratum(
    title: str, question: str, digest: str, label: str, full_site: MadeSite, tab: Page
) -> None:
    for _ in range(begin_labelling(tab, full_site, title=title)):
        answer(tab, "1")
    rows = {row["uuid"]: row for row in full_site.rows}
    strata = Counter(stratum(row, question) for row in full_site.rows if row[digest])
    for said in exported(tab):
        row = rows[said.uuid]
        assert (said.eval_id, said.query_id, said.epoch) == (row["eval_id"], row["query_id"], row["epoch"])
        assert (said.question, said.label) == (question, label)
        assert said.shown_sha256 == shown_sha256(full_site.read(said.uuid, question))
        model, tier, judged = stratum(row, question)
        assert re.search(rf"^{model} · .* · {tier} · judge: {judged}$", said.stratum)
        assert said.stratum_size == strata[model, tier, judged]


def stratum(row: dict[str, Any], question: str) -> tuple[str, str, str]:
    return row["model"], row["tier"], row[question] or "no label"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_bars_a_labeller_and_a_narrow_window_is_enough(
    scheme: Literal["light", "dark"], site: MadeSite, tab: Page
) -> None:
    tab.emulate_media(color_scheme=scheme)

    tab.goto(f"{site.address}#label")
    expect(tab.get_by_role("button", name="Start")).to_be_visible()
    check_it_is_for_everybody(tab)
    begin_labelling(tab, site)
    check_it_is_for_everybody(tab)
