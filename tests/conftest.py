"""What every test stands on: no key, no network, no state of the user's."""

import os
from collections.abc import Iterator
from contextvars import copy_context
from functools import cache, partial
from inspect import signature
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import settings
from inspect_ai.util import display_type
from playwright.sync_api import Browser, Page
from rich.live import Live

from study.breaker import begin_run
from tests.browser import in_browser_thread, running_browser, watched_context
from tests.command_line import run, start
from tests.made_up import Write

# The same cases each time, however slow the machine: a run tells of the change that it is of, and of nothing else.
settings.register_profile("fixed", derandomize=True, deadline=None)
settings.load_profile("fixed")


os.environ.pop("HF_HUB_OFFLINE", None)  # read once, when the hub's client is imported, which may be before any test

_UNTOUCHED = copy_context()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that start commands: they take longest, and the end would wait for them."""

    @cache
    def starts_commands(module: ModuleType) -> bool:
        return any(value in (run, start) for value in vars(module).values() if callable(value))

    items.sort(key=lambda item: not (isinstance(item, pytest.Function) and starts_commands(item.module)))


def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool:
    """Run each test in a context of its own: Inspect leaves the model of a run active, also after a fixture's."""
    arguments = {name: pyfuncitem.funcargs[name] for name in signature(pyfuncitem.obj).parameters}
    call = partial(_UNTOUCHED.copy().run, partial(pyfuncitem.obj, **arguments))
    if "tab" in arguments:
        in_browser_thread(call)
    else:
        call()
    return True


def pytest_fixture_setup(fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest) -> object:
    """Make each fixture in a context of its own likewise: what one leaves active would be found by those of others."""
    fixtures = request.config.pluginmanager.get_plugin("fixtures")
    assert fixtures
    return _UNTOUCHED.copy().run(fixtures.pytest_fixture_setup, fixturedef, request)


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Caches, logs and buffers of this test alone; no model and no key of the machine's."""
    keys = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "TOGETHER_API_KEY", "HF_TOKEN")
    for name in ("INSPECT_EVAL_MODEL", "INSPECT_DISPLAY", "HF_ENDPOINT", "HF_HUB_OFFLINE", *keys):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("INSPECT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("AF_CACHE_DIR", str(tmp_path / "kept"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "huggingface"))
    monkeypatch.setenv("INSPECT_LOG_DIR", str(tmp_path / "logs"))
    monkeypatch.setenv("INSPECT_EVAL_NO_LOG_REALTIME", "true")  # a buffer of what is in the log at the end
    begin_run()  # what an earlier test found of an endpoint
    monkeypatch.setattr("inspect_ai.model._model._models", {})  # kept for a process, with the keys of the first test


@pytest.fixture(autouse=True)
def own_display(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inspect keeps the display of the first run for all later ones of a process, whatever they ask for."""
    monkeypatch.setattr("inspect_ai._display.core.active._active_display", None)
    monkeypatch.setattr("inspect_ai.util._display._display_type", None)


@pytest.fixture(autouse=True)
def nothing_is_drawn_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """With ``display="none"`` Inspect lays out its summary all the same, which takes half the time of a small run."""
    draw = Live.refresh

    def refresh(self: Live) -> None:
        if display_type() != "none":
            draw(self)

    monkeypatch.setattr(Live, "refresh", refresh)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a process."""
    with running_browser() as browser:
        yield browser


@pytest.fixture
def faults() -> list[str]:
    """What the page in `tab` did that it must not; a test that wants a fault reads it and clears the list."""
    return []


@pytest.fixture
def tab(browser: Browser, faults: list[str]) -> Iterator[Page]:
    """A tab of a browser, in a profile of its own; a test that takes it runs in the thread of the browser."""
    context = in_browser_thread(watched_context, browser, faults)
    yield in_browser_thread(context.new_page)
    in_browser_thread(context.close)
    assert faults == []


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file into the test's folder, and give its path."""

    def write_file(name: str, content: str | bytes) -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return write_file
