"""A whole run through the layer that the settings ask for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from surefoot import Assistant, Settings, Tool, tool
from surefoot.events import AnswerDelta, AnswerRetracted, UsageReported

if TYPE_CHECKING:
    from tests.providers.conftest import Provider

pytestmark = pytest.mark.anyio


@tool(side_effects=False)
async def count_orders(year: int) -> int:
    """Count the orders of a year.

    Args:
        year: The year.
    """
    return 120


async def usage_of(assistant: Assistant, question: str) -> list[UsageReported]:
    events = [event async for event in assistant.stream(question)]
    assert events[-1].type == "run.completed", events[-1]
    return [event for event in events if isinstance(event, UsageReported)]


async def test_a_run_survives_faults_and_tells_what_its_prompts_were_made_of(
    provider: Provider, tmp_path: Path
) -> None:
    provider.fails(503, retry_after=0).calls(("count_orders", {"year": 2024}))
    provider.says("There were 120 orders in 2024 [S1].")
    settings = provider.settings(stall_seconds=10, attempts=2).model_copy(
        update={"data_dir": tmp_path, "model": provider.name}
    )
    async with Assistant(
        settings=settings, tools=[count_orders], builtins=False, durable=False
    ) as assistant:
        first, second = await usage_of(assistant, "How many orders were there in 2024?")
    assert first.how == (f"{provider.name}: ProviderDown",)
    assert first.prompt == "assistant/1"
    assert {"system", "tools", "question"} <= first.parts.keys()
    assert second.parts["evidence"] > 0
    assert second.how == ()


async def test_a_run_goes_on_with_the_fallback(
    both: tuple[Provider, Provider], tmp_path: Path
) -> None:
    openai, anthropic = both
    openai.fails(401, times=9)
    anthropic.says("Hello to you.")
    settings = openai.settings(stall_seconds=10, fallback=(anthropic.name,)).model_copy(
        update={
            "data_dir": tmp_path,
            "model": openai.name,
            "anthropic_base_url": anthropic.url,
        }
    )
    async with Assistant(settings=settings, builtins=False, durable=False) as assistant:
        (usage,) = await usage_of(assistant, "Hello?")
    assert usage.model == anthropic.name
    assert usage.how == (f"{openai.name}: KeyRefused",)


async def test_a_run_ends_before_the_call_that_its_user_cannot_pay(
    provider: Provider, tmp_path: Path
) -> None:
    provider.says("Hello.").says("Hello again.")
    settings = provider.settings(stall_seconds=10, user_day_tokens=800).model_copy(
        update={"data_dir": tmp_path, "model": provider.name}
    )
    async with Assistant(settings=settings, builtins=False) as assistant:
        first = await assistant.ask("Hello?", user="ada")
        poor = await assistant.ask("Hello? " * 400, user="ada")
    assert first.reason == "answered"
    assert poor.reason == "limit"
    assert len(provider.bodies) == 1


async def test_the_same_question_again_costs_nothing_where_answers_are_kept(
    provider: Provider, tmp_path: Path
) -> None:
    provider.says("Hello to you.")
    settings = provider.settings(stall_seconds=10, cache="exact").model_copy(
        update={"data_dir": tmp_path, "model": provider.name}
    )
    async with Assistant(
        settings=settings, builtins=False, memory=None, durable=False
    ) as assistant:
        await usage_of(assistant, "Hello?")
        (again,) = await usage_of(assistant, "Hello?")
    assert again.how == ("exact cache",)
    assert len(provider.bodies) == 1


async def test_words_of_a_broken_attempt_are_taken_back_before_others_are_told(
    provider: Provider, tmp_path: Path
) -> None:
    provider.says("Good morning to you, dear old friend.").breaks("truncate", after=6)
    provider.says("Hello there, how are you today?")
    settings = provider.settings(stall_seconds=10, attempts=2).model_copy(
        update={"data_dir": tmp_path, "model": provider.name}
    )
    async with Assistant(
        settings=settings, builtins=False, durable=False, release="label"
    ) as assistant:
        events = [event async for event in assistant.stream("Hello?")]
    shown: dict[int, str] = {}
    for event in events:
        if event.type == "answer.delta":
            assert isinstance(event, AnswerDelta)
            shown[event.sentence] = shown.get(event.sentence, "") + event.text
        elif isinstance(event, AnswerRetracted):
            shown[event.sentence] = event.text
    assert "".join(shown.values()).strip() == "Hello there, how are you today?"
    assert any(isinstance(event, AnswerRetracted) for event in events)


async def asked(settings: Settings, question: str, user: str, *tools: Tool) -> str:
    """Ask once, in a process of its own as far as what is kept goes."""
    async with Assistant(settings=settings, tools=tools, builtins=False, memory=None) as assistant:
        return (await assistant.ask(question, user=user)).text


async def test_kept_answers_are_one_person_s_and_void_when_documents_come(
    both: tuple[Provider, Provider], tmp_path: Path
) -> None:
    openai = both[0]
    openai.says("Hello to you.").says("Hello to Bob.").says("Hello again.")
    settings = openai.settings(stall_seconds=10, cache="semantic", cache_similarity=0.9).model_copy(
        update={"data_dir": tmp_path / "data", "model": openai.name}
    )
    assert await asked(settings, "Could you say hello?", "ada") == "Hello to you."
    assert await asked(settings, "Could you say hello?", "ada") == "Hello to you."
    assert await asked(settings, "Could you please say hello?", "ada") == "Hello to you."
    assert await asked(settings, "Could you say hello?", "bob") == "Hello to Bob."
    (tmp_path / "new.md").write_text("# New\n\nThe sky is green.\n")
    async with Assistant(settings=settings, builtins=False, memory=None) as assistant:
        await assistant.rooms.ingest([tmp_path / "new.md"])
    assert await asked(settings, "Could you say hello?", "ada") == "Hello again."
    assert len(openai.bodies) == 3


async def test_a_turn_that_used_side_effects_is_never_kept(
    both: tuple[Provider, Provider], tmp_path: Path
) -> None:
    sent: list[str] = []

    @tool(approval="never")
    async def send_mail(to: str) -> str:
        """Send a mail.

        Args:
            to: To whom.
        """
        sent.append(to)
        return "sent"

    openai = both[0]
    for _ in range(2):
        openai.calls(("send_mail", {"to": "bob"})).says("It is sent [S1].")
    settings = openai.settings(stall_seconds=10, cache="exact").model_copy(
        update={"data_dir": tmp_path, "model": openai.name}
    )
    for _ in range(2):
        await asked(settings, "Send a mail to bob.", "ada", send_mail)
    assert sent == ["bob", "bob"]
    assert len(openai.bodies) == 4


async def test_what_was_kept_for_a_person_goes_with_their_thread(
    both: tuple[Provider, Provider], tmp_path: Path
) -> None:
    openai = both[0]
    openai.says("Hello to you.").says("Hello again.")
    settings = openai.settings(stall_seconds=10, cache="semantic").model_copy(
        update={"data_dir": tmp_path, "model": openai.name}
    )
    async with Assistant(settings=settings, builtins=False, memory=None) as assistant:
        await assistant.ask("Hello?", user="ada", thread="t1")
        await assistant.delete_thread("t1")
        again = await assistant.ask("Hello?", user="ada", thread="t2")
    assert again.text == "Hello again."
