"""An ingest as the one who asked for it sees it: a process that reads files and may crash."""

from __future__ import annotations

import threading

from pydantic import JsonValue

from surefoot.errors import StorageError

from .child import Child, ChildGone, Message
from .report import TableReport

_CRASHED = "reading it made the reader crash, so it may be damaged"


class Ingest:
    """One ingest. `run` blocks; `stop` may be called from another thread at any time."""

    def __init__(self, order: Message) -> None:
        self._order = order
        self._skip: dict[str, JsonValue] = {}
        self._child: Child | None = None
        self._stopped = False
        self._lock = threading.Lock()

    def run(self) -> TableReport:
        """Bring the files in; one that makes the reader crash is reported and left out."""
        while True:
            child = self._start()
            try:
                report, reading = self._attempt(child)
            finally:
                child.close()
            if report is not None:
                return report
            if self._stopped or reading is None or reading in self._skip:
                raise StorageError(
                    "The process that reads tables was stopped. Check that the disk is not full."
                )
            self._skip[reading] = _CRASHED

    def stop(self) -> None:
        """End the process; what has been published stays."""
        with self._lock:
            self._stopped = True
            if self._child is not None:
                self._child.kill()

    def _start(self) -> Child:
        with self._lock:
            self._child = Child("surefoot.tools.sql.builder")
            if self._stopped:
                self._child.kill()
            return self._child

    def _attempt(self, child: Child) -> tuple[TableReport | None, str | None]:
        """Return the report, or the file that was being read when the process ended."""
        reading: str | None = None
        try:
            child.send({**self._order, "skip": self._skip})
            while "report" not in (message := child.receive()):
                reading = str(message["reading"])
        except ChildGone:
            return None, reading
        return _report(message["report"]), None


def _report(told: JsonValue) -> TableReport:
    assert isinstance(told, dict)
    lines = {
        name: tuple(map(str, items)) for name, items in told.items() if isinstance(items, list)
    }
    return TableReport(**lines)
