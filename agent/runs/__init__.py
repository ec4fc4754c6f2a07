"""Runs: the event log, the engine that owns them, and what is recorded of them."""

from .database import Database
from .engine import Emit, Job, RunEngine
from .log import EventLog, MemoryEventLog, SqliteEventLog, ThreadKey
from .resuming import Told, told
from .store import Run, RunStore

__all__ = [
    "Database",
    "Emit",
    "EventLog",
    "Job",
    "MemoryEventLog",
    "Run",
    "RunEngine",
    "RunStore",
    "SqliteEventLog",
    "ThreadKey",
    "Told",
    "told",
]
