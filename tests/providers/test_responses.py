"""OpenAI's models that think, over the Responses API, through the real SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import JsonValue

from surefoot import Assistant, Settings, tool
from surefoot.agent import (
    ContentRefused,
    EmptyAnswer,
    ProviderDown,
    ProviderFault,
    RateLimited,
    RequestRefused,
    StreamBroken,
    make_model,
)
from surefoot.events import ModelReasoned
from surefoot.memory import MiniLM
from surefoot.messages import (
    AssistantMessage,
    Image,
    SystemMessage,
    Thought,
    ToolCall,
    ToolMessage,
    UserMessage,
)
from surefoot.model import (
    ChatModel,
    Finished,
    ModelPart,
    ModelRequest,
    ReasoningDelta,
    TextDelta,
    ToolSpec,
)

from .conftest import settings_for
from .events import Event, call_item, response_of, responses_of, text_item, thought_item

if TYPE_CHECKING:
    from tests.providers.conftest import Wire

pytestmark = pytest.mark.anyio

NAME = "openai:gpt-5-mini"
LOOK = ToolSpec(
    name="look",
    description="Look.",
    parameters={
        "type": "object",
        "properties": {"at": {"type": "string"}},
        "required": ["at"],
        "additionalProperties": False,
    },
)
HELLO = ModelRequest(messages=(SystemMessage("Be brief."), UserMessage("hello")), tools=(LOOK,))
CALL = call_item("look", '{"at": "sky"}')


@pytest.fixture
def thinking(wire: Wire) -> Settings:
    return settings_for(wire.url, stall_seconds=10, reasoning="high")


@pytest.fixture
def model(thinking: Settings, closing: list[ChatModel]) -> ChatModel:
    closing.append(model := make_model(NAME, thinking, MiniLM()))
    return model


@pytest.fixture(params=["streamed", "whole"])
def either(
    request: pytest.FixtureRequest, wire: Wire, closing: list[ChatModel]
) -> tuple[ChatModel, bool]:
    """The model, and whether it streams."""
    streams = request.param == "streamed"
    settings = settings_for(wire.url, stall_seconds=10, reasoning="high", streaming=streams)
    closing.append(model := make_model(NAME, settings, MiniLM()))
    return model, streams


def answers(wire: Wire, streams: bool, *items: Event, **more: JsonValue) -> None:
    status = str(more.pop("status", "completed"))
    if streams:
        wire.streams(responses_of(*items, status=status, **more), done=False)
    else:
        wire.answers_with(response_of(*items, status=status, **more))


async def parts_of(model: ChatModel, request: ModelRequest = HELLO) -> list[ModelPart]:
    return [part async for part in model.stream(request)]


def words_of(parts: list[ModelPart]) -> str:
    return "".join(part.text for part in parts if isinstance(part, TextDelta))


async def test_thoughts_words_calls_and_usage_come_through(
    wire: Wire, either: tuple[ChatModel, bool]
) -> None:
    model, streams = either
    answers(wire, streams, thought_item("Hm.", "Aha."), text_item("I look."), CALL)
    parts = await parts_of(model)
    aloud = "".join(part.text for part in parts if isinstance(part, ReasoningDelta))
    assert (aloud, words_of(parts)) == ("Hm.\n\nAha.", "I look.")
    assert Thought(provider="openai", text="Hm.\n\nAha.", seal="rs_1 sealed") in parts
    assert ToolCall(call_id="call_1", name="look", args={"at": "sky"}) in parts
    end = parts[-1]
    assert isinstance(end, Finished)
    assert (end.reason, end.input_tokens, end.cached_tokens, end.output_tokens) == (
        *("tool_calls", 1000, 900, 50),
    )
    assert end.cost_usd == pytest.approx(100 * 0.25e-6 + 900 * 0.025e-6 + 50 * 2e-6)
    assert wire.paths == ["/responses"]
    body = wire.bodies[0]
    assert (body["store"], body["instructions"]) == (False, "Be brief.")
    assert body["reasoning"] == {"effort": "high", "summary": "auto"}
    tools = body["tools"]
    assert isinstance(tools, list) and isinstance(tools[0], dict) and tools[0]["strict"] is True


async def test_a_conversation_is_written_item_by_item(wire: Wire, model: ChatModel) -> None:
    wire.streams(responses_of(text_item("Yes.")), done=False)
    thoughts = (
        Thought(provider="openai", text="Hm.\n\nAha.", seal="rs_1 sealed"),
        Thought(provider="openai", seal="rs_2 hidden", is_hidden=True),
        Thought(provider="anthropic", text="Not for you.", seal="x"),
    )
    call = ToolCall(call_id="call_1", name="look", args={"at": "sky"})
    said = AssistantMessage("I look.", tool_calls=(call,), thoughts=thoughts)
    pixel = Image(media_type="image/png", data="iVBORw0KGgo=")
    result = ToolMessage(call_id="call_1", name="look", text="[S1]")
    asked = (SystemMessage("Be brief."), UserMessage("Look.", (pixel,)), said, result)
    await parts_of(model, ModelRequest(messages=asked, past_tools=(LOOK,)))
    body = wire.bodies[0]
    assert body["tool_choice"] == "none"
    summary: list[JsonValue] = [{"type": "summary_text", "text": one} for one in ("Hm.", "Aha.")]
    url = "data:image/png;base64,iVBORw0KGgo="
    first: Event = {"type": "reasoning", "id": "rs_1", "encrypted_content": "sealed"}
    second: Event = {"type": "reasoning", "id": "rs_2", "encrypted_content": "hidden"}
    made: Event = {"type": "function_call", "call_id": "call_1", "name": "look"}
    assert body["input"] == [
        {
            "role": "user",
            "content": [
                {"type": "input_text", "text": "Look."},
                {"type": "input_image", "image_url": url, "detail": "auto"},
            ],
        },
        {**first, "summary": summary},
        {**second, "summary": []},
        {"role": "assistant", "content": "I look."},
        {**made, "arguments": '{"at": "sky"}'},
        {"type": "function_call_output", "call_id": "call_1", "output": "[S1]"},
    ]


async def test_a_thought_behind_the_first_words_is_told_and_not_sent_back(
    wire: Wire, either: tuple[ChatModel, bool]
) -> None:
    model, streams = either
    later = thought_item("And then?", item_id="rs_2")
    answers(wire, streams, thought_item("Hm."), text_item("First."), later, CALL)
    parts = await parts_of(model)
    seals = [part.seal for part in parts if isinstance(part, Thought)]
    assert seals == ["rs_1 sealed"]
    assert "And then?" in "".join(part.text for part in parts if isinstance(part, ReasoningDelta))


async def test_an_account_that_may_see_no_summaries_is_asked_for_none(
    wire: Wire, either: tuple[ChatModel, bool]
) -> None:
    model, streams = either
    told = "Your organization must be verified to generate reasoning summaries."
    param = "reasoning.summary"
    error: JsonValue = {"message": told, "type": "invalid_request_error", "param": param}
    wire.answers_with({"error": error}, status=400)
    for _ in range(2):
        answers(wire, streams, text_item("Yes."))
        assert words_of(await parts_of(model)) == "Yes."
    wanted = [body["reasoning"] for body in wire.bodies]
    assert wanted == [{"effort": "high", "summary": "auto"}, *[{"effort": "high"}] * 2]
    other: Event = {"message": "No.", "type": "invalid_request_error", "param": "input"}
    wire.answers_with({"error": other}, status=400)
    with pytest.raises(RequestRefused):
        await parts_of(model)


CUT: JsonValue = {"reason": "max_output_tokens"}
FILTERED: JsonValue = {"reason": "content_filter"}
DOWN: JsonValue = {"code": "server_error", "message": "Sorry."}
BUSY: JsonValue = {"code": "rate_limit_exceeded", "message": "Rate limit reached."}


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"status": "incomplete", "incomplete_details": FILTERED}, ContentRefused),
        ({"status": "failed", "error": DOWN}, ProviderDown),
        ({"status": "failed", "error": BUSY}, RateLimited),
        ({}, EmptyAnswer),
    ],
)
async def test_an_answer_that_came_to_nothing_says_who_must_act(
    wire: Wire,
    either: tuple[ChatModel, bool],
    more: dict[str, JsonValue],
    fault: type[ProviderFault],
) -> None:
    model, streams = either
    answers(wire, streams, thought_item("Hm."), **more)
    with pytest.raises(fault):
        await parts_of(model)


async def test_a_message_that_was_cut_says_so(wire: Wire, either: tuple[ChatModel, bool]) -> None:
    model, streams = either
    cut = call_item("look", '{"at": "s')
    answers(wire, streams, cut, status="incomplete", incomplete_details=CUT)
    *_, call, end = await parts_of(model)
    assert isinstance(call, ToolCall) and call.error is not None and "length limit" in call.error
    assert isinstance(end, Finished) and end.reason == "length"


async def test_a_refusal_is_the_caller_s(wire: Wire, either: tuple[ChatModel, bool]) -> None:
    model, streams = either
    part: Event = {"type": "refusal", "refusal": "I cannot."}
    item: Event = {**text_item(""), "content": [part]}
    if streams:
        told: Event = {"type": "response.refusal.delta", "delta": "I cannot.", "item_id": "msg_1"}
        place: Event = {"output_index": 0, "content_index": 0, "sequence_number": 0}
        wire.streams([{**told, **place}, *responses_of()], done=False)
    else:
        wire.answers_with(response_of(item))
    with pytest.raises(ContentRefused):
        await parts_of(model)


async def test_a_stream_that_breaks_off_or_fails_is_a_fault(wire: Wire, model: ChatModel) -> None:
    wire.streams(responses_of(text_item("Ye"))[:-1], done=False)
    with pytest.raises(StreamBroken):
        await parts_of(model)
    failed: Event = {"type": "error", "code": "server_error", "message": "Sorry.", "param": None}
    wire.streams([*responses_of(text_item("Ye"))[:1], {**failed, "sequence_number": 9}], done=False)
    with pytest.raises(ProviderDown):
        await parts_of(model)


async def test_a_run_sends_its_thoughts_back_and_tells_them(wire: Wire, thinking: Settings) -> None:
    @tool(side_effects=False)
    async def look(at: str) -> str:
        """Look somewhere."""
        return f"{at} is blue"

    wire.streams(responses_of(thought_item("I must look."), CALL), done=False)
    wire.streams(responses_of(text_item("The sky is blue [S1].")), done=False)
    events = []
    async with Assistant(
        model=NAME, tools=[look], builtins=False, memory=None, durable=False, settings=thinking
    ) as assistant:
        async for event in assistant.stream("What colour is it?", release="label"):
            events.append(event)
    items = wire.bodies[1]["input"]
    assert isinstance(items, list)
    kinds = [item.get("type", item.get("role")) for item in items if isinstance(item, dict)]
    assert kinds == ["user", "reasoning", "function_call", "function_call_output"]
    assert [event.text for event in events if isinstance(event, ModelReasoned)] == ["I must look."]


async def test_batches_and_other_servers_keep_to_chat_completions(
    thinking: Settings, closing: list[ChatModel]
) -> None:
    other = f"openai-compatible:m@{thinking.openai_base_url}"
    for made in (
        make_model(NAME, thinking, MiniLM(), for_batches=True),
        make_model(other, thinking, MiniLM()),
    ):
        closing.append(made)
        assert type(made).__name__ == "OpenAIModel"
