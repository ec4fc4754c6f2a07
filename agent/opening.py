"""Opening: from what an assistant is given to what exists while it is open."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from langchain_core.language_models import BaseChatModel
from pydantic import SecretStr

from surefoot.answer import Answer
from surefoot.errors import ConfigurationError
from surefoot.graphs import DEFAULT_CHECKS, Checks, MeaningReview, build
from surefoot.limits import Limits
from surefoot.memory import Embedder, MiniLM, OwnMemory, Retention
from surefoot.model import ChatModel
from surefoot.settings import Settings
from surefoot.tools import Policy, Tool, Toolbox

from .clock import Clock
from .data_dir import DataDir
from .earlier import RememberingEvidence
from .forgetting import Forgetter, Keeping, elsewhere_of
from .home import Home
from .housekeeping import Housekeeper, Ways, ending
from .learning import Learner, ModelLearner, RuleLearner
from .models.edition import data_edition
from .models.layer import Layer, make_layer
from .prompts import Prompt
from .recorded import work_recorded
from .rooms import Rooms
from .runs import Emit, Job, Run, RunEngine
from .runs.recording import RecordingStore
from .telemetry import hiding
from .telemetry.observing import Observer, Watch
from .thread_files import ThreadFiles
from .working import Equipment, Worker, has_side_effects

Record = Callable[[Worker, Job, Emit, Equipment], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What exists while an assistant is open."""

    home: Home
    engine: RunEngine
    layer: Layer
    forgetter: Forgetter | None = None
    """None when the memory is somebody else's, or there is none."""
    housekeeper: Housekeeper | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What an assistant is given."""

    settings: Settings
    model: ChatModel | BaseChatModel | str | None
    tools: tuple[Tool, ...]
    limits: Limits
    checks: Checks | None
    taint: Policy
    is_durable: bool
    is_recorded: bool
    clock: Clock
    observers: Sequence[Observer]
    prompt: Prompt
    rooms: Rooms
    thread_files: ThreadFiles

    async def opened(self) -> Opened:
        """Open everything. What an earlier process left behind is not taken up yet."""
        layer = self._layer()
        try:
            checks = await self._checks()
            home = self._home()
        except BaseException:
            await layer.close()
            raise
        work = self._work(layer.model, home, checks)
        keepers: list[Housekeeper] = []

        async def work_and_wake(job: Job, emit: Emit) -> Answer:
            try:
                return await work(job, emit)
            finally:
                for keeper in keepers:
                    keeper.wake(job.run.scope)

        engine = RunEngine(
            log=home.log,
            store=home.store,
            work=work_and_wake,
            forget=home.checkpoints.forget if home.checkpoints else None,
            now=self.clock.now,
            hide=hiding(self.settings),
        )
        opened = Opened(home=home, engine=engine, layer=layer)
        memory = self.rooms.memory()
        if not isinstance(memory, OwnMemory):
            return opened
        forgetter = self._forgetter(opened, memory)
        housekeeper = Housekeeper(memory, forgetter, self._ways(layer), until_over=ending(engine))
        self.rooms.changing = housekeeper
        keepers.append(housekeeper)
        return replace(opened, forgetter=forgetter, housekeeper=housekeeper)

    def _forgetter(self, opened: Opened, memory: OwnMemory) -> Forgetter:
        cache, engine = opened.layer.cache, opened.engine

        async def stop_run(run_id: str) -> None:
            if engine.job(run_id) is not None:
                await engine.cancel(run_id, reason="what it is about is being forgotten")

        keeping = Keeping(
            home=opened.home,
            memory=memory,
            store=self.rooms.store(),
            embedder=self.rooms.embedder,
            folder=self.settings.data_dir if self.is_durable else None,
            thread_files=self.thread_files,
            documents=self.rooms.documents(),
            elsewhere=elsewhere_of(self.settings),
            stop_run=stop_run,
            forget_answers=None if cache is None else cache.forget,
        )
        return Forgetter(keeping, clock=self.clock)

    def _ways(self, layer: Layer) -> Ways:
        """Return how the house is kept: a model helps only where a provider's was set."""
        memory = self.settings.memory
        is_set = self.model is None or isinstance(self.model, str)
        asks = memory.learning == "model" or (
            memory.learning == "auto" and is_set and layer.model.name != "embedded"
        )
        learner: Learner = ModelLearner(layer.model) if asks else RuleLearner()
        return Ways(
            learner=None if memory.learning == "off" else learner,
            writer=layer.model if asks else None,
            checks=DEFAULT_CHECKS if self.checks is None else self.checks,
            retention=Retention(
                turn_days=memory.turn_days,
                fact_days=memory.fact_days,
                history_days=memory.history_days,
                turns_per_thread=memory.turns_per_thread,
                facts_per_person=memory.facts_per_person,
            ),
            ticks=self.clock.ticks,
        )

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

    async def _checks(self) -> Checks:
        """Return the checks that were given, else the default ones with what the settings add."""
        if self.checks is not None:
            return self.checks
        if not self.settings.checks.meaning:
            return DEFAULT_CHECKS
        return DEFAULT_CHECKS.with_(reviews=[await _meaning_review(self.rooms.embedder)])

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

    def _work(
        self, model: ChatModel, home: Home, checks: Checks
    ) -> Callable[[Job, Emit], Awaitable[Answer]]:
        """Return what takes a job to its answer."""
        worker = Worker(
            home=home,
            machine=build(home.checkpoints.saver if home.checkpoints else None),
            clock=self.clock,
            limits=self.limits,
            checks=checks,
            own_knowledge=self.settings.own_knowledge,
            taint=self.taint,
            record=self._record(home),
        )

        async def work(job: Job, emit: Emit) -> Answer:
            equipment = await self._equipment(model, job.run, home)
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
        store = RecordingStore(home.database, secrets=list(_secrets(self.settings.model_dump())))
        return partial(work_recorded, store)

    async def _equipment(self, model: ChatModel, run: Run, home: Home) -> Equipment:
        tools = await self.thread_files.equip(run.key, await self.rooms.tools(run.key.tenant))
        memory = self.rooms.memory()
        return Equipment(
            model=model,
            toolbox=Toolbox((*self.tools, *tools)),
            memory=None if memory is None else RememberingEvidence(memory, home.log),
            prompt=self.prompt.adding(run.instructions),
        )


async def _meaning_review(embedder: Embedder) -> MeaningReview:
    """Return the review by meaning, its model loaded. Raises `ConfigurationError` without one."""
    try:
        if isinstance(embedder, MiniLM):
            await asyncio.to_thread(embedder.words, ["ready"])
            return MeaningReview(embedder)
        why = f"{embedder.name!r} gives no vectors of words."
    except (ConfigurationError, ImportError, OSError) as error:
        why = str(error)
    raise ConfigurationError(
        f"The setting 'checks.meaning' is on, and its embedding model cannot be had: "
        f"{why.rstrip('.')}. Mend that, or turn the setting off."
    )


def _secrets(value: object) -> Iterator[str]:
    """Yield every secret in settings, such as those in the environment of an MCP server."""
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _secrets(each)
