"""Home: where an assistant keeps its runs, on disk or only in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from surefoot.graphs import Checkpoints

from .data_dir import DataDir
from .runs import (
    Database,
    EventLog,
    MemoryEventLog,
    RunStore,
    SqliteEventLog,
    ThreadBook,
    ThreadKey,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The log, the run store and the checkpoints of one assistant."""

    log: EventLog
    threads: ThreadBook
    store: RunStore | None = None
    """None when nothing outlives the process."""
    checkpoints: Checkpoints | None = None
    """None when no run can be interrupted or resumed."""
    data_dir: DataDir | None = None
    database: Database | None = None

    @classmethod
    def on_disk(cls, data_dir: DataDir, *, now: Callable[[], str]) -> Home:
        """Open what the folder holds. Raises `StorageError`."""
        database = Database(data_dir.events)
        store = RunStore(database)
        return cls(
            log=SqliteEventLog(database, now=now),
            threads=ThreadBook(database, now=now),
            store=store,
            checkpoints=Checkpoints(store),
            data_dir=data_dir,
            database=database,
        )

    @classmethod
    def in_memory(cls, *, now: Callable[[], str], interruptible: bool) -> Home:
        """Keep nothing beyond the process; `interruptible` runs can wait for approval."""
        return cls(
            log=MemoryEventLog(now=now),
            threads=ThreadBook(None, now=now),
            checkpoints=Checkpoints() if interruptible else None,
        )

    async def drop_thread(self, key: ThreadKey) -> None:
        """Delete a thread's events and runs and let its readers go."""
        await self.log.open_thread(key)
        await self.log.erase(key, through=self.log.last_seq(key))
        self.log.release(key)
        await self.threads.remove(key)

    async def close(self) -> None:
        """Close every file and let go of the folder."""
        await self.threads.close()
        if self.database is not None:
            await self.database.close()
        if self.data_dir is not None:
            self.data_dir.close()
