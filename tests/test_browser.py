"""The browser of the tests: it sees the faults that it is there to see, and is not left out unnoticed."""

import asyncio
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import barriers, executable
from tests.made_up import REPOSITORY

UNREACHED = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("markup", "noted"),
    [
        pytest.param("<script>console.error('of the page')</script>", ["console: of the page"], id="complaint"),
        pytest.param("<script>throw new RangeError('thrown')</script>", ["error: thrown"], id="exception"),
        pytest.param("<script>alert('asked')</script>", ["dialog: asked"], id="dialog"),
        pytest.param(
            f"<img src={UNREACHED}/image>",
            [f"request: {UNREACHED}/image", "console: Failed to load resource: net::ERR_UNSAFE_PORT"],
            id="request",
        ),
        pytest.param("<img src=data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=>", [], id="none"),
    ],
)
def test_a_fault_is_noted(markup: str, noted: list[str], tab: Page, faults: list[str], tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(f"<!DOCTYPE html><title>A page</title>{markup}", "utf-8")
    tab.goto(file.as_uri())
    found = faults.copy()
    faults.clear()
    assert found == noted


def test_what_bars_people_from_a_page_is_found_under_its_policy(tab: Page, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    policy = "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'\">"
    file.write_text(f"<!DOCTYPE html><html lang=en>{policy}<title>A page</title><main><h1>A</h1><button>", "utf-8")
    tab.goto(file.as_uri())
    assert barriers(tab) == ["button-name: ['button'] <button></button>"]


def test_beside_a_browser_event_loops_can_be_run(tab_is_open: None) -> None:
    asyncio.run(asyncio.sleep(0))


@pytest.fixture
def tab_is_open(tab: Page) -> None:
    """A tab, for a test that runs outside of its thread."""


@pytest.mark.parametrize("required", ["", "1"], ids=["skipped", "failed-where-required"])
def test_without_a_browser_its_tests_are_never_passed(required: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("REQUIRE_BROWSER", required)
    outcome = pytest.fail.Exception if required else pytest.skip.Exception
    with pytest.raises(outcome, match="is on PATH"):
        executable()
    assert "export REQUIRE_BROWSER=1\n" in (REPOSITORY / ".ci" / "run").read_text("utf-8")
