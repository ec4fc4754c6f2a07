"""The inbox: every message kept before it is acknowledged, until it has been answered."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from surefoot.agent import Database

from .incoming import Changed, Question, SharedFile
from .places import Place

IN_MEMORY = Path(":memory:")

SCHEMA = """
PRAGMA secure_delete = ON;
PRAGMA wal_autocheckpoint = 0;
CREATE TABLE IF NOT EXISTS deliveries (event_id TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS deliveries_by_time ON deliveries (at);
CREATE TABLE IF NOT EXISTS inbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    team TEXT NOT NULL, channel TEXT NOT NULL, thread_ts TEXT NOT NULL, ts TEXT NOT NULL,
    user TEXT NOT NULL, text TEXT NOT NULL, is_shared INTEGER NOT NULL, files TEXT NOT NULL,
    accepted_at REAL NOT NULL, outcome TEXT, run_id TEXT,
    owner TEXT, lease REAL NOT NULL DEFAULT 0, not_before REAL NOT NULL DEFAULT 0,
    UNIQUE (channel, ts));
CREATE INDEX IF NOT EXISTS inbox_open ON inbox (channel, thread_ts, id) WHERE outcome IS NULL;
CREATE INDEX IF NOT EXISTS inbox_of_thread ON inbox (channel, thread_ts, id);
CREATE INDEX IF NOT EXISTS inbox_of_person ON inbox (team, user, accepted_at);
CREATE INDEX IF NOT EXISTS inbox_of_run ON inbox (run_id);
CREATE TABLE IF NOT EXISTS replies (
    inbox_id INTEGER NOT NULL, part TEXT NOT NULL, channel TEXT NOT NULL, ts TEXT,
    PRIMARY KEY (inbox_id, part)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS replies_by_ts ON replies (channel, ts);
CREATE TABLE IF NOT EXISTS feedback (
    run_id TEXT NOT NULL, team TEXT NOT NULL, user TEXT NOT NULL, verdict TEXT NOT NULL,
    thread_id TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY (run_id, team, user)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS people (
    team TEXT NOT NULL, user TEXT NOT NULL, shares_memory INTEGER NOT NULL,
    PRIMARY KEY (team, user)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS installations (
    team TEXT PRIMARY KEY, sealed BLOB NOT NULL, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS states (state TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
"""

_REMEMBERED_SECONDS = 7 * 24 * 3600
"""How long the id of a delivery is known; Slack gives up within a day."""
_DONE = "outcome = ?, text = '', files = '[]'"
_COLUMNS = "id, team, channel, thread_ts, ts, user, text, is_shared, files, run_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A question in the inbox."""

    id: int
    question: Question
    run_id: str | None = None


def open_database(path: Path) -> Database:
    """Open the file that the bot keeps its own things in. `checkpoint` keeps its log short."""
    return Database(path, schema=SCHEMA)


def checkpoint(path: Path) -> None:
    """Move what has been written from the file's log into the file.

    SQLite would do that within a commit, which an acknowledgement waits for; a busy disk takes
    longer for it than for a thousand commits.
    """
    if path != IN_MEMORY:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")


class Inbox:
    """Messages in SQLite. Several processes may share the file: each holds what it works on."""

    def __init__(
        self, database: Database, *, owner: str, lease_seconds: float, now: Callable[[], float]
    ) -> None:
        self._database = database
        self._owner = owner
        self._lease = lease_seconds
        self._now = now

    async def accept(
        self, event_id: str, question: Question | None, *, outcome: str | None = None
    ) -> bool:
        """Note a delivery and the question in it; False when either has come before.

        A question with an outcome is only known, not answered.
        """
        now = self._now()

        def work(connection: sqlite3.Connection) -> bool:
            if (
                event_id
                and not connection.execute(
                    "INSERT OR IGNORE INTO deliveries VALUES (?, ?)", (event_id, now)
                ).rowcount
            ):
                return False
            return question is None or _insert(connection, question, now, outcome)

        return await self._database.run(work)

    async def change(self, changed: Changed) -> str | None:
        """Note that a question was edited or deleted; return its run, if one has begun.

        An edit counts as long as no run has begun. A deleted question whose run has not begun is
        not answered any more.
        """

        def work(connection: sqlite3.Connection) -> str | None:
            where = "channel = ? AND ts = ? AND outcome IS NULL"
            place = (changed.channel, changed.ts)
            found = connection.execute(f"SELECT run_id FROM inbox WHERE {where}", place).fetchone()
            if found is None:
                return None
            if found[0] is not None:
                return str(found[0])
            if changed.text is None:
                connection.execute(f"UPDATE inbox SET {_DONE} WHERE {where}", ("deleted", *place))
            else:
                connection.execute(
                    f"UPDATE inbox SET text = ? WHERE {where}", (changed.text, *place)
                )
            return None

        return await self._database.run(work)

    async def claim(self, limit: int) -> list[Item]:
        """Take up to `limit` questions that nobody holds, the first open one of each thread."""
        now = self._now()

        def work(connection: sqlite3.Connection) -> list[Item]:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM inbox AS item WHERE outcome IS NULL"
                " AND (owner IS NULL OR lease < ?) AND not_before <= ?"
                " AND NOT EXISTS (SELECT 1 FROM inbox AS earlier WHERE earlier.outcome IS NULL"
                "  AND earlier.channel = item.channel AND earlier.thread_ts = item.thread_ts"
                "  AND earlier.id < item.id)"
                " ORDER BY id LIMIT ?",
                (now, now, limit),
            ).fetchall()
            connection.executemany(
                "UPDATE inbox SET owner = ?, lease = ? WHERE id = ?",
                [(self._owner, now + self._lease, row[0]) for row in rows],
            )
            return [_item(row) for row in rows]

        return await self._database.run(work)

    async def renew(self) -> None:
        """Go on holding what is held, and forget deliveries that cannot come again."""
        now = self._now()

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE inbox SET lease = ? WHERE owner = ? AND outcome IS NULL",
                (now + self._lease, self._owner),
            )
            connection.execute("DELETE FROM deliveries WHERE at < ?", (now - _REMEMBERED_SECONDS,))

        await self._database.run(work)

    async def began(self, item: Item, run_id: str) -> bool:
        """Note which run answers a question; False when it has been deleted meanwhile."""
        noted = await self._database.run(
            lambda c: (
                c.execute(
                    "UPDATE inbox SET run_id = ? WHERE id = ? AND outcome IS NULL",
                    (run_id, item.id),
                ).rowcount
            )
        )
        return bool(noted)

    async def done(self, item: Item, outcome: str) -> None:
        """Note that nothing is left to do for a question. What it said is not kept here."""
        await self._run(f"UPDATE inbox SET {_DONE} WHERE id = ?", outcome, item.id)

    async def put_back(self, item: Item, *, seconds: float) -> None:
        """Let go of a question, to be taken up again in some time."""
        await self._run(
            "UPDATE inbox SET owner = NULL, not_before = ? WHERE id = ?",
            self._now() + seconds,
            item.id,
        )

    async def let_go(self, *, of_everybody: bool = False) -> None:
        """Let go of what this process holds, or of what any does that is known to have ended."""
        await self._run(
            "UPDATE inbox SET owner = NULL WHERE outcome IS NULL AND (? OR owner = ?)",
            of_everybody,
            self._owner,
        )

    async def is_empty(self) -> bool:
        """Return whether everything is answered."""
        return await self._one("SELECT 1 FROM inbox WHERE outcome IS NULL LIMIT 1") is None

    async def is_first(self, item: Item) -> bool:
        """Return whether a question is the first of its thread."""
        place = item.question.place
        row = await self._one(
            "SELECT min(id) FROM inbox WHERE channel = ? AND thread_ts = ?",
            place.channel,
            place.thread_ts,
        )
        return row is not None and row[0] == item.id

    async def asked_before(self, item: Item, *, seconds: float) -> int:
        """Return how much its person asked in the time before a question, without what was refused
        for being too much."""
        question = item.question
        row = await self._one(
            "SELECT count(*) FROM inbox AS other JOIN inbox AS this ON this.id = ?"
            " WHERE other.team = ? AND other.user = ? AND other.id < this.id"
            " AND other.accepted_at > this.accepted_at - ?"
            " AND coalesce(other.outcome, '') NOT IN ('limited', 'stopped', 'deleted')",
            *(item.id, question.place.team, question.user, seconds),
        )
        assert row is not None
        return int(str(row[0]))

    async def of_run(self, run_id: str) -> Item | None:
        """Return the question that a run answers."""
        row = await self._one(f"SELECT {_COLUMNS} FROM inbox WHERE run_id = ?", run_id)
        return None if row is None else _item(row)

    async def open_in(self, place: Place) -> list[Item]:
        """Return the questions of a thread that are not answered yet."""
        rows = await self._database.run(
            lambda c: c.execute(
                f"SELECT {_COLUMNS} FROM inbox WHERE channel = ? AND thread_ts = ?"
                " AND outcome IS NULL ORDER BY id",
                (place.channel, place.thread_ts),
            ).fetchall()
        )
        return [_item(row) for row in rows]

    async def intend(self, item: Item, part: str) -> str | None:
        """Note that a message is about to be posted; return its ts when it has been.

        The empty string means that an earlier try may have posted it.
        """

        def work(connection: sqlite3.Connection) -> str | None:
            known = connection.execute(
                "SELECT ts FROM replies WHERE inbox_id = ? AND part = ?", (item.id, part)
            ).fetchone()
            if known is not None:
                return str(known[0] or "")
            connection.execute(
                "INSERT INTO replies VALUES (?, ?, ?, NULL)",
                (item.id, part, item.question.place.channel),
            )
            return None

        return await self._database.run(work)

    async def posted(self, item: Item, part: str, ts: str) -> None:
        """Note the message that a part of a reply is in."""
        await self._run(
            "UPDATE replies SET ts = ? WHERE inbox_id = ? AND part = ?", ts, item.id, part
        )

    async def known_messages(self, place: Place) -> set[str]:
        """Return the messages of a thread that are known to be parts of replies."""
        rows = await self._database.run(
            lambda c: c.execute(
                "SELECT replies.ts FROM replies JOIN inbox ON inbox.id = inbox_id"
                " WHERE inbox.channel = ? AND thread_ts = ? AND replies.ts IS NOT NULL",
                (place.channel, place.thread_ts),
            ).fetchall()
        )
        return {str(ts) for (ts,) in rows}

    async def _run(self, sql: str, *values: object) -> None:
        await self._database.run(lambda c: c.execute(sql, values))

    async def _one(self, sql: str, *values: object) -> Sequence[object] | None:
        row: Sequence[object] | None = await self._database.run(
            lambda c: c.execute(sql, values).fetchone()
        )
        return row


def _insert(
    connection: sqlite3.Connection, question: Question, now: float, outcome: str | None
) -> bool:
    place = question.place
    row = (
        *(place.team, place.channel, place.thread_ts, question.ts, question.user, question.text),
        *(question.is_shared, json.dumps([asdict(file) for file in question.files]), now, outcome),
    )
    return bool(
        connection.execute(
            "INSERT OR IGNORE INTO inbox (team, channel, thread_ts, ts, user, text, is_shared,"
            " files, accepted_at, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        ).rowcount
    )


def _item(row: Sequence[object]) -> Item:
    number, team, channel, thread_ts, ts, user, text, is_shared, files, run_id = row
    return Item(
        id=int(str(number)),
        question=Question(
            place=Place(team=str(team), channel=str(channel), thread_ts=str(thread_ts)),
            ts=str(ts),
            user=str(user),
            text=str(text),
            is_shared=bool(is_shared),
            files=tuple(SharedFile(**file) for file in json.loads(str(files))),
        ),
        run_id=None if run_id is None else str(run_id),
    )
