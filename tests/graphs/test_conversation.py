"""What the model is given: instructions, earlier turns, the question and what memory knows."""

from __future__ import annotations

import pytest

from surefoot import ScriptedModel, calls, says
from surefoot.errors import StorageError
from surefoot.events import CheckSkipped, ContextRecalled, MemoryWritten
from surefoot.graphs import Checkpoints
from surefoot.limits import Limits
from surefoot.memory import PlainMemory, Recalled, Window
from surefoot.messages import AssistantMessage, Message, SystemMessage, UserMessage
from surefoot.scope import Scope
from surefoot.turns import Turn

from .conftest import add, driven

pytestmark = pytest.mark.anyio

HERE = Scope(user="ann", thread_id="t1")


async def remembering(*turns: tuple[str, str]) -> PlainMemory:
    memory = PlainMemory()
    for n, (question, answer) in enumerate(turns):
        turn = Turn(
            run_id=f"r0{n}", question=question, answer=answer, created_at=f"2026-01-0{n + 1}"
        )
        await memory.keep(turn, HERE)
    return memory


async def test_earlier_turns_stand_before_the_question() -> None:
    memory = await remembering(("Who?", "Ann."))
    model = ScriptedModel(says("As I said, Ann."))
    run = driven(model, memory=memory)
    await run.ask("Again?")
    expected: tuple[Message, ...] = (
        SystemMessage("Answer from evidence."),
        UserMessage("Who?"),
        AssistantMessage("Ann."),
        UserMessage("Again?"),
    )
    assert model.seen[0].messages == expected
    assert [event.turns for event in run.told(ContextRecalled)] == [1]
    assert len(run.told(MemoryWritten)) == 1


async def test_facts_about_the_user_stand_behind_the_question_and_can_be_cited() -> None:
    memory = PlainMemory()
    await memory.remember("Ann rides 40 km a day.", HERE)
    model = ScriptedModel(says("You ride 40 km [S1]."))
    run = driven(model, memory=memory)
    answer = await run.ask("How far does Ann ride a day?")
    question = model.seen[0].messages[-1].text
    assert question.startswith("How far does Ann ride a day?\n\n<context>\n[S1] memory · ")
    assert question.endswith("\nAnn rides 40 km a day.\n</context>")
    assert answer.text == "You ride 40 km [S1]."


@pytest.mark.parametrize("checkpointed", [False, True])
async def test_numbers_that_were_said_earlier_in_the_thread_may_be_said_again(
    checkpointed: bool,
) -> None:
    memory = await remembering(("I have 12 cats and 7 dogs.", "That makes 19 animals."))
    model = ScriptedModel(calls("add", a=1, b=1), says("You have 12 cats, so 19 in all."))
    checkpoints = Checkpoints() if checkpointed else None
    answer = await driven(model, add, memory=memory, checkpoints=checkpoints).ask("How many?")
    assert answer.text == "You have 12 cats, so 19 in all."


async def test_numbers_of_the_runs_own_making_are_no_grounds() -> None:
    memory = await remembering(("Hi.", "Hello."))
    model = ScriptedModel(calls("add", a=41, b=1), says("It is 43."), says("NONE"))
    answer = await driven(model, add, memory=memory).ask("How many?")
    assert "43" not in answer.text


async def test_memory_that_cannot_be_read_or_written_is_told_and_stops_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken(PlainMemory):
        async def recall(self, question: str, scope: Scope) -> Recalled:
            raise StorageError("The disk is gone.")

        async def keep(self, turn: Turn, scope: Scope) -> str:
            raise OSError("The disk is gone.")

    run = driven(ScriptedModel(says("Hello.")), memory=Broken())
    assert (await run.ask()).text == "Hello."
    told = [(e.stage, e.check, e.code) for e in run.told(CheckSkipped) if e.stage == "memory"]
    assert told == [("memory", "recall", "memory_failed"), ("memory", "keep", "memory_failed")]
    assert "memory failed" in caplog.text


async def test_many_rounds_are_no_matter_of_the_machine() -> None:
    turns = [calls("add", a=n, b=n) for n in range(60)]
    with ScriptedModel(*turns, says("It is 0 [S1].")) as model:
        run = driven(
            model,
            add,
            limits=Limits(model_calls=70, steps=70),
            checkpoints=Checkpoints(),
        )
        answer = await run.ask()
    assert answer.text == "It is 0 [S1]." and len(answer.evidence) == 60


async def test_earlier_answers_say_where_their_evidence_was_from() -> None:
    memory = PlainMemory()
    await memory.remember("Ann rides 40 km a day.", HERE)
    model = ScriptedModel(says("You ride 40 km [S1]."), says("As I said."))
    for question in ("How far does Ann ride a day?", "Again?"):
        await driven(model, memory=memory).ask(question)
    [kept] = await memory.turns(HERE)
    assert [cited.memory_id for cited in kept.evidence] == ["fact-1"]
    assert (await memory.facts(HERE))[0].uses == 1
    answer = f"You ride 40 km [S1].\n(S1 was {kept.evidence[0].where})"
    assert model.seen[1].messages[2] == AssistantMessage(answer)


async def test_what_was_said_before_the_latest_turns_is_told_in_short() -> None:
    memory = PlainMemory(window=Window(turns=1, older_turns=0))
    for number, answer in enumerate(("Dr Holm runs it.", "Yes.")):
        turn = Turn(run_id=f"r0{number}", question="Who?", answer=answer, created_at="2026-01-01")
        await memory.keep(turn, HERE)
    model = ScriptedModel(says("Yes."))
    await driven(model, memory=memory).ask("Really?")
    note = model.seen[0].messages[1].text
    assert note.startswith("Note from the run: what was said in this thread before")
    assert note.endswith("\n- Who? → Dr Holm runs it.")
