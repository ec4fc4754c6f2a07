"""Conversations with calls in them, against servers that refuse what the real ones refuse."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import JsonValue

from surefoot import Assistant, Limits, Settings, tool
from surefoot.agent import make_model
from surefoot.events import ModelReasoned
from surefoot.memory import MiniLM
from surefoot.messages import (
    AssistantMessage,
    Thought,
    ToolCall,
    ToolMessage,
    UserMessage,
)
from surefoot.model import ChatModel, ModelRequest, TextDelta, ToolSpec
from surefoot.settings import ModelSettings

from .events import (
    Event,
    call_block,
    chunk,
    hidden_block,
    message_of,
    text_block,
    thinking_block,
)

if TYPE_CHECKING:
    from tests.providers.conftest import Wire

pytestmark = pytest.mark.anyio

ANTHROPIC = "anthropic:claude-sonnet-5-5"
OPENAI = "openai:gpt-5-mini"


@tool(side_effects=False)
async def count_orders(year: int) -> int:
    """Count the orders of a year.

    Args:
        year: The year.
    """
    return 120


@tool(side_effects=False)
async def find_orders(year: int, limit: int = 5) -> list[str]:
    """Find orders.

    Args:
        year: The year.
        limit: How many.
    """
    return []


def blocks_of(body: Event) -> list[tuple[str, list[Event]]]:
    """Return the turns of a request to Anthropic, with their blocks."""
    turns = body["messages"]
    assert isinstance(turns, list)
    found: list[tuple[str, list[Event]]] = []
    for turn in turns:
        assert isinstance(turn, dict) and isinstance(turn["content"], list)
        blocks = [block for block in turn["content"] if isinstance(block, dict)]
        found.append((str(turn["role"]), blocks))
    return found


def anthropic_refuses(body: Event) -> str:
    """Say what Anthropic says of calls without tools and of calls without their thoughts."""
    turns = blocks_of(body)
    kinds = {str(block["type"]) for _, blocks in turns for block in blocks}
    if kinds & {"tool_use", "tool_result"} and not body.get("tools"):
        return "Requests which include `tool_use` or `tool_result` blocks must define tools."
    thinking = body.get("thinking")
    spoken = [blocks for role, blocks in turns if role == "assistant"]
    if isinstance(thinking, dict) and thinking["type"] == "enabled" and spoken:
        first = str(spoken[-1][0]["type"])
        if first not in ("thinking", "redacted_thinking"):
            return f"Expected `thinking` or `redacted_thinking`, but found `{first}`."
    for blocks in spoken:
        for block in blocks:
            if block["type"] == "thinking" and block["signature"] != f"<{block['thinking']}>":
                return "Invalid `signature` in `thinking` block."
    return ""


def settings_of(wired: Settings, folder: Path, model: str, **layer: object) -> Settings:
    models = ModelSettings.model_validate({"attempts": 1, **layer})
    return wired.model_copy(update={"data_dir": folder, "model": model, "models": models})


async def test_an_answer_after_calls_is_asked_for_with_the_tools_and_none_to_choose(
    wire: Wire, wired: Settings, tmp_path: Path
) -> None:
    wire.refuses = anthropic_refuses
    call = call_block("count_orders", '{"year": 2024}')
    wire.streams(message_of(call, reason="tool_use"), done=False)
    wire.streams(message_of(text_block("There were 120 orders [S1].")), done=False)
    async with Assistant(
        settings=settings_of(wired, tmp_path, ANTHROPIC),
        tools=[count_orders],
        limits=Limits(model_calls=2),
        builtins=False,
        durable=False,
    ) as assistant:
        answer = await assistant.ask("How many orders were there in 2024?")
    assert answer.text.startswith("There were 120 orders [S1].")
    first, last = wire.bodies
    assert "tool_choice" not in first
    assert last["tool_choice"] == {"type": "none"}
    assert last["tools"] == first["tools"], "the beginning stays what the prompt cache knows"


async def test_openai_is_told_of_past_tools_too_and_servers_like_it_are_not(
    wire: Wire, wired: Settings, closing: list[ChatModel]
) -> None:
    spec = count_orders.spec()
    request = ModelRequest(messages=(UserMessage("Well?"),), past_tools=(spec,))
    for name in (OPENAI, f"openai-compatible:m@{wire.url}"):
        closing.append(model := make_model(name, wired, MiniLM()))
        wire.streams([chunk({"content": "Yes."}, "stop")])
        _ = [part async for part in model.stream(request)]
    theirs, others = wire.bodies
    assert theirs["tool_choice"] == "none" and theirs["tools"]
    assert not {"tool_choice", "tools"} & others.keys()


async def test_openai_is_held_to_schemas_that_can_be_kept_to_and_to_no_others(
    wire: Wire, wired: Settings, closing: list[ChatModel]
) -> None:
    specs = (count_orders.spec(), find_orders.spec())
    request = ModelRequest(messages=(UserMessage("Well?"),), tools=specs)
    for name in (OPENAI, f"openai-compatible:m@{wire.url}"):
        closing.append(model := make_model(name, wired, MiniLM()))
        wire.streams([chunk({"content": "Yes."}, "stop")])
        _ = [part async for part in model.stream(request)]
    strict = [[_strict(one) for one in _list(body["tools"])] for body in wire.bodies]
    assert strict == [[True, None], [None, None]]


def _list(value: JsonValue) -> list[JsonValue]:
    assert isinstance(value, list)
    return value


def _strict(written: JsonValue) -> JsonValue:
    assert isinstance(written, dict) and isinstance(written["function"], dict)
    return written["function"].get("strict")


@pytest.mark.parametrize("layer", [{"thinking_tokens": 2048}, {"reasoning": "high"}])
async def test_signed_thoughts_go_back_to_the_letter_and_are_told_as_events(
    wire: Wire, wired: Settings, tmp_path: Path, layer: dict[str, object]
) -> None:
    wire.refuses = anthropic_refuses
    first = message_of(
        thinking_block("Count them.", "<Count them.>"),
        hidden_block("c2VjcmV0"),
        call_block("count_orders", '{"year": 2024}'),
        reason="tool_use",
    )
    second = message_of(text_block("There were 120 orders [S1]."))
    for message in (first, second):
        wire.streams(message, done=False)
    async with Assistant(
        settings=settings_of(wired, tmp_path, ANTHROPIC, **layer),
        tools=[count_orders],
        builtins=False,
        release="label",
    ) as assistant:
        events = [event async for event in assistant.stream("How many orders in 2024?")]
    assert events[-1].type == "run.completed", events[-1]
    assert [one.text for one in events if isinstance(one, ModelReasoned)] == ["Count them."]
    asked, again = wire.bodies
    said = next(blocks for role, blocks in blocks_of(again) if role == "assistant")
    assert said[:2] == [
        {"type": "thinking", "thinking": "Count them.", "signature": "<Count them.>"},
        {"type": "redacted_thinking", "data": "c2VjcmV0"},
    ]
    if "reasoning" in layer:
        assert asked["thinking"] == {"type": "adaptive", "display": "summarized"}
        assert asked["output_config"] == {"effort": "high"}
    else:
        assert asked["thinking"] == {"type": "enabled", "budget_tokens": 2048}
        assert asked["max_tokens"] == 8192 + 2048


async def test_anthropic_goes_on_behind_calls_of_another_provider_without_a_budget(
    wire: Wire, wired: Settings, closing: list[ChatModel]
) -> None:
    wire.refuses = anthropic_refuses
    layer = ModelSettings(thinking_tokens=2048)
    model = make_model(ANTHROPIC, wired.model_copy(update={"models": layer}), MiniLM())
    closing.append(model)
    foreign = Thought(provider="another", text="Hm.", seal="x")
    call = ToolCall(call_id="call_1", name="look", args={})
    request = ModelRequest(
        messages=(
            UserMessage("Where?"),
            AssistantMessage("", (call,), (foreign,)),
            ToolMessage(call_id="call_1", name="look", text="[S1] here"),
        ),
        tools=(ToolSpec(name="look", description="Look.", parameters={"type": "object"}),),
    )
    wire.streams(message_of(text_block("Here [S1].")), done=False)
    parts = [part async for part in model.stream(request)]
    assert parts[0] == TextDelta("Here [S1].")
    assert "thinking" not in wire.bodies[0]


async def test_a_server_like_openai_s_is_told_how_hard_to_think(
    wire: Wire, wired: Settings, closing: list[ChatModel]
) -> None:
    settings = wired.model_copy(update={"models": ModelSettings(reasoning="low")})
    closing.append(model := make_model(f"openai-compatible:m@{wire.url}", settings, MiniLM()))
    wire.streams([chunk({"content": "Yes."}, "stop")])
    _ = [part async for part in model.stream(ModelRequest(messages=(UserMessage("Well?"),)))]
    assert wire.bodies[0]["reasoning_effort"] == "low"
