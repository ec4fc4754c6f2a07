"""What every memory promises, run over each of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest

from surefoot.errors import ToolError
from surefoot.evidence import Finding, MemorySource
from surefoot.memory import ChromaMemory, Memory, MiniLM, PlainMemory, Window
from surefoot.scope import Scope
from surefoot.turns import Turn

pytestmark = pytest.mark.anyio

AnyMemory = ChromaMemory | PlainMemory

MINILM = MiniLM()
ANNA = Scope(user="anna", thread_id="t1")
BEN = Scope(user="ben", thread_id="t1")
NOBODY = Scope(thread_id="t1")


@pytest.fixture(params=["plain", "chroma", "server"])
async def memory(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AnyMemory]:
    days = count(1)
    window = Window(turns=3, tokens=250, older_turns=2)

    def clock() -> str:
        return f"2026-01-{next(days):02}T08:00:00Z"

    if request.param == "plain":
        async with PlainMemory(clock=clock, window=window) as plain:
            yield plain
    else:
        served = request.param == "server"
        server = request.getfixturevalue("chroma_server") if served else None
        async with ChromaMemory(
            tmp_path / "memory", embedder=MINILM, clock=clock, window=window, chroma=server
        ) as chroma:
            yield chroma


def turn(number: int, question: str = "", answer: str = "") -> Turn:
    return Turn(
        run_id=f"r{number}",
        question=question or f"question {number}",
        answer=answer or f"answer {number}",
        created_at=f"2026-01-01T00:{number:02}:00Z",
    )


def said(findings: list[Finding] | tuple[Finding, ...]) -> list[str]:
    return [finding.content for finding in findings]


async def test_it_is_a_memory(memory: AnyMemory) -> None:
    same: Memory = memory

    assert (await same.recall("anything", ANNA)).turns == ()


async def test_the_latest_turns_come_back_oldest_first(memory: AnyMemory) -> None:
    for number in range(5):
        await memory.keep(turn(number), ANNA)

    recalled = await memory.recall("what now", ANNA)

    assert [t.run_id for t in recalled.turns] == ["r2", "r3", "r4"]
    assert recalled.turns[-1] == turn(4)


async def test_keeping_a_turn_twice_keeps_it_once(memory: AnyMemory) -> None:
    first = await memory.keep(turn(1), ANNA)
    second = await memory.keep(turn(1, answer="another answer"), ANNA)

    assert first == second
    assert (await memory.recall("question", ANNA)).turns == (turn(1),)


async def test_an_older_turn_that_bears_on_the_question_stands_before_the_latest(
    memory: AnyMemory,
) -> None:
    await memory.keep(turn(0, "Where is the fuse box?", "The fuse box is in the cellar."), ANNA)
    for number in range(1, 8):
        await memory.keep(turn(number, f"Tell me about planet {number}.", "It is round."), ANNA)

    recalled = await memory.recall("Remind me about the fuse box", ANNA)

    assert [t.run_id for t in recalled.turns] == ["r0", "r5", "r6", "r7"]


async def test_a_turn_too_long_for_the_window_stands_alone(memory: AnyMemory) -> None:
    await memory.keep(turn(1), ANNA)
    await memory.keep(turn(2, answer="long " * 1_000), ANNA)

    assert [t.run_id for t in (await memory.recall("hello", ANNA)).turns] == ["r2"]


async def test_threads_tenants_and_people_keep_their_turns_apart(memory: AnyMemory) -> None:
    await memory.keep(turn(1, "What is the secret word?", "Heron."), ANNA)

    for other in (
        BEN,
        NOBODY,
        Scope(user="anna", thread_id="t2"),
        Scope(user="anna", thread_id="t1", tenant="elsewhere"),
    ):
        assert (await memory.recall("secret word heron", other)).turns == ()


async def test_a_remembered_fact_is_found_with_where_it_was_said(memory: AnyMemory) -> None:
    memory_id = await memory.remember("I am allergic to peanuts.", ANNA, run_id="r7")

    [found] = await memory.search("Which allergic reactions?", ANNA)

    assert found.content == "I am allergic to peanuts."
    assert found.source == MemorySource(
        memory_id=memory_id, thread_id="t1", run_id="r7", observed_at="2026-01-01T08:00:00Z"
    )


async def test_facts_follow_the_person_into_other_threads_and_nobody_else(
    memory: AnyMemory,
) -> None:
    await memory.remember("My dentist is Dr Holm.", ANNA)
    elsewhere = Scope(user="anna", thread_id="t9")

    assert said((await memory.recall("Who is my dentist?", elsewhere)).findings) == [
        "My dentist is Dr Holm."
    ]
    for other in (BEN, NOBODY, Scope(user="anna", thread_id="t1", tenant="elsewhere")):
        assert await memory.search("dentist", other) == []
        assert (await memory.recall("dentist", other)).findings == ()
        assert await memory.facts(other) == []


async def test_the_same_fact_is_remembered_once_however_it_is_put(memory: AnyMemory) -> None:
    first = await memory.remember("I live in Oslo", ANNA)

    assert await memory.remember("  The user lives in Oslo. ", ANNA) == first
    assert [fact.text for fact in await memory.facts(ANNA)] == ["I live in Oslo"]


async def test_a_newer_fact_takes_the_place_of_the_older_which_stays_as_history(
    memory: AnyMemory,
) -> None:
    await memory.remember("My favourite colour is green.", ANNA)
    await memory.remember("The user's favorite color is blue.", ANNA)

    assert said(await memory.search("favourite colour", ANNA)) == [
        "The user's favorite color is blue."
    ]
    assert sorted(said(await memory.search("What was my favourite colour before?", ANNA))) == [
        "My favourite colour is green. (until 2026-01-02)",
        "The user's favorite color is blue.",
    ]
    history = await memory.facts(ANNA, history=True)
    assert [fact.superseded_at for fact in history] == ["2026-01-02T08:00:00Z", None]


async def test_a_fact_that_is_true_again_is_current_again(memory: AnyMemory) -> None:
    for place in ("Oslo", "Paris", "Oslo"):
        await memory.remember(f"I live in {place}.", ANNA)

    assert [fact.text for fact in await memory.facts(ANNA)] == ["I live in Oslo."]
    assert len(await memory.facts(ANNA, history=True)) == 3


async def test_what_is_no_longer_so_ends_only_that(memory: AnyMemory) -> None:
    await memory.remember("I live in Paris.", ANNA)
    await memory.remember("I no longer live in Oslo.", ANNA)
    assert len(await memory.facts(ANNA)) == 2

    await memory.remember("I don't live in Paris any more.", ANNA)
    assert "I live in Paris." not in [fact.text for fact in await memory.facts(ANNA)]


async def test_a_standing_wish_is_recalled_whatever_the_question(memory: AnyMemory) -> None:
    await memory.remember("The user prefers kilometres.", ANNA)
    await memory.remember("My aunt keeps bees.", ANNA)

    recalled = await memory.recall("What is the longest river?", ANNA)

    assert said(recalled.findings) == ["The user prefers kilometres."]


@pytest.mark.parametrize(
    "fact",
    [
        "My card number is 4111 1111 1111 1111.",
        "The password for the router is hunter22",
        "my api key: sk-proj-abcdefghijklmnop1234",
        "My PIN is 4821.",
    ],
)
async def test_secrets_are_refused_and_leave_no_trace(memory: AnyMemory, fact: str) -> None:
    with pytest.raises(ToolError) as refused:
        await memory.remember(fact, ANNA)

    assert refused.value.code == "secret_refused"
    assert await memory.facts(ANNA, history=True) == []
    await memory.keep(turn(1, question=fact), ANNA)
    assert "not kept" in (await memory.recall("card", ANNA)).turns[0].question


async def test_what_is_no_fact_or_nobodys_is_refused(memory: AnyMemory) -> None:
    for fact, scope, code in (
        (" ", ANNA, "empty_fact"),
        ("x " * 2_000, ANNA, "fact_too_long"),
        ("I like tea.", NOBODY, "no_user"),
    ):
        with pytest.raises(ToolError) as refused:
            await memory.remember(fact, scope)
        assert refused.value.code == code


async def test_forgetting_a_person_deletes_their_facts_and_turns_and_no_others(
    memory: AnyMemory,
) -> None:
    for scope in (ANNA, BEN):
        await memory.remember("I like tea.", scope)
        await memory.remember("I hate tea.", scope)
        await memory.keep(turn(1), scope)

    assert await memory.forget(ANNA) == 3
    assert await memory.facts(ANNA, history=True) == []
    assert (await memory.recall("tea", ANNA)).turns == ()
    assert await memory.forget(ANNA) == 0
    assert len(await memory.facts(BEN, history=True)) == 2
    assert (await memory.recall("tea", BEN)).turns == (turn(1),)


async def test_forgetting_by_query_deletes_what_matches_and_keeps_the_rest(
    memory: AnyMemory,
) -> None:
    await memory.remember("My favourite colour is green.", ANNA)
    await memory.remember("My favourite colour is blue.", ANNA)
    await memory.remember("My favourite food is soup.", ANNA)
    await memory.keep(turn(1), ANNA)

    assert await memory.forget(ANNA, query="my favourite colour") == 2
    assert said(await memory.search("favourite", ANNA)) == ["My favourite food is soup."]
    assert await memory.forget(ANNA, query="the weather on Mars") == 0
    assert (await memory.recall("hello", ANNA)).turns == (turn(1),)


async def test_forgetting_without_a_person_deletes_the_thread(memory: AnyMemory) -> None:
    other = Scope(thread_id="t2")
    for scope in (NOBODY, other, ANNA):
        await memory.keep(turn(1), scope)

    assert await memory.forget(NOBODY) == 1
    assert (await memory.recall("hello", other)).turns == (turn(1),)
    assert (await memory.recall("hello", ANNA)).turns == (turn(1),)


async def test_one_thread_of_a_person_can_be_forgotten_alone(memory: AnyMemory) -> None:
    second = Scope(user="anna", thread_id="t2")
    for scope in (ANNA, second, BEN):
        await memory.keep(turn(1), scope)
    await memory.remember("I like tea.", ANNA)

    assert await memory.forget_thread(ANNA) == 1
    assert (await memory.recall("hello", ANNA)).turns == ()
    assert len(await memory.facts(ANNA)) == 1
    for scope in (second, BEN):
        assert (await memory.recall("hello", scope)).turns == (turn(1),)


async def test_one_fact_can_be_forgotten_by_its_id_and_only_by_its_owner(
    memory: AnyMemory,
) -> None:
    tea = await memory.remember("I like tea.", ANNA)
    await memory.remember("I like coffee.", ANNA)

    assert not await memory.forget_fact(tea, BEN)
    assert not await memory.forget_fact(tea, NOBODY)
    assert await memory.forget_fact(tea, ANNA)
    assert not await memory.forget_fact(tea, ANNA)
    assert said(await memory.search("tea or coffee", ANNA)) == ["I like coffee."]


async def test_odd_text_is_kept_and_searched_without_an_error(memory: AnyMemory) -> None:
    odd = 'a "quoted" OR (NEAR) * thing \x00 \x1b 漢字 ∑ -- ; DROP TABLE facts'
    await memory.remember(odd, ANNA)
    await memory.keep(turn(1, question=odd), ANNA)

    assert said(await memory.search(odd, ANNA)) == [odd]
    assert said(await memory.search("漢字", ANNA)) == [odd]
    assert await memory.search('"', ANNA) == []
    assert (await memory.recall("x" * 1_000_000, ANNA)).turns[0].question == odd
    await memory.remember("half a \ud800 character", ANNA)
    assert said(await memory.search("half \udfff", ANNA)) == ["half a ? character"]


async def test_a_conversation_held_elsewhere_is_kept_like_one_held_here(memory: AnyMemory) -> None:
    turns = [turn(n, f"What of planet {n}?") for n in range(8)]
    ids = await memory.keep_all(turns, ANNA)

    assert len(set(ids)) == 8
    assert await memory.keep_all(turns[:2], ANNA) == ids[:2]
    assert (await memory.recall("planet 2", ANNA)).turns[-3:] == tuple(turns[-3:])
    assert turns[2] in (await memory.recall("planet 2", ANNA)).turns
    assert len(await memory.turns(ANNA)) == 8
