"""Batches: calls made side by side go up as one, through the real SDKs."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from anyio.lowlevel import checkpoint
from pydantic import JsonValue

from surefoot import ConfigurationError, Settings
from surefoot.agent import (
    AnthropicModel,
    BatchedModel,
    ContentRefused,
    EmptyAnswer,
    OpenAIModel,
    ProviderDown,
    RequestRefused,
    Unreachable,
    batched,
    listing,
    make_model,
)
from surefoot.errors import StorageError
from surefoot.evals import Provenance, Trace, judge_traces
from surefoot.memory import MiniLM
from surefoot.messages import UserMessage
from surefoot.model import Finished, ModelRequest, TextDelta

from .batch_server import Body, batch_server
from .conftest import settings_for

pytestmark = pytest.mark.anyio

OPENAI, ANTHROPIC = NAMES = ("openai:gpt-5-mini", "anthropic:claude-sonnet-5-5")


def answer(body: Body) -> tuple[int, Body]:
    """Answer as the provider of the request does: well, or as the question says."""
    asked = str(body["messages"])
    if "broken" in asked:
        return 400, {"error": {"type": "invalid_request_error", "message": "No."}}
    text = "" if "empty" in asked else "I saw it.\nPASS"
    is_refused = "refused" in asked
    if "max_tokens" in body:
        content: list[JsonValue] = [{"type": "text", "text": text}] if text else []
        ending: Body = {"stop_reason": "refusal" if is_refused else "end_turn", "content": content}
        said: Body = {"id": "m", "type": "message", "role": "assistant", "model": "m"}
        return 200, {**said, **ending, "usage": {"input_tokens": 1000, "output_tokens": 100}}
    message: Body = {"role": "assistant", "content": text}
    reason = "content_filter" if is_refused else "stop"
    choice: Body = {"index": 0, "message": message, "finish_reason": reason}
    usage: Body = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
    whole: Body = {"id": "c", "object": "chat.completion", "created": 1, "model": "m"}
    return 200, {**whole, "choices": [choice], "usage": usage}


@asynccontextmanager
async def batching(name: str, url: str, folder: Path | None = None) -> AsyncIterator[BatchedModel]:
    """Open a model that collects what comes in one turn of the loop, and never waits."""
    bare = make_model(name, settings_for(url, stall_seconds=10), MiniLM())
    assert isinstance(bare, OpenAIModel | AnthropicModel)
    model = BatchedModel(bare, folder=folder, gather_seconds=0, sleep=lambda _: checkpoint())
    try:
        yield model
    finally:
        await model.close()


async def asked(model: BatchedModel, text: str) -> tuple[str, Finished]:
    request = ModelRequest(messages=(UserMessage(text),))
    parts = [part async for part in model.stream(request)]
    end = parts[-1]
    assert isinstance(end, Finished)
    return "".join(part.text for part in parts if isinstance(part, TextDelta)), end


@pytest.mark.parametrize("name", NAMES)
async def test_calls_made_side_by_side_are_one_batch_at_half_the_price(name: str) -> None:
    with batch_server(answer) as server:
        async with batching(name, server.url) as model:
            told = await asyncio.gather(*(asked(model, f"question {n}") for n in range(5)))
    (batch,) = server.batches
    assert len(batch) == 5
    assert {text for text, _ in told} == {"I saw it.\nPASS"}
    end = told[0][1]
    assert end.how == ("batch",)
    provider, _, called = name.partition(":")
    price = listing(provider, called).price
    assert price is not None
    alone = price.of(Finished(reason="stop", input_tokens=1000, output_tokens=100)).cost_usd
    assert end.cost_usd is not None and alone == pytest.approx(2 * end.cost_usd)
    assert not server.files, "nothing is left with the provider"


@pytest.mark.parametrize("name", NAMES)
async def test_each_call_of_a_batch_has_a_fault_of_its_own(name: str) -> None:
    questions = ("good", "broken", "refused", "empty", "lost")
    with batch_server(answer, loses="4") as server:
        async with batching(name, server.url) as model:
            told = await asyncio.gather(
                *(asked(model, question) for question in questions), return_exceptions=True
            )
    kinds = [type(one) for one in told]
    assert kinds == [tuple, RequestRefused, ContentRefused, EmptyAnswer, ProviderDown]


async def both(model: BatchedModel) -> list[str]:
    """Ask what `batching.py` asks."""
    told = await asyncio.gather(*(asked(model, f"question {n}") for n in range(2)))
    return [text for text, _ in told]


def noted(folder: Path) -> list[str]:
    """Return what the files of a batch book say."""
    return [path.read_text(encoding="utf-8") for path in folder.glob("*.json")]


@pytest.mark.parametrize("name", NAMES)
async def test_a_batch_is_sent_once_though_its_process_dies_before_it_hears_of_it(
    name: str, tmp_path: Path
) -> None:
    with batch_server(answer) as server:
        server.swallows = True
        program = Path(__file__).with_name("batching.py")
        process = await asyncio.create_subprocess_exec(
            sys.executable, program, name, server.url, tmp_path
        )
        await asyncio.to_thread(server.swallowed.wait)
        process.kill()
        await process.wait()
        folder = tmp_path / "batches"
        async with batching(name, server.url, folder) as model:
            assert await both(model) == ["I saw it.\nPASS"] * 2
            assert len(server.batches) == 1
            assert await both(model) == ["I saw it.\nPASS"] * 2
            assert len(server.batches) == 2, "an answer is given once"
    assert not server.files and not noted(folder), "nothing is left of what was answered"


@pytest.mark.parametrize("name", NAMES)
async def test_a_batch_that_is_not_over_is_waited_for_by_the_next_process(
    name: str, tmp_path: Path
) -> None:
    with batch_server(answer) as server:
        server.is_slow = True
        async with batching(name, server.url, tmp_path) as model:
            waiting = asyncio.ensure_future(both(model))
            await asyncio.to_thread(server.asked.wait)
            async with batching(name, server.url, tmp_path) as beside:
                told = asyncio.ensure_future(asked(beside, "question 2"))
                while len(server.batches) < 2:
                    await checkpoint()
                told.cancel()
        with pytest.raises(ProviderDown, match="closed before"):
            await waiting
        assert len(kept := noted(tmp_path)) == 2 and "question" not in "".join(kept)
        server.is_slow = False
        async with batching(name, server.url, tmp_path) as model:
            more = asyncio.ensure_future(asked(model, "question 3"))
            assert await both(model) == ["I saw it.\nPASS"] * 2
            await more
        assert [len(batch) for batch in server.batches] == [2, 1, 1]
        async with batching(name, server.url, tmp_path) as model:
            await asked(model, "question 2")
        assert len(server.batches) == 3


async def test_a_batch_that_cannot_be_noted_is_not_sent(tmp_path: Path) -> None:
    (tmp_path / "batches").write_text("in the way")
    with batch_server(answer) as server:
        async with batching(OPENAI, server.url, tmp_path / "batches") as model:
            with pytest.raises(StorageError, match="was not sent"):
                await asked(model, "question")
    assert not server.batches and not server.files


@pytest.mark.parametrize("name", NAMES)
async def test_a_judge_asks_about_all_runs_in_one_batch(name: str) -> None:
    made = Provenance(format="test")
    traces = [Trace(trace_id=str(n), steps=(), provenance=made) for n in range(8)]
    with batch_server(answer) as server:
        async with batching(name, server.url) as model:
            judged = await judge_traces(
                model, "Is it right?", traces, name="j", concurrency=len(traces)
            )
    assert [len(batch) for batch in server.batches] == [8]
    assert [trace.labels["judge.j"] for trace in judged] == [True] * 8


async def test_a_provider_that_is_not_there_is_told_to_every_call() -> None:
    async with batching(OPENAI, "http://127.0.0.1:9") as model:
        told = await asyncio.gather(
            *(asked(model, f"question {n}") for n in range(2)), return_exceptions=True
        )
    assert [type(one) for one in told] == [Unreachable, Unreachable]


async def test_who_waits_for_a_batch_is_told_when_it_is_given_up() -> None:
    never = asyncio.Event()
    with batch_server(answer) as server:
        bare = make_model(OPENAI, settings_for(server.url, stall_seconds=10), MiniLM())
        assert isinstance(bare, OpenAIModel)
        asleep = asyncio.Event()

        async def sleep(seconds: float) -> None:
            asleep.set()
            await never.wait()

        model = BatchedModel(bare, gather_seconds=0, sleep=sleep)
        waiting = asyncio.ensure_future(asked(model, "question"))
        await asleep.wait()
        await model.close()
        with pytest.raises(ProviderDown, match="closed before"):
            await waiting


async def test_only_providers_that_take_batches_are_asked_for_them() -> None:
    with pytest.raises(ConfigurationError, match="takes no batches"):
        batched("embedded", Settings())
    await batched(OPENAI, settings_for("http://127.0.0.1:9")).close()
