"""ChromaSaver: LangGraph's checkpoints in Chroma, for those who keep everything else there.

SQLite stays the better place for checkpoints: a write there takes less than a millisecond.
"""

from __future__ import annotations

import json
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    get_checkpoint_id,
    get_checkpoint_metadata,
)
from langgraph.checkpoint.serde.base import SerializerProtocol

from .places import (
    Place,
    checkpoint_id,
    checkpoint_labels,
    named_in,
    place_in,
    place_of,
    write_id,
)
from .purging import purging, was_broken_off
from .rows import Row, Rows
from .threaded_saver import ThreadedSaver

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

Pending = list[tuple[str, str, Any]]
Checkpoints = list[Row]


class ChromaSaver(ThreadedSaver):
    """Keeps checkpoints in a Chroma client's two collections, `NAME-checkpoints` and `NAME-writes`.

    The latest checkpoint of a thread is found without looking through the others. Safe to call
    from several threads. A deleted thread can no longer be read, but Chroma leaves its bytes on
    disk until `purge`; one that a crash broke off is done at opening.
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
        self._client = client
        self._name = f"{name}-saver"
        if was_broken_off(client, self._name):
            self.purge()

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Return the checkpoint that `config` names, or the latest of its thread."""
        place = place_in(config)
        with self._lock:
            if (wanted := get_checkpoint_id(config) or self._latest(place)) is None:
                return None
            row = self._checkpoints.one(checkpoint_id({**place.labels, "checkpoint": wanted}))
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
            rows = self._kept(named_in(config))
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
        place = place_in(config)
        saved = get_checkpoint_metadata(config, metadata)
        about = {
            **place.labels,
            "checkpoint": checkpoint["id"],
            "parent": str(get_checkpoint_id(config) or ""),
            "run": str(saved.get("run_id") or ""),
        }
        text = json.dumps([self._packed(checkpoint), self._packed(saved)])
        with self._lock:
            rows = [Row(checkpoint_id(about), text, about)]
            if checkpoint["id"] > (self._latest(place) or ""):
                rows.append(_head(place, checkpoint["id"]))
            self._checkpoints.put(rows)
        return place.config(checkpoint["id"])

    def put_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        """Keep what a task wrote; of what was kept before, only signals such as errors change."""
        fresh: list[Row] = []
        signals: list[Row] = []
        for at, (channel, value) in enumerate(writes):
            index = WRITES_IDX_MAP.get(channel, at)
            about: dict[str, str | int] = {
                **place_in(config).labels,
                "checkpoint": str(get_checkpoint_id(config)),
                "task": task_id,
                "path": task_path,
                "index": index,
                "channel": channel,
            }
            row = Row(write_id(about), json.dumps(self._packed(value)), about)
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
                rows = self._kept({"run": str(run)})
                self._drop(rows)
                for place in {place_of(row.about) for row in rows}:
                    self._renew_head(place)

    def copy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """Copy the checkpoints and writes of one thread to another."""
        thread = {"thread": str(target_thread_id)}
        with self._lock:
            for rows, name in ((self._writes, write_id), (self._checkpoints, checkpoint_id)):
                copies: list[Row] = []
                for row in rows.where({"thread": str(source_thread_id)}):
                    if "checkpoint" in row.about:
                        about = {**row.about, **thread}
                        copies.append(Row(name(about), row.text, about))
                rows.put(copies)
            for place in {place_of(row.about) for row in self._kept(thread)}:
                self._renew_head(place)

    def prune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        """Delete these threads' checkpoints: all but the latest of each namespace, or all."""
        for thread in map(str, thread_ids):
            if strategy == "delete":
                self.delete_thread(thread)
                continue
            with self._lock:
                rows = self._kept({"thread": thread})
                latest = {place: self._latest(place) for place in {place_of(r.about) for r in rows}}
                self._drop(r for r in rows if r.about["checkpoint"] != latest[place_of(r.about)])

    def purge(self) -> None:
        """Rid a `PersistentClient`'s files of the checkpoints and writes that were deleted.

        It takes about as long as copying what is kept, and no other process may use the folder
        meanwhile. Raises `ConfigurationError` for a server's client.
        """
        with self._lock, purging(self._client, self._name):
            self._writes.rewrite()
            self._checkpoints.rewrite()

    def _kept(self, labels: Mapping[str, str]) -> Checkpoints:
        """Return the checkpoints that carry these labels, in no order."""
        return [row for row in self._checkpoints.where(labels) if "checkpoint" in row.about]

    def _latest(self, place: Place) -> str | None:
        head = self._checkpoints.one(place.head)
        return None if head is None else head.text

    def _renew_head(self, place: Place) -> None:
        """Say again which checkpoint is the latest, after some were deleted or copied."""
        rows = self._kept({"thread": place.thread, "namespace": place.namespace})
        if rows:
            latest = max(str(row.about["checkpoint"]) for row in rows)
            self._checkpoints.put([_head(place, latest)])
        else:
            self._checkpoints.delete_where(place.labels)

    def _tuple(self, row: Row) -> CheckpointTuple:
        place, parent = place_of(row.about), str(row.about["parent"])
        state, metadata = json.loads(row.text)
        return CheckpointTuple(
            config=place.config(str(row.about["checkpoint"])),
            checkpoint=self._unpacked(state),
            metadata=self._unpacked(metadata),
            parent_config=place.config(parent) if parent else None,
            pending_writes=self._pending(row),
        )

    def _pending(self, row: Row) -> Pending:
        rows = self._writes.where(checkpoint_labels(row.about))
        rows.sort(key=lambda w: (str(w.about["path"]), str(w.about["task"]), int(w.about["index"])))
        return [
            (str(w.about["task"]), str(w.about["channel"]), self._unpacked(json.loads(w.text)))
            for w in rows
        ]

    def _drop(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self._writes.delete_where(checkpoint_labels(row.about))
            self._checkpoints.delete_where(checkpoint_labels(row.about))

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


def _head(place: Place, checkpoint: str) -> Row:
    """Return the row that names the latest checkpoint of a place, written together with it."""
    return Row(place.head, checkpoint, place.labels)
