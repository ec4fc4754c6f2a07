"""History: which thread a conversation belongs to whose client sends all of it each time."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Sequence
from uuid import uuid4

from surefoot.errors import InputError
from surefoot.scope import Scope
from surefoot.turns import Turn

from ..service import Caller
from .content import GivenMessage

_MOST = 10_000


class Threads:
    """Remembers which thread ended in which conversation."""

    def __init__(self) -> None:
        self._by_print: OrderedDict[str, str] = OrderedDict()

    async def of(
        self, caller: Caller, messages: Sequence[GivenMessage]
    ) -> tuple[GivenMessage, str]:
        """Return the question and its thread: the one that has had what came before it.

        Where none has, a new thread is told of it.
        """
        said = [m for m in messages if m.role in ("user", "assistant")]
        if not said or said[-1].role != "user":
            raise InputError("The last message must be the user's.")
        *before, question = said
        if not before:
            return question, _new_thread()
        if (known := self._by_print.get(_print(caller, before))) is not None:
            return question, known
        thread_id = _new_thread()
        await _tell(caller, thread_id, before)
        return question, thread_id

    def note(
        self, caller: Caller, messages: Sequence[GivenMessage], answer: str, thread_id: str
    ) -> None:
        """Note that a thread has had these messages and this answer to the last."""
        said = [m for m in messages if m.role in ("user", "assistant")]
        said.append(GivenMessage(role="assistant", content=answer))
        self._by_print[_print(caller, said)] = thread_id
        while len(self._by_print) > _MOST:
            self._by_print.popitem(last=False)


async def _tell(caller: Caller, thread_id: str, before: Sequence[GivenMessage]) -> None:
    """Keep earlier questions and answers as turns of a thread."""
    memory = caller.assistant.rooms.memory()
    if memory is None:
        return
    thread = await caller.claim(thread_id)
    scope = Scope(tenant=thread.key.tenant, user=thread.user, thread_id=thread_id)
    question = ""
    for number, message in enumerate(before):
        if message.role == "user":
            question = message.text
        elif question:
            turn = Turn(
                run_id=f"{thread_id}-{number}",
                question=question,
                answer=message.text,
                created_at=thread.created_at,
            )
            await memory.keep(turn, scope)
            question = ""


def _new_thread() -> str:
    return f"chat-{uuid4().hex}"


def _print(caller: Caller, said: Sequence[GivenMessage]) -> str:
    principal = caller.principal
    texts = [[m.role, " ".join(m.text.split())] for m in said]
    whole = json.dumps([principal.tenant, principal.user, texts])
    return hashlib.sha256(whole.encode()).hexdigest()
