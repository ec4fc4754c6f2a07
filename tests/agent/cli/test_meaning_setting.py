"""The setting `checks.meaning`: what words in common leave open is read for meaning."""

from __future__ import annotations

import asyncio
import gc
import sys
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from surefoot import Assistant, ConfigurationError, ScriptedModel, Settings, calls, says, tool
from surefoot.events import CheckFailed, CheckPassed, CheckSkipped, Event
from surefoot.evidence import DocumentSource, Finding
from surefoot.graphs import DEFAULT_CHECKS, Checks
from surefoot.memory import Embedder
from surefoot.settings import CheckSettings
from surefoot.tools import ToolOutput

PAGE = "The bridge was opened by the mayor in spring. It is painted green every ten years."
OPEN = "Fishermen sell oysters, shrimps and squid on the green bridge [S1]."
PLAIN = "The bridge was opened by the mayor in spring [S1]."


@tool(side_effects=False)
async def read() -> ToolOutput:
    """Read the page."""
    source = DocumentSource(path="bridge.md", start=0, end=len(PAGE))
    return ToolOutput(value=PAGE, findings=(Finding(source=source, content=PAGE),))


def assistant(checks: Checks | None = None, *, meaning: bool = True) -> Assistant:
    return Assistant(
        model=ScriptedModel(calls("read"), says(f"{PLAIN} {OPEN}"), says("NONE")),
        tools=[read],
        builtins=False,
        durable=False,
        checks=checks,
        settings=Settings(checks=CheckSettings(meaning=meaning)),
    )


async def told(asked: Assistant) -> list[Event]:
    return [event async for event in asked.stream("What is known of the bridge?")]


def reviews_in(events: Sequence[Event]) -> list[tuple[str, str | None, str]]:
    return [
        (event.type, event.claim_id, event.code)
        for event in events
        if isinstance(event, CheckPassed | CheckFailed | CheckSkipped) and event.check == "meaning"
    ]


@pytest.mark.anyio
async def test_with_the_setting_on_only_what_is_unsure_is_read_for_meaning() -> None:
    async with assistant() as opened:
        assert reviews_in(await told(opened)) == [("check.failed", "c1", "not_entailed")]


def test_the_embedder_is_let_go_of_with_the_assistant() -> None:
    async def ask() -> weakref.ref[Embedder]:
        async with assistant() as opened:
            await told(opened)
            return weakref.ref(opened.rooms.embedder)

    embedder = asyncio.run(ask())
    gc.collect()
    assert embedder() is None


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("checks", "meaning"),
    [(None, False), (DEFAULT_CHECKS, True), (DEFAULT_CHECKS.requiring(), True)],
)
async def test_nothing_is_read_for_meaning_by_default_or_beside_checks_that_were_given(
    checks: Checks | None, meaning: bool
) -> None:
    async with assistant(checks, meaning=meaning) as opened:
        events = await told(opened)
    assert reviews_in(events) == []
    assert any(isinstance(one, CheckSkipped) and one.code == "unsure" for one in events)


@pytest.mark.anyio
async def test_an_embedder_that_cannot_be_had_is_said_before_any_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ConfigurationError, match=r"'checks\.meaning' is on.*onnxruntime"):
        await assistant().open()


@pytest.mark.parametrize("is_on", [True, False])
def test_doctor_says_whether_claims_are_read_for_meaning(
    surefoot: Callable[..., CompletedProcess[str]], folder: Path, is_on: bool
) -> None:
    if is_on:
        (folder / "surefoot.toml").write_text("[checks]\nmeaning = true\n", encoding="utf-8")
    said = "on" if is_on else "off; SUREFOOT_CHECKS__MEANING=true turns it on"
    assert f"ok    reading for meaning: {said}\n" in surefoot("doctor").stdout
