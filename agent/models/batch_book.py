"""The batch book: which batches were sent, so that a later process waits for them, not sends anew.

A batch is a file of its own, written before it is sent, and locked by the process that waits for
it. It names the batch and a hash of each request; what was asked and answered is with the provider.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Set
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from surefoot.errors import StorageError

KEPT_DAYS = 28
"""Providers keep answers for 29 or 30 days."""


class KeptBatch(BaseModel):
    """A batch that was sent, or was about to be."""

    model_config = ConfigDict(frozen=True)

    mark: str
    """Our own name of it, by which it is found again with the provider."""
    model: str
    keys: tuple[str, ...]
    """A hash of each request, in order."""
    began: float
    """Unix time."""
    batch_id: str = ""
    """The provider's name of it; empty as long as it is not known whether it was sent."""


class BatchBook:
    """The batches of one model; those of other living processes are not seen."""

    def __init__(self, folder: Path | None, model: str) -> None:
        """Keep the batches of `model` in `folder`, or nowhere."""
        self._folder = folder
        self._model = model
        self._locks: dict[str, FileLock] = {}

    def begin(self, keys: tuple[str, ...]) -> KeptBatch:
        """Write down a batch that is about to be sent. Raises `StorageError`."""
        batch = KeptBatch(mark=uuid4().hex, model=self._model, keys=keys, began=time.time())
        if self._folder is not None:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise _unwritten(self._folder, error) from error
            self._lock(batch.mark)
        self._write(batch)
        return batch

    def note(self, batch: KeptBatch, batch_id: str) -> KeptBatch:
        """Write down how the provider calls the batch. Raises `StorageError`."""
        known = batch.model_copy(update={"batch_id": batch_id})
        self._write(known)
        return known

    def take_up(self, keys: Set[str]) -> list[KeptBatch]:
        """Return, and hold from now on, the batches of ended processes with one of these requests.

        Those that are too old for the provider to have answers to are dropped.
        """
        if self._folder is None or not self._folder.is_dir():
            return []
        return list(self._abandoned(self._folder, keys))

    def drop(self, batch: KeptBatch) -> None:
        """Forget a batch."""
        if self._folder is not None:
            (self._folder / f"{batch.mark}.json").unlink(missing_ok=True)
            if batch.mark in self._locks:
                (self._folder / f"{batch.mark}.lock").unlink(missing_ok=True)
        self.leave(batch)

    def leave(self, batch: KeptBatch) -> None:
        """Let go of a batch, for whoever asks the same next."""
        if (lock := self._locks.pop(batch.mark, None)) is not None:
            lock.release()

    def _abandoned(self, folder: Path, keys: Set[str]) -> Iterator[KeptBatch]:
        for path in sorted(folder.glob("*.json")):
            if path.stem in self._locks or not self._lock(path.stem):
                continue
            batch = _read(path)
            if batch is None or batch.began < time.time() - KEPT_DAYS * 86400:
                self.drop(batch or KeptBatch(mark=path.stem, model="", keys=(), began=0))
            elif batch.model == self._model and not keys.isdisjoint(batch.keys):
                yield batch
            else:
                self.leave(batch)

    def _lock(self, mark: str) -> bool:
        """Hold a batch, if no process does."""
        assert self._folder is not None, "only what is kept is held"
        lock = FileLock(self._folder / f"{mark}.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            return False
        self._locks[mark] = lock
        return True

    def _write(self, batch: KeptBatch) -> None:
        if self._folder is None:
            return
        path = self._folder / f"{batch.mark}.json"
        new = path.with_suffix(".new")
        try:
            with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(batch.model_dump_json())
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)
        except OSError as error:
            raise _unwritten(self._folder, error) from error


def _read(path: Path) -> KeptBatch | None:
    """Return what a file says; None when it is gone, or no batch."""
    try:
        return KeptBatch.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def _unwritten(folder: Path, error: OSError) -> StorageError:
    return StorageError(
        f"The batch cannot be noted in {str(folder)!r} and was not sent: "
        f"{error.strerror or error}. Make room or make the folder writable."
    )
