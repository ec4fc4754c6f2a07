"""The machine: two nodes, `think` and `act`, that route to each other until there is an answer.

The picture has more boxes (prepare, recall, plan, check, answer, remember); they are plain
functions inside the nodes, because every superstep of LangGraph costs.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from .act import act
from .context import RunContext
from .state import RunState
from .think import think

Machine = CompiledStateGraph[RunState, RunContext, RunState, RunState]


@cache
def _drawing() -> StateGraph[RunState, RunContext, RunState, RunState]:
    graph = StateGraph(RunState, context_schema=RunContext)
    graph.add_node("think", think, destinations=("act", "__end__"))
    graph.add_node("act", act, destinations=("think",))
    graph.add_edge(START, "think")
    return graph


def build(checkpointer: BaseCheckpointSaver[Any] | None = None) -> Machine:
    """Compile the machine; without a checkpointer a run can neither be resumed nor approved."""
    return _drawing().compile(checkpointer=checkpointer)
