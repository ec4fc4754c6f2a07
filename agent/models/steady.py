"""Steady models: retries, timeouts, circuit breakers and fallbacks behind one name."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from surefoot.model import ChatModel, Finished, ModelPart, ModelRequest

from .breaker import Breaker
from .faults import CircuitOpen, ContextOverflow, ProviderFault, Stalled
from .seam import Seam
from .window import halved


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long and how often a model is asked."""

    attempts: int = 3
    silences: int = 2
    """A model that keeps silent is asked no more often: each time takes as long as one waits."""
    attempt_seconds: float = 120.0
    total_seconds: float = 240.0
    first_wait: float = 0.5
    """Seconds before the second attempt at most; doubled for each further one."""
    longest_wait: float = 30.0
    """A provider that asks for more than this is not waited for."""

    def wait(self, attempt: int, fault: ProviderFault, jitter: float) -> float | None:
        """Return the seconds until the next attempt, or None when there is to be none.

        A pure function: `attempt` counts from 0 and `jitter` lies between 0 and 1.
        """
        silent = isinstance(fault, Stalled)
        most = min(self.attempts, self.silences) if silent else self.attempts
        if not fault.again or attempt + 1 >= most:
            return None
        backoff: float = min(self.longest_wait, self.first_wait * 2**attempt) * jitter
        if fault.retry_after is None:
            return backoff
        if fault.retry_after > self.longest_wait:
            return None
        return fault.retry_after + backoff


@dataclass(slots=True, kw_only=True)
class Lane:
    """What all models of one provider share: its breaker and the calls it is given at once."""

    provider: str
    breaker: Breaker = field(default_factory=Breaker)
    room: asyncio.Semaphore | None = None
    """None sets no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One model of a chain, in its provider's lane."""

    model: ChatModel
    lane: Lane


class SteadyModel:
    """A chain of models that survives what providers do.

    Each model is asked up to `patience.attempts` times; then the next is. Text that has streamed
    is never told again: an attempt that says the same goes on behind it, and one that says
    something else is preceded by `Restarted`. Raises the last model's `ProviderFault`.
    """

    def __init__(
        self,
        links: Sequence[Link],
        *,
        patience: Patience | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._links = tuple(links)
        self._patience = patience or Patience()
        self._sleep = sleep
        self._jitter = jitter
        self._monotonic = monotonic

    @property
    def name(self) -> str:
        """The name of the chain's first model."""
        return self._links[0].model.name

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        """Yield the parts of the next message. Raises a `ProviderFault` when no model answers."""
        call = _Call(request, deadline=self._monotonic() + self._patience.total_seconds)
        for link in self._links:
            attempt = 0
            while True:
                if (fault := self._shut(link)) is None:
                    parts = self._attempt(link, call)
                    try:
                        async with aclosing(parts):
                            async for part in parts:
                                yield part
                        return
                    except ProviderFault as failed:
                        fault = failed
                call.note(link, fault)
                if isinstance(fault, ContextOverflow) and call.shorten():
                    continue
                wait = self._patience.wait(attempt, fault, self._jitter())
                if wait is None or self._monotonic() + wait >= call.deadline:
                    break
                await self._sleep(wait)
                attempt += 1
            if not fault.elsewhere or self._monotonic() >= call.deadline:
                break
        raise call.last

    def _shut(self, link: Link) -> ProviderFault | None:
        lane = link.lane
        if lane.breaker.admits():
            return None
        seconds = lane.breaker.seconds_left
        return CircuitOpen(
            f"{lane.provider} has failed too often and is left alone for {seconds:.0f} seconds. "
            "Ask again then, or name another model as a fallback.",
            retry_after=seconds,
        )

    async def _attempt(self, link: Link, call: _Call) -> AsyncGenerator[ModelPart]:
        """Make one attempt, and tell the breaker how it went."""
        lane, outcome = link.lane, link.lane.breaker.let_go
        if lane.room is not None:
            await lane.room.acquire()
        try:
            async with aclosing(self._timed(link, call)) as parts:
                async for part in parts:
                    for one in call.seam.take(part):
                        yield call.ended(link, one) if isinstance(one, Finished) else one
            outcome = lane.breaker.succeeded
        except ProviderFault as fault:
            outcome = lane.breaker.failed if fault.is_outage else lane.breaker.succeeded
            raise
        finally:
            outcome()
            if lane.room is not None:
                lane.room.release()

    async def _timed(self, link: Link, call: _Call) -> AsyncGenerator[ModelPart]:
        """Stream one attempt within its time; waiting for the reader does not count."""
        loop = asyncio.get_running_loop()
        left = min(self._patience.attempt_seconds, call.deadline - self._monotonic())
        ends = loop.time() + left
        parts = aiter(link.model.stream(call.request))
        try:
            while True:
                async with asyncio.timeout_at(ends):
                    part = await anext(parts, None)
                if part is None:
                    return
                yield part
        except TimeoutError as error:
            raise Stalled(
                f"{link.model.name} took longer than {left:.0f} seconds. Ask again, or allow more "
                "with SUREFOOT_MODELS__ATTEMPT_SECONDS."
            ) from error
        finally:
            if isinstance(parts, AsyncGenerator):
                await parts.aclose()


class _Call:
    """One call on its way through the chain."""

    def __init__(self, request: ModelRequest, *, deadline: float) -> None:
        self.request = request
        self.deadline = deadline
        self.seam = Seam()
        self._is_shortened = False
        self._how: list[str] = []
        self._last: ProviderFault | None = None

    def note(self, link: Link, fault: ProviderFault) -> None:
        self.seam.broke()
        self._how.append(f"{link.model.name}: {type(fault).__name__}")
        self._last = fault

    def shorten(self) -> bool:
        """Compact the conversation, once."""
        if self._is_shortened:
            return False
        self._is_shortened = True
        shorter = halved(self.request)
        if shorter is self.request:
            return False
        self.request = shorter
        self._how.append("conversation compacted")
        return True

    def ended(self, link: Link, finished: Finished) -> Finished:
        if not self._how:
            return finished
        name = finished.model or link.model.name
        return replace(finished, model=name, how=(*self._how, *finished.how))

    @property
    def last(self) -> ProviderFault:
        assert self._last is not None, "a chain has at least one model"
        return self._last
