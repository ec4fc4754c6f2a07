"""The database: one SQLite file, one thread that writes it, many small transactions in one."""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from surefoot.errors import StorageError

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS threads (
    tenant TEXT NOT NULL, thread_id TEXT NOT NULL, seq INTEGER NOT NULL, evidence INTEGER NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    PRIMARY KEY (tenant, thread_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (
    tenant TEXT NOT NULL, thread_id TEXT NOT NULL, seq INTEGER NOT NULL, run_id TEXT NOT NULL,
    type TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (tenant, thread_id, seq)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS events_of_run ON events (run_id, seq);
CREATE TABLE IF NOT EXISTS runs (
    run_id TEXT PRIMARY KEY, tenant TEXT NOT NULL, thread_id TEXT NOT NULL, user TEXT,
    message_id TEXT, text TEXT NOT NULL, policy TEXT NOT NULL, status TEXT NOT NULL,
    attempts INTEGER NOT NULL, created_at TEXT NOT NULL, finished_at TEXT) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS runs_of_thread ON runs (tenant, thread_id, created_at);
CREATE UNIQUE INDEX IF NOT EXISTS runs_of_message ON runs (tenant, thread_id, message_id)
    WHERE message_id IS NOT NULL;
CREATE TABLE IF NOT EXISTS conversations (
    tenant TEXT NOT NULL, thread_id TEXT NOT NULL, user TEXT, title TEXT NOT NULL,
    metadata TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    PRIMARY KEY (tenant, thread_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS conversations_by_time ON conversations (tenant, updated_at);
CREATE TABLE IF NOT EXISTS images (
    run_id TEXT NOT NULL, place INTEGER NOT NULL, media_type TEXT NOT NULL, data TEXT NOT NULL,
    PRIMARY KEY (run_id, place)) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS images_go_with_runs AFTER DELETE ON runs BEGIN
    DELETE FROM images WHERE run_id = old.run_id; END;
CREATE TABLE IF NOT EXISTS instructions (
    run_id TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS calls (
    call_id TEXT PRIMARY KEY, run_id TEXT NOT NULL, output TEXT) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS calls_of_run ON calls (run_id);
CREATE TABLE IF NOT EXISTS decisions (
    call_id TEXT PRIMARY KEY, run_id TEXT NOT NULL, decision TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS states (
    run_id TEXT PRIMARY KEY, kind TEXT NOT NULL, body BLOB NOT NULL);
"""

_MOST = 1000
"""Pieces of work in one transaction."""
_ROOM = 1_000_000
"""Bytes that must be free before a file that was full is written again."""
_NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
_TURNS = 6
"""Turns of the event loop for which work waits for company. Waking the thread costs more than most
work, and who has posted often posts again at once; an idle loop turns in some microseconds."""


class _Job:
    """One piece of work, and whom to tell."""

    __slots__ = ("done", "error", "failed", "result", "run_id", "work")

    def __init__(
        self,
        work: Work[object],
        done: Callable[[object], None],
        failed: Callable[[Exception], None],
        run_id: str | None,
    ) -> None:
        self.work = work
        self.done = done
        self.failed = failed
        self.run_id = run_id
        self.result: object = None
        self.error: Exception | None = None


class Database:
    """Work is committed before anybody hears that it is done.

    What is posted at about the same time is one transaction, and so is all that waits under load.
    A piece of work that fails is rolled back alone. When something of a run could not be kept,
    nothing that comes behind it is either, until `forgive` is called.
    """

    def __init__(self, path: Path, *, schema: str = _SCHEMA) -> None:
        """Open the file; `schema` makes what is not there yet."""
        self._path = path
        self._posted: list[_Job] = []
        """What the thread has not been given yet."""
        self._batches: queue.SimpleQueue[list[_Job] | None] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._lost: set[str] = set()
        """Runs of which something could not be kept. Only the thread adds to it."""
        try:
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._connection.executescript(schema)
        except sqlite3.Error as error:
            raise _storage_error(path, error) from error
        self._thread = threading.Thread(target=self._serve, name="surefoot-database", daemon=True)
        self._thread.start()

    def submit(self, work: Work[T], *, run_id: str | None = None) -> asyncio.Future[T]:
        """Do `work` in a transaction soon; return what becomes its result once that is committed.

        Whoever does not wait for it may rely on the order: what is posted later comes later.
        `run_id` names the run without whose earlier work it is not to be kept.
        """
        future: asyncio.Future[T] = self._loop.create_future()

        def done(result: object) -> None:
            if not future.done():
                future.set_result(result)  # type: ignore[arg-type]

        def failed(error: Exception) -> None:
            if not future.done():
                future.set_exception(error)

        self.post(work, done, failed, run_id=run_id)
        return future

    async def run(self, work: Work[T], *, run_id: str | None = None) -> T:
        """Do `work` in a transaction and return its result once that is committed."""
        return await self.submit(work, run_id=run_id)

    def post(
        self,
        work: Work[T],
        done: Callable[[object], None],
        failed: Callable[[Exception], None],
        *,
        run_id: str | None = None,
    ) -> None:
        """Do `work` soon; `done` or `failed` is called on the event loop, in posting order."""
        if not self._posted:
            self._loop.call_soon(self._wait, _TURNS - 1)
        self._posted.append(_Job(work, done, failed, run_id))

    def _wait(self, turns: int) -> None:
        """Wait for company."""
        if turns:
            self._loop.call_soon(self._wait, turns - 1)
        else:
            self._hand_over()

    def _hand_over(self) -> None:
        """Give the thread what has been posted."""
        if self._posted:
            batch, self._posted = self._posted, []
            self._batches.put(batch)

    async def check(self) -> None:
        """Write a page as it is, to see that the file can be written. Raises `StorageError`."""

        def work(connection: sqlite3.Connection) -> None:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            connection.execute(f"PRAGMA user_version = {version}")

        await self.run(work)

    async def check_room(self) -> None:
        """See that there is room to go on for a while. Raises `StorageError`."""

        def fill(connection: sqlite3.Connection) -> None:
            connection.execute("CREATE TABLE IF NOT EXISTS room (bytes BLOB)")
            connection.execute("INSERT INTO room VALUES (zeroblob(?))", (_ROOM,))

        await self.run(fill)
        await self.run(lambda c: c.execute("DROP TABLE room"))

    def lost(self) -> frozenset[str]:
        """Return the runs of which something could not be kept, and so nothing behind it."""
        return frozenset(self._lost)

    def forgive(self, run_ids: frozenset[str]) -> None:
        """Keep again what comes of these runs: they begin again behind what was kept."""
        self._lost -= run_ids

    async def close(self) -> None:
        """Finish what waits and close the file."""
        self._hand_over()
        self._batches.put(None)
        await asyncio.to_thread(self._thread.join)
        await asyncio.sleep(0)
        self._connection.close()

    def _serve(self) -> None:
        while (batch := self._next_batch()) is not None:
            self._commit(batch)
            self._loop.call_soon_threadsafe(_tell, batch)

    def _next_batch(self) -> list[_Job] | None:
        """Wait for work and return all there is, or None when the database is closed."""
        if (batch := self._batches.get()) is None:
            return None
        while len(batch) < _MOST:
            try:
                more = self._batches.get_nowait()
            except queue.Empty:
                break
            if more is None:
                self._batches.put(None)
                break
            batch += more
        return batch

    def _commit(self, batch: list[_Job]) -> None:
        """Do the work in one transaction or, where that is too much for the disk, each in its own.

        SQLite rolls back all of a transaction for which there is no room.
        """
        error = self._try(batch)
        if error is not None and len(batch) > 1 and error.sqlite_errorcode & 0xFF in _NO_ROOM:
            for job in batch:
                job.error = None
                self._commit([job])
        elif error is not None:
            for job in batch:
                job.error = _storage_error(self._path, error)
                self._note(job)

    def _try(self, batch: list[_Job]) -> sqlite3.Error | None:
        """Do the work in one transaction; return what kept it from being committed."""
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            for job in batch:
                self._work(connection, job)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            return error
        return None

    def _note(self, job: _Job) -> None:
        """Note a run that lacks something from now on."""
        if job.error is not None and job.run_id is not None:
            self._lost.add(job.run_id)

    def _work(self, connection: sqlite3.Connection, job: _Job) -> None:
        if job.run_id in self._lost:
            told = "What came before it in its run could not be kept."
            job.error = StorageError(told)
            return
        connection.execute("SAVEPOINT job")
        try:
            job.result = job.work(connection)
        except sqlite3.IntegrityError as error:
            job.error = error
        except Exception as error:
            if isinstance(error, sqlite3.Error) and not connection.in_transaction:
                raise
            job.error = (
                _storage_error(self._path, error) if isinstance(error, sqlite3.Error) else error
            )
        if job.error is not None:
            connection.execute("ROLLBACK TO job")
        connection.execute("RELEASE job")
        self._note(job)


def _tell(batch: list[_Job]) -> None:
    for job in batch:
        if job.error is not None:
            job.failed(job.error)
        else:
            job.done(job.result)


def _storage_error(path: Path, error: Exception) -> StorageError:
    told = str(error)
    if "full" in told:
        advice = "Free some space; it then goes on, and nothing that was acknowledged is lost."
    elif "malformed" in told or "not a database" in told:
        advice = "Move the file away and restore it from a backup, or start with an empty one."
    elif "readonly" in told or "unable to open" in told:
        advice = "Make the folder writable, or choose another with SUREFOOT_DATA_DIR."
    else:
        advice = "Check the disk and the file's permissions."
    return StorageError(f"{path} cannot be written: {told}. {advice}")
