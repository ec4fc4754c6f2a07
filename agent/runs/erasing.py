"""Erasing: runs leave the database, and what they said leaves those that repeat it.

The events of a thread keep their places: each of an erased run becomes an event `erased` that says
nothing, so that readers of what is left miss none. A thread of which no run is left goes whole.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from pydantic import JsonValue

from surefoot.scope import Scope

from .copies import drop_copies, drop_recordings
from .log import ThreadKey
from .threads import title_of

ERASED = "erased"
FORGOTTEN = "[forgotten]"
_SHORTEST = 6
"""Characters that a text must have to be blotted out; shorter ones may be anything."""
_BESIDE = ("calls", "decisions", "recordings")


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What a run said: enough to tell whether it is about something."""

    run_id: str
    thread_id: str
    texts: tuple[str, ...]
    """Its question, and its answer if it gave one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was removed from the database of runs, in rows."""

    runs: int = 0
    events: int = 0
    calls: int = 0
    recordings: int = 0
    threads: int = 0
    changed: int = 0
    """Rows of other runs out of which words, or what an erased run had found, were taken."""


def sayings(connection: sqlite3.Connection, scope: Scope, *, in_thread: bool) -> list[Saying]:
    """Return what a person's runs said, in all threads or in the scope's.

    Where nobody is named, what all runs of the thread said.
    """
    condition, values = _of(scope, in_thread=in_thread)
    runs = connection.execute(
        f"SELECT run_id, thread_id, text FROM runs WHERE {condition} ORDER BY created_at", values
    ).fetchall()
    return [
        Saying(run_id=run_id, thread_id=thread, texts=(text, *_answers(connection, run_id)))
        for run_id, thread, text in runs
    ]


def erase(
    connection: sqlite3.Connection, scope: Scope, *, runs: Sequence[str], words: Sequence[str]
) -> Erased:
    """Erase runs and the copies of what they found, and blot `words` out of the person's others.

    Can be done again.
    """
    counted = {name: 0 for name in (*_BESIDE, "runs", "events", "threads")}
    threads: set[ThreadKey] = set()
    titles: set[str] = set()
    for run_id in runs:
        titles.update(_titles(connection, run_id))
        threads.update(_threads_of(connection, run_id))
        counted["events"] += _blank_events(connection, run_id)
        for table in _tables(connection, (*_BESIDE, "runs")):
            done = connection.execute(f"DELETE FROM {table} WHERE run_id = ?", (run_id,))
            counted[table] += done.rowcount
    changed, gone = 0, frozenset(runs)
    for key in sorted(threads):
        changed += drop_copies(connection, key, gone)
        if _tables(connection, ("recordings",)):
            counted["recordings"] += drop_recordings(connection, key, gone)
        counted["threads"] += _settle(connection, key, titles)
    return Erased(
        runs=counted["runs"],
        events=counted["events"],
        calls=counted["calls"],
        recordings=counted["recordings"],
        threads=counted["threads"],
        changed=changed + (_blot_out(connection, scope, words) if words else 0),
    )


def _answers(connection: sqlite3.Connection, run_id: str) -> Iterable[str]:
    rows = connection.execute(
        "SELECT body FROM events WHERE run_id = ? AND type = 'answer.completed'", (run_id,)
    )
    return [str(json.loads(body)["text"]) for (body,) in rows]


def _threads_of(connection: sqlite3.Connection, run_id: str) -> Iterable[ThreadKey]:
    rows = connection.execute(
        "SELECT DISTINCT tenant, thread_id FROM events WHERE run_id = ?1 UNION "
        "SELECT tenant, thread_id FROM runs WHERE run_id = ?1",
        (run_id,),
    ).fetchall()
    return [ThreadKey(*row) for row in rows]


def _blank_events(connection: sqlite3.Connection, run_id: str) -> int:
    rows = connection.execute(
        "SELECT tenant, thread_id, seq, body FROM events WHERE run_id = ? AND type != ?",
        (run_id, ERASED),
    ).fetchall()
    blank = [(_blank(body), ERASED, *key) for *key, body in rows]
    connection.executemany(
        "UPDATE events SET body = ?, type = ? WHERE tenant = ? AND thread_id = ? AND seq = ?", blank
    )
    return len(rows)


