"""Access: the page works by keyboard, for screen readers, on a phone and in the dark."""

from __future__ import annotations

import os
from base64 import b64decode
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .conftest import Opens, Site, expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "device_scale_factor": 2}
DESK = {"viewport": {"width": 1280, "height": 800}}
DARK = {**DESK, "color_scheme": "dark"}
FOR_AXE = {"bypass_csp": True}
QUESTION = "How much heavier is the average Gentoo than the average Adelie?"


@pytest.fixture
def axe() -> str:
    """The rules of axe-core, as a script."""
    pytest.importorskip("axe_playwright_python", reason="needs `pip install axe-playwright-python`")
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def picture(page: Page, name: str, folder: Path) -> None:
    """Take a picture, into the folder that is asked for or one that is thrown away."""
    page.screenshot(path=Path(os.environ.get("SUREFOOT_PICTURES", folder)) / f"{name}.png")


def found_by(axe: str, page: Page) -> list[str]:
    """Return what the rules complain about."""
    page.evaluate(axe)
    broken = page.evaluate("axe.run()")["violations"]
    return [f"{one['id']}: {[node['html'] for node in one['nodes']]}" for one in broken]


def test_the_rules_of_accessibility_hold_by_day_at_night_and_on_a_phone(
    workspace: Site, open_tab: Opens, axe: str, tmp_path: Path
) -> None:
    tab = open_tab(workspace.url, **FOR_AXE)
    run = tab.ask(QUESTION)
    run.locator(".work > summary").click()
    run.locator(".step summary").first.click()
    run.locator(".foot summary").click()
    run.locator(".answer .cite").first.click()
    tab.page.locator("#panel pre").wait_for()
    assert found_by(axe, tab.page) == []
    tab.press("Documents and tables")
    tab.page.locator(".drop").wait_for()
    tab.press("Dark theme")
    assert found_by(axe, tab.page) == []
    phone = open_tab(tab.page.url, **FOR_AXE, **PHONE)
    phone.page.locator(".foot summary").wait_for()
    picture = tmp_path / "picture.gif"
    picture.write_bytes(b64decode("R0lGODlhAQABAAAAACwAAAAAAQABAAAC"))
    phone.page.set_input_files("#attached-files", picture)
    phone.page.locator("#tray img").wait_for()
    assert found_by(axe, phone.page) == []


def test_pictures_of_the_page_on_a_desk_in_the_dark_and_on_a_phone(
    workspace: Site, open_tab: Opens, tmp_path: Path
) -> None:
    tab = open_tab(workspace.url, **DESK)
    tab.ask(QUESTION)
    run = tab.ask("What does exit code 3 mean, and how many penguins are female?")
    run.locator(".work > summary").click()
    run.locator(".answer .cite").first.click()
    tab.page.locator("#panel mark").wait_for()
    picture(tab.page, "page", tmp_path)
    dark = open_tab(tab.page.url, **DARK)
    expect(dark.page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(dark.page.locator(".foot:not([hidden])")).to_have_count(2)
    dark.page.locator(".work > summary").first.click()
    dark.page.locator(".step summary").nth(2).click()
    dark.page.locator("#conversation").evaluate("node => { node.scrollTop = 0; }")
    picture(dark.page, "page-dark", tmp_path)
    phone = open_tab(tab.page.url, **PHONE)
    expect(phone.page.locator(".foot:not([hidden])")).to_have_count(2)
    expect(phone.page.locator("#title")).to_have_text(QUESTION)
    picture(phone.page, "page-phone", tmp_path)


def test_the_menu_of_a_phone_opens_says_so_and_closes_with_escape(
    site: Site, open_tab: Opens
) -> None:
    page = open_tab(site.url, **PHONE).page
    menu = page.get_by_role("button", name="Conversations")
    expect(page.locator("#sidebar")).to_be_hidden()
    menu.click()
    expect(menu).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#new-thread")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#sidebar")).to_be_hidden()
    expect(menu).to_have_attribute("aria-expanded", "false")
    expect(menu).to_be_focused()


def test_a_screen_reader_hears_steps_and_sentences_once_and_only_new_ones(
    site: Site, open_tab: Opens
) -> None:
    tab = open_tab(site.url)
    tab.ask("add 3 4")
    spoken = tab.page.locator("#spoken p")
    expect(spoken).to_have_text(["add.", "It gave 7 ."])
    tab.page.reload()
    expect(tab.page.locator(".answer")).to_have_text("It gave 7 S1.")
    expect(spoken).to_have_count(0)
    assert tab.page.locator("#conversation [aria-live]").count() == 0


def test_all_is_reached_by_keyboard(site: Site, open_tab: Opens) -> None:
    page = open_tab(site.url).page
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#question")).to_be_focused()
    page.keyboard.type("add 6 6")
    page.keyboard.press("Enter")
    page.locator(".foot summary").wait_for()
    for _ in range(8):
        page.keyboard.press("Shift+Tab")
        if page.locator(".cite:focus").count():
            break
    page.keyboard.press("Enter")
    expect(page.locator("#panel-title")).to_have_text("Evidence S1")
