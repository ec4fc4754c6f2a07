"""Buttons: approvals, sources, stopping and feedback."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import bot_in
from .messages import Json, Message
from .web_api import Slack

pytestmark = pytest.mark.anyio


async def shown_with(slack: Slack, ts: str, label: str, channel: str = "D1") -> Message:
    """Wait for a message with a button."""

    def found() -> Message | None:
        thread = slack.thread(channel, ts)
        return next((message for message in thread if label in message.buttons()), None)

    return await slack.until(found)


async def opened(slack: Slack) -> Json:
    """Wait for a modal."""
    return await slack.until(lambda: slack.views[-1] if slack.views else None)


async def test_a_call_waits_for_the_asker_and_goes_on_when_they_approve(
    slack: Slack, tmp_path: Path
) -> None:
    async with bot_in(slack, tmp_path) as running:
        ts = await running.events.say("pay 10")
        asked = await shown_with(slack, ts, "Approve")
        assert "amount: 10" in asked.shown
        await running.events.press(asked.buttons()["Approve"], message=asked)
        await running.bot.idle()
        assert "Approved" in asked.shown and not asked.buttons()
        answer = slack.thread("D1", ts)[-1]
    assert answer.shown == "It gave 10 paid [S1]."


async def test_only_the_asker_may_decide(slack: Slack, tmp_path: Path) -> None:
    async with bot_in(slack, tmp_path) as running:
        ts = await running.events.say("pay 10", channel="C1")
        asked = await shown_with(slack, ts, "Approve", "C1")
        await running.events.press(asked.buttons()["Approve"], message=asked, user="U2")
        (whisper,) = await slack.until(lambda: slack.ephemeral)
        assert whisper["user"] == "U2" and "<@U1>" in str(whisper["text"])
        assert "Approve" in asked.buttons()
        await running.events.press(asked.buttons()["Reject"], message=asked)
        await running.bot.idle()
        assert "Rejected" in asked.shown
        assert "10 paid" not in slack.thread("C1", ts)[-1].shown


async def test_people_with_the_right_may_decide_for_others(slack: Slack, tmp_path: Path) -> None:
    async with bot_in(slack, tmp_path, approvers=("U9",)) as running:
        ts = await running.events.say("pay 10", channel="C1")
        asked = await shown_with(slack, ts, "Approve", "C1")
        await running.events.press(asked.buttons()["Approve"], message=asked, user="U1")
        await running.events.press(asked.buttons()["Approve"], message=asked, user="U9")
        await running.bot.idle()
        assert slack.thread("C1", ts)[-1].shown == "It gave 10 paid [S1]."


async def test_arguments_are_changed_in_a_modal_that_checks_them(
    slack: Slack, tmp_path: Path
) -> None:
    async with bot_in(slack, tmp_path) as running:
        ts = await running.events.say("pay 10")
        asked = await shown_with(slack, ts, "Approve")
        await running.events.press(asked.buttons()["Edit"], message=asked)
        view = await opened(slack)
        wrong = await running.events.submit(view, {"amount": "seven"})
        assert "JSON" in wrong.json()["errors"]["amount"]
        right = await running.events.submit(view, {"amount": "7"})
        assert right.status_code == 200 and not right.content
        await running.bot.idle()
        assert "Approved with changes" in asked.shown and "amount: 7" in asked.shown
        assert slack.thread("D1", ts)[-1].shown == "It gave 7 paid [S1]."


async def test_the_sources_open_in_a_modal(slack: Slack, tmp_path: Path) -> None:
    async with bot_in(slack, tmp_path) as running:
        (answer,) = await running.ask("add 1 2")
        await running.events.press(answer.buttons()["Show the sources"], message=answer)
        view = await opened(slack)
    assert "*[S1]* add" in str(view) and "```3```" in str(view)


async def test_an_answer_is_stopped_by_a_button_and_by_a_word(slack: Slack, tmp_path: Path) -> None:
    async with bot_in(slack, tmp_path, stop_button_seconds=0.0) as running:
        by_button = await running.events.say("wait")
        message = await shown_with(slack, by_button, "Stop")
        await running.events.press(message.buttons()["Stop"], message=message)
        await running.bot.idle()
        assert "stopped" in message.shown and not message.buttons().get("Stop")

        by_word = await running.events.say("wait")
        await shown_with(slack, by_word, "Stop")
        await running.events.say("Stop!", thread_ts=by_word)
        await running.bot.idle()
        (message,) = slack.thread("D1", by_word)
        assert "stopped" in message.shown


async def test_feedback_is_kept_for_evaluations(slack: Slack, tmp_path: Path) -> None:
    async with bot_in(slack, tmp_path) as running:
        (answer,) = await running.ask("add 1 2")
        (block,) = answer.of_type("context_actions")
        elements = block["elements"]
        assert isinstance(elements, list)
        good, bad = (elements[0][f"{which}_button"]["value"] for which in ("positive", "negative"))
        await running.events.press(elements[0], message=answer, value=good)
        await slack.until(lambda: slack.ephemeral)
        await running.events.press(elements[0], message=answer, value=bad)
        await slack.until(lambda: len(slack.ephemeral) == 2)
        (kept,) = await running.bot.people.feedback()
    assert (kept.opinion, kept.user) == ("bad", "U1") and kept.run_id
