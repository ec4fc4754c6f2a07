"""Replayed parts: a model, tools, memory, clock and desk that do again what a recording has."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pydantic import JsonValue, TypeAdapter

from surefoot.errors import SurefootError
from surefoot.events import Event
from surefoot.evidence import Finding
from surefoot.graphs import CallRecord, Decision, Desk
from surefoot.memory import Recalled
from surefoot.model import ChatModel, ModelPart, ModelRequest
from surefoot.scope import Scope
from surefoot.tools import Arguments, CallContext, Tool, ToolOutput
from surefoot.turns import Turn

from ..clock import Clock
from .log import ThreadKey
from .log_memory import MemoryEventLog
from .log_stamping import StampedThread
from .recording import Entry
from .recording_callers import Callers
from .recording_calls import outputs
from .recording_cassette import Cassette
from .recording_memory import recalls
from .recording_model import PARTS, plain_request


class ReplayedModel:
    """A model that says again what it said, when it is asked the same."""

    def __init__(
        self,
        cassette: Cassette,
        name: str,
        *,
        positional: int = 0,
        spare: ChatModel | None = None,
    ) -> None:
        """The first `positional` calls are answered whatever they ask.

        `spare` is asked what is not in the recording.
        """
        self._cassette = cassette
        self._name = name
        self._spare = spare
        self._positional = positional
        self.calls = 0

    @property
    def name(self) -> str:
        """How traces call it."""
        return self._name

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        """Yield the recorded parts. Raises `ReplayMiss`, or what was raised then."""
        self.calls += 1
        cassette = self._cassette
        given = plain_request(request)
        known = cassette.first("model") if self.calls <= self._positional else None
        if known is None and self._spare is not None and not cassette.has("model", "", given):
            async for new in self._spare.stream(request):
                yield new
            return
        waiting = cassette.found("model", "", given) if known is None else known
        entry = waiting.entry
        try:
            for place, part in enumerate(entry.back if isinstance(entry.back, list) else []):
                await cassette.reach(waiting, place)
                yield _part(part)
                cassette.told(waiting, place + 1)
            await cassette.reach(waiting)
        finally:
            cassette.passed(waiting)
        if entry.error is not None:
            raise cassette.raised(entry)


def _part(body: JsonValue) -> ModelPart:
    fields = dict(body) if isinstance(body, dict) else {}
    return _part_type(str(fields.pop("kind"))).validate_python(fields)


@cache
def _part_type(kind: str) -> TypeAdapter[ModelPart]:
    return TypeAdapter(PARTS[kind])


def replayed_tool(definition: Mapping[str, JsonValue], cassette: Cassette) -> Tool:
    """Return a tool that gives back what it gave, from how the recording describes it."""
    name = str(definition["name"])
    asked = [0]

    def validate(args: Mapping[str, JsonValue]) -> Arguments:
        entry = cassette.validated(name, args)
        if entry is None:
            raise cassette.miss(f"validate {name}: {json.dumps(dict(args), default=str)[:200]}.")
        if entry.error is not None:
            raise cassette.raised(entry)
        return dict(entry.back) if isinstance(entry.back, dict) else {}

    async def run(args: Arguments, context: CallContext) -> ToolOutput:
        given: JsonValue = {"args": dict(args), "call": context.call_id.rpartition(".")[2]}
        entry = await cassette.take("tool", name, given)
        if entry.error is not None:
            raise cassette.raised(entry)
        return outputs().validate_python(entry.back)

    async def inspect(args: Arguments, context: CallContext) -> None:
        entry = await cassette.take("inspect", name, dict(args))
        if entry.error is not None:
            raise cassette.raised(entry)

    def describe() -> str:
        told = ""
        for one in cassette.texts(name):
            if one[0] <= asked[0]:
                told = one[1]
        asked[0] += 1
        return told

    fixed = definition.get("description")
    body = {
        key: value
        for key, value in definition.items()
        if key not in ("name", "description", "inspects")
    }
    return _tool_type().validate_python(
        {
            **body,
            "name": name,
            "description": fixed if isinstance(fixed, str) else describe,
            "validate": validate,
            "run": run,
            "inspect": inspect if definition.get("inspects") else None,
        }
    )


@cache
def _tool_type() -> TypeAdapter[Tool]:
    return TypeAdapter(Tool)


class ReplayedMemory:
    """A memory that brings what it brought, and keeps nothing."""

    def __init__(self, cassette: Cassette) -> None:
        self._cassette = cassette

    async def recall(self, question: str, scope: Scope) -> Recalled:
        """Return what was recalled."""
        entry = await self._entry("recall", question)
        return recalls().validate_python(entry.back)

    async def keep(self, turn: Turn, scope: Scope) -> str:
        """Return the id that the turn was kept under; another answer is kept nowhere."""
        given: JsonValue = {"question": turn.question, "answer": turn.answer}
        if not self._cassette.strict and not self._cassette.has("memory", "keep", given):
            return "not kept"
        return str((await self._entry("keep", given)).back)

    async def remember(self, fact: str, scope: Scope, *, run_id: str | None = None) -> str:
        """Refuse: tools that remember are replayed as tools."""
        raise self._cassette.miss("memory remember: only tools do that.")

    async def search(self, query: str, scope: Scope, *, limit: int = 5) -> list[Finding]:
        """Refuse: tools that search memory are replayed as tools."""
        raise self._cassette.miss("memory search: only tools do that.")

    async def forget(self, scope: Scope, *, query: str | None = None) -> int:
        """Refuse: nothing is forgotten in a replay."""
        raise self._cassette.miss("memory forget: nothing is forgotten in a replay.")

    async def _entry(self, name: str, given: JsonValue) -> Entry:
        entry = await self._cassette.take("memory", name, given)
        if entry.error is not None:
            raise SurefootError(str(entry.error.get("text")))
        return entry


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedClock(Clock):
    """A clock that reads what it read; where a recording has no more, time stands still."""

    cassette: Cassette
    callers: Callers
    run_id: str

    def now(self) -> str:
        """Return the time as RFC 3339 in UTC."""
        entry = self.cassette.next("now")
        return str(entry.back) if entry is not None else ""

    def ticks(self) -> float:
        """Return seconds since some beginning."""
        entry = self.cassette.next("ticks", self.callers.current())
        back = entry.back if entry is not None else None
        return float(back) if isinstance(back, int | float) else self.cassette.last_tick()

    def new_id(self) -> str:
        """Return the run's own id."""
        return self.run_id


