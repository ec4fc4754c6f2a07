"""The diary: transcript and facts in one file, with the rules of what may be kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from surefoot.errors import ToolError
from surefoot.evidence import Finding
from surefoot.scope import Scope
from surefoot.turns import Turn

from . import facts as fact_book
from . import transcript as turn_book
from .database import open_database, scrub, transaction
from .facts import Fact, FactBook, fact_id
from .meaning import Meaning
from .memory import Recalled
from .secrecy import secret_in, without_secrets
from .transcript import Transcript, Window
from .words import readable

_GONE = """
-- What was deleted here and may still have a vector: a row, or with NULL the whole collection.
CREATE TABLE IF NOT EXISTS gone (collection TEXT NOT NULL, row INTEGER);
"""

_MAX_FACT_CHARS = 2_000
_MAX_QUERY_CHARS = 4_000


class Diary:
    """Everything memory keeps, for one thread of the program.

    SQLite is written first and is the truth. What a crash left undone among the vectors is done
    at the next opening, an erasure included.
    """

    def __init__(
        self, file: Path, meaning: Meaning, *, clock: Callable[[], str], window: Window
    ) -> None:
        self._clock = clock
        self._meaning = meaning
        self._database = open_database(file, turn_book.SCHEMA + fact_book.SCHEMA + _GONE)
        self._transcript = Transcript(self._database, meaning, window)
        self._facts = FactBook(self._database, meaning)

    def catch_up(self) -> None:
        """Do what a stopped process left undone."""
        self._erase_gone()
        self._facts.embed_new()

    def close(self) -> None:
        """Let go of every file."""
        self._meaning.close()
        self._database.close()

    def recall(self, question: str, scope: Scope, *, limit: int = 5) -> Recalled:
        """Return what bears on a question."""
        query = readable(question[:_MAX_QUERY_CHARS])
        findings = self._facts.recall(query, scope, limit=limit) if scope.user else ()
        return Recalled(turns=self._transcript.recall(query, scope), findings=findings)

    def keep(self, turn: Turn, scope: Scope) -> str:
        """Keep a turn, secrets left out, and return its memory id."""
        clean = replace(
            turn,
            question=without_secrets(readable(turn.question)),
            answer=without_secrets(readable(turn.answer)),
        )
        row = self._transcript.keep(clean, scope)
        self._transcript.embed_fallen_out(scope)
        return f"turn-{row}"

    def remember(self, fact: str, scope: Scope, *, run_id: str | None = None) -> str:
        """Keep a fact and return its memory id. Raises `ToolError` for what may not be kept."""
        text = " ".join(readable(fact).split())
        _require_keepable(text, scope)
        row = self._facts.remember(text, scope, run_id=run_id, now=self._clock())
        self._facts.embed_new()
        return fact_id(row)

    def search(self, query: str, scope: Scope, *, limit: int = 5) -> list[Finding]:
        """Return the user's facts nearest to a query, best first."""
        if not scope.user:
            return []
        return self._facts.search(readable(query[:_MAX_QUERY_CHARS]), scope, limit=limit)

    def facts(self, scope: Scope, *, history: bool) -> list[Fact]:
        """Return all facts about the user, oldest first."""
        return self._facts.facts(scope, history=history) if scope.user else []

    def turns(self, scope: Scope) -> list[Turn]:
        """Return the user's turns in all threads, or the thread's where nobody is named."""
        return [turn for _, _, turn in self._transcript.turns(scope)]

    def forget(self, scope: Scope, query: str | None) -> int:
        """Delete from every file what was asked for, and return how many memories that were."""
        with transaction(self._database):
            wanted = None if query is None else readable(query[:_MAX_QUERY_CHARS])
            forgotten = 0
            if scope.user:
                forgotten += self._gone_facts(*self._facts.forget(scope, wanted))
            if query is None:
                forgotten += self._gone_turns(*self._transcript.forget(scope, in_thread=False))
        self._erase_gone()
        return forgotten

    def forget_thread(self, scope: Scope) -> int:
        """Delete the turns of one thread from every file, and return how many."""
        with transaction(self._database):
            forgotten = self._gone_turns(*self._transcript.forget(scope, in_thread=True))
        self._erase_gone()
        return forgotten

    def forget_fact(self, memory_id: str, scope: Scope) -> bool:
        """Delete one of the user's facts from every file; False when there is none."""
        if not scope.user:
            return False
        with transaction(self._database):
            forgotten = self._gone_facts(*self._facts.forget_one(memory_id, scope))
        self._erase_gone()
        return forgotten > 0

    def reembed(self) -> None:
        """Make all vectors again."""
        self._meaning.clear()
        self._facts.without_vectors()
        self._transcript.without_vectors()
        self._facts.embed_new()
        for scope in self._transcript.threads_to_embed():
            while self._transcript.embed_fallen_out(scope):
                pass

    def _gone_facts(self, count: int, collection: str, rows: list[int]) -> int:
        """Note which vectors are to be erased; a whole collection when no rows are named."""
        if count:
            whole: list[int | None] = [None]
            self._note_gone((collection, row) for row in rows or whole)
        return count

    def _gone_turns(self, count: int, collections: list[str]) -> int:
        self._note_gone((collection, None) for collection in collections)
        return count

    def _note_gone(self, gone: Iterable[tuple[str, int | None]]) -> None:
        self._database.executemany("INSERT INTO gone (collection, row) VALUES (?, ?)", gone)

    def _erase_gone(self) -> None:
        """Rid every file of what was deleted, then of the note that it was."""
        gone: dict[str, list[int]] = {}
        whole: set[str] = set()
        for collection, row in self._database.execute("SELECT collection, row FROM gone"):
            rows = gone.setdefault(str(collection), [])
            if row is None:
                whole.add(str(collection))
            else:
                rows.append(int(row))
        if not gone:
            return
        self._meaning.erase({name: [] if name in whole else rows for name, rows in gone.items()})
        self._facts.scrub()
        self._transcript.scrub()
        scrub(self._database)
        self._database.execute("DELETE FROM gone")


def _require_keepable(fact: str, scope: Scope) -> None:
    if not scope.user:
        raise ToolError(
            "Nobody in particular is asking, so there is nobody to remember this about. "
            "Go on without remembering it.",
            code="no_user",
        )
    if not fact:
        raise ToolError("There is no fact to remember; say it in one sentence.", code="empty_fact")
    if len(fact) > _MAX_FACT_CHARS:
        raise ToolError(
            f"The fact has {len(fact):,} characters; put it in fewer than {_MAX_FACT_CHARS:,}.",
            code="fact_too_long",
        )
    if (secret := secret_in(fact)) is not None:
        raise ToolError(
            f"The fact holds what looks like {secret}, which is never kept. "
            "Tell the person so, and remember the rest without it.",
            code="secret_refused",
        )
