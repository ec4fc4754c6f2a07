"""Two people's memories never mix, whatever they say, ask, correct and forget, in any order.

`SUREFOOT_TEST_EXAMPLES` asks for more than the usual runs of the machine.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from surefoot.errors import ToolError
from surefoot.memory import ChromaMemory, Learned, MiniLM, PlainMemory, Retention, Window
from surefoot.scope import Scope
from surefoot.turns import Cited, Turn

T = TypeVar("T")

PEOPLE = st.sampled_from(["anna", "ben"])
THREADS = st.sampled_from(["t1", "t2"])
TENANTS = st.sampled_from(["north", "south"])
SAYINGS = st.sampled_from(
    [
        "I live in {}",
        "I moved to {} in 2024",
        "I used to live in {}",
        "I no longer live in {}",
        "My favourite place is {}",
        "I prefer {} kilometres",
        "Always greet me with {}",
        "I like {}",
    ]
)
THINGS = st.sampled_from(["tea", "oslo", "rain"])
QUESTIONS = st.sampled_from(
    ["Where do I live?", "What do you know about me?", "Where did I live before?", "tea oslo rain"]
)
IDS = st.integers(1, 12).map(lambda number: f"fact-{number}")
ABOUT = st.one_of(THINGS, IDS, st.just("live"))
EMBEDDER = MiniLM()
WINDOW = Window(turns=2, older_turns=2)
CLOCK = lambda: "2026-01-01T08:00:00Z"  # noqa: E731


class TwoPeople(RuleBasedStateMachine):
    """Every text carries the mark of who said it, and nobody ever sees another's mark."""

    def __init__(self) -> None:
        super().__init__()
        self.memory = self.opened()
        self.facts: dict[tuple[str, str], int] = {}
        self.runs = 0

    def opened(self) -> PlainMemory | ChromaMemory:
        """Return the memory to be used."""
        return PlainMemory(clock=CLOCK, window=WINDOW)

    def now(self, work: Coroutine[object, object, T]) -> T:
        """Do what a memory without files does at once, waiting for nothing."""
        try:
            work.send(None)
        except StopIteration as done:
            result: T = done.value
            return result
        raise AssertionError("it waits")

    def teardown(self) -> None:
        self.now(self.memory.close())

    def scope(self, tenant: str, person: str, thread: str = "t1") -> Scope:
        return Scope(tenant=tenant, user=person, thread_id=thread)

    @rule(tenant=TENANTS, person=PEOPLE, saying=SAYINGS, thing=THINGS, replaces=IDS)
    def remember(self, tenant: str, person: str, saying: str, thing: str, replaces: str) -> None:
        text = f"{saying.format(thing)} {mark(tenant, person)}"
        learned = Learned(text=text, replaces=(replaces,))
        self.now(self.memory.remember(learned, self.scope(tenant, person)))

    @rule(tenant=TENANTS, person=PEOPLE, thread=THREADS, thing=THINGS, cited=IDS)
    def talk(self, tenant: str, person: str, thread: str, thing: str, cited: str) -> None:
        self.runs += 1
        text = f"{thing} {mark(tenant, person)}"
        evidence = (Cited(id="S1", where="memory", memory_id=cited),)
        turn = Turn(
            run_id=f"r{self.runs}",
            question=text,
            answer=text,
            created_at="2026-01-01",
            evidence=evidence,
        )
        uses = {who: self.uses(*who) for who in everybody()}
        self.now(self.memory.keep(turn, self.scope(tenant, person, thread)))
        others = [who for who in everybody() if who != (tenant, person)]
        assert all(self.uses(*who) == uses[who] for who in others)

    @rule(tenant=TENANTS, person=PEOPLE, about=ABOUT, thing=THINGS)
    def correct(self, tenant: str, person: str, about: str, thing: str) -> None:
        text = f"I live in {thing} {mark(tenant, person)}"
        try:
            self.now(self.memory.correct(about, text, self.scope(tenant, person)))
        except ToolError as error:
            assert all(foreign not in str(error) for foreign in marks_but(tenant, person))

    @rule(tenant=TENANTS, person=PEOPLE, about=st.one_of(st.none(), ABOUT))
    def forget(self, tenant: str, person: str, about: str | None) -> None:
        scope, others = self.scope(tenant, person), self.counts(but=(tenant, person))
        held = self.now(self.memory.matching(scope, query=about))
        assert_own([fact.text for fact in held.facts], tenant, person)
        assert_own([kept.turn.question for kept in held.turns], tenant, person)
        facts = [fact.memory_id for fact in held.facts]
        runs = [kept.turn.run_id for kept in held.turns]
        self.now(self.memory.erase(scope, facts=facts, runs=runs))
        assert len(self.now(self.memory.matching(scope, query=about))) == 0
        assert self.counts(but=(tenant, person)) == others

    @rule(tenant=TENANTS, person=PEOPLE, memory_id=IDS)
    def forget_one(self, tenant: str, person: str, memory_id: str) -> None:
        others = self.counts(but=(tenant, person))
        self.now(self.memory.forget_fact(memory_id, self.scope(tenant, person)))
        assert self.counts(but=(tenant, person)) == others

    @rule(tenant=TENANTS, person=PEOPLE, thread=THREADS)
    def forget_thread(self, tenant: str, person: str, thread: str) -> None:
        others = self.counts(but=(tenant, person))
        self.now(self.memory.forget_thread(self.scope(tenant, person, thread)))
        assert self.counts(but=(tenant, person)) == others

    @rule(most=st.integers(1, 3))
    def retain(self, most: int) -> None:
        self.now(self.memory.retain(Retention(facts_per_person=most, turns_per_thread=most)))

    @rule(tenant=TENANTS, person=PEOPLE, thread=THREADS, question=QUESTIONS)
    def ask(self, tenant: str, person: str, thread: str, question: str) -> None:
        scope = self.scope(tenant, person, thread)
        recalled = self.now(self.memory.recall(question, scope))
        found = self.now(self.memory.search(question, scope, limit=50))
        told = [each.content for each in (*recalled.findings, *found)]
        told += [turn.question for turn in recalled.turns]
        assert_own(told, tenant, person)
        if recalled.summary:
            assert_own(recalled.summary.split("\n"), tenant, person)

    @invariant()
    def everybody_sees_only_their_own(self) -> None:
        for tenant, person in everybody():
            scope = self.scope(tenant, person)
            facts = self.now(self.memory.facts(scope, history=True))
            assert_own([fact.text for fact in facts], tenant, person)
            own = {fact.memory_id for fact in facts}
            assert {fact.superseded_by for fact in facts} <= own | {None}
            assert_own(
                [turn.question for turn in self.now(self.memory.turns(scope))], tenant, person
            )
            assert_own(list(self.now(self.memory.summaries(scope)).values()), tenant, person)

    def uses(self, tenant: str, person: str) -> list[int]:
        facts = self.now(self.memory.facts(self.scope(tenant, person), history=True))
        return [fact.uses for fact in facts]

    def counts(self, *, but: tuple[str, str]) -> dict[tuple[str, str], tuple[int, int]]:
        """Return how much is known of everybody else."""
        found = {}
        for tenant, person in everybody():
            if (tenant, person) != but:
                held = self.now(self.memory.matching(self.scope(tenant, person)))
                found[tenant, person] = (len(held.facts), len(held.turns))
        return found


