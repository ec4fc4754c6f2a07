"""Slack's Web API, as far as the bot uses it, with its limits and its ways to fail.

Each method's page is `https://docs.slack.dev/reference/methods/NAME`; what is not on those pages
says where it is from.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

from aiohttp import web

from .messages import Json, Message, SlackError, check_blocks, listed

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
        async with asyncio.timeout(10):
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
        fault = self._fault(method, body)
        if fault is not None and not fault.happens:
            return self._fail(request, fault)
        scopes: tuple[str, ...] = ()
        try:
            team = self._team(request, method, body)
            scopes = team.scopes
            answer = {"ok": True, **_METHODS[method](self, team, body)}
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
            now, used = time.monotonic(), self._used[method]
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

    # What each method does.

    def auth_test(self, team: Team, body: Json) -> Json:
        """https://docs.slack.dev/reference/methods/auth.test"""
        return {
            "url": "https://example.slack.com/",
            "team": "Example",
            "user": "surefoot",
            "team_id": team.team,
            "user_id": team.bot_user,
            "bot_id": team.bot_id,
        }

    def post(self, team: Team, body: Json) -> Json:
        """https://docs.slack.dev/reference/methods/chat.postMessage"""
        blocks = listed(body.get("blocks"))
        check_blocks(blocks)
        if not body.get("text") and not blocks:
            raise SlackError("no_text")
        ts = self.new_ts()
        self.add(
            Message(
                channel=str(body["channel"]),
                ts=ts,
                thread_ts=str(body.get("thread_ts") or ""),
                user=team.bot_user,
                bot_id=team.bot_id,
                text=str(body.get("text") or ""),
                blocks=blocks,
                metadata=_object(body.get("metadata")),
            )
        )
        return {"channel": body["channel"], "ts": ts}

    def post_ephemeral(self, team: Team, body: Json) -> Json:
        """https://docs.slack.dev/reference/methods/chat.postEphemeral"""
        self.ephemeral.append(body)
        return {"message_ts": self.new_ts()}

    def update(self, team: Team, body: Json) -> Json:
        """https://docs.slack.dev/reference/methods/chat.update"""
        message = self.message(body)
        if message.bot_id != team.bot_id:
            raise SlackError("cant_update_message")
        if message.is_streaming:
            raise SlackError("streaming_state_conflict")
        blocks = listed(body.get("blocks"))
        check_blocks(blocks)
        message.text, message.blocks = str(body.get("text") or ""), blocks
        message.tasks, message.appended = {}, 0
        message.metadata = _object(body.get("metadata")) or message.metadata
        message.updates += 1
        return {"channel": message.channel, "ts": message.ts, "text": message.text}

    def start_stream(self, team: Team, body: Json) -> Json:
        """https://docs.slack.dev/reference/methods/chat.startStream"""
        channel = str(body["channel"])
        if not body.get("thread_ts"):
            raise SlackError("invalid_thread_ts")
        if not channel.startswith("D"):
            if not body.get("recipient_team_id"):
                raise SlackError("missing_recipient_team_id")
            if not body.get("recipient_user_id"):
                raise SlackError("missing_recipient_user_id")
        message = Message(
            channel=channel,
            ts=self.new_ts(),
            thread_ts=str(body["thread_ts"]),
            user=team.bot_user,
            bot_id=team.bot_id,
            is_streaming=True,
        )
        self._extend(message, body)
        self.add(message)
        self.status[(channel, message.thread_ts)].append("")
        return {"channel": channel, "ts": message.ts}

    def append_stream(self, team: Team, body: Json) -> Json:
        """https://docs.slack.dev/reference/methods/chat.appendStream"""
        message = self._streaming(body)
        self._extend(message, body)
        return {"channel": message.channel, "ts": message.ts}

    def stop_stream(self, team: Team, body: Json) -> Json:
        """https://docs.slack.dev/reference/methods/chat.stopStream"""
        message = self._streaming(body)
        blocks = listed(body.get("blocks"))
        check_blocks(blocks)
        self._extend(message, body)
        message.blocks += blocks
        message.metadata = _object(body.get("metadata"))
        message.is_streaming = False
        return {"channel": message.channel, "ts": message.ts}

    def _streaming(self, body: Json) -> Message:
        message = self.message(body)
        if self.stream_appends is not None and message.appended >= self.stream_appends:
            message.is_streaming = False
        if not message.is_streaming:
            raise SlackError("message_not_in_streaming_state")
        return message

    def _extend(self, message: Message, body: Json) -> None:
        """https://docs.slack.dev/messaging/sending-and-scheduling-messages#text-streaming"""
        chunks = listed(body.get("chunks"))
        if any(len(str(c.get("text", ""))) > 12_000 for c in chunks):
            raise SlackError("msg_too_long")
        for chunk in chunks:
            match chunk["type"]:
                case "markdown_text":
                    message.text += str(chunk["text"])
                case "task_update":
                    if chunk["status"] not in ("pending", "in_progress", "complete", "error"):
                        raise SlackError("invalid_chunks")
                    known = message.tasks.get(str(chunk["id"]), {})
                    message.tasks[str(chunk["id"])] = {**known, **chunk}
                case "plan_update":
                    message.plan = str(chunk["title"])
                case "blocks":
                    check_blocks(listed(chunk["blocks"]))
                    message.blocks += listed(chunk["blocks"])
                case _:
                    raise SlackError("invalid_chunks")
        message.appended += 1

    def replies(self, team: Team, body: Json) -> Json:
        """https://docs.slack.dev/reference/methods/conversations.replies"""
        thread, oldest = str(body["ts"]), str(body.get("oldest") or "")
        found = [
            m
            for m in self.messages.values()
            if m.channel == body["channel"]
            and thread in (m.ts, m.thread_ts)
            and (m.ts == thread or m.ts > oldest)
        ]
        start, size = int(str(body.get("cursor") or 0)), int(str(body.get("limit") or 100))
        page, more = found[start : start + size], len(found) > start + size
        told = [m.as_json() for m in page]
        if body.get("include_all_metadata") not in (True, "true"):
            for one in told:
                one.pop("metadata", None)
        following = str(start + size) if more else ""
        return {
            "messages": told,
            "has_more": more,
            "response_metadata": {"next_cursor": following},
        }

    def set_status(self, team: Team, body: Json) -> Json:
        """https://docs.slack.dev/reference/methods/assistant.threads.setStatus"""
        self.status[(str(body["channel_id"]), str(body["thread_ts"]))].append(str(body["status"]))
        return {}

    def set_title(self, team: Team, body: Json) -> Json:
        """https://docs.slack.dev/reference/methods/assistant.threads.setTitle"""
        self.titles[(str(body["channel_id"]), str(body["thread_ts"]))] = str(body["title"])
        return {}

    def set_prompts(self, team: Team, body: Json) -> Json:
        """https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts"""
        prompts = listed(body["prompts"])
        if not 0 < len(prompts) <= 4:
            raise SlackError("invalid_arguments")
        self.prompts[(str(body["channel_id"]), str(body.get("thread_ts") or ""))] = prompts
        return {}

    def publish(self, team: Team, body: Json) -> Json:
        """https://docs.slack.dev/reference/methods/views.publish"""
        view = _object(body["view"]) or {}
        check_blocks(listed(view["blocks"]), most=100)
        self.homes[str(body["user_id"])] = view
        return {"view": view}

    def open_view(self, team: Team, body: Json) -> Json:
        """https://docs.slack.dev/reference/methods/views.open

        A trigger is good for three seconds.
        """
        given = self.triggers.pop(str(body["trigger_id"]), None)
        if given is None or time.monotonic() - given > 3:
            raise SlackError("expired_trigger_id")
        view = _object(body["view"]) or {}
        title = view["title"]
        assert isinstance(title, dict)
        if len(str(title["text"])) > 24:
            raise SlackError("invalid_arguments")
        check_blocks(listed(view["blocks"]), most=100)
        self.views.append(view)
        return {"view": {**view, "id": f"V{len(self.views)}"}}

    def upload_url(self, team: Team, body: Json) -> Json:
        """https://docs.slack.dev/reference/methods/files.getUploadURLExternal"""
        int(str(body["length"]))
        file_id = f"F{self.new_number()}"
        return {"upload_url": f"{self.url}/upload/{file_id}", "file_id": file_id}

    def complete_upload(self, team: Team, body: Json) -> Json:
        """https://docs.slack.dev/reference/methods/files.completeUploadExternal"""
        given = body["files"]
        files = listed(json.loads(given) if isinstance(given, str) else given)
        if any(str(file["id"]) not in self.uploads for file in files):
            raise SlackError("file_not_found")
        self.add(
            Message(
                channel=str(body["channel_id"]),
                ts=self.new_ts(),
                thread_ts=str(body.get("thread_ts") or ""),
                user=team.bot_user,
                bot_id=team.bot_id,
                files=[{"id": f["id"], "title": f.get("title", "")} for f in files],
            )
        )
        return {"files": files}

    def open_connection(self, team: Team, body: Json) -> Json:
        """https://docs.slack.dev/reference/methods/apps.connections.open"""
        return {"url": self.socket_url}

    def export_manifest(self, team: Team, body: Json) -> Json:
        """https://docs.slack.dev/reference/methods/apps.manifest.export"""
        if str(body["app_id"]) not in self.manifests:
            raise SlackError("app_not_found")
        return {"manifest": self.manifests[str(body["app_id"])]}

    def oauth(self, team: Team, body: Json) -> Json:
        """https://docs.slack.dev/reference/methods/oauth.v2.access"""
        installed = self.codes.pop(str(body["code"]), None)
        if installed is None:
            raise SlackError("invalid_code")
        self.teams[installed.token] = installed
        return {
            "access_token": installed.token,
            "token_type": "bot",
            "scope": ",".join(installed.scopes),
            "bot_user_id": installed.bot_user,
            "app_id": "A1",
            "team": {"id": installed.team, "name": installed.team},
            "enterprise": None,
            "is_enterprise_install": False,
            "authed_user": {"id": "UINSTALLER"},
        }


