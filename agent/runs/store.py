"""The run store: which runs there are, how far they have come, and what was decided in them."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import TypeAdapter

from surefoot.graphs import CallRecord, Decision
from surefoot.limits import ReleasePolicy
from surefoot.messages import Image
from surefoot.scope import Scope
from surefoot.tools import ToolOutput

from .database import Database
from .log import ThreadKey
from .threads import RESUMING, note_use

Status = Literal["queued", "running", "waiting", "completed", "failed", "cancelled"]
UNFINISHED = ("queued", "running", "waiting")

_outputs = TypeAdapter(ToolOutput)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One question on its way."""

    run_id: str
    scope: Scope
    text: str
    message_id: str | None
    """The client's own id of the message; the same id in the same thread is the same run."""
    policy: ReleasePolicy
    created_at: str
    images: tuple[Image, ...] = ()
    """What the question shows; told only while the run has not ended."""
    instructions: str = ""
    """What the program that passes the question on adds to the assistant's own instructions."""
    status: Status = "queued"
    attempts: int = 0
    """How often a process has begun it."""

    @property
    def key(self) -> ThreadKey:
        """The thread it belongs to."""
        return ThreadKey(self.scope.tenant, self.scope.thread_id)


_COLUMNS = "run_id, tenant, thread_id, user, message_id, text, policy, status, attempts, created_at"


