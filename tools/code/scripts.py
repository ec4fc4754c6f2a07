"""`run_script`: a script that calls other tools, with no model call in between."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from pydantic import JsonValue

from surefoot.errors import ToolError
from surefoot.evidence import CodeSource, Finding

from ..alone import call_alone
from ..decorator import tool
from ..tool import CallContext, Tool, ToolOutput
from .jail.plan import SandboxLimits
from .monty import MontyPool, execution_of, give_back, program_error, turn
from .sandbox import Execution
from .syntax import check_syntax

if TYPE_CHECKING:
    from pydantic_monty import (
        CollectStreams,
        ExternalResult,
        ExternalSettledResult,
        FunctionSnapshot,
        MontyError,
        MontySession,
        SyncSnapshot,
    )

_ABOUT = """Run a Python script that calls other tools as async functions, many at once where it \
helps: `a, b = await asyncio.gather(f(x=1), f(x=2))`. Every call's result is kept as evidence. End \
with the expression whose value is wanted. There are no libraries besides a part of Python's own.

The functions, each called with arguments by name and awaited:"""


def script_runner(
    tools: Sequence[Tool], *, pool: MontyPool, calls: int = 100, timeout_seconds: float = 60.0
) -> Tool:
    """Let a model combine those of `tools` that change nothing and ask nobody, in one script."""
    offered = {
        one.name.replace("-", "_"): one
        for one in tools
        if not one.side_effects and one.asks == "never"
    }

    @tool(side_effects=False, timeout_seconds=timeout_seconds)
    async def run_script(script: str, *, context: CallContext) -> ToolOutput:
        """Run a script that calls tools."""
        from pydantic_monty import CollectStreams, MontyError

        limits = SandboxLimits()
        printed = CollectStreams(max_bytes=2 * limits.output_kb << 10)
        session = await pool.checkout()
        drive = _Drive(session=session, offered=offered, context=context, calls=calls)
        try:
            value = await drive.run(script, printed)
        except MontyError as error:
            raise _failure(error) from error
        finally:
            await drive.stop()
            await give_back(session)
        return _output(script, drive.findings, execution_of(value, printed, limits))

    lines = [_ABOUT, *(f"- {_signature(name, one)}" for name, one in offered.items())]
    return replace(run_script, description="\n".join(lines), inspect=_inspect)


@dataclass(slots=True, kw_only=True)
class _Drive:
    """One script on its way: it computes until it waits for calls, which run side by side."""

    session: MontySession
    offered: Mapping[str, Tool]
    context: CallContext
    calls: int
    made: dict[int, asyncio.Task[ToolOutput]] = field(default_factory=dict)

    async def run(self, script: str, printed: CollectStreams) -> object:
        """Return the value of the script's last expression. Raises `MontyError`."""
        from pydantic_monty import FunctionSnapshot, FutureSnapshot, MontyComplete

        session = self.session
        at: SyncSnapshot = await turn(
            session, partial(session.feed_start, script, print_callback=printed)
        )
        while not isinstance(at, MontyComplete):
            if isinstance(at, FunctionSnapshot):
                at = await self._called(at)
            elif isinstance(at, FutureSnapshot):
                answers = await self._answers(at.pending_call_ids)
                at = await turn(session, partial(at.resume, answers))
            else:
                at = await turn(session, at.resume)
        return at.output

    @property
    def findings(self) -> list[Finding]:
        """What the calls found, in the order in which they were made."""
        done = (call for call in self.made.values() if call.done() and not call.cancelled())
        return [one for call in done if call.exception() is None for one in call.result().findings]

    async def stop(self) -> None:
        """Stop the calls that nobody waits for any more."""
        for call in self.made.values():
            call.cancel()
        await asyncio.gather(*self.made.values(), return_exceptions=True)

    async def _called(self, at: FunctionSnapshot) -> SyncSnapshot:
        if at.is_os_function:
            return await turn(self.session, at.resume_not_handled)
        answer: ExternalResult
        try:
            self.made[at.call_id] = self._start(str(at.function_name), at.args, at.kwargs)
            answer = {"future": ...}
        except ToolError as error:
            answer = {"exc_type": "RuntimeError", "message": str(error)}
        return await turn(self.session, partial(at.resume, answer))

    def _start(
        self, name: str, args: Sequence[JsonValue], kwargs: Mapping[str, JsonValue]
    ) -> asyncio.Task[ToolOutput]:
        if (one := self.offered.get(name)) is None:
            known = ", ".join(self.offered) or "none"
            raise ToolError(f"There is no function {name!r}. There are: {known}.")
        if len(self.made) >= self.calls:
            raise ToolError(f"A script may make {self.calls} calls.")
        named = dict(zip(_names(one), args, strict=False)) | dict(kwargs)
        context = replace(self.context, call_id=f"{self.context.call_id}.{len(self.made) + 1}")
        return asyncio.create_task(call_alone(one, named, context))

    async def _answers(self, ids: Sequence[int]) -> dict[int, ExternalSettledResult]:
        """Wait until some of the calls are done and return what came of them."""
        calls = {self.made[one]: one for one in ids}
        done, _ = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
        return {calls[call]: _answer(call) for call in done}


def _answer(call: asyncio.Task[ToolOutput]) -> ExternalSettledResult:
    """Return a call's value, or its error as one that the script can catch."""
    if (error := call.exception()) is None:
        return {"return_value": call.result().value}
    if isinstance(error, ToolError):
        return {"exc_type": "RuntimeError", "message": f"{error.code}: {error}"}
    raise error


def _output(script: str, findings: Sequence[Finding], done: Execution) -> ToolOutput:
    result = done.result if done.is_json else done.shown
    told = "\n".join(part for part in (done.stdout.rstrip("\n"), done.shown) if part)
    own = Finding(
        source=CodeSource(code=script, stdout=done.stdout),
        content=told or "It printed nothing and has no value.",
        data=result,
    )
    return ToolOutput(value={"stdout": done.stdout, "result": result}, findings=(*findings, own))


def _failure(error: MontyError) -> ToolError:
    failure = program_error(error)
    told = failure.traceback or f"{failure.name}: {failure.message}"
    return ToolError(f"{told}\nMend the script and run it again.", code="program_failed")


async def _inspect(args: Mapping[str, JsonValue], context: CallContext) -> None:
    """Say before it runs whether the script is Python at all."""
    check_syntax(str(args["script"]))


def _names(one: Tool) -> list[str]:
    properties = one.parameters.get("properties")
    return list(properties) if isinstance(properties, dict) else []


def _signature(name: str, one: Tool) -> str:
    needed = one.parameters.get("required")
    required = needed if isinstance(needed, list) else []
    args = ", ".join(arg if arg in required else f"{arg}=…" for arg in _names(one))
    about = one.spec().description.strip().splitlines()[0]
    return f"`{name}({args})`: {about}"
