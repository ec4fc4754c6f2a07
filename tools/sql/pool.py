"""The pool: query processes, started when first needed, replaced when they have to be killed."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from surefoot.errors import ConfigurationError, StorageError

from .child import Child, ChildGone, ChildLate, Message
from .refusals import Refused

_START_SECONDS = 60.0
_AT_ONCE = 0.2
"""Seconds within which a process that ends was probably ending already."""
_KILL_AFTER = 1.0
"""Seconds past DuckDB's own deadline at which the process is killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryLimits:
    """What one query may use."""

    seconds: float = 10.0
    look_seconds: float = 0.05
    """For small queries of our own beside the one asked: what it compares with, what disagrees."""
    memory_mb: int = 512
    address_space_mb: int = 3_072
    """What the whole process may map; the wall behind DuckDB's own memory limit."""
    threads: int = 2
    rows: int = 1_000
    """Rows handed over; the rest are only counted."""
    processes: int = 2
    """Queries that may run at the same time."""


class Pool:
    """Query processes for one folder of snapshots."""

    def __init__(self, folder: Path, limits: QueryLimits) -> None:
        self._folder = folder
        self._limits = limits
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._lock = threading.Lock()
        self._threads: ThreadPoolExecutor | None = None
        self._closed = False

    async def ask(self, do: str, sql: str) -> Message:
        """Return what a query process answers; raises `Refused`. Cancelling kills the process."""
        if self._closed:
            raise ConfigurationError("The workspace is closed. Open a new one to query it.")
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._limits.processes, "surefoot-sql")
        call, request = _Call(), Message(do=do, sql=sql)
        loop = asyncio.get_running_loop()
        answer = loop.run_in_executor(self._threads, self._exchange, call, request)
        try:
            return await answer
        finally:
            call.give_up()

    async def close(self) -> None:
        """End every process and thread."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            for worker in self._busy:
                worker.kill()
        threads, self._threads = self._threads, None
        if threads is not None:
            await asyncio.to_thread(threads.shutdown, cancel_futures=True)
        for worker in idle:
            worker.close()

    def _exchange(self, call: _Call, request: Message) -> Message:
        try:
            try:
                return self._attempt(call, request)
            except _DiedIdle:
                return self._attempt(call, request)
        except (ChildGone, ChildLate):
            if self._closed:
                raise Refused("The workspace was closed meanwhile.", "sql_stopped") from None
            raise Refused(
                "The query used more time or memory than is allowed, and its process was "
                "stopped. Filter earlier, aggregate, or select less.",
                "sql_stopped",
            ) from None

    def _attempt(self, call: _Call, request: Message) -> Message:
        worker = self._take()
        sound = False
        try:
            worker.become_ready()
            call.hold(worker)
            reply = worker.ask(request)
            sound = not reply.get("fatal")
            return reply
        finally:
            self._put_back(worker, sound=call.release() and sound)

    def _take(self) -> _Worker:
        with self._lock:
            if self._closed:
                raise ChildGone
            worker = self._idle.pop() if self._idle else None
            if worker is not None and not worker.is_alive:
                worker.close()
                worker = None
            worker = worker or _Worker(self._folder, self._limits)
            self._busy.add(worker)
            return worker

    def _put_back(self, worker: _Worker, *, sound: bool) -> None:
        """Keep the process for the next query, or start the one that takes its place."""
        with self._lock:
            self._busy.discard(worker)
            if not sound or self._closed:
                worker.close()
            if not self._closed:
                self._idle.append(worker if sound else _Worker(self._folder, self._limits))


class _DiedIdle(ChildGone):
    """The process seems to have ended before it was asked: worth another try."""


class _Worker:
    """One query process."""

    def __init__(self, folder: Path, limits: QueryLimits) -> None:
        self._limits = limits
        self._ready = False
        self._has_answered = False
        self._killed = False
        self._child = Child("surefoot.tools.sql.worker")
        self._settings: Message = {
            "folder": str(folder),
            "memory_limit": f"{limits.memory_mb}MB",
            "threads": limits.threads,
            "seconds": limits.seconds,
            "look_seconds": limits.look_seconds,
            "rows": limits.rows,
            "address_space": limits.address_space_mb << 20,
        }

    @property
    def is_alive(self) -> bool:
        return self._child.is_alive

    def become_ready(self) -> None:
        """Wait until the process has started; raises `StorageError` if it cannot."""
        if self._ready:
            return
        try:
            self._child.send(self._settings)
            self._child.receive(_START_SECONDS)
        except (ChildGone, ChildLate):
            if self._killed:
                raise
            raise StorageError(
                "The query process does not start. Run "
                "`python -m surefoot.tools.sql.worker < /dev/null` to see why."
            ) from None
        self._ready = True

    def ask(self, request: Message) -> Message:
        """Return the answer to one request; raises `ChildGone` or `ChildLate`."""
        began = time.monotonic()
        had_answered, self._has_answered = self._has_answered, True
        try:
            self._child.send(request)
            return self._child.receive(self._limits.seconds + _KILL_AFTER)
        except ChildGone:
            if had_answered and not self._killed and time.monotonic() - began < _AT_ONCE:
                raise _DiedIdle from None
            raise

    def kill(self) -> None:
        self._killed = True
        self._child.kill()

    def close(self) -> None:
        self._child.close()


class _Call:
    """One request, which may be given up while another thread waits for its answer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._worker: _Worker | None = None
        self._given_up = False

    def hold(self, worker: _Worker) -> None:
        with self._lock:
            self._worker = worker
            if self._given_up:
                worker.kill()

    def release(self) -> bool:
        """Return False when the process was killed because the call was given up."""
        with self._lock:
            self._worker = None
            return not self._given_up

    def give_up(self) -> None:
        with self._lock:
            self._given_up = True
            if self._worker is not None:
                self._worker.kill()
