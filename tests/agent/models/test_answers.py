"""Kept answers: given again where they may be, and nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from surefoot.agent import (
    AnswerBook,
    Asked,
    CachedModel,
    ChromaQuestions,
    Likeness,
    NearQuestions,
    ScriptedModel,
    ScriptedTurn,
    StreamBroken,
    calls,
    fails,
    particulars,
    says,
)
from surefoot.memory import MiniLM
from surefoot.messages import Image, UserMessage
from surefoot.model import Finished, ModelRequest, Occasion, TextDelta
from surefoot.scope import Scope

pytestmark = pytest.mark.anyio


def asked(
    text: str = "How many orders were there?",
    *,
    user: str | None = "ada",
    tenant: str = "acme",
    run: str = "r1",
    is_pure: bool = True,
    images: tuple[Image, ...] = (),
) -> ModelRequest:
    scope = Scope(tenant=tenant, user=user, thread_id="t")
    occasion = Occasion(run_id=run, scope=scope, is_pure=is_pure, changing=frozenset({"send_mail"}))
    return ModelRequest(messages=(UserMessage(text, images),), occasion=occasion)


@pytest.fixture(params=["memory", "chroma"])
async def near(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Likeness]:
    """Alike questions in memory and on disk, which do the same."""
    made: Likeness = NearQuestions(MiniLM(), similarity=0.9)
    if request.param == "chroma":
        made = ChromaQuestions(tmp_path / "questions", MiniLM(), similarity=0.9)
    yield made
    await made.close()


async def told(model: CachedModel, request: ModelRequest) -> tuple[str, Finished]:
    parts = [part async for part in model.stream(request)]
    end = parts[-1]
    assert isinstance(end, Finished)
    return "".join(part.text for part in parts if isinstance(part, TextDelta)), end


async def test_the_same_request_of_another_run_is_answered_for_nothing() -> None:
    with ScriptedModel(says("120.")) as model:
        cached = CachedModel(model)
        first = await told(cached, asked(run="r1"))
        again = await told(cached, asked(run="r2"))
    assert again[0] == first[0] == "120."
    assert (again[1].cost_usd, again[1].how) == (0.0, ("exact cache",))
    assert cached.saved.hit_rate == 0.5
    assert cached.saved.tokens == first[1].input_tokens + first[1].output_tokens


@pytest.mark.parametrize(
    "other", [asked(user="bob"), asked(tenant="zeta"), asked("How many?"), asked(is_pure=False)]
)
async def test_nobody_gets_what_was_kept_for_another(other: ModelRequest) -> None:
    with ScriptedModel(says("120."), says("121.")) as model:
        cached = CachedModel(model)
        await told(cached, asked())
        assert (await told(cached, other))[0] == "121."


async def test_runs_that_may_have_side_effects_are_not_kept() -> None:
    with ScriptedModel(says("1"), says("2")) as model:
        cached = CachedModel(model)
        await told(cached, asked(is_pure=False))
        assert (await told(cached, asked()))[0] == "2"


async def test_new_documents_void_what_was_kept(near: Likeness) -> None:
    editions = ["one"]
    with ScriptedModel(says("1"), says("2")) as model:
        cached = CachedModel(model, likeness=near, edition=lambda: editions[-1])
        await told(cached, asked())
        editions.append("two")
        assert (await told(cached, asked()))[0] == "2"


async def test_time_voids_what_was_kept() -> None:
    now = [0.0]
    with ScriptedModel(says("1"), says("2")) as model:
        cached = CachedModel(model, book=AnswerBook(seconds=10, now=lambda: now[0]))
        await told(cached, asked())
        now[0] = 11
        assert (await told(cached, asked()))[0] == "2"


async def test_a_broken_message_is_not_kept() -> None:
    with ScriptedModel(fails(StreamBroken("gone")), says("2")) as model:
        cached = CachedModel(model)
        with pytest.raises(StreamBroken):
            await told(cached, asked())
        assert (await told(cached, asked()))[0] == "2"


async def test_a_question_in_other_words_is_answered_by_meaning(near: Likeness) -> None:
    with ScriptedModel(says("120.")) as model:
        cached = CachedModel(model, likeness=near)
        await told(cached, asked("How many orders were there?"))
        text, end = await told(cached, asked("How many orders were there then?"))
    assert (text, end.how) == ("120.", ("similar cache",))


@pytest.mark.parametrize(
    "other",
    [
        "How many orders were there in 2024?",
        "How many orders were there in Berlin in 2023?",
        "How many orders were there not in 2023?",
    ],
)
async def test_a_question_with_other_particulars_is_another_question(
    other: str, tmp_path: Path
) -> None:
    near = ChromaQuestions(tmp_path, MiniLM(), similarity=0.5)
    with ScriptedModel(says("120."), says("130.")) as model:
        cached = CachedModel(model, likeness=near)
        await told(cached, asked("How many orders were there in 2023?"))
        assert (await told(cached, asked(other)))[0] == "130."
    await cached.close()


@pytest.mark.parametrize(("tenant", "user"), [("acme", "bob"), ("acme", None), ("zeta", "ada")])
async def test_likeness_does_not_reach_across_people_either(
    near: Likeness, tenant: str, user: str | None
) -> None:
    with ScriptedModel(says("120."), says("130.")) as model:
        cached = CachedModel(model, likeness=near)
        await told(cached, asked())
        other = asked("How many orders were there then?", tenant=tenant, user=user)
        assert (await told(cached, other))[0] == "130."


async def test_a_question_about_another_picture_is_another_question(near: Likeness) -> None:
    cat, dog = (Image(media_type="image/png", data=data) for data in ("Y2F0", "ZG9n"))
    with ScriptedModel(says("A cat."), says("A dog.")) as model:
        cached = CachedModel(model, likeness=near)
        await told(cached, asked("What is this?", images=(cat,)))
        assert (await told(cached, asked("What is this then?", images=(dog,))))[0] == "A dog."


async def test_one_person_can_be_forgotten(near: Likeness) -> None:
    with ScriptedModel(says("1"), says("2"), says("3")) as model:
        cached = CachedModel(model, likeness=near)
        await told(cached, asked(user="ada"))
        await told(cached, asked(user="bob"))
        await cached.forget(Scope(tenant="acme", user="ada", thread_id="t"))
        assert (await told(cached, asked("How many orders were there then?")))[0] == "3"
        assert (await told(cached, asked(user="bob")))[0] == "2"


@pytest.mark.parametrize(
    "turn",
    [
        calls("send_mail", to="bob"),
        calls("plan", steps=[{"id": "s1", "tool": "send_mail", "args": {}}]),
    ],
    ids=["at once", "in a plan"],
)
async def test_a_message_that_calls_a_tool_with_side_effects_is_not_kept(
    turn: ScriptedTurn,
) -> None:
    with ScriptedModel(turn, says("I do not know.")) as model:
        cached = CachedModel(model)
        await told(cached, asked("Mail Bob."))
        assert (await told(cached, asked("Mail Bob.")))[0] == "I do not know."


@pytest.mark.parametrize(
    ("question", "how"),
    [
        ("How many orders were there?", ("exact cache",)),
        ("How many orders were there then?", ("similar cache",)),
    ],
)
async def test_kept_answers_outlive_the_process(
    tmp_path: Path, question: str, how: tuple[str, ...]
) -> None:
    for text, turns in (("How many orders were there?", [says("120.")]), (question, [])):
        with ScriptedModel(*turns) as model:
            near = ChromaQuestions(tmp_path / "questions", MiniLM(), similarity=0.9)
            book = AnswerBook(tmp_path / "answers.sqlite")
            cached = CachedModel(model, book=book, likeness=near)
            answer, end = await told(cached, asked(text))
            await cached.close()
        assert answer == "120."
    assert end.how == how


async def test_the_oldest_questions_make_room(tmp_path: Path) -> None:
    near = ChromaQuestions(tmp_path, MiniLM(), similarity=0.9, most=2)
    questions = ("How tall is it?", "Who made the bridge?", "Where do the whales sleep?")
    kept = [Asked(text=text, person="ada", around="") for text in questions]
    for number, question in enumerate(kept):
        await near.keep(question, f"key {number}")
    assert [await near.find(question) for question in kept] == [None, "key 1", "key 2"]
    await near.close()


def test_particulars_are_numbers_names_quotations_and_words_that_turn_a_question() -> None:
    found = particulars("Which 'old' order of Berlin was not over 20.5?")
    assert found == {"'old'", "berlin", "not", "over", "20.5"}
