"""Runs: the event log, the engine that owns them, and what is recorded of them."""

from .database import Database
from .engine import ROLLED_BACK, RunEngine, ThreadBusy
from .job import Emit, Job
from .log import EventLog, ThreadKey
from .log_memory import MemoryEventLog
from .log_sqlite import SqliteEventLog
from .resuming import Told, told
from .retention import expire_runs
from .store import Run, RunStore
from .threads import Thread, ThreadBook, ThreadSearch

__all__ = [
    "ROLLED_BACK",
    "Database",
    "Emit",
    "EventLog",
    "Job",
    "MemoryEventLog",
    "Run",
    "RunEngine",
    "RunStore",
    "SqliteEventLog",
    "Thread",
    "ThreadBook",
    "ThreadBusy",
    "ThreadKey",
    "ThreadSearch",
    "Told",
    "expire_runs",
    "told",
]
