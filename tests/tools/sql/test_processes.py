"""The query processes: killed when they must be, replaced when they were, gone at the end."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import anyio
import anyio.lowlevel
import psutil
import pytest

from surefoot.errors import StorageError, ToolError
from surefoot.tools import QueryLimits, Workspace

SLOW = "SELECT count(*) FROM range(1000000000000)"
DEAF = (
    "WITH s AS (SELECT string_agg('abcdefghij', '') AS t FROM range(400000)) "
    "SELECT jaro_similarity(t, reverse(t)) FROM s"
)
"""Keeps computing for minutes inside one function, deaf to deadlines and interrupts."""


async def until(condition: Callable[[], bool]) -> None:
    with anyio.fail_after(60):
        while not condition():
            await anyio.lowlevel.checkpoint()


def children() -> list[psutil.Process]:
    """Return the processes of the room; other tests of this worker may have some of their own."""
    return [one for one in psutil.Process().children() if _is_ours(one)]


def _is_ours(process: psutil.Process) -> bool:
    try:
        return any("surefoot.tools.sql" in part for part in process.cmdline())
    except psutil.Error:
        return False


@pytest.mark.anyio
async def test_a_query_that_is_deaf_to_interrupts_is_killed_and_the_next_one_runs(
    shop: Path,
) -> None:
    workspace = Workspace(shop, limits=QueryLimits(seconds=0.5))
    await workspace.query("SELECT 1")
    [before] = children()
    with pytest.raises(ToolError) as caught:
        await workspace.query(DEAF)
    assert caught.value.code == "sql_stopped"
    assert not before.is_running()
    assert (await workspace.query("SELECT 1 AS a")).rows == ((1,),)
    await workspace.close()
    assert children() == []


@pytest.mark.anyio
async def test_a_cancelled_query_stops_computing(shop: Path) -> None:
    workspace = Workspace(shop, limits=QueryLimits(seconds=60))
    await workspace.query("SELECT 1")
    [before] = children()
    query = asyncio.create_task(workspace.query(SLOW))
    used = before.cpu_times().user
    await until(lambda: before.cpu_times().user > used + 0.1)
    query.cancel()
    with pytest.raises(asyncio.CancelledError):
        await query
    before.wait(60)
    assert (await workspace.query("SELECT 1 AS a")).rows == ((1,),)
    await workspace.close()


@pytest.mark.anyio
async def test_queries_run_side_by_side_in_two_processes_at_most(shop: Path) -> None:
    workspace = Workspace(shop)
    results = await asyncio.gather(
        *(workspace.query(f"SELECT {n} AS n, count(*) FROM orders") for n in range(40))
    )
    assert [result.rows for result in results] == [((n, 200),) for n in range(40)]
    assert 1 <= len(children()) <= 2
    await workspace.close()


@pytest.mark.anyio
async def test_closing_ends_what_runs_and_leaves_nothing_behind(shop: Path) -> None:
    handles, threads = len(os.listdir("/proc/self/fd")), threading.active_count()
    workspace = Workspace(shop, limits=QueryLimits(seconds=60))
    await workspace.query("SELECT 1")
    running = [asyncio.create_task(workspace.query(SLOW)) for _ in range(3)]
    await until(lambda: len(children()) == 2)
    await workspace.close()
    ended = await asyncio.gather(*running, return_exceptions=True)
    assert [type(error) for error in ended if not isinstance(error, ToolError)] in (
        [],
        [asyncio.CancelledError],
    )
    assert children() == []
    assert len(os.listdir("/proc/self/fd")) <= handles
    assert threading.active_count() <= threads + 1


@pytest.mark.anyio
async def test_an_idle_process_that_died_is_replaced_unnoticed(shop: Path) -> None:
    workspace = Workspace(shop)
    await workspace.query("SELECT 1")
    [idle] = children()
    idle.kill()
    await until(lambda: idle.status() == psutil.STATUS_ZOMBIE)
    assert (await workspace.query("SELECT 2 AS a")).rows == ((2,),)
    await workspace.close()


def test_one_workspace_may_serve_one_event_loop_after_another(shop: Path) -> None:
    workspace = Workspace(shop)
    for n in range(2):
        assert asyncio.run(workspace.query(f"SELECT {n} AS n")).rows == ((n,),)
    asyncio.run(workspace.close())


def test_processes_die_with_the_program_that_started_them(shop: Path) -> None:
    program = (
        "import asyncio, os, pathlib, sys\n"
        "from surefoot.tools import QueryLimits, Workspace\n"
        "async def main():\n"
        "    w = Workspace(pathlib.Path(sys.argv[1]), limits=QueryLimits(seconds=60))\n"
        "    await w.query('SELECT 1')\n"
        f"    queries = [w.query({SLOW!r}), w.query({DEAF!r})]\n"
        "    print('ready', flush=True)\n"
        "    await asyncio.gather(*queries)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(shop)], stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None and parent.stdout.readline() == b"ready\n"
        process = psutil.Process(parent.pid)
        while len(workers := process.children()) < 2:
            pass
        parent.kill()
    _, alive = psutil.wait_procs(workers, timeout=60)
    assert alive == []


@pytest.mark.anyio
async def test_readers_go_on_while_tables_are_replaced_and_then_see_the_new_ones(
    tmp_path: Path,
) -> None:
    file = tmp_path / "data" / "t.csv"
    file.parent.mkdir()
    file.write_text("v\n0\n")
    workspace = Workspace(tmp_path / "snapshots")
    await workspace.ingest([file])
    seen: list[object] = [(await workspace.query("SELECT v FROM t")).rows[0][0]]

    async def read() -> None:
        while seen[-1:] != [3]:
            [[value]] = (await workspace.query("SELECT v FROM t")).rows
            seen.append(value)

    reader = asyncio.create_task(read())
    for value in (1, 2, 3):
        file.write_text(f"v\n{value}\n")
        assert (await workspace.ingest([file])).updated == ("t.csv",)
    await reader
    assert seen == sorted(seen, key=str) and seen[0] == 0
    assert workspace.tables()[0].columns[0].minimum == "3"
    assert len(list((tmp_path / "snapshots").glob("tables-*.duckdb"))) == 2
    await workspace.close()


@pytest.mark.anyio
async def test_an_ingest_that_is_cancelled_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("v\n0\n")
    workspace = Workspace(tmp_path / "snapshots")
    await workspace.ingest([file])
    file.write_text("v\n" + "1234567\n" * 1_000_000)  # Takes longer than to notice that it began.
    ingest = asyncio.create_task(workspace.ingest([file]))
    await until(lambda: any((tmp_path / "snapshots").glob("building.duckdb*")))
    ingest.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ingest
    await until(lambda: children() == [])
    assert workspace.tables()[0].rows == 1
    file.write_text("v\n0\n1\n")
    assert (await workspace.ingest([file])).updated == ("t.csv",)
    assert not list((tmp_path / "snapshots").glob("building.duckdb*"))
    await workspace.close()


@pytest.mark.anyio
async def test_damage_on_disk_is_reported_to_the_operator(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("v\n0\n")
    workspace = Workspace(tmp_path / "snapshots")
    await workspace.ingest([file])
    [database] = (tmp_path / "snapshots").glob("tables-*.duckdb")
    database.write_bytes(b"x" * 9_000)
    with pytest.raises(StorageError):
        await workspace.query("FROM t")
    database.unlink()
    assert (await workspace.ingest([file])).added == ("t.csv",)
    assert (await workspace.query("FROM t")).rows == ((0,),)
    (tmp_path / "snapshots" / "snapshot.json").write_text("{")
    with pytest.raises(StorageError):
        await workspace.query("FROM t")
    with pytest.raises(StorageError):
        workspace.catalog()
    await workspace.close()
