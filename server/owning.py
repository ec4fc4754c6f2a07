"""Owning: what only commands of the person who runs the server may ask of it."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field, TypeAdapter

from surefoot.agent import Ingested

from .bodies import Strict
from .guarded import CallerHere
from .library import Uploads
from .problems import Refusal

_INGESTED = TypeAdapter(Ingested)


class Sources(Strict):
    """What is to be read in, by paths on the server's machine."""

    paths: list[str] = Field(default_factory=list[str], max_length=10_000)
    as_text: list[str] = Field(default_factory=list[str], max_length=10_000)
    databases: list[str] = Field(default_factory=list[str], max_length=100)


async def ingest(body: Sources, caller: CallerHere) -> Response:
    """Read files, folders and databases in, as `surefoot ingest` does."""
    if not caller.principal.is_owner:
        told = "Only commands on the server's machine may do this; upload files instead."
        raise Refusal(403, told, code="no_permission")
    rooms, tenant = caller.assistant.rooms, caller.principal.tenant
    async with Uploads.lock(rooms):
        done = await rooms.ingest(
            list(map(Path, body.paths)),
            as_text=list(map(Path, body.as_text)),
            databases=body.databases,
            tenant=tenant,
        )
    return Response(_INGESTED.dump_json(done), media_type="application/json")


def add_routes(router: APIRouter) -> None:
    """Serve the owner."""
    router.post("/v1/owner/ingest")(ingest)
