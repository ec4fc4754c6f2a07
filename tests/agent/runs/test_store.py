"""What a run is resumed from: kept in order, and gone when the run has ended."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from surefoot.agent import (
    Clock,
    Database,
    Job,
    MemoryEventLog,
    Run,
    RunEngine,
    RunStore,
    SqliteEventLog,
)
from surefoot.answer import Answer
from surefoot.events import AnswerDelta, Event
from surefoot.scope import Scope

now = Clock().now
pytestmark = pytest.mark.anyio

RUN = Run(
    run_id="r1",
    scope=Scope(tenant="x", user=None, thread_id="t"),
    text="hello",
    message_id=None,
    policy="hold",
    created_at=now(),
)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(tmp_path / "surefoot.db")
    yield database
    await database.close()


async def test_a_state_is_kept_behind_the_events_that_led_to_it(
    database: Database, tmp_path: Path
) -> None:
    log, store = SqliteEventLog(database, now=now), RunStore(database)
    await log.open_thread(RUN.key)
    log.append(AnswerDelta(text="Hello.", sentence=0), RUN.key, "r1")
    await store.keep_state("r1", "json", b"1")
    other = sqlite3.connect(tmp_path / "surefoot.db")
    assert other.execute("SELECT count(*) FROM events").fetchone() == (1,)
    other.close()
    assert await store.state("r1") == ("json", b"1")


async def test_a_run_that_has_ended_leaves_nothing_to_resume(database: Database) -> None:
    store = RunStore(database)
    await store.add(RUN)
    await store.began("r1.s1", run_id="r1")
    await store.keep_state("r1", "json", b"1")
    await store.finish("r1", "completed", at=now())
    assert await store.state("r1") is None
    assert await store.load("r1") == {}


async def test_what_a_run_was_told_is_known_to_the_process_that_takes_it_up(
    database: Database,
) -> None:
    store = RunStore(database)
    await store.add(replace(RUN, instructions="Be brief."))
    assert [run.instructions for run in await store.unfinished()] == ["Be brief."]


async def test_a_run_that_was_kept_but_told_nothing_yet_begins_anew(database: Database) -> None:
    log, store = SqliteEventLog(database, now=now), RunStore(database)
    await store.add(RUN)
    await store.set_status("r1", "running", attempt=1)

    async def work(job: Job, emit: Callable[[Event], None]) -> Answer:
        return Answer(text="Hello.", run_id="r1", thread_id="t")

    engine = RunEngine(log=log, store=store, work=work, now=now)
    assert await engine.recover() == 1
    job = engine.job("r1")
    assert job is not None
    await job.result
    assert [event.type for event in await log.read(RUN.key)] == ["run.started", "run.completed"]
    assert job.run.attempts == 2


async def test_without_a_store_the_runs_that_ended_first_are_forgotten() -> None:
    async def work(job: Job, emit: Callable[[Event], None]) -> Answer:
        return Answer(text="done", run_id=job.run.run_id, thread_id="t")

    log = MemoryEventLog(now=now)
    engine = RunEngine(log=log, store=None, work=work, now=now, most_ended=2)
    for number in range(4):
        run = replace(RUN, run_id=f"r{number}", message_id=f"m{number}")
        await (await engine.start(run)).result
    assert [await engine.find(f"r{n}") is not None for n in range(4)] == [False, False, True, True]
    again = await engine.start(replace(RUN, run_id="r9", message_id="m3"))
    assert again.run.run_id == "r3"
    await engine.close()
