"""Plans of any shape run in the order their steps need."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from surefoot import ScriptedModel, calls, says, tool
from surefoot.events import StepFinished, StepStarted
from surefoot.graphs import draft, share
from surefoot.limits import Limits
from surefoot.messages import AssistantMessage, ToolCall
from surefoot.plan import Step

from .conftest import driven

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Shape:
    """A plan without cycles: for each step those it needs, and how long it takes."""

    needs: list[list[int]]
    order: list[int]
    """Where each step stands in the plan as it is written."""
    lasts: list[int]


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    size = draw(st.integers(1, 8))
    needs = [draw(st.lists(st.integers(0, n - 1), unique=True)) if n else [] for n in range(size)]
    return Shape(
        needs=needs,
        order=draw(st.permutations(range(size))),
        lasts=draw(st.lists(st.integers(0, 4), min_size=size, max_size=size)),
    )


@given(shape=shapes())
async def test_steps_run_after_what_they_need_and_are_told_in_plan_order(shape: Shape) -> None:
    done: list[int] = []

    @tool(side_effects=False)
    async def work(n: int, given: list[int]) -> int:
        """Work for a while."""
        for _ in range(shape.lasts[n]):
            await asyncio.sleep(0)
        assert given == shape.needs[n] and set(given) <= set(done)
        done.append(n)
        return n

    steps: list[JsonValue] = [
        {
            "id": f"n{n}",
            "tool": "work",
            "args": {"n": n, "given": [{"$ref": f"n{need}"} for need in shape.needs[n]]},
        }
        for n in shape.order
    ]
    run = driven(ScriptedModel(calls("plan", steps=steps), says("Done.")), work)
    answer = await run.ask()

    assert sorted(done) == list(range(len(shape.needs)))
    assert [item.id for item in answer.evidence] == [f"S{n + 1}" for n in range(len(done))]
    assert [item.content for item in answer.evidence] == [str(n) for n in _in_order(shape)]
    place = {n: index for index, n in enumerate(shape.order)}
    ended = [event.step_id for event in run.told(StepFinished)]
    assert ended == [f"s{place[n] + 1}" for n in _in_order(shape)]
    assert sorted(event.step_id for event in run.told(StepStarted)) == sorted(ended)


def _in_order(shape: Shape) -> list[int]:
    """Return the steps as the plan has them, but each behind what it needs."""
    told: list[int] = []
    while left := [n for n in shape.order if n not in told]:
        told.append(next(n for n in left if set(shape.needs[n]) <= set(told)))
    return told


@given(shape=shapes(), failing=st.sets(st.integers(0, 7)))
async def test_a_failure_stops_what_needs_it_and_nothing_else(
    shape: Shape, failing: set[int]
) -> None:
    ran: set[int] = set()

    @tool(side_effects=False)
    async def work(n: int) -> int:
        """Work or fail."""
        ran.add(n)
        if n in failing:
            raise ValueError(n)
        return n

    steps: list[JsonValue] = [
        {
            "id": f"n{n}",
            "tool": "work",
            "args": {"n": n},
            "depends_on": [f"n{need}" for need in shape.needs[n]],
        }
        for n in shape.order
    ]
    model = ScriptedModel(calls("plan", steps=steps), says("Done."))
    await driven(model, work, limits=Limits(parallel_calls=2)).ask()
    broken: set[int] = set()
    for n, needs in enumerate(shape.needs):
        if n in failing or broken & set(needs):
            broken.add(n)
    assert ran == {n for n, needs in enumerate(shape.needs) if not broken & set(needs)}


@given(size=st.integers(2, 6), data=st.data())
async def test_a_plan_that_goes_in_circles_is_never_begun(size: int, data: st.DataObject) -> None:
    @tool(side_effects=False)
    async def work(n: int) -> int:
        """Never called."""
        raise AssertionError(n)

    start = data.draw(st.integers(0, size - 1))
    length = data.draw(st.integers(1, size))
    circle = [(start + n) % size for n in range(length)]
    needs = {n: circle[(i + 1) % length] for i, n in enumerate(circle)}
    steps: list[JsonValue] = [
        {
            "id": f"n{n}",
            "tool": "work",
            "args": {"n": n},
            "depends_on": [f"n{needs[n]}"] if n in needs else [],
        }
        for n in range(size)
    ]
    model = ScriptedModel(calls("plan", steps=steps), says("I cannot."))
    run = driven(model, work)
    await run.ask()
    assert not run.told(StepStarted)
    assert "wait for each other" in model.seen[1].messages[-1].text


def test_steps_are_numbered_on_from_those_the_run_has_had() -> None:
    message = AssistantMessage(
        tool_calls=(
            ToolCall(call_id="x", name="look", args={"n": 1}),
            ToolCall(
                call_id="y",
                name="plan",
                args={
                    "steps": [
                        {"id": "s1", "tool": "look", "args": {"n": {"$ref": "s2.a"}}},
                        {"id": "s2", "tool": "look", "args": {"n": 2}, "depends_on": ["s4"]},
                    ]
                },
            ),
        )
    )
    asked = draft(message, run_id="r", taken=4)
    assert [(s.id, s.call_id, s.args, s.depends_on) for s in asked.steps] == [
        ("s5", "r.s5", {"n": 1}, ()),
        ("s6", "r.s6", {"n": {"$ref": "s7.a"}}, ("s7",)),
        ("s7", "r.s7", {"n": 2}, ("s4",)),
    ]
    assert [(g.call_id, g.steps) for g in asked.groups] == [("x", ("s5",)), ("y", ("s6", "s7"))]


def made(step_id: str, tool_name: str, *after: str, **args: JsonValue) -> Step:
    return Step(id=step_id, tool=tool_name, args=args, depends_on=after, call_id=f"r.{step_id}")


def test_calls_are_shared_whatever_the_order_of_their_arguments() -> None:
    shared = share((made("s1", "look", a=1, b=2), made("s2", "look", b=2, a=1)), {})
    assert [step.id for step in shared.plan.steps] == ["s1"]
    assert shared.alias == {"s2": "s1"}


def test_a_reference_to_a_shared_step_goes_to_the_one_that_runs() -> None:
    shared = share(
        (
            made("s1", "look", n=1),
            made("s2", "look", n=1),
            made("s3", "look", "s2", n={"$ref": "s2.x"}, t="{{s2}}"),
        ),
        {},
    )
    assert shared.plan.steps[1].args == {"n": {"$ref": "s1.x"}, "t": "{{s1}}"}
    assert shared.plan.steps[1].depends_on == ("s1",)


def test_one_and_true_are_different_arguments() -> None:
    shared = share((made("s1", "look", n=1), made("s2", "look", n=True)), {})
    assert len(shared.plan.steps) == 2


def test_looks_behind_the_same_change_are_shared() -> None:
    shared = share(
        (
            made("s1", "look"),
            made("s2", "put"),
            made("s3", "look", "s2"),
            made("s4", "look", "s2"),
            made("s5", "look", "s3"),
        ),
        {},
        changing={"put"},
    )
    assert [step.id for step in shared.plan.steps] == ["s1", "s2", "s3", "s5"]
