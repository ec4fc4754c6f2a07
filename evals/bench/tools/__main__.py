"""Measure what tools cost: a call, the guard, a query, a search, an ingest.

`python -m surefoot.evals.bench.tools [--chunks 1000 10000]`
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import get_args

import duckdb

from surefoot.memory import ChromaDocuments, MiniLM
from surefoot.scope import Scope
from surefoot.tools import (
    DEFAULT_POLICY,
    CallContext,
    LocalSandbox,
    Origins,
    Tier,
    Workspace,
    guard_sql,
    tool,
)

WORDS = (
    "harbour engine ledger penguin glacier contract invoice valve sensor rotor copper meadow "
    "archive tunnel lantern orchard parcel quarry signal timber vessel warehouse beacon canal"
).split()
QUERIES = (
    "SELECT kind, count(*) AS n, avg(amount) AS mean FROM sales GROUP BY kind ORDER BY n DESC",
    "SELECT * FROM sales WHERE amount > 900 LIMIT 1000",
)


def main(argv: Sequence[str] | None = None) -> None:
    """Print the figures, one a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, nargs="*", default=[1_000, 10_000])
    options = parser.parse_args(argv)
    asyncio.run(_measure(options.chunks))


async def _measure(sizes: Sequence[int]) -> None:
    await _calls()
    _taint()
    with tempfile.TemporaryDirectory() as folder:
        await _sql(Path(folder))
    await _sandbox()
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            await _retrieval(Path(folder), size)


async def _calls() -> None:
    @tool(side_effects=False)
    async def add(a: int, b: int = 2) -> int:
        """Add two numbers."""
        return a + b

    async def bare(a: int, b: int = 2) -> int:
        return a + b

    context = CallContext(scope=Scope(thread_id="t"), run_id="r", call_id="c")

    async def ours() -> None:
        await add.run(add.validate({"a": 1}), context)

    async def plain() -> None:
        await bare(1)

    cost = await _median(ours, 2_000) - await _median(plain, 2_000)
    print(f"@tool call, validated, over the bare function: {cost * 1e6:.1f} us")


def _taint() -> None:
    chance = random.Random(7)
    text = " ".join(chance.choices(WORDS, k=8_000))
    args = {"to": "someone@else.example", "body": " ".join(chance.choices(WORDS, k=100))}
    began = time.perf_counter()
    origins = Origins(["Send it to Ann."])
    origins.distrust("S1", text)
    read = time.perf_counter() - began
    began = time.perf_counter()
    for _ in range(20):
        DEFAULT_POLICY.rule_on("send", origins.trace(args))
    ruled = (time.perf_counter() - began) / 20
    print(f"taint: reading 60 kB {read * 1e3:.2f} ms once, a ruling {ruled * 1e3:.2f} ms")


async def _sql(folder: Path) -> None:
    chance = random.Random(7)
    rows = (f"{n},{chance.choice(WORDS)},{chance.random() * 1000:.2f}" for n in range(100_000))
    file = folder / "sales.csv"
    file.write_text("\n".join(["id,kind,amount", *rows]) + "\n", encoding="utf-8")
    workspace = Workspace(folder / "tables")
    began = time.perf_counter()
    await workspace.ingest([file])
    print(f"sql: 100,000 rows of CSV taken in within {time.perf_counter() - began:.2f} s")
    bare = duckdb.connect()
    bare.execute(f"CREATE TABLE sales AS FROM read_csv('{file}')")
    began = time.perf_counter()
    await workspace.query(QUERIES[0])
    print(f"sql: first query, process started {(time.perf_counter() - began) * 1e3:.0f} ms")
    for number, sql in enumerate(QUERIES):

        async def ours(sql: str = sql) -> None:
            await workspace.query(sql)

        async def plain(sql: str = sql) -> None:
            bare.execute(sql).fetchall()

        mine, floor = await _median(ours, 100), await _median(plain, 100)
        name = ("aggregate", "1,000 rows")[number]
        print(f"sql: {name} {mine * 1e3:.2f} ms, bare DuckDB {floor * 1e3:.2f} ms")

    async def guard() -> None:
        guard_sql(QUERIES[0], ("sales",))

    print(f"sql: guard {await _median(guard, 200) * 1e3:.2f} ms")
    await workspace.close()


async def _sandbox() -> None:
    for tier in get_args(Tier):
        began = time.perf_counter()
        async with LocalSandbox(tiers=[tier]) as sandbox:
            await sandbox.run("1", session="first")
            cold = time.perf_counter() - began
            names = (f"s{n}" for n in count())

            async def warm(sandbox: LocalSandbox = sandbox) -> None:
                await sandbox.run("1", session="first")

            async def fresh(sandbox: LocalSandbox = sandbox, names: Iterator[str] = names) -> None:
                await sandbox.run("1", session=next(names))

            print(
                f"sandbox: {tier}: first result {cold * 1e3:.0f} ms, "
                f"new session {await _median(fresh, 8) * 1e3:.1f} ms, "
                f"a program in a session {await _median(warm, 200) * 1e3:.2f} ms"
            )


async def _retrieval(folder: Path, chunks: int) -> None:
    chance = random.Random(7)
    texts = folder / "texts"
    texts.mkdir()
    for number in range(max(chunks // 20, 1)):
        parts = [
            f"## Part {part}\n\n{' '.join(chance.choices(WORDS, k=60))}.\n" for part in range(20)
        ]
        (texts / f"{number}.md").write_text(f"# Text {number}\n\n" + "\n".join(parts))
    index = ChromaDocuments(folder / "index", embedder=MiniLM())
    began = time.perf_counter()
    report = await index.ingest([texts], tenant="t")
    seconds = time.perf_counter() - began
    print(
        f"retrieval: {len(report.added)} documents, about {chunks} chunks in {seconds:.1f} s, "
        f"{chunks / seconds:.0f} chunks/s"
    )

    async def search() -> None:
        await index.search(" ".join(chance.choices(WORDS, k=5)), tenant="t", limit=5)

    await search()
    print(f"retrieval: {chunks} chunks, a search {await _median(search, 30) * 1e3:.1f} ms")
    await index.close()


async def _median(work: Callable[[], Awaitable[None]], times: int) -> float:
    taken: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        await work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
