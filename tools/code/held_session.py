"""A session as the host holds it: programs go in, and what comes back is taken for hostile."""

from __future__ import annotations

import asyncio
import os
import secrets
import select
import signal
import time
from collections.abc import Mapping
from dataclasses import replace

from pydantic import JsonValue

from .jail.frames import HEADER, pack
from .jail.plan import SandboxLimits
from .launcher import Started
from .received import HostileFrame, Received, parse
from .sandbox import Execution, ProgramError, SandboxUnavailable

_GRACE_SECONDS = 1.0
"""How long a program that was interrupted may take to notice."""
_START_SECONDS = 30.0
_FRAME_BYTES = 32 << 20


class SessionEnded(Exception):
    """The session's process is gone, or no longer speaks the protocol."""


class HeldSession:
    """One session. The kernel keeps it stopped whenever no program runs in it."""

    def __init__(
        self,
        started: Started,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        limits: SandboxLimits,
    ) -> None:
        self._pidfd = started.pidfd
        self._reader = reader
        self._writer = writer
        self._limits = limits
        self._length: int | None = None
        self._taken = 0
        self._why = "its process is gone"
        self.is_alive = True
        self.uid = -1
        self.landlock_abi = 0

    @classmethod
    async def open(cls, started: Started, limits: SandboxLimits) -> HeldSession:
        """Wait until the jail is shut; raises `SandboxUnavailable` when it cannot be."""
        try:
            reader, writer = await asyncio.open_connection(sock=started.channel)
        except BaseException:
            started.discard()
            raise
        session = cls(started, reader, writer, limits)
        try:
            async with asyncio.timeout(_START_SECONDS):
                await session._greeted()
        except (SessionEnded, HostileFrame, TimeoutError) as error:
            session.kill()
            raise SandboxUnavailable(f"A session did not start: {error}") from error
        except BaseException:
            session.kill()
            raise
        session._signal(signal.SIGSTOP)
        return session

    async def run(
        self, code: str, inputs: Mapping[str, JsonValue], timeout_seconds: float
    ) -> Execution:
        """Run one program. Whatever ends the wait but an answer also ends the session."""
        begun = time.monotonic()
        request_id = secrets.token_hex(16)
        received = Received(request_id, self._limits)
        request = pack({"id": request_id, "code": code, "inputs": dict(inputs)})
        try:
            self._signal(signal.SIGCONT)
            execution = await self._finish(request, received, timeout_seconds)
        except (SessionEnded, HostileFrame) as reason:
            self.kill()
            execution = received.execution(error=_died(reason))
        except BaseException:
            self.kill()
            raise
        if self.is_alive:
            self._signal(signal.SIGSTOP)
        return replace(execution, seconds=time.monotonic() - begun)

    @property
    def has_ended(self) -> bool:
        """True when it was killed, by us or by anything else on this machine."""
        if not self.is_alive:
            return True
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        return bool(poll.poll(0))

    def kill(self, why: str = "") -> None:
        """End the session for certain, and let go of it."""
        if self.is_alive:
            self.is_alive = False
            self._why = why or self._why
            self._signal(signal.SIGKILL)
            self._writer.transport.abort()
            os.close(self._pidfd)

    async def _finish(
        self, request: bytes, received: Received, timeout_seconds: float
    ) -> Execution:
        """Send a request and collect what comes of it: first asking it to stop, then killing."""
        try:
            async with asyncio.timeout(timeout_seconds):
                self._writer.write(request)
                await self._collect(received)
            return received.execution()
        except TimeoutError:
            self._signal(signal.SIGINT)
        try:
            async with asyncio.timeout(_GRACE_SECONDS):
                await self._collect(received)
        except TimeoutError:
            self.kill()
            return received.execution(error=_killed(timeout_seconds))
        execution = received.execution()
        if execution.error is None or execution.error.name != "KeyboardInterrupt":
            return execution
        return replace(execution, error=_interrupted(execution.error, timeout_seconds))

    async def _greeted(self) -> None:
        frame = await self._next()
        if frame.get("type") != "ready":
            raise SessionEnded(str(frame.get("error") or "it said nothing of use"))
        uid, abi = frame.get("uid"), frame.get("landlock_abi")
        self.uid = uid if isinstance(uid, int) else -1
        self.landlock_abi = abi if isinstance(abi, int) else 0

    async def _collect(self, received: Received) -> None:
        """Take in frames until the program is done, and not for ever more of them."""
        budget = 4 * _FRAME_BYTES
        while True:
            frame = await self._next()
            if received.add(frame):
                return
            budget -= self._taken
            if budget < 0:
                raise HostileFrame("it never stopped talking")

    async def _next(self) -> dict[str, JsonValue]:
        """Read one frame; a wait that is cut short goes on where it was."""
        try:
            if self._length is None:
                (self._length,) = HEADER.unpack(await self._reader.readexactly(HEADER.size))
            if self._length > _FRAME_BYTES:
                raise HostileFrame("it sent a message that is too long")
            body = await self._reader.readexactly(self._length)
        except (asyncio.IncompleteReadError, OSError) as error:
            raise SessionEnded(self._why) from error
        self._taken, self._length = self._length, None
        return parse(body)

    def _signal(self, number: signal.Signals) -> None:
        try:
            signal.pidfd_send_signal(self._pidfd, number)
        except ProcessLookupError:
            pass


def _died(reason: Exception) -> ProgramError:
    message = f"The program ended the interpreter it ran in: {reason}. Its variables are gone."
    return ProgramError(name="SessionDied", message=message)


def _interrupted(error: ProgramError, seconds: float) -> ProgramError:
    message = f"The program was stopped after {seconds:g} seconds; its variables are kept."
    return replace(error, name="Timeout", message=message)


def _killed(seconds: float) -> ProgramError:
    message = (
        f"The program did not stop when it was interrupted after {seconds:g} seconds, so its "
        "session was killed; its variables are gone."
    )
    return ProgramError(name="Timeout", message=message)
