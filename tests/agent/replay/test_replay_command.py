"""`surefoot trace replay`: the same again, and another way from a step on."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner

from surefoot import Assistant, ScriptedModel, Settings, calls, says, tool
from surefoot.agent import Host, run_command


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with one recorded run."""
    monkeypatch.chdir(tmp_path)

    @tool(side_effects=False)
    async def count(what: str) -> int:
        """Count something."""
        return len(what)

    async def make() -> None:
        model = ScriptedModel(calls("count", what="abc"), says("There are 3 [S1]."))
        settings = Settings(data_dir=tmp_path / ".surefoot")
        async with Assistant(
            settings=settings, model=model, tools=[count], builtins=False, memory=None
        ) as assistant:
            await assistant.ask("How many?")

    asyncio.run(make())
    return tmp_path


def surefoot(*args: str) -> tuple[int, str, str]:
    with CliRunner().isolation() as (out, err, _):
        code = run_command(args, Host())
        return code, out.getvalue().decode(), err.getvalue().decode()


def test_a_run_replays_exactly_and_its_events_can_be_had() -> None:
    code, out, err = surefoot("trace", "replay", "last", "--json")
    assert (code, "Replayed exactly" in err) == (0, True)
    assert out.splitlines() == surefoot("trace", "export", "last")[1].splitlines()


def test_a_fork_tells_the_first_difference() -> None:
    args = ("--from", "s1", "--result", "4", "--model", "embedded")
    code, _, err = surefoot("trace", "replay", "last", *args)
    assert code == 0
    assert "First difference: event" in err


def test_another_policy_alone_needs_no_other_model() -> None:
    code, _, err = surefoot("trace", "replay", "last", "--from", "s1", "--policy", "label")
    assert (code, "Not in the recording" in err) == (0, False)
    assert 'policy: recorded "hold", now "label"' in err


@pytest.mark.parametrize(
    "args",
    [("nope",), ("last", "--from", "s9"), ("last", "--result", "x"), ("last", "--live", "x")],
)
def test_what_cannot_be_replayed_is_bad_usage(args: tuple[str, ...]) -> None:
    assert surefoot("trace", "replay", *args)[0] == 2
