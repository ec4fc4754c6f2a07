"""The OpenAI Agents SDK, with its tracing off."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from agents import Agent, RunConfig, Runner, function_tool
from agents.items import ModelResponse
from agents.models.interface import Model
from agents.usage import Usage
from openai.types.responses import (
    ResponseFunctionToolCall,
    ResponseOutputMessage,
    ResponseOutputText,
)

from .adapter import Run
from .workload import QUESTION, SYSTEM, TOOL_NAME, Call, Workload


class _Scripted(Model):
    def __init__(self, work: Workload) -> None:
        self.work = work

    async def get_response(
        self, system_instructions: object, input: object, *args: object, **kwargs: object
    ) -> ModelResponse:
        turn = self.work.think(_results(input))
        said = [_text(turn)] if isinstance(turn, str) else [_call(call) for call in turn]
        return ModelResponse(output=said, usage=Usage(), response_id=None)

    def stream_response(self, *args: object, **kwargs: object) -> AsyncIterator[object]:
        raise NotImplementedError("Nothing here streams.")


def _results(said: object) -> list[str]:
    items = said if isinstance(said, list) else []
    return [
        str(item["output"])
        for item in items
        if isinstance(item, dict) and item.get("type") == "function_call_output"
    ]


def _text(text: str) -> ResponseOutputMessage:
    content = ResponseOutputText(text=text, type="output_text", annotations=[])
    return ResponseOutputMessage(
        id="message", role="assistant", status="completed", type="message", content=[content]
    )


def _call(call: Call) -> ResponseFunctionToolCall:
    return ResponseFunctionToolCall(
        call_id=call.call_id,
        name=TOOL_NAME,
        arguments=json.dumps(call.args),
        type="function_call",
    )


async def build(work: Workload) -> Run:
    """Return a run of an agent with one function tool."""
    add = function_tool(work.add, name_override=TOOL_NAME)
    agent = Agent(name="adder", instructions=SYSTEM, model=_Scripted(work), tools=[add])
    config = RunConfig(tracing_disabled=True)

    async def run() -> str:
        result = await Runner.run(agent, QUESTION, max_turns=30, run_config=config)
        return str(result.final_output)

    return run
