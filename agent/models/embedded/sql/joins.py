"""Joins: the ways from one table to another along keys."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from .catalog import Catalog, Key


class NoPath(Exception):
    """Two tables do not hang together in the way a query needs."""

    def __init__(self, start: str, goal: str) -> None:
        super().__init__(f"No key leads from {start!r} to {goal!r}.")
        self.start = start
        self.goal = goal


def upward(catalog: Catalog, start: str) -> dict[str, tuple[Key, ...]]:
    """Return the tables that have at most one row for a row of `start`, with the way to each."""
    ways: dict[str, tuple[Key, ...]] = {start: ()}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for key in catalog.keys:
            if key.child.table == here and key.parent.table not in ways:
                ways[key.parent.table] = (*ways[here], key)
                queue.append(key.parent.table)
    return ways


def first_fork(catalog: Catalog, start: str, goal: str) -> Key:
    """Return the first key on the shortest way to `goal` that has many rows on its far side.

    Raises `NoPath` when there is no way, or none that forks.
    """
    found: dict[str, Key | None] = {start: None}
    queue = deque([start])
    while queue and goal not in found:
        here = queue.popleft()
        for key in catalog.keys:
            ends = (key.child.table, key.parent.table)
            if here in ends:
                there = ends[1] if ends[0] == here else ends[0]
                if there not in found:
                    down = key if here == ends[1] else None
                    found[there] = found[here] or down
                    queue.append(there)
    fork = found.get(goal)
    if fork is None:
        raise NoPath(start, goal)
    return fork


def base_for(catalog: Catalog, wanted: Iterable[str], prefer: str) -> str | None:
    """Return the table whose rows each have one row of all `wanted`, `prefer` if it is so."""
    tables = set(wanted) | {prefer}
    names = [prefer, *(t.name for t in catalog.tables if t.name != prefer)]
    able = [name for name in names if tables <= set(upward(catalog, name))]
    return min(able, key=lambda n: (n != prefer, len(upward(catalog, n)))) if able else None


def distance(catalog: Catalog, start: str, goal: str) -> int:
    """Return how many keys lie between two tables, 99 when they do not hang together."""
    steps = {start: 0}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for key in catalog.keys:
            for a, b in ((key.child.table, key.parent.table), (key.parent.table, key.child.table)):
                if a == here and b not in steps:
                    steps[b] = steps[here] + 1
                    queue.append(b)
    return steps.get(goal, 99)
