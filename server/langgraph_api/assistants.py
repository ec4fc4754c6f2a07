"""Assistants: there is one, made by the system, that can be looked at and not changed."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, JsonValue

from surefoot.errors import NotFound

from ..guarded import CallerHere
from .folding import GRAPH, Json
from .shapes import ASSISTANT_ID, assistant_shape

_MESSAGES: JsonValue = {
    "type": "object",
    "properties": {"messages": {"type": "array", "items": {"type": "object"}}},
}


class AssistantSearch(BaseModel):
    """What is looked for."""

    model_config = ConfigDict(extra="ignore")

    graph_id: str | None = None
    name: str | None = None
    metadata: dict[str, JsonValue] | None = None
    offset: int = 0


async def ok() -> Json:
    """Say that the server answers."""
    return {"ok": True}


async def info() -> Json:
    """Say what the server is and can do."""
    return {
        "version": version("surefoot"),
        "langgraph_py_version": version("langgraph"),
        "flags": {"assistants": True, "crons": False, "langsmith": False},
        "host": {"kind": "self-hosted"},
    }


async def search(body: AssistantSearch, caller: CallerHere) -> Response:
    """Find the assistant."""
    return JSONResponse(_found(body))


async def count(body: AssistantSearch, caller: CallerHere) -> int:
    """Count what would be found."""
    return len(_found(body))


async def get(assistant_id: str, caller: CallerHere) -> Json:
    """Return the assistant, by its id or its graph's name."""
    require_assistant(assistant_id)
    return assistant_shape()


async def graph(assistant_id: str, caller: CallerHere) -> Json:
    """Return the graph for a picture."""
    require_assistant(assistant_id)
    nodes: list[JsonValue] = [
        {"id": name, "type": "runnable", "data": {"name": name}}
        for name in ("__start__", "think", "act", "__end__")
    ]
    edges: list[JsonValue] = [
        {"source": "__start__", "target": "think"},
        {"source": "think", "target": "act", "conditional": True},
        {"source": "act", "target": "think", "conditional": True},
        {"source": "think", "target": "__end__", "conditional": True},
    ]
    return {"nodes": nodes, "edges": edges}


async def schemas(assistant_id: str, caller: CallerHere) -> Json:
    """Return what goes in and comes out."""
    require_assistant(assistant_id)
    return {
        "graph_id": GRAPH,
        "input_schema": _MESSAGES,
        "output_schema": _MESSAGES,
        "state_schema": _MESSAGES,
        "config_schema": {"type": "object", "properties": {}},
        "context_schema": {"type": "object", "properties": {}},
    }


async def subgraphs(assistant_id: str, caller: CallerHere) -> Json:
    """Return the graphs within the graph: none."""
    require_assistant(assistant_id)
    return {}


def require_assistant(assistant_id: str) -> None:
    """Raise `NotFound` unless it is the assistant's id or its graph's name."""
    if assistant_id not in (ASSISTANT_ID, GRAPH):
        raise NotFound(f"There is no assistant {assistant_id!r}; use {GRAPH!r}.")


def _found(body: AssistantSearch) -> list[Json]:
    shape = assistant_shape()
    wanted = body.metadata or {}
    known = {"created_by": "system"}
    is_found = (
        body.graph_id in (None, GRAPH)
        and (body.name or GRAPH) == GRAPH
        and all(known.get(name) == value for name, value in wanted.items())
        and not body.offset
    )
    return [shape] if is_found else []


def add_routes(router: APIRouter) -> None:
    """Serve assistants."""
    router.get("/ok")(ok)
    router.get("/info")(info)
    router.post("/assistants/search")(search)
    router.post("/assistants/count")(count)
    router.get("/assistants/{assistant_id}")(get)
    router.get("/assistants/{assistant_id}/graph")(graph)
    router.get("/assistants/{assistant_id}/schemas")(schemas)
    router.get("/assistants/{assistant_id}/subgraphs")(subgraphs)
