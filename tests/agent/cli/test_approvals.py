"""Calls that wait for a person: asked at the terminal, or decided later from another process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from surefoot import Assistant, ScriptedModel, Settings, Tool, calls, says, tool
from surefoot.agent import Host
from surefoot.events import ApprovalRequested, parse_event

Surefoot = Callable[..., CompletedProcess[str]]
Hosting = Callable[..., Host]


@pytest.fixture
def paid() -> list[int]:
    return []


@pytest.fixture
def pay(paid: list[int]) -> Tool:
    @tool
    async def pay(amount: int) -> str:
        """Pay."""
        paid.append(amount)
        return f"paid {amount}"

    return pay


def paying() -> ScriptedModel:
    return ScriptedModel(calls("pay", amount=5), says("It is done [S1]."))


def rest() -> ScriptedModel:
    return ScriptedModel(says("It is done [S1]."))


def waiting_run(surefoot: Surefoot, host: Host, *args: str) -> ApprovalRequested:
    """Ask without anybody to approve, and return what is waited for."""
    done = surefoot("ask", "pay 5", "--json", *args, host=host)
    assert done.returncode == 0
    request = parse_event(done.stdout.splitlines()[-1])
    assert isinstance(request, ApprovalRequested)
    assert f"surefoot approve {request.run_id} s1" in done.stderr
    return request


def test_without_a_person_the_call_waits_and_is_approved_later(
    surefoot: Surefoot, hosting: Hosting, pay: Tool, paid: list[int]
) -> None:
    request = waiting_run(surefoot, hosting(paying(), pay))
    assert paid == []
    done = surefoot("approve", request.run_id, "s1", host=hosting(rest(), pay))
    assert (done.returncode, paid) == (0, [5])
    assert done.stdout.startswith("It is done [S1].")


def test_a_call_is_rejected_with_a_reason(
    surefoot: Surefoot, hosting: Hosting, pay: Tool, paid: list[int]
) -> None:
    request = waiting_run(surefoot, hosting(paying(), pay))
    model = ScriptedModel(says("It was not paid."))
    done = surefoot(
        "approve",
        request.run_id,
        request.call_id,
        "--reject",
        "--reason",
        "too dear",
        host=hosting(model, pay),
    )
    assert (done.returncode, paid) == (0, [])
    assert "too dear" in model.seen[0].messages[-1].text


def test_a_call_runs_with_other_arguments(
    surefoot: Surefoot, hosting: Hosting, pay: Tool, paid: list[int]
) -> None:
    request = waiting_run(surefoot, hosting(paying(), pay))
    args = ("approve", request.run_id, "s1", "--args")
    assert surefoot(*args, "[5]", host=hosting(rest(), pay)).returncode == 2
    assert surefoot(*args, "{", host=hosting(rest(), pay)).returncode == 2
    assert surefoot(*args, "{}", "--reject", host=hosting(rest(), pay)).returncode == 2
    done = surefoot(*args, '{"amount": 3}', host=hosting(rest(), pay))
    assert (done.returncode, paid) == (0, [3])


def test_a_run_or_call_that_does_not_wait_is_bad_usage(
    surefoot: Surefoot, hosting: Hosting, pay: Tool, paid: list[int]
) -> None:
    request = waiting_run(surefoot, hosting(paying(), pay))
    for run_id, call_id in (("nothing", "s1"), (request.run_id, "s9")):
        done = surefoot("approve", run_id, call_id, host=hosting(rest(), pay))
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
    assert paid == []


@pytest.mark.parametrize(
    ("said", "amounts"),
    [
        ("y\n", [5]),
        ("n\n", []),
        ("what?\ny\n", [5]),
        ('e\n{"amount": 2}\n', [2]),
        ('e\nnonsense\ne\n{"amount": 2}\n', [2]),
    ],
)
def test_a_person_at_the_terminal_is_asked(
    surefoot: Surefoot,
    hosting: Hosting,
    pay: Tool,
    paid: list[int],
    said: str,
    amounts: list[int],
) -> None:
    model = ScriptedModel(calls("pay", amount=5), says("That is all."))
    done = surefoot("ask", "pay 5", host=hosting(model, pay, can_ask=True), stdin=said.encode())
    assert (done.returncode, paid) == (0, amounts)
    assert '"amount": 5' in done.stderr


@pytest.mark.parametrize("said", ["l\n", "\n", ""])
def test_a_decision_may_be_left_for_later(
    surefoot: Surefoot, hosting: Hosting, pay: Tool, paid: list[int], said: str
) -> None:
    done = surefoot("ask", "pay 5", host=hosting(paying(), pay, can_ask=True), stdin=said.encode())
    assert (done.returncode, paid) == (0, [])
    assert "surefoot approve" in done.stderr


def test_one_decision_of_two_leaves_the_other_waiting(
    surefoot: Surefoot, hosting: Hosting, pay: Tool, paid: list[int]
) -> None:
    model = ScriptedModel(calls("pay", amount=5).also("pay", amount=6))
    done = surefoot("ask", "pay both", "--json", host=hosting(model, pay))
    request = parse_event(done.stdout.splitlines()[-1])
    first = surefoot("approve", request.run_id, "s1", host=hosting(ScriptedModel(), pay))
    assert first.returncode == 0
    assert f"surefoot approve {request.run_id} s2" in first.stderr
    model = ScriptedModel(says("Both are paid [S1] [S2]."))
    second = surefoot("approve", request.run_id, "s2", host=hosting(model, pay))
    assert second.stdout.startswith("Both are paid")
    assert sorted(paid) == [5, 6]


def test_a_question_behind_a_waiting_one_says_so_and_does_not_hang(
    surefoot: Surefoot, hosting: Hosting, pay: Tool, paid: list[int]
) -> None:
    request = waiting_run(surefoot, hosting(paying(), pay), "--thread", "t")
    done = surefoot("ask", "and now?", "--thread", "t", host=hosting(ScriptedModel(), pay))
    assert (done.returncode, done.stdout) == (0, "")
    assert "waits for approval" in done.stderr
    other = surefoot("ask", "hello", host=hosting(ScriptedModel(says("Hi.")), pay))
    assert (other.returncode, other.stdout) == (0, "Hi.\n")
    model = ScriptedModel(says("It is done [S1]."), says("Nothing more."))
    surefoot("approve", request.run_id, "s1", host=hosting(model, pay))
    model.finished()
    assert paid == [5]


def test_a_run_left_behind_goes_on_beside_a_new_one_and_is_waited_for(
    surefoot: Surefoot, hosting: Hosting, folder: Path
) -> None:
    began = asyncio.Event()

    @tool(side_effects=False)
    async def work() -> str:
        """Work."""
        if not began.is_set():
            began.set()
            await asyncio.Event().wait()
        return "worked"

    async def leave() -> None:
        settings = Settings(data_dir=folder / ".surefoot")
        model = ScriptedModel(calls("work"))
        async with Assistant(
            model=model, tools=[work], builtins=False, memory=None, settings=settings
        ) as assistant:
            await assistant.start("work", thread="left")
            await began.wait()

    asyncio.run(leave())
    model = ScriptedModel(says("Done."), says("Done."))
    done = surefoot("ask", "hello", host=hosting(model, work))
    assert (done.returncode, done.stdout) == (0, "Done.\n")
    assert done.stderr == (
        "Taking up 1 run that was left unfinished; this command ends after that.\n"
    )
    runs = surefoot("trace", "list").stdout.splitlines()
    assert [line.split()[3] for line in runs] == ["completed", "completed"]


def test_events_of_a_run_can_be_read_while_it_waits(
    surefoot: Surefoot, hosting: Hosting, pay: Tool
) -> None:
    request = waiting_run(surefoot, hosting(paying(), pay))
    shown = surefoot("trace", "show", request.run_id).stdout
    assert "waits for your approval" in shown
    exported = surefoot("trace", "export", request.run_id[-8:]).stdout.splitlines()
    assert json.loads(exported[-1])["type"] == "approval.requested"
