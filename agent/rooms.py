"""Rooms: documents, tables, memory and sandbox of one assistant, each opened at its first use."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from surefoot.errors import InputError
from surefoot.memory import (
    ChromaDocuments,
    ChromaMemory,
    CrossEncoder,
    Embedder,
    IngestReport,
    Memory,
    MiniLM,
    PersonalStores,
    PlainMemory,
    is_document,
)
from surefoot.settings import Settings
from surefoot.tools import (
    Changing,
    MontyPool,
    Sandbox,
    SandboxUnavailable,
    Table,
    TableReport,
    Tool,
    Workspace,
    chart_tool,
    code_runner,
    correct_tool,
    document_search,
    forget_tool,
    ingest_postgres,
    recall_tool,
    remember_tool,
    script_runner,
    sql_query,
)

from .equipment import McpServers, open_sandbox
from .questions import sound_tenant

logger = logging.getLogger(__name__)

Progress = Callable[[int, int, str], None]
"""Told after each document: how many are done, how many there are, and its path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What an ingest did to documents and tables."""

    documents: IngestReport
    tables: TableReport
    fresh: tuple[Table, ...] = ()
    """The tables of the files that were added or updated."""


class Rooms:
    """Opens what a run needs and closes all of it at the end."""

    def __init__(
        self,
        settings: Settings,
        *,
        durable: bool,
        builtins: bool,
        memory: Memory | Literal["default"] | None,
        now: Callable[[], str],
    ) -> None:
        self._settings = settings
        self._folder: Path | None = settings.data_dir if durable else None
        self._builtins = builtins
        self._given_memory = memory
        self._now = now
        self._embedder: Embedder | None = None
        self._memory: ChromaMemory | PlainMemory | None = None
        self._store: PersonalStores | None = None
        self._documents: ChromaDocuments | None = None
        self._tables: dict[str, Workspace] = {}
        self._sandbox: Sandbox | None = None
        self._workers: MontyPool | None = None
        self._mcp = McpServers(settings.tools.mcp)
        self._made: dict[str, tuple[Tool, ...]] = {}
        self.changing: Changing | None = None
        """Who corrects and forgets memories; None while no assistant is open over these rooms."""
        self._no_code: str | None = None
        """Why there is no `run_code` although there should be."""

    @property
    def troubles(self) -> tuple[str, ...]:
        """Why tools are missing, when some are, a line each."""
        no_code = () if self._no_code is None else (f"there is no run_code: {self._no_code}",)
        return (*no_code, *self._mcp.troubles.values())

    @property
    def embedder(self) -> Embedder:
        """The embedding model that all rooms share; it loads when it first embeds."""
        if self._embedder is None:
            self._embedder = MiniLM()
        return self._embedder

    def memory(self) -> Memory | None:
        """Return what the assistant remembers with, or None when it is not to remember."""
        if self._given_memory != "default":
            return self._given_memory
        return self.own_memory()

    def own_memory(self) -> ChromaMemory | PlainMemory:
        """Return the memory in the data folder, or one that ends with the process."""
        if self._memory is None:
            if self._folder is None:
                self._memory = PlainMemory(clock=self._now)
            else:
                self._memory = ChromaMemory(
                    self._folder / "memory",
                    embedder=self.embedder,
                    clock=self._now,
                    chroma=self._settings.memory.chroma,
                )
        return self._memory

    def store(self) -> PersonalStores:
        """Return LangGraph's store for clients that keep items of their own."""
        if self._store is None:
            self._store = PersonalStores(
                None if self._folder is None else self._folder / "store",
                embedder=self.embedder,
                chroma=self._settings.memory.chroma,
            )
        return self._store

    def documents(self) -> ChromaDocuments | None:
        """Return the document index, or None when nothing is kept on disk."""
        if self._documents is None and self._folder is not None:
            reranker = self._settings.memory.reranker
            self._documents = ChromaDocuments(
                self._folder / "documents",
                embedder=self.embedder,
                chroma=self._settings.memory.chroma,
                reranker=None if reranker is None else CrossEncoder(reranker),
            )
        return self._documents

    def tables(self, tenant: str | None = None) -> Workspace | None:
        """Return a tenant's workspace of tables, or None when nothing is kept on disk."""
        if self._folder is None:
            return None
        tenant = self._tenant(tenant)
        if tenant not in self._tables:
            self._tables[tenant] = Workspace(self._tables_folder(self._folder, tenant))
        return self._tables[tenant]

    def uploads(self, tenant: str | None = None) -> Path | None:
        """Return the folder of the files that a tenant has sent, or None without a disk."""
        return None if self._folder is None else self._folder / "uploads" / self._tenant(tenant)

    async def tools(self, tenant: str | None = None) -> tuple[Tool, ...]:
        """Return the built-in tools that there is something to do for, and those that are lent."""
        lent = await self._mcp.tools()
        own = await self.own_tools(tenant) if self._builtins else ()
        return (*own, *(tool for tools in lent.values() for tool in tools))

    async def own_tools(self, tenant: str | None = None) -> tuple[Tool, ...]:
        """Return the built-in tools that there is something to do for."""
        tenant = self._tenant(tenant)
        if tenant not in self._made:
            lookups = await self._lookups(tenant)
            own = (*lookups, *await self._code(), *self._notes())
            self._made[tenant] = (*own, *self._scripts(own))
        return self._made[tenant]

    async def ingest(
        self,
        paths: Sequence[Path],
        *,
        as_text: Sequence[Path] = (),
        databases: Sequence[str] = (),
        tenant: str | None = None,
        progress: Progress | None = None,
    ) -> Ingested:
        """Take in documents and tables; what cannot be read is reported and passed over.

        `as_text` are files of data that become documents, and `databases` addresses of Postgres.
        """
        tenant = self._tenant(tenant)
        documents, tables = self.documents(), self.tables(tenant)
        assert documents is not None and tables is not None, "nothing is kept on disk"
        texts = [path for path in paths if path.is_dir() or is_document(path)]
        others = [path for path in paths if path.is_dir() or path not in texts]
        found = await tables.ingest(others)
        for address in databases:
            found = found.joined(await self._copied(address, tables, tenant))
        read = await documents.ingest([*texts, *as_text], tenant=tenant, progress=progress)
        self._made.pop(tenant, None)
        sources = {*found.added, *found.updated}
        fresh = tuple(table for table in tables.tables() if table.source in sources)
        return Ingested(documents=read, tables=found, fresh=fresh)

    async def close(self) -> None:
        """Close every room that was opened."""
        await self._mcp.close()
        if self._workers is not None:
            await self._workers.close()
        if self._sandbox is not None:
            await self._sandbox.close()
        for tables in self._tables.values():
            await tables.close()
        if self._documents is not None:
            await self._documents.close()
        if self._store is not None:
            await self._store.close()
        if self._memory is not None:
            await self._memory.close()

    async def _lookups(self, tenant: str) -> list[Tool]:
        made: list[Tool] = []
        if (folder := self._folder) is None:
            return made
        if (folder / "documents").is_dir() and (documents := self.documents()) is not None:
            if await documents.paths(tenant=tenant):
                made.append(document_search(documents))
        has_tables = self._tables_folder(folder, tenant).is_dir()
        if has_tables and (tables := self.tables(tenant)) is not None:
            if tables.tables():
                made += [sql_query(tables), chart_tool()]
        return made

    async def _copied(self, address: str, tables: Workspace, tenant: str) -> TableReport:
        assert self._folder is not None, "nothing is kept on disk"
        passed_through = self._tables_folder(self._folder, tenant) / ".postgres"
        try:
            return await ingest_postgres(tables, address, folder=passed_through)
        except InputError as error:
            return TableReport(errors=(str(error),))

    def _tables_folder(self, folder: Path, tenant: str) -> Path:
        own = tenant == self._settings.tenant
        return folder / "tables" if own else folder / "tenants" / tenant / "tables"

    def _tenant(self, tenant: str | None) -> str:
        return self._settings.tenant if tenant is None else sound_tenant(tenant)

    async def _code(self) -> list[Tool]:
        if self._sandbox is None:
            try:
                self._sandbox = await open_sandbox(self._settings)
            except SandboxUnavailable as error:
                logger.warning("there is no run_code: %s", error)
                self._no_code = str(error)
        return [] if self._sandbox is None else [code_runner(self._sandbox)]

    def _scripts(self, tools: Sequence[Tool]) -> list[Tool]:
        if not self._settings.tools.scripts:
            return []
        if self._workers is None:
            self._workers = MontyPool()
        return [script_runner(tools, pool=self._workers)]

    def _notes(self) -> list[Tool]:
        memory = self.memory()
        if memory is None:
            return []
        notes = [remember_tool(memory), recall_tool(memory)]
        if self.changing is not None:
            notes += [correct_tool(self.changing), forget_tool(self.changing)]
        return notes
