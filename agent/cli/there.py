"""There: runs of the server that has the data folder, shown here."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from urllib.parse import quote
from uuid import uuid4

from pydantic import BaseModel, JsonValue, TypeAdapter

from surefoot.errors import ConfigurationError, DataDirInUse, NotFound
from surefoot.events import (
    TERMINAL,
    ApprovalRequested,
    ApprovalResolved,
    Event,
    parse_event,
)
from surefoot.graphs import Decision
from surefoot.limits import ReleasePolicy
from surefoot.messages import Image
from surefoot.settings import Settings

from .answering import Begun, Ending, Show
from .asked import Question
from .owner import Owner, OwnerFailed

_MOST_EVENTS = 1000
"""What the server gives at once."""
_AGAIN_SECONDS = 0.05
"""When a stream that ended is asked for again."""


class _Run(BaseModel):
    run_id: str
    thread_id: str
    status: str = ""
    after: int = 0


class _Page(BaseModel):
    events: list[JsonValue]
    last_seq: int


_RUNS = TypeAdapter(list[_Run])


@dataclass(slots=True)
class _Place:
    """How far the events of a thread have been read."""

    seq: int


class There:
    """Answers through a server."""

    def __init__(self, owner: Owner, *, release: ReleasePolicy | None = None) -> None:
        self._owner = owner
        self._release = release
        self._users: dict[str, str | None] = {}
        """Who asked, by run."""

    @classmethod
    def at(
        cls,
        settings: Settings,
        in_use: DataDirInUse,
        *,
        model: str | None,
        release: ReleasePolicy | None,
    ) -> There:
        """Answer through the server that has the folder; raise `in_use` when none has."""
        owner = Owner.of(settings, in_use)
        if model is not None:
            raise ConfigurationError(
                f"The server at {owner.door.url} has the data folder and answers with its own "
                "model. Stop it, or leave --model out."
            )
        return cls(owner, release=release)

    async def begin(self, question: Question, images: Sequence[Image] = ()) -> Begun:
        """Begin a run. Raises `InputError`."""
        body: dict[str, JsonValue] = {
            "text": question.text,
            "images": [asdict(image) for image in images],
        }
        if question.id is not None:
            body["id"] = question.id
        if self._release is not None:
            body["policy"] = self._release
        thread = question.thread or f"t-{uuid4().hex}"
        path = f"/v1/threads/{quote(thread, safe='')}/runs"
        said = await self._owner.json("POST", path, user=question.user, body=body)
        run = _Run.model_validate_json(said)
        self._users[run.run_id] = question.user
        return Begun(run_id=run.run_id, thread_id=run.thread_id, after=run.after)

    async def attend(self, run: Begun, show: Show) -> Ending:
        """Show a run's events. When cancelled, stop the run and show its end too."""
        place = _Place(run.after)
        try:
            while (ending := await self._listen(run, show, place)) is None:
                pass
            return ending
        except asyncio.CancelledError:
            await self._owner.json("POST", f"/v1/runs/{run.run_id}/cancel", user=self._user(run))
            for event in await self._so_far(run, after=place.seq):
                show(event)
            raise

    async def decide(self, run_id: str, call_id: str, decision: Decision) -> Begun:
        """Decide on a call that waits; return the run with how far it had come."""
        path = f"/v1/runs/{run_id}"
        try:
            run = _Run.model_validate_json(await self._owner.json("GET", path))
            events = f"/v1/threads/{run.thread_id}/events"
            page = await self._owner.json("GET", events, query={"limit": "1"})
            body: dict[str, JsonValue] = {
                "decision": decision.decision,
                "args": decision.args,
                "reason": decision.reason,
            }
            await self._owner.json("POST", f"{path}/approvals/{call_id}", body=body)
        except NotFound:
            raise NotFound(f"Run {run_id!r} waits for nothing; see the server's page.") from None
        last_seq = _Page.model_validate_json(page).last_seq
        return Begun(run_id=run.run_id, thread_id=run.thread_id, after=last_seq)

    async def left(self) -> int:
        """Return 0: what was left is the server's to take up."""
        return 0

    async def close(self, *, finish: bool) -> None:
        """Close the connections."""
        await self._owner.__aexit__(None, None, None)

    async def _listen(self, run: Begun, show: Show, place: _Place) -> Ending | None:
        """Show events until nothing more comes by itself; None when the stream ends before."""
        async with aclosing(self._events(run, after=place.seq)) as events:
            async for event in events:
                if event is None:
                    waiting = await self._waiting(run)
                    if waiting or await self._is_held(run):
                        return Ending(seq=place.seq, waiting=waiting)
                    continue
                place.seq = event.seq
                if event.run_id != run.run_id:
                    continue
                show(event)
                if event.type in TERMINAL:
                    return Ending(last=event, seq=event.seq)
                if isinstance(event, ApprovalRequested):
                    waiting = await self._waiting(run)
                    if waiting and event.call_id == waiting[-1].call_id:
                        return Ending(seq=event.seq, waiting=waiting)
        await asyncio.sleep(_AGAIN_SECONDS)
        return None

    def _user(self, run: Begun) -> str | None:
        return self._users.get(run.run_id)

    async def _events(self, run: Begun, *, after: int) -> AsyncGenerator[Event | None]:
        """Yield the events of a thread as they come, and None for each sign of life between."""
        path, query = f"/v1/threads/{run.thread_id}/events", {"after": str(after)}
        kind = ""
        async with self._owner.lines(path, user=self._user(run), query=query) as lines:
            async for line in lines:
                name, _, said = line.partition(": ")
                if line.startswith(":"):
                    yield None
                elif name == "event":
                    kind = said
                elif name == "data" and kind == "error":
                    raise OwnerFailed(f"The server broke off: {said}")
                elif name == "data" and kind != "snapshot":
                    yield parse_event(said)

    async def _so_far(self, run: Begun, *, after: int) -> list[Event]:
        """Return the run's events behind `after`."""
        found: list[Event] = []
        while True:
            path, query = f"/v1/threads/{run.thread_id}/events", {"after": str(after)}
            said = await self._owner.json("GET", path, user=self._user(run), query=query)
            page = _Page.model_validate_json(said)
            events = [parse_event(json.dumps(told)) for told in page.events]
            found += [event for event in events if event.run_id == run.run_id]
            if len(events) < _MOST_EVENTS:
                return found
            after = events[-1].seq

    async def _waiting(self, run: Begun) -> tuple[ApprovalRequested, ...]:
        """Return the calls of the run that wait for a person, oldest first."""
        asked: dict[str, ApprovalRequested] = {}
        for event in await self._so_far(run, after=0):
            if isinstance(event, ApprovalRequested):
                asked[event.call_id] = event
            elif isinstance(event, ApprovalResolved):
                asked.pop(event.call_id, None)
        return tuple(asked.values())

    async def _is_held(self, run: Begun) -> bool:
        """Return whether the run stands behind one that waits for a person."""
        path = f"/v1/threads/{run.thread_id}/runs"
        runs = _RUNS.validate_json(await self._owner.json("GET", path, user=self._user(run)))
        status = {one.run_id: one.status for one in runs}
        return status.get(run.run_id) == "queued" and "waiting" in status.values()
