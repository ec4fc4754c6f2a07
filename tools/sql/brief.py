"""Brief looks: small queries of our own that must not keep anybody waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Brief:
    """Runs small queries within one allowance of time; what does not fit stays unknown."""

    def __init__(self, connection: DuckDBPyConnection, seconds: float) -> None:
        self._connection = connection
        self._ends = time.monotonic() + seconds
        self.was_cut = False
        """True when something could not be looked up in time."""

    def row(self, sql: str, parameters: Sequence[object] = ()) -> tuple[object, ...] | None:
        """Return the first row, or None when there is none, no time, or no sense in it."""
        import duckdb

        left = self._ends - time.monotonic()
        if left <= 0:
            self.was_cut = True
            return None
        cursor = self._connection.cursor()
        stop = _Stop(cursor, left)
        try:
            row: tuple[object, ...] | None = cursor.execute(sql, parameters).fetchone()
            return row
        except duckdb.Error:
            self.was_cut |= stop.has_struck
            return None
        finally:
            stop.cancel()
            cursor.close()


class _Stop:
    """Interrupts a query after a while, and never once it has been cancelled."""

    def __init__(self, cursor: DuckDBPyConnection, seconds: float) -> None:
        self.has_struck = False
        self._lock = threading.Lock()
        self._cursor: DuckDBPyConnection | None = cursor
        self._timer = threading.Timer(seconds, self._strike)
        self._timer.daemon = True
        self._timer.start()

    def _strike(self) -> None:
        with self._lock:
            if self._cursor is not None:
                self.has_struck = True
                self._cursor.interrupt()

    def cancel(self) -> None:
        self._timer.cancel()
        with self._lock:
            self._cursor = None
