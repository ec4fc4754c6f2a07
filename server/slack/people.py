"""People: what each has chosen, and how they found the answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from surefoot.agent import Database

from .inbox import open_database

Opinion = Literal["good", "bad"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What a person thought of an answer."""

    run_id: str
    thread_id: str
    team: str
    user: str
    opinion: Opinion
    at: float
    """Unix time."""


async def slack_feedback(path: Path) -> list[Feedback]:
    """Return the feedback in a bot's database, which is made where there is none."""
    database = open_database(path)
    try:
        return await People(database, now=time.time).feedback()
    finally:
        await database.close()


class People:
    """Choices and feedback in the bot's database."""

    def __init__(self, database: Database, *, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    async def recalls_everywhere(self, team: str, user: str) -> bool:
        """Return whether a person wants to be remembered also where others read along."""
        row = await self._database.run(
            lambda c: c.execute(
                "SELECT shares_memory FROM people WHERE team = ? AND user = ?", (team, user)
            ).fetchone()
        )
        return row is not None and bool(row[0])

    async def set_recalls_everywhere(self, team: str, user: str, choice: bool) -> None:
        """Keep that choice."""
        await self._database.run(
            lambda c: c.execute(
                "INSERT INTO people VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET shares_memory = excluded.shares_memory",
                (team, user, choice),
            )
        )

    async def note(
        self, opinion: Opinion, *, run_id: str, thread_id: str, team: str, user: str
    ) -> None:
        """Keep what a person thinks of an answer; a later opinion takes the earlier one's place."""
        row = (run_id, team, user, opinion, thread_id, self._now())
        await self._database.run(
            lambda c: c.execute(
                "INSERT INTO feedback VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET verdict = excluded.verdict, at = excluded.at",
                row,
            )
        )

    async def feedback(self) -> list[Feedback]:
        """Return all feedback, oldest first."""
        rows = await self._database.run(
            lambda c: c.execute(
                "SELECT run_id, thread_id, team, user, verdict, at FROM feedback ORDER BY at"
            ).fetchall()
        )
        return [
            Feedback(run_id=run, thread_id=thread, team=team, user=user, opinion=verdict, at=at)
            for run, thread, team, user, verdict, at in rows
        ]
