"""Recorded calls: tools, the ledger that calls are noted in, and the desk that decides on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from pydantic import JsonValue, TypeAdapter

from surefoot.errors import ToolError
from surefoot.graphs import CallLedger, CallRecord, Decision, Desk
from surefoot.tools import Arguments, CallContext, Tool, ToolOutput

from .recording import Entry, Tape, failed


def recorded_tool(tool: Tool, tape: Tape) -> Tool:
    """Return the tool with every crossing into it taken down."""

    def validate(args: Mapping[str, JsonValue]) -> Arguments:
        try:
            valid = tool.validate(args)
        except ToolError as error:
            tape.note(
                Entry(boundary="validate", name=tool.name, given=dict(args), error=failed(error))
            )
            raise
        tape.note(Entry(boundary="validate", name=tool.name, given=dict(args), back=dict(valid)))
        return valid

    async def run(args: Arguments, context: CallContext) -> ToolOutput:
        given: JsonValue = {"args": dict(args), "call": context.call_id.rpartition(".")[2]}
        try:
            output = await tool.run(args, context)
        except BaseException as error:
            entry = Entry(boundary="tool", name=tool.name, given=given, error=failed(error))
            tape.note(entry, flush=True)
            raise
        entry = Entry(boundary="tool", name=tool.name, given=given, back=plain_output(output))
        tape.note(entry, flush=True)
        return output

    looks = tool.inspect

    async def inspect(args: Arguments, context: CallContext) -> None:
        assert looks is not None
        try:
            await looks(args, context)
        except ToolError as error:
            entry = Entry(boundary="inspect", name=tool.name, given=dict(args), error=failed(error))
            tape.note(entry)
            raise
        tape.note(Entry(boundary="inspect", name=tool.name, given=dict(args)))

    return replace(
        tool,
        validate=validate,
        run=run,
        inspect=None if looks is None else inspect,
        description=_described(tool, tape),
    )


def _described(tool: Tool, tape: Tape) -> str | Callable[[], str]:
    """Return the description; one that may change is taken down whenever it has."""
    told = tool.description
    if isinstance(told, str):
        return told
    make = told
    last: list[str] = []
    asked: Counter[str] = Counter()

    def describe() -> str:
        text = make()
        if last[-1:] != [text]:
            last.append(text)
            tape.note(Entry(boundary="describe", name=tool.name, given=asked["n"], back=text))
        asked["n"] += 1
        return text

    return describe


@cache
def outputs() -> TypeAdapter[ToolOutput]:
    """Return what reads and writes tool outputs."""
    return TypeAdapter(ToolOutput)


def plain_output(output: ToolOutput) -> JsonValue:
    """Return a tool's output as JSON."""
    body: JsonValue = outputs().dump_python(output, mode="json")
    return body


class RecordedLedger:
    """A call ledger whose notes are taken down: what comes of a call waits until it is kept."""

    def __init__(self, inner: CallLedger, tape: Tape) -> None:
        self._inner = inner
        self._tape = tape

    async def load(self, run_id: str) -> dict[str, CallRecord]:
        """Pass on what is known of the run's calls."""
        return await self._inner.load(run_id)

    async def began(self, call_id: str, *, run_id: str) -> None:
        """Pass on that a call is about to be made."""
        await self._inner.began(call_id, run_id=run_id)
        self._tape.note(Entry(boundary="ledger", name="began", given=call_id))

    async def completed(self, call_id: str, output: ToolOutput, *, run_id: str) -> None:
        """Pass on what a call gave back."""
        await self._inner.completed(call_id, output, run_id=run_id)
        self._tape.note(Entry(boundary="ledger", name="completed", given=call_id))


class RecordedDesk(Desk):
    """A desk whose decisions are taken down."""

    def __init__(self, inner: Desk, tape: Tape) -> None:
        super().__init__()
        self._inner = inner
        self._tape = tape

    def forget(self, call_ids: Iterable[str]) -> None:
        """Drop decisions that were handed in for another occasion."""
        self._inner.forget(call_ids)

    async def wait(self, call_ids: Sequence[str]) -> dict[str, Decision]:
        """Wait for a person."""
        self._tape.flush()
        decided = await self._inner.wait(call_ids)
        back: JsonValue = {key: one.model_dump(mode="json") for key, one in decided.items()}
        self._tape.note(Entry(boundary="approval", given=list(call_ids), back=back), flush=True)
        return decided
