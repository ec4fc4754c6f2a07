"""Questions that name a document are answered from it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from surefoot import Assistant, Settings
from surefoot.events import AnswerCompleted, StepFailed, StepStarted

pytestmark = pytest.mark.anyio

SHELF = {
    "guide/install.md": "# Install\n\nThe server listens on port 8080.\n",
    "guide/upgrade.md": "# Upgrade\n\nThe server listens on port 9090 after an upgrade.\n",
}


@pytest.fixture
async def assistant(tmp_path: Path) -> AsyncIterator[Assistant]:
    for path, text in SHELF.items():
        (tmp_path / "files" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "files" / path).write_text(text)
    settings = Settings(data_dir=tmp_path / "data", model="embedded")
    async with Assistant(settings=settings) as opened:
        await opened.rooms.ingest([tmp_path / "files"])
        yield opened


@pytest.mark.parametrize(
    ("question", "narrowed", "port"),
    [
        ("What port does the server listen on according to install.md?", ["install.md"], "8080"),
        (
            "Which port does guide/upgrade.md say the server listens on?",
            ["guide/upgrade.md"],
            "9090",
        ),
        ("Which port does the server listen on in upgrades.md?", ["upgrades.md"], "9090"),
        ("Which port does the server listen on in zebra.pdf?", ["zebra.pdf"], "port"),
    ],
)
async def test_a_document_that_is_named_is_where_the_answer_is_looked_for(
    assistant: Assistant, question: str, narrowed: list[str], port: str
) -> None:
    events = [event async for event in assistant.stream(question)]
    first = next(event for event in events if isinstance(event, StepStarted))
    failed = [event.code for event in events if isinstance(event, StepFailed)]

    assert first.args["paths"] == narrowed
    assert failed == ([] if narrowed[0].rpartition("/")[2] in str(SHELF) else ["no_such_document"])
    answer = next(event for event in events if isinstance(event, AnswerCompleted))
    assert port in answer.text
