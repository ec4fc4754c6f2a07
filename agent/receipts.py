"""Receipts: what was forgotten, where it was removed, and that no file holds it any more."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path

_LATER = ("items", "documents", "passages")


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """How much was removed, by place."""

    facts: int = 0
    turns: int = 0
    summaries: int = 0
    """Threads whose summary is made anew, or gone."""
    runs: int = 0
    events: int = 0
    calls: int = 0
    """Entries of the call ledger."""
    recordings: int = 0
    """Entries of recordings."""
    threads: int = 0
    """Threads of which nothing is left."""
    changed: int = 0
    """Events and recordings of other runs out of which words, or evidence of erased runs, went."""
    accounts: int = 0
    """Accounts of spending."""
    items: int = 0
    """Items of the person's store."""
    documents: int = 0
    """Documents that had been removed or changed before, and were still in the files."""
    passages: int = 0
    """Passages of those."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """That something was forgotten. It says of whom and about what only in hashes."""

    receipt_id: str
    tenant: str
    user: str | None
    """SHA-256 of the user's name."""
    thread: str | None
    """SHA-256 of the thread's name, when it was about one."""
    query: str | None
    """SHA-256 of the query, when there was one."""
    asked_at: str
    finished_at: str
    removed: Removed
    files: int
    """Files that were read to the last byte after the removal."""
    bytes: int
    needles: int
    """Pieces of the texts and vectors that were looked for."""
    hits: int
    """Files that still hold one."""
    residue: tuple[str, ...] = ()
    """Which files those are."""
    also_live: int = 0
    """Pieces that also stand in what is still kept, such as another person's same words."""
    unscanned: tuple[str, ...] = ()
    """Places that were told to delete and whose bytes could not be read."""
    sha256: str = ""
    """Of all the rest, as JSON with sorted keys."""

    def sealed(self) -> Receipt:
        """Return it with its hash."""
        return replace(self, sha256=self._hash())

    @property
    def is_whole(self) -> bool:
        """True when nothing was changed since it was sealed."""
        return self.sha256 == self._hash()

    def written(self) -> str:
        """Return it as JSON."""
        return json.dumps(self._told(), indent=2, sort_keys=True)

    def _told(self) -> dict[str, object]:
        """Return it as it is written: without what was not counted once, where it is nothing."""
        told = asdict(self)
        for name in _LATER:
            if not told["removed"][name]:
                del told["removed"][name]
        return told

    def _hash(self) -> str:
        told = json.dumps({**self._told(), "sha256": ""}, sort_keys=True)
        return sha256(told.encode()).hexdigest()


def read_receipt(text: str) -> Receipt:
    """Read a receipt back."""
    told = json.loads(text)
    removed = Removed(**told.pop("removed"))
    lists = {name: tuple(value) for name, value in told.items() if isinstance(value, list)}
    return Receipt(**{**told, **lists, "removed": removed})


def hashed(name: str | None) -> str | None:
    """Return what a receipt says of a name."""
    return None if name is None else sha256(name.encode("utf-8", "replace")).hexdigest()


class ReceiptBook:
    """Receipts in a folder, one file each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, receipt: Receipt) -> Path:
        """Write a receipt and return its file."""
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / f"{receipt.receipt_id}.json"
        file.write_text(receipt.written() + "\n", encoding="utf-8")
        return file

    def all(self) -> list[Receipt]:
        """Return all receipts, oldest first."""
        return [
            read_receipt(file.read_text(encoding="utf-8"))
            for file in sorted(self._folder.glob("*.json"))
        ]
