"""Overhead: a call through our layer beside the same call through the bare SDK."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from openai import AsyncOpenAI
from pydantic import SecretStr

from surefoot import Settings
from surefoot.agent import make_layer, make_model
from surefoot.memory import MiniLM
from surefoot.messages import SystemMessage, UserMessage
from surefoot.model import ChatModel, ModelRequest, TextDelta
from surefoot.settings import ModelSettings

CALLS_IN_A_ROW = 10
REQUEST = ModelRequest(messages=(SystemMessage("Be brief."), UserMessage("Say twenty words.")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One way of calling: medians over the rounds."""

    way: str
    ms: float
    cpu_ms: float
    ratio: float
    """CPU of this process against the bare SDK's, of the same round."""


@contextmanager
def scripted_server() -> Iterator[str]:
    """Run the server and yield its address."""
    command = [sys.executable, "-m", "surefoot.evals.bench.models.server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        finally:
            process.kill()


async def measure(rounds: int) -> list[Timing]:
    """Let all ways take turns, so that a busy machine slows them alike."""
    with scripted_server() as url:
        name = "openai:gpt-5-mini"
        plain = Settings(openai_api_key=SecretStr("sk-none"), openai_base_url=url)
        limited = plain.model_copy(
            update={"models": ModelSettings(day_cost_usd=1000.0, cache="off")}
        )
        bare = AsyncOpenAI(base_url=url, api_key="sk-none", max_retries=0)
        one = make_model(name, plain, MiniLM())
        layers = [
            make_layer(settings, MiniLM(), now=lambda: "2026-01-01T00:00:00Z", name=name)
            for settings in (plain, limited)
        ]
        ways: dict[str, Callable[[], Awaitable[int]]] = {
            "bare SDK": lambda: _sdk(bare),
            "our adapter": lambda: _ours(one),
            "default layer (retries, breaker, window)": lambda: _ours(layers[0].model),
            "and a budget": lambda: _ours(layers[1].model),
        }
        taken: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
        for number in range(rounds + 1):
            for way, call in ways.items():
                wall, cpu = time.perf_counter(), time.process_time()
                for _ in range(CALLS_IN_A_ROW):
                    assert await call() == 20
                spent = (time.perf_counter() - wall, time.process_time() - cpu)
                if number:
                    taken[way].append(spent)
        await bare.close()
        for closing in layers:
            await closing.close()
    return [_timing(way, taken[way], taken["bare SDK"]) for way in ways]


def _timing(way: str, own: list[tuple[float, float]], bare: list[tuple[float, float]]) -> Timing:
    per_call = 1000 / CALLS_IN_A_ROW
    return Timing(
        way=way,
        ms=median(wall for wall, _ in own) * per_call,
        cpu_ms=median(cpu for _, cpu in own) * per_call,
        ratio=median(mine / theirs for (_, mine), (_, theirs) in zip(own, bare, strict=True)),
    )


async def _sdk(client: AsyncOpenAI) -> int:
    words = 0
    stream = await client.chat.completions.create(
        model="gpt-5-mini",
        messages=[
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Say twenty words."},
        ],
        stream=True,
        stream_options={"include_usage": True},
    )
    async for chunk in stream:
        words += sum(1 for choice in chunk.choices if choice.delta.content)
    return words


async def _ours(model: ChatModel) -> int:
    return len([1 async for part in model.stream(REQUEST) if isinstance(part, TextDelta)])
