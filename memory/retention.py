"""Retention: which memories have become too old or too many to be kept."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from surefoot.scope import Scope

from .transcript import Kept, Transcript


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """What is kept, and how long; None sets no limit."""

    turn_days: int | None = None
    """Since a turn was said."""
    fact_days: int | None = None
    """Since a fact was said or last used."""
    history_days: int | None = None
    """Since a fact became history."""
    turns_per_thread: int | None = None
    """The newest ones stay."""
    facts_per_person: int | None = None
    """What is current stays before what is history, then what was said or used last."""

    @property
    def keeps_all(self) -> bool:
        """True when nothing is ever too old or too many."""
        return self == Retention()


def outdated_facts(
    database: sqlite3.Connection, policy: Retention, *, now: str
) -> dict[tuple[str, str], list[int]]:
    """Return the rows of facts that are not to be kept, by person."""
    found: set[tuple[str, str, int]] = set()
    fresh = "max(observed_at, coalesce(last_used_at, ''))"
    for days, when in (
        (policy.fact_days, f"{fresh} < ?"),
        (policy.history_days, "superseded_at < ?"),
    ):
        if days is not None:
            found.update(
                database.execute(
                    f"SELECT tenant, user, id FROM facts WHERE {when}", (_before(now, days),)
                )
            )
    if policy.facts_per_person is not None:
        found.update(
            database.execute(
                "SELECT tenant, user, id FROM (SELECT tenant, user, id, row_number() OVER ("
                "PARTITION BY tenant, user ORDER BY superseded_at IS NOT NULL, "
                f"{fresh} DESC, id DESC) AS place FROM facts) WHERE place > ?",
                (policy.facts_per_person,),
            )
        )
    people: dict[tuple[str, str], list[int]] = {}
    for tenant, user, row in sorted(found):
        people.setdefault((tenant, user), []).append(row)
    return people


def outdated_turns(
    database: sqlite3.Connection, transcript: Transcript, policy: Retention, *, now: str
) -> list[tuple[Scope, list[Kept]]]:
    """Return the turns that are not to be kept, by thread."""
    rows: set[int] = set()
    if policy.turn_days is not None:
        found = database.execute(
            "SELECT id FROM turns WHERE created_at < ?", (_before(now, policy.turn_days),)
        )
        rows.update(int(row) for (row,) in found)
    if policy.turns_per_thread is not None:
        found = database.execute(
            "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY tenant, user, thread "
            "ORDER BY id DESC) AS place FROM turns) WHERE place > ?",
            (policy.turns_per_thread,),
        )
        rows.update(int(row) for (row,) in found)
    return transcript.by_thread(rows)


def _before(now: str, days: int) -> str:
    """Return the time `days` ago, written as times are kept."""
    moment = datetime.fromisoformat(now) - timedelta(days=days)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
