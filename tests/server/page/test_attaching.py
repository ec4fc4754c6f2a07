"""Attaching: pictures and files go with a question by button, paste and drop."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path

import pytest

from .conftest import Opens, Site, Tab, expect

pytestmark = pytest.mark.browser

PIXEL = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGD4DwABBAEAX+XDSwAAAABJRU5ErkJggg=="
)
GIVE = """([name, kind, event, place]) => {
    const bytes = Uint8Array.from(atob("R0lGODlhAQABAAAAACwAAAAAAQABAAAC"), (c) => c.charCodeAt(0));
    const given = new DataTransfer();
    given.items.add(new File([bytes], name, { type: kind }));
    const made = event === "paste"
        ? new ClipboardEvent(event, { clipboardData: given, bubbles: true, cancelable: true })
        : new DragEvent(event, { dataTransfer: given, bubbles: true, cancelable: true });
    document.querySelector(place).dispatchEvent(made);
}"""
NOISE = """async () => {
    const canvas = new OffscreenCanvas(2100, 900);
    const paint = canvas.getContext("2d");
    const noise = paint.createImageData(2100, 900);
    for (let at = 0; at < noise.data.length; at += 4) {
        noise.data[at] = at * 7919 % 256; noise.data[at + 1] = at * 104729 % 251;
        noise.data[at + 2] = at / 4 % 241; noise.data[at + 3] = 255;
    }
    paint.putImageData(noise, 0, 0);
    const given = new DataTransfer();
    given.items.add(new File([await canvas.convertToBlob()], "noise.png", { type: "image/png" }));
    document.querySelector("#main").dispatchEvent(
        new DragEvent("drop", { dataTransfer: given, bubbles: true, cancelable: true }));
}"""


def attached(tab: Tab) -> list[str]:
    """Return what is in the tray."""
    names = tab.page.locator("#tray .chip").evaluate_all("all => all.map((one) => one.title)")
    return [str(name) for name in names]


def test_pictures_are_attached_pasted_and_dropped_taken_out_and_shown_to_the_model(
    site: Site, open_tab: Opens, tmp_path: Path
) -> None:
    picture = tmp_path / "pixel.jpg"  # A wrong name does not matter.
    picture.write_bytes(PIXEL)
    tab = open_tab(site.url)
    page = tab.page
    with page.expect_file_chooser() as chooser:
        tab.press("Attach pictures or files")
    chooser.value.set_files(picture)
    expect(page.locator("#tray img")).to_have_count(1)
    page.evaluate(GIVE, ["pasted.gif", "image/gif", "paste", "#question"])
    expect(page.locator("#tray img")).to_have_count(2)
    page.evaluate(GIVE, ["dropped.gif", "image/gif", "drop", "#main"])
    expect(page.locator("#tray img")).to_have_count(3)
    expect(page.locator("#question")).to_be_focused()
    assert attached(tab) == ["pixel.jpg", "pasted.gif", "dropped.gif"]
    page.get_by_role("button", name="Remove pasted.gif").press("Enter")
    assert attached(tab) == ["pixel.jpg", "dropped.gif"]
    expect(page.get_by_role("button", name="Remove dropped.gif")).to_be_focused()
    run = tab.ask("look")
    expect(run.locator(".answer")).to_have_text("You show image/png, image/gif.")
    expect(run.locator(".tray img")).to_have_count(2)
    expect(page.locator("#tray")).to_be_hidden()
    page.reload()
    expect(page.locator(".run .tray")).to_have_text("2 pictures")


def test_a_picture_beyond_a_frame_is_made_smaller_and_sent_in_order(
    site: Site, open_tab: Opens
) -> None:
    tab = open_tab(site.url)
    tab.page.evaluate(NOISE)
    expect(tab.page.locator("#tray img")).to_have_count(1)
    assert tab.page.locator("#tray img").evaluate("image => image.naturalWidth") == 2000
    tab.say("look")
    tab.say("add 1 2")
    expect(tab.page.locator(".answer")).to_have_text(["You show image/jpeg.", "It gave 3 S1."])


def test_a_file_is_taken_in_for_the_question_and_a_strange_one_is_refused(
    workspace: Site, open_tab: Opens, tmp_path: Path
) -> None:
    notes, tune = tmp_path / "tides.md", tmp_path / "tune.mp3"
    notes.write_text("# Tides\n\nThe tide table is kept by Bo Marsh.\n", encoding="utf-8")
    tune.write_bytes(b"la la la")
    tab = open_tab(workspace.url)
    tab.page.set_input_files("#attached-files", [notes, tune])
    expect(tab.page.locator("#notice")).to_contain_text("tune.mp3: ")
    expect(tab.page.locator("#tray .chip")).to_have_text("tides.md")
    expect(tab.page.locator("#tray progress")).to_have_count(0)
    run = tab.ask("Who keeps the tide table?")
    expect(run.locator(".question")).to_have_text("Who keeps the tide table?")
    expect(run.locator(".tray")).to_have_text("tides.md")
    expect(run.locator(".answer")).to_contain_text("Bo Marsh")
