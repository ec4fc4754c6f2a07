"""The overhead benchmark compares equal work, and says what it could not compare."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from surefoot.evals import overhead


@pytest.mark.anyio
@pytest.mark.parametrize(
    "adapter", overhead.ADAPTERS, ids=[adapter.name for adapter in overhead.ADAPTERS]
)
async def test_an_adapter_does_all_of_the_work_or_says_what_to_install(
    adapter: overhead.Adapter,
) -> None:
    try:
        build = overhead.load(adapter)
    except overhead.NotInstalled as reason:
        assert f"pip install {adapter.distribution}" in str(reason)
        return
    await overhead.prove_equal_work(adapter, build)


@pytest.mark.anyio
async def test_an_adapter_that_skips_the_tools_is_refused() -> None:
    async def build(work: overhead.Workload) -> overhead.Run:
        async def run() -> str:
            work.think([])
            return work.answer

        return run

    with pytest.raises(overhead.UnequalWork):
        await overhead.prove_equal_work(overhead.Adapter(name="lazy", module="floor"), build)


@pytest.mark.anyio
async def test_the_floor_is_measured_against_itself() -> None:
    async with AsyncExitStack() as opened:
        run = await overhead.load(overhead.FLOOR)(overhead.Workload(overhead.SCENARIOS[1], opened))
        rows = await overhead.in_turns(
            {overhead.FLOOR.name: run, "twin": run}, floor=overhead.FLOOR.name, rounds=2
        )
        rates = await overhead.throughput({overhead.FLOOR.name: run}, at_once=20, rounds=2)
    assert [row.adapter for row in rows] == [overhead.FLOOR.name, "twin"]
    assert rows[0].ratio == 1.0
    assert all(row.cost.cpu_ms > 0 and row.cost.wall_ms > 0 for row in rows)
    assert rates[overhead.FLOOR.name] > 0
    assert len(overhead.costs_table("1 tool call", rows).splitlines()) == 3


def test_a_scenario_asks_the_model_once_per_wave_and_once_for_the_answer() -> None:
    assert {s.name: s.model_calls for s in overhead.SCENARIOS} == {
        "none": 1,
        "one": 2,
        "seq10": 11,
        "par8": 2,
    }
    assert overhead.Scenario(name="two", calls=2).model_calls == 3


def test_memory_is_measured_where_the_system_tells() -> None:
    peak = overhead.peak_memory_mb()
    assert peak is None or peak > 1
