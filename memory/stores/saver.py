"""ChromaSaver: LangGraph's checkpoints in Chroma, for those who keep everything else there.

SQLite stays the better place for checkpoints: a write there takes less than a millisecond.
"""

from __future__ import annotations

import asyncio
import json
import random
import threading
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    get_checkpoint_id,
    get_checkpoint_metadata,
)
from langgraph.checkpoint.serde.base import SerializerProtocol

from .rows import Row, Rows

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

Pending = list[tuple[str, str, Any]]


class ChromaSaver(BaseCheckpointSaver[str]):
    """Keeps checkpoints in a Chroma client's two collections, `NAME-checkpoints` and `NAME-writes`.

    Safe to call from several threads; the asynchronous methods work in a thread of their own. A
    deleted thread can no longer be read, but Chroma leaves its bytes on disk.
    """

    def __init__(
        self,
        client: ClientAPI,
        *,
        name: str = "surefoot",
        serde: SerializerProtocol | None = None,
    ) -> None:
        super().__init__(serde=serde)
        self._checkpoints = Rows(client, f"{name}-checkpoints")
        self._writes = Rows(client, f"{name}-writes")
        self._lock = threading.RLock()

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Return the checkpoint that `config` names, or the latest of its thread."""
        thread, namespace = _place(config)
        with self._lock:
            wanted = get_checkpoint_id(config) or self._latest(thread, namespace)
            row = self._checkpoints.one(_id(thread, namespace, wanted)) if wanted else None
            return self._tuple(row) if row is not None else None

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        """Yield the checkpoints that match, the newest first."""
        end = get_checkpoint_id(before) if before else None
        with self._lock:
            rows = self._checkpoints.where(_conditions(config))
        rows.sort(key=lambda row: str(row.about["checkpoint"]), reverse=True)
        left = len(rows) if limit is None else limit
        for row in rows:
            if left <= 0:
                return
            if (end and str(row.about["checkpoint"]) >= end) or not self._fits(row, filter or {}):
                continue
            left -= 1
            with self._lock:
                found = self._tuple(row)
            yield found

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Keep a checkpoint and return the config that names it."""
        thread, namespace = _place(config)
        saved = get_checkpoint_metadata(config, metadata)
        about = {
            "thread": thread,
            "namespace": namespace,
            "checkpoint": checkpoint["id"],
            "parent": str(get_checkpoint_id(config) or ""),
            "run": str(saved.get("run_id") or ""),
        }
        text = json.dumps([self._packed(checkpoint), self._packed(saved)])
        with self._lock:
            row = Row(_id(thread, namespace, checkpoint["id"]), text, about)
            self._checkpoints.put([row])
        return _config(thread, namespace, checkpoint["id"])

    def put_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        """Keep what a task wrote; of what was kept before, only signals such as errors change."""
        thread, namespace = _place(config)
        checkpoint = str(get_checkpoint_id(config))
        fresh: list[Row] = []
        signals: list[Row] = []
        for at, (channel, value) in enumerate(writes):
            index = WRITES_IDX_MAP.get(channel, at)
            about: dict[str, str | int] = {
                "thread": thread,
                "namespace": namespace,
                "checkpoint": checkpoint,
                "task": task_id,
                "path": task_path,
                "index": index,
                "channel": channel,
            }
            row = Row(_write_id(about), json.dumps(self._packed(value)), about)
            (signals if index < 0 else fresh).append(row)
        with self._lock:
            self._writes.add(fresh)
            self._writes.put(signals)

    def delete_thread(self, thread_id: str) -> None:
        """Delete every checkpoint and write of a thread."""
        with self._lock:
            for rows in (self._writes, self._checkpoints):
                rows.delete_where({"thread": str(thread_id)})

    def delete_for_runs(self, run_ids: Sequence[str]) -> None:
        """Delete the checkpoints that these runs made, with their writes."""
        with self._lock:
            for run in run_ids:
                self._drop(self._checkpoints.where({"run": str(run)}))

    def copy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """Copy the checkpoints and writes of one thread to another."""
        with self._lock:
            for rows, name in ((self._writes, _write_id), (self._checkpoints, _checkpoint_id)):
                copies: list[Row] = []
                for row in rows.where({"thread": str(source_thread_id)}):
                    about = {**row.about, "thread": str(target_thread_id)}
                    copies.append(Row(name(about), row.text, about))
                rows.put(copies)

    def prune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        """Delete these threads' checkpoints: all but the latest of each namespace, or all."""
        for thread in map(str, thread_ids):
            if strategy == "delete":
                self.delete_thread(thread)
                continue
            with self._lock:
                rows = self._checkpoints.where({"thread": thread})
                latest: dict[object, str] = {}
                for row in rows:
                    at, known = row.about["namespace"], str(row.about["checkpoint"])
                    latest[at] = max(latest.get(at, ""), known)
                self._drop(
                    [r for r in rows if r.about["checkpoint"] != latest[r.about["namespace"]]]
                )

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Do what `get_tuple` does."""
        return await asyncio.to_thread(self.get_tuple, config)

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        """Do what `list` does."""

        def found() -> tuple[CheckpointTuple, ...]:
            return tuple(self.list(config, filter=filter, before=before, limit=limit))

        for each in await asyncio.to_thread(found):
            yield each

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Do what `put` does."""
        return await asyncio.to_thread(self.put, config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        """Do what `put_writes` does."""
        await asyncio.to_thread(self.put_writes, config, writes, task_id, task_path)

    async def adelete_thread(self, thread_id: str) -> None:
        """Do what `delete_thread` does."""
        await asyncio.to_thread(self.delete_thread, thread_id)

    async def adelete_for_runs(self, run_ids: Sequence[str]) -> None:
        """Do what `delete_for_runs` does."""
        await asyncio.to_thread(self.delete_for_runs, run_ids)

    async def acopy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """Do what `copy_thread` does."""
        await asyncio.to_thread(self.copy_thread, source_thread_id, target_thread_id)

    async def aprune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        """Do what `prune` does."""
        await asyncio.to_thread(self.prune, thread_ids, strategy=strategy)

    def get_next_version(self, current: str | None, channel: None) -> str:
        """Return a version that sorts after `current`."""
        count = int(str(current).split(".")[0]) if current is not None else 0
        return f"{count + 1:032}.{random.random():016}"

    def _latest(self, thread: str, namespace: str) -> str | None:
        about = self._checkpoints.about({"thread": thread, "namespace": namespace})
        return max((str(each["checkpoint"]) for each in about), default=None)

    def _tuple(self, row: Row) -> CheckpointTuple:
        thread, namespace, checkpoint = _key(row.about)
        state, metadata = json.loads(row.text)
        parent = str(row.about["parent"])
        return CheckpointTuple(
            config=_config(thread, namespace, checkpoint),
            checkpoint=self._unpacked(state),
            metadata=self._unpacked(metadata),
            parent_config=_config(thread, namespace, parent) if parent else None,
            pending_writes=self._pending(row),
        )

    def _pending(self, row: Row) -> Pending:
        rows = self._writes.where(_writes_of(row))
        rows.sort(key=lambda w: (str(w.about["path"]), str(w.about["task"]), int(w.about["index"])))
        return [
            (str(w.about["task"]), str(w.about["channel"]), self._unpacked(json.loads(w.text)))
            for w in rows
        ]

    def _drop(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self._writes.delete_where(_writes_of(row))
            self._checkpoints.delete_where(_writes_of(row))

    def _fits(self, row: Row, wanted: Mapping[str, object]) -> bool:
        if not wanted:
            return True
        metadata = self._unpacked(json.loads(row.text)[1])
        return all(metadata.get(key) == value for key, value in wanted.items())

    def _packed(self, value: object) -> tuple[str, str]:
        kind, data = self.serde.dumps_typed(value)
        return kind, b64encode(data).decode()

    def _unpacked(self, packed: Sequence[str]) -> Any:
        return self.serde.loads_typed((packed[0], b64decode(packed[1])))


def _place(config: RunnableConfig) -> tuple[str, str]:
    named = config["configurable"]
    return str(named["thread_id"]), str(named.get("checkpoint_ns", ""))


def _config(thread: str, namespace: str, checkpoint: str) -> RunnableConfig:
    named = {"thread_id": thread, "checkpoint_ns": namespace, "checkpoint_id": checkpoint}
    return {"configurable": named}


def _conditions(config: RunnableConfig | None) -> dict[str, str]:
    named = config.get("configurable", {}) if config else {}
    keys = {"thread": "thread_id", "namespace": "checkpoint_ns", "checkpoint": "checkpoint_id"}
    return {ours: str(named[key]) for ours, key in keys.items() if named.get(key) is not None}


def _key(about: Mapping[str, object]) -> tuple[str, str, str]:
    return str(about["thread"]), str(about["namespace"]), str(about["checkpoint"])


def _writes_of(row: Row) -> dict[str, str]:
    thread, namespace, checkpoint = _key(row.about)
    return {"thread": thread, "namespace": namespace, "checkpoint": checkpoint}


def _checkpoint_id(about: Mapping[str, object]) -> str:
    return _id(*_key(about))


def _write_id(about: Mapping[str, object]) -> str:
    return _id(*_key(about), str(about["task"]), str(about["index"]))


def _id(*parts: str) -> str:
    return sha256(json.dumps(parts).encode()).hexdigest()
