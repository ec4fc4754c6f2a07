"""A server for tests: a small deterministic model that does what its question says.

Usage: program.py DATA_DIR [name=value of a server setting …]. Prints its address.

    add 1 2      calls `add`, then says the sum, cited
    tell 5       looks five facts up, then says five sentences, cited
    pay 10       asks for approval, then says what was paid
    wait         calls a tool that never ends
    fail         the provider fails
    anything     is answered with "Hello." and, if there are any, the earlier questions
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from surefoot import Assistant, ModelError, Settings, tool
from surefoot.memory import PlainMemory
from surefoot.messages import ToolCall, ToolMessage, UserMessage
from surefoot.model import Finished, ModelPart, ModelRequest, TextDelta
from surefoot.server import ServerSettings, serve


class Obedient:
    """Does what the last question says."""

    name = "obedient"

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        """Yield the next message."""
        return self._parts(request)

    async def _parts(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        asked = [i for i, m in enumerate(request.messages) if isinstance(m, UserMessage)]
        question = request.messages[asked[-1]]
        assert isinstance(question, UserMessage)
        word, *rest = question.text.partition("\n")[0].split()
        results = [m for m in request.messages[asked[-1] :] if isinstance(m, ToolMessage)]
        if word == "fail":
            raise ModelError("The provider is down.", status=500)
        if word in _PLANS and not results:
            for call in _PLANS[word](rest):
                yield call
            yield Finished(reason="tool_calls", input_tokens=10, output_tokens=5)
            return
        earlier = [request.messages[i] for i in asked[:-1]]
        for text in _answer(word, results, [m.text for m in earlier if isinstance(m, UserMessage)]):
            await asyncio.sleep(0)
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


_PLANS = {
    "add": lambda rest: [
        ToolCall(call_id="c1", name="add", args={"a": int(rest[0]), "b": int(rest[1])})
    ],
    "tell": lambda rest: [
        ToolCall(call_id=f"c{n}", name="fact", args={"number": n}) for n in range(int(rest[0]))
    ],
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
async def wait() -> str:
    """Wait without an end."""
    await asyncio.Event().wait()
    return ""


@tool
async def pay(amount: int) -> str:
    """Pay money."""
    return f"{amount} paid"


TOOLS = (add, fact, wait, pay)


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
