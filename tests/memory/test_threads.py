"""What long threads come to: a summary, a window, and what is too old or too much."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from time import thread_time

import pytest

from surefoot.memory import PlainMemory, Retention, Window
from surefoot.model import estimated_tokens
from surefoot.scope import Scope
from surefoot.turns import Cited, Turn

pytestmark = pytest.mark.anyio

ANNA = Scope(user="anna", thread_id="t1")


def turn(number: int, question: str = "", answer: str = "") -> Turn:
    return Turn(
        run_id=f"r{number}",
        question=question or f"question {number}",
        answer=answer or f"answer {number}",
        created_at=f"2026-01-01T00:00:00.{number:03}Z",
    )


async def test_what_leaves_the_window_goes_into_the_summary() -> None:
    async with PlainMemory(window=Window(turns=2)) as memory:
        await memory.keep(turn(0, "Who runs it?", "I looked. Dr Holm runs Ward 7 [S2]. Yes."), ANNA)
        for number in range(1, 3):
            assert (await memory.recall("hm", ANNA)).summary == ""
            await memory.keep(turn(number), ANNA)

        assert (await memory.recall("hm", ANNA)).summary == "- Who runs it? → Dr Holm runs Ward 7."


async def test_the_summary_of_a_long_thread_keeps_to_its_budget_and_to_what_tells_most() -> None:
    async with PlainMemory(window=Window(turns=2, summary_tokens=100)) as memory:
        await memory.keep(turn(0, "Who helps?", "Ask Dr Holm in Ward 7 at 9:30."), ANNA)
        for number in range(1, 60):
            await memory.keep(turn(number, "and then?", "nothing much."), ANNA)
        summary = (await memory.recall("hm", ANNA)).summary

    assert "Dr Holm" in summary
    assert estimated_tokens(summary) <= 100


async def test_a_model_may_write_the_summary_and_lines_go_on_from_there() -> None:
    async with PlainMemory(window=Window(turns=2)) as memory:
        for number in range(6):
            await memory.keep(turn(number), ANNA)
        assert await memory.overdue(ANNA, turns=5) is None
        overdue = await memory.overdue(ANNA, turns=4)
        assert overdue is not None
        assert [each.run_id for each in overdue.turns] == ["r0", "r1", "r2", "r3"]
        await memory.keep(turn(6), ANNA)
        await memory.sum_up(overdue, "They counted to three.")

        summary = (await memory.recall("hm", ANNA)).summary
        assert summary == "They counted to three.\n- question 4 → answer 4"
        again = await memory.overdue(ANNA, turns=1)
        assert again is not None and again.written == "They counted to three."

        await memory.forget_thread(ANNA)
        await memory.sum_up(overdue, "They counted to three.")
        assert await memory.summaries(ANNA) == {}


async def test_forgetting_one_run_begins_the_summary_again() -> None:
    async with PlainMemory(window=Window(turns=1)) as memory:
        for number in range(4):
            await memory.keep(turn(number), ANNA)
        await memory.erase(ANNA, runs=["r1"])
        await memory.keep(turn(4), ANNA)

        assert await memory.summaries(ANNA) == {
            "t1": "\n".join(f"- question {n} → answer {n}" for n in (0, 2, 3))
        }


@pytest.mark.parametrize(("run", "left"), [("r0", "S2"), ("r1", "S1")])
async def test_what_an_erased_run_found_goes_from_the_turns_that_cite_it(
    run: str, left: str
) -> None:
    found = {name: Cited(id=name, where=f"tool · {name}") for name in ("S1", "S2")}
    cites = [("S1",), ("S2", "S1"), ("S1", "S2")]
    async with PlainMemory() as memory:
        for number, ids in enumerate(cites):
            cited = tuple(found[each] for each in ids)
            await memory.keep(replace(turn(number), evidence=cited), ANNA)
        await memory.erase(ANNA, runs=[run])
        turns = await memory.turns(ANNA)
    assert [one.evidence for one in turns] == [(found[left],)] * 2


async def test_a_long_thread_is_recalled_about_as_fast_as_a_short_one() -> None:
    async def seconds(turns: int) -> float:
        async with PlainMemory(window=Window(turns=4)) as memory:
            for number in range(turns):
                await memory.keep(turn(number, f"common words of thing{number % 97}"), ANNA)
            began = thread_time()
            for _ in range(20):
                await memory.recall("Which common words of thing7 were there?", ANNA)
            return thread_time() - began

    assert await seconds(3_000) < 5 * await seconds(300)


async def test_the_memory_keeps_what_its_policy_says() -> None:
    days = count(1)
    async with PlainMemory(clock=lambda: f"2026-01-{next(days):02}T00:00:00Z") as memory:
        for place in ("Oslo", "Rome", "Kyiv"):
            await memory.remember(f"I live in {place}.", ANNA)
        for number in range(5):
            await memory.keep(turn(number), ANNA)
        assert await memory.retain(Retention()) == 0
        assert await memory.retain(Retention(facts_per_person=2)) == 1
        assert [fact.text for fact in await memory.facts(ANNA, history=True)] == [
            "I live in Rome.",
            "I live in Kyiv.",
        ]
        assert await memory.retain(Retention(history_days=1, turns_per_thread=3)) == 3
        assert [each.run_id for each in await memory.turns(ANNA)] == ["r2", "r3", "r4"]
        assert await memory.retain(Retention(fact_days=30, turn_days=30)) == 0
        assert await memory.retain(Retention(fact_days=1, turn_days=1)) == 4
        assert await memory.facts(ANNA, history=True) == []
