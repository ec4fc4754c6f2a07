"""E2B: a sandbox in somebody else's cloud, one machine for each session."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import TracebackType

from pydantic import JsonValue

from surefoot.errors import ToolError

from .e2b_results import TELL_VALUES, execution_of
from .e2b_service import Context, Machine, Sdk, load_sdk
from .jail.plan import SandboxLimits
from .sandbox import NO_INPUTS, Execution, ProgramError, SandboxUnavailable

_START_SECONDS = 60.0
_MARGIN_SECONDS = 30.0
"""By how much the service's own deadline lies behind ours, which alone decides."""


@dataclass(slots=True)
class _Seat:
    """What a session's name stands for: a machine, and the interpreter programs run in there."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0
    machine: Machine | None = None
    context: Context | None = None
    has_run: bool = False
    kept_since: float = 0.0


class E2BSandbox:
    """Sessions on machines of E2B (extra `e2b`), which cost money while they are kept.

    A machine has no way to the internet unless that is asked for. It is given back when its
    session is reset, makes room for another or has not been used for `idle_seconds`. Belongs to
    the event loop that it was first used in.
    """

    def __init__(
        self,
        *,
        api_key: str,
        sessions: int = 16,
        idle_seconds: int = 600,
        internet: bool = False,
        template: str | None = None,
        limits: SandboxLimits | None = None,
        api_url: str | None = None,
        sandbox_url: str | None = None,
    ) -> None:
        """Keep up to `sessions` machines, of which the longest unused is given back first.

        The two addresses are for a service of one's own that speaks the same protocol. Of
        `limits`, those of output, results and images hold; the rest is the service's.
        """
        options = {
            "api_key": api_key,
            "timeout": idle_seconds,
            "allow_internet_access": internet,
            "template": template,
            "api_url": api_url,
            "sandbox_url": sandbox_url,
        }
        self._options = {name: value for name, value in options.items() if value is not None}
        self._idle_seconds = idle_seconds
        self._sessions = sessions
        self._limits = limits or SandboxLimits()
        self._places = asyncio.Semaphore(sessions)
        self._seats: OrderedDict[str, _Seat] = OrderedDict()
        self._is_closed = False

    @cached_property
    def _sdk(self) -> Sdk:
        return load_sdk()

    async def __aenter__(self) -> E2BSandbox:
        """Return it; the first program asks for the first machine."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        await self.close()

    async def run(
        self,
        code: str,
        *,
        session: str,
        inputs: Mapping[str, JsonValue] = NO_INPUTS,
        timeout_seconds: float = 20.0,
    ) -> Execution:
        """Run `code` in a session. Raises `ToolError` when the service fails.

        After a timeout the variables are gone: an interpreter that was cut short may hang.
        """
        if self._is_closed:
            raise SandboxUnavailable("This sandbox was closed. Make a new one.")
        seat = self._seats.setdefault(session, _Seat())
        self._seats.move_to_end(session)
        seat.users += 1
        began = asyncio.get_running_loop().time()
        try:
            async with seat.turn, self._places:
                await self._make_place()
                execution = await self._run_in(seat, code, inputs, timeout_seconds)
        finally:
            seat.users -= 1
        return replace(execution, seconds=asyncio.get_running_loop().time() - began)

    async def reset(self, session: str) -> None:
        """Give a session's machine back; the next program in it starts from nothing."""
        if (seat := self._seats.get(session)) is not None:
            async with seat.turn:
                await self._give_back(seat)
                seat.has_run = False

    async def close(self) -> None:
        """Give all machines back."""
        self._is_closed = True
        await asyncio.gather(*(self._give_back(seat) for seat in self._seats.values()))
        self._seats.clear()

    async def _run_in(
        self, seat: _Seat, code: str, inputs: Mapping[str, JsonValue], timeout_seconds: float
    ) -> Execution:
        """Run a program, and sort what may go wrong on the way by who must act."""
        try:
            machine, context, restarted = await self._ready(seat)
            programs = [_assignments(inputs), code] if inputs else [code]
            execution = await self._execute(seat, machine, context, programs, timeout_seconds)
        except self._sdk.gone as error:
            await self._give_back(seat)
            return Execution(error=_gone(error))
        except self._sdk.refused as error:
            raise SandboxUnavailable(f"E2B refuses the key: {error}") from error
        except self._sdk.failed as error:
            await self._give_back(seat)
            raise ToolError(
                f"The sandbox's service failed: {error or 'no answer'}. Try again.",
                code="sandbox_failed",
            ) from error
        return replace(execution, restarted=restarted)

    async def _ready(self, seat: _Seat) -> tuple[Machine, Context, bool]:
        """Return a machine with an interpreter, and whether earlier variables are gone."""
        restarted = seat.has_run and seat.context is None
        now = asyncio.get_running_loop().time()
        async with asyncio.timeout(_START_SECONDS):
            if seat.machine is None:
                seat.machine = await self._sdk.service.create(**self._options)
                seat.kept_since = now
            elif now - seat.kept_since > self._idle_seconds / 2:
                await seat.machine.set_timeout(self._idle_seconds)
                seat.kept_since = now
            if seat.context is None:
                context = await seat.machine.create_code_context()
                await seat.machine.run_code(TELL_VALUES, context=context, timeout=_START_SECONDS)
                seat.context = context
        seat.has_run = True
        return seat.machine, seat.context, restarted

    async def _execute(
        self,
        seat: _Seat,
        machine: Machine,
        context: Context,
        programs: Sequence[str],
        timeout_seconds: float,
    ) -> Execution:
        """Run programs one after the other and return what came of the last."""
        seat.context = None  # Whatever cuts the wait short leaves an interpreter that may hang.
        ours = asyncio.timeout(timeout_seconds)
        try:
            async with ours:
                service_timeout = timeout_seconds + _MARGIN_SECONDS
                for code in programs:
                    ran = await machine.run_code(code, context=context, timeout=service_timeout)
        except TimeoutError:
            if not ours.expired():
                raise
            with contextlib.suppress(*self._sdk.gone, *self._sdk.failed):
                await machine.remove_code_context(context)
            return Execution(error=_out_of_time(timeout_seconds))
        seat.context = context
        return execution_of(ran, self._limits)

    async def _make_place(self) -> None:
        """Give back the machine that has not been used for longest, if there are too many."""
        taken = [name for name, seat in self._seats.items() if seat.machine is not None]
        idle = [name for name in taken if self._seats[name].users == 0]
        if len(taken) >= self._sessions and idle:
            await self._give_back(self._seats[idle[0]])

    async def _give_back(self, seat: _Seat) -> None:
        machine, seat.machine, seat.context = seat.machine, None, None
        if machine is not None:
            with contextlib.suppress(*self._sdk.gone, *self._sdk.failed):
                await machine.kill()


def _assignments(inputs: Mapping[str, JsonValue]) -> str:
    """Return a program that sets the variables."""
    text = json.dumps(dict(inputs))
    return f"globals().update(__import__('json').loads({text!r}))\n"


def _out_of_time(seconds: float) -> ProgramError:
    message = f"The program was stopped after {seconds:g} seconds; its variables are gone."
    return ProgramError(name="Timeout", message=message)


def _gone(error: Exception) -> ProgramError:
    message = f"The machine the program ran on is gone ({error}), and its variables with it."
    return ProgramError(name="SessionDied", message=message)
