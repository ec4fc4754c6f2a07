"""Cassettes: a recording, played back to a run that asks for the same things again."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pydantic import JsonValue, TypeAdapter

from surefoot.errors import ModelError, SurefootError, ToolError
from surefoot.events import Event, StepFailed
from surefoot.evidence import Finding
from surefoot.graphs import Decision, Desk
from surefoot.memory import Recalled
from surefoot.model import ModelPart, ModelRequest
from surefoot.scope import Scope
from surefoot.tools import Arguments, CallContext, Tool, ToolOutput
from surefoot.turns import Turn

from ..clock import Clock
from .log import MemoryEventLog, ThreadKey, _Thread
from .recording import Boundary, Entry
from .recording_differences import first_difference
from .recording_parts import PARTS, Callers, outputs, plain_request, recalls

PATIENCE_SECONDS = 5.0
"""How long a result waits for those that came before it, before that counts as a miss."""


class ReplayMiss(SurefootError):
    """The run asked for something that its recording does not have."""


@dataclass(slots=True)
class _Waiting:
    turn: int
    entry: Entry


class Cassette:
    """The entries of a recording, taken one by one. Results come in the order they came in."""

    def __init__(self, entries: Sequence[Entry], events: Sequence[Event] = ()) -> None:
        self.head = _head(entries)
        self.misses: list[str] = []
        self.strict = True
        """False lets results come in any order, because something is not recorded any more."""
        self._queues: dict[tuple[Boundary, str], deque[_Waiting]] = defaultdict(deque)
        self._pure: dict[str, Entry] = {}
        self._texts: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self._tick = 0.0
        self._turn = 0
        self._moved = asyncio.Event()
        self._failed = {e.step_id: e for e in events if isinstance(e, StepFailed)}
        turns = 0
        for entry in _whole(entries):
            turn = 0
            if entry.boundary in ("model", "tool", "memory", "approval", "inspect"):
                turns += 1
                turn = turns
            if entry.boundary == "validate":
                self._pure[_key(entry.name, entry.given)] = entry
            if entry.boundary == "describe":
                at = entry.given if isinstance(entry.given, int) else 0
                self._texts[entry.name].append((at, str(entry.back)))
            if entry.boundary == "ticks" and isinstance(entry.back, int | float):
                self._tick = max(self._tick, float(entry.back))
            self._queues[entry.boundary, _queue(entry)].append(_Waiting(turn, entry))

    def texts(self, tool: str) -> list[tuple[int, str]]:
        """Return the descriptions of a tool, each with the reading from which on it held."""
        return self._texts[tool]

    def last_tick(self) -> float:
        """Return the last reading of the clock that measures."""
        return self._tick

    def has(self, boundary: Boundary, name: str, given: JsonValue) -> bool:
        """Return whether the same thing is still there to be taken."""
        return any(one.entry.given == given for one in self._queues[boundary, name])

    def miss(self, told: str) -> ReplayMiss:
        """Note what the recording does not have, and return the error to raise."""
        self.misses.append(told)
        return ReplayMiss(f"The recording does not have this. {told}")

    def next(self, boundary: Boundary, name: str = "") -> Entry | None:
        """Take the next entry."""
        queue = self._queues[boundary, name]
        return queue.popleft().entry if queue else None

    def validated(self, name: str, args: Mapping[str, JsonValue]) -> Entry | None:
        """Return how arguments were checked."""
        return self._pure.get(_key(name, dict(args)))

    async def take(self, boundary: Boundary, name: str, given: JsonValue) -> Entry:
        """Take the next entry for the same thing, when its turn has come. Raises `ReplayMiss`."""
        queue = self._queues[boundary, name]
        found = next((one for one in queue if one.entry.given == given), None)
        if found is None:
            what = f"{boundary} {name}".strip()
            if not queue:
                raise self.miss(f"{what}: asked once more than it was recorded.")
            raise self.miss(f"{what}: {first_difference(queue[0].entry.given, given)}.")
        queue.remove(found)
        await self._wait_for(found.turn, boundary, name)
        return found.entry

    async def _wait_for(self, turn: int, boundary: Boundary, name: str) -> None:
        if self.strict:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    while self._turn < turn - 1:
                        self._moved.clear()
                        await self._moved.wait()
            except TimeoutError:
                told = f"{boundary} {name}: what was recorded before it was not asked for."
                raise self.miss(told) from None
        self._turn = max(self._turn, turn)
        self._moved.set()

    def raised(self, entry: Entry) -> BaseException:
        """Return what an entry says was raised, made anew."""
        error = entry.error or {}
        kind, text = str(error.get("type")), str(error.get("text"))
        given = entry.given
        step = str(given.get("call")) if isinstance(given, dict) else ""
        if kind == "CancelledError" and (told := self._failed.get(step)) is not None:
            return ToolError(told.error, code=told.code)
        if error.get("tool"):
            return ToolError(text, code=str(error.get("code")))
        base = ModelError if entry.boundary == "model" else Exception
        made = type(kind, (base,), {"__init__": Exception.__init__})(text)
        made.__dict__.update({"status": None, "retry_after": None})
        return made if isinstance(made, BaseException) else Exception(text)


def _head(entries: Sequence[Entry]) -> dict[str, JsonValue]:
    heads = [entry.back for entry in entries if entry.boundary == "run"]
    if not heads:
        raise ReplayMiss("There is no recording of this run; runs in memory are not recorded.")
    if len(heads) > 1:
        raise ReplayMiss(
            f"The run was taken up {len(heads) - 1} times after its process had ended. Only runs "
            "of one piece can be replayed."
        )
    return heads[0] if isinstance(heads[0], dict) else {}


def _queue(entry: Entry) -> str:
    return "" if entry.boundary in ("model", "approval") else entry.name


def _key(name: str, given: JsonValue) -> str:
    return f"{name} {json.dumps(given, sort_keys=True)}"


def _whole(entries: Iterable[Entry]) -> list[Entry]:
    """Put back what model requests repeat of the ones before them."""
    whole: list[Entry] = []
    messages: list[JsonValue] = []
    tools: JsonValue = None
    for entry in entries:
        given = entry.given
        if entry.boundary == "model" and isinstance(given, dict):
            body = dict(given)
            same, new = body.pop("same", 0), body.get("messages")
            kept = messages[: same if isinstance(same, int) else 0]
            messages = [*kept, *(new if isinstance(new, list) else [])]
            tools = tools if body.get("tools") == "same" else body.get("tools")
            body |= {"messages": list(messages), "tools": tools}
            entry = Entry(
                boundary="model",
                name=entry.name,
                given=body,
                back=entry.back,
                error=entry.error,
            )
        whole.append(entry)
    return whole


class ReplayedModel:
    """A model that says again what it said, when it is asked the same."""

    def __init__(self, cassette: Cassette, name: str, *, positional: int = 0) -> None:
        """The first `positional` calls are answered whatever they ask."""
        self._cassette = cassette
        self._name = name
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
        if self.calls <= self._positional and (known := cassette.next("model")) is not None:
            entry = known
        else:
            entry = await cassette.take("model", "", plain_request(request))
        for part in entry.back if isinstance(entry.back, list) else []:
            yield _part(part)
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
        self._threads[key] = _Thread(seq=seq, evidence=evidence, kept=seq)

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
