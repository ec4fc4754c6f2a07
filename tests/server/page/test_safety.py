"""Safety: whatever is written where, nothing of it runs, and a key is asked for and kept apart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from surefoot.server import KeyFile

from .conftest import Opens, Runs, Site, expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PAYLOADS = [
    "<img src=x onerror=window.xss=1>",
    "<script>window.xss=1</script>",
    "<svg onload=window.xss=1>",
    "[press](javascript:window.xss=1)",
    '![x](x" onerror="window.xss=1)',
    "<a href='data:text/html,<script>window.xss=1</script>'>x</a>",
]
EVIL = " ".join(PAYLOADS)
INERT = "#conversation :is(script, svg, img), #panel :is(script, svg, img)"


def assert_inert(page: Page) -> None:
    """Nothing has run, and nothing is there that might."""
    assert page.evaluate("window.xss") is None
    assert page.locator(INERT).count() == 0
    assert page.locator("a[href^='javascript:'], a[href^='data:']").count() == 0


def test_markup_in_questions_answers_evidence_and_names_stays_inert(
    site: Site, open_tab: Opens
) -> None:
    tab = open_tab(site.url)
    page = tab.page
    run = tab.ask(f"echo {EVIL}")
    expect(run.locator(".question")).to_contain_text(PAYLOADS[0])
    expect(run.locator(".answer")).to_contain_text(PAYLOADS[0])
    run.locator(".work > summary").click()
    run.locator(".step summary").click()
    run.locator(".answer .cite").last.click()
    expect(page.locator("#panel-body")).to_contain_text(PAYLOADS[1])
    page.locator("#threads .pencil").first.click()
    page.get_by_label("Name", exact=True).fill(EVIL)
    tab.press("Rename")
    expect(page.locator("#title")).to_contain_text(PAYLOADS[0])
    page.reload()
    expect(page.locator(".answer")).to_contain_text(PAYLOADS[0])
    page.locator("#threads .bin").first.click()
    expect(page.locator("dialog")).to_contain_text(PAYLOADS[0])
    assert_inert(page)


def test_markup_in_documents_tables_and_names_of_files_stays_inert(
    workspace: Site, open_tab: Opens, tmp_path: Path
) -> None:
    evil = tmp_path / "evil.md"
    told = f"The harbour pilot is Bo Lund. {PAYLOADS[0]}"
    evil.write_text(f"# Harbour\n\n{told}\n\n{EVIL}\n", encoding="utf-8")
    table = tmp_path / "casks.csv"
    table.write_text(f'cask,"{PAYLOADS[0]}"\n1,{PAYLOADS[1]}\n', encoding="utf-8")
    named = tmp_path / "<img src=x onerror=window.xss=1>.md"
    named.write_text("Nothing.", encoding="utf-8")
    tab = open_tab(workspace.url)
    page = tab.page
    tab.press("Documents and tables")
    page.set_input_files("#files", [evil, table])
    expect(page.locator("#panel")).to_contain_text("casks")
    page.locator("summary", has_text="casks").click()
    page.set_input_files("#files", named)
    expect(page.locator(".upload .why")).to_contain_text("is not a name for a file")
    tab.press("Close")
    run = tab.ask("Who is the harbour pilot?")
    expect(run.locator(".answer")).to_contain_text("Bo Lund")
    run.locator(".answer .cite").first.click()
    expect(page.locator("#panel mark")).to_contain_text(PAYLOADS[0])
    assert_inert(page)


def test_a_drawing_is_a_picture_in_which_no_script_runs(site: Site, open_tab: Opens) -> None:
    page = open_tab(site.url).page
    page.evaluate(
        """async () => {
            const { picture } = await import("/static/js/chart.js");
            const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" '
                + 'onload="top.xss=1"><script>top.xss=1</script></svg>';
            const data = { media_type: "image/svg+xml", svg };
            document.body.append(picture({ data, content: "A trap." }));
        }"""
    )
    trap = page.get_by_alt_text("A trap.")
    expect(trap).to_have_js_property("complete", True)
    assert trap.evaluate("image => image.naturalWidth") == 9
    assert page.evaluate("window.xss") is None


def test_a_key_is_asked_for_told_wrong_and_kept_out_of_every_address(
    program: Runs, open_tab: Opens, tmp_path: Path
) -> None:
    key = KeyFile(tmp_path / "data" / "keys.json").make("phone", user="ann")
    with program() as site:
        tab = open_tab(site.url)
        addresses: list[str] = []
        tab.page.on("request", lambda request: addresses.append(request.url))
        tab.page.on("websocket", lambda opened: addresses.append(opened.url))
        dialog = tab.page.locator("dialog")
        dialog.get_by_label("API key").fill("sf_wrong")
        tab.press("Sign in")
        expect(dialog.locator(".why")).to_have_text("The key is not known here.")
        dialog.get_by_label("API key").fill(key)
        tab.press("Sign in")
        expect(tab.ask("add 2 2").locator(".answer")).to_have_text("It gave 4 S1.")
        assert any(address.startswith("ws") for address in addresses)
        assert [one for one in addresses if key in one or "ticket=" in one] == []
        tab.press("Sign out")
        expect(dialog.get_by_label("API key")).to_be_visible()
        expect(tab.page.locator(".answer")).to_have_count(0)
