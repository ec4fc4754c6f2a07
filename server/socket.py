"""The WebSocket: a conversation in one thread, written in order by one writer."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Sequence
from contextlib import aclosing, suppress

from fastapi import WebSocket
from pydantic import JsonValue
from starlette.websockets import WebSocketDisconnect, WebSocketState

from surefoot.agent import redacted
from surefoot.errors import NotFound, SurefootError
from surefoot.events import AnswerDelta, Event

from .conversations import NewRun, with_attachments
from .frames import (
    ApproveFrame,
    CancelFrame,
    ClientFrame,
    MessageFrame,
    PingFrame,
    ResumeFrame,
    frame_of,
)
from .problems import Refusal, refusal_of
from .quota import Bucket
from .service import Asked, Caller
from .streams import Start, start_at

_MOST_REPLIES = 64
"""Answers to the client's frames that may wait; with more it is not listened to."""
_MOST_MISTAKES = 50
_SLOW_SECONDS = 0.25
"""A client that takes longer over one frame gets the next ones put together."""


class Closed(Exception):
    """The conversation is over, with the code and reason to close it with."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def closed_by(refusal: Refusal) -> Closed:
    """Return how a refusal ends a conversation."""
    return Closed(4000 + refusal.status, str(refusal))


class Conversation:
    """One open socket: a reader of frames, a pump of events, and the only writer."""

    def __init__(self, websocket: WebSocket, caller: Caller, thread_id: str) -> None:
        self._websocket = websocket
        self._caller = caller
        self._thread_id = thread_id
        self._settings = caller.service.settings
        self._replies: deque[str] = deque()
        self._batch: deque[Event] = deque()
        self._wake = asyncio.Event()
        self._drained = asyncio.Event()
        """Set when all events of the batch are on their way."""
        self._room = asyncio.Event()
        """Set when few replies wait."""
        self._pump: asyncio.Task[None] | None = None
        self._sent = 0
        """The last `seq` the client has been sent."""
        self._is_slow = False
        self._mistakes = 0
        self._over: Closed | None = None

    async def hold(self, *, after: int | None) -> None:
        """Talk until one side closes."""
        if after is not None:
            await self._follow(after)
        reader = asyncio.create_task(self._read(), name="socket reader")
        writer = asyncio.create_task(self._write(), name="socket writer")
        guard = asyncio.create_task(self._guard(), name="socket guard")
        try:
            await asyncio.wait({reader, writer, guard}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            tasks = [reader, writer, guard, *([self._pump] if self._pump else [])]
            for task in tasks:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, Closed):
                return await close(self._websocket, outcome)
        for outcome in outcomes:
            if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect):
                raise outcome

    async def _guard(self) -> None:
        """Close the conversation when the key is taken away or the token expires."""
        raise closed_by(await self._caller.until_refused())

    async def _read(self) -> None:
        rate = self._settings.socket_frames_per_second
        bucket = Bucket.full(size=rate * 2, per_second=rate, now=time.monotonic())
        while True:
            received = await self._websocket.receive()
            if received["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(received.get("code", 1000))
            if bucket.take(time.monotonic()):
                raise Closed(4429, f"More than {rate} frames a second.")
            await self._hear(received.get("text"))
            while len(self._replies) > _MOST_REPLIES:
                self._room.clear()
                await self._room.wait()

    async def _hear(self, text: str | None) -> None:
        frame: ClientFrame | None = None
        try:
            if text is None:
                raise Refusal(400, "Frames are text.", code="not_text")
            frame = frame_of(text)
            await self._act(frame)
        except SurefootError as error:
            refusal = refusal_of(error)
            self._reply(
                {
                    "type": "error",
                    "code": refusal.code,
                    "message": redacted(str(refusal)),
                    "id": frame.id if frame is not None else None,
                    "retry_after": refusal.retry_after,
                }
            )
            self._mistakes += frame is None
            if self._mistakes > _MOST_MISTAKES:
                raise Closed(4400, "Too many frames that cannot be read.") from None

    async def _act(self, frame: ClientFrame) -> None:
        caller, thread_id = self._caller, self._thread_id
        caller.service.gate.check_still_valid(caller.principal)
        if not isinstance(frame, PingFrame):
            caller.service.quotas.request(caller.principal)
        match frame:
            case PingFrame():
                self._reply({"type": "pong", "id": frame.id})
            case MessageFrame():
                await self._ask(frame)
            case ResumeFrame(after=after):
                await self._follow(after)
            case CancelFrame(run_id=run_id):
                await caller.cancel(run_id, thread_id=thread_id)
            case ApproveFrame():
                waiting = await caller.waiting(thread_id)
                runs = [e.run_id for e in waiting if e.call_id == frame.call_id]
                if not runs:
                    raise NotFound(f"No call {frame.call_id!r} waits for a decision here.")
                await caller.decide(
                    runs[0], frame.call_id, frame.decision, args=frame.args, reason=frame.reason
                )

    async def _ask(self, frame: MessageFrame) -> None:
        body = NewRun(text=frame.text, attachments=frame.attachments)
        asked = Asked(
            text=await with_attachments(self._caller, body),
            images=tuple(frame.images),
            message_id=frame.id,
            release=frame.policy,
            busy=frame.busy,
        )
        job = await self._caller.start(self._thread_id, asked)
        self._reply({"type": "ack", "id": frame.id, "run_id": job.run.run_id})
        if self._pump is None:
            await self._follow(job.first_seq)

    async def _follow(self, after: int) -> None:
        """Send the thread's events from behind `after` on, in the place of any earlier following.

        A client that is told of a gap has it filled by the snapshot.
        """
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
        self._batch.clear()
        await self._caller.claim(self._thread_id)
        start = await start_at(self._caller, self._thread_id, after)
        self._sent = start.after
        if start.snapshot is not None:
            self._reply(start.snapshot)
        self._pump = asyncio.create_task(self._follow_from(start), name="socket pump")

    async def _follow_from(self, start: Start) -> None:
        """Hand over one batch after the other, each when the one before is on its way."""
        try:
            async with aclosing(
                self._caller.batches(self._thread_id, after=start.after)
            ) as batches:
                async for batch in batches:
                    self._batch.extend(batch)
                    self._wake.set()
                    if not batch:
                        continue
                    self._drained.clear()
                    await self._drained.wait()
        except Refusal as refusal:
            self._over = closed_by(refusal)
        except SurefootError:
            self._over = Closed(1011, "The thread cannot be read.")
        else:
            is_stopping = self._caller.service.is_draining
            told = f"The server stops; resume after {self._sent}."
            self._over = Closed(1012, told) if is_stopping else Closed(4404, "The thread is gone.")
        self._wake.set()

    async def _write(self) -> None:
        while True:
            self._wake.clear()
            while self._replies or self._batch:
                if self._replies:
                    await self._send(self._replies.popleft())
                    continue
                if self._is_slow:
                    self._batch = deque(coalesced(self._batch))
                event = self._batch.popleft()
                await self._send(event.model_dump_json())
                self._sent = event.seq
            self._drained.set()
            if self._over is not None:
                raise self._over
            await self._wake.wait()

    async def _send(self, text: str) -> None:
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._settings.send_timeout_seconds):
                await self._websocket.send_text(text)
        except TimeoutError:
            self._caller.service.metrics.slow_readers.inc()
            raise Closed(4408, f"Too slow; resume after {self._sent}.") from None
        except RuntimeError as error:  # Starlette's word for a socket that is gone.
            raise WebSocketDisconnect(1006) from error
        self._is_slow = time.monotonic() - began > _SLOW_SECONDS
        if len(self._replies) <= _MOST_REPLIES:
            self._room.set()

    def _reply(self, message: dict[str, JsonValue]) -> None:
        self._replies.append(json.dumps(message))
        self._wake.set()


def coalesced(events: Sequence[Event] | deque[Event]) -> list[Event]:
    """Put neighbouring pieces of the same sentence together; the last one's place stands for all.

    No word is lost: whoever resumes after that place has had all of them.
    """
    found: list[Event] = []
    for event in events:
        last = found[-1] if found else None
        if (
            isinstance(event, AnswerDelta)
            and isinstance(last, AnswerDelta)
            and (event.run_id, event.sentence) == (last.run_id, last.sentence)
        ):
            found[-1] = event.model_copy(update={"text": last.text + event.text})
        else:
            found.append(event)
    return found


async def close(websocket: WebSocket, closed: Closed) -> None:
    if websocket.application_state is not WebSocketState.CONNECTED:
        return
    with suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
        async with asyncio.timeout(1):
            await websocket.close(closed.code, closed.reason[:120])
