"""pydantic-ai, with its own model for tests that calls a function."""

from __future__ import annotations

from pydantic_ai import Agent
from pydantic_ai.messages import (
    ModelMessage,
    ModelResponse,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
)
from pydantic_ai.models.function import AgentInfo, FunctionModel

from .adapter import Run
from .workload import QUESTION, SYSTEM, TOOL_NAME, Workload


async def build(work: Workload) -> Run:
    """Return a run of an agent with one plain tool."""

    async def scripted(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        parts = (part for message in messages for part in message.parts)
        turn = work.think([str(p.content) for p in parts if isinstance(p, ToolReturnPart)])
        if isinstance(turn, str):
            return ModelResponse(parts=[TextPart(turn)])
        return ModelResponse(
            parts=[ToolCallPart(TOOL_NAME, dict(c.args), tool_call_id=c.call_id) for c in turn]
        )

    agent = Agent(FunctionModel(scripted), system_prompt=SYSTEM)
    agent.tool_plain(work.add, name=TOOL_NAME)

    async def run() -> str:
        return str((await agent.run(QUESTION)).output)

    return run
