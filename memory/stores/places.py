"""Places: which thread, namespace and checkpoint a row of a checkpointer belongs to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from langchain_core.runnables import RunnableConfig

from .rows import Labels


@dataclass(frozen=True, slots=True)
class Place:
    """A thread and a namespace in it: what has a latest checkpoint."""

    thread: str
    namespace: str

    @property
    def labels(self) -> dict[str, str | int]:
        """What every row of this place carries."""
        return {"thread": self.thread, "namespace": self.namespace}

    @property
    def head(self) -> str:
        """The id of the row that says which checkpoint is the latest."""
        return id_of("head", self.thread, self.namespace)

    def config(self, checkpoint: str) -> RunnableConfig:
        """Return the config that names a checkpoint here."""
        named = {"thread_id": self.thread, "checkpoint_ns": self.namespace}
        return {"configurable": {**named, "checkpoint_id": checkpoint}}


def place_in(config: RunnableConfig) -> Place:
    """Return the place that a config names."""
    named = config["configurable"]
    return Place(str(named["thread_id"]), str(named.get("checkpoint_ns", "")))


def place_of(about: Labels) -> Place:
    """Return the place of a row."""
    return Place(str(about["thread"]), str(about["namespace"]))


def named_in(config: RunnableConfig | None) -> dict[str, str]:
    """Return the labels of all rows that a config, which may leave parts open, speaks of."""
    named = config.get("configurable", {}) if config else {}
    keys = {"thread": "thread_id", "namespace": "checkpoint_ns", "checkpoint": "checkpoint_id"}
    return {ours: str(named[key]) for ours, key in keys.items() if named.get(key) is not None}


def checkpoint_labels(about: Labels) -> dict[str, str | int]:
    """Return what a checkpoint and its writes have in common."""
    return {**place_of(about).labels, "checkpoint": about["checkpoint"]}


def checkpoint_id(about: Mapping[str, str | int]) -> str:
    """Return the id of a checkpoint's row."""
    return id_of(*(str(about[key]) for key in ("thread", "namespace", "checkpoint")))


def write_id(about: Mapping[str, str | int]) -> str:
    """Return the id of the row of something a task wrote."""
    keys = ("thread", "namespace", "checkpoint", "task", "index")
    return id_of(*(str(about[key]) for key in keys))


def id_of(*parts: str) -> str:
    """Return one id for all parts, different when any of them is."""
    return sha256(json.dumps(parts).encode()).hexdigest()
