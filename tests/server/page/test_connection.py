"""A connection that breaks: no word is lost and none comes twice."""

from __future__ import annotations

import httpx
import pytest

from .conftest import Opens, Runs, Site, expect, free_port
from .wire import Wire

pytestmark = pytest.mark.browser

WHOLE = "".join(f"It gave {1000 + n} S{n + 1}. " for n in range(6)).strip()


def go(site: Site) -> None:
    """Let slow answers go on."""
    httpx.post(f"{site.url}/v1/threads/elsewhere/runs", json={"text": "go"}).raise_for_status()


def test_an_answer_cut_in_the_middle_goes_on_with_each_word_once(
    site: Site, open_tab: Opens
) -> None:
    with Wire(site.url) as wire:
        tab = open_tab(wire.url)
        tab.say("slow 6")
        answer = tab.page.locator(".answer")
        expect(answer).to_contain_text("It gave 1000")
        wire.cut()
        expect(tab.page.locator("#banner")).to_be_visible()
        expect(answer).not_to_contain_text("1005")
        go(site)
        tab.say("add 1 2")
        expect(tab.page.locator(".pending .question")).to_have_text("add 1 2")
        wire.mend()
        expect(tab.page.locator(".foot:not([hidden])")).to_have_count(2)
        expect(tab.page.locator("#banner")).to_be_hidden()
        expect(answer).to_have_text([WHOLE, "It gave 3 S7."])
        expect(tab.page.locator(".question")).to_have_text(["slow 6", "add 1 2"])


def test_an_answer_and_an_approval_being_edited_outlive_a_crash_of_the_server(
    program: Runs, open_tab: Opens
) -> None:
    port = free_port()
    with program(port=port) as site:
        telling = open_tab(site.url)
        telling.say("slow 6")
        paying = open_tab(site.url, beside=telling)
        paying.say("pay 10")
        paying.page.get_by_label("amount").fill("12")
        expect(telling.page.locator(".answer")).to_contain_text("It gave 1000")
        site.process.kill()
        for tab in (telling, paying):
            expect(tab.page.locator("#banner")).to_be_visible()
    with program(port=port) as site:
        go(site)
        expect(telling.page.locator(".foot summary")).to_be_visible()
        expect(telling.page.locator(".answer")).to_have_text(WHOLE)
        expect(paying.page.locator("#banner")).to_be_hidden()
        expect(paying.page.get_by_label("amount")).to_be_focused()
        paying.press("Approve")
        expect(paying.page.locator(".answer")).to_have_text("It gave 12 paid S1.")
        expect(paying.page.locator(".approval")).to_have_count(0)


def test_two_tabs_show_the_same_conversation_and_the_same_list(site: Site, open_tab: Opens) -> None:
    first = open_tab(site.url)
    first.ask("add 20 1")
    second = open_tab(first.page.url, beside=first)
    expect(second.page.locator(".answer")).to_have_text("It gave 21 S1.")
    second.ask("add 20 2")
    expect(first.page.locator(".answer")).to_have_text(["It gave 21 S1.", "It gave 22 S2."])
    second.page.get_by_role("button", name="Rename add 20 1").click()
    second.page.get_by_label("Name", exact=True).fill("Sums")
    second.page.keyboard.press("Enter")
    expect(first.page.locator(".threads .here")).to_have_text("Sums")
    expect(first.page).to_have_title("Sums · Surefoot")