class TwoPeopleOnDisk(TwoPeople):
    """The same over SQLite and Chroma."""

    def opened(self) -> PlainMemory | ChromaMemory:
        """Return a memory in a folder of its own."""
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        folder = Path(self.folder.name)
        return ChromaMemory(folder, embedder=EMBEDDER, clock=CLOCK, window=WINDOW)

    def now(self, work: Coroutine[object, object, T]) -> T:
        """Wait until it is done."""
        return self.runner.run(work)

    def teardown(self) -> None:
        super().teardown()
        self.runner.close()
        self.folder.cleanup()


def mark(tenant: str, person: str) -> str:
    return f"{tenant}x{person}"


def everybody() -> list[tuple[str, str]]:
    return [(tenant, person) for tenant in ("north", "south") for person in ("anna", "ben")]


def marks_but(tenant: str, person: str) -> list[str]:
    return [mark(*who) for who in everybody() if who != (tenant, person)]


def assert_own(texts: list[str], tenant: str, person: str) -> None:
    for text in texts:
        assert mark(tenant, person) in text
        assert all(foreign not in text for foreign in marks_but(tenant, person))


TestTwoPeople = TwoPeople.TestCase
TestTwoPeople.settings = settings(
    max_examples=int(os.environ.get("SUREFOOT_TEST_EXAMPLES", "12")), stateful_step_count=25
)

TestTwoPeopleOnDisk = TwoPeopleOnDisk.TestCase
TestTwoPeopleOnDisk.settings = settings(
    max_examples=int(os.environ.get("SUREFOOT_TEST_EXAMPLES", "12")) // 6,
    stateful_step_count=25,
    deadline=None,
)
