"""`run_script` lets a script call tools, and keeps what each call finds as evidence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import psutil
import pytest

from surefoot import Assistant, Finding, ScriptedModel, Tool, ToolError, calls, says, tool
from surefoot.evidence import CodeSource, ToolSource
from surefoot.scope import Scope
from surefoot.tools import CallContext, MontyPool, ToolOutput, script_runner

pytest.importorskip("pydantic_monty", reason="the extra `monty` is not installed")
pytestmark = pytest.mark.anyio

CONTEXT = CallContext(scope=Scope(thread_id="t"), run_id="r", call_id="c")
RATES = {"EUR": 1.0, "USD": 1.07, "NOK": 11.5}

Run = Callable[..., Awaitable[ToolOutput]]


@tool(side_effects=False)
async def rate(currency: str) -> float:
    """Return what a euro costs."""
    if currency not in RATES:
        raise ToolError(f"There is no rate of {currency}.", code="unknown_currency")
    return RATES[currency]


@tool
async def pay(amount: float) -> str:
    """Pay."""
    return f"paid {amount}"


@pytest.fixture(scope="module")
async def pool() -> AsyncIterator[MontyPool]:
    pool = MontyPool(workers=2)
    yield pool
    await pool.close()


@pytest.fixture
def run(pool: MontyPool) -> Run:
    return lambda script, *more, **options: run_with(
        script_runner([rate, pay, *more], pool=pool, **options), script
    )


async def run_with(runner: Tool, script: str) -> ToolOutput:
    args = runner.validate({"script": script})
    assert runner.inspect is not None
    await runner.inspect(args, CONTEXT)
    return await runner.run(args, CONTEXT)


async def test_a_script_calls_tools_and_every_result_is_evidence(run: Run) -> None:
    output = await run("a = await rate(currency='USD')\nb = await rate('NOK')\nprint(a)\na * b")
    assert output.value == {"stdout": "1.07\n", "result": 1.07 * 11.5}
    usd, nok, own = output.findings
    assert usd.source == ToolSource(tool="rate", args={"currency": "USD"})
    assert (nok.data, own.content) == (11.5, f"1.07\n{1.07 * 11.5}")
    assert isinstance(own.source, CodeSource)


async def test_calls_of_one_script_run_side_by_side(run: Run) -> None:
    arrived = 0
    everybody = asyncio.Event()

    @tool(side_effects=False)
    async def meet() -> int:
        """Wait for the others."""
        nonlocal arrived
        arrived += 1
        if arrived == 3:
            everybody.set()
        await everybody.wait()
        return arrived

    script = "import asyncio\nawait asyncio.gather(meet(), meet(), meet())"
    assert (await run(script, meet)).value == {"stdout": "", "result": [3, 3, 3]}


async def test_a_script_can_catch_what_a_tool_refuses(run: Run) -> None:
    script = (
        "try:\n    await rate('XXX')\nexcept RuntimeError as error:\n    told = str(error)\ntold"
    )
    output = await run(script)
    assert isinstance(output.value, dict)
    assert output.value["result"] == "unknown_currency: There is no rate of XXX."
    assert len(output.findings) == 1


async def test_what_changes_something_cannot_be_called(run: Run) -> None:
    with pytest.raises(ToolError, match="pay"):
        await run("await pay(5)")
    with pytest.raises(ToolError, match="sell"):
        await run("await sell(5)")


async def test_wrong_arguments_are_told_as_to_a_model(run: Run) -> None:
    with pytest.raises(ToolError, match="currency"):
        await run("await rate(currency=5)")


async def test_a_failing_script_is_shown_its_own_lines(run: Run) -> None:
    with pytest.raises(ToolError) as caught:
        await run("values = []\nvalues[1]")
    assert caught.value.code == "program_failed"
    assert "values[1]" in str(caught.value) and "IndexError" in str(caught.value)


async def test_the_number_of_calls_is_bounded(run: Run) -> None:
    with pytest.raises(ToolError, match="3 calls"):
        await run("for _ in range(4):\n    await rate('EUR')", calls=3)


@pytest.mark.parametrize(
    "script",
    [
        "open('/etc/passwd').read()",
        "import os\nos.environ['PATH']",
        "import socket",
        "import subprocess",
        "().__class__.__base__.__subclasses__()",
        "__import__('os').system('id')",
        "rate.__globals__",
        "'a' * 10**10",
        "9 ** 9 ** 9 ** 9",
    ],
)
async def test_a_script_reaches_nothing_but_its_tools(run: Run, script: str) -> None:
    with pytest.raises(ToolError) as caught:
        await run(script)
    assert caught.value.code == "program_failed"


async def test_a_script_that_is_cancelled_ends_with_its_worker(pool: MontyPool) -> None:
    started = asyncio.Event()

    @tool(side_effects=False)
    async def begin() -> None:
        """Say that it has begun."""
        started.set()

    runner = script_runner([begin], pool=pool)
    running = asyncio.create_task(run_with(runner, "await begin()\nwhile True:\n    pass"))
    await started.wait()
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    after = {process.pid for process in psutil.Process().children(recursive=True)}
    assert len(before - after) == 1
    assert (await run_with(script_runner([rate], pool=pool), "await rate('EUR')")).value


async def test_an_answer_cites_what_a_script_found(pool: MontyPool) -> None:
    model = ScriptedModel(
        calls("run_script", script="await rate('USD')"), says("A euro costs 1.07 dollars [S1].")
    )
    runner = script_runner([rate], pool=pool)
    async with Assistant(
        model=model, tools=[runner], builtins=False, memory=None, durable=False
    ) as assistant:
        answer = await assistant.ask("What does a euro cost?")
    assert answer.text == "A euro costs 1.07 dollars [S1]."
    assert isinstance(answer.evidence[0], Finding)
    assert answer.evidence[0].source == ToolSource(tool="rate", args={"currency": "USD"})
