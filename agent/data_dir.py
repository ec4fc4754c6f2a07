"""The data folder: one process owns it, by a lock that dies with the process.

A server that owns it leaves its address and a key there, readable by nobody else, so that commands
of the same person go through it.
"""

from __future__ import annotations

import os
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from surefoot.errors import DataDirInUse, StorageError

_OWNER = "owner.json"


class Door(BaseModel):
    """How the owner of a data folder is asked over HTTP."""

    model_config = ConfigDict(frozen=True)

    url: str
    key: str
    tenant: str
    working_folder: str
    """Where relative paths begin for it."""


class _Owner(BaseModel):
    """Who has the folder."""

    pid: int
    door: Door | None = None


def door_of(path: Path) -> Door | None:
    """Return how the process that has the folder is asked; None when it cannot be.

    Only for who has found the folder locked: what an ended process left is not taken away.
    """
    owner = _owner(path)
    return None if owner is None else owner.door


class DataDir:
    """The folder that holds everything a single machine keeps, locked while this object is open."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(path / "lock", timeout=0)
            self._lock.acquire()
        except Timeout:
            raise DataDirInUse(self._who()) from None
        except OSError as error:
            raise self._unusable(error) from error
        self.open_door(None)

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

    def open_door(self, door: Door | None) -> None:
        """Let commands of the same person find this process. Raises `StorageError`."""
        owner = _Owner(pid=os.getpid(), door=door)
        new = self.path / f"{_OWNER}.new"
        try:
            new.unlink(missing_ok=True)
            with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(owner.model_dump_json())
            new.replace(self.path / _OWNER)
        except OSError as error:
            self.close()
            raise self._unusable(error) from error

    def close(self) -> None:
        """Let another process have the folder."""
        self._lock.release()

    def _unusable(self, error: OSError) -> StorageError:
        return StorageError(
            f"The data folder {str(self.path)!r} cannot be used: {error.strerror or error}. Free "
            "some space or make it writable, or choose another with SUREFOOT_DATA_DIR."
        )

    def _who(self) -> str:
        owner = _owner(self.path)
        holder = "another process" if owner is None else f"process {owner.pid}"
        return (
            f"{holder} is using the data folder {str(self.path)!r}. Stop it, or choose another "
            "folder with SUREFOOT_DATA_DIR."
        )


def _owner(path: Path) -> _Owner | None:
    try:
        return _Owner.model_validate_json((path / _OWNER).read_bytes())
    except (OSError, ValidationError):
        return None
