"""Slack's Web API, as far as the bot uses it, with its limits and its ways to fail."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

from aiohttp import web

from .messages import Json, Message, SlackError
from .methods import METHODS

T = TypeVar("T")

TEAM, BOT_USER, BOT_ID, TOKEN, APP_TOKEN = "T1", "UBOT", "B1", "xoxb-one", "xapp-one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong with one call."""

    error: str = ""
    """What is answered instead; `https://docs.slack.dev/apis/web-api/#errors`."""
    retry_after: float | None = None
    """Too many calls: `https://docs.slack.dev/apis/web-api/rate-limits`."""
    status: int = 200
    happens: bool = False
    """True when the call has its effect before the fault: only its answer is lost."""
    cuts: bool = False
    """True to break the connection off without an answer."""


LOST = Fault(cuts=True, happens=True)
"""The call is made, and its answer never arrives."""
BROKEN = Fault(cuts=True)
"""The connection breaks before anything happens."""


def limited(seconds: float) -> Fault:
    """Return the refusal of a call over the limit."""
    return Fault(error="ratelimited", retry_after=seconds, status=429)


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it came."""

    method: str
    body: Json
    at: float


@dataclass(slots=True, kw_only=True)
class Team:
    """A workspace with its bot."""

    team: str
    token: str
    bot_user: str
    bot_id: str
    scopes: tuple[str, ...] = ()


class Slack:
    """A Slack of our own. Its state is what people would see."""

    def __init__(self) -> None:
        self.url = ""
        self.socket_url = ""
        self.messages: dict[tuple[str, str], Message] = {}
        self.calls: list[Call] = []
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.chance: Callable[[str, Json], Fault | None] = lambda method, body: None
        """Asked before every call; what it returns goes wrong."""
        self.stream_appends: int | None = None
        """How many appends a stream takes before it expires. Slack ends streams after some minutes
        and says `message_not_in_streaming_state` from then on (slackapi/python-slack-sdk#1859)."""
        self.tiers: dict[str, int] = {}
        """Calls a minute that a method takes, where it is limited."""
        self.teams = {TOKEN: Team(team=TEAM, token=TOKEN, bot_user=BOT_USER, bot_id=BOT_ID)}
        self.manifests: dict[str, object] = {}
        self.tokens_read_files = {TOKEN}
        self.status: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.titles: dict[tuple[str, str], str] = {}
        self.prompts: dict[tuple[str, str], list[Json]] = {}
        self.homes: dict[str, Json] = {}
        self.views: list[Json] = []
        self.ephemeral: list[Json] = []
        self.uploads: dict[str, bytes] = {}
        self.file_bodies: dict[str, bytes] = {}
        """What people's files hold, by the path of their address."""
        self.codes: dict[str, Team] = {}
        """Codes that OAuth gives for tokens."""
        self.triggers: dict[str, float] = {}
        self.seconds = 0.0
        """The time by which triggers and tiers run out; it stands still unless it is moved on."""
        self.held: dict[str, asyncio.Event] = {}
        """Methods that do nothing until their event is set."""
        self._numbers = count(1)
        self._news = asyncio.Event()
        self._used: dict[str, list[float]] = defaultdict(list)

    def new_number(self) -> int:
        """Return a number that has not been given before."""
        return next(self._numbers)

    def new_ts(self) -> str:
        """Return the ts of a new message, later than all before."""
        number = next(self._numbers)
        return f"{1_700_000_000 + number}.{number:06d}"

    def thread(self, channel: str, thread_ts: str) -> list[Message]:
        """Return the bots' messages in a thread, in order."""
        return [
            m
            for m in self.messages.values()
            if m.channel == channel and m.thread_ts == thread_ts and m.bot_id
        ]

    def count(self, method: str) -> int:
        """Return how often a method was called."""
        return sum(call.method == method for call in self.calls)

    async def until(self, found: Callable[[], T | None]) -> T:
        """Wait for what a call brings about, and return it."""
        async with asyncio.timeout(60):
            while not (result := found()):
                self._news.clear()
                await self._news.wait()
        return result

    def routes(self) -> list[web.RouteDef]:
        """Return where the API is served."""
        return [
            web.route("*", "/api/{method}", self._api),
            web.post("/upload/{file_id}", self._upload),
            web.get("/files/{name}", self._file),
        ]

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        body = await _body_of(request)
        self.calls.append(Call(method, body, time.monotonic()))
        self._news.set()
        if (gate := self.held.get(method)) is not None:
            await gate.wait()
        fault = self._fault(method, body)
        if fault is not None and not fault.happens:
            return self._fail(request, fault)
        scopes: tuple[str, ...] = ()
        try:
            team = self._team(request, method, body)
            scopes = team.scopes
            answer = {"ok": True, **METHODS[method](self, team, body)}
        except SlackError as error:
            answer = {"ok": False, "error": str(error)}
        except KeyError as error:
            answer = {"ok": False, "error": "invalid_arguments", "missing": str(error)}
        self._news.set()
        if fault is not None:
            return self._fail(request, fault)
        # https://docs.slack.dev/apis/web-api/#oauth-scopes
        return web.json_response(answer, headers={"X-OAuth-Scopes": ",".join(scopes)})

    def _fault(self, method: str, body: Json) -> Fault | None:
        if self.faults[method]:
            return self.faults[method].popleft()
        if (most := self.tiers.get(method)) is not None:
            now, used = self.seconds, self._used[method]
            used[:] = [at for at in used if at > now - 60]
            if len(used) >= most:
                since = used[0] if used else now
                return limited(max(1, round(since + 60 - now)))
            used.append(now)
        return self.chance(method, body)

    def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.cuts:
            assert request.transport is not None
            request.transport.abort()
            raise asyncio.CancelledError
        headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
        answer = {"ok": False, "error": fault.error}
        return web.json_response(answer, status=fault.status, headers=headers)

    def _team(self, request: web.Request, method: str, body: Json) -> Team:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        token = given or str(body.get("token") or "")
        if method == "oauth.v2.access" or token.startswith(("xapp-", "xoxe-")):
            return Team(team="", token="", bot_user="", bot_id="")
        if (team := self.teams.get(token)) is None:
            raise SlackError("invalid_auth")
        return team

    async def _upload(self, request: web.Request) -> web.Response:
        """https://docs.slack.dev/messaging/working-with-files#upload"""
        self.uploads[request.match_info["file_id"]] = await request.read()
        return web.Response(text="OK - 1")

    async def _file(self, request: web.Request) -> web.Response:
        """A file's address wants the bot's token; without it Slack answers with a page to log in.

        https://docs.slack.dev/messaging/working-with-files#downloading
        """
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.tokens_read_files:
            return web.Response(text="<html>Sign in</html>", content_type="text/html")
        body = self.file_bodies[request.match_info["name"]]
        return web.Response(body=body, content_type="application/octet-stream")

    def message(self, body: Json) -> Message:
        """Return the message that a call is about."""
        found = self.messages.get((str(body["channel"]), str(body["ts"])))
        if found is None:
            raise SlackError("message_not_found")
        return found

    def add(self, message: Message) -> Message:
        """Put a message into its channel."""
        self.messages[(message.channel, message.ts)] = message
        return message


async def _body_of(request: web.Request) -> Json:
    """Read a body: JSON, a form or a query, as https://docs.slack.dev/apis/web-api says."""
    if request.content_type == "application/json":
        body = await request.json()
        assert isinstance(body, dict)
        return body
    return {**request.query, **(await request.post())}
