"""The reply: a run's story kept visible in Slack, whatever breaks on the way.

A reply is a view: it is brought from what Slack shows to what the story tells, by streaming as long
as that goes and by updating the message from then on. Updating is the safe ground, because doing it
twice does no harm; only posting has to be looked up when it is not clear whether it happened.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue

from .blocks import (
    Block,
    closing_blocks,
    sections,
    stop_block,
    task_block,
    text_block,
)
from .calls import Busy, Refused, Unclear
from .endings import told
from .mrkdwn import mrkdwn_of
from .outbox import Outbox, Post
from .settings import SlackSettings
from .splitting import parts_of
from .story import Story

GONE = frozenset(
    "account_inactive channel_not_found invalid_auth is_archived not_in_channel "
    "org_login_required thread_not_found token_expired token_revoked".split()
)
"""Errors after which nothing can be said in this place any more."""
_BLOCKS = frozenset(
    "invalid_arguments invalid_blocks invalid_blocks_format msg_blocks_too_long "
    "msg_too_long invalid_chunks".split()
)
"""Errors about what a message holds, which something plainer may not have."""
_FALLBACK_CHARS = 3_900


@dataclass(slots=True, kw_only=True)
class _Message:
    """One of the reply's messages."""

    part: str
    ts: str
    mode: Literal["stream", "update"]
    sent: str = ""
    """What has been streamed."""
    tasks: dict[str, str] = field(default_factory=dict[str, str])
    """The status that each step was last shown with."""
    shown_at: float = 0.0
    has_stop: bool = False
    is_closed: bool = False


