"""Adapters: one framework's way to do the work, and the proof that it does all of it.

An adapter is a module with a function `async def build(work: Workload) -> Run`. It builds the agent
once, outside what is measured, and enters into `work.opened` what must be closed afterwards; each
call of the returned function is one whole run and returns the final text. The framework's model
asks `work.think(results)` with the tool results it finds in the conversation, and its tool awaits
`work.add(a, b)`. Add the module to `ADAPTERS`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib import import_module

from .workload import SCENARIOS, Workload

Run = Callable[[], Awaitable[str]]
Build = Callable[[Workload], Awaitable[Run]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """One framework, set up in one way."""

    name: str
    module: str
    """The module of this package that builds it."""
    function: str = "build"
    distribution: str | None = None
    """What to install where it is missing; None for what Surefoot itself needs."""


FLOOR = Adapter(name="LangGraph by hand (the floor)", module="floor")

ADAPTERS = (
    FLOOR,
    Adapter(name="Surefoot", module="ours"),
    Adapter(name="Surefoot as shipped", module="ours", function="build_as_shipped"),
    Adapter(
        name="LangChain create_agent",
        module="langchain_agent",
        distribution="langchain",
    ),
    Adapter(
        name="LangChain create_agent, 3 middlewares",
        module="langchain_agent",
        function="build_with_middleware",
        distribution="langchain",
    ),
    Adapter(name="pydantic-ai", module="pydantic_ai_agent", distribution="pydantic-ai-slim"),
    Adapter(name="OpenAI Agents SDK", module="openai_agent", distribution="openai-agents"),
)


class NotInstalled(Exception):
    """The framework is not in this environment."""


class UnequalWork(Exception):
    """An adapter did other work than the scenario asks for, so its times mean nothing."""


def load(adapter: Adapter) -> Build:
    """Import an adapter's framework and return what builds it."""
    try:
        build: Build = getattr(import_module(f".{adapter.module}", __package__), adapter.function)
    except ModuleNotFoundError as error:
        if adapter.distribution is None:
            raise
        raise NotInstalled(
            f"{adapter.name}: left out, since {error.name!r} is not installed; "
            f"`pip install {adapter.distribution}` brings it."
        ) from None
    return build


async def prove_equal_work(adapter: Adapter, build: Build) -> None:
    """Run each scenario once and compare the answer and the number of calls."""
    for scenario in SCENARIOS:
        async with AsyncExitStack() as opened:
            work = Workload(scenario, opened)
            run = await build(work)
            said = await run()
        done = (said, work.model_calls, work.tool_calls)
        asked = (work.answer, scenario.model_calls, scenario.calls)
        if done != asked:
            raise UnequalWork(f"{adapter.name}, scenario {scenario.name}: {done} is not {asked}.")
