"""The floor: the least FastAPI around a LangGraph graph of one node, nothing kept."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator

import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response, StreamingResponse
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict


class State(TypedDict):
    """What the graph carries."""

    messages: list[dict[str, str]]


async def greet(state: State) -> State:
    """Say one thing."""
    return {"messages": [*state["messages"], {"role": "assistant", "content": "Hello to you."}]}


def app() -> FastAPI:
    """Return the app."""
    builder = StateGraph(State)
    builder.add_node("greet", greet)
    builder.add_edge(START, "greet")
    builder.add_edge("greet", END)
    graph = builder.compile()
    made = FastAPI()

    @made.get("/readyz")
    async def ready() -> None:
        """Say that it answers."""

    @made.post("/v1/threads/{thread_id}/runs")
    async def run(thread_id: str, body: dict[str, str], wait: bool = False) -> Response:
        """Run the graph, waited for or streamed."""
        state: State = {"messages": [{"role": "user", "content": body["text"]}]}
        if wait:
            return JSONResponse(await graph.ainvoke(state))

        async def told() -> AsyncIterator[str]:
            async for values in graph.astream(state, stream_mode="values"):
                yield f"event: values\ndata: {json.dumps(values)}\n\n"
            yield "event: run.completed\ndata: null\n\n"

        return StreamingResponse(told(), media_type="text/event-stream")

    return made


def main() -> None:
    """Serve until a signal comes."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{bound.getsockname()[1]}", flush=True)
    config = uvicorn.Config(app(), log_level="error", access_log=False)
    uvicorn.Server(config).run(sockets=[bound])


if __name__ == "__main__":
    main()
