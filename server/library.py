"""The library: a tenant's documents and tables, looked at, uploaded and taken away."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from fastapi import APIRouter, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel, Field

from surefoot.agent import Ingested, Rooms
from surefoot.errors import InputError, NotFound
from surefoot.memory import is_document

from .bodies import UPLOAD_PATH
from .guarded import CallerHere
from .problems import Refusal
from .service import Caller

_TABLES = frozenset(
    ".csv .tsv .json .jsonl .ndjson .parquet .xlsx .xlsm .duckdb .db .sqlite .sqlite3".split()
)
_NAME = re.compile(r"[\w][\w .,()+-]{0,119}")
_PART = 1 << 16


class DocumentList(BaseModel):
    """The tenant's documents."""

    documents: list[str]
    uploads: list[str]
    """Those that were uploaded and can be taken away again."""


class DocumentText(BaseModel):
    """A document as evidence counts in it."""

    path: str
    text: str


class ColumnView(BaseModel):
    """A column."""

    name: str
    type: str


class TableView(BaseModel):
    """A table."""

    name: str
    source: str
    rows: int
    columns: list[ColumnView]


class Upload(BaseModel):
    """What became of an upload."""

    name: str
    documents: list[str] = Field(default_factory=list[str])
    """Documents that were added or changed."""
    tables: list[str] = Field(default_factory=list[str])
    """Files whose tables were added or changed."""
    attachments: list[str] = Field(default_factory=list[str])
    """What the file is to a question: the names of its document and its tables."""


async def list_documents(caller: CallerHere) -> DocumentList:
    """List the tenant's documents."""
    caller.require("runs")
    rooms, tenant = caller.assistant.rooms, caller.principal.tenant
    documents = rooms.documents()
    paths = await documents.paths(tenant=tenant) if documents is not None else []
    folder = rooms.uploads(tenant)
    uploads = sorted(p.name for p in folder.iterdir()) if folder and folder.is_dir() else []
    return DocumentList(documents=paths, uploads=[n for n in uploads if not n.startswith(".")])


async def read_document(path: str, caller: CallerHere) -> DocumentText:
    """Return a document's text, in which the spans of evidence count."""
    caller.require("runs")
    documents = caller.assistant.rooms.documents()
    if documents is None:
        raise NotFound(f"There is no document {path!r}.")
    return DocumentText(path=path, text=await documents.text(path, tenant=caller.principal.tenant))


async def upload(file: UploadFile, caller: CallerHere) -> Upload:
    """Take a document or a file of tables in."""
    caller.require("documents")
    name = _sound_name(file.filename or "")
    folder = _folder(caller)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / name
    if not target.exists() and len(list(folder.iterdir())) >= caller.service.settings.max_uploads:
        most = caller.service.settings.max_uploads
        raise Refusal(409, f"There are {most} files already; take one away first.")
    rooms = caller.assistant.rooms
    async with Uploads.lock(rooms):
        before = await asyncio.to_thread(target.read_bytes) if target.exists() else None
        await _save(file, target, most=caller.service.settings.max_upload_bytes)
        done = await rooms.ingest([folder], tenant=caller.principal.tenant)
        if (why := _error_of(done, name)) is not None:
            await asyncio.to_thread(_put_back, target, before)
            await rooms.ingest([folder], tenant=caller.principal.tenant)
            raise InputError(why)
    return Upload(
        name=name,
        documents=[*done.documents.added, *done.documents.updated],
        tables=[*done.tables.added, *done.tables.updated],
        attachments=await _attachments(caller, name),
    )


async def remove_upload(name: str, caller: CallerHere) -> Response:
    """Take an uploaded file away, with its passages or tables."""
    caller.require("documents")
    folder = _folder(caller)
    target = folder / _sound_name(name)
    rooms = caller.assistant.rooms
    async with Uploads.lock(rooms):
        try:
            target.unlink()
        except FileNotFoundError:
            raise NotFound(f"There is no upload {name!r}.") from None
        await rooms.ingest([folder], tenant=caller.principal.tenant)
    return Response(status_code=204)


async def list_tables(caller: CallerHere) -> list[TableView]:
    """List the tenant's tables."""
    caller.require("runs")
    tables = caller.assistant.rooms.tables(caller.principal.tenant)
    if tables is None:
        return []
    return [
        TableView(
            name=table.name,
            source=table.source,
            rows=table.rows,
            columns=[ColumnView(name=c.name, type=c.type) for c in table.columns],
        )
        for table in await asyncio.to_thread(tables.tables)
    ]


class Uploads:
    """One upload at a time for each assistant: each reads the whole folder again."""

    _locks: dict[int, asyncio.Lock] = {}  # noqa: RUF012

    @classmethod
    def lock(cls, rooms: Rooms) -> asyncio.Lock:
        return cls._locks.setdefault(id(rooms), asyncio.Lock())


def _folder(caller: Caller) -> Path:
    folder = caller.assistant.rooms.uploads(caller.principal.tenant)
    if folder is None:
        raise Refusal(409, "This assistant keeps nothing on disk, so it takes no files.")
    return folder


def _sound_name(given: str) -> str:
    """Return the file's own name, without folders and without tricks."""
    name = given.replace("\\", "/").rpartition("/")[2].strip()
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name[:40]!r} is not a name for a file: use letters, digits, spaces and . , - _ ( ) +"
        )
    if not is_document(Path(name)) and Path(name).suffix.lower() not in _TABLES:
        raise InputError(
            f"{name!r} is of no kind that is read; send Markdown, text, HTML, PDF, Word, CSV, "
            "Excel, JSON, Parquet, SQLite or DuckDB."
        )
    return name


async def _save(file: UploadFile, target: Path, *, most: int) -> None:
    part = target.with_name(f".{target.name}.part")
    size = 0
    try:
        with part.open("wb") as out:
            while data := await file.read(_PART):
                size += len(data)
                if size > most:
                    raise Refusal(413, f"The file is larger than {most:,} bytes.")
                await asyncio.to_thread(out.write, data)
        if not size:
            raise InputError("The file is empty.")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


async def _attachments(caller: Caller, name: str) -> list[str]:
    """Return by which names a question may say that it is about a file."""
    rooms, tenant = caller.assistant.rooms, caller.principal.tenant
    documents, tables = rooms.documents(), rooms.tables(tenant)
    paths = await documents.paths(tenant=tenant) if documents is not None else []
    known = await asyncio.to_thread(tables.tables) if tables is not None else []
    named = [table.name for table in known if Path(table.source).name == name]
    return [path for path in paths if path == name] + named


def _put_back(target: Path, before: bytes | None) -> None:
    if before is None:
        target.unlink(missing_ok=True)
    else:
        target.write_bytes(before)


def _error_of(done: Ingested, name: str) -> str | None:
    errors = [failure.reason for failure in done.documents.errors if failure.path == name]
    errors += [line for line in done.tables.errors if line.startswith(name)]
    return errors[0] if errors else None


def add_routes(router: APIRouter) -> None:
    """Serve documents and tables."""
    router.get(UPLOAD_PATH)(list_documents)
    router.post(UPLOAD_PATH, status_code=201)(upload)
    router.get("/v1/documents/{path:path}")(read_document)
    router.delete("/v1/documents/{name}", status_code=204)(remove_upload)
    router.get("/v1/tables")(list_tables)
