"""Store: items that a client keeps for its person, as LangGraph's clients ask for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response
from langgraph.store.base import get_text_at_path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from surefoot.errors import InputError
from surefoot.memory import ChromaStore
from surefoot.scope import Scope

from ..guarded import CallerHere
from ..problems import Refusal
from ..service import Caller
from .folding import Json

T = TypeVar("T")

_MOST_ROWS = 20_000
"""Items and namespaces that a person may keep."""
_MOST_BYTES = 100_000
_MOST_TEXTS = 64
_MOST_MINUTES = 100 * 365 * 24 * 60


def _sound(text: str) -> str:
    """Refuse halves of characters, which no answer could hold."""
    text.encode()
    return text


def _label(text: str) -> str:
    if "." in text:
        raise ValueError("a label of a namespace holds no period")
    return text


def _bounded(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    size = len(json.dumps(value, ensure_ascii=False, allow_nan=False).encode())
    if size > _MOST_BYTES:
        raise ValueError(f"it is larger than {_MOST_BYTES:,} bytes")
    return value


Key = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_sound)]
Label = Annotated[
    str, Field(min_length=1, max_length=200), AfterValidator(_sound), AfterValidator(_label)
]
Path = Annotated[list[Label], Field(max_length=16)]
Space = Annotated[list[Label], Field(min_length=1, max_length=16)]
Object = Annotated[dict[str, JsonValue], AfterValidator(_bounded)]
Page = Annotated[int, Field(ge=1, le=1_000)]
Offset = Annotated[int, Field(ge=0, le=1_000_000)]


class NewItem(BaseModel):
    """An item to be kept, in the place of an older one."""

    model_config = ConfigDict(extra="ignore")

    namespace: Space
    key: Key
    value: Object
    index: Literal[False] | Annotated[list[Key], Field(max_length=16)] | None = None
    """The parts of the value that are embedded; all of it by default."""
    ttl: Annotated[float, Field(gt=0, le=_MOST_MINUTES)] | None = None
    """Minutes."""


class ItemName(BaseModel):
    """Which item."""

    model_config = ConfigDict(extra="ignore")

    namespace: Path = []
    key: Key


class ItemSearch(BaseModel):
    """Which items are looked for."""

    model_config = ConfigDict(extra="ignore")

    namespace_prefix: Path = []
    filter: Object | None = None
    limit: Page = 10
    offset: Offset = 0
    query: Annotated[str, Field(max_length=10_000), AfterValidator(_sound)] | None = None
    refresh_ttl: bool | None = None


class NamespaceSearch(BaseModel):
    """Which namespaces are looked for."""

    model_config = ConfigDict(extra="ignore")

    prefix: Path | None = None
    suffix: Path | None = None
    max_depth: Annotated[int, Field(ge=1, le=16)] | None = None
    limit: Page = 100
    offset: Offset = 0


async def put_item(body: NewItem, caller: CallerHere) -> Response:
    """Keep an item."""

    def put(store: ChromaStore) -> None:
        if store.rows() >= _MOST_ROWS:
            raise InputError(f"The store holds {_MOST_ROWS:,} items and namespaces; delete some.")
        texts = sum(len(get_text_at_path(body.value, path)) for path in body.index or ())
        if texts > _MOST_TEXTS:
            raise InputError(f"`index` names {texts:,} texts; {_MOST_TEXTS} are embedded at most.")
        store.put(tuple(body.namespace), body.key, body.value, index=body.index, ttl=body.ttl)

    await _do(caller, put)
    return Response(status_code=204)


async def get_item(
    caller: CallerHere,
    key: Annotated[Key, Query()],
    namespace: Annotated[str, Query(max_length=4_000)] = "",
    refresh_ttl: bool | None = None,
) -> Response:
    """Return an item, or null; the labels of its namespace are joined by periods."""
    space = tuple(namespace.split("."))
    found = await _do(caller, lambda store: store.get(space, key, refresh_ttl=refresh_ttl))
    return JSONResponse(None if found is None else found.dict())


async def delete_item(body: ItemName, caller: CallerHere) -> Response:
    """Delete an item, if there is one."""
    await _do(caller, lambda store: store.delete(tuple(body.namespace), body.key))
    return Response(status_code=204)


async def search_items(body: ItemSearch, caller: CallerHere) -> Response:
    """Find items in a namespace and those below it, by what they hold and by meaning."""
    found = await _do(
        caller,
        lambda store: store.search(
            tuple(body.namespace_prefix),
            query=body.query,
            filter=body.filter,
            limit=body.limit,
            offset=body.offset,
            refresh_ttl=body.refresh_ttl,
        ),
    )
    return JSONResponse({"items": [item.dict() for item in found]})


async def list_namespaces(body: NamespaceSearch, caller: CallerHere) -> Json:
    """List the namespaces that hold something."""
    found = await _do(
        caller,
        lambda store: store.list_namespaces(
            prefix=tuple(body.prefix or ()) or None,
            suffix=tuple(body.suffix or ()) or None,
            max_depth=body.max_depth,
            limit=body.limit,
            offset=body.offset,
        ),
    )
    return {"namespaces": [list(space) for space in found]}


async def _do(caller: Caller, work: Callable[[ChromaStore], T]) -> T:
    """Return what `work` makes of the store of the caller's person, and of nobody else's."""
    caller.require("memory")
    principal = caller.principal
    if principal.user is None:
        told = "Items of the store are a person's: name one in the header X-Surefoot-User."
        raise Refusal(422, told, code="no_user")
    await caller.assistant.open()
    scope = Scope(tenant=principal.tenant, user=principal.user, thread_id="store")
    try:
        return await caller.assistant.rooms.store().do(scope, work)
    except ValueError as error:
        raise InputError(str(error)) from error


def add_routes(router: APIRouter) -> None:
    """Serve the store."""
    router.put("/store/items", status_code=204)(put_item)
    router.get("/store/items")(get_item)
    router.delete("/store/items", status_code=204)(delete_item)
    router.post("/store/items/search")(search_items)
    router.post("/store/namespaces")(list_namespaces)
