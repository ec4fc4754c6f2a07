"""Facts: whether facts that answer a question are found among all that is known of a person.

LoCoMo's observations are the facts, its questions are asked in an order of chance, and what
answers one counts as cited.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping
from datetime import UTC
from pathlib import Path

from surefoot.evidence import Finding
from surefoot.memory import ChromaMemory, Learned
from surefoot.scope import Scope
from surefoot.turns import Cited, Turn

from ...statistics import cluster_bootstrap
from .conversations import ADVERSARIAL, Conversation, read_conversations

_LIMIT = 5


async def measure_facts(path: Path) -> None:
    """Measure on a file of conversations, and print the share of the evidence that is found."""
    conversations = read_conversations(path)
    shares: list[float] = []
    for conversation in conversations:
        with tempfile.TemporaryDirectory() as folder:
            async with ChromaMemory(Path(folder)) as memory:
                shares += await _shares(memory, conversation)
    one = cluster_bootstrap(shares, range(len(shares)))
    facts = sum(len(each.observations) for each in conversations)
    print(
        f"{facts} facts, {len(shares)} questions; evidence recall@{_LIMIT} "
        f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]"
    )


async def _shares(memory: ChromaMemory, conversation: Conversation) -> list[float]:
    """Return the share found for each question that some fact answers."""
    scope = Scope(user=conversation.name, thread_id="all")
    evidence: dict[str, frozenset[str]] = {}
    for each in conversation.observations:
        observed = each.time.replace(tzinfo=UTC).isoformat()
        kept = await memory.remember(Learned(text=each.text, observed_at=observed), scope)
        evidence[kept] = evidence.get(kept, frozenset()) | each.evidence
    known: frozenset[str] = frozenset().union(*evidence.values())
    asked = [q for q in conversation.questions if q.category != ADVERSARIAL and q.evidence & known]
    random.Random(7).shuffle(asked)
    shares: list[float] = []
    for number, question in enumerate(asked):
        wanted = question.evidence & known
        found = await memory.search(question.text, scope, limit=_LIMIT)
        told = {name: evidence[name] & wanted for name in map(_id_of, found)}
        shares.append(len(frozenset().union(*told.values())) / len(wanted))
        await memory.keep(_turn(number, question.text, told), scope)
    return shares


def _id_of(found: Finding) -> str:
    assert found.source.type == "memory"
    return found.source.memory_id


def _turn(number: int, question: str, told: Mapping[str, frozenset[str]]) -> Turn:
    """Return the turn of an answer that cites what answers its question."""
    cited = tuple(
        Cited(id=f"S{n}", where="memory", memory_id=name)
        for n, name in enumerate(told, 1)
        if told[name]
    )
    return Turn(
        run_id=f"r{number}",
        question=question,
        answer="",
        created_at="2026-01-01T00:00:00Z",
        evidence=cited,
    )
