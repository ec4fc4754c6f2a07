"""Several workspaces: installing, tokens that only the key opens, and leaving again."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from surefoot import ConfigurationError
from surefoot.server.slack import (  # type: ignore[import-not-found]
    SlackService,
    Vault,
    new_vault_key,
    tenant_of,
)

from ..program import assistant_at
from .conftest import Running, http_client, settings_for
from .events import Events
from .web_api import Slack, Team

pytestmark = pytest.mark.anyio

SECOND = Team(team="T2", token="xoxb-two", bot_user="UBOT2", bot_id="B2", scopes=("chat:write",))
THIRD = Team(team="T3", token="xoxb-three", bot_user="UBOT3", bot_id="B3")


def many(slack: Slack, key: str, **given: object) -> object:
    return settings_for(slack, client_id="1.2", client_secret="hush", encryption_key=key, **given)


async def install(service: SlackService, slack: Slack, team: Team) -> int:
    """Install the app as a person does in a browser."""
    slack.codes["code"] = team
    async with http_client(service) as browser:
        page = await browser.get("/slack/install")
        address = page.text.partition('href="https://slack.com/oauth/v2/authorize')[2]
        state = parse_qs(urlsplit(f"/{address.partition(chr(34))[0]}").query.replace("&amp;", "&"))
        browser.cookies.set("slack-app-oauth-state", state["state"][0])
        query = {"code": "code", "state": state["state"][0]}
        done = await browser.get("/slack/oauth_redirect", params=query)
        again = await browser.get("/slack/oauth_redirect", params=query)
        assert again.status_code == 401
        return done.status_code


# Slack's client still uses it when it trades a code for a token.
@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
async def test_each_workspace_is_answered_with_its_own_token_and_is_a_tenant_of_its_own(
    slack: Slack, tmp_path: Path
) -> None:
    key = new_vault_key()
    async with assistant_at(tmp_path) as assistant:
        service = SlackService(assistant, many(slack, key))
        async with service.bot as bot:
            assert await install(service, slack, SECOND) == 200
            assert await install(service, slack, THIRD) == 200
            async with http_client(service) as http:

                async def send(body: bytes, headers: dict[str, str]) -> object:
                    return await http.post("/slack/events", content=body, headers=headers)

                for team in (SECOND, THIRD):
                    events = Events(slack, send, team=team.team)  # type: ignore[arg-type]
                    running = Running(slack=slack, bot=bot, events=events, assistant=assistant)
                    (answer,) = await running.ask("add 1 2", channel=f"D{team.team}")
                    assert (answer.shown, answer.bot_id) == ("It gave 3 [S1].", team.bot_id)
                    assert await tenant_in(running, answer.thread_ts) == tenant_of(team.team)

                gone = Events(slack, send, team="T2")  # type: ignore[arg-type]
                await gone.deliver({"type": "app_uninstalled"})
                await gone.say("add 1 2", channel="DT2")
                await bot.idle()
                assert slack.count("chat.startStream") == 2
    kept = (tmp_path / "slack.db").read_bytes()
    assert b"xoxb" not in kept
    async with assistant_at(tmp_path) as assistant:
        service = SlackService(assistant, many(slack, f"{new_vault_key()},{key}"))
        async with service.bot:
            assert await service.workspaces.find("T2") is None
            found = await service.workspaces.find("T3")
            assert found is not None and found.token == "xoxb-three"


async def tenant_in(running: Running, ts: str) -> str:
    database = running.assistant.settings.data_dir / "slack.db"
    connection = sqlite3.connect(database)
    run_id = connection.execute("SELECT run_id FROM inbox WHERE ts = ?", (ts,)).fetchone()[0]
    connection.close()
    run = await running.assistant.run(run_id)
    assert run is not None
    return run.scope.tenant


async def test_an_installation_that_nobody_began_here_is_refused(
    slack: Slack, tmp_path: Path
) -> None:
    async with assistant_at(tmp_path) as assistant:
        service = SlackService(assistant, many(slack, new_vault_key()))
        slack.codes["code"] = SECOND
        async with service.bot, http_client(service) as browser:
            browser.cookies.set("slack-app-oauth-state", "guessed")
            query = {"code": "code", "state": "guessed"}
            refused = await browser.get("/slack/oauth_redirect", params=query)
    assert refused.status_code == 401 and "code" in slack.codes


async def test_another_key_is_said_to_be_another_key(slack: Slack, tmp_path: Path) -> None:
    sealed = Vault(settings_for(slack, encryption_key=new_vault_key()).encryption_key).seal(
        {"a": "b"}
    )
    with pytest.raises(ConfigurationError, match="another key"):
        Vault(settings_for(slack, encryption_key=new_vault_key()).encryption_key).open(sealed)
    with pytest.raises(ConfigurationError, match="surefoot slack key"):
        Vault(None)


async def test_a_token_that_slack_does_not_take_is_said_at_the_start(
    slack: Slack, tmp_path: Path
) -> None:
    async with assistant_at(tmp_path) as assistant:
        service = SlackService(assistant, settings_for(slack, bot_token="xoxb-wrong"))
        with pytest.raises(ConfigurationError, match="invalid_auth"):
            await service.bot.open()
