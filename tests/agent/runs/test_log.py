"""The event log: every reader sees every event once and in order, kept or live."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from pathlib import Path

import pytest

from surefoot.agent import Database, EventLog, MemoryEventLog, SqliteEventLog, ThreadKey
from surefoot.answer import Usage
from surefoot.errors import StorageError
from surefoot.events import AnswerDelta, Event, RunCompleted

pytestmark = pytest.mark.anyio

KEY = ThreadKey("default", "t")
Opener = Callable[[Path], AsyncIterator[EventLog]]


@asynccontextmanager
async def in_memory(_: Path) -> AsyncIterator[EventLog]:
    yield MemoryEventLog(now=lambda: "2026-01-01T00:00:00Z")


@asynccontextmanager
async def on_disk(folder: Path) -> AsyncIterator[EventLog]:
    database = Database(folder / "events.db")
    try:
        yield SqliteEventLog(database, now=lambda: "2026-01-01T00:00:00Z")
    finally:
        await database.close()


@pytest.fixture(params=[in_memory, on_disk], ids=["memory", "sqlite"])
async def log(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[EventLog]:
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(request.param(tmp_path))


def delta(n: int) -> AnswerDelta:
    return AnswerDelta(sentence=n, text=f"{n} ")


async def take(log: EventLog, count: int, *, after: int = 0) -> list[Event]:
    found: list[Event] = []
    if count:
        async with asyncio.timeout(60):
            async for event in log.follow(KEY, after=after):
                found.append(event)
                if len(found) == count:
                    break
    return found


async def test_events_are_numbered_from_one_and_carry_their_place(log: EventLog) -> None:
    await log.open_thread(KEY)
    stamped = [log.append(delta(n), KEY, "r1") for n in range(3)]
    assert [(e.seq, e.run_id, e.thread_id, e.event_id) for e in stamped] == [
        (n, "r1", "t", f"r1-{n}") for n in (1, 2, 3)
    ]
    assert await log.read(KEY) == stamped
    assert await log.read(KEY, after=2) == stamped[2:]


async def test_threads_and_tenants_are_numbered_apart(log: EventLog) -> None:
    other = ThreadKey("acme", "t")
    for key in (KEY, other):
        await log.open_thread(key)
    assert log.append(delta(0), KEY, "r1").seq == 1
    assert log.append(delta(0), other, "r2").seq == 1
    assert [e.tenant for e in await log.read(other)] == ["acme"]


@pytest.mark.parametrize("cut", range(7))
async def test_a_follower_gets_the_past_then_the_present_each_event_once(
    log: EventLog, cut: int
) -> None:
    await log.open_thread(KEY)
    for n in range(3):
        log.append(delta(n), KEY, "r1")
    follower = asyncio.create_task(take(log, 6 - cut, after=cut))
    await asyncio.sleep(0)
    for n in range(3, 6):
        log.append(delta(n), KEY, "r1")
        await asyncio.sleep(0)
    assert [e.seq for e in await follower] == list(range(cut + 1, 7))


async def test_many_followers_see_the_same(log: EventLog) -> None:
    await log.open_thread(KEY)
    followers = [asyncio.create_task(take(log, 50)) for _ in range(8)]
    for n in range(50):
        log.append(delta(n), KEY, "r1")
    assert {tuple(e.seq for e in await f) for f in followers} == {tuple(range(1, 51))}


async def test_the_numbers_go_on_after_the_log_is_opened_again(tmp_path: Path) -> None:
    async with on_disk(tmp_path) as log:
        await log.open_thread(KEY)
        log.append(delta(0), KEY, "r1")
    async with on_disk(tmp_path) as log:
        await log.open_thread(KEY)
        assert log.append(delta(1), KEY, "r1").seq == 2
        assert [e.seq for e in await log.read(KEY)] == [1, 2]


async def test_a_failed_piece_of_work_does_not_take_its_neighbours_with_it(
    tmp_path: Path,
) -> None:
    database = Database(tmp_path / "events.db")

    def insert(seq: int) -> Callable[[sqlite3.Connection], object]:
        row = ("default", "t", seq, "r", "x", "{}")
        return lambda c: c.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", row)

    results = await asyncio.gather(
        *(database.run(insert(n)) for n in (1, 2, 2, 3)), return_exceptions=True
    )
    assert [isinstance(r, sqlite3.IntegrityError) for r in results] == [False, False, True, False]
    assert await database.run(lambda c: c.execute("SELECT count(*) FROM events").fetchone()) == (3,)
    await database.close()


async def test_a_full_disk_is_said_to_writer_and_reader_alike(tmp_path: Path) -> None:
    async with on_disk(tmp_path) as log:
        await log.open_thread(KEY)
        database: Database = log._database  # type: ignore[attr-defined]
        pages = await database.run(lambda c: c.execute("PRAGMA page_count").fetchone()[0])
        await database.run(lambda c: c.execute(f"PRAGMA max_page_count = {pages}").fetchone())
        follower = asyncio.create_task(take(log, 10))
        await asyncio.sleep(0)
        log.append(AnswerDelta(sentence=0, text="x" * 100_000), KEY, "r1")
        with pytest.raises(StorageError) as seen:
            await follower
        with pytest.raises(StorageError):
            log.append(delta(1), KEY, "r1")
    assert "Free some space" in str(seen.value)


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "events.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StorageError) as refused:
        Database(tmp_path / "events.db")
    assert "events.db" in str(refused.value) and "Move the file away" in str(refused.value)


async def test_threads_that_rest_make_room_and_go_on_where_they_were(tmp_path: Path) -> None:
    database = Database(tmp_path / "events.db")
    log = SqliteEventLog(database, now=lambda: "2026-01-01T00:00:00Z", most_threads=3)
    keys = [ThreadKey("default", f"t{n}") for n in range(8)]
    async with aclosing(log.follow(keys[0])) as followed:
        for key in keys:
            await log.open_thread(key)
            log.append(delta(0), key, "r1")
            log.append(RunCompleted(usage=Usage()), key, "r1")
            assert [event.seq for event in await log.read(key)] == [1, 2]
            if key == keys[0]:
                assert [(await anext(followed)).seq for _ in range(2)] == [1, 2]
        assert sum(key in log for key in keys) <= 3 + 1 + 1, "those, one that is read, the newest"
        for key in keys:
            await log.open_thread(key)
            assert log.append(delta(1), key, "r2").seq == 3
        async with asyncio.timeout(60):
            assert (await anext(followed)).seq == 3
    await database.close()


async def test_in_memory_the_events_of_threads_long_unused_go_and_their_numbers_go_on() -> None:
    log = MemoryEventLog(now=lambda: "2026-01-01T00:00:00Z", most_threads=3)
    keys = [ThreadKey("default", f"t{n}") for n in range(8)]
    for key in keys:
        await log.open_thread(key)
        log.append(delta(0), key, "r1")
        if key != keys[1]:
            log.append(RunCompleted(usage=Usage()), key, "r1")
    kept = [key.thread_id for key in keys if await log.read(key)]
    assert kept == ["t1", "t6", "t7"], "the newest, and one in which a run goes on"
    assert await log.floor(keys[0]) == 2
    assert log.append(delta(1), keys[0], "r2").seq == 3
    assert [event.seq for event in await log.read(keys[0])] == [3]


async def test_in_memory_threads_that_are_all_opened_before_the_first_event_take_theirs() -> None:
    log = MemoryEventLog(now=lambda: "2026-01-01T00:00:00Z", most_threads=3)
    keys = [ThreadKey("default", f"t{n}") for n in range(8)]
    for key in keys:
        await log.open_thread(key)
    assert [log.append(delta(0), key, "r1").seq for key in keys] == [1] * 8
    assert all([await log.read(key) for key in keys])
