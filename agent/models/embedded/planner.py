"""The embedded planner: a LangChain chat model that is no language model."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any
from uuid import uuid4

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, run_in_executor
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import PrivateAttr

from .classifier import Classifier
from .replies import Reply, reply
from .toolbox import read_toolbox
from .transcript import read_transcript

MODEL_NAME = "embedded"
_PIECE = re.compile(r"\S+\s*|\s+")


class EmbeddedPlanner(BaseChatModel):
    """Plans with rules, the tables' own words and sentence vectors; answers in cited sentences.

    It reads what a language model would be given, messages and tool definitions, and nothing else.
    What it cannot tie to a tool it does not guess: it says which words it could not use.
    """

    embed: Callable[[Sequence[str]], Any]
    """Turns texts into unit vectors, one row each; called only when rules and tables do not"
    " decide."""

    _classifier: Classifier | None = PrivateAttr(default=None)

    @property
    def _llm_type(self) -> str:
        return "surefoot-embedded-planner"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Return the planner with tools it may call."""
        return self.bind(
            tools=[convert_to_openai_tool(tool) for tool in tools],
            tool_choice=tool_choice,
            **kwargs,
        )

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        made = self._reply(messages, kwargs)
        message = AIMessage(
            content=made.text,
            tool_calls=[
                {"name": call.tool, "args": call.args, "id": _call_id(), "type": "tool_call"}
                for call in made.calls
            ],
            usage_metadata=_usage(messages, made),
            response_metadata=_ending(made),
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for chunk in _chunks(messages, self._reply(messages, kwargs)):
            if run_manager is not None:
                run_manager.on_llm_new_token(str(chunk.text), chunk=chunk)
            yield chunk

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        made = await run_in_executor(None, self._reply, messages, kwargs)
        for chunk in _chunks(messages, made):
            if run_manager is not None:
                await run_manager.on_llm_new_token(str(chunk.text), chunk=chunk)
            yield chunk

    def _reply(self, messages: list[BaseMessage], options: dict[str, Any]) -> Reply:
        if self._classifier is None:
            self._classifier = Classifier(self.embed)
        toolbox = read_toolbox(options.get("tools") or (), options.get("tool_choice"))
        return reply(read_transcript(messages), toolbox, self._classifier, self.embed)


def _chunks(messages: list[BaseMessage], made: Reply) -> Iterator[ChatGenerationChunk]:
    for piece in _PIECE.findall(made.text):
        yield ChatGenerationChunk(message=AIMessageChunk(content=piece))
    for index, call in enumerate(made.calls):
        args = json.dumps(call.args, ensure_ascii=False)
        chunk = tool_call_chunk(name=call.tool, args=args, id=_call_id(), index=index)
        yield ChatGenerationChunk(message=AIMessageChunk(content="", tool_call_chunks=[chunk]))
    yield ChatGenerationChunk(
        message=AIMessageChunk(
            content="",
            usage_metadata=_usage(messages, made),
            response_metadata=_ending(made),
            chunk_position="last",
        )
    )


def _call_id() -> str:
    return f"call_{uuid4().hex[:12]}"


def _ending(made: Reply) -> dict[str, str]:
    return {"model_name": MODEL_NAME, "finish_reason": "tool_calls" if made.calls else "stop"}


def _usage(messages: list[BaseMessage], made: Reply) -> UsageMetadata:
    """Count words, since nothing here is billed by tokens."""
    read = sum(len(str(message.text).split()) for message in messages)
    written = len(made.text.split()) + sum(len(json.dumps(c.args).split()) for c in made.calls)
    return UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written)
