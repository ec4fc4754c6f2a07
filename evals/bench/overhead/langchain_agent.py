"""LangChain's `create_agent`, bare and with three of its middlewares."""

from __future__ import annotations

from collections.abc import Sequence

from langchain.agents import create_agent
from langchain.agents.middleware import (
    AgentMiddleware,
    ModelCallLimitMiddleware,
    SummarizationMiddleware,
    ToolRetryMiddleware,
)
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolCall
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import StructuredTool

from .adapter import Run
from .workload import QUESTION, SYSTEM, TOOL_DESCRIPTION, TOOL_NAME, Workload


class _Scripted(BaseChatModel):
    work: Workload

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: object, **kwargs: object) -> _Scripted:
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: object,
    ) -> ChatResult:
        turn = self.work.think([str(m.content) for m in messages if m.type == "tool"])
        if isinstance(turn, str):
            said = AIMessage(content=turn)
        else:
            calls = [ToolCall(name=TOOL_NAME, args=dict(c.args), id=c.call_id) for c in turn]
            said = AIMessage(content="", tool_calls=calls)
        return ChatResult(generations=[ChatGeneration(message=said)])

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: object,
    ) -> ChatResult:
        return self._generate(messages)


async def build(work: Workload) -> Run:
    """Return a run of the bare agent."""
    return _agent(work, [])


async def build_with_middleware(work: Workload) -> Run:
    """Return a run with a call limit, tool retries and a summary that is never due."""
    model = _Scripted(work=work)
    return _agent(
        work,
        [
            ModelCallLimitMiddleware(run_limit=50),
            ToolRetryMiddleware(max_retries=1),
            SummarizationMiddleware(model, trigger=("messages", 500)),
        ],
    )


def _agent(work: Workload, middleware: Sequence[AgentMiddleware]) -> Run:
    add = StructuredTool.from_function(
        coroutine=work.add, name=TOOL_NAME, description=TOOL_DESCRIPTION
    )
    agent = create_agent(
        _Scripted(work=work), [add], system_prompt=SYSTEM, middleware=list(middleware)
    )

    async def run() -> str:
        asked = {"messages": [HumanMessage(QUESTION)]}
        state = await agent.ainvoke(asked, {"recursion_limit": 100})
        return str(state["messages"][-1].content)

    return run
