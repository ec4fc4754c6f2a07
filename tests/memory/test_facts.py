"""What facts say of themselves: their kind, their time, their source, and what replaced them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from surefoot.errors import ToolError
from surefoot.memory import Fact, Learned, PlainMemory, Window
from surefoot.scope import Scope
from surefoot.turns import Cited, Turn

pytestmark = pytest.mark.anyio

ANNA = Scope(user="anna", thread_id="t1")


class Calendar:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = "2026-03-01T08:00:00Z"

    def __call__(self) -> str:
        return self.now


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


@pytest.fixture
async def memory(calendar: Calendar) -> AsyncIterator[PlainMemory]:
    async with PlainMemory(clock=calendar) as memory:
        yield memory


async def found(memory: PlainMemory, question: str) -> list[str]:
    return [each.content for each in await memory.search(question, ANNA)]


async def only(memory: PlainMemory) -> Fact:
    [fact] = await memory.facts(ANNA, history=True)
    return fact


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I live in Oslo.", "fact"),
        ("The user prefers short answers.", "preference"),
        ("Please always answer in French.", "preference"),
        ("Last week I visited Rome.", "episode"),
        ("To deploy the site, run the tests and then push.", "procedure"),
        ("When I say report, the user wants a table.", "procedure"),
    ],
)
async def test_a_sentence_tells_its_kind(memory: PlainMemory, text: str, kind: str) -> None:
    await memory.remember(text, ANNA)
    assert (await only(memory)).kind == kind


async def test_a_fact_keeps_where_it_comes_from_and_how_sure_it_is(memory: PlainMemory) -> None:
    learned = Learned(
        text="The user's team has nine people.",
        kind="fact",
        confidence=0.6,
        run_id="r4",
        evidence_id="S2",
        observed_at="2026-02-01T09:00:00Z",
    )
    memory_id = await memory.remember(learned, ANNA)

    assert await only(memory) == Fact(
        memory_id=memory_id,
        text="The user's team has nine people.",
        kind="fact",
        subject=None,
        confidence=0.6,
        thread_id="t1",
        run_id="r4",
        evidence_id="S2",
        created_at="2026-03-01T08:00:00Z",
        observed_at="2026-02-01T09:00:00Z",
    )


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("I have lived here since 2019.", "2019", None),
        ("I am on leave until 3 May 2027.", None, "2027-05-03"),
        ("I worked at Acme from 2015 to June 2018.", "2015", "2018-06"),
        ("I moved to Paris last month.", "2026-02", None),
        ("I started at Globex on 2025-11-03.", "2025-11-03", None),
        ("My birthday is May 4, 1990.", None, None),
        ("I like tea.", None, None),
    ],
)
async def test_a_sentence_tells_from_when_until_when_it_holds(
    memory: PlainMemory, text: str, since: str | None, until: str | None
) -> None:
    await memory.remember(text, ANNA)
    fact = await only(memory)
    assert (fact.valid_from, fact.valid_to) == (since, until)


async def test_questions_about_a_time_get_what_held_then(
    memory: PlainMemory, calendar: Calendar
) -> None:
    await memory.remember("I lived in Oslo until 2019.", ANNA)
    await memory.remember("I have lived in Paris since 2020.", ANNA)
    calendar.now = "2026-05-01T08:00:00Z"
    await memory.remember("I moved to Rome in April 2026.", ANNA)

    assert await found(memory, "Where do I live?") == ["I moved to Rome in April 2026."]
    assert await found(memory, "Where did I live in 2018?") == ["I lived in Oslo until 2019."]
    before = await found(memory, "Where did I live in 2024?")
    assert before == ["I have lived in Paris since 2020. (until 2026-04)"]
    history = await found(memory, "Where did I live before?")
    assert len(history) == 3


async def test_what_held_is_no_news_against_what_holds(memory: PlainMemory) -> None:
    await memory.remember("I live in Paris.", ANNA)
    await memory.remember("I used to live in Oslo.", ANNA)
    assert await found(memory, "Where do I live?") == ["I live in Paris."]

    await memory.remember("I used to live in Paris.", ANNA)
    assert await found(memory, "Where do I live?") == []


async def test_what_has_run_out_is_not_recalled(memory: PlainMemory, calendar: Calendar) -> None:
    await memory.remember("I am on leave until 2026-03-20.", ANNA)
    assert await found(memory, "Am I on leave?") == ["I am on leave until 2026-03-20."]

    calendar.now = "2026-03-21T08:00:00Z"
    assert await found(memory, "Am I on leave?") == []
    assert await found(memory, "Was I on leave before?") == ["I am on leave until 2026-03-20."]


async def test_a_corrected_fact_was_never_so(memory: PlainMemory) -> None:
    wrong = await memory.remember("My sister is called Ida.", ANNA)
    right = await memory.correct("sister", "My sister is called Eva.", ANNA, run_id="r2")

    assert await found(memory, "What was my sister called before?") == ["My sister is called Eva."]
    old, new = await memory.facts(ANNA, history=True)
    assert (old.memory_id, old.superseded_by, old.was_wrong) == (wrong, right, True)
    assert old.said == "My sister is called Ida. (corrected 2026-03-01)"
    assert (new.valid_from, new.superseded_at) == (None, None)


async def test_only_one_memory_can_be_corrected_at_a_time(memory: PlainMemory) -> None:
    await memory.remember("I like green tea.", ANNA)
    await memory.remember("I like black tea.", ANNA)
    for about in ("tea", "coffee"):
        with pytest.raises(ToolError) as refused:
            await memory.correct(about, "I like white tea.", ANNA)
        assert refused.value.code == "no_single_memory"
    await memory.correct("fact-1", "I like white tea.", ANNA)
    assert [fact.text for fact in await memory.facts(ANNA)] == [
        "I like black tea.",
        "I like white tea.",
    ]


async def test_a_model_may_name_what_a_fact_replaces_and_never_another_persons(
    memory: PlainMemory,
) -> None:
    bob = Scope(user="bob", thread_id="t1")
    his = await memory.remember("I take the tram to work.", bob)
    hers = await memory.remember("I take the tram to work.", ANNA)
    learned = Learned(text="I cycle to the office.", replaces=(his, hers))
    await memory.remember(learned, ANNA)

    assert [fact.text for fact in await memory.facts(ANNA)] == ["I cycle to the office."]
    assert [fact.text for fact in await memory.facts(bob)] == ["I take the tram to work."]


async def test_of_facts_that_fit_alike_the_one_that_answers_have_cited_comes_first(
    memory: PlainMemory,
) -> None:
    await memory.remember("I keep seeds in jar one.", ANNA)
    used = await memory.remember("I keep seeds in jar two.", ANNA)
    cited = Cited(id="S1", where="memory", memory_id=used)
    turn = Turn(run_id="r1", question="q", answer="a", created_at="2026-03-01", evidence=(cited,))
    assert (await found(memory, "seeds jar"))[0] == "I keep seeds in jar one."

    for _ in range(2):
        await memory.keep(turn, ANNA)

    assert (await found(memory, "seeds jar"))[0] == "I keep seeds in jar two."
    fact = (await memory.facts(ANNA))[1]
    assert (fact.uses, fact.last_used_at) == (1, "2026-03-01T08:00:00Z")


async def test_what_is_recalled_fits_its_budget(calendar: Calendar) -> None:
    async with PlainMemory(clock=calendar, window=Window(facts=9, fact_tokens=40)) as memory:
        for number in range(9):
            await memory.remember(f"My rare stamp number {number} shows a heron.", ANNA)
        assert len((await memory.recall("stamp heron", ANNA)).findings) == 4


async def test_a_question_about_everything_gets_all_that_holds(memory: PlainMemory) -> None:
    for fact in ("I live in Oslo.", "My aunt keeps bees.", "I live in Rome."):
        await memory.remember(fact, ANNA)
    assert await found(memory, "What do you know about me?") == [
        "My aunt keeps bees.",
        "I live in Rome.",
    ]
