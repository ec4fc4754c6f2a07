"""OpenAI's own client, unchanged, talks to the assistant."""

from __future__ import annotations

from collections.abc import AsyncIterator

import openai
import pytest
from openai import AsyncOpenAI

from .conftest import Live

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(server: Live) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0) as made:
        yield made


async def test_the_assistant_is_listed_as_a_model(client: AsyncOpenAI) -> None:
    assert [model.id async for model in client.models.list()] == ["surefoot"]
    assert (await client.models.retrieve("surefoot")).object == "model"
    with pytest.raises(openai.NotFoundError):
        await client.models.retrieve("gpt")


async def test_a_chat_completion_comes_with_citations_and_usage(client: AsyncOpenAI) -> None:
    done = await client.chat.completions.create(
        model="surefoot", messages=[{"role": "user", "content": "add 1 2"}]
    )
    [choice] = done.choices
    assert choice.message.content == "It gave 3 [S1]." and choice.finish_reason == "stop"
    assert choice.message.annotations is not None
    [cited] = choice.message.annotations
    at = cited.url_citation
    assert choice.message.content[at.start_index : at.end_index] == "[S1]"
    assert at.url.endswith("/evidence/S1") and at.title == "tool S1"
    assert done.usage is not None and done.usage.total_tokens == 45
    again = await client.chat.completions.create(
        model="surefoot",
        messages=[
            {"role": "user", "content": "add 1 2"},
            {"role": "assistant", "content": choice.message.content},
            {"role": "user", "content": "again"},
        ],
    )
    assert again.choices[0].message.annotations == [cited]


