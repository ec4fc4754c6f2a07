"""A scripted model: says what a test tells it to, and notices a turn too many or too few."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from pydantic import JsonValue

from surefoot.errors import ModelError
from surefoot.messages import ToolCall
from surefoot.model import Finished, FinishReason, ModelPart, ModelRequest, TextDelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedTurn:
    """One message the model gives."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    error: Exception | None = None
    reason: FinishReason | None = None
    """Why it stops; told by the message when None."""
    chunk: int = 0
    """Characters per streamed part; 0 streams words."""

    def also(self, name: str, /, **args: JsonValue) -> ScriptedTurn:
        """Return the turn with one more tool call, made side by side with the others."""
        call = ToolCall(call_id=f"call_{len(self.calls)}", name=name, args=args)
        return replace(self, calls=(*self.calls, call))


def says(text: str, *, reason: FinishReason | None = None, chunk: int = 0) -> ScriptedTurn:
    """Make a turn that answers with `text`."""
    return ScriptedTurn(text=text, reason=reason, chunk=chunk)


def calls(name: str, /, **args: JsonValue) -> ScriptedTurn:
    """Make a turn that calls one tool; add others with `.also(...)`."""
    return ScriptedTurn(calls=(ToolCall(call_id="call_0", name=name, args=args),))


def fails(error: Exception) -> ScriptedTurn:
    """Make a turn in which the provider fails with `error`."""
    return ScriptedTurn(error=error)


class ScriptedModel:
    """A chat model for tests. Call `finished()` at the end, or use it as a context manager."""

    def __init__(self, *turns: ScriptedTurn, name: str = "scripted") -> None:
        self._turns = list(turns)
        self._name = name
        self.seen: list[ModelRequest] = []
        """The requests it was given, in order."""

    @property
    def name(self) -> str:
        """How traces call it."""
        return self._name

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        """Play the next turn; raises `ModelError` when none is left."""
        self.seen.append(request)
        if len(self.seen) > len(self._turns):
            raise ModelError(
                f"The script has {len(self._turns)} turns, but turn {len(self.seen)} was asked for."
            )
        turn = self._turns[len(self.seen) - 1]
        if turn.error is not None:
            raise turn.error
        for piece in _pieces(turn):
            yield TextDelta(piece)
        for call in turn.calls:
            yield ToolCall(
                call_id=f"turn{len(self.seen)}_{call.call_id}",
                name=call.name,
                args=call.args,
                error=call.error,
            )
        yield Finished(
            reason=turn.reason or ("tool_calls" if turn.calls else "stop"),
            input_tokens=sum(len(m.text) for m in request.messages) // 4,
            output_tokens=len(turn.text) // 4,
        )

    def finished(self) -> None:
        """Raise `AssertionError` when turns of the script are left over."""
        left = len(self._turns) - len(self.seen)
        if left > 0:
            raise AssertionError(f"{left} of {len(self._turns)} scripted turns were not used.")

    def __enter__(self) -> ScriptedModel:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.finished()


def _pieces(turn: ScriptedTurn) -> list[str]:
    if turn.chunk:
        return [turn.text[i : i + turn.chunk] for i in range(0, len(turn.text), turn.chunk)]
    words = turn.text.split(" ")
    return [word + " " for word in words[:-1]] + [words[-1]] if turn.text else []
