"""What is personal stays personal, and each person sees and rules over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from surefoot import Assistant, ScriptedModel, Settings, says
from surefoot.memory import PlainMemory
from surefoot.scope import Scope
from surefoot.server.slack import user_of  # type: ignore[import-not-found]

from .conftest import bot_in
from .messages import Json, Message, listed
from .web_api import Slack

pytestmark = pytest.mark.anyio

FACT = "The user's name is Ada."


async def remembering(tmp_path: Path, model: ScriptedModel) -> Assistant:
    memory = PlainMemory()
    scope = Scope(tenant="default", user=user_of("T1", "U1"), thread_id="t")
    await memory.remember(FACT, scope)
    settings = Settings(data_dir=tmp_path)
    return Assistant(model=model, builtins=False, memory=memory, settings=settings)


def recalled_in(model: ScriptedModel) -> list[bool]:
    return [any(FACT in str(message) for message in request.messages) for request in model.seen]


async def test_facts_are_recalled_in_direct_messages_and_in_channels_only_if_one_wants_that(
    slack: Slack, tmp_path: Path
) -> None:
    model = ScriptedModel(*(says("Hello.") for _ in range(4)))
    assistant = await remembering(tmp_path, model)
    async with bot_in(slack, tmp_path, assistant=assistant) as running:
        await running.ask("What is my name?")
        await running.ask("What is my name?", channel="C1")
        await running.ask("What is my name?", user="U2")
        home = await opened_home(slack, running, "U1")
        await running.events.press(buttons_of(home)["Also recall in channels"])
        await slack.until(lambda: "Keep to direct messages" in buttons_of(slack.homes["U1"]))
        await running.ask("What is my name?", channel="C1")
    assert recalled_in(model) == [True, False, False, True]


async def test_the_home_tab_shows_what_is_remembered_and_forgets_it(
    slack: Slack, tmp_path: Path
) -> None:
    assistant = await remembering(tmp_path, ScriptedModel())
    async with bot_in(slack, tmp_path, assistant=assistant) as running:
        home = await opened_home(slack, running, "U1")
        assert FACT in str(home) and "What I can do" in str(home)
        other = await opened_home(slack, running, "U2")
        assert FACT not in str(other) and "Nothing yet." in str(other)
        await running.events.press(accessory_of(home), user="U2")
        await running.events.press(accessory_of(home), user="U1")
        await slack.until(lambda: FACT not in str(slack.homes["U1"]))
        await running.events.press(buttons_of(slack.homes["U1"])["Forget everything"])
        await slack.until(lambda: slack.count("views.publish") >= 5)


async def test_who_opens_the_bot_s_messages_is_shown_what_to_ask(
    slack: Slack, tmp_path: Path
) -> None:
    async with bot_in(slack, tmp_path) as running:
        await running.events.deliver(
            {"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "messages"}
        )
        assert await slack.until(lambda: slack.prompts.get(("D1", "")))
    assert "U1" not in slack.homes


async def test_an_assistant_thread_gets_suggestions_a_status_and_a_title(
    slack: Slack, tmp_path: Path
) -> None:
    async with bot_in(slack, tmp_path) as running:
        opened = {"user_id": "U1", "channel_id": "D1", "thread_ts": "1.1", "context": {}}
        await running.events.deliver(
            {"type": "assistant_thread_started", "assistant_thread": opened, "event_ts": "1.1"}
        )
        prompts = await slack.until(lambda: slack.prompts.get(("D1", "1.1")))
        assert prompts and all(prompt["title"] and prompt["message"] for prompt in prompts)
        await running.ask("add 1 2", thread_ts="1.1")
        await running.ask("add 3 4", thread_ts="1.1")
    assert slack.titles[("D1", "1.1")] == "add 1 2"
    status = slack.status[("D1", "1.1")]
    assert status[0] == "is thinking…" and "" in status


async def opened_home(slack: Slack, running: object, user: str) -> Json:
    slack.homes.pop(user, None)
    events = running.events  # type: ignore[attr-defined]
    await events.deliver({"type": "app_home_opened", "user": user, "channel": "D1", "tab": "home"})
    return await slack.until(lambda: slack.homes.get(user))


def buttons_of(view: Json) -> dict[str, Json]:
    return Message(channel="", ts="", blocks=listed(view["blocks"])).buttons()


def accessory_of(view: Json) -> Json:
    for block in listed(view["blocks"]):
        if isinstance(accessory := block.get("accessory"), dict):
            return accessory
    raise AssertionError("nothing can be forgotten")
