"""Summaries of threads in SQLite: kept up as turns leave the window, written anew by a model."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from surefoot.scope import Scope
from surefoot.turns import Turn

from .summary import Summary
from .transcript import Transcript, Window, extent_of, place_of
from .turn_words import IN_THREAD

_AT_ONCE = 200
"""Turns that a summary looks back to, when it must begin again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """A thread whose summary a model may write anew."""

    scope: Scope
    written: str
    """What a model wrote before."""
    turns: tuple[Turn, ...]
    """What has left the window since."""
    through: int


class Summaries:
    """One summary a thread, for one thread of the program."""

    def __init__(
        self, database: sqlite3.Connection, transcript: Transcript, window: Window
    ) -> None:
        self._database = database
        self._transcript = transcript
        self._window = window

    def of(self, scope: Scope) -> Summary:
        """Return a thread's summary, empty when nothing has left its window."""
        found = self._database.execute(
            f"SELECT written, written_through, lines, through FROM summaries WHERE {IN_THREAD}",
            place_of(scope),
        ).fetchone()
        if found is None:
            return Summary()
        written, written_through, lines, through = found
        return Summary(
            written=written,
            written_through=written_through,
            lines=tuple(lines.split("\n")) if lines else (),
            through=through,
        )

    def go_on(self, scope: Scope) -> None:
        """Take in what has left the window. Belongs to the caller's transaction."""
        known = self.of(scope)
        fallen = self._transcript.fallen_out(scope, after=known.through, limit=_AT_ONCE)
        if fallen:
            self._put(scope, known.going_on(fallen, tokens=self._window.summary_tokens))

    def overdue(self, scope: Scope, *, turns: int) -> Overdue | None:
        """Return what a model may sum up, once `turns` have left the window since it last did."""
        known = self.of(scope)
        fallen = self._transcript.fallen_out(scope, after=known.written_through, limit=_AT_ONCE)
        if len(fallen) < turns:
            return None
        return Overdue(
            scope=scope,
            written=known.written,
            turns=tuple(turn for _, turn in fallen),
            through=fallen[-1][0],
        )

    def write(self, overdue: Overdue, text: str) -> None:
        """Keep what a model wrote. Belongs to the caller's transaction."""
        if not self.of(overdue.scope).through:
            return  # The thread was forgotten meanwhile.
        fresh = Summary(written=text, written_through=overdue.through, through=overdue.through)
        later = self._transcript.fallen_out(overdue.scope, after=overdue.through, limit=_AT_ONCE)
        self._put(overdue.scope, fresh.going_on(later, tokens=self._window.summary_tokens))

    def all(self, scope: Scope) -> dict[str, str]:
        """Return a person's summaries by thread."""
        condition, values = extent_of(scope, in_thread=False)
        threads = self._database.execute(
            f"SELECT thread FROM summaries WHERE {condition} ORDER BY thread", values
        ).fetchall()
        return {
            thread: self.of(Scope(tenant=scope.tenant, user=scope.user, thread_id=thread)).text
            for (thread,) in threads
        }

    def _put(self, scope: Scope, summary: Summary) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO summaries VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                *place_of(scope),
                summary.written,
                summary.written_through,
                "\n".join(summary.lines),
                summary.through,
            ),
        )
