"""Cassettes: a recording, from which a run that asks for the same things takes them again."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue

from surefoot.errors import ModelError, SurefootError, ToolError
from surefoot.events import CheckSkipped, Event, StepFailed

from .recording import TURNS, Boundary, Entry
from .recording_differences import first_difference

_MAY_BE_WITHHELD: frozenset[Boundary] = frozenset(("check", "review", "memory"))
"""Boundaries that are given words of an answer, which may not have left."""
PATIENCE_SECONDS = 5.0
"""How long a result waits for those that came before it, before that counts as a miss."""


class ReplayMiss(SurefootError):
    """The run asked for something that its recording does not have."""


@dataclass(slots=True, eq=False)
class Waiting:
    """An entry that is to be taken, when all results before its turn have come."""

    turn: int
    entry: Entry
    parts: int = 0
    """How many parts of a message have been told."""


@dataclass(slots=True, eq=False)
class _Held:
    """What waits for its turn: a whole result, or a part of a message."""

    waiting: Waiting
    before: int
    is_whole: bool
    future: asyncio.Future[None] | None = None


class Cassette:
    """The entries of a recording, taken one by one. Results come in the order they came in."""

    def __init__(self, entries: Sequence[Entry], events: Sequence[Event] = ()) -> None:
        self.head = _head(entries)
        self.misses: list[str] = []
        self.strict = True
        """False lets results come in any order, because something is not recorded any more."""
        self._queues: dict[tuple[Boundary, str], deque[Waiting]] = defaultdict(deque)
        self._pure: dict[str, Entry] = {}
        self._texts: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self._tick = 0.0
        self._turn = 0
        """The last result that may come."""
        self._landed = 0
        """The last result that has come, with all that follows from it at once."""
        self._told = 0
        self._held: list[_Held] = []
        self._failed = {e.step_id: e for e in events if isinstance(e, StepFailed)}
        self._open = {
            (e.check, e.claim_id): e for e in events if isinstance(e, CheckSkipped) and e.claim_id
        }
        self._long: list[Waiting] = []
        """Messages during which something else came back."""
        turns = 0
        for entry in _whole(entries):
            turns += entry.boundary in TURNS
            waiting = Waiting(turns if entry.boundary in TURNS else 0, entry)
            if entry.cuts:
                self._long.append(waiting)
            if entry.boundary == "validate":
                self._pure[_key(entry.name, entry.given)] = entry
            if entry.boundary == "describe":
                at = entry.given if isinstance(entry.given, int) else 0
                self._texts[entry.name].append((at, str(entry.back)))
            if entry.boundary == "ticks" and isinstance(entry.back, int | float):
                self._tick = max(self._tick, float(entry.back))
            self._queues[entry.boundary, _queue(entry)].append(waiting)

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

    def first(self, boundary: Boundary, name: str = "") -> Waiting | None:
        """Take the next entry, whatever it was given."""
        queue = self._queues[boundary, name]
        return queue.popleft() if queue else None

    def next(self, boundary: Boundary, name: str = "") -> Entry | None:
        """Take the next entry, and do not wait for its turn."""
        found = self.first(boundary, name)
        return None if found is None else found.entry

    def validated(self, name: str, args: Mapping[str, JsonValue]) -> Entry | None:
        """Return how arguments were checked."""
        return self._pure.get(_key(name, dict(args)))

    def asked_by(self, review: str) -> list[Entry]:
        """Return the messages that a review asked for."""
        return [one.entry for one in self._queues["model", ""] if one.entry.by == review]

    def skipped(self, check: str, claim_id: str) -> CheckSkipped | None:
        """Return what was told of a claim that a check had to leave open."""
        return self._open.get((check, claim_id))

    def found(self, boundary: Boundary, name: str, given: JsonValue) -> Waiting:
        """Take the next entry for the same thing, of which nothing is told yet."""
        queue = self._queues[boundary, name]
        found = next((one for one in queue if one.entry.given == given), None)
        if found is None:
            what = f"{boundary} {name}".strip()
            if not queue:
                raise self.miss(f"{what}: asked once more than it was recorded.")
            told = first_difference(
                queue[0].entry.given, given, quotes=boundary not in _MAY_BE_WITHHELD
            )
            raise self.miss(f"{what}: {told}.")
        queue.remove(found)
        return found

    async def take(self, boundary: Boundary, name: str, given: JsonValue) -> Entry:
        """Take the next entry for the same thing, when its turn has come. Raises `ReplayMiss`."""
        found = self.found(boundary, name, given)
        await self.reach(found)
        return found.entry

    async def wait(self, boundary: Boundary, name: str, given: JsonValue) -> None:
        """Wait for the turn of what is noted about the same thing, where something is."""
        if self.has(boundary, name, given):
            await self.take(boundary, name, given)

    async def reach(self, waiting: Waiting, part: int | None = None) -> None:
        """Wait for the turn of an entry, or for that of a part of its message.

        Whatever may come next comes at once, as results do that were there together.
        """
        before = waiting.turn - 1
        if part is not None:
            before = next((t for place, t in reversed(waiting.entry.cuts) if place <= part), before)
        held = _Held(waiting, before, part is None)
        if not self.strict or self._comes(held):
            self._land(held)
            return
        held.future = asyncio.get_running_loop().create_future()
        self._held.append(held)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await held.future
        except TimeoutError:
            what = f"{waiting.entry.boundary} {_queue(waiting.entry)}".strip()
            told = f"{what}: what was recorded before it was not asked for."
            raise self.miss(told) from None
        finally:
            if held in self._held:
                self._held.remove(held)
        self._land(held)

    def _comes(self, held: _Held) -> bool:
        """Return whether it is the turn of what is held, which it then takes."""
        waiting = held.waiting
        if not held.is_whole:
            return self._landed >= held.before
        if self._turn < held.before:
            return False
        long = (one for one in self._long if one is not waiting)
        if self._told < waiting.entry.at or any(
            one.parts < _parts_before(one, waiting.turn) for one in long
        ):
            return False
        self._turn = max(self._turn, waiting.turn)
        return True

    def _land(self, held: _Held) -> None:
        if held.is_whole:
            self.passed(held.waiting)

    def _go_on(self) -> None:
        """Let go of all whose turn it is, in their order."""
        while (free := next((one for one in self._held if self._comes(one)), None)) is not None:
            self._held.remove(free)
            if free.future is not None and not free.future.done():
                free.future.set_result(None)

    def told(self, waiting: Waiting, parts: int) -> None:
        """Note that so many parts of a message have been told."""
        waiting.parts = parts
        self._go_on()

    def passed(self, waiting: Waiting) -> None:
        """Note that an entry has come back whole."""
        self._turn = max(self._turn, waiting.turn)
        self._landed = max(self._landed, waiting.turn)
        self._go_on()

    def hearing(self, emit: Callable[[Event], None]) -> Callable[[Event], None]:
        """Return `emit`, letting go of what came behind the event."""

        def told(event: Event) -> None:
            emit(event)
            self._told += 1
            self._go_on()

        return told

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


def _parts_before(long: Waiting, turn: int) -> int:
    """Return how many parts of a message had been told before a result of that turn came."""
    cuts = long.entry.cuts
    if not cuts[0][1] < turn < long.turn:
        return 0
    whole = len(long.entry.back) if isinstance(long.entry.back, list) else 0
    return next((part for part, came in cuts if came >= turn), whole)


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
            entry = replace(entry, given=body)
        whole.append(entry)
    return whole
