"""The local sandbox: real Python, confined by this machine's own kernel."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import TracebackType

from pydantic import JsonValue

from .ground import TIERS, Ground, Room, find_ground
from .jail.plan import SandboxLimits, Tier
from .sandbox import NO_INPUTS, Execution, SandboxUnavailable

_DISK_CHECK_SECONDS = 0.2
_NAMES_KEPT = 4096


@dataclass(slots=True)
class _Seat:
    """What a session's name stands for: its room, and whose turn it is in it."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0
    """Programs that run in it or wait for their turn."""
    is_busy: bool = False
    room: Room | None = None


class LocalSandbox:
    """Sessions forked from one zygote, each in a jail of its own.

    Starts by itself when first used, in the strongest tier that holds here; one more session
    always stands ready. Belongs to the event loop that it was first used in.
    """

    def __init__(
        self,
        *,
        limits: SandboxLimits | None = None,
        sessions: int = 16,
        preload: Sequence[str] = (),
        tiers: Sequence[Tier] = TIERS,
    ) -> None:
        """Keep up to `sessions`, of which the longest unused goes first.

        `preload` names modules that sessions shall find loaded, such as `pandas`: that takes
        seconds once and saves them in each session. `tiers` are tried in their order.
        """
        self._limits = limits or SandboxLimits()
        self._sessions = sessions
        self._preload = tuple(preload)
        self._tiers = tuple(tiers)
        self._starting = asyncio.Lock()
        self._places = asyncio.Semaphore(sessions)
        self._is_closed = False
        self._ground: Ground | None = None
        self._spare: asyncio.Future[Room] | None = None
        self._seats: OrderedDict[str, _Seat] = OrderedDict()
        self._lost: OrderedDict[str, None] = OrderedDict()

    async def __aenter__(self) -> LocalSandbox:
        """Find the tier now, instead of with the first program."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        await self.close()

    @property
    def limits(self) -> SandboxLimits:
        """What one session may use."""
        return self._limits

    async def start(self) -> Tier:
        """Return the tier in force here; raises `SandboxUnavailable` when there is none."""
        return (await self._standing_ground()).tier

    async def run(
        self,
        code: str,
        *,
        session: str,
        inputs: Mapping[str, JsonValue] = NO_INPUTS,
        timeout_seconds: float = 20.0,
    ) -> Execution:
        """Run `code` in a session, in a new one if there is none of that name."""
        seat = self._seats.setdefault(session, _Seat())
        self._seats.move_to_end(session)
        seat.users += 1
        try:
            async with seat.turn, self._places:
                seat.is_busy = True
                room = await self._room(session, seat)
                restarted = self._lost.pop(session, self) is None
                try:
                    execution = await self._run_in(room, code, inputs, timeout_seconds)
                finally:
                    if not room.session.is_alive:
                        await self._forget(session, seat)
            return replace(execution, restarted=restarted)
        finally:
            seat.is_busy = False
            seat.users -= 1
            if seat.room is None and seat.users == 0:
                self._seats.pop(session, None)

    async def reset(self, session: str) -> None:
        """End a session; the next program in it starts from nothing."""
        if (seat := self._seats.get(session)) is None:
            return
        async with seat.turn:
            await self._forget(session, seat)
        self._lost.pop(session, None)

    async def close(self) -> None:
        """End all sessions and the zygote, and remove what they left. It cannot be used again."""
        self._is_closed = True
        async with self._starting:
            await self._leave_ground()

    async def _standing_ground(self) -> Ground:
        """Return the ground, found anew if its zygote has ended."""
        async with self._starting:
            if self._is_closed:
                raise SandboxUnavailable("This sandbox was closed. Make a new one.")
            if self._ground is not None and not self._ground.is_standing:
                await self._leave_ground()
            if self._ground is None:
                self._ground, room = await find_ground(
                    tiers=self._tiers, limits=self._limits, preload=self._preload
                )
                self._spare = asyncio.get_running_loop().create_future()
                self._spare.set_result(room)
            return self._ground

    async def _leave_ground(self) -> None:
        """End every session, and the zygote they came from."""
        ground, self._ground = self._ground, None
        spare, self._spare = self._spare, None
        if spare is not None:
            spare.cancel()
            (left,) = await asyncio.gather(spare, return_exceptions=True)
            if isinstance(left, Room):
                await left.clear()
        for name, seat in list(self._seats.items()):
            await self._forget(name, seat)
        if ground is not None:
            await ground.close()

    async def _room(self, name: str, seat: _Seat) -> Room:
        """Return the seat's room, a new one if it has none that lives."""
        ground = await self._standing_ground()
        if seat.room is None or seat.room.session.has_ended:
            await self._forget(name, seat)
            await self._make_place()
            seat.room = await self._new_room(ground)
        return seat.room

    async def _new_room(self, ground: Ground) -> Room:
        """Return the room that stands ready, and have another made ready."""
        spare, self._spare = self._spare, asyncio.create_task(ground.start_session())
        if spare is not None:
            room = await spare
            if not room.session.has_ended:
                return room
            await room.clear()
        return await ground.start_session()

    async def _run_in(
        self, room: Room, code: str, inputs: Mapping[str, JsonValue], timeout_seconds: float
    ) -> Execution:
        if room.workspace is None:
            return await room.session.run(code, inputs, timeout_seconds)
        watch = asyncio.create_task(self._watch_disk(room))
        try:
            return await room.session.run(code, inputs, timeout_seconds)
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
            await self._check_disk(room)

    async def _watch_disk(self, room: Room) -> None:
        """End a session that fills this machine's disk; only `landlock` lets it touch one."""
        while True:
            await asyncio.sleep(_DISK_CHECK_SECONDS)
            await self._check_disk(room)

    async def _check_disk(self, room: Room) -> None:
        workspace = room.workspace
        if workspace is not None and await asyncio.to_thread(workspace.is_over, self._limits):
            room.session.kill(f"it wrote more than {self._limits.disk_mb} MB to disk")

    async def _make_place(self) -> None:
        """End the session that nobody has used for the longest time, if there are too many."""
        taken = [name for name, seat in self._seats.items() if seat.room is not None]
        if len(taken) >= self._sessions:
            idle = next(name for name in taken if not self._seats[name].is_busy)
            await self._forget(idle, self._seats[idle])

    async def _forget(self, name: str, seat: _Seat) -> None:
        """End a seat's session and remember that its variables are gone."""
        room, seat.room = seat.room, None
        if seat.users == 0:
            self._seats.pop(name, None)
        if room is None:
            return
        await room.clear()
        self._lost[name] = None
        while len(self._lost) > _NAMES_KEPT:
            self._lost.popitem(last=False)
