"""A file that was full: threads go on behind what was kept, and runs where they were."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from surefoot.agent import (
    Clock,
    Database,
    Job,
    Run,
    RunEngine,
    RunStore,
    SqliteEventLog,
    ThreadKey,
)
from surefoot.answer import Answer
from surefoot.errors import StorageError
from surefoot.events import AnswerDelta, Event
from surefoot.scope import Scope

Emit = Callable[[Event], None]

now = Clock().now
pytestmark = pytest.mark.anyio

KEY = ThreadKey("default", "t")
LARGE = AnswerDelta(sentence=0, text="x" * 100_000)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(tmp_path / "events.db")
    yield database
    await database.close()


async def set_room(database: Database, pages: int) -> None:
    """Let the file grow by so many pages from now on."""
    (count,) = await database.run(lambda c: c.execute("PRAGMA page_count").fetchone())
    most = f"PRAGMA max_page_count = {count + pages}"
    await database.run(lambda c: c.execute(most).fetchone())


def small(n: int) -> AnswerDelta:
    return AnswerDelta(sentence=n, text=f"{n} ")


async def refused(log: SqliteEventLog) -> None:
    """Wait until the thread takes no more events."""
    with pytest.raises(StorageError):
        async with asyncio.timeout(60):
            async for _ in log.follow(KEY):
                pass


async def test_a_thread_goes_on_behind_what_was_kept_once_there_is_room(
    database: Database,
) -> None:
    log = SqliteEventLog(database, now=now)
    await log.open_thread(KEY)
    log.append(small(0), KEY, "r1")
    await set_room(database, 1)
    # What comes behind the event that is too large would have fitted, and would leave a gap.
    for event in (LARGE.model_copy(), small(1), small(2)):
        log.append(event, KEY, "r1")
    await refused(log)
    assert [event.seq for event in await log.read(KEY)] == [1] and log.broken == {KEY}
    with pytest.raises(StorageError):
        await log.mend()
    assert log.trouble is not None

    await set_room(database, 10_000)
    await log.mend()
    assert log.trouble is None and log.last_seq(KEY) == 1
    assert log.append(small(3), KEY, "r2").seq == 2
    assert log.append(small(4), KEY, "r2").seq == 3
    async with asyncio.timeout(60):
        told = log.follow(KEY)
        assert [(await anext(told)).seq for _ in range(3)] == [1, 2, 3]
        await told.aclose()


async def test_other_threads_are_not_held_up(database: Database) -> None:
    log, other = SqliteEventLog(database, now=now), ThreadKey("default", "other")
    for key in (KEY, other):
        await log.open_thread(key)
    await set_room(database, 1)
    log.append(LARGE.model_copy(), KEY, "r1")
    await refused(log)
    assert log.append(small(0), other, "r2").seq == 1
    await database.run(lambda _: None)
    assert [event.seq for event in await log.read(other)] == [1]


async def test_nothing_of_a_run_is_kept_behind_an_event_that_was_not(database: Database) -> None:
    log, store = SqliteEventLog(database, now=now), RunStore(database)
    await log.open_thread(KEY)
    await store.add(a_run("r1"))
    await set_room(database, 1)
    log.append(LARGE.model_copy(), KEY, "r1")
    with pytest.raises(StorageError):
        await store.keep_state("r1", "json", b"1")
    with pytest.raises(StorageError):
        await store.began("r1.s1", run_id="r1")
    with pytest.raises(StorageError):
        await store.finish("r1", "completed", at=now())
    assert [run.run_id for run in await store.unfinished()] == ["r1"]


async def test_runs_go_on_and_new_ones_are_taken_once_there_is_room(database: Database) -> None:
    log, store = SqliteEventLog(database, now=now), RunStore(database)
    begun, is_acknowledged = list[str](), asyncio.Event()

    async def work(job: Job, emit: Emit) -> Answer:
        begun.append(job.run.run_id)
        await is_acknowledged.wait()
        if begun == ["r1"]:
            emit(LARGE.model_copy())
            await asyncio.Event().wait()
        emit(small(len(begun)))
        return an_answer(job)

    engine = RunEngine(log=log, store=store, work=work, now=now, mend_seconds=0.01)
    await set_room(database, 12)
    first = await engine.start(a_run("r1"))
    is_acknowledged.set()
    with pytest.raises(StorageError):
        await first.result
    with pytest.raises(StorageError):
        await engine.start(a_run("r2"))
    assert begun == ["r1"]

    await set_room(database, 10_000)
    async with asyncio.timeout(60):
        await taken_up(engine, "r1")
        second = await engine.start(a_run("r2"))
        assert (await second.result).text == "done"
    assert begun == ["r1", "r1", "r2"]
    events = await log.read(KEY)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert [told(event) for event in events] == [
        "r1 run.started",
        "r1 run.resumed",
        "r1 answer.delta",
        "r1 run.completed",
        "r2 run.started",
        "r2 answer.delta",
        "r2 run.completed",
    ]
    await engine.close()


async def test_a_run_whose_end_is_in_the_log_is_not_begun_again(database: Database) -> None:
    log, store = SqliteEventLog(database, now=now), RunStore(database)

    async def work(job: Job, emit: Emit) -> Answer:
        return an_answer(job)

    engine = RunEngine(log=log, store=store, work=work, now=now)
    await (await engine.start(a_run("r1"))).result
    await store.set_status("r1", "running")
    assert await RunEngine(log=log, store=store, work=work, now=now).recover() == 1
    assert [run.status for run in await store.of_thread(KEY)] == ["completed"]
    assert [event.type for event in await log.read(KEY)] == ["run.started", "run.completed"]
    await engine.close()


async def taken_up(engine: RunEngine, run_id: str) -> None:
    """Wait until a run that was left has been taken up and has ended."""
    while (job := engine.job(run_id)) is None:
        assert await engine.find(run_id) is not None
    await job.result


def told(event: Event) -> str:
    return f"{event.run_id} {event.type}"


def a_run(run_id: str) -> Run:
    return Run(
        run_id=run_id,
        scope=Scope(tenant="default", user=None, thread_id="t"),
        text="hello",
        message_id=None,
        policy="hold",
        created_at=now(),
    )


def an_answer(job: Job) -> Answer:
    return Answer(text="done", run_id=job.run.run_id, thread_id=job.run.scope.thread_id)