async def test_a_streamed_chat_completion_says_the_same(client: AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(
        model="surefoot",
        messages=[{"role": "user", "content": "tell 3"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]
    said = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert said.strip() == "It gave 1000 [S1]. It gave 1001 [S2]. It gave 1002 [S3]."
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    assert chunks[-1].usage is not None and chunks[-1].usage.total_tokens > 0


async def test_a_conversation_sent_whole_each_time_stays_one_thread(client: AsyncOpenAI) -> None:
    first = await client.chat.completions.create(
        model="surefoot", messages=[{"role": "user", "content": "good morning"}]
    )
    assert first.choices[0].message.content is not None
    second = await client.chat.completions.create(
        model="surefoot",
        messages=[
            {"role": "user", "content": "good morning"},
            {"role": "assistant", "content": first.choices[0].message.content},
            {"role": "user", "content": "what did I say?"},
        ],
    )
    assert "good morning" in str(second.choices[0].message.content)
    threads = [done.model_extra["surefoot"]["thread_id"] for done in (first, second)]  # type: ignore[index]
    assert threads[0] == threads[1]


async def test_a_conversation_from_elsewhere_is_known_from_what_the_client_sends(
    client: AsyncOpenAI,
) -> None:
    done = await client.chat.completions.create(
        model="surefoot",
        user="ann",
        messages=[
            {"role": "user", "content": "my name is Ann"},
            {"role": "assistant", "content": "Good to meet you, Ann."},
            {"role": "user", "content": "what did I say?"},
        ],
    )
    assert "my name is Ann" in str(done.choices[0].message.content)


async def test_a_failed_run_is_an_error_of_the_client(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.InternalServerError) as caught:
        await client.chat.completions.create(
            model="surefoot", messages=[{"role": "user", "content": "fail"}]
        )
    assert "provider" in str(caught.value)
    stream = await client.chat.completions.create(
        model="surefoot", messages=[{"role": "user", "content": "fail"}], stream=True
    )
    with pytest.raises(openai.APIError):
        async for _ in stream:
            pass


async def test_a_response_has_its_steps_its_answer_and_its_citations(client: AsyncOpenAI) -> None:
    done = await client.responses.create(model="surefoot", input="add 1 2")
    assert done.status == "completed" and done.output_text.strip() == "It gave 3 [S1]."
    assert [item.type for item in done.output] == ["reasoning", "message"]
    step, message = done.output
    assert step.type == "reasoning" and "found S1" in step.summary[0].text
    assert message.type == "message" and message.content[0].type == "output_text"
    [cited] = message.content[0].annotations
    assert cited.type == "url_citation" and cited.title == "tool S1"
    again = await client.responses.create(
        model="surefoot", input="again", previous_response_id=done.id
    )
    [message] = again.output
    assert message.type == "message" and message.content[0].type == "output_text"
    assert message.content[0].annotations == [cited]


async def test_a_response_goes_on_from_the_one_before(client: AsyncOpenAI) -> None:
    first = await client.responses.create(model="surefoot", input="good morning")
    second = await client.responses.create(
        model="surefoot", input="what did I say?", previous_response_id=first.id
    )
    assert "good morning" in second.output_text
    third = await client.responses.create(
        model="surefoot",
        input="and now?",
        conversation=second.conversation.id,  # type: ignore[union-attr]
    )
    assert "what did I say?" in third.output_text


async def test_a_streamed_response_can_be_taken_up_behind_any_of_its_events(
    client: AsyncOpenAI,
) -> None:
    stream = await client.responses.create(model="surefoot", input="tell 2", stream=True)
    whole = [event async for event in stream]
    assert [event.sequence_number for event in whole] == list(range(len(whole)))
    last = whole[-1]
    assert last.type == "response.completed"
    assert last.response.output_text.strip() == "It gave 1000 [S1]. It gave 1001 [S2]."
    for cut in range(len(whole) - 1):
        rest = await client.responses.retrieve(last.response.id, stream=True, starting_after=cut)
        assert [event async for event in rest] == whole[cut + 1 :]
    again = await client.responses.retrieve(last.response.id)
    assert again.output_text == last.response.output_text


async def test_a_call_that_waits_is_asked_about_and_decided_on(client: AsyncOpenAI) -> None:
    asked = await client.responses.create(model="surefoot", input="pay 10")
    request = asked.output[-1]
    assert request.type == "mcp_approval_request" and request.name == "pay"
    done = await client.responses.create(
        model="surefoot",
        previous_response_id=asked.id,
        input=[
            {"type": "mcp_approval_response", "approval_request_id": request.id, "approve": True}
        ],
    )
    assert done.output_text.strip() == "It gave 10 paid [S1]."


async def test_a_response_is_cancelled(client: AsyncOpenAI) -> None:
    stream = await client.responses.create(model="surefoot", input="wait", stream=True)
    first = await anext(aiter(stream))
    assert first.type == "response.created"
    stopped = await client.responses.cancel(first.response.id)
    assert stopped.status == "cancelled"
    await stream.close()
    with pytest.raises(openai.NotFoundError):
        await client.responses.retrieve("resp_none_0")


@pytest.mark.parametrize("role", ["system", "developer"])
async def test_system_and_developer_messages_are_instructions_for_the_question(
    client: AsyncOpenAI, role: str
) -> None:
    done = await client.chat.completions.create(
        model="surefoot",
        messages=[
            {"role": role, "content": "Say good morning."},  # type: ignore[list-item,misc]
            {"role": "user", "content": "orders"},
        ],
    )
    assert done.choices[0].message.content == "Say good morning."
    plain = await client.chat.completions.create(
        model="surefoot", messages=[{"role": "user", "content": "orders"}]
    )
    assert plain.choices[0].message.content != "Say good morning."


async def test_instructions_of_a_response_are_for_that_response_alone(client: AsyncOpenAI) -> None:
    first = await client.responses.create(
        model="surefoot", input="orders", instructions="Say good evening."
    )
    assert first.output_text == "Say good evening."
    second = await client.responses.create(
        model="surefoot", input="orders", previous_response_id=first.id
    )
    assert second.output_text != "Say good evening."
