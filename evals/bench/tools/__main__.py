"""Measure what tools cost: a call, the guard, a query, a search, an ingest.

`python -m surefoot.evals.bench.tools [--chunks 1000 10000] [--vectors given] [--only retrieval]`

With `--vectors given` the vectors of passages and queries are random numbers and not MiniLM's, so
that large sizes end within the hour; the figures then leave the model's time out, and say so.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from importlib import resources
from itertools import count
from pathlib import Path
from typing import get_args

import duckdb

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

from .retrieval import VectorKind, measure

WORDS = (
    "harbour engine ledger penguin glacier contract invoice valve sensor rotor copper meadow "
    "archive tunnel lantern orchard parcel quarry signal timber vessel warehouse beacon canal"
).split()
PARTS = ("calls", "sql", "sandbox", "retrieval")
QUERIES = (
    "SELECT kind, count(*) AS n, avg(amount) AS mean FROM sales GROUP BY kind ORDER BY n DESC",
    "SELECT * FROM sales WHERE amount > 900 LIMIT 1000",
)


def main(argv: Sequence[str] | None = None) -> None:
    """Print the figures, one a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, nargs="*", default=[1_000, 10_000])
    parser.add_argument("--vectors", choices=get_args(VectorKind), default="minilm")
    parser.add_argument("--only", nargs="*", choices=PARTS, default=PARTS)
    options = parser.parse_args(argv)
    asyncio.run(_measure(options.only, options.chunks, options.vectors))


async def _measure(parts: Sequence[str], sizes: Sequence[int], vectors: VectorKind) -> None:
    if "calls" in parts:
        await _calls()
        _taint()
    if "sql" in parts:
        with tempfile.TemporaryDirectory() as folder:
            await _sql(Path(folder))
    if "sandbox" in parts:
        await _sandbox()
    for size in sizes if "retrieval" in parts else ():
        with tempfile.TemporaryDirectory() as folder:
            for line in await measure(Path(folder), size, vectors, _english()):
                print(line, flush=True)


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


def _english() -> list[str]:
    """Return the whole words that MiniLM knows, which it reads as one token each."""
    known = resources.files("surefoot.memory") / "data" / "minilm-vocab.txt"
    words = known.read_text(encoding="utf-8").split("\n")
    return [word for word in words if len(word) > 3 and word.isascii() and word.isalpha()]


async def _median(work: Callable[[], Awaitable[None]], times: int) -> float:
    taken: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        await work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