Method = Callable[[Slack, Team, Json], Json]

_METHODS: dict[str, Method] = {
    "auth.test": Slack.auth_test,
    "chat.postMessage": Slack.post,
    "chat.postEphemeral": Slack.post_ephemeral,
    "chat.update": Slack.update,
    "chat.startStream": Slack.start_stream,
    "chat.appendStream": Slack.append_stream,
    "chat.stopStream": Slack.stop_stream,
    "conversations.replies": Slack.replies,
    "assistant.threads.setStatus": Slack.set_status,
    "assistant.threads.setTitle": Slack.set_title,
    "assistant.threads.setSuggestedPrompts": Slack.set_prompts,
    "views.publish": Slack.publish,
    "views.open": Slack.open_view,
    "files.getUploadURLExternal": Slack.upload_url,
    "files.completeUploadExternal": Slack.complete_upload,
    "apps.manifest.export": Slack.export_manifest,
    "apps.connections.open": Slack.open_connection,
    "oauth.v2.access": Slack.oauth,
}


def _object(value: object) -> Json | None:
    """Return an object that was sent as JSON, within JSON or by itself."""
    if isinstance(value, str):
        value = json.loads(value)
    return value if isinstance(value, dict) else None


async def _body_of(request: web.Request) -> Json:
    """Read a body: JSON, a form or a query, as https://docs.slack.dev/apis/web-api says."""
    if request.content_type == "application/json":
        body = await request.json()
        assert isinstance(body, dict)
        return body
    return {**request.query, **(await request.post())}
