"""The web page in a real browser: what a person sees, does, and is spared."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright import sync_api
else:
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="the browser tests need `pip install playwright`"
    )
CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="the browser tests need Debian's chromium"),
]

PROGRAM = Path(__file__).parent.parent / "program.py"
SERVE = "from surefoot.agent.cli import main; main()"
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
DESKTOP: sync_api.ViewportSize = {"width": 1280, "height": 800}
PHONE: sync_api.ViewportSize = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: sync_api.Browser) -> Iterator[sync_api.Page]:
    page = browser.new_page(viewport=DESKTOP)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
    yield page
    page.close()
    assert complaints == []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(command: list[str], folder: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env={**os.environ, "SUREFOOT_MODEL": "embedded"},
    )
    assert process.stdout is not None
    try:
        assert "http" in process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def ask(page: sync_api.Page, text: str) -> sync_api.Locator:
    """Ask, wait for the end of the run, and return what the page shows of it."""
    run = page.locator("article.run").nth(page.locator("article.run").count())
    page.fill("#question", text)
    page.keyboard.press("Enter")
    run.locator(".foot", has_text="tokens").wait_for(timeout=20_000)
    return run


def test_a_person_asks_sees_the_steps_and_opens_the_evidence(
    page: sync_api.Page, browser: sync_api.Browser, tmp_path: Path
) -> None:
    port = free_port()
    with serving([str(PROGRAM), str(tmp_path / "data"), f"port={port}"], tmp_path):
        page.goto(f"http://127.0.0.1:{port}/")
        run = ask(page, "add 19 23")
        assert "It gave 42 S1." in run.locator(".answer").inner_text()
        assert run.locator(".step.done .tool").text_content() == "add"
        run.locator(".answer .cite").click()
        assert page.locator("#panel-title").inner_text() == "Evidence S1"
        assert "42" in page.locator("#panel-body").inner_text()
        page.keyboard.press("Escape")
        assert not page.locator("#panel").is_visible()
        page.screenshot(path=tmp_path / "desktop.png")
        page.click("#theme")
        assert page.locator("html").get_attribute("data-theme") == "dark"
        page.screenshot(path=tmp_path / "dark.png")
        phone = browser.new_page(viewport=PHONE)
        phone.goto(page.url)
        phone.locator(".answer .cite").wait_for()
        assert phone.locator("#sidebar").is_hidden()
        phone.screenshot(path=tmp_path / "phone.png")
        phone.close()


def test_an_approval_outlives_the_server_and_nothing_is_lost_or_doubled(
    page: sync_api.Page, tmp_path: Path
) -> None:
    port = free_port()
    command = [str(PROGRAM), str(tmp_path / "data"), f"port={port}"]
    with serving(command, tmp_path) as server:
        page.goto(f"http://127.0.0.1:{port}/")
        ask(page, "add 1 2")
        page.fill("#question", "pay 10")
        page.keyboard.press("Enter")
        page.locator(".approval").wait_for()
        server.kill()
        page.locator("#connection", has_text="Reconnecting").wait_for()
    with serving(command, tmp_path):
        sync_api.expect(page.locator("#connection")).to_be_empty(timeout=20_000)
        page.locator(".approval textarea").fill('{"amount": 12}')
        page.get_by_role("button", name="Approve").click()
        run = page.locator("article.run").last
        run.locator(".foot", has_text="tokens").wait_for(timeout=20_000)
        assert "It gave 12 paid S2." in run.locator(".answer").inner_text()
        assert page.locator(".question").all_inner_texts() == ["add 1 2", "pay 10"]
        assert page.locator(".approval").count() == 0


def test_a_file_is_uploaded_and_asked_about_and_its_markup_stays_inert(
    page: sync_api.Page, tmp_path: Path
) -> None:
    port = free_port()
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    notes = tmp_path / "notes.md"
    notes.write_text(f"# Harbour\n\nThe harbour master is Ada Quill. {evil}\n", encoding="utf-8")
    with serving(["-c", SERVE, "serve", "--port", str(port)], tmp_path):
        page.goto(f"http://127.0.0.1:{port}/")
        page.click("[data-panel=library]")
        page.set_input_files("#files", notes)
        page.locator("#panel-body", has_text="Uploaded here").wait_for(timeout=20_000)
        page.click("#panel-close")
        run = ask(page, "Who is the harbour master?")
        assert "Ada Quill" in run.locator(".answer").inner_text()
        run.locator(".answer .cite").first.click()
        page.locator("#panel-body mark").wait_for()
        assert evil in page.locator("#panel-body").inner_text()
        assert page.locator("#panel-body img, .answer img, .answer script").count() == 0
        ask(page, f"Hello {evil}")
        assert evil in page.locator(".question").last.inner_text()
