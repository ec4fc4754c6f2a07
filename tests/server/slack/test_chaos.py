"""Everything goes wrong at once, and every question has exactly one right answer in the end.

`SUREFOOT_SLACK_CHAOS` sets how many questions are asked, `SUREFOOT_SLACK_SEED` what goes wrong.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter, defaultdict
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from .conftest import Running, bot_in
from .events import Events
from .messages import Json
from .web_api import BOT_USER, BROKEN, LOST, Fault, Slack, limited

pytestmark = pytest.mark.anyio

QUESTIONS = int(os.environ.get("SUREFOOT_SLACK_CHAOS", "100"))
SEED = int(os.environ.get("SUREFOOT_SLACK_SEED", QUESTIONS))
RESTARTS = max(2, QUESTIONS // 25)
FAULTS = (limited(0.02), LOST, BROKEN, Fault(error="internal_error"), Fault(status=503))


class Chaos:
    """People who write while the bot comes and goes and Slack fails."""

    def __init__(self, slack: Slack, data_dir: Path, seed: int) -> None:
        self.slack = slack
        self.random = random.Random(seed)
        self.expected: dict[str, list[str]] = defaultdict(list)
        """Answers by channel and thread."""
        self.seen: Counter[str] = Counter()
        self._data_dir = data_dir
        self._running: Running | None = None
        self._up = asyncio.Event()
        self.events = Events(slack, self._send)
        slack.chance = self._chance

    def _chance(self, method: str, body: Json) -> Fault | None:
        """Fail now and then, and in each way at least once."""
        if self.random.random() < 0.04 or not self.seen["expired"]:
            message = self.slack.messages.get((str(body.get("channel")), str(body.get("ts"))))
            if message is not None and message.is_streaming:
                message.is_streaming = False
                self.seen["expired"] += 1
        if self.random.random() < 0.1:
            fault = self.random.choice(FAULTS) if self.seen["limited"] else FAULTS[0]
            self.seen["limited" if fault.retry_after else "failed"] += 1
            return fault
        return None

    async def _send(self, body: bytes, headers: dict[str, str]) -> httpx.Response:
        """Send as Slack does: again, until it is acknowledged."""
        while True:
            running = self._running
            if running is None:
                await self._up.wait()
                continue
            response = await running.events.send(body, headers)
            if response.status_code == 200:
                return response
            self.seen["not acknowledged"] += 1
            await asyncio.sleep(0.01)

    async def live(self, restarts: int, asked: asyncio.Task[None]) -> None:
        """Run the bot, ending it in the middle of its work again and again."""
        for life in range(restarts + 1):
            # Nobody has the data folder when the stack is left, so the next life may open it.
            async with AsyncExitStack() as stack:
                self._running = await stack.enter_async_context(bot_in(self.slack, self._data_dir))
                self._up.set()
                if life == restarts:
                    await asked
                    await self._running.bot.idle()
                else:
                    await asyncio.sleep(self.random.uniform(0.1, 0.4))
                self._running = None
                self._up.clear()

    async def ask(self, questions: int) -> None:
        """Write questions in new and old threads, some at once, many delivered twice."""
        async with asyncio.TaskGroup() as group:
            for number in range(questions):
                group.create_task(self._ask(number))
                await asyncio.sleep(self.random.uniform(0, 0.02))

    async def _ask(self, number: int) -> None:
        channel = self.random.choice(["D1", "D2", "C1"])
        threads = [thread for at, thread in map(str.split, self.expected) if at == channel]
        thread = self.random.choice(threads) if threads and self.random.random() < 0.3 else None
        text = f"add {number} 10000"
        if channel == "C1":
            text = f"<@{BOT_USER}> {text}"
        event = self.events.written(text, channel=channel, thread_ts=thread)
        self.expected[f"{channel} {thread or event['ts']}"].append(f"It gave {number + 10_000} ")
        deliveries: list[tuple[Json, str, int | None]] = [(event, f"Ev{number}", None)]
        while self.random.random() < 0.4:
            deliveries.append((event, f"Ev{number}", len(deliveries)))
            self.seen["delivered again"] += 1
        if channel == "C1":
            deliveries.append(({**event, "type": "app_mention"}, f"Ev{number}m", None))
        self.random.shuffle(deliveries)
        for one, event_id, retry in deliveries:
            await self.events.deliver(one, event_id=event_id, retry=retry)
            await asyncio.sleep(self.random.uniform(0, 0.05))


async def test_each_question_has_exactly_one_answer_whatever_breaks(
    slack: Slack, tmp_path: Path
) -> None:
    chaos = Chaos(slack, tmp_path, seed=SEED)
    async with asyncio.timeout(60 + QUESTIONS):
        asked = asyncio.create_task(chaos.ask(QUESTIONS))
        await chaos.live(RESTARTS, asked)
    for place, answers in chaos.expected.items():
        channel, thread = place.split()
        shown = [message.shown for message in slack.thread(channel, thread)]
        assert len(shown) == len(answers), (place, shown, answers)
        assert sorted(_start(text) for text in shown) == sorted(answers)
        assert not any(message.is_streaming for message in slack.thread(channel, thread))
    assert all(chaos.seen[name] for name in ("expired", "limited", "failed", "delivered again"))


def _start(text: str) -> str:
    return text[: text.find("[")]
