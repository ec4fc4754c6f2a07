"""A question in Slack is answered in its thread, streamed and cited."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import bot_in
from .web_api import Slack

pytestmark = pytest.mark.anyio


async def test_a_direct_message_is_answered_in_its_thread_with_its_sources(
    slack: Slack, tmp_path: Path
) -> None:
    async with bot_in(slack, tmp_path) as running:
        (answer,) = await running.ask("add 1 2")
    assert answer.text == "It gave 3 [S1]."
    assert not answer.is_streaming and answer.updates == 0
    assert [task["status"] for task in answer.tasks.values()] == ["complete"]
    (sources,) = answer.of_type("context")
    assert "[S1] add" in str(sources)
    assert "Show the sources" in answer.buttons()
