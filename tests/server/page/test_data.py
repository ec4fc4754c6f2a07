"""Conversations, documents and memory: listed, added, corrected, taken away."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from .conftest import Opens, Site, expect

pytestmark = pytest.mark.browser


def test_conversations_are_searched_renamed_and_deleted(site: Site, open_tab: Opens) -> None:
    tab = open_tab(site.url)
    tab.ask("add 5 6")
    page = tab.page
    page.get_by_role("button", name="Rename add 5 6").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("add 5 6")
    page.get_by_label("Name", exact=True).fill("Elephants")
    page.keyboard.press("Enter")
    expect(page.locator("#title")).to_have_text("Elephants")
    page.fill("#search", "no such words")
    expect(page.locator("#threads")).to_have_text("Nothing found.")
    page.fill("#search", "elephants")
    expect(page.locator("#threads li")).to_have_text(["Elephants"])
    page.get_by_role("button", name="Delete Elephants").click()
    page.keyboard.press("Escape")
    expect(page.locator("#threads li")).to_have_text(["Elephants"])
    page.get_by_role("button", name="Delete Elephants").click()
    tab.press("Delete")
    expect(page.locator("#threads")).to_have_text("Nothing found.")
    expect(page.locator(".welcome")).to_be_visible()


def test_back_leads_to_the_conversation_before(site: Site, open_tab: Opens) -> None:
    tab = open_tab(site.url)
    tab.ask("add 7 8")
    tab.press("New conversation")
    expect(tab.page.locator(".welcome")).to_be_visible()
    expect(tab.page.locator("#question")).to_be_focused()
    tab.page.go_back()
    expect(tab.page.locator(".answer")).to_have_text("It gave 15 S1.")


def test_a_file_is_uploaded_asked_about_and_removed(
    workspace: Site, open_tab: Opens, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.md"
    notes.write_text("# Harbour\n\nThe harbour master is Ada Quill.\n", encoding="utf-8")
    tab = open_tab(workspace.url)
    tab.press("Documents and tables")
    tab.page.set_input_files("#files", notes)
    uploaded = tab.page.locator("li", has=tab.page.get_by_role("button", name="Remove notes.md"))
    expect(uploaded).to_be_visible()
    tab.press("Close")
    run = tab.ask("Who is the harbour master?")
    expect(run.locator(".answer")).to_contain_text("Ada Quill")
    run.locator(".answer .cite").first.click()
    expect(tab.page.locator("#panel mark")).to_contain_text("Ada Quill")
    tab.press("Documents and tables")
    tab.press("Remove notes.md")
    tab.press("Remove")
    expect(uploaded).to_have_count(0)


def test_a_file_of_an_unknown_kind_is_refused_beside_its_name(
    workspace: Site, open_tab: Opens, tmp_path: Path
) -> None:
    odd = tmp_path / "tune.mp3"
    odd.write_bytes(b"la la la")
    tab = open_tab(workspace.url)
    tab.press("Documents and tables")
    tab.page.set_input_files("#files", odd)
    expect(tab.page.locator(".upload")).to_contain_text("is of no kind that is read")


def test_what_is_remembered_is_seen_corrected_exported_and_forgotten(
    workspace: Site, open_tab: Opens
) -> None:
    for fact in ("My favourite unit is the mile.", "I live in Bergen."):
        httpx.post(f"{workspace.url}/v1/memories", json={"text": fact}).raise_for_status()
    tab = open_tab(workspace.url)
    tab.press("What it remembers")
    facts = tab.page.locator("#panel .fact > span:not(details *)")
    expect(facts).to_contain_text(["My favourite unit is the mile.", "I live in Bergen."])
    tab.press("Correct: I live in Bergen.")
    tab.page.get_by_label("Fact").fill("I live in Oslo.")
    tab.press("Correct")
    expect(facts).to_contain_text(["My favourite unit is the mile.", "I live in Oslo."])
    with tab.page.expect_download() as download:
        tab.press("Export")
    exported = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert "I live in Oslo." in [fact["text"] for fact in exported["facts"]]
    tab.press("Forget: My favourite unit is the mile.")
    tab.press("Forget")
    expect(facts).to_contain_text(["I live in Oslo."])
    tab.press("Forget everything")
    tab.page.locator("dialog").get_by_role("button", name="Forget everything").click()
    expect(tab.page.locator("#panel")).to_contain_text("Nothing yet.")
