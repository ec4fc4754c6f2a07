"""Answers on the page: steps as they unfold, evidence behind citations, what was checked."""

from __future__ import annotations

import pytest

from .conftest import Opens, Site, expect

pytestmark = pytest.mark.browser

TWO_STEPS = "What does exit code 3 mean, and how many penguins are female?"


def test_a_person_gets_a_cited_two_step_answer_and_opens_its_evidence(
    workspace: Site, open_tab: Opens
) -> None:
    tab = open_tab(workspace.url)
    tab.page.get_by_role("button", name=TWO_STEPS).click()
    run = tab.page.locator("article.run")
    run.locator(".foot summary").wait_for()
    expect(run.locator(".question")).to_have_text(TWO_STEPS)
    expect(run.locator(".answer")).to_contain_text(
        "a gate, such as an eval or a check, was not met"
    )
    expect(run.locator(".answer")).to_contain_text("165 penguins are female")
    expect(run.locator(".foot summary")).to_contain_text("claim")
    expect(run.locator(".step.done .tool")).to_have_text(["Search documents", "Query tables"])

    run.locator(".answer .cite").first.press("Enter")
    expect(tab.page.locator("#panel-title")).to_be_focused()
    expect(tab.page.locator("#panel .where")).to_contain_text("The command line > Exit codes")
    expect(tab.page.locator("#panel mark")).to_contain_text("Exit code 3 means a gate")
    expect(tab.page.locator("#panel .passage")).to_contain_text("asks questions, reads documents")
    tab.page.keyboard.press("Escape")
    expect(tab.page.locator("#panel")).to_be_hidden()
    expect(run.locator(".answer .cite").first).to_be_focused()

    run.locator(".answer .cite").last.click()
    panel = tab.page.locator("#panel-body")
    expect(panel.locator("pre")).to_have_text(
        "SELECT count(*) AS n FROM penguins WHERE sex = 'female'"
    )
    expect(panel.locator("td")).to_have_text(["165"])


def test_a_step_opens_on_its_arguments_its_time_and_what_it_found(
    workspace: Site, open_tab: Opens
) -> None:
    tab = open_tab(workspace.url)
    run = tab.ask("How much heavier is the average Gentoo than the average Adelie?")
    expect(run.locator(".work > summary")).to_have_text("3 steps")
    expect(run.locator(".step").first).to_be_hidden()
    run.locator(".work > summary").click()
    query, _, program = run.locator(".step").all()
    query.locator("summary").press("Enter")
    expect(query.locator(".given")).to_contain_text("WHERE species = 'Gentoo'")
    expect(query.locator(".found td")).to_contain_text("5076.016")
    expect(query.locator(".time")).to_contain_text("s")
    expect(query.locator(".state")).to_have_text("done:")
    program.locator("summary").click()
    expect(program.locator(".given")).to_contain_text("first - second")
    expect(program.locator(".found")).to_contain_text("1375.354")
    run.locator(".foot summary").click()
    expect(run.locator(".checks tbody tr").last).to_contain_text("passed")
    expect(run.locator(".foot summary")).to_contain_text("no cost")


def test_a_chart_is_drawn_as_a_picture(site: Site, open_tab: Opens) -> None:
    run = open_tab(site.url).ask("draw")
    drawn = run.locator(".figures img")
    expect(drawn).to_have_attribute(
        "alt", "A bar chart, “Penguins”, of 3 labels. The values: 52 to 168."
    )
    assert drawn.evaluate("image => image.complete && image.naturalWidth > 100")


def test_what_failed_is_said_beside_the_step_and_under_the_answer(
    site: Site, open_tab: Opens
) -> None:
    tab = open_tab(site.url)
    tab.say("fail")
    run = tab.page.locator("article.run")
    expect(run.locator(".foot summary")).to_contain_text("It failed.")
    expect(run.locator(".answer .why")).to_contain_text("The provider is down.")


def test_a_failed_question_is_asked_again_with_its_words(site: Site, open_tab: Opens) -> None:
    tab = open_tab(site.url)
    tab.say("fail")
    tab.press("Ask again")
    expect(tab.page.locator(".question")).to_have_text(["fail", "fail"])
    expect(tab.page.locator(".answer .why")).to_have_count(2)


def test_an_answer_is_copied_and_a_citation_tells_where_it_leads(
    site: Site, open_tab: Opens
) -> None:
    tab = open_tab(site.url, permissions=["clipboard-read", "clipboard-write"])
    run = tab.ask("add 40 2")
    tab.press("Copy the answer")
    told = "navigator.clipboard.readText().then((text) => text === 'It gave 42 [S1].')"
    tab.page.wait_for_function(told)
    peek = tab.page.get_by_role("tooltip")
    run.locator(".answer .cite").hover()
    expect(peek).to_have_text("add42")
    tab.page.keyboard.press("Escape")
    expect(peek).to_be_hidden()
    tab.ask("again").locator(".answer .cite").hover()
    expect(peek).to_have_text("add42")


def test_a_reader_who_has_scrolled_up_stays_there_until_they_go_to_the_newest(
    site: Site, open_tab: Opens
) -> None:
    tab = open_tab(site.url, viewport={"width": 800, "height": 420})
    tab.ask("tell 9")
    tab.ask("tell 9")
    newest = tab.page.get_by_role("button", name="Go to the newest")
    expect(newest).to_be_hidden()
    tab.page.locator("#conversation").evaluate("node => { node.scrollTop = 0; }")
    newest.press("Enter")
    expect(newest).to_be_hidden()
    expect(tab.page.locator(".foot summary").last).to_be_in_viewport()


def test_a_call_is_approved_with_arguments_the_person_has_edited(
    site: Site, open_tab: Opens
) -> None:
    tab = open_tab(site.url)
    tab.say("pay 10")
    card = tab.page.get_by_role("region", name="Approval of pay")
    amount = card.get_by_label("amount")
    amount.fill("")
    tab.press("Approve")
    expect(card.locator(".why")).to_have_text("amount: a number is wanted.")
    expect(amount).to_be_focused()
    amount.fill("12")
    tab.press("Approve")
    run = tab.page.locator("article.run")
    expect(run.locator(".answer")).to_contain_text("It gave 12 paid")
    expect(run.locator(".step .given")).to_contain_text('"amount": 12')
    expect(card).to_have_count(0)


def test_a_call_is_rejected_with_a_reason(site: Site, open_tab: Opens) -> None:
    tab = open_tab(site.url)
    tab.say("pay 10")
    tab.page.get_by_label("Why, for a rejection").fill("Too much.")
    tab.press("Reject")
    run = tab.page.locator("article.run")
    expect(run.locator(".answer")).to_contain_text("It could not be done.")
    expect(run.locator(".step.failed")).to_have_count(1)


def test_stop_ends_what_runs_and_the_conversation_goes_on(site: Site, open_tab: Opens) -> None:
    tab = open_tab(site.url)
    tab.say("wait")
    tab.page.locator(".step.running").wait_for()
    tab.press("Stop")
    expect(tab.page.locator(".foot summary")).to_contain_text("Stopped.")
    expect(tab.page.locator("#stop")).to_be_hidden()
    expect(tab.ask("add 19 23").locator(".answer")).to_contain_text("It gave 42")
