"""The floor: what LangGraph itself costs, as a loop of two nodes written by hand."""

from __future__ import annotations

import asyncio
import json
import operator
from typing import Annotated, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.types import Command
from pydantic import BaseModel, TypeAdapter

from .adapter import Run
from .workload import QUESTION, SYSTEM, TOOL_NAME, Call, Workload


class _Pair(BaseModel):
    a: int
    b: int


_PAIR = TypeAdapter(_Pair)


class _ToolCall(TypedDict):
    id: str
    name: str
    args: str


class _Message(TypedDict, total=False):
    role: str
    content: str
    tool_call_id: str
    tool_calls: list[_ToolCall]


class _State(TypedDict):
    messages: Annotated[list[_Message], operator.add]


def _asked(call: Call) -> _ToolCall:
    return {"id": call.call_id, "name": TOOL_NAME, "args": json.dumps(call.args)}


async def build(work: Workload) -> Run:
    """Return a run of dict messages through a model node and a tools node."""

    async def model(state: _State) -> Command[str]:
        turn = work.think([m["content"] for m in state["messages"] if m["role"] == "tool"])
        if isinstance(turn, str):
            said: _Message = {"role": "assistant", "content": turn}
            return Command(update={"messages": [said]}, goto=END)
        said = {"role": "assistant", "content": "", "tool_calls": [_asked(call) for call in turn]}
        return Command(update={"messages": [said]}, goto="tools")

    async def execute(call: _ToolCall) -> _Message:
        pair = _PAIR.validate_json(call["args"])
        content = await work.add(pair.a, pair.b)
        return {"role": "tool", "tool_call_id": call["id"], "content": content}

    async def tools(state: _State) -> _State:
        calls = state["messages"][-1]["tool_calls"]
        if len(calls) == 1:
            return {"messages": [await execute(calls[0])]}
        return {"messages": await asyncio.gather(*[execute(call) for call in calls])}

    graph = StateGraph(_State)
    graph.add_node("model", model, destinations=("tools", END))
    graph.add_node("tools", tools)
    graph.add_edge(START, "model")
    graph.add_edge("tools", "model")
    app = graph.compile()

    async def run() -> str:
        asked: list[_Message] = [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": QUESTION},
        ]
        state = await app.ainvoke({"messages": asked}, {"recursion_limit": 100})
        return str(state["messages"][-1]["content"])

    return run
