"""Whatever Slack sends twice, late or altered, and whatever it refuses: one answer to each."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from surefoot import Assistant, Settings
from surefoot.memory import PlainMemory

from ..program import TOOLS, Obedient
from .conftest import bot_in
from .web_api import BOT_ID, BOT_USER, BROKEN, LOST, Fault, Slack, limited

pytestmark = pytest.mark.anyio

ANSWER = "It gave 3 [S1]."


async def test_an_event_that_is_delivered_again_is_answered_once(
    slack: Slack, tmp_path: Path
) -> None:
    async with bot_in(slack, tmp_path) as running:
        event = running.events.written("add 1 2")
        for retry in (None, 1, 2):
            await running.events.deliver(event, event_id="Ev1", retry=retry)
        await running.bot.idle()
        await running.events.deliver(event, event_id="Ev1", retry=3)
        await running.bot.idle()
        assert [m.shown for m in slack.thread("D1", str(event["ts"]))] == [ANSWER]


async def test_a_retry_whose_first_delivery_never_came_is_answered(
    slack: Slack, tmp_path: Path
) -> None:
    async with bot_in(slack, tmp_path) as running:
        event = running.events.written("add 1 2")
        await running.events.deliver(event, retry=1)
        await running.bot.idle()
        assert [m.shown for m in slack.thread("D1", str(event["ts"]))] == [ANSWER]


async def test_a_mention_that_is_also_a_message_is_answered_once(
    slack: Slack, tmp_path: Path
) -> None:
    async with bot_in(slack, tmp_path) as running:
        message = running.events.written(f"<@{BOT_USER}> add 1 2", channel="C1")
        await running.events.deliver(message)
        await running.events.deliver({**message, "type": "app_mention"})
        await running.bot.idle()
        assert [m.shown for m in slack.thread("C1", str(message["ts"]))] == [ANSWER]


async def test_an_event_that_comes_again_after_a_restart_is_known(
    slack: Slack, tmp_path: Path
) -> None:
    async with bot_in(slack, tmp_path) as running:
        event = running.events.written("add 1 2")
        await running.events.deliver(event, event_id="Ev1")
        await running.bot.idle()
    async with bot_in(slack, tmp_path) as running:
        await running.events.deliver(event, event_id="Ev1", retry=1)
        await running.events.deliver(event, event_id="Ev2")
        await running.bot.idle()
        assert len(slack.thread("D1", str(event["ts"]))) == 1


async def test_what_was_accepted_before_the_process_ended_is_answered_by_the_next(
    slack: Slack, tmp_path: Path
) -> None:
    async with bot_in(slack, tmp_path) as running:
        waiting = await running.events.say("wait")
        await slack.until(lambda: slack.thread("D1", waiting))
        behind = await running.events.say("add 1 2", thread_ts=waiting)
    async with bot_in(slack, tmp_path) as running:
        await slack.until(lambda: slack.thread("D1", waiting)[0].updates)
        await running.events.say("stop", thread_ts=waiting)
        await running.bot.idle()
        stopped, answer = slack.thread("D1", waiting)
    assert "stopped" in stopped.shown and answer.shown == ANSWER
    assert float(answer.ts) > float(behind)


async def test_what_is_under_way_when_the_bot_closes_is_found_by_the_next(
    slack: Slack, tmp_path: Path
) -> None:
    gate = slack.held["chat.startStream"] = asyncio.Event()
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(bot_in(slack, tmp_path))
        ts = await running.events.say("add 1 2")
        await slack.until(lambda: slack.count("chat.startStream"))
        closing = asyncio.ensure_future(stack.pop_all().aclose())
        await asyncio.wait([closing], timeout=0.1)
        assert not closing.done(), "the next bot would look before there is something to find"
        gate.set()
        await closing
    async with bot_in(slack, tmp_path) as later:
        await later.bot.idle()
    assert [message.shown for message in slack.thread("D1", ts)] == [ANSWER]
    assert slack.count("chat.startStream") == 1


async def test_bots_are_not_answered_and_talk_in_channels_is_left_alone(
    slack: Slack, tmp_path: Path
) -> None:
    async with bot_in(slack, tmp_path) as running:
        say = running.events.say
        await say("add 1 2", bot_id="B9")
        await say("add 1 2", user=BOT_USER, bot_id=BOT_ID)
        await say("add 1 2", subtype="bot_message", bot_id="B9", user="")
        await say("joined", subtype="channel_join")
        await say("add 1 2", channel="C1", mentions=False)
        await running.bot.idle()
    assert slack.count("chat.startStream") == 0


async def test_edits_and_deletions_change_nothing_that_is_answered(
    slack: Slack, tmp_path: Path
) -> None:
    async with bot_in(slack, tmp_path) as running:
        event = running.events.written("add 1 2")
        await running.events.deliver(event)
        await running.bot.idle()
        edited = {**event, "text": "add 5 5"}
        await running.events.deliver(
            {"type": "message", "subtype": "message_changed", "channel": "D1", "message": edited}
        )
        gone = {"subtype": "message_deleted", "channel": "D1", "deleted_ts": event["ts"]}
        await running.events.deliver({"type": "message", **gone})
        await running.bot.idle()
        assert [m.shown for m in slack.thread("D1", str(event["ts"]))] == [ANSWER]


async def test_a_deleted_question_is_not_answered_any_more(slack: Slack, tmp_path: Path) -> None:
    async with bot_in(slack, tmp_path) as running:
        event = running.events.written("wait")
        await running.events.deliver(event)
        await slack.until(lambda: slack.thread("D1", str(event["ts"])))
        later = running.events.written("add 1 2", thread_ts=str(event["ts"]))
        await running.events.deliver(later)
        for asked in (later, event):
            gone = {"subtype": "message_deleted", "channel": "D1", "deleted_ts": asked["ts"]}
            await running.events.deliver({"type": "message", **gone})
        await running.bot.idle()
        (answer,) = slack.thread("D1", str(event["ts"]))
    assert "stopped" in answer.shown


async def test_an_edit_before_its_answer_has_begun_counts(slack: Slack, tmp_path: Path) -> None:
    async with bot_in(slack, tmp_path) as running:
        first = running.events.written("wait")
        await running.events.deliver(first)
        await slack.until(lambda: slack.thread("D1", str(first["ts"])))
        event = running.events.written("add 1 2", thread_ts=str(first["ts"]))
        await running.events.deliver(event)
        edited = {**event, "text": f"<@{BOT_USER}> add 5 5"}
        await running.events.deliver(
            {"type": "message", "subtype": "message_changed", "channel": "D1", "message": edited}
        )
        await running.events.say("stop", thread_ts=str(first["ts"]))
        await running.bot.idle()
        assert slack.thread("D1", str(first["ts"]))[-1].shown == "It gave 10 [S1]."


async def test_a_mention_without_a_question_is_told_that_there_is_none(
    slack: Slack, tmp_path: Path
) -> None:
    async with bot_in(slack, tmp_path) as running:
        (answer,) = await running.ask("", channel="C1")
    assert "empty" in answer.shown


async def test_unsigned_wrongly_signed_and_old_requests_are_refused(
    slack: Slack, tmp_path: Path
) -> None:
    async with bot_in(slack, tmp_path) as running:
        body = b'{"type": "event_callback", "event_id": "Ev1", "event": {"type": "message"}}'
        wrong = await running.events.post(body, secret="another secret")
        old = await running.events.post(body, at=time.time() - 301)
        assert (wrong.status_code, old.status_code) == (401, 401)


async def test_limits_are_waited_for_as_long_as_slack_says(slack: Slack, tmp_path: Path) -> None:
    async with bot_in(slack, tmp_path) as running:
        slack.faults["chat.startStream"].append(limited(1))
        slack.faults["chat.stopStream"].append(limited(0.2))
        began = time.monotonic()
        (answer,) = await running.ask("add 1 2")
    starts = [call.at for call in slack.calls if call.method == "chat.startStream"]
    assert starts[1] - starts[0] >= 1 and time.monotonic() - began >= 1.2
    assert answer.shown == ANSWER


async def test_pieces_of_a_stream_that_are_over_the_limit_come_with_the_next(
    slack: Slack, tmp_path: Path
) -> None:
    async with bot_in(slack, tmp_path) as running:
        slack.faults["chat.appendStream"] += [limited(60)]
        (answer,) = await running.ask("tell 5")
    assert answer.shown.count("It gave") == 5 and answer.updates == 0


async def test_an_answer_comes_whole_though_its_tier_is_used_up(
    slack: Slack, tmp_path: Path
) -> None:
    slack.tiers["chat.appendStream"] = 0
    async with bot_in(slack, tmp_path) as running:
        answers = [(await running.ask("tell 5"))[-1] for _ in range(2)]
    assert [answer.shown.count("It gave") for answer in answers] == [5, 5]
    assert all(answer.updates == 0 for answer in answers)


@pytest.mark.parametrize("appends", [0, 1])
async def test_a_stream_that_slack_has_ended_is_recovered_with_the_whole_text(
    slack: Slack, tmp_path: Path, appends: int
) -> None:
    slack.stream_appends = appends
    async with bot_in(slack, tmp_path) as running:
        (answer,) = await running.ask("tell 5")
    assert answer.updates >= 1
    assert [f"It gave 100{n} [S{n + 1}]." in answer.shown for n in range(5)] == [True] * 5
    assert answer.of_type("context_actions")


@pytest.mark.parametrize("fault", [LOST, BROKEN, Fault(error="internal_error", happens=True)])
@pytest.mark.parametrize("method", ["chat.startStream", "chat.appendStream", "chat.stopStream"])
async def test_a_call_whose_outcome_is_not_known_leads_to_one_whole_answer(
    slack: Slack, tmp_path: Path, method: str, fault: Fault
) -> None:
    slack.faults[method] += [fault]
    async with bot_in(slack, tmp_path) as running:
        (answer,) = await running.ask("tell 2")
    assert answer.shown.split() == "It gave 1000 [S1]. It gave 1001 [S2].".split()
    assert not answer.is_streaming


@pytest.mark.parametrize("fault", [LOST, BROKEN])
async def test_a_post_whose_outcome_is_not_known_is_looked_up_before_it_is_made_again(
    slack: Slack, tmp_path: Path, fault: Fault
) -> None:
    slack.faults["chat.startStream"] += [Fault(error="method_not_supported_for_channel_type")]
    slack.faults["chat.postMessage"] += [fault]
    async with bot_in(slack, tmp_path) as running:
        (answer,) = await running.ask("add 1 2")
    assert answer.shown.endswith(ANSWER)
    assert slack.count("conversations.replies") == 1


async def test_where_streaming_is_not_possible_the_message_is_updated(
    slack: Slack, tmp_path: Path
) -> None:
    slack.faults["chat.startStream"] += [Fault(error="unknown_method")]
    async with bot_in(slack, tmp_path) as running:
        (answer,) = await running.ask("tell 3")
    assert answer.shown.count("It gave") == 3 and answer.updates
    assert "✓ Using fact" in str(answer.blocks) and answer.of_type("context_actions")


async def test_a_place_that_is_gone_is_let_go(slack: Slack, tmp_path: Path) -> None:
    slack.faults["chat.startStream"] += [Fault(error="channel_not_found")]
    async with bot_in(slack, tmp_path) as running:
        assert await running.ask("add 1 2") == []
        assert [m.shown for m in await running.ask("add 1 2")] == [ANSWER]


async def test_an_error_is_one_plain_sentence_with_the_run(slack: Slack, tmp_path: Path) -> None:
    async with bot_in(slack, tmp_path) as running:
        (answer,) = await running.ask("fail")
        (run,) = await running.assistant.runs(
            (await running.bot.inbox.of_run(run_in(answer.shown))).question.place.thread_id  # type: ignore[union-attr]
        )
    assert answer.shown == (
        "The model could not be reached, so there is no answer; please ask again later "
        f"(run `{run.run_id}`)."
    )


async def test_who_asks_more_than_they_may_is_told_so(slack: Slack, tmp_path: Path) -> None:
    async with bot_in(slack, tmp_path, questions_per_minute=2) as running:
        asked = [await running.events.say(f"add 1 {number}") for number in (1, 2, 3)]
        other = await running.events.say("add 1 2", user="U2", channel="D2")
        await running.bot.idle()
    async with bot_in(slack, tmp_path, questions_per_minute=2) as later:
        (again,) = await later.ask("add 1 4")
    (*good, refused) = [slack.thread("D1", ts)[0].shown for ts in asked]
    assert good == ["It gave 2 [S1].", ANSWER]
    told = "I may answer 2 questions of yours a minute; please ask again in a moment."
    assert refused == again.shown == told
    assert [message.shown for message in slack.thread("D2", other)] == [ANSWER]


async def test_a_question_that_is_too_long_is_told_so(slack: Slack, tmp_path: Path) -> None:
    assistant = Assistant(
        model=Obedient(),
        tools=TOOLS,
        builtins=False,
        memory=PlainMemory(),
        settings=Settings(data_dir=tmp_path, max_question_chars=20),
    )
    async with bot_in(slack, tmp_path, assistant=assistant) as running:
        (answer,) = await running.ask("add " * 20)
    assert "20" in answer.shown and answer.shown.endswith(".")


def run_in(text: str) -> str:
    return text.rpartition("(run `")[2].rstrip("`).")
