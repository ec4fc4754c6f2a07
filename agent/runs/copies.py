"""Copies: what other runs of a thread keep of one that is erased goes with it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Set

from .log import ThreadKey


def drop_copies(connection: sqlite3.Connection, key: ThreadKey, runs: Set[str]) -> int:
    """Take what runs had found out of the answers that cite it; return how many those are."""
    answers = connection.execute(
        "SELECT seq, body FROM events"
        " WHERE tenant = ? AND thread_id = ? AND type = 'answer.completed'",
        key,
    ).fetchall()
    fresh = [(left, *key, seq) for seq, body in answers if (left := _without(body, runs)) != body]
    connection.executemany(
        "UPDATE events SET body = ? WHERE tenant = ? AND thread_id = ? AND seq = ?", fresh
    )
    return len(fresh)


def drop_recordings(connection: sqlite3.Connection, key: ThreadKey, runs: Set[str]) -> int:
    """Delete recordings into which memory brought turns of the runs; return how many rows.

    What was recalled stands in them in many places, and they would not replay without it.
    """
    recalled = connection.execute(
        "SELECT kept.run_id, body FROM recordings kept JOIN runs USING (run_id)"
        " WHERE tenant = ? AND thread_id = ? AND instr(substr(body, 1, 20), 'memory')",
        key,
    )
    holding = {(run_id,) for run_id, body in recalled if not _brought(body).isdisjoint(runs)}
    return sum(
        connection.execute("DELETE FROM recordings WHERE run_id = ?", one).rowcount
        for one in sorted(holding)
    )


def _brought(body: str) -> set[str]:
    """Return the runs of whose turns a recorded recall tells."""
    back = json.loads(body).get("r")
    return {turn["run_id"] for turn in back.get("turns", ())} if isinstance(back, dict) else set()


def _without(body: str, runs: Set[str]) -> str:
    """Return an answer without the evidence of the runs, as it was when it has none of theirs."""
    told = json.loads(body)
    cited = told.get("citations", ())
    gone = {one["evidence_id"] for one in cited if one.get("run_id") in runs}
    left = [item for item in told.get("earlier", ()) if item["id"] not in gone]
    return json.dumps({**told, "earlier": left}) if gone else body
