"""Queries that would eat the machine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import psutil
import pytest

from surefoot.errors import ToolError
from surefoot.tools import QueryLimits, Workspace

BOMBS = (
    # Stopped by the clock.
    "SELECT count(*) FROM range(1000000000000)",
    "SELECT count(*) FROM range(1000000) a, range(1000000) b",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n FROM r, range(2)) SELECT max(n) FROM r",
    "SELECT * FROM range(1000000000) t(i) ORDER BY hash(i) DESC LIMIT 5",
    "SELECT i % 10, count(DISTINCT i) FROM range(1000000000) t(i) GROUP BY 1",
    "SELECT sum(i) OVER (ORDER BY hash(i)) FROM range(100000000) t(i)",
    "SELECT count(*) FROM orders a, orders b, orders c, orders d, orders e, orders f",
    "SELECT max(hash(i)) FROM generate_series(1, 10000000000) t(i)",
    "SELECT * FROM range(1000000000) EXCEPT SELECT * FROM range(10)",
    # Stopped by the memory limit.
    "SELECT list(i) FROM range(1000000000) t(i)",
    "SELECT array_agg(i::VARCHAR) FROM range(1000000000) t(i)",
    "SELECT string_agg('x' || i) FROM range(1000000000) t(i)",
    "SELECT a.i FROM range(100000000) a(i) JOIN range(100000000) b(i) ON a.i = b.i ORDER BY 1",
    "SELECT DISTINCT hash(i) FROM range(1000000000) t(i)",
    "SELECT histogram(i) FROM range(1000000000) t(i)",
    # Stopped by killing the process.
    "WITH s AS (SELECT string_agg('abcdefghij', '') AS t FROM range(400000)) "
    "SELECT jaro_similarity(t, reverse(t)) FROM s",
    "WITH a AS (SELECT 'xxxxxxxxxxxxxxxx' AS s), b AS (SELECT replace(s, 'x', s) AS s FROM a), "
    "c AS (SELECT replace(s, 'x', s) AS s FROM b), d AS (SELECT replace(s, 'x', s) AS s FROM c) "
    "SELECT length(s) FROM d",
    # Refused before they start.
    "SELECT length(repeat('x', 2000000000))",
    "SELECT len(range(1000000000))",
    "SELECT list_sum(generate_series(1, 4000000000))",
    "SELECT length(rpad('a', 2147483647, 'b'))",
    "SELECT length(lpad('a', 2000 * 1000000, 'b'))",
    "SELECT levenshtein('a', 'b')",
    "SELECT damerau_levenshtein('a', 'b')",
    "SELECT bitstring('1', 2000000000)",
    "SELECT list_resize([1], 2000000000)",
    "SELECT array_resize([1], 2000000000, 0)",
    "SELECT sleep_ms(60000)",
    "SELECT pg_sleep(60)",
    "SELECT bar(1, 0, 1, 2000000000)",
    "SELECT printf('%2000000000d', 1)",
    "SELECT printf('%*d', 2000000000, 1)",
    "SELECT format('{:>2000000000}', 1)",
    "SELECT format('{:{}}', 1, 2000000000)",
    "SELECT to_base(1, 2, 2000000000)",
    "SELECT * FROM repeat('x', 1000000000000)",
    "SELECT * FROM repeat_row(1, 2, num_rows = 1000000000000)",
    "SELECT 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' ~ '(a{0,100}){0,100}'",
    "SELECT regexp_matches('a', string_agg('a{1,9}', '')) FROM range(10000)",
    "SELECT regexp_replace('a', '" + "a?" * 200 + "', 'b')",
    "SELECT " + "(" * 200 + "1" + ")" * 200,
    "SELECT " + "[" * 300 + "1" + "]" * 300,
    "SELECT 1" + " UNION ALL SELECT 1" * 400,
    "SELECT * FROM range(9)" + ", range(9)" * 60,
    "SELECT " + "1+" * 3_000 + "1",
    "SELECT '" + "x" * 5_000 + "'",
    "SELECT " + "1," * 10_000 + "1",
    "SELECT " + ",".join(f"{n} AS c{n}" for n in range(900)),
    "WITH "
    + ", ".join(
        f"c{n} AS NOT MATERIALIZED (SELECT * FROM c{n - 1} UNION ALL SELECT * FROM c{n - 1})"
        if n
        else "c0 AS (SELECT 1 AS x)"
        for n in range(19)
    )
    + " SELECT count(*) FROM c18",
    "WITH " + ", ".join(f"c{n} AS (SELECT 1)" for n in range(40)) + " SELECT 1",
    "PIVOT range(100000) ON range USING sum(range)",
)


@pytest.fixture
async def workspace(shop: Path) -> AsyncIterator[Workspace]:
    """The shop, with limits that make bombs go off soon."""
    opened = Workspace(shop, limits=QueryLimits(seconds=0.4, memory_mb=128, address_space_mb=2_048))
    yield opened
    await opened.close()


@pytest.mark.anyio
async def test_every_bomb_is_refused_or_stopped_and_the_next_query_works(
    workspace: Workspace,
) -> None:
    async def set_off(sql: str) -> None:
        began = time.monotonic()
        with pytest.raises(ToolError) as caught:
            await workspace.query(sql)
        assert caught.value.code in ("sql_stopped", "sql_not_allowed", "sql_syntax"), sql
        assert time.monotonic() - began < 60, sql
        assert await customers(workspace) == 9, sql

    largest = 0
    for pair in zip(BOMBS[::2], BOMBS[1::2], strict=True):
        await asyncio.gather(*map(set_off, pair))
        workers = sql_processes()
        largest = max(largest, *(worker.memory_info().rss for worker in workers))
    assert largest < 1_500_000_000
    assert len(sql_processes()) <= 2


async def customers(workspace: Workspace) -> object:
    """Ask a small query, again when a busy machine has no time for it."""
    with anyio.fail_after(60):
        while True:
            try:
                [[count]] = (await workspace.query("SELECT count(*) FROM customers")).rows
                return count
            except ToolError as error:
                if error.code != "sql_stopped":
                    raise


def sql_processes() -> list[psutil.Process]:
    """Return the room's processes; other tests of this worker may have some of their own."""
    mine = psutil.Process().children()
    return [one for one in mine if any("surefoot.tools.sql" in part for part in one.cmdline())]
