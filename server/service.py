"""The service: what every protocol does, with the right to do it checked in one place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from pydantic import JsonValue

from surefoot.agent import (
    ROLLED_BACK,
    Assistant,
    Door,
    Job,
    OpenTelemetryObserver,
    PrometheusObserver,
    Run,
    Thread,
    ThreadKey,
)
from surefoot.errors import NotFound, SurefootError
from surefoot.events import ApprovalRequested, ApprovalResolved, Event
from surefoot.limits import ReleasePolicy, ThreadPolicy
from surefoot.messages import Image

from .auth import Gatekeeper
from .metrics import Metrics
from .principal import Permission, Principal
from .problems import Refusal
from .quota import Quotas
from .settings import ServerSettings
from .tickets import Tickets


class Service:
    """One assistant being served."""

    def __init__(self, assistant: Assistant, settings: ServerSettings) -> None:
        self.assistant = assistant
        self.settings = settings
        self.gate = Gatekeeper(
            settings, data_dir=assistant.settings.data_dir, tenant=assistant.settings.tenant
        )
        self.quotas = Quotas()
        self.tickets = Tickets()
        self.metrics = Metrics()
        assistant.observers += [PrometheusObserver(self.metrics.registry), self.metrics]
        if find_spec("opentelemetry") is not None:
            assistant.observers.append(OpenTelemetryObserver())
        self.is_draining = False
        """True when the server is about to end and takes no new runs."""

    def open_door(self, address: str) -> None:
        """Let commands on this machine that find the data folder in use come here instead."""
        assistant = self.assistant
        if (data_dir := assistant.home.data_dir) is not None:
            door = Door(
                url=address.replace("0.0.0.0", "127.0.0.1").replace("[::]", "[::1]"),
                key=self.gate.owner_key,
                tenant=assistant.settings.tenant,
                working_folder=str(Path.cwd()),
            )
            data_dir.open_door(door)

    async def drain(self, seconds: float) -> None:
        """Take no new runs, give those that go on some time, then let go of every reader."""
        self.is_draining = True
        try:
            async with asyncio.timeout(seconds):
                await self.assistant.drain()
        except TimeoutError:
            pass
        self.assistant.release_readers()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a client wants to know, and how."""

    text: str
    images: tuple[Image, ...] = ()
    instructions: str = ""
    """Added to the assistant's own for this question."""
    message_id: str | None = None
    release: ReleasePolicy | None = None
    busy: ThreadPolicy | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """A principal at the service. Everything it does is checked against what it owns."""

    service: Service
    principal: Principal

    @property
    def assistant(self) -> Assistant:
        """The assistant behind the service."""
        return self.service.assistant

    def acting_for(self, user: str | None) -> Caller:
        """Return the caller as the person that a service acts for."""
        return Caller(self.service, self.principal.acting_for(user))

    def require(self, permission: Permission) -> None:
        """Raise `Refusal` unless the principal has the permission."""
        if permission not in self.principal.permissions:
            raise Refusal(403, f"This key may not use {permission!r}.", code="no_permission")

    def key(self, thread_id: str) -> ThreadKey:
        """Return the place of a thread of the principal's tenant."""
        return self.assistant.key(thread_id, self.principal.tenant)

    async def thread(self, thread_id: str) -> Thread:
        """Return a thread. Raises `NotFound`, also for one that is somebody else's."""
        self.require("runs")
        await self._ready()
        found = await self.assistant.home.threads.find(self.key(thread_id))
        if found is None or not self._may_see(found):
            raise _no_thread(thread_id)
        return found

    async def claim(
        self,
        thread_id: str,
        *,
        title: str = "",
        metadata: dict[str, JsonValue] | None = None,
    ) -> Thread:
        """Return a thread, which becomes the principal's when it is new. Raises `NotFound`."""
        self.require("runs")
        await self._ready()
        key, home = self.key(thread_id), self.assistant.home
        found, _ = await asyncio.gather(
            home.threads.claim(key, user=self.principal.user, title=title, metadata=metadata),
            home.log.open_thread(key),
        )
        if not self._may_see(found):
            raise _no_thread(thread_id)
        return found

    async def start(self, thread_id: str, asked: Asked) -> Job:
        """Begin a run in a thread. Raises `Refusal` and what the assistant raises."""
        self.require("runs")
        if self.service.is_draining:
            told = "The server is about to stop; try again in a moment."
            raise Refusal(503, told, code="draining", retry_after=5)
        thread = await self.claim(thread_id, title=asked.text)
        with self.service.quotas.starting(self.principal) as ended:
            job = await self.assistant.start(
                asked.text,
                images=asked.images,
                thread=thread_id,
                user=self.principal.user if thread.user is None else thread.user,
                tenant=self.principal.tenant,
                message_id=asked.message_id,
                release=asked.release,
                busy=asked.busy,
                instructions=asked.instructions,
            )
            job.result.add_done_callback(lambda _: ended())
        return job

    async def run(self, run_id: str, *, thread_id: str | None = None) -> Run:
        """Return a run. Raises `NotFound`, also for one that is somebody else's."""
        self.require("runs")
        found = await self.assistant.run(run_id)
        if found is None or thread_id not in (None, found.scope.thread_id):
            raise _no_run(run_id)
        try:
            thread = await self.thread(found.scope.thread_id)
        except NotFound:
            raise _no_run(run_id) from None
        if thread.key != found.key:
            raise _no_run(run_id)
        return found

    async def cancel(
        self, run_id: str, *, thread_id: str | None = None, rollback: bool = False
    ) -> Run:
        """Stop a run; with `rollback` its thread forgets that it was begun."""
        run = await self.run(run_id, thread_id=thread_id)
        reason = ROLLED_BACK if rollback else "it was stopped"
        await self.assistant.cancel(run.run_id, reason=reason)
        return run

    async def decide(
        self,
        run_id: str,
        call_id: str,
        decision: Literal["approve", "reject", "edit"],
        *,
        args: dict[str, JsonValue] | None = None,
        reason: str = "",
    ) -> None:
        """Decide on a call that waits. Raises `NotFound` when it does not."""
        self.require("approve")
        run = await self.run(run_id)
        await self.assistant.approve(run.run_id, call_id, decision, args=args, reason=reason)

    async def waiting(self, thread_id: str) -> list[ApprovalRequested]:
        """Return the calls of a thread that wait for a person, oldest first."""
        open_runs = {
            run.run_id for run in await self.runs(thread_id) if run.status in ("running", "waiting")
        }
        if not open_runs:
            return []
        asked: dict[str, ApprovalRequested] = {}
        for event in await self.events(thread_id):
            if isinstance(event, ApprovalRequested) and event.run_id in open_runs:
                asked[event.call_id] = event
            elif isinstance(event, ApprovalResolved):
                asked.pop(event.call_id, None)
        return list(asked.values())

    async def runs(self, thread_id: str) -> list[Run]:
        """Return a thread's runs, newest first."""
        await self.thread(thread_id)
        return await self.assistant.runs(thread_id, tenant=self.principal.tenant)

    async def events(
        self, thread_id: str, *, after: int = 0, run_id: str | None = None
    ) -> list[Event]:
        """Return a thread's events so far."""
        await self.thread(thread_id)
        return await self.assistant.events(
            thread_id, tenant=self.principal.tenant, after=after, run_id=run_id
        )

    async def batches(self, thread_id: str, *, after: int) -> AsyncGenerator[Sequence[Event]]:
        """Follow a thread that the caller has been found to own; an empty batch is a heartbeat.

        Raises `Refusal` once what the caller came with is no longer valid.
        """
        heartbeat = self.service.settings.heartbeat_seconds
        tick, quiet = min(heartbeat, self.principal.seconds_to_look), 0.0
        log = self.assistant.home.log
        async with aclosing(
            log.batches(self.key(thread_id), after=after, idle_seconds=tick)
        ) as batches:
            async for batch in batches:
                self.service.gate.check_still_valid(self.principal)
                quiet = 0.0 if batch else quiet + tick
                if batch or quiet >= heartbeat:
                    quiet = 0.0
                    yield batch

    async def until_refused(self) -> Refusal:
        """Wait until what the caller came with is no longer valid; return what it is told."""
        while True:
            try:
                self.service.gate.check_still_valid(self.principal)
            except Refusal as refusal:
                return refusal
            await asyncio.sleep(self.principal.seconds_to_look)

    async def delete(self, thread_id: str) -> None:
        """Erase a thread."""
        await self.thread(thread_id)
        await self.assistant.delete_thread(thread_id, tenant=self.principal.tenant)

    def _may_see(self, thread: Thread) -> bool:
        return self.principal.may_see(thread.key.tenant, thread.user)

    async def _ready(self) -> None:
        await self.assistant.open()


async def outcome(job: Job) -> SurefootError | None:
    """Wait for a run's end; return the error that ended it, if one did."""
    try:
        await asyncio.shield(job.result)
    except SurefootError as error:
        return error
    return None


def _no_thread(thread_id: str) -> NotFound:
    return NotFound(f"There is no thread {thread_id!r}.")


def _no_run(run_id: str) -> NotFound:
    return NotFound(f"There is no run {run_id!r}.")
