"""The rival: `langgraph dev`, run from an environment that has it, on a graph of one node.

Its packages are under a licence of their own; they are run and measured here, and no part of us.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .processes import Running, listening

GRAPH = "greeter"
_MODULE = """
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict


class State(TypedDict):
    messages: list


async def greet(state: State) -> State:
    return {"messages": [*state["messages"], {"role": "assistant", "content": "Hello to you."}]}


builder = StateGraph(State)
builder.add_node("greet", greet)
builder.add_edge(START, "greet")
builder.add_edge("greet", END)
graph = builder.compile()
"""


@contextmanager
def langgraph_dev(python: Path, folder: Path) -> Iterator[Running]:
    """Run it until the block ends, with an interpreter that has `langgraph-cli[inmem]`."""
    folder.mkdir()
    (folder / "greeter.py").write_text(_MODULE, encoding="utf-8")
    described = {"dependencies": ["."], "graphs": {GRAPH: "./greeter.py:graph"}}
    (folder / "langgraph.json").write_text(json.dumps(described), encoding="utf-8")
    options = ["--no-browser", "--no-reload", "--server-log-level", "error"]
    with listening(
        [str(python.absolute().with_name("langgraph")), "dev", *options],
        ready="/ok",
        folder=folder,
        environment={"LANGSMITH_TRACING": "false", "LANGGRAPH_CLI_NO_ANALYTICS": "1"},
    ) as server:
        yield server
