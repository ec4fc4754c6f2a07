"""Chains: retries, waiting, breakers and fallbacks, over real wires."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import anyio
import anyio.lowlevel
import pytest

from surefoot.agent import (
    Breaker,
    CircuitOpen,
    ContentRefused,
    KeyRefused,
    Lane,
    Link,
    Patience,
    ProviderDown,
    ProviderFault,
    RateLimited,
    ScriptedModel,
    Stalled,
    SteadyModel,
    StreamBroken,
    calls,
    fails,
    says,
)
from surefoot.messages import AssistantMessage, Message, Thought, ToolCall, ToolMessage, UserMessage
from surefoot.model import (
    ChatModel,
    Finished,
    ModelPart,
    ModelRequest,
    Restarted,
    TextDelta,
    ToolSpec,
)

if TYPE_CHECKING:
    from tests.providers.conftest import Provider

pytestmark = pytest.mark.anyio

HELLO = ModelRequest(messages=(UserMessage("hello"),))


@dataclass
class Waits:
    """A clock that is only moved by waiting."""

    now: float = 0.0
    waited: list[float] = field(default_factory=list[float])

    async def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += seconds

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def waits() -> Waits:
    return Waits()


def steady(
    waits: Waits,
    *models: ChatModel,
    patience: Patience | None = None,
    breaker: Breaker | None = None,
) -> SteadyModel:
    return SteadyModel(
        [
            Link(
                model=model,
                lane=Lane(provider=f"p{n}", breaker=breaker or Breaker(monotonic=waits.monotonic)),
            )
            for n, model in enumerate(models)
        ],
        patience=patience,
        sleep=waits.sleep,
        jitter=lambda: 1.0,
        monotonic=waits.monotonic,
    )


async def parts_of(model: ChatModel, request: ModelRequest = HELLO) -> list[ModelPart]:
    return [part async for part in model.stream(request)]


def text_of(parts: list[ModelPart]) -> str:
    """Return the text as a reader has it in the end."""
    text = ""
    for part in parts:
        if isinstance(part, Restarted):
            text = ""
        elif isinstance(part, TextDelta):
            text += part.text
    return text


def end_of(parts: list[ModelPart]) -> Finished:
    end = parts[-1]
    assert isinstance(end, Finished)
    return end


class BreaksOff:
    """A model that says some words and then fails, or ends."""

    def __init__(self, *attempts: tuple[str, Exception | None]) -> None:
        self._attempts = list(attempts)

    @property
    def name(self) -> str:
        return "breaks"

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        text, error = self._attempts.pop(0)
        for word in text.split(" "):
            yield TextDelta(f"{word} ")
        if error is not None:
            raise error
        yield Finished(reason="stop")


@pytest.mark.parametrize("status", [429, 500, 503, 529])
async def test_what_passes_is_tried_again_with_growing_waits(
    provider: Provider, closing: list[ChatModel], waits: Waits, status: int
) -> None:
    provider.fails(status, times=2, retry_after=0).says("There are 120 orders.")
    closing.append(bare := provider.model())
    parts = await parts_of(steady(waits, bare))
    assert text_of(parts) == "There are 120 orders."
    assert waits.waited == [0.5, 1.0]
    fault = "RateLimited" if status == 429 else "ProviderDown"
    assert end_of(parts).how == (f"{provider.name}: {fault}",) * 2


async def test_retry_after_is_honoured(
    provider: Provider, closing: list[ChatModel], waits: Waits
) -> None:
    provider.fails(429, retry_after=7).says("Yes.")
    closing.append(bare := provider.model())
    await parts_of(steady(waits, bare))
    assert waits.waited == [7.5]


async def test_a_provider_that_asks_for_too_much_patience_is_left(waits: Waits) -> None:
    first = ScriptedModel(fails(RateLimited("later", retry_after=600)))
    with first, ScriptedModel(says("Yes."), name="second") as second:
        parts = await parts_of(steady(waits, first, second))
    assert (text_of(parts), waits.waited) == ("Yes.", [])
    assert end_of(parts).model == "second"


async def test_a_refused_key_is_not_tried_again(
    provider: Provider, closing: list[ChatModel], waits: Waits
) -> None:
    provider.fails(401, times=5)
    closing.append(bare := provider.model())
    with pytest.raises(KeyRefused):
        await parts_of(steady(waits, bare))
    assert len(provider.bodies) == 1


async def test_a_refusal_of_content_is_not_taken_elsewhere(waits: Waits) -> None:
    second = ScriptedModel(name="second")
    with pytest.raises(ContentRefused):
        await parts_of(steady(waits, ScriptedModel(fails(ContentRefused("no"))), second))
    assert second.seen == []


async def test_a_broken_stream_goes_on_where_it_broke(
    provider: Provider, closing: list[ChatModel], waits: Waits
) -> None:
    told = "one two three four five six seven eight"
    provider.says(told).breaks("truncate", after=5).says(told)
    closing.append(bare := provider.model())
    parts = await parts_of(steady(waits, bare))
    assert not any(isinstance(part, Restarted) for part in parts)
    assert "".join(part.text for part in parts if isinstance(part, TextDelta)) == told
    assert end_of(parts).how == (f"{provider.name}: StreamBroken",)


@pytest.mark.parametrize("again", ["one two four", "six", "one", "one two three four"])
async def test_an_attempt_that_says_something_else_voids_what_was_told(
    waits: Waits, again: str
) -> None:
    model = BreaksOff(("one two three", StreamBroken("gone")), (again, None))
    parts = await parts_of(steady(waits, model))
    assert text_of(parts) == f"{again} "
    voided = sum(isinstance(part, Restarted) for part in parts)
    assert voided == (0 if again.startswith("one two three") else 1)


async def test_a_call_that_takes_too_long_is_given_up(
    provider: Provider, closing: list[ChatModel], waits: Waits
) -> None:
    provider.is_slow(0.5).is_slow(0.5)
    closing.append(bare := provider.model(stall_seconds=30))
    patience = Patience(attempts=5, attempt_seconds=0.1)
    with pytest.raises(Stalled):
        await parts_of(steady(waits, bare, patience=patience))
    assert len(waits.waited) == 1


async def test_a_provider_that_keeps_silent_is_asked_twice_and_then_the_next_is(
    waits: Waits,
) -> None:
    silent = ScriptedModel(fails(Stalled("silent")), fails(Stalled("silent")))
    parts = await parts_of(steady(waits, silent, ScriptedModel(says("Here.")), patience=Patience()))
    assert text_of(parts) == "Here."
    assert len(silent.seen) == 2 and len(waits.waited) == 1


async def test_no_attempt_begins_behind_the_total_time(waits: Waits) -> None:
    model = ScriptedModel(*[fails(ProviderDown("down")) for _ in range(4)])
    patience = Patience(attempts=9, first_wait=1, total_seconds=10)
    with pytest.raises(ProviderDown):
        await parts_of(steady(waits, model, patience=patience))
    assert waits.waited == [1, 2, 4]


async def test_a_breaker_opens_and_one_trial_closes_it_again(waits: Waits) -> None:
    breaker = Breaker(failures=2, seconds=30, monotonic=waits.monotonic)
    model = ScriptedModel(fails(ProviderDown("1")), fails(ProviderDown("2")), says("Up again."))
    once = Patience(attempts=1)
    chain = steady(waits, model, patience=once, breaker=breaker)
    for expected in (ProviderDown, ProviderDown, CircuitOpen):
        with pytest.raises(expected):
            await parts_of(chain)
    waits.now += 31
    assert text_of(await parts_of(chain)) == "Up again."
    assert breaker.admits()
    assert len(model.seen) == 3


async def test_a_failed_trial_opens_the_breaker_again(waits: Waits) -> None:
    breaker = Breaker(failures=1, seconds=30, monotonic=waits.monotonic)
    breaker.failed()
    waits.now += 31
    assert breaker.admits()
    assert not breaker.admits(), "only one trial at a time"
    breaker.failed()
    assert breaker.seconds_left == 30


async def test_a_reader_who_leaves_frees_the_place_of_the_trial(waits: Waits) -> None:
    breaker = Breaker(failures=1, seconds=30, monotonic=waits.monotonic)
    breaker.failed()
    waits.now += 31
    parts = steady(waits, ScriptedModel(says("one two three")), breaker=breaker).stream(HELLO)
    await anext(parts)
    await parts.aclose()
    assert breaker.admits()


async def test_an_overflow_is_compacted_and_tried_once(
    provider: Provider, closing: list[ChatModel], waits: Waits
) -> None:
    too_long = "This model's maximum context length is 8192 tokens, prompt is too long"
    provider.fails(400, message=too_long).says("Yes.")
    history = [m for n in range(9) for m in (UserMessage(f"q{n}"), AssistantMessage("a" * 400))]
    request = ModelRequest(messages=(*history, UserMessage("And now?")))
    closing.append(bare := provider.model())
    parts = await parts_of(steady(waits, bare), request)
    assert end_of(parts).how == (f"{provider.name}: ContextOverflow", "conversation compacted")
    long, short = (len(str(body["messages"])) for body in provider.bodies)
    assert short < long * 0.6
    assert "And now?" in str(provider.bodies[1])


async def test_an_overflow_that_compacting_does_not_mend_is_told(
    provider: Provider, closing: list[ChatModel], waits: Waits
) -> None:
    provider.fails(400, times=3, message="maximum context length, prompt is too long")
    request = ModelRequest(
        messages=(UserMessage("a"), AssistantMessage("b" * 900), UserMessage("c"))
    )
    closing.append(bare := provider.model())
    with pytest.raises(ProviderFault):
        await parts_of(steady(waits, bare), request)
    assert len(provider.bodies) == 2


async def test_anthropic_takes_over_from_openai_in_mid_conversation(
    both: tuple[Provider, Provider], closing: list[ChatModel], waits: Waits
) -> None:
    openai, anthropic = both
    look = ToolSpec(name="look", description="Look.", parameters={"type": "object"})
    openai.calls(("look", {"where": "here"}), ("look", {"where": "there"}))
    closing += [first := openai.model(), second := anthropic.model()]
    chain = steady(waits, first, second)
    question = UserMessage("What is there?")
    planned = await parts_of(chain, ModelRequest(messages=(question,), tools=(look,)))
    made = tuple(part for part in planned if isinstance(part, ToolCall))
    openai.fails(503, times=3)
    anthropic.says("Nothing is there.")
    results = [ToolMessage(call_id=one.call_id, name="look", text="[S1]") for one in made]
    history: list[Message] = [question, AssistantMessage(tool_calls=made), *results]
    parts = await parts_of(chain, ModelRequest(messages=tuple(history), tools=(look,)))
    assert text_of(parts) == "Nothing is there."
    assert end_of(parts).model == anthropic.name
    turns = anthropic.bodies[-1]["messages"]
    assert isinstance(turns, list)
    assert [turn["role"] for turn in turns if isinstance(turn, dict)] == [
        "user",
        "assistant",
        "user",
    ]
    ids = [call.call_id for call in made]
    assert all(str(turns).count(one) == 2 for one in ids), "each call has its result"


async def test_tool_calls_of_a_broken_attempt_are_not_passed_on(waits: Waits) -> None:
    with ScriptedModel(fails(StreamBroken("gone")), calls("look", where="here")) as model:
        parts = await parts_of(steady(waits, model))
    assert sum(isinstance(part, ToolCall) for part in parts) == 1


async def test_a_provider_is_given_no_more_calls_at_once_than_its_lane_has_room_for(
    waits: Waits,
) -> None:
    at_once: list[int] = [0, 0]

    class Counts:
        name = "counts"

        async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
            at_once[0] += 1
            at_once[1] = max(at_once)
            await anyio.lowlevel.checkpoint()
            at_once[0] -= 1
            yield Finished(reason="stop")

    lane = Lane(provider="p", room=asyncio.Semaphore(2))
    chain = SteadyModel([Link(model=Counts(), lane=lane)], sleep=waits.sleep)
    async with anyio.create_task_group() as group:
        for _ in range(7):
            group.start_soon(parts_of, chain)
    assert at_once == [0, 2]


class Thinker:
    """Thinks, breaks off, and thinks again before it speaks."""

    name = "thinker"

    def __init__(self) -> None:
        self.asked = 0

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        self.asked += 1
        yield Thought(provider="p", text=f"thought {self.asked}", seal="s")
        if self.asked == 1:
            raise StreamBroken("gone")
        yield TextDelta("Yes.")
        yield Finished(reason="stop")


async def test_thoughts_of_a_broken_attempt_are_void_like_its_words() -> None:
    waits = Waits()
    link = Link(model=Thinker(), lane=Lane(provider="p"))
    model = SteadyModel([link], sleep=waits.sleep)
    first, void, second, text, _ = [part async for part in model.stream(HELLO)]
    assert isinstance(first, Thought) and first.text == "thought 1"
    assert void == Restarted()
    assert isinstance(second, Thought) and second.text == "thought 2"
    assert text == TextDelta("Yes.")
