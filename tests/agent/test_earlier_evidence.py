"""An answer may cite what an earlier turn of its thread found, and is held to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from surefoot import Assistant, ScriptedModel, Settings, calls, says, tool
from surefoot.agent import RecordingStore, replay
from surefoot.answer import Citation
from surefoot.events import AnswerCompleted, ApprovalRequested, CheckFailed
from surefoot.memory import PlainMemory

pytestmark = pytest.mark.anyio


@tool(side_effects=False)
async def weigh(what: str) -> dict[str, float]:
    """Weigh something."""
    return {"grams": {"heron": 1500.0, "wren": 9.0}[what]}


@tool
async def send(text: str) -> str:
    """Send a text."""
    return f"sent: {text}"


def remembering(model: ScriptedModel, folder: Path | None = None) -> Assistant:
    return Assistant(
        model=model,
        tools=[weigh, send],
        builtins=False,
        durable=folder is not None,
        memory=PlainMemory() if folder is None else "default",
        settings=Settings() if folder is None else Settings(data_dir=folder),
    )


async def test_evidence_of_an_earlier_turn_is_cited_with_the_run_that_found_it() -> None:
    model = ScriptedModel(
        calls("weigh", what="heron"),
        says("A heron weighs 1500 g [S1]."),
        calls("weigh", what="wren"),
        says("A wren weighs 9 g [S2], a heron 1500 g [S1]."),
    )
    async with remembering(model) as assistant:
        first = await assistant.ask("What does a heron weigh?", thread="t")
        second = await assistant.ask("And a wren, beside it?", thread="t")
        told = await assistant.events("t", run_id=second.run_id)
    assert second.text == "A wren weighs 9 g [S2], a heron 1500 g [S1]."
    assert second.citations == (
        Citation(evidence_id="S2", sentence=0),
        Citation(evidence_id="S1", sentence=0, run_id=first.run_id),
    )
    assert [item.id for item in second.evidence] == ["S1", "S2"]
    (completed,) = [event for event in told if isinstance(event, AnswerCompleted)]
    assert completed.earlier == first.evidence and completed.citations == second.citations


async def test_what_is_said_of_earlier_evidence_is_held_to_it() -> None:
    model = ScriptedModel(
        calls("weigh", what="heron"),
        says("A heron weighs 1500 g [S1]."),
        says("It weighs 1700 g [S1]."),
        says("NONE"),
    )
    async with remembering(model) as assistant:
        await assistant.ask("What does a heron weigh?", thread="t")
        answer = await assistant.ask("Again?", thread="t")
    assert "1700" not in answer.text and answer.citations == ()
    assert "number_not_in_evidence" in [one.code for one in answer.verdicts]


@pytest.mark.parametrize("thread", ["t", "another"])
async def test_what_no_turn_shown_has_cited_cannot_be_cited(thread: str) -> None:
    model = ScriptedModel(
        calls("weigh", what="heron").also("weigh", what="wren"),
        says("A heron weighs 1500 g [S1]."),
        says("A wren weighs 9 g [S2]."),
        says("NONE"),
    )
    async with remembering(model) as assistant:
        await assistant.ask("What does a heron weigh?", thread="t")
        await assistant.ask("And a wren?", thread=thread)
        told = await assistant.events(thread)
    failed = next(event for event in told if isinstance(event, CheckFailed))
    assert failed.code == "no_such_evidence"
    assert failed.repair == "Cite nothing; call a tool again for what an earlier turn found."


async def test_earlier_evidence_is_cited_after_a_restart_in_the_middle_of_the_run(
    tmp_path: Path,
) -> None:
    model = ScriptedModel(
        calls("weigh", what="heron"), says("A heron weighs 1500 g [S1]."), calls("send", text="x")
    )
    async with remembering(model, tmp_path) as assistant:
        first = await assistant.ask("What does a heron weigh?", thread="t", user="ann")
        job = await assistant.start("Send it.", thread="t", user="ann")
        asked = await _request(assistant)
    last = ScriptedModel(says("It is sent [S2]: a heron weighs 1500 g [S1]."))
    async with remembering(last, tmp_path) as assistant:
        await assistant.approve(job.run.run_id, asked.call_id)
        resumed = assistant.job(job.run.run_id)
        assert resumed is not None
        answer = await resumed.result
    assert answer.text == "It is sent [S2]: a heron weighs 1500 g [S1]."
    assert [one.run_id for one in answer.citations] == [None, first.run_id]


async def _request(assistant: Assistant) -> ApprovalRequested:
    events = assistant.follow("t")
    try:
        async for event in events:
            if isinstance(event, ApprovalRequested):
                return event
    finally:
        await events.aclose()
    raise AssertionError("nobody was asked")


async def test_a_run_that_cites_earlier_evidence_replays_the_same(tmp_path: Path) -> None:
    model = ScriptedModel(
        calls("weigh", what="heron"),
        says("A heron weighs 1500 g [S1]."),
        says("It is 1500 g, as I said [S1]."),
    )
    async with remembering(model, tmp_path) as assistant:
        first = await assistant.ask("What does a heron weigh?", thread="t", user="ann")
        second = await assistant.ask("Again?", thread="t", user="ann")
        events = await assistant.events("t", run_id=second.run_id)
        assert assistant.home.database is not None
        entries = await RecordingStore(assistant.home.database).read(second.run_id)
    assert second.citations == (Citation(evidence_id="S1", sentence=0, run_id=first.run_id),)
    again = await replay(entries, events)
    assert again.is_exact
    assert [one.model_dump_json() for one in again.events] == [e.model_dump_json() for e in events]
