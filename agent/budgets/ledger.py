"""The ledger of spending: tokens and money by account and day, outliving the process."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from surefoot.scope import Scope

_SCHEMA = """
CREATE TABLE IF NOT EXISTS spent (
    account TEXT NOT NULL,
    day TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    usd REAL NOT NULL,
    PRIMARY KEY (account, day)
) WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """What has been spent."""

    tokens: int = 0
    usd: float = 0.0

    def plus(self, tokens: int, usd: float) -> Spent:
        """Return both together."""
        return Spent(self.tokens + tokens, self.usd + usd)


def account_of_run(run_id: str) -> str:
    """Return the account that one run is paid from."""
    return f"run {run_id}"


def account_of_user(scope: Scope) -> str:
    """Return the account that a user's runs are paid from."""
    return f"user {scope.tenant}/{scope.user or ''}"


class SpendLedger:
    """Accounts of spending by day. A path keeps them on disk; None only in memory."""

    def __init__(self, path: Path | None = None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._base = sqlite3.connect(
            path or ":memory:", check_same_thread=False, isolation_level=None
        )
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("PRAGMA synchronous = NORMAL")
        self._base.execute(_SCHEMA)

    def spent(self, account: str, day: str) -> Spent:
        """Return what an account has spent on a day."""
        with self._lock:
            row = self._base.execute(
                "SELECT tokens, usd FROM spent WHERE account = ? AND day = ?", (account, day)
            ).fetchone()
        return Spent(*row) if row else Spent()

    def add(self, account: str, day: str, tokens: int, usd: float) -> None:
        """Add to an account; a negative amount gives back what was reserved and not used."""
        with self._lock:
            self._base.execute(
                "INSERT INTO spent VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE "
                "SET tokens = tokens + excluded.tokens, usd = usd + excluded.usd",
                (account, day, tokens, usd),
            )

    def forget(self, *, before: str) -> None:
        """Delete the accounts of days before `before`."""
        with self._lock:
            self._base.execute("DELETE FROM spent WHERE day < ?", (before,))

    def forget_accounts(self, accounts: Sequence[str]) -> int:
        """Delete accounts, of all days; return how many rows that were."""
        with self._lock:
            done = self._base.executemany(
                "DELETE FROM spent WHERE account = ?", [(account,) for account in accounts]
            )
        return max(done.rowcount, 0)

    def close(self) -> None:
        """Close the file."""
        self._base.close()
