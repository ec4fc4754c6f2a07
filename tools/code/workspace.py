"""Workspaces: the folder of this machine that a session without a file system of its own gets."""

from __future__ import annotations

import os
import stat
import tempfile
import time
from dataclasses import dataclass
from itertools import count

from .jail.plan import SandboxLimits


@dataclass(frozen=True, slots=True)
class Workspace:
    """One session's folder. What lies in it is the session's doing and may be anything."""

    path: str

    @classmethod
    def create(cls, parent: str, *, uid: int | None) -> Workspace:
        """Make an empty one that belongs to the session's user."""
        path = tempfile.mkdtemp(dir=parent)
        if uid is not None:
            os.chown(path, uid, uid)
        return cls(path)

    def is_over(self, limits: SandboxLimits) -> bool:
        """Say whether it holds more than it may; what cannot be measured counts as too much."""
        room, files = limits.disk_mb << 20, limits.files
        waiting = [self.path]
        while waiting:
            try:
                with os.scandir(waiting.pop()) as entries:
                    for entry in entries:
                        status = entry.stat(follow_symlinks=False)
                        room -= status.st_blocks * 512
                        files -= 1
                        if room < 0 or files < 0:
                            return True
                        if stat.S_ISDIR(status.st_mode):
                            waiting.append(entry.path)
            except FileNotFoundError:
                continue
            except OSError:
                return True
        return False

    def remove(self, *, patience_seconds: float = 2.0) -> None:
        """Remove it with all it holds. A session that is just being killed may still add to it.

        Runs in a thread of its own. Raises `OSError` when it could not be done in that time.
        """
        deadline = time.monotonic() + patience_seconds
        while True:
            try:
                self._remove_once()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def _remove_once(self) -> None:
        """Remove it however deep it is: what lies below a folder is moved up and then removed."""
        names = count()
        os.chmod(self.path, 0o700)
        while folders := self._empty(self.path):
            for folder in folders:
                os.chmod(folder, 0o700)
                for below in self._empty(folder):
                    os.rename(below, os.path.join(self.path, f".{os.getpid()}-{next(names)}"))
                os.rmdir(folder)
        os.rmdir(self.path)

    def _empty(self, folder: str) -> list[str]:
        """Remove the files of a folder and return the folders in it."""
        folders: list[str] = []
        with os.scandir(folder) as entries:
            for entry in list(entries):
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    os.unlink(entry.path)
        return folders
