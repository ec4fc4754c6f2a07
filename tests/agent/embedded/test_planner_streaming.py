"""The planner is a LangChain chat model like any other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from langchain_core.messages import AIMessageChunk, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool

if TYPE_CHECKING:
    from surefoot.agent import EmbeddedPlanner
    from tests.agent.embedded.conftest import Conversation

pytestmark = pytest.mark.anyio
TWO = "How many penguins are there? How many islands are there?"


async def test_streamed_chunks_add_up_to_the_tool_calls(penguins: Conversation) -> None:
    bound = penguins.planner.bind_tools(penguins.tools)
    whole: AIMessageChunk | None = None
    pieces = 0
    async for chunk in bound.astream([SystemMessage("Answer."), HumanMessage(TWO)]):
        assert isinstance(chunk, AIMessageChunk)
        whole = chunk if whole is None else whole + chunk
        pieces += bool(chunk.tool_call_chunks)
    assert whole is not None
    assert pieces == 2
    assert [(call["name"], call["args"]) for call in whole.tool_calls] == [
        ("run_sql", {"sql": "SELECT count(*) AS n FROM penguins"}),
        ("run_sql", {"sql": "SELECT count(DISTINCT island) AS n FROM penguins"}),
    ]
    assert len({call["id"] for call in whole.tool_calls}) == 2
    assert whole.response_metadata["finish_reason"] == "tool_calls"
    assert whole.usage_metadata is not None
    assert whole.usage_metadata["output_tokens"] > 0


async def test_an_answer_streams_in_pieces_that_add_up_to_the_whole(penguins: Conversation) -> None:
    penguins.ask("How many penguins are there on each island?")
    bound, messages = penguins.planner.bind_tools(penguins.tools), penguins.messages[:-1]
    texts = [str(chunk.text) async for chunk in bound.astream(messages)]
    assert len([text for text in texts if text]) > 5
    assert "".join(texts) == str((await bound.ainvoke(messages)).text)
    assert "".join(texts).splitlines()[0] == "- Biscoe: 48 penguins [S1]."


async def test_the_end_of_an_answer_says_so(penguins: Conversation) -> None:
    message = await penguins.planner.bind_tools(penguins.tools).ainvoke("Hello!")
    assert message.response_metadata["finish_reason"] == "stop"
    assert message.usage_metadata is not None
    assert message.tool_calls == []


async def test_langchain_tools_and_functions_can_be_bound(penguins: Conversation) -> None:
    @tool
    def fx_rate(base: str, quote: str) -> float:
        """Units of `quote` that one unit of `base` buys today."""
        return 1.07

    message = await penguins.planner.bind_tools([fx_rate]).ainvoke("What is the EUR to USD rate?")
    assert [call["args"] for call in message.tool_calls] == [{"base": "EUR", "quote": "USD"}]


async def test_a_forbidden_tool_choice_calls_nothing(penguins: Conversation) -> None:
    bound = penguins.planner.bind_tools(penguins.tools, tool_choice="none")
    assert (await bound.ainvoke("How many penguins are there?")).tool_calls == []


async def test_nothing_is_remembered_between_calls(
    converse: Callable[..., Conversation],
) -> None:
    first, second = converse("penguins"), converse("penguins")
    first.ask("How many penguins are there on each island?")
    again = second.planner.bind_tools(second.tools)
    assert str((await again.ainvoke(first.messages[:-1])).text) == str(first.messages[-1].text)


async def test_a_conversation_without_a_question_asks_for_one(planner: EmbeddedPlanner) -> None:
    assert str((await planner.ainvoke([SystemMessage("Answer.")])).text) == "Please ask a question."
    assert str((await planner.ainvoke("  \n ")).text) == "Please ask a question."


async def test_evidence_is_told_even_when_no_tools_are_bound(penguins: Conversation) -> None:
    penguins.ask("How many penguins are there?")
    messages = penguins.messages[:-1]
    assert isinstance(messages[-1], ToolMessage)
    answer = await penguins.planner.ainvoke(messages)
    assert str(answer.text) == "There are 97 penguins [S1]."
