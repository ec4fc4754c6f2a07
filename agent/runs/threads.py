"""Threads: whose they are, what they are called, and how they go."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue

from surefoot.errors import NotFound

from .database import Database
from .log import ThreadKey

RESUMING = ("calls", "decisions", "images", "instructions", "states")
"""The tables of what is only needed to resume a run."""

_TITLE_CHARS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A conversation."""

    key: ThreadKey
    user: str | None
    """Whose it is; None when nobody in particular began it."""
    title: str
    created_at: str
    updated_at: str
    metadata: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadSearch:
    """Which threads are wanted."""

    tenant: str
    user: str | None = None
    """None means those of everybody in the tenant."""
    words: str = ""
    """A piece of the title."""
    metadata: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    named: bool = False
    """True leaves out those in which nothing has been asked."""
    limit: int = 50
    offset: int = 0


class ThreadBook:
    """The threads in the database; without one they are known as long as the object lives."""

    def __init__(self, database: Database | None, *, now: Callable[[], str]) -> None:
        self._given = database
        self._own: Database | None = None
        self._now = now

    @property
    def _database(self) -> Database:
        if self._given is not None:
            return self._given
        if self._own is None:
            self._own = Database(Path(":memory:"))
        return self._own

    async def close(self) -> None:
        """Let go of what only this object used."""
        if self._own is not None:
            own, self._own = self._own, None
            await own.close()

    async def claim(
        self,
        key: ThreadKey,
        *,
        user: str | None,
        title: str = "",
        metadata: Mapping[str, JsonValue] | None = None,
    ) -> Thread:
        """Return the thread, which from now on is `user`'s if it was nobody's before."""
        now, about = self._now(), json.dumps(dict(metadata or {}))

        def work(connection: sqlite3.Connection) -> Thread:
            connection.execute(
                "INSERT OR IGNORE INTO conversations VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*key, user, title_of(title), about, now, now),
            )
            found = _find(connection, key)
            assert found is not None
            return found

        return await self._database.run(work)

    async def find(self, key: ThreadKey) -> Thread | None:
        """Return a thread, or None when nobody has begun it."""
        return await self._database.run(lambda c: _find(c, key))

    async def search(self, wanted: ThreadSearch) -> list[Thread]:
        """Return threads, the one last used first."""
        return [_thread(row) for row in await self._select(_COLUMNS, wanted, ordered=True)]

    async def count(self, wanted: ThreadSearch) -> int:
        """Return how many threads there are."""
        ((count, *_),) = await self._select("count(*)", wanted, ordered=False)
        return int(str(count))

    async def change(
        self,
        key: ThreadKey,
        *,
        title: str | None = None,
        metadata: Mapping[str, JsonValue] | None = None,
    ) -> Thread:
        """Rename a thread, or add to what is noted about it. Raises `NotFound`."""

        def work(connection: sqlite3.Connection) -> Thread:
            if (found := _find(connection, key)) is None:
                raise NotFound(f"There is no thread {key.thread_id!r}.")
            connection.execute(
                "UPDATE conversations SET title = ?, metadata = ?, updated_at = ?"
                " WHERE tenant = ? AND thread_id = ?",
                (
                    found.title if title is None else title_of(title),
                    json.dumps({**found.metadata, **(metadata or {})}),
                    self._now(),
                    *key,
                ),
            )
            changed = _find(connection, key)
            assert changed is not None
            return changed

        return await self._database.run(work)

    async def remove(self, key: ThreadKey) -> None:
        """Delete a thread with its runs. Its events are the log's to erase."""

        def work(connection: sqlite3.Connection) -> None:
            for table in RESUMING:
                connection.execute(
                    f"DELETE FROM {table} WHERE run_id IN"
                    " (SELECT run_id FROM runs WHERE tenant = ? AND thread_id = ?)",
                    key,
                )
            for table in ("runs", "conversations"):
                connection.execute(f"DELETE FROM {table} WHERE tenant = ? AND thread_id = ?", key)

        await self._database.run(work)

    async def _select(
        self, what: str, wanted: ThreadSearch, *, ordered: bool
    ) -> list[tuple[object, ...]]:
        conditions, values = _conditions(wanted)
        order = " ORDER BY updated_at DESC, thread_id LIMIT ? OFFSET ?" if ordered else ""
        page = (wanted.limit, wanted.offset) if ordered else ()
        return await self._database.run(
            lambda c: c.execute(
                f"SELECT {what} FROM conversations WHERE {conditions}{order}", (*values, *page)
            ).fetchall()
        )


def note_use(
    connection: sqlite3.Connection, key: ThreadKey, user: str | None, text: str, at: str
) -> None:
    """Note within a transaction that a run begins in a thread."""
    connection.execute(
        "INSERT INTO conversations VALUES (?, ?, ?, ?, '{}', ?, ?) ON CONFLICT DO UPDATE SET"
        " updated_at = excluded.updated_at,"
        " title = CASE title WHEN '' THEN excluded.title ELSE title END",
        (*key, user, title_of(text), at, at),
    )


def title_of(text: str) -> str:
    """Return a text as the title of a thread: one line, not too long."""
    line = " ".join(text.split())
    return line if len(line) <= _TITLE_CHARS else f"{line[: _TITLE_CHARS - 1].rstrip()}…"


_COLUMNS = "tenant, thread_id, user, title, metadata, created_at, updated_at"


def _conditions(wanted: ThreadSearch) -> tuple[str, list[str]]:
    conditions, values = ["tenant = ?"], [wanted.tenant]
    if wanted.user is not None:
        conditions.append("user = ?")
        values.append(wanted.user)
    if wanted.named:
        conditions.append("title != ''")
    for word in wanted.words.split():
        conditions.append("instr(lower(title), lower(?)) > 0")
        values.append(word)
    for name, value in wanted.metadata.items():
        conditions.append("json_extract(metadata, '$.' || json_quote(?)) = json_extract(?, '$')")
        values += [name, json.dumps(value)]
    return " AND ".join(conditions), values


def _find(connection: sqlite3.Connection, key: ThreadKey) -> Thread | None:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM conversations WHERE tenant = ? AND thread_id = ?", key
    ).fetchone()
    return None if row is None else _thread(row)


def _thread(row: tuple[object, ...]) -> Thread:
    tenant, thread_id, user, title, metadata, created_at, updated_at = row
    return Thread(
        key=ThreadKey(str(tenant), str(thread_id)),
        user=None if user is None else str(user),
        title=str(title),
        metadata=json.loads(str(metadata)),
        created_at=str(created_at),
        updated_at=str(updated_at),
    )
