"""Recorded parts: a model, tools, memory, clock and desk that take down what passes through."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from weakref import WeakKeyDictionary

from pydantic import JsonValue, TypeAdapter
from pydantic_core import to_jsonable_python

from surefoot.errors import ToolError
from surefoot.events import Event, StepStarted
from surefoot.evidence import Finding
from surefoot.graphs import CallLedger, CallRecord, Decision, Desk
from surefoot.memory import Memory, Recalled
from surefoot.messages import Message, Thought, ToolCall
from surefoot.model import (
    ChatModel,
    Finished,
    ModelPart,
    ModelRequest,
    ReasoningDelta,
    Restarted,
    TextDelta,
    ToolSpec,
)
from surefoot.scope import Scope
from surefoot.tools import Arguments, CallContext, Tool, ToolOutput
from surefoot.turns import Turn

from ..clock import Clock
from .recording import Entry, Tape

PARTS: dict[str, type[ModelPart]] = {
    kind.__name__: kind
    for kind in (TextDelta, ReasoningDelta, Thought, Restarted, ToolCall, Finished)
}


def failed(error: BaseException) -> dict[str, JsonValue]:
    """Return what was raised, as an entry keeps it."""
    told: dict[str, JsonValue] = {"type": type(error).__name__, "text": str(error)}
    if isinstance(error, ToolError):
        told |= {"code": error.code, "tool": True}
    return told


def plain_request(request: ModelRequest) -> dict[str, JsonValue]:
    """Return all of a request that a model's answer may depend on."""
    return {
        "messages": [plain_message(message) for message in request.messages],
        "tools": [plain_spec(spec) for spec in request.tools],
        "output": request.output,
        "purpose": request.occasion.purpose,
    }


def plain_message(message: Message) -> JsonValue:
    """Return a message as JSON, with its kind; without thoughts it looks as it always did."""
    plain = {"kind": type(message).__name__, **to_jsonable_python(message)}
    if not plain.get("thoughts"):
        plain.pop("thoughts", None)
    return plain


def plain_spec(spec: ToolSpec) -> JsonValue:
    """Return a tool as a model is told about it."""
    return {
        "name": spec.name,
        "description": spec.description,
        "parameters": dict(spec.parameters),
    }


class RecordedModel:
    """A model whose messages are taken down. What a request repeats is kept once."""

    def __init__(self, inner: ChatModel, tape: Tape, callers: Callers) -> None:
        self._inner = inner
        self._tape = tape
        self._callers = callers
        self._before: list[JsonValue] = []
        self._tools: JsonValue = None

    @property
    def name(self) -> str:
        """How traces call it."""
        return self._inner.name

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        """Pass on the parts of the message."""
        by = self._callers.review()
        parts: list[JsonValue] = []
        cuts: list[tuple[int, int]] = []
        error: dict[str, JsonValue] | None = None
        try:
            async for part in self._inner.stream(request):
                if not cuts or cuts[-1][1] != self._tape.turns:
                    cuts.append((len(parts), self._tape.turns))
                parts.append({"kind": type(part).__name__, **to_jsonable_python(part)})
                yield part
        except BaseException as raised:
            error = failed(raised)
            raise
        finally:
            alone = not cuts or cuts == [(0, self._tape.turns)]
            entry = Entry(
                boundary="model",
                name=self.name,
                given=self._given(request),
                back=parts,
                error=error,
                by=by,
                cuts=() if alone else cuts,
            )
            self._tape.note(entry, flush=True)

    def _given(self, request: ModelRequest) -> dict[str, JsonValue]:
        body = plain_request(request)
        messages = body["messages"]
        assert isinstance(messages, list)
        same = 0
        for old, new in zip(self._before, messages, strict=False):
            if old != new:
                break
            same += 1
        self._before = messages
        given: dict[str, JsonValue] = {
            **body,
            "messages": messages[same:],
            "same": same,
        }
        if body["tools"] == self._tools:
            given["tools"] = "same"
        self._tools = body["tools"]
        return given


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


@cache
def recalls() -> TypeAdapter[Recalled]:
    """Return what reads and writes what memory recalled."""
    return TypeAdapter(Recalled)


