"""The assistant: what a program holds in its hands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from types import TracebackType
from typing import Literal

from langchain_core.language_models import BaseChatModel
from pydantic import JsonValue

from surefoot.answer import Answer
from surefoot.errors import ConfigurationError
from surefoot.events import TERMINAL, Event
from surefoot.graphs import PLAN_SPEC, Checks, Decision
from surefoot.limits import Limits, ReleasePolicy, ThreadPolicy
from surefoot.memory import Memory
from surefoot.messages import Image
from surefoot.model import ChatModel
from surefoot.scope import Scope
from surefoot.settings import Settings
from surefoot.tools import DEFAULT_POLICY, Policy, Tool, Toolbox

from .clock import Clock
from .deleting import delete_thread
from .exporting import exported
from .home import Home
from .lifetime import Lifetime
from .models.layer import Layer
from .opening import Setup
from .prompts import assistant_prompt
from .questions import sound_images, sound_instructions, sound_question, sound_tenant, sound_thread
from .receipts import Receipt
from .rooms import Rooms
from .runs import Job, Run, ThreadKey, expire_runs
from .telemetry.observing import Observer
from .thread_files import ThreadFiles


class Assistant:
    """Answers questions from evidence, remembers, and tells every step as an event.

    Use it as an async context manager, or call `close` yourself; it opens at its first use. One
    object serves any number of threads at once, and several may live in one process. With
    `durable=False` nothing is kept on disk; without `record` no run can be replayed.
    """

    def __init__(
        self,
        *,
        model: ChatModel | BaseChatModel | str | None = None,
        tools: Sequence[Tool] = (),
        builtins: bool = True,
        memory: Memory | Literal["default"] | None = "default",
        settings: Settings | None = None,
        limits: Limits | None = None,
        checks: Checks | None = None,
        taint: Policy = DEFAULT_POLICY,
        release: ReleasePolicy | None = None,
        durable: bool = True,
        record: bool = True,
        clock: Clock | None = None,
        observers: Sequence[Observer] = (),
    ) -> None:
        self.settings = settings or Settings.load()
        self._release = release or self.settings.release
        self._clock = clock or Clock()
        self._rooms = Rooms(
            self.settings, durable=durable, builtins=builtins, memory=memory, now=self._clock.now
        )
        folder = self.settings.data_dir / "threads" if durable else None
        self._thread_files = ThreadFiles(self._rooms, folder)
        self.observers = list(observers)
        """Told of the runs that begin from now on."""
        setup = Setup(
            settings=self.settings,
            model=model,
            tools=tuple(tools),
            limits=limits or self.settings.limits,
            checks=checks,
            taint=taint,
            is_durable=durable,
            is_recorded=record,
            clock=self._clock,
            observers=self.observers,
            prompt=assistant_prompt(self.settings.instructions),
            rooms=self._rooms,
            thread_files=self._thread_files,
        )
        self._lifetime = Lifetime(setup)
        if PLAN_SPEC.name in Toolbox(tools):
            raise ConfigurationError(
                f"A tool may not be named {PLAN_SPEC.name!r}: that is how steps are planned."
            )

    async def open(self) -> None:
        """Open what the runs are kept in, if it is not; take up what an earlier process left."""
        await self._lifetime.opened()

    async def __aenter__(self) -> Assistant:
        await self._lifetime.opened()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def ask(
        self,
        text: str,
        *,
        images: Sequence[Image] = (),
        thread: str | None = None,
        user: str | None = None,
        tenant: str | None = None,
        message_id: str | None = None,
        release: ReleasePolicy | None = None,
    ) -> Answer:
        """Ask a question and wait for the answer. Raises the `SurefootError` that ended the run.

        Without a thread the question starts one of its own.
        """
        job = await self.start(
            text,
            images=images,
            thread=thread,
            user=user,
            tenant=tenant,
            message_id=message_id,
            release=release,
        )
        return await asyncio.shield(job.result)

    async def stream(
        self,
        text: str,
        *,
        images: Sequence[Image] = (),
        thread: str | None = None,
        user: str | None = None,
        tenant: str | None = None,
        message_id: str | None = None,
        release: ReleasePolicy | None = None,
    ) -> AsyncIterator[Event]:
        """Ask a question and yield the run's events up to the last. Leaving early stops nothing."""
        job = await self.start(
            text,
            images=images,
            thread=thread,
            user=user,
            tenant=tenant,
            message_id=message_id,
            release=release,
        )
        events = self.follow(job.run.scope.thread_id, tenant=tenant, after=job.first_seq)
        async with aclosing(events):
            async for event in events:
                if event.run_id == job.run.run_id:
                    yield event
                    if event.type in TERMINAL:
                        return

    async def start(
        self,
        text: str,
        *,
        images: Sequence[Image] = (),
        thread: str | None = None,
        user: str | None = None,
        tenant: str | None = None,
        message_id: str | None = None,
        release: ReleasePolicy | None = None,
        busy: ThreadPolicy | None = None,
        instructions: str = "",
    ) -> Job:
        """Begin a run, with instructions of its own; the same `message_id` is the same run."""
        here = await self._lifetime.opened()
        clock = self._clock
        most = self.settings.max_question_chars
        run_id = clock.new_id()
        scope = Scope(
            tenant=self._tenant(tenant),
            user=user,
            thread_id=sound_thread(thread or f"t-{run_id}"),
        )
        run = Run(
            run_id=run_id,
            scope=scope,
            text=sound_question(text, max_chars=most),
            images=sound_images(images),
            instructions=sound_instructions(instructions, max_chars=most),
            message_id=message_id,
            policy=release or self._release,
            created_at=clock.now(),
        )
        return await here.engine.start(run, busy=busy or self.settings.busy_thread)

    async def follow(
        self, thread: str, *, tenant: str | None = None, after: int = 0
    ) -> AsyncGenerator[Event]:
        """Yield a thread's events behind `after`, those of the past first, without an end."""
        here = await self._lifetime.opened()
        async with aclosing(here.home.log.follow(self.key(thread, tenant), after=after)) as events:
            async for event in events:
                yield event

    async def events(
        self,
        thread: str,
        *,
        tenant: str | None = None,
        after: int = 0,
        run_id: str | None = None,
    ) -> list[Event]:
        """Return a thread's events so far, all or those of one run."""
        here = await self._lifetime.opened()
        return await here.home.log.read(self.key(thread, tenant), after=after, run_id=run_id)

    def key(self, thread: str, tenant: str | None = None) -> ThreadKey:
        """Return the place of a thread in the log. Raises `InputError` for what is no thread id."""
        return ThreadKey(self._tenant(tenant), sound_thread(thread))

    async def run(self, run_id: str) -> Run | None:
        """Return a run, also one that has ended, with how far it has come."""
        return await (await self._lifetime.opened()).engine.find(run_id)

    async def runs(self, thread: str, *, tenant: str | None = None) -> list[Run]:
        """Return a thread's runs, newest first."""
        return await (await self._lifetime.opened()).engine.of_thread(self.key(thread, tenant))

    async def delete_thread(self, thread: str, *, tenant: str | None = None) -> None:
        """Stop a thread's runs and erase its events, runs and remembered turns.

        Answers kept for those who asked in it go too, whichever thread they were given in.
        The numbers of its events are not given again, so that no reader mistakes new for old.
        Afterwards, behind runs, its bytes go from the files, of which a receipt is given.
        """
        key = self.key(thread, tenant)
        await delete_thread(
            await self._lifetime.opened(), key, self._rooms.memory(), self._thread_files
        )

    async def forget(
        self,
        *,
        user: str | None = None,
        thread: str | None = None,
        query: str | None = None,
        tenant: str | None = None,
    ) -> Receipt:
        """Forget all about a user, or a thread, or only what matches a query, in every file.

        Runs that it is about are stopped. The receipt tells what was removed, and that afterwards
        every file was read and holds no piece of it.
        """
        return await (await self._lifetime.forgetter()).forget(
            tenant=self._tenant(tenant), user=user, thread=thread, query=query
        )

    async def purge(self) -> Receipt | None:
        """Rid the files of documents that were removed or changed; None when none were.

        Behind runs this is done by itself, once an hour at most.
        """
        forgetter = await self._lifetime.forgetter()
        planned = await forgetter.plan_documents()
        return None if planned is None else await forgetter.carry_out(planned)

    async def export(
        self, user: str, *, tenant: str | None = None
    ) -> AsyncIterator[dict[str, JsonValue]]:
        """Yield everything that is kept about a user: facts with their history, turns, runs."""
        keeping = (await self._lifetime.forgetter()).keeping
        told = exported(keeping, tenant=self._tenant(tenant), user=user)
        async for each in told:
            yield each

    def receipts(self) -> list[Receipt]:
        """Return the receipts of all that was forgotten, oldest first."""
        forgetter = self._lifetime.already().forgetter
        return [] if forgetter is None else forgetter.receipts()

    async def expire(self, *, before: str) -> int:
        """Erase the runs that ended before a time, with their events; return how many events."""
        here = await self._lifetime.opened()
        if here.home.database is None:
            return 0
        return await expire_runs(here.home.database, before=before)

    async def approve(
        self,
        run_id: str,
        call_id: str,
        decision: Literal["approve", "reject", "edit"] = "approve",
        *,
        args: dict[str, JsonValue] | None = None,
        reason: str = "",
    ) -> None:
        """Decide on a call that waits for approval. Raises `NotFound` when it does not wait."""
        here = await self._lifetime.opened()
        await here.engine.decide(
            run_id, call_id, Decision(decision=decision, args=args, reason=reason)
        )

    def job(self, run_id: str) -> Job | None:
        """Return a run that has not ended."""
        here = self._lifetime.open
        return None if here is None else here.engine.job(run_id)

    async def cancel(self, run_id: str, *, reason: str = "it was stopped") -> None:
        """Stop a run; its thread stays usable and keeps what had been said."""
        await (await self._lifetime.opened()).engine.cancel(run_id, reason=reason)

    async def drain(self) -> None:
        """Wait until every run has ended or waits for a person, and what is done behind runs is."""
        here = await self._lifetime.opened()
        await here.engine.drain()
        if here.housekeeper is not None:
            await here.housekeeper.settle()

    def release_readers(self) -> None:
        """End all following of threads, because the program is about to end."""
        if (here := self._lifetime.open) is not None:
            here.home.log.release()

    @property
    def release(self) -> ReleasePolicy:
        """When sentences leave, where a question says nothing else."""
        return self._release

    @property
    def layer(self) -> Layer:
        """The model and what stands behind it. Raises `ConfigurationError` before it is open."""
        return self._lifetime.already().layer

    @property
    def rooms(self) -> Rooms:
        """Documents, tables, memory and sandbox, each opened at its first use."""
        return self._rooms

    @property
    def thread_files(self) -> ThreadFiles:
        """Files that count in one thread only."""
        return self._thread_files

    @property
    def home(self) -> Home:
        """Where the runs are kept. Raises `ConfigurationError` before the assistant is open."""
        return self._lifetime.already().home

    async def close(self) -> None:
        """Stop what runs and let go of every task, file and thread. Unfinished runs are resumed."""
        await self._lifetime.close()

    def _tenant(self, tenant: str | None) -> str:
        return sound_tenant(tenant) if tenant is not None else self.settings.tenant
