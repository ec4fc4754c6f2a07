"""LangGraph checkpoints in SQLite: the last checkpoint of each thread holds its messages.

Nothing in a checkpoint is run or imported: what names a class stays the data it was made of.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

import ormsgpack

from ..fields import rows, table, text
from ..messages import final_answer, steps_of
from ..trace import Provenance, Trace

NAME = "langgraph"
_NEWEST = """
SELECT thread_id, checkpoint_ns, type, checkpoint FROM checkpoints c WHERE checkpoint_id =
  (SELECT max(checkpoint_id) FROM checkpoints d
   WHERE d.thread_id = c.thread_id AND d.checkpoint_ns = c.checkpoint_ns)
ORDER BY thread_id, checkpoint_ns
"""


def read(connection: sqlite3.Connection, path: str) -> Iterator[Trace]:
    """Yield a trace per thread."""
    for thread_id, namespace, kind, body in connection.execute(_NEWEST):
        state = table(table(_unpacked(str(kind), body)).get("channel_values"))
        messages = rows(state.get("messages"))
        steps = steps_of(messages)
        why = None if steps else "its state has no messages"
        yield Trace(
            trace_id=f"{thread_id}/{namespace}" if namespace else str(thread_id),
            steps=steps,
            answer=final_answer(steps),
            status="completed" if final_answer(steps) else "unknown",
            unscorable=why,
            provenance=Provenance(format=NAME, path=path, place=f"thread {thread_id}"),
        )


def _unpacked(kind: str, body: object) -> object:
    data = body if isinstance(body, bytes) else str(body).encode()
    if kind == "msgpack":
        return _unpack(data)
    return json.loads(data)


def _unpack(data: bytes) -> object:
    value: object = ormsgpack.unpackb(data, ext_hook=_extended, option=ormsgpack.OPT_NON_STR_KEYS)
    return value


def _extended(code: int, data: bytes) -> object:
    """Return what an object was made of, as a message's fields where it was a message."""
    made = rows(_unpack(data))
    if len(made) < 3:
        return made
    module, name, given = text(made[0]), text(made[1]), made[2]
    if isinstance(given, dict) and ("langchain" in module or "messages" in module):
        kind = name.removesuffix("Chunk").removesuffix("Message").lower()
        return {"type": kind, **given} if "content" in given else given
    return given


def is_here(names: set[str]) -> bool:
    """Return whether a database with these tables is a checkpointer's."""
    return {"checkpoints", "writes"} <= names
