"""A real browser, in which a page may show and do nothing that a reader did not ask for."""

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request, sync_playwright

P = ParamSpec("P")
R = TypeVar("R")

_THREAD = ThreadPoolExecutor(1, "browser")


def executable() -> str:
    """The Chromium that is installed; without one the test is skipped, or fails where `.ci/run` demands one."""
    if found := next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None):
        return found
    if os.environ.get("REQUIRE_BROWSER"):
        pytest.fail("REQUIRE_BROWSER is set, and no Chromium is on PATH: install one, or unset it")
    pytest.skip("needs Chromium: none is on PATH")


def in_browser_thread(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call where Playwright lives: it leaves an event loop running in its thread, in which Inspect could run none."""
    return _THREAD.submit(call, *args, **kwargs).result()


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Chromium, for use by `in_browser_thread` alone."""
    path = executable()
    playwright = in_browser_thread(sync_playwright().start)
    try:
        launch = playwright.chromium.launch
        browser = in_browser_thread(launch, executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        in_browser_thread(browser.close)
    finally:
        in_browser_thread(playwright.stop)


def watched_context(browser: Browser, faults: list[str]) -> BrowserContext:
    """A profile of its own, whose every fault is noted: complaints, dialogs, and requests of anything but files."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(5_000)

    def complaint(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            faults.append(f"console: {message.text}")

    def asked(dialog: Dialog) -> None:
        if dialog.type == "beforeunload":  # the page would keep people from losing what they typed; a test knows
            dialog.accept()
        else:
            faults.append(f"dialog: {dialog.message}")
            dialog.dismiss()

    def requested(request: Request) -> None:
        if not request.url.startswith(("file:", "data:", "blob:")):
            faults.append(f"request: {request.url}")

    context.on("console", complaint)
    context.on("weberror", lambda error: faults.append(f"error: {error.error}"))
    context.on("dialog", asked)
    context.on("request", requested)
    return context


def barriers(page: Page) -> list[str]:
    """What axe-core finds that bars people from the page as it stands, and where."""
    # Not preloaded: axe would fetch style sheets, which a page that is opened from disk may not.
    found = Axe().run(page, options={"resultTypes": ["violations"], "preload": False}).response["violations"]
    return [
        f"{violation['id']}: {node['target']} {node['html'][:200]}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def check_it_is_for_everybody(tab: Page) -> None:
    """Nothing of the page as it stands bars people, and it fits a narrow window and a wide one."""
    assert barriers(tab) == []
    for width in (390, 1280):
        tab.set_viewport_size({"width": width, "height": 800})
        assert tab.evaluate("document.documentElement.scrollWidth") == width
