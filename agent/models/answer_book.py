"""The answer book: whole messages of models, kept by the request they answer."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from pydantic import TypeAdapter

from surefoot.messages import Thought, ToolCall
from surefoot.model import Finished, TextDelta

_SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    edition TEXT NOT NULL,
    made_at REAL NOT NULL,
    parts TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS answers_by_age ON answers (made_at);
"""

Part = TextDelta | Thought | ToolCall | Finished

_parts: TypeAdapter[tuple[Part, ...]] = TypeAdapter(tuple[Part, ...])


class AnswerBook:
    """Kept messages. A path keeps them on disk; None only in memory.

    An entry counts for `seconds` and for the edition of the documents it was made under.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        seconds: float = 3600.0,
        most: int = 1000,
        now: Callable[[], float] = time.time,
    ) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._seconds = seconds
        self._most = most
        self._now = now
        self._base = sqlite3.connect(path or ":memory:", isolation_level=None)
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("PRAGMA synchronous = NORMAL")
        self._base.execute("PRAGMA secure_delete = ON")
        self._base.executescript(_SCHEMA)

    def find(self, key: str, edition: str) -> tuple[Part, ...] | None:
        """Return the message kept for a request, while it counts."""
        row = self._base.execute(
            "SELECT parts FROM answers WHERE key = ? AND edition = ? AND made_at >= ?",
            (key, edition, self._now() - self._seconds),
        ).fetchone()
        return None if row is None else _parts.validate_json(row[0])

    def keep(self, key: str, parts: tuple[Part, ...], *, person: str, edition: str) -> None:
        """Keep a message; those out of date go, and the oldest when there are too many."""
        now = self._now()
        self._base.execute(
            "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)",
            (key, person, edition, now, _parts.dump_json(parts).decode()),
        )
        self._base.execute("DELETE FROM answers WHERE made_at < ?", (now - self._seconds,))
        self._base.execute(
            "DELETE FROM answers WHERE key IN "
            "(SELECT key FROM answers ORDER BY made_at DESC LIMIT -1 OFFSET ?)",
            (self._most,),
        )

    def other_editions(self, edition: str) -> bool:
        """Return whether anything is kept of an earlier edition."""
        asked = "SELECT 1 FROM answers WHERE edition <> ? LIMIT 1"
        return self._base.execute(asked, (edition,)).fetchone() is not None

    def forget(self, person: str | None = None) -> None:
        """Delete all, or what one person was answered."""
        if person is None:
            self._base.execute("DELETE FROM answers")
        else:
            self._base.execute("DELETE FROM answers WHERE person = ?", (person,))

    def close(self) -> None:
        """Close the file."""
        self._base.close()
