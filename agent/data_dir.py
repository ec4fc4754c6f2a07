"""The data folder: one process owns it, by a lock that dies with the process."""

from __future__ import annotations

import json
import os
from pathlib import Path

from filelock import FileLock, Timeout

from surefoot.errors import DataDirInUse, StorageError


class DataDir:
    """The folder that holds everything a single machine keeps, locked while this object is open."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._owner = path / "owner.json"
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(path / "lock", timeout=0)
            self._lock.acquire()
        except Timeout:
            raise DataDirInUse(self._who()) from None
        except OSError as error:
            raise StorageError(
                f"The data folder {str(path)!r} cannot be used: {error.strerror or error}. Make it "
                "writable, or choose another with SUREFOOT_DATA_DIR."
            ) from error
        self._owner.write_text(json.dumps({"pid": os.getpid()}), encoding="utf-8")

    @property
    def events(self) -> Path:
        """The event log with runs, and what they are resumed from."""
        return self.path / "surefoot.db"

    @property
    def memory(self) -> Path:
        """Turns and facts."""
        return self.path / "memory"

    @property
    def documents(self) -> Path:
        """The document index."""
        return self.path / "documents"

    @property
    def tables(self) -> Path:
        """The workspace of tables."""
        return self.path / "tables"

    def close(self) -> None:
        """Let another process have the folder."""
        self._lock.release()

    def _who(self) -> str:
        try:
            pid = json.loads(self._owner.read_text(encoding="utf-8"))["pid"]
            holder = f"process {pid}"
        except (OSError, ValueError, KeyError):
            holder = "another process"
        return (
            f"{holder} is using the data folder {str(self.path)!r}. Stop it, or choose another "
            "folder with SUREFOOT_DATA_DIR."
        )
