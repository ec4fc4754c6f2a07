"""The outbox: what is said in one thread in answer to one question, each message once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from .blocks import Block
from .calls import Calls, Refused, Reply, Unclear
from .inbox import Inbox, Item
from .workspaces import Workspace

EVENT_TYPE = "surefoot_reply"
_PAGE = 200
_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What a message holds."""

    text: str
    """What notifications show, and what is shown where blocks are not."""
    blocks: list[Block]


class Outbox:
    """Posts, streams and updates the parts of one reply.

    A new part is written down before it is posted. Where it is then not clear whether it arrived,
    it is looked up in the thread before it is posted again.
    """

    def __init__(self, *, calls: Calls, workspace: Workspace, inbox: Inbox, item: Item) -> None:
        self._calls = calls
        self._workspace = workspace
        self._inbox = inbox
        self._item = item

    async def earlier(self, part: str) -> str | None:
        """Note that a part is about to be posted; return its ts when an earlier try has done so."""
        known = await self._inbox.intend(self._item, part)
        return await self._find(part) if known == "" else known

    async def stream(self, part: str, chunks: Sequence[Block]) -> str:
        """Start a message that is streamed and return its ts."""
        question = self._item.question
        arguments = {
            "channel": question.place.channel,
            "thread_ts": question.place.thread_ts,
            "recipient_team_id": question.place.team,
            "recipient_user_id": question.user,
            "task_display_mode": "plan",
            "chunks": list(chunks) or None,
        }
        return await self._new(part, "chat.startStream", arguments)

    async def post(self, part: str, content: Post) -> str:
        """Post a message and return its ts."""
        place = self._item.question.place
        arguments = {
            "channel": place.channel,
            "thread_ts": place.thread_ts,
            "text": content.text,
            "blocks": content.blocks or None,
            "metadata": self._mark(part),
            "unfurl_links": False,
        }
        return await self._new(part, "chat.postMessage", arguments)

    async def append(self, ts: str, chunks: Sequence[Block]) -> None:
        """Add to a message that is streamed. Raises `Busy` rather than wait."""
        arguments = {"channel": self._channel, "ts": ts, "chunks": list(chunks)}
        await self._calls.once(self._workspace, "chat.appendStream", arguments, may_wait=False)

    async def stop(
        self, ts: str, *, part: str, chunks: Sequence[Block] = (), blocks: Sequence[Block] = ()
    ) -> None:
        """End a message that is streamed."""
        arguments = {
            "channel": self._channel,
            "ts": ts,
            "chunks": list(chunks) or None,
            "blocks": list(blocks) or None,
            "metadata": self._mark(part),
        }
        await self._calls.once(self._workspace, "chat.stopStream", arguments)

    async def leave(self, ts: str, *, part: str) -> None:
        """See that a message is not streamed any more, whatever it was."""
        arguments = {"channel": self._channel, "ts": ts, "metadata": self._mark(part)}
        try:
            await self._calls.surely(self._workspace, "chat.stopStream", arguments)
        except Refused:
            return  # It was not streamed, or is gone; an update will tell.

    async def update(self, ts: str, *, part: str, content: Post) -> None:
        """Put something else in a message's place."""
        arguments = {
            "channel": self._channel,
            "ts": ts,
            "text": content.text,
            "blocks": content.blocks,
            "metadata": self._mark(part),
        }
        await self._calls.surely(self._workspace, "chat.update", arguments)

    async def status(self, status: str) -> None:
        """Show what is being done beneath the thread, where there is room for it."""
        place = self._item.question.place
        if not self._item.question.is_shared:
            arguments = {
                "channel_id": place.channel,
                "thread_ts": place.thread_ts,
                "status": status,
            }
            await self._calls.perhaps(self._workspace, "assistant.threads.setStatus", arguments)

    async def messages(self) -> list[Mapping[str, JsonValue]]:
        """Return the bot's own messages in the thread behind the question."""
        place = self._item.question.place
        arguments = {
            "channel": place.channel,
            "ts": place.thread_ts,
            "oldest": self._item.question.ts,
            "limit": _PAGE,
            "include_all_metadata": "true",
        }
        found: list[Mapping[str, JsonValue]] = []
        while True:
            page = await self._calls.surely(self._workspace, "conversations.replies", arguments)
            found += [message for message in _listed(page) if self._is_own(message)]
            if not (cursor := _next(page)):
                return found
            arguments["cursor"] = cursor

    @property
    def _channel(self) -> str:
        return self._item.question.place.channel

    def _is_own(self, message: Mapping[str, JsonValue]) -> bool:
        return self._workspace.wrote(message.get("user"), message.get("bot_id"))

    def _mark(self, part: str) -> dict[str, JsonValue]:
        """Return what a message is marked with, to be known again."""
        question = self._item.question
        answers = f"{question.place.channel}/{question.ts}"
        return {"event_type": EVENT_TYPE, "event_payload": {"answers": answers, "part": part}}

    async def _new(self, part: str, method: str, arguments: Mapping[str, object]) -> str:
        for _ in range(_TRIES):
            try:
                posted = await self._calls.once(self._workspace, method, arguments)
            except Unclear:
                if (found := await self._find(part)) is not None:
                    return found
                continue
            ts = str(posted["ts"])
            await self._inbox.posted(self._item, part, ts)
            return ts
        raise Unclear(method)

    async def _find(self, part: str) -> str | None:
        """Look for a message that may have been posted: by its mark or, where it was to be
        streamed and has none yet, as our only message in the thread that nobody knows of."""
        known = await self._inbox.known_messages(self._item.question.place)
        own, wanted = await self.messages(), self._mark(part)
        marked = [str(m["ts"]) for m in own if _mark_of(m) == wanted["event_payload"]]
        unknown = [
            str(m["ts"])
            for m in own
            if _mark_of(m) is None and not m.get("files") and str(m["ts"]) not in known
        ]
        if not (found := (marked or unknown)[:1]):
            return None
        await self._inbox.posted(self._item, part, found[0])
        return found[0]


def _mark_of(message: Mapping[str, JsonValue]) -> JsonValue:
    metadata = message.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("event_type") != EVENT_TYPE:
        return None
    return metadata.get("event_payload")


def _listed(page: Reply) -> list[dict[str, JsonValue]]:
    messages = page.get("messages")
    return [m for m in messages if isinstance(m, dict)] if isinstance(messages, list) else []


def _next(page: Reply) -> str:
    metadata = page.get("response_metadata")
    return str(metadata.get("next_cursor") or "") if isinstance(metadata, dict) else ""
