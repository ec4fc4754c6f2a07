"""Monty as the place where programs run, for systems where there is no jail."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from surefoot.tools import MontySandbox, SandboxLimits

pytest.importorskip("pydantic_monty", reason="the extra `monty` is not installed")
pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def sandbox() -> AsyncIterator[MontySandbox]:
    sandbox = MontySandbox(sessions=2, limits=SandboxLimits(memory_mb=64, output_kb=1))
    yield sandbox
    await sandbox.close()


async def test_a_program_prints_has_a_value_and_leaves_variables(sandbox: MontySandbox) -> None:
    first = await sandbox.run("print('hello')\nx = n * 21\nx", session="s", inputs={"n": 2})
    assert (first.stdout, first.result, first.shown) == ("hello\n", 42, "42")
    assert (await sandbox.run("{'a': [x, None]}", session="s")).result == {"a": [42, None]}


async def test_a_value_that_is_not_json_is_only_shown(sandbox: MontySandbox) -> None:
    done = await sandbox.run("{1}", session="s")
    assert (done.is_json, done.shown) == (False, "{1}")
    assert (await sandbox.run("None", session="s")).shown is None


async def test_sessions_share_nothing(sandbox: MontySandbox) -> None:
    await sandbox.run("mine = 1", session="one")
    done = await sandbox.run("mine", session="two")
    assert done.error is not None
    assert done.error.name == "NameError"


async def test_an_error_is_the_programs_result_and_keeps_its_variables(
    sandbox: MontySandbox,
) -> None:
    done = await sandbox.run("y = 1\ny / 0", session="s")
    assert done.error is not None
    assert (done.error.name, done.error.message) == ("ZeroDivisionError", "division by zero")
    assert "y / 0" in done.error.traceback
    assert (await sandbox.run("y", session="s")).result == 1


async def test_a_program_out_of_time_is_stopped_and_costs_the_variables(
    sandbox: MontySandbox,
) -> None:
    await sandbox.run("x = 1", session="loop")
    done = await sandbox.run("while True:\n    pass", session="loop", timeout_seconds=0.2)
    assert done.error is not None
    assert done.error.name == "Timeout"
    again = await sandbox.run("x", session="loop")
    assert again.restarted
    assert again.error is not None


async def test_memory_and_output_are_bounded(sandbox: MontySandbox) -> None:
    much = await sandbox.run("'a' * 10**9", session="s")
    assert much.error is not None
    assert much.error.name == "MemoryError"
    wordy = await sandbox.run("for _ in range(1000):\n    print('word' * 10)", session="s")
    assert len(wordy.stdout) <= 1 << 10
    assert "stdout" in wordy.truncated or wordy.error is not None


async def test_the_longest_unused_session_makes_room(sandbox: MontySandbox) -> None:
    for name in ("a", "b", "c"):
        await sandbox.run("kept = 1", session=name)
    assert (await sandbox.run("kept", session="c")).result == 1
    gone = await sandbox.run("kept", session="a")
    assert gone.restarted
    assert gone.error is not None