class RunStore:
    """Runs in the database, with the calls, decisions and states from which they are resumed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, run: Run) -> asyncio.Future[None]:
        """Keep a new run soon; awaited, it is kept."""
        row = (
            run.run_id,
            run.scope.tenant,
            run.scope.thread_id,
            run.scope.user,
            run.message_id,
            run.text,
            run.policy,
            run.status,
            run.attempts,
            run.created_at,
        )

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                f"INSERT INTO runs ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row
            )
            connection.executemany(
                "INSERT INTO images VALUES (?, ?, ?, ?)",
                [
                    (run.run_id, place, image.media_type, image.data)
                    for place, image in enumerate(run.images)
                ],
            )
            if run.instructions:
                connection.execute(
                    "INSERT INTO instructions VALUES (?, ?)", (run.run_id, run.instructions)
                )
            note_use(connection, run.key, run.scope.user, run.text, run.created_at)

        return self._database.submit(work, run_id=run.run_id)

    async def find(self, run_id: str) -> Run | None:
        """Return a run by its id."""
        rows = await self._rows("WHERE run_id = ?", (run_id,))
        return rows[0] if rows else None

    async def of_message(self, key: ThreadKey, message_id: str) -> Run | None:
        """Return the run that a client's message began."""
        rows = await self._rows(
            "WHERE tenant = ? AND thread_id = ? AND message_id = ?", (*key, message_id)
        )
        return rows[0] if rows else None

    async def unfinished(self) -> list[Run]:
        """Return the runs that an earlier process left behind, oldest first."""
        marks = ", ".join("?" * len(UNFINISHED))
        runs = await self._rows(f"WHERE status IN ({marks}) ORDER BY created_at", UNFINISHED)
        return [
            replace(
                run,
                images=await self._images(run.run_id),
                instructions=await self._instructions(run.run_id),
            )
            for run in runs
        ]

    async def _instructions(self, run_id: str) -> str:
        asked = "SELECT text FROM instructions WHERE run_id = ?"
        row = await self._database.run(lambda c: c.execute(asked, (run_id,)).fetchone())
        return "" if row is None else str(row[0])

    async def _images(self, run_id: str) -> tuple[Image, ...]:
        asked = "SELECT media_type, data FROM images WHERE run_id = ? ORDER BY place"
        rows = await self._database.run(lambda c: c.execute(asked, (run_id,)).fetchall())
        return tuple(Image(media_type=kind, data=data) for kind, data in rows)

    async def of_thread(self, key: ThreadKey) -> list[Run]:
        """Return a thread's runs, newest first."""
        return await self._rows(
            "WHERE tenant = ? AND thread_id = ? ORDER BY created_at DESC, run_id DESC", key
        )

    async def of_user(self, tenant: str, user: str) -> list[Run]:
        """Return all runs of a user, oldest first."""
        return await self._rows(
            "WHERE tenant = ? AND user = ? ORDER BY created_at, run_id", (tenant, user)
        )

    async def newest(self, *, tenant: str, limit: int = 50) -> list[Run]:
        """Return the newest runs of a tenant."""
        return await self._rows(
            "WHERE tenant = ? ORDER BY created_at DESC LIMIT ?", (tenant, limit)
        )

    def set_status(
        self, run_id: str, status: Status, *, attempt: int | None = None
    ) -> asyncio.Future[object]:
        """Note soon how far a run has come; awaited, it is noted."""
        return self._database.submit(
            lambda c: c.execute(
                "UPDATE runs SET status = ?, attempts = coalesce(?, attempts) WHERE run_id = ?",
                (status, attempt, run_id),
            )
        )

    async def uncount(self, run_id: str) -> None:
        """Take back an attempt that was ended on purpose and not by a crash."""
        await self._database.run(
            lambda c: c.execute(
                "UPDATE runs SET attempts = max(attempts - 1, 0) WHERE run_id = ?", (run_id,)
            )
        )

    async def finish(self, run_id: str, status: Status, *, at: str) -> None:
        """Note the end of a run and drop what was only needed to resume it."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE runs SET status = ?, finished_at = ? WHERE run_id = ?", (status, at, run_id)
            )
            for table in RESUMING:
                connection.execute(f"DELETE FROM {table} WHERE run_id = ?", (run_id,))

        await self._database.run(work, run_id=run_id)

    async def state(self, run_id: str) -> tuple[str, bytes] | None:
        """Return the state from which a run goes on."""
        kept: tuple[str, bytes] | None = await self._database.run(
            lambda c: c.execute(
                "SELECT kind, body FROM states WHERE run_id = ?", (run_id,)
            ).fetchone()
        )
        return kept

    async def keep_state(self, run_id: str, kind: str, body: bytes) -> None:
        """Keep the state from which a run goes on, behind the events that led to it."""
        await self._database.run(
            lambda c: c.execute(
                "INSERT OR REPLACE INTO states VALUES (?, ?, ?)", (run_id, kind, body)
            ),
            run_id=run_id,
        )

    async def load(self, run_id: str) -> dict[str, CallRecord]:
        """Return what is known of the run's calls, by call id."""
        rows = await self._database.run(
            lambda c: c.execute(
                "SELECT call_id, output FROM calls WHERE run_id = ?", (run_id,)
            ).fetchall()
        )
        return {
            call_id: CallRecord(output=None if output is None else _read_output(output))
            for call_id, output in rows
        }

    async def began(self, call_id: str, *, run_id: str) -> None:
        """Note durably that a call with side effects is about to be made."""
        await self._database.run(
            lambda c: c.execute(
                "INSERT OR REPLACE INTO calls VALUES (?, ?, NULL)", (call_id, run_id)
            ),
            run_id=run_id,
        )

    async def completed(self, call_id: str, output: ToolOutput, *, run_id: str) -> None:
        """Note durably what a call gave back."""
        await self._database.run(
            lambda c: c.execute(
                "INSERT OR REPLACE INTO calls VALUES (?, ?, ?)",
                (call_id, run_id, _write_output(output)),
            )
        )

    async def decide(self, run_id: str, call_id: str, decision: Decision) -> None:
        """Keep what a person decided."""
        await self._database.run(
            lambda c: c.execute(
                "INSERT OR REPLACE INTO decisions VALUES (?, ?, ?)",
                (call_id, run_id, decision.model_dump_json()),
            )
        )

    async def decisions(self, run_id: str) -> dict[str, Decision]:
        """Return what has been decided in a run, by call id."""
        rows = await self._database.run(
            lambda c: c.execute(
                "SELECT call_id, decision FROM decisions WHERE run_id = ?", (run_id,)
            ).fetchall()
        )
        return {call_id: Decision.model_validate_json(body) for call_id, body in rows}

    async def _rows(self, where: str, values: tuple[object, ...]) -> list[Run]:
        rows = await self._database.run(
            lambda c: c.execute(f"SELECT {_COLUMNS} FROM runs {where}", values).fetchall()
        )
        return [_run(row) for row in rows]


def _run(row: tuple[object, ...]) -> Run:
    run_id, tenant, thread_id, user, message_id, text, policy, status, attempts, created = row
    return Run(
        run_id=str(run_id),
        scope=Scope(
            tenant=str(tenant),
            thread_id=str(thread_id),
            user=None if user is None else str(user),
        ),
        text=str(text),
        message_id=None if message_id is None else str(message_id),
        policy=_policy.validate_python(policy),
        status=_status.validate_python(status),
        attempts=int(str(attempts)),
        created_at=str(created),
    )


_policy: TypeAdapter[ReleasePolicy] = TypeAdapter(ReleasePolicy)
_status: TypeAdapter[Status] = TypeAdapter(Status)


def _write_output(output: ToolOutput) -> str:
    return _outputs.dump_json(output).decode()


def _read_output(text: str) -> ToolOutput:
    return _outputs.validate_json(text)
