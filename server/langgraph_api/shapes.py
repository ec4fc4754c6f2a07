"""Shapes: threads, runs and states as LangGraph's clients read them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import NAMESPACE_DNS, uuid5

from pydantic import JsonValue

from surefoot.agent import Run, Thread
from surefoot.events import Event

from ..service import Caller
from .folding import GRAPH, Folding, Json

ASSISTANT_ID = str(uuid5(NAMESPACE_DNS, GRAPH))
EPOCH = "2026-01-01T00:00:00Z"

_RUN_STATUS = {
    "queued": "pending",
    "running": "running",
    "waiting": "interrupted",
    "completed": "success",
    "failed": "error",
    "cancelled": "interrupted",
}


def assistant_shape() -> Json:
    """Return the one assistant."""
    return {
        "assistant_id": ASSISTANT_ID,
        "graph_id": GRAPH,
        "name": GRAPH,
        "description": "Answers from evidence, with every step checked.",
        "config": {},
        "context": {},
        "metadata": {"created_by": "system"},
        "version": 1,
        "created_at": EPOCH,
        "updated_at": EPOCH,
    }


def run_shape(run: Run) -> Json:
    """Return a run."""
    return {
        "run_id": run.run_id,
        "thread_id": run.scope.thread_id,
        "assistant_id": ASSISTANT_ID,
        "created_at": run.created_at,
        "updated_at": run.created_at,
        "status": _RUN_STATUS[run.status],
        "metadata": {},
        "multitask_strategy": "enqueue",
        "kwargs": {},
    }


async def thread_shape(caller: Caller, thread: Thread, *, with_values: bool = True) -> Json:
    """Return a thread with its state."""
    thread_id = thread.key.thread_id
    folding = Folding()
    if with_values:
        folding = fold(await caller.events(thread_id))
    runs = await caller.runs(thread_id)
    waits: Json = {name: [waits] for name, waits in folding.interrupts.items()}
    return {
        "thread_id": thread_id,
        "created_at": thread.created_at,
        "updated_at": thread.updated_at,
        "state_updated_at": thread.updated_at,
        "metadata": {**thread.metadata, "title": thread.title},
        "status": status_of(runs),
        "config": {},
        "values": folding.values() if runs and with_values else None,
        "interrupts": waits,
    }


def status_of(runs: Sequence[Run]) -> str:
    """Return a thread's status."""
    statuses = {run.status for run in runs}
    if "waiting" in statuses:
        return "interrupted"
    if statuses & {"queued", "running"}:
        return "busy"
    return "error" if runs and runs[0].status == "failed" else "idle"


def fold(events: Sequence[Event], *, through: int | None = None) -> Folding:
    """Return what events amount to, all or those up to a `seq`."""
    folding = Folding()
    for event in events:
        if through is None or event.seq <= through:
            folding.hear(event)
    return folding


def states(events: Sequence[Event], thread_id: str) -> list[Json]:
    """Return the states that a thread has gone through, newest first."""
    folding, found = Folding(), list[Json]()
    parent: JsonValue = None
    for event in events:
        if any(part.mode == "values" for part in folding.hear(event)):
            state = state_shape(folding, thread_id, event, parent)
            parent = state["checkpoint"]
            found.append(state)
    return found[::-1]


def state_shape(
    folding: Folding, thread_id: str, event: Event | None, parent: JsonValue = None
) -> Json:
    """Return a state."""
    checkpoint: Json = {
        "thread_id": thread_id,
        "checkpoint_ns": "",
        "checkpoint_id": str(event.seq if event is not None else 0),
        "checkpoint_map": None,
    }
    waits: list[JsonValue] = list(folding.interrupts.values())
    task: Json = {
        "id": "act",
        "name": "act",
        "error": None,
        "interrupts": waits,
        "checkpoint": None,
        "state": None,
        "result": None,
    }
    return {
        "values": folding.values(),
        "next": ["act"] if waits else [],
        "tasks": [task] if waits else [],
        "checkpoint": checkpoint,
        "checkpoint_id": checkpoint["checkpoint_id"],
        "parent_checkpoint": parent,
        "metadata": {"run_id": event.run_id} if event is not None else {},
        "created_at": event.ts if event is not None else None,
        "interrupts": waits,
    }