def _blank(body: str) -> str:
    """Return an event that keeps its place and nothing else."""
    told = json.loads(body)
    kept = ("schema_version", "seq", "event_id", "run_id", "thread_id", "tenant", "ts")
    return json.dumps({**{name: told[name] for name in kept if name in told}, "type": ERASED})


def _titles(connection: sqlite3.Connection, run_id: str) -> Iterable[str]:
    rows = connection.execute("SELECT text FROM runs WHERE run_id = ?", (run_id,))
    return [title_of(text) for (text,) in rows]


def _settle(connection: sqlite3.Connection, key: ThreadKey, titles: Set[str]) -> int:
    """Delete a thread without runs; one that has a title of an erased run gets another."""
    where = "WHERE tenant = ? AND thread_id = ?"
    first = connection.execute(
        f"SELECT text FROM runs {where} ORDER BY created_at LIMIT 1", key
    ).fetchone()
    if first is None:
        connection.execute(f"DELETE FROM events {where}", key)
        return connection.execute(f"DELETE FROM conversations {where}", key).rowcount
    found = connection.execute(f"SELECT title FROM conversations {where}", key).fetchone()
    if found is not None and found[0] in titles:
        fresh = (title_of(first[0]), *key)
        connection.execute(f"UPDATE conversations SET title = ? {where}", fresh)
    return 0


def _blot_out(connection: sqlite3.Connection, scope: Scope, words: Sequence[str]) -> int:
    """Put a mark in the place of the words in what the person's other runs tell and recorded."""
    forms = sorted({form for text in words for form in _forms(text)}, key=len, reverse=True)
    condition, values = _of(scope, in_thread=False)
    changed = 0
    for table, place in (("events", "seq"), ("recordings", "n")):
        if table not in _tables(connection, (table,)):
            continue
        rows = connection.execute(
            f"SELECT run_id, {place}, body FROM {table} "
            f"WHERE run_id IN (SELECT run_id FROM runs WHERE {condition})",
            values,
        )
        fresh = [
            (json.dumps(_blotted(json.loads(body), forms), ensure_ascii=False), run_id, at)
            for run_id, at, body in rows
            if any(form in body for form in forms)
        ]
        connection.executemany(
            f"UPDATE {table} SET body = ? WHERE run_id = ? AND {place} = ?", fresh
        )
        changed += len(fresh)
    return changed


def _blotted(value: JsonValue, forms: Sequence[str]) -> JsonValue:
    """Return a value with the mark in the place of each form, in its texts and not in its keys."""
    if isinstance(value, str):
        for form in forms:
            value = value.replace(form, FORGOTTEN)
        return value
    if isinstance(value, list):
        return [_blotted(each, forms) for each in value]
    if isinstance(value, dict):
        return {key: _blotted(each, forms) for key, each in value.items()}
    return value


def _forms(text: str) -> Iterable[str]:
    """Return how a text may stand in JSON, and in JSON within JSON, escaped either way."""
    if len(text) < _SHORTEST:
        return
    yield text
    for ascii_only in (False, True):
        once = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
        yield once
        yield json.dumps(once, ensure_ascii=ascii_only)[1:-1]


def _of(scope: Scope, *, in_thread: bool) -> tuple[str, list[str]]:
    """Return the condition, with its values, for a person's runs or those of a thread."""
    condition, values = "tenant = ?", [scope.tenant]
    if scope.user is not None:
        condition, values = f"{condition} AND user = ?", [*values, scope.user]
    if in_thread or scope.user is None:
        condition, values = f"{condition} AND thread_id = ?", [*values, scope.thread_id]
    return condition, values


def _tables(connection: sqlite3.Connection, names: Sequence[str]) -> list[str]:
    """Return those of the tables that there are: some are made at their first use."""
    known = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    return [name for name in names if name in known]
