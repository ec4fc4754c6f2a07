"""Scan: whether any file of a folder still holds a byte of what was forgotten.

Needles are pieces of texts, long enough to be telling, and of vectors. A text is cut where JSON
would escape it and into pieces shorter than a database page, so that it is found however it was
written. Every file is read whole, whatever its format.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .words import stems

_HEAD = 8
_PIECE = 24
_SHORTEST = 10
_BLOCK = 1 << 23
_BITS = 20
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_PLAIN = re.compile(r"[ !#-\[\]-~]+|[^\x00-\x7f]+")
_SQLITE = b"SQLite format 3\x00"
_CHROMA = "chroma.sqlite3"
_INDEX_TABLE = re.compile(r"_(?:data|idx|docsize|config)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What a scan has read and found."""

    files: int
    size: int
    """Bytes read."""
    needles: int
    residue: tuple[str, ...] = ()
    """Files that hold a needle which no live row accounts for, relative to the folder."""
    also_live: int = 0
    """Needles that also stand in what is still kept, such as another person's same words."""


def needles_of(texts: Iterable[str], words: str = "") -> set[bytes]:
    """Return the pieces of texts, as they are said and as keyword indexes keep them.

    And the long ones of `words`, by which a text is told to be about it.
    """
    found = {stem.encode() for stem in stems(words) if len(stem) >= _HEAD}
    for text in texts:
        for form in (text, " ".join(stems(text))):
            for run in _PLAIN.findall(form):
                found.update(_pieces(run.strip().encode("utf-8", "replace")))
    return found


def needles_of_vectors(vectors: NDArray[np.float32]) -> set[bytes]:
    """Return a piece of each vector."""
    return {needle_of(row) for row in vectors if row.any()}


def needle_of(vector: NDArray[np.float32]) -> bytes:
    """Return a piece of a vector, enough to know it by."""
    return vector.tobytes()[: 2 * _PIECE]


def scan_files(folder: Path, needles: Collection[bytes], *, but: Collection[Path] = ()) -> Scan:
    """Read every file under the folder, except `but`, and look for the needles."""
    wanted = _Wanted(needle for needle in needles if len(needle) >= _HEAD)
    files = [f for f in sorted(folder.rglob("*")) if f.is_file() and f not in but]
    size = sum(file.stat().st_size for file in files)
    found = {file: hits for file in files if (hits := wanted.within(file))}
    live = _live(files, set().union(*found.values())) if found else set()
    residue = (f for f, hits in found.items() if hits - live)
    return Scan(
        files=len(files),
        size=size,
        needles=len(needles),
        residue=tuple(str(file.relative_to(folder)) for file in residue),
        also_live=len(live),
    )


class _Wanted:
    """Needles by their first bytes, looked for at every place of a file at once."""

    def __init__(self, needles: Iterable[bytes]) -> None:
        self._by_head: dict[bytes, list[bytes]] = {}
        for needle in needles:
            self._by_head.setdefault(needle[:_HEAD], []).append(needle)
        self._longest = max((len(n) for each in self._by_head.values() for n in each), default=0)
        self._table = np.zeros(1 << _BITS, np.bool_)
        if self._by_head:
            heads = np.frombuffer(b"".join(self._by_head), "<u8")
            self._table[_hashed(heads)] = True

    def within(self, file: Path) -> set[bytes]:
        """Return the needles that a file holds."""
        found: set[bytes] = set()
        if not self._by_head:
            return found
        with file.open("rb") as opened:
            tail = b""
            while block := opened.read(_BLOCK):
                data = tail + block
                found.update(self.among(data))
                tail = data[-self._longest :]
        return found

    def among(self, data: bytes) -> Iterator[bytes]:
        """Yield the needles that stand in some bytes."""
        if len(data) < _HEAD:
            return
        heads = np.ndarray((len(data) - _HEAD + 1,), "<u8", data, strides=(1,))
        for place in np.flatnonzero(self._table[_hashed(heads)]).tolist():
            for needle in self._by_head.get(data[place : place + _HEAD], ()):
                if data.startswith(needle, place):
                    yield needle


def _hashed(heads: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return (heads * _MULTIPLIER) >> np.uint64(64 - _BITS)


def _pieces(run: bytes) -> Iterator[bytes]:
    if len(run) < _SHORTEST:
        return
    for start in range(0, len(run) - _PIECE, _PIECE):
        yield run[start : start + _PIECE]
    yield run[-_PIECE:]


def _live(files: Iterable[Path], needles: set[bytes]) -> set[bytes]:
    """Return the needles that stand in a row of a database, or in a file of plain text."""
    found: set[bytes] = set()
    wanted = _Wanted(needles)
    for file in files:
        with file.open("rb") as opened:
            is_database = opened.read(len(_SQLITE)) == _SQLITE
        if is_database:
            for values in _together(_rows(file)):
                found.update(wanted.among(values))
        elif file.suffix in (".json", ".jsonl", ".md", ".txt", ".html", ".csv"):
            found |= wanted.within(file)
    return found


def _together(values: Iterable[bytes]) -> Iterator[bytes]:
    """Yield values in blocks, each apart from the next, since a look at one costs a lot."""
    block: list[bytes] = []
    size = 0
    for value in values:
        block.append(value)
        size += len(value)
        if size >= _BLOCK:
            yield b"\0".join(block)
            block, size = [], 0
    yield b"\0".join(block)


def _rows(file: Path) -> Iterator[bytes]:
    """Return what the rows of a database hold: not its free pages, nor the inside of indexes.

    Chroma's queue keeps what was deleted as rows; only what is said of live vectors counts.
    """
    with closing(sqlite3.connect(file, timeout=10)) as database:
        database.text_factory = bytes
        tables = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
        ).fetchall()
        for (table,) in tables:
            name = bytes(table).decode()
            is_queue = file.name == _CHROMA and name != "embedding_metadata"
            if is_queue or _INDEX_TABLE.search(name):
                continue
            quoted = name.replace('"', '""')
            for row in database.execute(f'SELECT * FROM "{quoted}"'):
                yield from (value for value in row if isinstance(value, bytes))
