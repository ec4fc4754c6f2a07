"""Thread files: what was sent into one conversation, and counts only there."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

from surefoot.errors import InputError
from surefoot.evidence import Finding
from surefoot.memory import ChromaDocuments, is_document
from surefoot.tools import Tool, Workspace, document_search, sql_query

from .rooms import Rooms
from .runs import ThreadKey

SHARED_SQL = "run_sql_on_shared_files"
"""Queries the conversation's own tables, where the tenant has tables too."""

_UNREAD = "{} could not be read: it is of no kind that is read, or holds nothing."


class ThreadFiles:
    """Keeps files beside the thread that they were sent into, and lets its runs use them."""

    def __init__(self, rooms: Rooms, folder: Path | None) -> None:
        """Without a folder no files are taken."""
        self._rooms = rooms
        self._folder = folder
        self._tables: dict[ThreadKey, Workspace] = {}
        self._changing = asyncio.Lock()

    async def add(self, key: ThreadKey, name: str, data: bytes) -> None:
        """Take a file in. Raises `InputError` where it cannot be read."""
        if self._folder is None:
            raise InputError("This assistant keeps nothing on disk, so it takes no files.")
        files = self._place(key) / "files"
        target = files / Path(name).name
        async with self._changing:
            await asyncio.to_thread(_write, target, data)
            if (why := await self._read(key, files, target.name)) is not None:
                target.unlink()
                await self._read(key, files, target.name)
                raise InputError(why)

    def has(self, key: ThreadKey) -> bool:
        """Return whether files were sent into the thread."""
        return self._folder is not None and self._place(key).is_dir()

    async def equip(self, key: ThreadKey, tools: Sequence[Tool]) -> tuple[Tool, ...]:
        """Return the tools, made to reach the thread's files too."""
        if not self.has(key):
            return tuple(tools)
        made = {tool.name: tool for tool in tools}
        documents = self._rooms.documents()
        if documents is not None and await documents.paths(tenant=_shelf(key)):
            search = document_search(_Both(documents, key))
            made[search.name] = search
        if (tables := self._workspace(key)).tables():
            query = sql_query(tables)
            shared = replace(query, name=SHARED_SQL) if query.name in made else query
            made[shared.name] = shared
        return tuple(made.values())

    async def forget(self, key: ThreadKey) -> None:
        """Delete a thread's files and all that was made of them."""
        if not self.has(key):
            return
        async with self._changing:
            if (tables := self._tables.pop(key, None)) is not None:
                await tables.close()
            if (documents := self._rooms.documents()) is not None:
                for path in await documents.paths(tenant=_shelf(key)):
                    await documents.remove(path, tenant=_shelf(key))
            await asyncio.to_thread(shutil.rmtree, self._place(key))

    async def close(self) -> None:
        """End what answers queries."""
        for tables in self._tables.values():
            await tables.close()

    async def _read(self, key: ThreadKey, files: Path, name: str) -> str | None:
        """Read the folder again; return what is wrong with a file, if something is."""
        if is_document(files / name):
            documents = self._rooms.documents()
            assert documents is not None, "nothing is kept on disk"
            read = await documents.ingest([files], tenant=_shelf(key))
            return next((error.reason for error in read.errors if error.path == name), None)
        report = await self._workspace(key).ingest([files])
        errors = (line for line in report.errors if line.startswith(name))
        known = {Path(table.source).name for table in self._workspace(key).tables()}
        unread = None if name in known or not (files / name).exists() else _UNREAD.format(name)
        return next(errors, unread)

    def _workspace(self, key: ThreadKey) -> Workspace:
        if key not in self._tables:
            self._tables[key] = Workspace(self._place(key) / "tables")
        return self._tables[key]

    def _place(self, key: ThreadKey) -> Path:
        assert self._folder is not None, "nothing is kept on disk"
        return self._folder / _digest(key)


class _Both:
    """A thread's own documents before those of its tenant."""

    def __init__(self, documents: ChromaDocuments, key: ThreadKey) -> None:
        self._documents = documents
        self._key = key

    async def search(
        self,
        query: str,
        *,
        tenant: str,
        limit: int,
        paths: Sequence[str] = (),
        heading: str = "",
        around: int = 0,
    ) -> list[Finding]:
        """Return passages of both, at most half of them from the thread's own files."""
        shelves = (tenant, _shelf(self._key))
        theirs, own = [
            await self._documents.search(
                query, tenant=shelf, limit=limit, paths=paths, heading=heading, around=around
            )
            for shelf in shelves
        ]
        room = max(limit - len(theirs), (limit + 1) // 2)
        return [*own[:room], *theirs][:limit]

    async def paths(self, *, tenant: str, matching: Sequence[str] = ()) -> list[str]:
        """Return the paths of both that a search in `matching` looks at."""
        shelves = (tenant, _shelf(self._key))
        found = [await self._documents.paths(tenant=shelf, matching=matching) for shelf in shelves]
        return sorted({path for paths in found for path in paths})


def _shelf(key: ThreadKey) -> str:
    """Return where a thread's documents stand: under a name that no tenant can have."""
    return f"thread:{_digest(key)}"


def _digest(key: ThreadKey) -> str:
    return blake2b("\0".join(key).encode(), digest_size=16).hexdigest()


def _write(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
