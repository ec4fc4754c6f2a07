"""The bot as it is run: on the server, inside somebody's Bolt app, from the command line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from dirty_equals import IsFloat
from pydantic import JsonValue
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from surefoot.agent import Host, run_command
from surefoot.server import (
    KeyFile,
    ServerSettings,
    SlackBot,
    check_slack,
    create_app,
    slack_manifest,
)
from surefoot.server.slack import (  # type: ignore[import-not-found]
    SCOPES,
    Inbox,
    differences,
    open_database,
    question_in,
)

from ...nursery import begin
from ..program import assistant_at
from .conftest import Running, bot_in, serving, settings_for
from .events import SECRET, Events
from .messages import Message
from .socket_mode import Sockets
from .web_api import BOT_USER, BROKEN, TOKEN, Slack

pytestmark = pytest.mark.anyio

PROGRAM = Path(__file__).with_name("bot_program.py")


async def test_the_server_answers_in_slack_beside_its_other_protocols(
    slack: Slack, tmp_path: Path
) -> None:
    settings = settings_for(slack, bot_token=TOKEN)
    key = KeyFile(tmp_path / "keys.json").make("operator")
    app = create_app(assistant_at(tmp_path), ServerSettings(auth="required"), slack=settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://bot") as http:

            async def send(body: bytes, headers: dict[str, str]) -> httpx.Response:
                return await http.post("/slack/events", content=body, headers=headers)

            events = Events(slack, send)
            asked = await events.post(b'{"type": "url_verification", "challenge": "abc"}')
            assert asked.json() == {"challenge": "abc"}
            ts = await events.say("add 1 2")
            answers = await slack.until(lambda: slack.thread("D1", ts))
            await slack.until(lambda: not answers[0].is_streaming)
            assert (await http.get("/v1/threads")).status_code == 401
            mine = {"Authorization": f"Bearer {key}"}
            counted = (await http.get("/metrics", headers=mine)).text
            assert "surefoot_run_seconds_count 1.0" in counted and "runs_active 0.0" in counted
            large = await events.post(b"x" * 1_000_001)
            assert large.status_code == 413
    assert answers[0].shown == "It gave 3 [S1]."


@asynccontextmanager
async def embedded(slack: Slack, data_dir: Path) -> AsyncIterator[tuple[Running, AsyncApp]]:
    """Run a bot inside a Bolt app that is somebody's own, as docs/slack.md shows."""
    client = AsyncWebClient(token=TOKEN, base_url=f"{slack.url}/api/")
    app = AsyncApp(client=client, signing_secret=SECRET)
    settings = settings_for(slack)
    async with assistant_at(data_dir) as assistant:
        async with SlackBot(assistant, app, settings=settings) as bot:

            async def send(body: bytes, headers: dict[str, str]) -> httpx.Response:
                from slack_bolt.async_app import AsyncBoltRequest

                sent: dict[str, str | Sequence[str]] = {**headers}
                request = AsyncBoltRequest(body=body.decode(), headers=sent)
                response = await app.async_dispatch(request)
                return httpx.Response(response.status, text=response.body)

            events = Events(slack, send)
            yield Running(slack=slack, bot=bot, events=events, assistant=assistant), app


async def test_it_lives_in_somebodys_bolt_app_beside_their_listeners(
    slack: Slack, tmp_path: Path
) -> None:
    async with embedded(slack, tmp_path) as (running, app):
        heard: list[str] = []

        @app.event("reaction_added")
        async def reacted(event: dict[str, JsonValue]) -> None:
            heard.append(str(event["reaction"]))

        await running.events.deliver({"type": "reaction_added", "reaction": "eyes", "user": "U1"})
        (answer,) = await running.ask("add 1 2")
    assert answer.shown == "It gave 3 [S1]." and heard == ["eyes"]


async def test_nothing_is_asked_of_slack_while_an_event_is_acknowledged(
    slack: Slack, tmp_path: Path
) -> None:
    async with embedded(slack, tmp_path) as (running, _):
        slack.chance = lambda method, body: BROKEN if method == "auth.test" else None
        (answer,) = await running.ask("add 1 2")
        assert answer.shown == "It gave 3 [S1]."


async def test_a_message_that_cannot_be_kept_is_not_acknowledged(
    slack: Slack, tmp_path: Path
) -> None:
    async with bot_in(slack, tmp_path) as running:
        event = running.events.written("add 1 2")
        await running.bot.close()
        refused = await running.events.deliver(event)
        assert refused.status_code == 500
        await running.bot.open()
        await running.events.deliver(event, retry=1)
        await running.bot.idle()
        assert len(slack.thread("D1", str(event["ts"]))) == 1


async def test_replicas_that_share_an_inbox_answer_each_message_once(
    slack: Slack, tmp_path: Path
) -> None:
    inbox = tmp_path / "inbox.db"
    async with (
        bot_in(slack, tmp_path / "one", inbox=inbox) as one,
        bot_in(slack, tmp_path / "two", inbox=inbox) as two,
    ):
        written = [one.events.written(f"add {n} 100") for n in range(10)]
        for n, event in enumerate(written):
            for replica in (one, two) if n % 2 else (two, one):
                await replica.events.deliver(event, event_id=f"Ev{n}")
        await one.bot.idle()
        await two.bot.idle()
        for n, event in enumerate(written):
            (answer,) = slack.thread("D1", str(event["ts"]))
            assert answer.shown == f"It gave {n + 100} [S1]."


