"""Each provider, bare: what it says arrives whole, and each fault says who must act."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from surefoot.agent import (
    ContentRefused,
    ContextOverflow,
    EmptyAnswer,
    KeyRefused,
    ModelUnknown,
    ProviderDown,
    ProviderFault,
    QuotaSpent,
    RateLimited,
    RequestRefused,
    Stalled,
    StreamBroken,
    Unreachable,
)
from surefoot.messages import ToolCall, UserMessage
from surefoot.model import ChatModel, Finished, ModelPart, ModelRequest, TextDelta, ToolSpec

if TYPE_CHECKING:
    from tests.providers.conftest import Provider

pytestmark = pytest.mark.anyio

LOOK = ToolSpec(
    name="look",
    description="Look somewhere.",
    parameters={"type": "object", "properties": {"where": {"type": "string"}}},
)
HELLO = ModelRequest(messages=(UserMessage("hello"),))
WITH_TOOLS = ModelRequest(messages=(UserMessage("hello"),), tools=(LOOK,))


async def parts_of(model: ChatModel, request: ModelRequest = HELLO) -> list[ModelPart]:
    return [part async for part in model.stream(request)]


def text_of(parts: list[ModelPart]) -> str:
    return "".join(part.text for part in parts if isinstance(part, TextDelta))


async def fault_of(model: ChatModel, request: ModelRequest = HELLO) -> ProviderFault:
    with pytest.raises(ProviderFault) as caught:
        await parts_of(model, request)
    return caught.value


@pytest.fixture(params=[True, False], ids=["streaming", "whole"])
async def model(
    request: pytest.FixtureRequest, provider: Provider, closing: list[ChatModel]
) -> ChatModel:
    """The provider's bare model, streaming and not."""
    made = provider.model(streaming=request.param)
    closing.append(made)
    return made


@pytest.fixture
async def streaming(provider: Provider, closing: list[ChatModel]) -> ChatModel:
    """The provider's bare model, streaming."""
    made = provider.model()
    closing.append(made)
    return made


async def test_text_arrives_with_its_usage_and_its_end(
    provider: Provider, model: ChatModel
) -> None:
    provider.says("There are 120 orders.")
    parts = await parts_of(model)
    assert text_of(parts) == "There are 120 orders."
    end = parts[-1]
    assert isinstance(end, Finished)
    assert end.reason == "stop"
    assert end.input_tokens > 0
    assert end.output_tokens > 0


async def test_a_listed_model_has_a_cost_and_another_has_none(
    provider: Provider, model: ChatModel
) -> None:
    provider.says("Yes.")
    end = (await parts_of(model))[-1]
    assert isinstance(end, Finished)
    assert (end.cost_usd is None) == (provider.kind == "openai-compatible")


async def test_calls_made_side_by_side_arrive_in_order(
    provider: Provider, model: ChatModel
) -> None:
    provider.calls(("look", {"where": "here"}), ("look", {"where": "there"}))
    parts = await parts_of(model, WITH_TOOLS)
    calls = [part for part in parts if isinstance(part, ToolCall)]
    assert [call.args for call in calls] == [{"where": "here"}, {"where": "there"}]
    assert len({call.call_id for call in calls}) == 2
    assert isinstance(parts[-1], Finished) and parts[-1].reason == "tool_calls"


async def test_arguments_that_are_no_json_are_a_call_with_an_error(
    provider: Provider, streaming: ChatModel
) -> None:
    provider.calls(("look", {"where": "here"})).writes_bad_calls("malformed_arguments")
    (call,) = [p for p in await parts_of(streaming, WITH_TOOLS) if isinstance(p, ToolCall)]
    assert call.args == {}
    assert call.error is not None and "not valid JSON" in call.error


async def test_a_tool_that_was_not_offered_is_passed_on_for_the_plan_check(
    provider: Provider, model: ChatModel
) -> None:
    provider.calls(("look", {"where": "here"})).writes_bad_calls("unknown_tool")
    (call,) = [p for p in await parts_of(model, WITH_TOOLS) if isinstance(p, ToolCall)]
    assert call.name != "look"


