"""Monty: a small Python of its own, in worker processes, with no way to the world around it.

Its language has no files, network or environment, and it runs wherever its package does. What it
lacks is a jail around the worker: code that breaks the interpreter has its user's rights. Where
the local sandbox works, programs belong there.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from pydantic import JsonValue

from .jail.plan import SandboxLimits
from .received import Received
from .sandbox import NO_INPUTS, Execution, ProgramError, SandboxUnavailable

if TYPE_CHECKING:
    from pydantic_monty import CollectStreams, Monty, MontyError, MontySession

T = TypeVar("T")
_REMEMBERED = 1_000
"""Sessions of which it is known that they have run before."""


class MontyPool:
    """Worker processes, started when they are needed."""

    def __init__(self, *, workers: int = 8, memory_mb: int = 256) -> None:
        """Start up to `workers` processes, each with so much memory for what a program makes."""
        self._workers = workers
        self._memory_mb = memory_mb
        self._pool: Monty | None = None

    async def checkout(self) -> MontySession:
        """Return a worker with nothing in it. Raises `SandboxUnavailable`."""
        return await asyncio.to_thread(self._checkout)

    def _checkout(self) -> MontySession:
        if self._pool is None:
            try:
                from pydantic_monty import Monty
            except ImportError:
                raise SandboxUnavailable(
                    "Monty needs a package that is not installed: pip install 'surefoot[monty]'."
                ) from None
            self._pool = Monty(min_processes=1, max_processes=self._workers).__enter__()
        return self._pool.checkout(limits={"max_memory": self._memory_mb << 20}).__enter__()

    async def close(self) -> None:
        """End all workers."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.__exit__, None, None, None)


async def turn(session: MontySession, work: Callable[[], T]) -> T:
    """Let a worker compute until it is done or needs something; cancelling kills the worker."""
    pid = session.worker_pid
    working = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await asyncio.gather(working, return_exceptions=True)
        raise


async def give_back(session: MontySession) -> None:
    """End a session; its worker is cleaned, or replaced if it was killed."""
    await asyncio.to_thread(session.__exit__, None, None, None)


def program_error(error: MontyError) -> ProgramError:
    """Return why a program failed, with its own lines."""
    from pydantic_monty import MontyCrashedError, MontyRuntimeError

    if isinstance(error, MontyCrashedError):
        return ProgramError(name="SessionDied", message="The interpreter ended.")
    cause = error.exception()
    traceback = error.display("traceback") if isinstance(error, MontyRuntimeError) else str(error)
    return ProgramError(name=type(cause).__name__, message=str(cause), traceback=traceback)


def execution_of(
    value: object, printed: CollectStreams, limits: SandboxLimits, error: ProgramError | None = None
) -> Execution:
    """Return what came of a program, bounded as the local sandbox's is."""
    received = Received("", limits)
    for stream, text in printed.output:
        received.add({"id": "", "type": stream, "text": text})
    shown = None if value is None else repr(value)
    received.add({"id": "", "type": "done", "shown": shown, "result": _as_json(value)})
    return received.execution(error=error)


def _as_json(value: object) -> str | None:
    try:
        return None if value is None else json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return None


@dataclass(slots=True)
class _Seat:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0
    session: MontySession | None = None
    has_run: bool = False


class MontySandbox:
    """Sessions of Monty, for systems where there is no jail; a subset of Python, no libraries."""

    def __init__(self, *, sessions: int = 8, limits: SandboxLimits | None = None) -> None:
        """Keep up to `sessions`, of which the longest unused makes room for another."""
        self._limits = limits or SandboxLimits()
        self._sessions = sessions
        self._pool = MontyPool(workers=sessions, memory_mb=self._limits.memory_mb)
        self._places = asyncio.Semaphore(sessions)
        self._seats: OrderedDict[str, _Seat] = OrderedDict()

    async def start(self) -> None:
        """See that there is a Monty here. Raises `SandboxUnavailable`."""
        await give_back(await self._pool.checkout())

    async def run(
        self,
        code: str,
        *,
        session: str,
        inputs: Mapping[str, JsonValue] = NO_INPUTS,
        timeout_seconds: float = 20.0,
    ) -> Execution:
        """Run `code` in a session; one that is out of time loses its variables."""
        seat = self._seats.setdefault(session, _Seat())
        self._seats.move_to_end(session)
        seat.users += 1
        try:
            async with seat.turn, self._places:
                return await self._run_in(seat, code, inputs, timeout_seconds)
        finally:
            seat.users -= 1

    async def reset(self, session: str) -> None:
        """End a session; the next program in it starts from nothing."""
        if (seat := self._seats.pop(session, None)) is not None:
            async with seat.turn:
                await self._leave(seat)

    async def close(self) -> None:
        """End all sessions and their workers."""
        for name in list(self._seats):
            await self.reset(name)
        await self._pool.close()

    async def _run_in(
        self, seat: _Seat, code: str, inputs: Mapping[str, JsonValue], timeout_seconds: float
    ) -> Execution:
        restarted = seat.has_run and seat.session is None
        await self._make_place()
        worker = seat.session = seat.session or await self._pool.checkout()
        seat.has_run = True
        from pydantic_monty import CollectStreams, MontyError

        printed = CollectStreams(max_bytes=2 * self._limits.output_kb << 10)
        value: object = None
        failure: ProgramError | None = None
        try:
            async with asyncio.timeout(timeout_seconds):
                value = await turn(
                    worker,
                    partial(worker.feed_run, code, inputs=dict(inputs), print_callback=printed),
                )
        except TimeoutError:
            told = f"The program was stopped after {timeout_seconds:g} seconds."
            failure = ProgramError(name="Timeout", message=f"{told} Its variables are gone.")
        except MontyError as error:
            failure = program_error(error)
        except asyncio.CancelledError:
            await self._leave(seat)
            raise
        if failure is not None and failure.name in ("Timeout", "SessionDied"):
            await self._leave(seat)
        done = execution_of(value, printed, self._limits, failure)
        return replace(done, restarted=restarted)

    async def _make_place(self) -> None:
        kept = [name for name, seat in self._seats.items() if seat.session is not None]
        idle = [name for name in kept if self._seats[name].users == 0]
        if len(kept) >= self._sessions and idle:
            await self._leave(self._seats[idle[0]])
        ended = [name for name, seat in self._seats.items() if not (seat.users or seat.session)]
        for name in ended[: max(len(self._seats) - _REMEMBERED, 0)]:
            del self._seats[name]

    async def _leave(self, seat: _Seat) -> None:
        worker, seat.session = seat.session, None
        if worker is not None:
            await give_back(worker)
