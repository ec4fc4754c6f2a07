"""Calls: Slack's Web API with its limits honoured, and with what went wrong told apart.

The retry handlers of Slack's client are not used: one of them posts again when a connection
breaks, though the first post may have arrived.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine, Mapping
from typing import TypeVar
from urllib.parse import urlsplit

import aiohttp
from pydantic import JsonValue
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from .workspaces import Workspace

logger = logging.getLogger(__name__)

Arguments = Mapping[str, object]
Reply = Mapping[str, JsonValue]

_UNCLEAR = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable"})
"""Errors of which Slack says that the call may have had its effect."""
_TIMEOUT = aiohttp.ClientTimeout(total=30)
_LONGEST_PAUSE = 30.0
_SECONDS_TO_END = 10.0
"""How long a call that is under way is waited for when the bot is closed."""

T = TypeVar("T")


class Refused(Exception):
    """Slack will not do it, now or later."""

    def __init__(self, method: str, error: str) -> None:
        super().__init__(f"{method}: {error}")
        self.error = error


class Unclear(Exception):
    """Whether the call had its effect is not known."""


class Busy(Exception):
    """A call that may be left out would have had to wait."""


class Calls:
    """Makes calls. What is limited waits as long as Slack says, for all that call the same."""

    def __init__(self, api_url: str, *, retry_seconds: float = 1.0) -> None:
        self._api_url = api_url
        self._retry_seconds = retry_seconds
        self._session: aiohttp.ClientSession | None = None
        self._closed_until: dict[tuple[str, str], float] = {}

    def open(self) -> None:
        """Get ready to make calls."""
        self._session = aiohttp.ClientSession(timeout=_TIMEOUT)

    async def close(self) -> None:
        """Let go of every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """The connections that all calls share."""
        assert self._session is not None, "the calls are not open"
        return self._session

    def client(self, token: str | None = None) -> AsyncWebClient:
        """Return a client of Slack's own that retries nothing by itself."""
        return AsyncWebClient(
            token=token, base_url=self._api_url, session=self.session, retry_handlers=[]
        )

    async def once(
        self, workspace: Workspace, method: str, arguments: Arguments, *, may_wait: bool = True
    ) -> Reply:
        """Make a call. Raises `Refused`, `Unclear` and, where it may not wait, `Busy`."""
        gate = (workspace.team, method)
        while True:
            await self._pass(gate, may_wait=may_wait)
            try:
                return await self._send(workspace, method, arguments)
            except _Limited as limited:
                self._closed_until[gate] = time.monotonic() + limited.seconds
            except aiohttp.ClientConnectorError as error:
                # Nothing has been sent, so it can be sent again.
                logger.warning("Slack cannot be reached for %s: %s", method, error)
                self._closed_until[gate] = time.monotonic() + self._retry_seconds

    async def surely(self, workspace: Workspace, method: str, arguments: Arguments) -> Reply:
        """Make a call that does the same when made twice, again until it is clear. Raises
        `Refused`, and `Unclear` when it has stayed so for some time."""
        pause = self._retry_seconds
        while True:
            try:
                return await self.once(workspace, method, arguments)
            except Unclear:
                if pause > _LONGEST_PAUSE:
                    raise
                await asyncio.sleep(pause)
                pause *= 2

    async def perhaps(self, workspace: Workspace, method: str, arguments: Arguments) -> None:
        """Make a call that nothing depends on."""
        try:
            await self.once(workspace, method, arguments, may_wait=False)
        except (Refused, Unclear, Busy) as error:
            logger.debug("left out: %s", error)

    async def send_file(self, url: str, data: bytes) -> None:
        """Send a file to where Slack has said it takes it. Raises `Unclear`."""
        try:
            async with self.session.post(url, data=data) as response:
                response.raise_for_status()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unclear(f"upload: {type(error).__name__}") from None

    async def fetch_file(self, workspace: Workspace, url: str, *, most: int) -> bytes:
        """Fetch a file that was shared. Raises `Refused` and `Unclear`."""
        if not self._is_slacks(url):
            raise Refused("download", "not_an_address_of_slack")
        headers = {"Authorization": f"Bearer {workspace.token}"}
        try:
            async with self.session.get(url, headers=headers) as response:
                response.raise_for_status()
                if response.content_type == "text/html" and not _names_html(url):
                    raise Refused("download", "missing_scope")  # Slack's page to log in.
                data = await response.content.read(most + 1)
                while len(data) <= most and (more := await response.content.read(most)):
                    data += more
        except aiohttp.ClientResponseError as error:
            raise Refused("download", f"status_{error.status}") from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unclear(f"download: {type(error).__name__}") from None
        if len(data) > most:
            raise Refused("download", "too_large")
        return data

    def _is_slacks(self, url: str) -> bool:
        """Return whether the token may be shown there."""
        parts, own = urlsplit(url), urlsplit(self._api_url)
        host = parts.hostname or ""
        return (parts.scheme, parts.netloc) == (own.scheme, own.netloc) or (
            parts.scheme == "https" and (host == "slack.com" or host.endswith(".slack.com"))
        )

    async def _pass(self, gate: tuple[str, str], *, may_wait: bool) -> None:
        while (wait := self._closed_until.get(gate, 0.0) - time.monotonic()) > 0:
            if not may_wait:
                raise Busy(gate[1])
            await asyncio.sleep(wait)

    async def _send(self, workspace: Workspace, method: str, arguments: Arguments) -> Reply:
        client = self.client(workspace.token)
        given = {name: value for name, value in arguments.items() if value is not None}
        reads = method in _READS
        try:
            call = client.api_call(
                method,
                http_verb="GET" if reads else "POST",
                params=given if reads else None,
                json=None if reads else given,
            )
            reply = await (call if reads else _seen_through(call))
        except SlackApiError as error:
            raise _told(method, error) from None
        except aiohttp.ClientConnectorError:
            raise
        except (aiohttp.ClientError, SlackClientError, TimeoutError, OSError) as error:
            raise Unclear(f"{method}: {type(error).__name__}") from None
        assert isinstance(reply.data, dict)
        return reply.data


async def _seen_through(call: Coroutine[object, None, T]) -> T:
    """Wait for a call's end, also when cancelled, so that what is done next comes after it.

    Were it left under way, who takes the answer up could look for its message before it is there.
    """
    under_way = asyncio.ensure_future(call)
    try:
        return await asyncio.shield(under_way)
    except asyncio.CancelledError:
        await asyncio.wait([under_way], timeout=_SECONDS_TO_END)
        under_way.cancel()
        await asyncio.gather(under_way, return_exceptions=True)
        raise


_READS = frozenset({"auth.test", "conversations.replies", "files.getUploadURLExternal"})
"""Methods that take no JSON."""


def _names_html(url: str) -> bool:
    return urlsplit(url).path.lower().endswith((".html", ".htm"))


class _Limited(Exception):
    def __init__(self, seconds: float) -> None:
        super().__init__(f"limited for {seconds:g} s")
        self.seconds = seconds


def _told(method: str, error: SlackApiError) -> Exception:
    """Return what an error of Slack's client means."""
    response = error.response
    status = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    assert isinstance(status, int)
    if status == 429:
        return _Limited(float(response.headers.get("Retry-After", 1)))
    code = str(response.get("error") or "") if hasattr(response, "get") else ""
    if status >= 500 or code in _UNCLEAR or not code:
        return Unclear(f"{method}: {code or status}")
    return Refused(method, code)
