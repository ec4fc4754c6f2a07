"""A server whose model says what its evidence does not hold: in answers, asides and repairs.

Usage: lying.py DATA_DIR. Prints its address; logs everything that is ever logged.

    lie           says one sentence that is so and one that is not, and repairs it with another lie
    lie crash     the same, but its provider fails at the repair, repeating what it was asked
    lie abroad    lies beside a plan, behind which its provider fails, repeating what it was asked
    lie alone     says nothing but the lie
    lie broken    the same as `lie`, and a check crashes with what it looked at
    lie reviewed  says what only a review can tell to be wrong
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from surefoot import Assistant, ModelError, Settings, tool
from surefoot.agent import Observer
from surefoot.graphs import DEFAULT_CHECKS, AskModel, Claim
from surefoot.limits import ReleasePolicy
from surefoot.messages import ToolCall, ToolMessage, UserMessage
from surefoot.model import Finished, ModelPart, ModelRequest, ReasoningDelta, TextDelta
from surefoot.server import ServerSettings, serve
from surefoot.verdicts import Verdict

CANARY = "kestrel"
"""Stands only in what must not get out."""
LIE = f"The {CANARY} weighs 4711093867 kg [S1]."
NEVER = (CANARY.encode(), b"4711093867", b"4712093867")
LIES = ("lie", "lie crash", "lie abroad", "lie alone", "lie broken", "lie reviewed")
RUMOUR = f"The {CANARY} is said to be kind [S1]."


def clean(told: bytes) -> bytes:
    """Return what was told, in which no lie may be."""
    assert told, "nothing was told"
    assert [word for word in NEVER if word in told] == []
    return told


def files(folder: Path) -> dict[str, bytes]:
    """Return what every file in a folder holds."""
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Liar:
    """Says one true sentence and lies otherwise."""

    name = "liar"

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        """Yield the next message."""
        said = [m.text for m in request.messages if isinstance(m, UserMessage)]
        word = next(text for text in reversed(said) if text.startswith("lie")).strip()
        yield ReasoningDelta(f"I shall speak of the {CANARY}.")
        if "did not pass" in said[-1]:
            if word == "lie crash":
                raise ModelError(f"Cannot serve this: {said[-1]}")
            yield TextDelta(LIE.replace("4711093867", "4712093867"))
        elif word != "lie alone" and not isinstance(request.messages[-1], ToolMessage):
            yield TextDelta(f"Let me see what the {CANARY} weighs: 4711093867 kg. ")
            yield ToolCall(call_id="c1", name="add", args={"a": 1, "b": 2})
        elif word == "lie abroad":
            raise ModelError(f"Cannot serve this: {[m.text for m in request.messages]}")
        else:
            told = RUMOUR if word == "lie reviewed" else LIE
            text = told if word == "lie alone" else f"It is 3 [S1]. {told} {told[:-5]} and more"
            for start in range(0, len(text), 5):
                yield TextDelta(text[start : start + 5])
        yield Finished(reason="stop", input_tokens=10, output_tokens=10)


@tool(side_effects=False)
async def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def reads_numbers(claim: Claim) -> Verdict | None:
    """Crash over every claim of a question that asks for it, quoting it."""
    if claim.question == "lie broken":
        raise ValueError(f"cannot read {claim.text!r}")
    return None


class Elder:
    """A review that knows a rumour when it sees one."""

    name = "elder"
    seconds = 5.0

    async def review(self, claim: Claim, ask: AskModel) -> Verdict | None:
        """Speak against what is said to be."""
        if "said to be" in claim.text:
            return claim.contradicted("rumour", "Nobody knows that.")
        return None


def doubtful(claim: Claim) -> Verdict | None:
    """Leave to the review what is said to be."""
    if "said to be" in claim.text:
        return claim.not_checkable("rumour", "Only a review can tell.")
    return None


def liar_at(
    data_dir: Path,
    *,
    release: ReleasePolicy = "hold",
    record: bool = True,
    observers: Sequence[Observer] = (),
) -> Assistant:
    """Make an assistant that lies, and keeps and remembers all that an assistant does."""
    return Assistant(
        model=Liar(),
        tools=[add],
        builtins=False,
        settings=Settings(data_dir=data_dir),
        checks=DEFAULT_CHECKS.with_(answer=[reads_numbers, doubtful], reviews=[Elder()]),
        release=release,
        record=record,
        observers=observers,
    )


def main() -> None:
    """Serve until a signal comes."""
    serve(
        liar_at(Path(sys.argv[1])),
        ServerSettings.load(port=0, drain_seconds=0.2),
        ready=lambda address: print(address, flush=True),
        debug=True,
    )


if __name__ == "__main__":
    main()
