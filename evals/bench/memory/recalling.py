"""Recalling: the evidence that memory itself brings to a question, by its own way in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from surefoot.memory import ChromaMemory, Embedder, Weights, Window
from surefoot.scope import Scope
from surefoot.turns import Turn

from .conversations import Conversation

SHIPPED = Window().weights
_NOW = "now"
"""The turn that is the latest when questions are asked; all others are older."""
_ENOUGH = 1_000_000


@dataclass(frozen=True, slots=True)
class Recaller:
    """Keeps each conversation as the thread of one user, each utterance as a turn."""

    folder: Path
    embedder: Embedder

    async def keep(self, conversations: Sequence[Conversation]) -> None:
        """Keep what was said."""
        async with self._memory(Window(turns=1)) as memory:
            for conversation in conversations:
                scope = _scope(conversation)
                for each in conversation.utterances:
                    time = each.time.replace(tzinfo=UTC).isoformat()
                    turn = Turn(run_id=each.id, question=each.said, answer="", created_at=time)
                    await memory.keep(turn, scope)
                last = Turn(run_id=_NOW, question="", answer="", created_at=time)
                await memory.keep(last, scope)

    async def recall(
        self, conversation: Conversation, *, limit: int, weights: Weights = SHIPPED
    ) -> list[list[str]]:
        """Return the ids of the utterances recalled for each question, `limit` of them at most."""
        window = Window(
            turns=1,
            older_turns=limit,
            older_tokens=_ENOUGH,
            bears_on=0.0,
            weights=weights,
        )
        async with self._memory(window) as memory:
            recalled = [
                await memory.recall(question.text, _scope(conversation))
                for question in conversation.questions
            ]
        return [[turn.run_id for turn in each.turns if turn.run_id != _NOW] for each in recalled]

    def _memory(self, window: Window) -> ChromaMemory:
        return ChromaMemory(self.folder, embedder=self.embedder, window=window)


def _scope(conversation: Conversation) -> Scope:
    return Scope(user=conversation.name, thread_id="all")
