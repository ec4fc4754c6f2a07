"""Answering: one question from the inbox to the last word of its reply."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from surefoot.agent import Assistant, Job
from surefoot.errors import InputError
from surefoot.events import TERMINAL, Event

from .approvals import Approvals
from .calls import Calls, Refused
from .endings import error_sentence
from .figures import figures_of
from .inbox import Inbox, Item
from .mrkdwn import escaped
from .outbox import Outbox, Post
from .pictures import Gallery
from .reply import GONE, Reply
from .settings import SlackSettings
from .shared import Prepared
from .splitting import MOST, parts_of
from .story import Story
from .workspaces import Workspace, Workspaces

logger = logging.getLogger(__name__)

_MINUTE = 60.0
_TABLE_CHARS = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """On whose behalf a question is asked."""

    tenant: str | None
    """None is the assistant's own."""
    user: str | None
    """None where nothing personal may be recalled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """What answering a question takes."""

    assistant: Assistant
    settings: SlackSettings
    calls: Calls
    inbox: Inbox
    workspaces: Workspaces
    asking: Callable[[Item], Awaitable[Asking]]
    prepare: Callable[[Workspace, Item, Asking], Awaitable[Prepared]]
    greet: Callable[[Workspace, Item], Awaitable[None]]
    """Called when a question's run has begun."""
    ticks: Callable[[], float] = time.monotonic

    async def answer(self, item: Item) -> str | None:
        """Answer a question; return what became of it, or None when it is to be taken up again."""
        workspace = await self.workspaces.find(item.question.place.team)
        if workspace is None:
            return "gone"
        outbox = Outbox(calls=self.calls, workspace=workspace, inbox=self.inbox, item=item)
        try:
            return await self._answer(outbox, workspace, item)
        except Refused as error:
            if error.error not in GONE:
                raise
            logger.warning("the answer to item %d has nowhere to go: %s", item.id, error)
            return "gone"

    async def _answer(self, outbox: Outbox, workspace: Workspace, item: Item) -> str | None:
        if (told := await self._too_much(item)) is not None:
            await self._refuse(outbox, told)
            return "limited"
        try:
            job = await self._start(outbox, workspace, item)
        except InputError as error:
            return await self._refuse(outbox, str(error))
        if not await self.inbox.began(item, job.run.run_id):
            await self.assistant.cancel(job.run.run_id)
            return "deleted"
        await asyncio.gather(outbox.status("is thinking…"), self.greet(workspace, item))
        return await self._tell(workspace, outbox, item, job)

    async def _too_much(self, item: Item) -> str | None:
        """Return what is said when a person asks more than they may; None for what has begun."""
        most = self.settings.questions_per_minute
        if not most or item.run_id is not None:
            return None
        if await self.inbox.asked_before(item, seconds=_MINUTE) < most:
            return None
        questions = "one question" if most == 1 else f"{most} questions"
        return f"I may answer {questions} of yours a minute; please ask again in a moment."

    async def _start(self, outbox: Outbox, workspace: Workspace, item: Item) -> Job:
        """Begin the run, or take up the one that the same message began before."""
        question = item.question
        place = question.place
        asking = await self.asking(item)
        prepared = await self.prepare(workspace, item, asking)
        if prepared.troubles and await outbox.earlier("files") is None:
            told = "\n".join(escaped(trouble) for trouble in prepared.troubles)
            await outbox.post("files", Post(text=told, blocks=[]))
        return await self.assistant.start(
            prepared.text,
            images=prepared.images,
            thread=place.thread_id,
            user=asking.user,
            tenant=asking.tenant,
            message_id=f"{place.channel}-{question.ts}",
        )

    async def _tell(self, workspace: Workspace, outbox: Outbox, item: Item, job: Job) -> str | None:
        """Show the run as it goes, from its first event on, however often this begins anew."""
        approvals = Approvals(outbox)
        reply = Reply(outbox=outbox, settings=self.settings, ticks=self.ticks)
        gallery = Gallery(
            calls=self.calls, workspace=workspace, inbox=self.inbox, item=item, outbox=outbox
        )
        story, doing = Story(), ""
        async with aclosing(self._batches(job)) as batches:
            async for batch in batches:
                for event in batch:
                    story.take(event)
                if story.doing != doing and not story.is_over and not story.text:
                    doing = story.doing
                    await outbox.status(doing)
                await approvals.show(story)
                if not story.is_over:
                    await reply.show(story)
                    continue
                blocks, pictures = figures_of(story.cited, room=_room(story))
                await reply.show(story, figures=blocks)
                for picture in pictures:
                    await gallery.show(picture)
                return "answered"
        return None

    async def _batches(self, job: Job) -> AsyncGenerator[Sequence[Event]]:
        """Yield the run's events; an empty batch lets what was held back be shown."""
        run = job.run
        log = self.assistant.home.log
        tick = max(self.settings.stream_seconds, 0.05)
        async with aclosing(
            log.batches(run.key, after=job.first_seq, idle_seconds=tick)
        ) as batches:
            async for batch in batches:
                own = [event for event in batch if event.run_id == run.run_id]
                if own or not batch:
                    yield own
                if own and own[-1].type in TERMINAL:
                    return

    async def _refuse(self, outbox: Outbox, why: str) -> str:
        """Say why a question could not be taken."""
        if await outbox.earlier("refused") is None:
            await outbox.post("refused", Post(text=error_sentence(why), blocks=[]))
        return "refused"


def _room(story: Story) -> int:
    """Return how many characters a table may take in the answer's last message."""
    last = parts_of(story.text)[-1:] or [""]
    return min(_TABLE_CHARS, MOST + _TABLE_CHARS // 2 - len(last[0]))
