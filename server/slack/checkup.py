"""The checkup: are tokens taken and scopes granted, and is the app what its manifest says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import aiohttp
from pydantic import JsonValue
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from surefoot.errors import ConfigurationError

from .manifest import AGENT_VIEW, ASSISTANT_VIEW, EVENTS, SCOPES, slack_manifest
from .payloads import inside
from .settings import SlackSettings
from .vault import Vault

_TIMEOUT = 5
_APP = re.compile(r"xapp-\d+-(A[A-Z0-9]+)-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """How one part of the set-up is."""

    state: Literal["ok", "warn", "fail"] = "ok"
    what: str
    told: str
    advice: str = ""


async def check_slack(settings: SlackSettings) -> list[Checked]:
    """Look at everything that is set; nothing is set where Slack is not used."""
    if settings.bot_token is None and not settings.installs and settings.app_token is None:
        return [Checked(what="slack", told="not set up; docs/slack.md says how")]
    found: list[Checked] = []
    try:
        found += await _tokens(settings)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        told = f"Slack cannot be reached ({type(error).__name__})"
        found.append(Checked(state="warn", what="slack", told=told))
    found.append(_ways(settings))
    if settings.installs:
        found.append(_vault(settings))
    return found


async def _tokens(settings: SlackSettings) -> list[Checked]:
    client = AsyncWebClient(base_url=settings.api_url, timeout=_TIMEOUT, retry_handlers=[])
    found: list[Checked] = []
    if settings.bot_token is not None:
        found += await _bot_token(client, settings.bot_token.get_secret_value())
    if settings.app_token is not None:
        found.append(await _app_token(client, settings.app_token.get_secret_value()))
    if settings.config_token is not None and settings.app_token is not None:
        found.append(await _manifest(client, settings))
    elif settings.config_token is None:
        advice = (
            "Compare it with `surefoot slack manifest`, or set SUREFOOT_SLACK_CONFIG_TOKEN to an "
            "app configuration token to have it compared."
        )
        found.append(Checked(what="slack manifest", told="not compared", advice=advice))
    return found


async def _bot_token(client: AsyncWebClient, token: str) -> list[Checked]:
    try:
        known = await client.auth_test(token=token)
    except SlackApiError as error:
        told = f"the bot token is not taken ({error.response['error']})"
        advice = "Copy it anew from “OAuth & Permissions” of the app's pages."
        return [Checked(state="fail", what="slack token", told=told, advice=advice)]
    who = f"{known['user']} in {known['team']}"
    headers = {name.lower(): value for name, value in known.headers.items()}
    granted = {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",")}
    return [Checked(what="slack token", told=f"the bot is {who}"), _scopes(granted)]


def _scopes(granted: set[str]) -> Checked:
    missing = [scope for scope in SCOPES if scope not in granted]
    if not missing:
        return Checked(what="slack scopes", told=f"all {len(SCOPES)} are granted")
    told = f"missing: {', '.join(f'{scope} (to {SCOPES[scope]})' for scope in missing)}"
    advice = "Add them under “OAuth & Permissions” and install the app again."
    return Checked(state="fail", what="slack scopes", told=told, advice=advice)


async def _app_token(client: AsyncWebClient, token: str) -> Checked:
    try:
        await client.apps_connections_open(app_token=token)
    except SlackApiError as error:
        told = f"the app token is not taken ({error.response['error']})"
        advice = (
            "Make one with the scope connections:write under “Basic Information”, and switch "
            "Socket Mode on."
        )
        return Checked(state="fail", what="slack socket mode", told=told, advice=advice)
    return Checked(what="slack socket mode", told="a connection can be opened")


async def _manifest(client: AsyncWebClient, settings: SlackSettings) -> Checked:
    assert settings.config_token is not None and settings.app_token is not None
    app = _APP.match(settings.app_token.get_secret_value())
    token = settings.config_token.get_secret_value()
    try:
        reply = await client.apps_manifest_export(app_id=app[1] if app else "", token=token)
    except SlackApiError as error:
        told = f"it cannot be read ({error.response['error']})"
        advice = "Make a new configuration token; each is good for twelve hours."
        return Checked(state="warn", what="slack manifest", told=told, advice=advice)
    lacking = list(differences(reply["manifest"]))
    if not lacking:
        return Checked(what="slack manifest", told="the app is what the manifest says")
    told = f"the app lacks {', '.join(lacking)}"
    advice = "Paste the output of `surefoot slack manifest` under “App Manifest”."
    return Checked(state="fail", what="slack manifest", told=told, advice=advice)


def differences(actual: Mapping[str, JsonValue]) -> Iterable[str]:
    """Yield what our manifest has and an app's own lacks."""
    settings = inside(actual, "settings")
    events = inside(settings, "event_subscriptions").get("bot_events")
    scopes = inside(inside(actual, "oauth_config"), "scopes").get("bot")
    yield from _missing("event", EVENTS, events)
    yield from _missing("scope", SCOPES, scopes)
    wanted, own = slack_manifest(), inside(actual, "features")
    assert isinstance(wanted, dict)
    there = own.keys() | ({AGENT_VIEW} if ASSISTANT_VIEW in own else set())
    yield from (f"feature {name}" for name in inside(wanted, "features") if name not in there)
    if not inside(settings, "interactivity").get("is_enabled"):
        yield "interactivity"
    has_address = bool(inside(settings, "event_subscriptions").get("request_url"))
    if not settings.get("socket_mode_enabled") and not has_address:
        yield "Socket Mode or an address for events"


def _missing(what: str, wanted: Iterable[str], actual: JsonValue) -> Iterable[str]:
    there = set(map(str, actual)) if isinstance(actual, list) else set[str]()
    return (f"{what} {name}" for name in wanted if name not in there)


def _ways(settings: SlackSettings) -> Checked:
    """Say how events come in."""
    ways = []
    if settings.app_token is not None:
        ways.append("Socket Mode (`surefoot slack`)")
    if settings.serves_http:
        ways.append("HTTP (`surefoot serve`, /slack/events)")
    if ways:
        return Checked(what="slack events", told=f"by {' or '.join(ways)}")
    advice = "Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP."
    return Checked(state="fail", what="slack events", told="they cannot come in", advice=advice)


def _vault(settings: SlackSettings) -> Checked:
    try:
        Vault(settings.encryption_key)
    except ConfigurationError as error:
        return Checked(state="fail", what="slack key", told=str(error))
    return Checked(what="slack key", told="tokens are kept encrypted")