class Reply:
    """The messages that answer one question."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        settings: SlackSettings,
        ticks: Callable[[], float],
    ) -> None:
        self._outbox = outbox
        self._settings = settings
        self._ticks = ticks
        self._began = ticks()
        self._messages: dict[int, _Message] = {}

    async def show(self, story: Story, *, figures: Sequence[Block] = ()) -> None:
        """Bring the messages to where the story is. Raises `Refused` where nothing can be said and
        `Unclear` when Slack does not answer; it can then be called again."""
        texts = parts_of(told(story), is_final=story.is_over)
        if not texts and story.tasks and not story.waiting and not story.is_over:
            texts = [""]
        for index, text in enumerate(texts):
            is_last = index == len(texts) - 1
            closing: list[Block] = []
            if is_last and story.is_over:
                closing = [*figures, *closing_blocks(story)]
            await self._show(index, text, story, closing, closes=not is_last or story.is_over)

    async def _show(
        self, index: int, text: str, story: Story, closing: list[Block], *, closes: bool
    ) -> None:
        message = self._messages.get(index)
        if message is None:
            message = self._messages[index] = await self._begin(index, text, story)
        if message.is_closed:
            return
        if message.mode == "stream":
            await self._stream(message, text, story, closing, closes=closes)
        if message.mode == "update" and not message.is_closed:
            await self._update(message, text, story, closing, closes=closes)

    async def _begin(self, index: int, text: str, story: Story) -> _Message:
        """Start a message, or find the one that an earlier try started."""
        part = str(index)
        if (known := await self._outbox.earlier(part)) is not None:
            message = _Message(part=part, ts=known, mode="update")
            await self._leave_stream(message)
            return message
        message = _Message(part=part, ts="", mode="stream", shown_at=self._ticks())
        chunks = self._chunks(message, text, story)
        try:
            message.ts = await self._outbox.stream(part, chunks)
            self._note_sent(message, text, story)
        except Refused as error:
            if error.error in GONE:
                raise
            content = self._content(message, text, story, [], closes=False)
            message.ts = await self._outbox.post(part, content[-1])
            message.mode = "update"
            message.shown_at = 0.0
        return message

    async def _stream(
        self, message: _Message, text: str, story: Story, closing: list[Block], *, closes: bool
    ) -> None:
        """Add what is new. Whatever goes wrong, the message is updated from then on."""
        if not text.startswith(message.sent):
            if not message.sent.startswith(text) or closes:
                await self._leave_stream(message)
            return
        if not closes and self._ticks() - message.shown_at < self._settings.stream_seconds:
            return
        chunks = self._chunks(message, text, story)
        try:
            if closes or story.waiting:
                await self._end_stream(message, chunks, story, closing, closes=closes)
            elif chunks:
                await self._outbox.append(message.ts, chunks)
                self._note_sent(message, text, story)
        except Busy:
            return
        except (Refused, Unclear):
            await self._leave_stream(message)

    async def _end_stream(
        self,
        message: _Message,
        chunks: list[Block],
        story: Story,
        closing: list[Block],
        *,
        closes: bool,
    ) -> None:
        for blocks in (closing, closing_blocks(story) if closing else [], []):
            try:
                await self._outbox.stop(message.ts, part=message.part, chunks=chunks, blocks=blocks)
                break
            except Refused as error:
                if error.error not in _BLOCKS or not blocks:
                    raise
        if closes and not message.has_stop:
            message.is_closed = True
        else:
            message.mode, message.shown_at = "update", 0.0

    async def _leave_stream(self, message: _Message) -> None:
        """End streaming where it has not ended; a message that streams takes no update."""
        message.mode, message.shown_at = "update", 0.0
        await self._outbox.leave(message.ts, part=message.part)

    async def _update(
        self, message: _Message, text: str, story: Story, closing: list[Block], *, closes: bool
    ) -> None:
        since = self._ticks() - message.shown_at
        if not closes and message.shown_at and since < self._settings.update_seconds:
            return
        if not closes and text == message.sent and self._statuses(story) == message.tasks:
            return
        for content in self._content(message, text, story, closing, closes=closes):
            try:
                await self._outbox.update(message.ts, part=message.part, content=content)
                break
            except Refused as error:
                if error.error in ("message_not_found", "cant_update_message"):
                    # Somebody has deleted it, who does not want to see it again.
                    message.is_closed = True
                    return
                if error.error not in _BLOCKS or not content.blocks:
                    raise
        self._note_sent(message, text, story)
        message.is_closed = closes

    def _content(
        self, message: _Message, text: str, story: Story, closing: list[Block], *, closes: bool
    ) -> list[Post]:
        """Return what the message is to hold, then plainer forms of it."""
        mrkdwn = mrkdwn_of(text) or story.doing
        tasks = task_block(story.tasks.values()) if message.part == "0" else []
        words = [text_block(text)] if text else []
        stop = [stop_block(story.run_id)] if not closes and story.run_id else []
        message.has_stop = bool(stop)
        fallback = mrkdwn[:_FALLBACK_CHARS]
        plainer = closing_blocks(story) if closing else []
        return [
            Post(text=fallback, blocks=[*tasks, *words, *closing, *stop]),
            Post(text=fallback, blocks=[*tasks, *sections(mrkdwn), *plainer, *stop]),
            Post(text=mrkdwn[:40_000], blocks=[]),
        ]

    def _chunks(self, message: _Message, text: str, story: Story) -> list[Block]:
        chunks: list[Block] = []
        if message.part == "0":
            for task in story.tasks.values():
                if message.tasks.get(task.id) != task.status:
                    chunk: Block = {
                        "type": "task_update",
                        "id": task.id,
                        "title": task.title,
                        "status": task.status,
                    }
                    if task.details and task.id not in message.tasks:
                        chunk["details"] = task.details
                    chunks.append(chunk)
        if new := text[len(message.sent) :]:
            chunks.append({"type": "markdown_text", "text": new})
        if self._needs_stop(message, story):
            stop: list[JsonValue] = [stop_block(story.run_id)]
            chunks.append({"type": "blocks", "blocks": stop})
            message.has_stop = True
        return chunks

    def _needs_stop(self, message: _Message, story: Story) -> bool:
        took = self._ticks() - self._began
        return (
            not story.is_over
            and bool(story.run_id)
            and not message.has_stop
            and took >= self._settings.stop_button_seconds
        )

    def _note_sent(self, message: _Message, text: str, story: Story) -> None:
        message.sent = text
        message.tasks = self._statuses(story)
        message.shown_at = self._ticks()

    def _statuses(self, story: Story) -> dict[str, str]:
        return {task.id: task.status for task in story.tasks.values()}
