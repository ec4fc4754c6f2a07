"""A server for tests: a small deterministic model that does what its question says.

Usage: program.py DATA_DIR [name=value of a server setting …]. Prints its address.

    add 1 2      calls `add`, then says the sum, cited
    tell 5       looks five facts up, then says five sentences, cited
    pay 10       asks for approval, then says what was paid
    slow 5       the same, but holds back after the first until anybody anywhere says `go`
    echo words   calls a tool that gives the words back, then says them, cited
    draw         draws a chart
    wait         calls a tool that never ends
    fail         the provider fails
    orders       says the last line of its instructions
    look         says of what kind the pictures are
    again        says its last answer again, with what that cites
    anything     is answered with "Hello." and, if there are any, the earlier questions
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

from pydantic import JsonValue

from surefoot import Assistant, ModelError, Settings, tool
from surefoot.memory import PlainMemory
from surefoot.messages import ToolCall, ToolMessage, UserMessage
from surefoot.model import Finished, ModelPart, ModelRequest, TextDelta
from surefoot.server import ServerSettings, serve
from surefoot.tools import chart_tool


class Obedient:
    """Does what the last question says."""

    name = "obedient"

    def __init__(self) -> None:
        self._go = asyncio.Event()

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        """Yield the next message."""
        return self._parts(request)

    async def _parts(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        asked = [i for i, m in enumerate(request.messages) if isinstance(m, UserMessage)]
        question = request.messages[asked[-1]]
        assert isinstance(question, UserMessage)
        word, *rest = question.text.partition("\n")[0].split()
        if word == "go":
            self._go.set()
        results = [m for m in request.messages[asked[-1] :] if isinstance(m, ToolMessage)]
        if word == "orders":
            yield TextDelta(request.messages[0].text.strip().rpartition("\n")[2])
            yield Finished(reason="stop")
            return
        if word == "look":
            yield TextDelta(f"You show {', '.join(i.media_type for i in question.images)}. ")
            yield Finished(reason="stop")
            return
        if word == "again":
            yield TextDelta(request.messages[asked[-1] - 1].text.partition("\n")[0])
            yield Finished(reason="stop")
            return
        if word == "fail":
            raise ModelError("The provider is down.", status=500)
        if word in _PLANS and not results:
            for call in _PLANS[word](rest):
                yield call
            yield Finished(reason="tool_calls", input_tokens=10, output_tokens=5)
            return
        earlier = [request.messages[i] for i in asked[:-1]]
        answer = _answer(word, results, [m.text for m in earlier if isinstance(m, UserMessage)])
        for number, text in enumerate(answer):
            await asyncio.sleep(0)
            if word == "slow" and number == 2:
                await self._go.wait()
            yield TextDelta(text)
        yield Finished(reason="stop", input_tokens=20, output_tokens=10)


def _answer(word: str, results: list[ToolMessage], earlier: list[str]) -> Iterator[str]:
    if not results:
        yield "Hello. "
        if earlier:
            yield f"You asked before: {'; '.join(earlier)}. "
        return
    for result in results:
        cited, _, body = result.text.partition("\n")
        if cited.startswith("["):
            yield f"It gave {body} {cited.split(']')[0]}]. "
        else:
            yield "It could not be done. "


def _facts(rest: list[str]) -> list[ToolCall]:
    return [ToolCall(call_id=f"c{n}", name="fact", args={"number": n}) for n in range(int(rest[0]))]


_CHART: dict[str, JsonValue] = {
    "kind": "bar",
    "title": "Penguins",
    "labels": ["Biscoe", "Dream", "Torgersen"],
    "series": [{"values": [168, 124, 52]}],
}
_PLANS: dict[str, Callable[[list[str]], list[ToolCall]]] = {
    "add": lambda rest: [
        ToolCall(call_id="c1", name="add", args={"a": int(rest[0]), "b": int(rest[1])})
    ],
    "tell": _facts,
    "slow": _facts,
    "echo": lambda rest: [ToolCall(call_id="c1", name="echo", args={"text": " ".join(rest)})],
    "draw": lambda _: [ToolCall(call_id="c1", name="chart", args={"spec": _CHART})],
    "pay": lambda rest: [ToolCall(call_id="c1", name="pay", args={"amount": int(rest[0])})],
    "wait": lambda rest: [ToolCall(call_id="c1", name="wait", args={})],
}


@tool(side_effects=False)
async def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@tool(side_effects=False)
async def fact(number: int) -> int:
    """Look a fact up."""
    return 1000 + number


@tool(side_effects=False)
async def echo(text: str) -> str:
    """Give words back."""
    return text


@tool(side_effects=False)
async def wait() -> str:
    """Wait without an end."""
    await asyncio.Event().wait()
    return ""


@tool
async def pay(amount: int) -> str:
    """Pay money."""
    return f"{amount} paid"


TOOLS = (add, fact, echo, wait, pay, chart_tool())


def assistant_at(data_dir: Path, *, durable: bool = True, builtins: bool = False) -> Assistant:
    """Make the assistant of the tests."""
    return Assistant(
        model=Obedient(),
        tools=TOOLS,
        builtins=builtins,
        memory=PlainMemory(),
        settings=Settings(data_dir=data_dir),
        durable=durable,
    )


def main() -> None:
    """Serve until a signal comes."""
    given = dict(pair.split("=", 1) for pair in sys.argv[2:])
    serve(
        assistant_at(Path(sys.argv[1])),
        ServerSettings.load(**{"port": 0, **given}),
        ready=lambda address: print(address, flush=True),
    )


if __name__ == "__main__":
    main()
