"""What tests of the page share: a browser, servers to look at, and a person's few moves."""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ...nursery import Program
from ..conftest import running

if TYPE_CHECKING:
    from playwright import sync_api
    from playwright.sync_api import expect as expect
else:

    def expect(thing: object) -> object:
        """Return what can be expected of a page or a locator."""
        return import_module("playwright.sync_api").expect(thing)


CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
PORTS = range(20_000, 30_000)
"""Of which the system gives none to those who ask for any."""
CLI = ("-c", "from surefoot.agent.cli import main; main()")
PATIENCE_MS = 60_000
EXPECTED = re.compile("Failed to load resource|WebSocket connection to")
"""What Chromium itself says of a server that is away or asks for a key."""


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    """Chromium, as Debian packs it; its driver's event loop must end before async tests run."""
    if CHROMIUM is None:
        pytest.skip("the browser tests need Debian's chromium")
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="the browser tests need `pip install playwright`"
    )
    sync_api.expect.set_options(timeout=PATIENCE_MS)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass(frozen=True, slots=True)
class Tab:
    """A person's tab, and what it would be embarrassing to see in its console."""

    page: sync_api.Page
    complaints: list[str]

    def ask(self, text: str) -> sync_api.Locator:
        """Ask, wait for the end of the run, and return what the page shows of it."""
        run = self.page.locator("article.run").nth(self.page.locator("article.run").count())
        self.say(text)
        run.locator(".foot summary").wait_for()
        return run

    def say(self, text: str) -> None:
        """Ask and wait for nothing."""
        self.page.fill("#question", text)
        self.page.keyboard.press("Enter")

    def press(self, name: str) -> None:
        """Press a button by its name."""
        self.page.get_by_role("button", name=name, exact=True).click()


Opens = Callable[..., Tab]


@pytest.fixture
def open_tab(browser: sync_api.Browser) -> Iterator[Opens]:
    """Open tabs of one person; at the end none of them may have complained."""
    tabs: list[Tab] = []
    contexts: list[sync_api.BrowserContext] = []

    def opened(url: str, *, beside: Tab | None = None, **options: object) -> Tab:
        if beside is None:
            calm = {"reduced_motion": "reduce", **options}
            contexts.append(browser.new_context(**calm))  # type: ignore[arg-type]
        context = contexts[-1] if beside is None else beside.page.context
        context.set_default_timeout(PATIENCE_MS)
        tab = Tab(context.new_page(), [])
        listen(tab)
        tab.page.goto(url)
        tabs.append(tab)
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert [complaint for tab in tabs for complaint in tab.complaints] == []


def listen(tab: Tab) -> None:
    """Collect errors, warnings (of which breaches of the page's policy are some) and dialogs."""

    def console(message: sync_api.ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not EXPECTED.search(message.text):
            tab.complaints.append(message.text)

    tab.page.on("console", console)
    tab.page.on("pageerror", lambda error: tab.complaints.append(str(error)))
    tab.page.on("dialog", lambda dialog: tab.complaints.append(f"dialog: {dialog.message}"))


def free_port() -> int:
    """Return a port that nobody listens on, and that nobody gets by chance once it is let go."""
    while True:
        port = random.choice(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@dataclass(frozen=True, slots=True)
class Site:
    """A server process."""

    url: str
    process: Program | subprocess.Popen[str]


@contextmanager
def playing(data: Path, *, port: int = 0) -> Iterator[Site]:
    """Run the test program until the block ends."""
    with running(data, port=port, drain_seconds=0.1) as live:
        yield Site(live.url, live.process)


@contextmanager
def serving(command: tuple[str, ...], folder: Path) -> Iterator[Site]:
    """Run a server in a folder of its own until the block ends."""
    process = subprocess.Popen(
        [sys.executable, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env=environment(),
    )
    assert process.stdout is not None
    rest = threading.Thread(target=process.stdout.read)  # or it would wait for its log to be read
    try:
        told = process.stdout.readline()
        found = re.search(r"http://\S+", told)
        assert found, f"the server did not start: {told}{process.stdout.read()}"
        rest.start()
        yield Site(found[0], process)
    finally:
        process.kill()
        process.wait()
        if rest.ident is not None:
            rest.join()
        process.stdout.close()


def environment() -> dict[str, str]:
    """Return what programs of these tests run in."""
    return {**os.environ, "SUREFOOT_MODEL": "embedded"}


Runs = Callable[..., AbstractContextManager[Site]]


@pytest.fixture
def program(tmp_path: Path) -> Runs:
    """Run the test program, always over the same data."""

    return partial(playing, tmp_path / "data")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One test program for the tests that do not end it."""
    with playing(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`surefoot serve` over the tables and a document of the example workspace."""
    folder = tmp_path_factory.mktemp("workspace")
    examples = Path(__file__).parents[3] / "examples" / "workspace"
    taken = [str(path) for path in (*sorted(examples.glob("*.csv")), examples / "docs" / "cli.md")]
    ingest = [sys.executable, *CLI, "ingest", *taken]
    subprocess.run(ingest, cwd=folder, env=environment(), check=True, capture_output=True)
    with serving((*CLI, "serve", "--port", str(free_port())), folder) as site:
        yield site
