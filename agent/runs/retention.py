"""Retention: runs that ended long ago go, with their events."""

from __future__ import annotations

import sqlite3

from .database import Database

_OLD_THREADS = """
SELECT r.tenant, r.thread_id, t.seq FROM runs r
JOIN threads t ON t.tenant = r.tenant AND t.thread_id = r.thread_id
WHERE r.finished_at < ? GROUP BY r.tenant, r.thread_id
"""
_FIRST_KEPT = """
SELECT min(e.seq) FROM runs r JOIN events e ON e.run_id = r.run_id
WHERE r.tenant = ? AND r.thread_id = ? AND (r.finished_at IS NULL OR r.finished_at >= ?)
"""


async def expire_runs(database: Database, *, before: str) -> int:
    """Erase what ended before a time, from each thread's beginning on; return how many events.

    Events that stand behind those of a younger run stay until that goes too, so that what is left
    of a thread has no hole. Numbers are not given again.
    """

    def work(connection: sqlite3.Connection) -> int:
        erased = 0
        for tenant, thread_id, last in connection.execute(_OLD_THREADS, (before,)).fetchall():
            key = (tenant, thread_id)
            (first,) = connection.execute(_FIRST_KEPT, (*key, before)).fetchone()
            through = last if first is None else first - 1
            erased += connection.execute(
                "DELETE FROM events WHERE tenant = ? AND thread_id = ? AND seq <= ?",
                (*key, through),
            ).rowcount
            connection.execute(
                "DELETE FROM runs WHERE tenant = ? AND thread_id = ? AND finished_at < ?"
                " AND NOT EXISTS (SELECT 1 FROM events e WHERE e.run_id = runs.run_id)",
                (*key, before),
            )
        return erased

    return await database.run(work)
