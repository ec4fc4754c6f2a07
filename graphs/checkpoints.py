"""Checkpoints: where LangGraph keeps a run between supersteps.

Only the newest state of a run is of use, and only when it holds more than the question. So states
stay in memory, and the store gets those from which a run goes on after a crash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    writes_sort_key,
)
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

_OURS = (
    ("surefoot.answer", "Usage"),
    ("surefoot.graphs.planning", "CallGroup"),
    ("surefoot.graphs.state", "Progress"),
    ("surefoot.messages", "AssistantMessage"),
    ("surefoot.messages", "Image"),
    ("surefoot.messages", "SystemMessage"),
    ("surefoot.messages", "Thought"),
    ("surefoot.messages", "ToolCall"),
    ("surefoot.messages", "ToolMessage"),
    ("surefoot.messages", "UserMessage"),
    ("surefoot.plan", "Plan"),
    ("surefoot.plan", "Step"),
)
"""All that a checkpoint of ours may be read back as; anything else in the file stays data."""

_NEXT_NODE = "branch:to:"
"""How LangGraph names the channels that say which node is next."""


def serializer() -> JsonPlusSerializer:
    """Return the serialiser that rebuilds nothing but the types of a run's state."""
    return JsonPlusSerializer(allowed_msgpack_modules=_OURS)


class StateStore(Protocol):
    """Keeps the newest state of each run beyond the process, as bytes of some kind.

    It must not keep a state before it has kept what the run told earlier.
    """

    async def state(self, run_id: str) -> tuple[str, bytes] | None:
        """Return a run's state, or None when nothing needs to be known of it."""
        ...

    async def keep_state(self, run_id: str, kind: str, body: bytes) -> None:
        """Keep a run's state in the place of its earlier one."""
        ...


class Checkpoints:
    """The newest checkpoint of each run, as long as the object lives or in a store."""

    def __init__(self, store: StateStore | None = None) -> None:
        self.saver = RunSaver(store)

    async def forget(self, run_id: str) -> None:
        """Drop a run's checkpoint from memory: it has ended."""
        await self.saver.adelete_thread(run_id)


Write = tuple[str, str, object, str]
"""A task, a channel, what the task wrote to it, and the task's path."""


@dataclass(slots=True)
class _Held:
    """One run's newest checkpoint."""

    checkpoint: Checkpoint
    metadata: CheckpointMetadata
    writes: dict[tuple[str, int], Write] = field(default_factory=dict[tuple[str, int], Write])
    """What the tasks of the next superstep have written so far."""

    @property
    def is_needed(self) -> bool:
        """True when a node is to run next that knows more than the question."""
        begun = self.metadata.get("step", -1) > 0
        return begun and any(name.startswith(_NEXT_NODE) for name in self._values)

    @property
    def _values(self) -> dict[str, object]:
        values: dict[str, object] = self.checkpoint["channel_values"]
        return values


class RunSaver(BaseCheckpointSaver[int]):
    """Keeps one checkpoint per run; a `thread_id` is a run's here."""

    def __init__(self, store: StateStore | None) -> None:
        super().__init__(serde=serializer())
        self._store = store
        self._held: dict[str, _Held] = {}

    async def restore(self, run_id: str) -> None:
        """Take up what an earlier process left of a run."""
        if self._store is None or (kept := await self._store.state(run_id)) is None:
            return
        checkpoint, metadata, writes = self.serde.loads_typed(kept)
        held = self._held[run_id] = _Held(checkpoint, metadata)
        held.writes = {(task, place): (task, *rest) for task, place, *rest in writes}

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Return a run's newest checkpoint."""
        run_id = _run_of(config)
        if (held := self._held.get(run_id)) is None:
            return None
        writes = sorted(held.writes.items(), key=lambda one: writes_sort_key(one[1][3], *one[0]))
        return CheckpointTuple(
            config=_place(run_id, held.checkpoint["id"]),
            checkpoint=held.checkpoint,
            metadata=held.metadata,
            pending_writes=[(task, channel, value) for _, (task, channel, value, _) in writes],
        )

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Take the place of the run's earlier checkpoint, in the store too if it will be needed."""
        run_id = _run_of(config)
        held = self._held[run_id] = _Held(checkpoint, metadata)
        if held.is_needed:
            await self._keep(run_id, held)
        return _place(run_id, checkpoint["id"])

    async def aput_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, object]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        """Keep what a task has written; what a person decided goes to the store."""
        run_id = _run_of(config)
        if (held := self._held.get(run_id)) is None:
            return
        for place, (channel, value) in enumerate(writes):
            key = (task_id, WRITES_IDX_MAP.get(channel, place))
            if key[1] < 0 or key not in held.writes:
                held.writes[key] = (task_id, channel, value, task_path)
        if held.is_needed and any(channel in WRITES_IDX_MAP for channel, _ in writes):
            await self._keep(run_id, held)

    async def adelete_thread(self, thread_id: str) -> None:
        """Drop a run's checkpoint."""
        self._held.pop(thread_id, None)

    async def _keep(self, run_id: str, held: _Held) -> None:
        if self._store is None:
            return
        writes = [(task, place, *rest) for (task, place), (_, *rest) in held.writes.items()]
        kind, body = self.serde.dumps_typed((held.checkpoint, held.metadata, writes))
        await self._store.keep_state(run_id, kind, body)


def _run_of(config: RunnableConfig) -> str:
    return str(config["configurable"]["thread_id"])


def _place(run_id: str, checkpoint_id: str) -> RunnableConfig:
    return {
        "configurable": {
            "thread_id": run_id,
            "checkpoint_ns": "",
            "checkpoint_id": checkpoint_id,
        }
    }
