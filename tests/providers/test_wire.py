"""What goes over the wire and what comes back, where scripts cannot say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel, JsonValue

from surefoot import Settings
from surefoot.agent import ProviderDown, ProviderFault, UnusableReply, ask_for, make_model
from surefoot.memory import MiniLM
from surefoot.messages import Image, SystemMessage, Thought, ToolMessage, UserMessage
from surefoot.model import (
    ChatModel,
    Finished,
    ModelPart,
    ModelRequest,
    ReasoningDelta,
    TextDelta,
    ToolSpec,
)

from .events import chunk, message_of, text_block, thinking_block, used

if TYPE_CHECKING:
    from tests.providers.conftest import Wire

pytestmark = pytest.mark.anyio

PIXEL = Image(media_type="image/png", data="iVBORw0KGgo=")
LOOK = ToolSpec(name="look", description="Look.", parameters={"type": "object"})
HELLO = ModelRequest(messages=(SystemMessage("Be brief."), UserMessage("hello")), tools=(LOOK,))


@pytest.fixture
def openai(wired: Settings, closing: list[ChatModel]) -> ChatModel:
    closing.append(model := make_model("openai:gpt-5-mini", wired, MiniLM()))
    return model


@pytest.fixture
def anthropic(wired: Settings, closing: list[ChatModel]) -> ChatModel:
    closing.append(model := make_model("anthropic:claude-sonnet-5-5", wired, MiniLM()))
    return model


async def parts_of(model: ChatModel, request: ModelRequest = HELLO) -> list[ModelPart]:
    return [part async for part in model.stream(request)]


async def test_openai_reasoning_and_cached_tokens_come_through(
    wire: Wire, openai: ChatModel
) -> None:
    wire.streams(
        [
            chunk({"reasoning_content": "Hm."}),
            chunk({"content": "Yes."}, "stop"),
            used(1000, 900),
        ]
    )
    thought, text, end = await parts_of(openai)
    assert thought == ReasoningDelta("Hm.")
    assert text == TextDelta("Yes.")
    assert isinstance(end, Finished)
    assert (end.input_tokens, end.cached_tokens) == (1000, 900)
    assert end.cost_usd == pytest.approx(100 * 0.25e-6 + 900 * 0.025e-6 + 5 * 2e-6)


async def test_anthropic_reasoning_and_cached_tokens_come_through(
    wire: Wire, anthropic: ChatModel
) -> None:
    wire.streams(
        message_of(
            thinking_block("Hm.", "sealed"),
            text_block("Yes."),
            cached=900,
        ),
        done=False,
    )
    aloud, thought, text, end = await parts_of(anthropic)
    assert aloud == ReasoningDelta("Hm.")
    assert thought == Thought(provider="anthropic", text="Hm.", seal="sealed")
    assert text == TextDelta("Yes.")
    assert isinstance(end, Finished)
    assert (end.input_tokens, end.cached_tokens, end.stored_tokens) == (917, 900, 7)
    assert end.cost_usd is not None and end.cost_usd > 0


async def test_anthropic_is_told_what_to_keep_in_its_prompt_cache(
    wire: Wire, anthropic: ChatModel
) -> None:
    wire.streams(message_of(text_block("Yes.")), done=False)
    result = ToolMessage(call_id="call.1/x", name="look", text="[S1]")
    await parts_of(anthropic, ModelRequest(messages=(*HELLO.messages, result), tools=(LOOK,)))
    (body,) = wire.bodies
    kept: JsonValue = {"type": "ephemeral"}
    assert body["system"] == [{"type": "text", "text": "Be brief.", "cache_control": kept}]
    turns = body["messages"]
    assert isinstance(turns, list) and len(turns) == 1, "neighbours of one side are one turn"
    assert isinstance(turns[0], dict) and isinstance(turns[0]["content"], list)
    hello, answer = turns[0]["content"]
    assert isinstance(hello, dict) and "cache_control" not in hello
    assert isinstance(answer, dict) and answer["cache_control"] == kept
    assert answer["tool_use_id"] == "call_1_x"


async def test_pictures_are_sent_as_each_takes_them(
    wire: Wire, openai: ChatModel, anthropic: ChatModel
) -> None:
    request = ModelRequest(messages=(UserMessage("What is this?", (PIXEL,)),))
    wire.streams([chunk({"content": "A dot."}, "stop")])
    await parts_of(openai, request)
    wire.streams(message_of(text_block("A dot.")), done=False)
    await parts_of(anthropic, request)
    ours, theirs = (str(body["messages"]) for body in wire.bodies)
    assert "data:image/png;base64,iVBORw0KGgo=" in ours
    assert "'media_type': 'image/png', 'data': 'iVBORw0KGgo='" in theirs


async def test_an_error_inside_a_stream_is_the_provider_s(
    wire: Wire, openai: ChatModel, anthropic: ChatModel
) -> None:
    error: JsonValue = {"type": "overloaded_error", "message": "Overloaded"}
    wire.streams([chunk({"content": "Ye"}), {"error": error}])
    with pytest.raises(ProviderDown):
        await parts_of(openai)
    wire.streams([*message_of()[:1], {"type": "error", "error": error}], done=False)
    with pytest.raises(ProviderDown):
        await parts_of(anthropic)


async def test_a_refusal_is_a_content_filter(wire: Wire, openai: ChatModel) -> None:
    wire.streams([chunk({"refusal": "I cannot."}), chunk({}, "stop")])
    with pytest.raises(ProviderFault) as caught:
        await parts_of(openai)
    assert caught.value.who == "caller"


class Place(BaseModel):
    """A place."""

    name: str
    people: int


async def test_an_object_is_asked_for_by_its_schema_and_a_wrong_one_is_sent_back(
    wire: Wire, openai: ChatModel
) -> None:
    wire.streams([chunk({"content": '{"name": "Bern"}'}, "stop")])
    wire.streams([chunk({"content": '```json\n{"name": "Bern", "people": 5}\n```'}, "stop")])
    place = await ask_for(Place, openai, [UserMessage("Where?")])
    assert place == Place(name="Bern", people=5)
    first, second = wire.bodies
    assert "json_schema" in str(first["response_format"])
    assert "people: Field required" in str(second["messages"])


async def test_anthropic_is_held_to_the_schema_too(wire: Wire, anthropic: ChatModel) -> None:
    for _ in range(2):
        wire.streams(message_of(text_block("Bern.")), done=False)
    with pytest.raises(UnusableReply):
        await ask_for(Place, anthropic, [UserMessage("Where?")])
    assert "json_schema" in str(wire.bodies[0]["output_config"])