@pytest.mark.parametrize(
    ("status", "fault", "who"),
    [
        (400, RequestRefused, "programmer"),
        (401, KeyRefused, "operator"),
        (403, KeyRefused, "operator"),
        (404, ModelUnknown, "operator"),
        (429, RateLimited, "nobody"),
        (500, ProviderDown, "provider"),
        (503, ProviderDown, "provider"),
        (529, ProviderDown, "provider"),
    ],
)
async def test_a_status_is_a_fault_that_says_who_must_act(
    provider: Provider, model: ChatModel, status: int, fault: type[ProviderFault], who: str
) -> None:
    provider.fails(status)
    caught = await fault_of(model)
    assert type(caught) is fault
    assert (caught.who, caught.status) == (who, status)
    assert len(provider.bodies) == 1, "the SDK must not retry behind our back"


async def test_retry_after_is_read(provider: Provider, model: ChatModel) -> None:
    provider.fails(429, retry_after=7)
    assert (await fault_of(model)).retry_after == 7


async def test_a_spent_quota_is_not_taken_for_a_moment_of_too_many_requests(
    provider: Provider, model: ChatModel
) -> None:
    provider.fails(429, code="insufficient_quota", message="You exceeded your insufficient_quota.")
    assert type(await fault_of(model)) is QuotaSpent


async def test_a_prompt_that_is_too_long_is_an_overflow(
    provider: Provider, model: ChatModel
) -> None:
    told = {"anthropic": "prompt is too long: 210000 tokens > 200000 maximum"}
    message = told.get(provider.kind, "This model's maximum context length is 8192 tokens.")
    provider.fails(400, message=message)
    assert type(await fault_of(model)) is ContextOverflow


async def test_a_content_filter_is_told_to_the_caller(provider: Provider, model: ChatModel) -> None:
    provider.says("I", reason="content_filter")
    caught = await fault_of(model)
    assert type(caught) is ContentRefused
    assert caught.who == "caller"


async def test_a_message_cut_at_its_limit_ends_with_that_reason(
    provider: Provider, model: ChatModel
) -> None:
    provider.says("One two", reason="length")
    end = (await parts_of(model))[-1]
    assert isinstance(end, Finished) and end.reason == "length"


async def test_an_empty_message_is_a_fault(provider: Provider, model: ChatModel) -> None:
    provider.says("")
    assert type(await fault_of(model)) is EmptyAnswer


@pytest.mark.parametrize("how", ["disconnect", "truncate", "malformed"])
async def test_a_broken_stream_is_never_taken_for_an_answer(
    provider: Provider, streaming: ChatModel, how: Literal["disconnect", "truncate", "malformed"]
) -> None:
    provider.says("one two three four five six seven").breaks(how)
    seen: list[ModelPart] = []
    with pytest.raises(StreamBroken):
        async for part in streaming.stream(HELLO):
            seen.append(part)
    assert not any(isinstance(part, Finished) for part in seen)


async def test_silence_in_mid_stream_ends_the_call(
    provider: Provider, streaming: ChatModel
) -> None:
    provider.says("one two three four five six").stalls()
    assert type(await fault_of(streaming)) is Stalled


async def test_silence_before_the_first_word_ends_the_call(
    provider: Provider, model: ChatModel
) -> None:
    provider.says("late").is_slow(1.0)
    assert type(await fault_of(model)) is Stalled


async def test_a_server_that_is_not_there_cannot_be_reached(
    provider: Provider, closing: list[ChatModel]
) -> None:
    from surefoot.agent import make_model
    from surefoot.memory import MiniLM
    from tests.providers.conftest import settings_for

    nowhere = "http://127.0.0.1:9"
    settings = settings_for(nowhere)
    name = provider.name.replace(provider.url, nowhere)
    model = make_model(name, settings, MiniLM())
    closing.append(model)
    caught = await fault_of(model)
    assert type(caught) is Unreachable
    assert caught.who == "operator"


async def test_no_fault_tells_a_key(provider: Provider, model: ChatModel) -> None:
    provider.fails(401, message="Incorrect API key provided: sk-test-0123456789abcdef.")
    caught = await fault_of(model)
    assert "0123456789" not in str(caught)