def plain_output(output: ToolOutput) -> JsonValue:
    """Return a tool's output as JSON."""
    body: JsonValue = outputs().dump_python(output, mode="json")
    return body


class RecordedMemory:
    """A memory whose part in a run is taken down; tools that use it are taken down as tools."""

    def __init__(self, inner: Memory, tape: Tape) -> None:
        self._inner = inner
        self._tape = tape

    async def recall(self, question: str, scope: Scope) -> Recalled:
        """Pass on what bears on the question."""
        try:
            recalled = await self._inner.recall(question, scope)
        except Exception as error:
            self._note("recall", question, None, failed(error))
            raise
        self._note("recall", question, recalls().dump_python(recalled, mode="json"))
        return recalled

    async def keep(self, turn: Turn, scope: Scope) -> str:
        """Pass on a turn to keep."""
        given: JsonValue = {"question": turn.question, "answer": turn.answer}
        try:
            memory_id = await self._inner.keep(turn, scope)
        except Exception as error:
            self._note("keep", given, None, failed(error))
            raise
        self._note("keep", given, memory_id)
        return memory_id

    async def remember(self, fact: str, scope: Scope, *, run_id: str | None = None) -> str:
        """Pass on a fact to keep."""
        return await self._inner.remember(fact, scope, run_id=run_id)

    async def search(self, query: str, scope: Scope, *, limit: int = 5) -> list[Finding]:
        """Pass on a search."""
        return await self._inner.search(query, scope, limit=limit)

    async def forget(self, scope: Scope, *, query: str | None = None) -> int:
        """Pass on what is to be forgotten."""
        return await self._inner.forget(scope, query=query)

    def _note(
        self,
        name: str,
        given: JsonValue,
        back: JsonValue,
        error: dict[str, JsonValue] | None = None,
    ) -> None:
        entry = Entry(boundary="memory", name=name, given=given, back=back, error=error)
        self._tape.note(entry, flush=True)


class Callers:
    """Tells whose code reads the clock or asks the model: a tool's, a review's, or the run's.

    What runs side by side does so in no fixed order, so each has readings of its own.
    """

    def __init__(self) -> None:
        self._calls: WeakKeyDictionary[asyncio.Task[object], str] = WeakKeyDictionary()
        self._reviews: WeakKeyDictionary[asyncio.Task[object], str] = WeakKeyDictionary()

    def emitting(self, emit: Callable[[Event], None]) -> Callable[[Event], None]:
        """Return `emit`, noting which task begins which call."""

        def told(event: Event) -> None:
            if isinstance(event, StepStarted) and (task := asyncio.current_task()) is not None:
                self._calls[task] = event.step_id
            emit(event)

        return told

    def reviewing(self, name: str, claim_id: str) -> str:
        """Note that this task is a review of a claim from now on; return what it is called."""
        task = asyncio.current_task()
        assert task is not None, "a review runs in a task"
        self._reviews[task] = f"{name} {claim_id}"
        return self._reviews[task]

    def review(self) -> str:
        """Return the review that this task is, or nothing."""
        return self._of(self._reviews)

    def current(self) -> str:
        """Return the step or the review whose code reads, or nothing for the run itself."""
        return self._of(self._calls) or self._of(self._reviews)

    def _of(self, named: WeakKeyDictionary[asyncio.Task[object], str]) -> str:
        try:
            task = asyncio.current_task()
        except RuntimeError:
            return ""
        return "" if task is None else named.get(task, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedClock(Clock):
    """A clock whose readings are taken down."""

    inner: Clock
    tape: Tape
    callers: Callers

    def now(self) -> str:
        """Return the time as RFC 3339 in UTC."""
        time = self.inner.now()
        self.tape.note(Entry(boundary="now", back=time))
        return time

    def ticks(self) -> float:
        """Return seconds since some beginning."""
        seconds = self.inner.ticks()
        self.tape.note(Entry(boundary="ticks", name=self.callers.current(), back=seconds))
        return seconds

    def new_id(self) -> str:
        """Return an id that nobody has used."""
        return self.inner.new_id()


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
