"""The work: a scripted model without latency, one tool, and a count of how often each was used."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

SYSTEM = "You add numbers with the tool `add`."
QUESTION = "Add the numbers, please."
TOOL_NAME = "add"
TOOL_DESCRIPTION = "Add two integers."


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """How many tool calls a run makes, and how many of them side by side."""

    name: str
    calls: int = 0
    width: int = 1

    @property
    def model_calls(self) -> int:
        """How often the model is asked: once per wave of calls, and once for the answer."""
        return self.calls // self.width + 1


SCENARIOS = (
    Scenario(name="none"),
    Scenario(name="one", calls=1),
    Scenario(name="seq10", calls=10),
    Scenario(name="par8", calls=8, width=8),
)


@dataclass(frozen=True, slots=True)
class Call:
    """One tool call that the scripted model asks for."""

    call_id: str
    a: int
    b: int

    @property
    def args(self) -> dict[str, int]:
        """The arguments as a provider would send them."""
        return {"a": self.a, "b": self.b}


class Workload:
    """One scenario's model and tool. The model keeps no state, so runs may overlap."""

    def __init__(self, scenario: Scenario, opened: AsyncExitStack) -> None:
        self.scenario = scenario
        self.opened = opened
        """Closed after the last run; an adapter enters here what it must close."""
        self.model_calls = 0
        self.tool_calls = 0

    def think(self, results: Sequence[str]) -> tuple[Call, ...] | str:
        """Return the next calls, or the answer once every result is in the conversation."""
        self.model_calls += 1
        done = len(results)
        if done >= self.scenario.calls:
            return answer_of(results)
        return tuple(Call(f"call_{n}", n, 1) for n in range(done, done + self.scenario.width))

    async def add(self, a: int, b: int) -> str:
        """Add two integers."""
        self.tool_calls += 1
        return str(a + b)

    @property
    def answer(self) -> str:
        """What a run must say in the end."""
        return answer_of([str(n + 1) for n in range(self.scenario.calls)])


def answer_of(results: Sequence[str]) -> str:
    """Return the final text, which holds every result in the order of the calls."""
    return f"The sums are: {', '.join(results)}." if results else "There is nothing to add."
