"""Remembered: what is kept about a person, from the data folder or the server that has it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from pydantic import BaseModel, ConfigDict, JsonValue, TypeAdapter

from surefoot.errors import DataDirInUse
from surefoot.settings import Settings

from ..exporting import exported
from ..forgetting import Forgetter
from ..receipts import Receipt, read_receipt
from .folder import open_forgetter, open_rooms, scope_of
from .owner import Owner

_MOST_FOUND = 20


class Remembered(BaseModel):
    """A fact as it is listed."""

    model_config = ConfigDict(from_attributes=True)

    memory_id: str
    observed_at: str
    said: str


class _Found(BaseModel):
    text: str


_FACTS = TypeAdapter(list[Remembered])
_FOUND = TypeAdapter(list[_Found])
_EXPORT = TypeAdapter(dict[str, list[dict[str, JsonValue]]])


async def found(settings: Settings, user: str, query: str) -> list[str]:
    """Return what is remembered about a person and bears on a subject."""
    if not settings.data_dir.is_dir():
        return []
    try:
        async with open_rooms(settings) as rooms:
            scope = scope_of(settings, user)
            items = await rooms.own_memory().search(query, scope, limit=_MOST_FOUND)
            return [item.content for item in items]
    except DataDirInUse as in_use:
        async with Owner.of(settings, in_use) as owner:
            said = await owner.json("GET", "/v1/memories/search", user=user, query={"q": query})
        return [one.text for one in _FOUND.validate_json(said)]


async def everything(
    settings: Settings, user: str, *, history: bool
) -> tuple[list[Remembered], int]:
    """Return the facts about a person, and how many turns are kept."""
    if not settings.data_dir.is_dir():
        return [], 0
    try:
        async with open_rooms(settings) as rooms:
            own, scope = rooms.own_memory(), scope_of(settings, user)
            facts = await own.facts(scope, history=history)
            return list(map(Remembered.model_validate, facts)), len(await own.turns(scope))
    except DataDirInUse as in_use:
        async with Owner.of(settings, in_use) as owner:
            query = {"history": str(history).lower()}
            said = await owner.json("GET", "/v1/memories", user=user, query=query)
            kept = await owner.json("GET", "/v1/memories/export", user=user)
        return _FACTS.validate_json(said), len(_EXPORT.validate_json(kept)["turns"])


async def forgotten(
    settings: Settings, user: str, *, thread: str | None, query: str | None
) -> Receipt | None:
    """Forget what is kept about a person; None when there is no data folder."""
    if not settings.data_dir.is_dir():
        return None
    try:
        async with open_forgetter(settings) as forgetter:
            return await _forget(forgetter, settings.tenant, user, thread, query)
    except DataDirInUse as in_use:
        asked = {"thread": thread, "q": query}
        given = {name: one for name, one in asked.items() if one is not None}
        async with Owner.of(settings, in_use) as owner:
            said = await owner.json("DELETE", "/v1/memories", user=user, query=given, patient=True)
        return read_receipt(json.dumps(json.loads(said)["receipt"]))


@asynccontextmanager
async def export(settings: Settings, user: str) -> AsyncIterator[AsyncIterator[JsonValue]]:
    """Give all that is kept about a person, one object after the other."""
    async with AsyncExitStack() as stack:
        try:
            forgetter = await stack.enter_async_context(open_forgetter(settings))
        except DataDirInUse as in_use:
            owner = await stack.enter_async_context(Owner.of(settings, in_use))
            said = await owner.json("GET", "/v1/memories/export", user=user, patient=True)
            yield _one_by_one(said)
        else:
            yield exported(forgetter.keeping, tenant=settings.tenant, user=user)


async def _forget(
    forgetter: Forgetter, tenant: str, user: str, thread: str | None, query: str | None
) -> Receipt:
    for unfinished in forgetter.unfinished():
        await forgetter.carry_out(unfinished)
    return await forgetter.forget(tenant=tenant, user=user, thread=thread, query=query)


async def _one_by_one(said: bytes) -> AsyncIterator[JsonValue]:
    for kinds, things in _EXPORT.validate_json(said).items():
        kind = "summary" if kinds == "summaries" else kinds.removesuffix("s")
        for thing in things:
            yield {"kind": kind, **thing}