async def test_what_a_dead_replica_held_is_free_for_another_after_its_lease(
    slack: Slack, tmp_path: Path
) -> None:
    clock = [0.0]
    databases = [open_database(tmp_path / "inbox.db") for _ in range(2)]
    first, second = (
        Inbox(database, owner=name, lease_seconds=15, now=lambda: clock[0])
        for name, database in zip("ab", databases, strict=True)
    )
    event = Events(slack, no_request).written("add 1 2")
    await first.accept("Ev1", question_in(event, team="T1", bot_user=BOT_USER))
    (item,) = await first.claim(10)
    clock[0] = 10.0
    await first.renew()
    clock[0] = 20.0
    assert await second.claim(10) == []
    clock[0] = 26.0
    assert await second.claim(10) == [item]
    assert await first.claim(10) == []
    for database in databases:
        await database.close()


async def no_request(body: bytes, headers: dict[str, str]) -> httpx.Response:
    raise AssertionError("nothing comes over HTTP")


async def test_a_killed_process_goes_on_where_it_was_and_answers_once(tmp_path: Path) -> None:
    sockets = Sockets()
    async with serving(Slack(), sockets) as slack:
        events = Events(slack, no_request)
        async with process(tmp_path, slack):
            await sockets.connected(1)
            event = events.written("pay 10")
            await sockets.send("events_api", events.envelope(event))
            ts = str(event["ts"])
            asked = await slack.until(lambda: with_a_button(slack.thread("D1", ts)))
        async with process(tmp_path, slack):
            await sockets.connected(2)
            await sockets.send("events_api", events.envelope(event, "EvAgain"))
            press = events.pressing(asked.buttons()["Approve"], message=asked)
            await sockets.send("interactive", press)
            await slack.until(
                lambda: [m for m in slack.thread("D1", ts) if m.of_type("context_actions")]
            )
    asked, answer = slack.thread("D1", ts)
    assert "Approved" in asked.shown and answer.shown == "It gave 10 paid [S1]."


def with_a_button(messages: list[Message]) -> Message | None:
    return next((message for message in messages if message.buttons()), None)


@asynccontextmanager
async def process(data_dir: Path, slack: Slack) -> AsyncIterator[None]:
    """Run a bot in a process, and kill it."""
    with begin(PROGRAM, data_dir, f"{slack.url}/api/") as program:
        assert await asyncio.to_thread(program.stdout.readline) == "ready\n"
        yield


async def test_the_checkup_looks_at_tokens_scopes_and_manifest(slack: Slack) -> None:
    everything = settings_for(
        slack, bot_token=TOKEN, app_token="xapp-1-A1-x", config_token="xoxe-1"
    )
    slack.manifests["A1"] = slack_manifest()
    told = {one.what: one.state for one in await check_slack(everything)}
    assert set(told.values()) == {"fail", "ok"} and told["slack scopes"] == "fail"

    slack.teams[TOKEN].scopes = tuple(SCOPES)
    assert {one.state for one in await check_slack(everything)} == {"ok"}

    wrong = settings_for(slack, bot_token="xoxb-wrong", signing_secret=None)
    told = {one.what: one.state for one in await check_slack(wrong)}
    assert told["slack token"] == told["slack events"] == "fail"

    unset = settings_for(slack, bot_token=None)
    assert [one.told for one in await check_slack(unset)] == ["not set up; docs/slack.md says how"]


def test_the_checkup_says_what_an_app_lacks() -> None:
    assert not list(differences(slack_manifest()))
    assert "assistant_view" not in str(slack_manifest()), "Slack makes no new apps with it"
    lacking = list(differences({"settings": {"socket_mode_enabled": False}}))
    assert "event message.im" in lacking and "scope chat:write" in lacking
    assert "feature agent_view" in lacking and "interactivity" in lacking


def test_the_command_prints_a_manifest_and_a_key(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["slack", "manifest", "--url", "https://bot.example"], Host()) == 0
    made = json.loads(capsys.readouterr().out)
    address = made["settings"]["event_subscriptions"]["request_url"]
    assert address == "https://bot.example/slack/events"
    assert run_command(["slack", "manifest", "--installs"], Host()) == 2
    capsys.readouterr()
    assert run_command(["slack", "key"], Host()) == 0
    assert len(capsys.readouterr().out.strip()) == 44


def test_the_command_without_a_token_says_what_to_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUREFOOT_DATA_DIR", str(tmp_path))
    assert run_command(["slack"], Host()) == 2
    assert "SLACK_BOT_TOKEN" in capsys.readouterr().err


async def test_feedback_is_printed_for_evaluations(
    slack: Slack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with bot_in(slack, tmp_path) as running:
        note = {"run_id": "r1", "thread_id": "t1", "team": "T1", "user": "U1"}
        await running.bot.people.note("good", **note)
    status = await asyncio.to_thread(
        run_command, ["slack", "feedback", "--data-dir", str(tmp_path)], Host()
    )
    assert status == 0
    assert json.loads(capsys.readouterr().out) == {**note, "opinion": "good", "at": IsFloat}
