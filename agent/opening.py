"""Opening: from what an assistant is given to what exists while it is open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from langchain_core.language_models import BaseChatModel
from pydantic import SecretStr

from surefoot.answer import Answer
from surefoot.graphs import Checks, build
from surefoot.limits import Limits
from surefoot.model import ChatModel
from surefoot.settings import Settings
from surefoot.tools import Policy, Tool, Toolbox

from .clock import Clock
from .data_dir import DataDir
from .home import Home
from .models.edition import data_edition
from .models.layer import Layer, make_layer
from .prompts import Prompt
from .recorded import work_recorded
from .rooms import Rooms
from .runs import Emit, Job, RunEngine
from .runs.recording import RecordingStore
from .telemetry.observing import Observer, Watch
from .working import Equipment, Worker, has_side_effects

Record = Callable[[Worker, Job, Emit, Equipment], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What exists while an assistant is open."""

    home: Home
    engine: RunEngine
    layer: Layer


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What an assistant is given."""

    settings: Settings
    model: ChatModel | BaseChatModel | str | None
    tools: tuple[Tool, ...]
    limits: Limits
    checks: Checks
    taint: Policy
    is_durable: bool
    is_recorded: bool
    clock: Clock
    observers: tuple[Observer, ...]
    prompt: Prompt
    rooms: Rooms

    async def opened(self) -> Opened:
        """Open everything. What an earlier process left behind is not taken up yet."""
        layer = self._layer()
        try:
            home = self._home()
        except BaseException:
            await layer.close()
            raise
        engine = RunEngine(
            log=home.log,
            store=home.store,
            work=self._work(layer.model, home),
            forget=home.checkpoints.forget if home.checkpoints else None,
            now=self.clock.now,
        )
        return Opened(home=home, engine=engine, layer=layer)

    def _layer(self) -> Layer:
        given = self.model
        if isinstance(given, BaseChatModel):
            from .models.langchain import LangChainModel

            return Layer(model=LangChainModel(given, name=given._llm_type))
        if given is None or isinstance(given, str):
            return make_layer(
                self.settings,
                self.rooms.embedder,
                now=self.clock.now,
                name=given,
                limits=self.limits,
                folder=self.settings.data_dir if self.is_durable else None,
                edition=lambda: data_edition(self.settings.data_dir),
            )
        return Layer(model=given)

    def _home(self) -> Home:
        now = self.clock.now
        if not self.is_durable:
            return Home.in_memory(now=now, interruptible=has_side_effects(self.tools))
        data_dir = DataDir(self.settings.data_dir)
        try:
            return Home.on_disk(data_dir, now=now)
        except BaseException:
            data_dir.close()
            raise

    def _work(self, model: ChatModel, home: Home) -> Callable[[Job, Emit], Awaitable[Answer]]:
        """Return what takes a job to its answer."""
        worker = Worker(
            home=home,
            machine=build(home.checkpoints.saver if home.checkpoints else None),
            clock=self.clock,
            limits=self.limits,
            checks=self.checks,
            taint=self.taint,
            record=self._record(home),
        )

        async def work(job: Job, emit: Emit) -> Answer:
            equipment = await self._equipment(model, job.run.scope.tenant)
            if not self.observers:
                return await worker.work(job, emit, equipment)
            watch = Watch(self.observers, job.run)
            try:
                answer = await worker.work(job, watch.through(emit), equipment)
            except BaseException as error:
                watch.ended(None, error)
                raise
            watch.ended(answer, None)
            return answer

        return work

    def _record(self, home: Home) -> Record | None:
        """Return what records runs, where they are kept; secrets of the settings never are."""
        if home.database is None or not self.is_recorded:
            return None
        values = (value for _, value in self.settings)
        secrets = [v.get_secret_value() for v in values if isinstance(v, SecretStr)]
        return partial(work_recorded, RecordingStore(home.database, secrets=secrets))

    async def _equipment(self, model: ChatModel, tenant: str) -> Equipment:
        return Equipment(
            model=model,
            toolbox=Toolbox((*self.tools, *await self.rooms.tools(tenant))),
            memory=self.rooms.memory(),
            prompt=self.prompt,
        )
