"""A question in Slack is answered in its thread, streamed and cited."""

from __future__ import annotations

from pathlib import Path

import pytest

from surefoot import Assistant, ScriptedModel, Settings, calls, says
from surefoot.limits import ReleasePolicy

from ..program import add
from .conftest import bot_in
from .messages import Message
from .web_api import Fault, Slack

pytestmark = pytest.mark.anyio


async def test_a_direct_message_is_answered_in_its_thread_with_its_sources(
    slack: Slack, tmp_path: Path
) -> None:
    async with bot_in(slack, tmp_path) as running:
        (answer,) = await running.ask("add 1 2")
        _, again = await running.ask("again", thread_ts=answer.thread_ts)
    assert answer.text == again.text == "It gave 3 [S1]."
    assert not answer.is_streaming and answer.updates == 0
    assert [task["status"] for task in answer.tasks.values()] == ["complete"]
    (sources,) = answer.of_type("context")
    assert "[S1] add" in str(sources) and again.of_type("context") == [sources]
    assert "Show the sources" in answer.buttons()


async def told(
    slack: Slack, tmp_path: Path, model: ScriptedModel, release: ReleasePolicy = "label"
) -> list[Message]:
    assistant = Assistant(
        model=model,
        tools=[add],
        builtins=False,
        memory=None,
        settings=Settings(data_dir=tmp_path),
        release=release,
    )
    async with bot_in(slack, tmp_path, assistant=assistant) as running:
        return await running.ask("Tell me.")


async def test_a_long_answer_comes_in_messages_that_are_each_whole(
    slack: Slack, tmp_path: Path
) -> None:
    code = "```py\n" + "print('a line of code')\n" * 200 + "```"
    text = "\n\n".join(f"Paragraph {n}. {'word ' * 300}\n\n{code}" for n in range(5))
    answers = await told(slack, tmp_path, ScriptedModel(says(text)))
    assert len(answers) > 3
    assert "".join("".join(m.shown for m in answers).split()) == "".join(text.split())
    assert all(m.shown.count("```") % 2 == 0 for m in answers)
    assert [bool(m.of_type("context_actions")) for m in answers[-2:]] == [False, True]


async def test_a_sentence_that_is_withdrawn_is_withdrawn_in_slack_too(
    slack: Slack, tmp_path: Path
) -> None:
    model = ScriptedModel(calls("add", a=1, b=2), says("It gave 4 [S1]."), says("It gave 3 [S1]."))
    (answer,) = await told(slack, tmp_path, model, "retract")
    assert answer.shown == "It gave 3 [S1]."


async def test_where_markdown_is_not_taken_the_answer_is_said_in_slacks_own_markup(
    slack: Slack, tmp_path: Path
) -> None:
    slack.faults["chat.startStream"] += [Fault(error="unknown_method")]
    refuses = Fault(error="invalid_blocks")

    def chance(method: str, body: dict[str, object]) -> Fault | None:
        takes = "'markdown'" not in str(body.get("blocks"))
        return None if takes or method != "chat.update" else refuses

    slack.chance = chance
    (answer,) = await told(slack, tmp_path, ScriptedModel(says("It is **3** & no more.")))
    assert answer.shown == "It is *3* &amp; no more."


async def test_suggestions_and_the_home_tab_name_what_there_is_to_ask_about(
    slack: Slack, tmp_path: Path
) -> None:
    assistant = Assistant(model="embedded", settings=Settings(data_dir=tmp_path / "data"))
    folder = tmp_path / "things"
    folder.mkdir()
    (folder / "harbour-rules.md").write_text("# Rules\n\nNo swimming.\n")
    (folder / "ships.csv").write_text("kind,length_m\nferry,90.5\ntug,30.0\n")
    async with bot_in(slack, tmp_path, assistant=assistant) as running:
        await running.assistant.rooms.ingest([folder])
        opened = {"user_id": "U1", "channel_id": "D1", "thread_ts": "1.1"}
        await running.events.deliver(
            {"type": "assistant_thread_started", "assistant_thread": opened}
        )
        prompts = await slack.until(lambda: slack.prompts.get(("D1", "1.1")))
        await running.events.deliver({"type": "app_home_opened", "user": "U1", "tab": "home"})
        home = await slack.until(lambda: slack.homes.get("U1"))
        assert prompts is not None and home is not None
        (answer,) = await running.ask(str(prompts[0]["message"]))
    assert "`ships`" in str(home) and "`harbour-rules.md`" in str(home)
    assert prompts[0]["message"] == "What is the average length by kind in ships?"
    assert "90.5" in answer.shown
