"""Erasures: what is about to be forgotten, written down so that a crash does not undo it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from surefoot.scope import Scope

from .receipts import Removed


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """Something that is to be forgotten, told by ids, so that it can be done again."""

    erasure_id: str
    tenant: str
    user: str | None
    thread: str | None
    """The one thread that it is about."""
    query: str | None
    asked_at: str
    facts: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    """Ids of items in the person's store."""
    threads: tuple[str, ...] = ()
    """Threads in which some of it was said. Of those that go whole, the files go too."""
    words: tuple[str, ...] = ()
    """What is blotted out of the person's other runs."""
    needles: tuple[str, ...] = ()
    """What no file may hold afterwards, in hex."""
    vectors_of: tuple[str, ...] = ()
    """Texts whose vectors no file may hold afterwards."""
    documents: bool = False
    """True when the bytes of documents that were removed go too."""
    deleted_for: tuple[str | None, ...] = ()
    """Those who asked in a thread that is deleted for everybody."""
    is_to_delete: bool = False
    """True until the rows and files of that thread are deleted; its bytes go afterwards."""
    counted: Removed = field(default_factory=Removed)
    """What there was to be removed when it was planned."""

    @property
    def scope(self) -> Scope:
        """Whose it is."""
        return Scope(tenant=self.tenant, user=self.user, thread_id=self.thread or "")

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """Everybody's whose it is."""
        if not self.deleted_for:
            return (self.scope,)
        return tuple(replace(self.scope, user=user) for user in self.deleted_for)

    @property
    def is_of_documents(self) -> bool:
        """True when it is of documents alone."""
        return self.documents and self.thread is None and self.user is None

    @property
    def is_of_person(self) -> bool:
        """True when everything about somebody goes."""
        return self.user is not None and self.thread is None and self.query is None


class Erasures:
    """Unfinished erasures in a folder. Without a folder a crash ends what they are about, too."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def note(self, erasure: Erasure) -> None:
        """Write an erasure down, on the disk when this returns."""
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = self._folder / f"{erasure.erasure_id}.new"
        with fresh.open("w", encoding="utf-8") as opened:
            json.dump(asdict(erasure), opened)
            opened.flush()
            os.fsync(opened.fileno())
        fresh.replace(self._file(self._folder, erasure))

    def unfinished(self) -> list[Erasure]:
        """Return what was written down and not done, oldest first."""
        if self._folder is None or not self._folder.is_dir():
            return []
        for half in self._folder.glob("*.new"):
            _overwrite(half)
        files = sorted(self._folder.glob("*.json"))
        return [_read(file.read_text(encoding="utf-8")) for file in files]

    def files(self) -> list[Path]:
        """Return the files of unfinished erasures, which name what is to be forgotten."""
        return [] if self._folder is None else list(self._folder.glob("*"))

    def done(self, erasure: Erasure) -> None:
        """Overwrite and remove what was written down."""
        if self._folder is not None and (file := self._file(self._folder, erasure)).exists():
            _overwrite(file)

    def _file(self, folder: Path, erasure: Erasure) -> Path:
        return folder / f"{erasure.erasure_id}.json"


def _overwrite(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.write(b"\x00" * file.stat().st_size)
        opened.flush()
        os.fsync(opened.fileno())
    file.unlink()


def _read(text: str) -> Erasure:
    told = json.loads(text)
    counted = Removed(**told.pop("counted"))
    lists = {name: tuple(value) for name, value in told.items() if isinstance(value, list)}
    return Erasure(**{**told, **lists, "counted": counted})