class ReplayedLedger:
    """A call ledger that keeps nothing and takes as long, in turns, as it took."""

    def __init__(self, cassette: Cassette) -> None:
        self._cassette = cassette

    async def load(self, run_id: str) -> dict[str, CallRecord]:
        """Return nothing: a replay begins at the beginning."""
        return {}

    async def began(self, call_id: str, *, run_id: str) -> None:
        """Wait for the turn of the note, where there is one."""
        await self._cassette.wait("ledger", "began", call_id)

    async def completed(self, call_id: str, output: ToolOutput, *, run_id: str) -> None:
        """Wait for the turn of the note, where there is one."""
        await self._cassette.wait("ledger", "completed", call_id)


class ReplayedDesk(Desk):
    """A desk at which the same decisions are made again."""

    def __init__(self, cassette: Cassette) -> None:
        super().__init__()
        self._cassette = cassette

    async def wait(self, call_ids: Sequence[str]) -> dict[str, Decision]:
        """Return what was decided."""
        entry = await self._cassette.take("approval", "", list(call_ids))
        back = entry.back if isinstance(entry.back, dict) else {}
        return {key: Decision.model_validate(value) for key, value in back.items()}


class ReplayLog(MemoryEventLog):
    """A log that begins where the recorded run's thread was, with the times of its events."""

    def __init__(self, key: ThreadKey, *, seq: int, evidence: int, times: Iterable[str]) -> None:
        stamps = iter(times)
        super().__init__(now=lambda: next(stamps, ""))
        self._events[key] = []
        self._threads[key] = StampedThread(seq=seq, evidence=evidence, kept=seq)

    async def read(
        self,
        key: ThreadKey,
        *,
        after: int = 0,
        run_id: str | None = None,
        limit: int | None = None,
    ) -> list[Event]:
        """Return all events there are."""
        return list(self._events.get(key, []))
