"""Files that are shared in a thread are read for that thread and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from surefoot import Assistant, Settings

from .conftest import Running, bot_in
from .messages import Json, Message
from .web_api import TOKEN, Slack

pytestmark = pytest.mark.anyio

NOTES = b"# Harbour\n\nThe harbour master of Port Example is called Quillon Brae.\n"
SALES = b"region,amount\nnorth,10\nsouth,32\n"


def shared(slack: Slack, name: str, body: bytes, **more: object) -> Json:
    """Return a file object of a `file_share` message.

    https://docs.slack.dev/reference/objects/file-object
    """
    slack.file_bodies[name] = body
    url = f"{slack.url}/files/{name}"
    return {"id": f"F{name}", "name": name, "size": len(body), "url_private": url, **more}


async def ask(running: Running, text: str, *files: Json, **more: str) -> list[Message]:
    subtype = {"subtype": "file_share", "files": list(files)} if files else {}
    ts = await running.events.say(text, **subtype, **more)  # type: ignore[arg-type]
    await running.bot.idle()
    return running.slack.thread(more.get("channel", "D1"), more.get("thread_ts") or ts)


@pytest.fixture
def assistant(tmp_path: Path) -> Assistant:
    """The built-in planner with the built-in tools."""
    return Assistant(model="embedded", settings=Settings(data_dir=tmp_path))


async def test_a_document_is_read_for_its_thread_only(
    slack: Slack, tmp_path: Path, assistant: Assistant
) -> None:
    async with bot_in(slack, tmp_path, assistant=assistant) as running:
        question = "Who is the harbour master of Port Example?"
        (answer,) = await ask(running, question, shared(slack, "harbour.md", NOTES))
        assert "Quillon Brae" in answer.shown
        assert "harbour.md" in str(answer.of_type("context"))
        again = (await ask(running, question, thread_ts=answer.thread_ts))[-1]
        assert "Quillon Brae" in again.shown
        (elsewhere,) = await ask(running, question)
        assert "Quillon" not in elsewhere.shown


async def test_a_table_is_queried_in_its_thread(
    slack: Slack, tmp_path: Path, assistant: Assistant
) -> None:
    async with bot_in(slack, tmp_path, assistant=assistant) as running:
        file = shared(slack, "sales.csv", SALES)
        (answer,) = await ask(running, "What is the total amount in sales?", file)
    assert "42" in answer.shown


async def test_what_cannot_be_read_is_said_and_the_question_answered(
    slack: Slack, tmp_path: Path
) -> None:
    async with bot_in(slack, tmp_path, max_file_bytes=100) as running:
        large = shared(slack, "large.md", b"x" * 101)
        strange = shared(slack, "strange.bin", b"\0\1")
        elsewhere = shared(slack, "a.md", b"hi", url_private="https://evil.example/a.md")
        told, answer = await ask(running, "add 1 2", large, strange, elsewhere)
    assert told.shown.count("\n") == 2 and "large.md could not be read" in told.shown
    assert answer.shown == "It gave 3 [S1]."


async def test_a_login_page_is_not_taken_for_the_file(slack: Slack, tmp_path: Path) -> None:
    async with bot_in(slack, tmp_path) as running:
        file = shared(slack, "notes.md", NOTES)
        slack.tokens_read_files.discard(TOKEN)
        told, _ = await ask(running, "add 1 2", file)
    assert "files:read" in told.shown
