"""The diary: transcript, summaries and facts in one file, for one thread of the program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from surefoot.errors import ToolError
from surefoot.evidence import Finding
from surefoot.scope import Scope
from surefoot.turns import Turn

from .database import open_database, transaction
from .erasure import Erasure
from .fact_book import FactBook, person_of
from .fact_search import FactSearch
from .facts import Fact, Learned, fact_id, row_of
from .keepable import keepable
from .meaning import Meaning
from .memory import Recalled
from .retention import Retention, outdated_facts, outdated_turns
from .schema import prepare
from .secrecy import without_secrets
from .summaries import Overdue, Summaries
from .transcript import Kept, Transcript, Window
from .words import readable, words_of

_MAX_QUERY_CHARS = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """What a person's memory holds of something."""

    facts: tuple[Fact, ...] = ()
    """History too."""
    turns: tuple[Kept, ...] = ()

    def __len__(self) -> int:
        return len(self.facts) + len(self.turns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A turn that nobody has looked through for facts yet."""

    scope: Scope
    kept: Kept
    related: tuple[Fact, ...] = ()
    """What is known already and bears on it, where that was asked for."""


class Diary:
    """Everything memory keeps.

    SQLite is written first and is the truth. What a crash left undone among the vectors is done
    at the next opening, an erasure included; a turn's vector, when its thread goes on.
    """

    def __init__(
        self, file: Path, meaning: Meaning, *, clock: Callable[[], str], window: Window
    ) -> None:
        self._clock = clock
        self._meaning = meaning
        self._window = window
        self._database = open_database(file, "")
        prepare(self._database, file=str(file))
        self._transcript = Transcript(self._database, meaning, window)
        self._summaries = Summaries(self._database, self._transcript, window)
        self._facts = FactBook(self._database, meaning)
        self._search = FactSearch(self._facts, meaning)
        self._erasure = Erasure(self._database, meaning)

    def catch_up(self) -> None:
        """Do what a stopped process left undone."""
        self._erase()
        self._facts.embed_new()

    def close(self) -> None:
        """Let go of every file."""
        self._meaning.close()
        self._database.close()

    def recall(self, question: str, scope: Scope) -> Recalled:
        """Return what bears on a question."""
        query, window = _query(question), self._window
        findings: tuple[Finding, ...] = ()
        if scope.user:
            findings = self._search.recall(
                query, scope, limit=window.facts, tokens=window.fact_tokens, now=self._clock()
            )
        return Recalled(
            turns=self._transcript.recall(query, scope),
            findings=findings,
            summary=self._summaries.of(scope).text,
        )

    def keep(self, turn: Turn, scope: Scope) -> str:
        """Keep a turn, secrets left out, and return its memory id."""
        with transaction(self._database):
            row, is_new = self._put(turn, scope)
            if is_new:
                self._summaries.go_on(scope)
        return f"turn-{row}"

    def embed_turns(self, scope: Scope) -> None:
        """Give vectors to turns of a thread that have left the window, a batch at most."""
        self._transcript.embed_fallen_out(scope)

    def keep_all(self, turns: Sequence[Turn], scope: Scope) -> list[str]:
        """Keep turns of a thread, oldest first, in one change, and return their memory ids."""
        with transaction(self._database):
            rows = [self._put(turn, scope)[0] for turn in turns]
            self._summaries.go_on(scope)
        while self._transcript.embed_fallen_out(scope):
            pass
        return [f"turn-{row}" for row in rows]

    def _put(self, turn: Turn, scope: Scope) -> tuple[int, bool]:
        """Keep a turn and the use of what it cites; return its row and whether it is new."""
        clean = replace(
            turn,
            question=without_secrets(readable(turn.question)),
            answer=without_secrets(readable(turn.answer)),
        )
        row, is_new = self._transcript.keep(clean, scope)
        if is_new:
            cited = [each.memory_id for each in turn.evidence if each.memory_id]
            self._facts.note_used(cited, scope, now=self._clock())
        return row, is_new

    def remember(self, learned: Learned, scope: Scope) -> str:
        """Keep a fact and return its memory id. Raises `ToolError` for what may not be kept."""
        clean = replace(learned, text=keepable(learned.text, scope))
        with transaction(self._database):
            row = self._facts.remember(clean, scope, now=self._clock())
        self._facts.embed_new()
        return fact_id(row)

    def correct(self, about: str, learned: Learned, scope: Scope) -> str:
        """Put right what matches `about`, a memory id or words; return the new memory id.

        Or else what is about the same as the right sentence. Raises `ToolError` when not exactly
        one current fact matches.
        """
        keepable(learned.text, scope)
        person = person_of(scope)
        rows = self._search.matching(_query(about), person)
        rows = rows or self._facts.about_the_same(learned.text, person)
        found = list(self._facts.facts(person, history=False, rows=rows).values()) if rows else []
        if len(found) != 1:
            listed = "; ".join(f"{fact.memory_id}: {fact.text}" for fact in found[:8])
            raise ToolError(
                f"{len(found)} memories match {about!r}, not one. "
                + (f"Name one of {listed}." if found else "Use `remember` to keep it as new."),
                code="no_single_memory",
            )
        replaced = (found[0].memory_id,)
        return self.remember(replace(learned, replaces=replaced, corrects=True), scope)

    def search(self, query: str, scope: Scope, *, limit: int = 5) -> list[Finding]:
        """Return the user's facts nearest to a query, best first."""
        if not scope.user:
            return []
        return self._search.search(_query(query), scope, limit=limit, now=self._clock())

    def facts(self, scope: Scope, *, history: bool) -> list[Fact]:
        """Return all facts about the user, oldest first."""
        if not scope.user:
            return []
        return list(self._facts.facts(person_of(scope), history=history).values())

    def turns(self, scope: Scope) -> list[Kept]:
        """Return the user's turns in all threads, or the thread's where nobody is named."""
        return self._transcript.turns(scope)

    def summaries(self, scope: Scope) -> dict[str, str]:
        """Return the summaries of the user's threads."""
        return self._summaries.all(scope)

    def unread(self, *, limit: int, with_related: bool) -> list[Unread]:
        """Return the oldest turns that nobody has looked through for facts."""
        return [
            Unread(scope=scope, kept=kept, related=self._related(scope, kept))
            if with_related
            else Unread(scope=scope, kept=kept)
            for scope, kept in self._transcript.unconsidered(limit=limit)
        ]

    def _related(self, scope: Scope, kept: Kept) -> tuple[Fact, ...]:
        """Return the facts that bear on a turn's question."""
        found = self.search(kept.turn.question, scope, limit=self._window.facts)
        ids = [each.source.memory_id for each in found if each.source.type == "memory"]
        rows = [row for each in ids if (row := row_of(each)) is not None]
        return tuple(self._facts.facts(person_of(scope), history=False, rows=rows).values())

    def learn(self, unread: Unread, learned: Iterable[Learned]) -> list[Fact]:
        """Keep what was found in a turn, and that it was looked through, as one change.

        Returns the facts that are new. What may not be kept is left out; a turn that is gone
        meanwhile teaches nothing.
        """
        scope, turn = unread.scope, unread.kept.turn
        before = self._database.execute("SELECT max(id) FROM facts").fetchone()[0] or 0
        rows: set[int] = set()
        with transaction(self._database):
            if self._transcript.consider(unread.kept.row):
                for each in learned:
                    try:
                        text = keepable(each.text, scope)
                    except ToolError:
                        continue
                    fact = replace(each, text=text, run_id=turn.run_id, observed_at=turn.created_at)
                    rows.add(self._facts.remember(fact, scope, now=self._clock()))
        self._facts.embed_new()
        fresh = [row for row in sorted(rows) if row > before]
        return list(self._facts.facts(person_of(scope), history=True, rows=fresh).values())

    def overdue(self, scope: Scope, *, turns: int) -> Overdue | None:
        """Return what a model may sum up, once `turns` have left the window since it last did."""
        return self._summaries.overdue(scope, turns=turns)

    def sum_up(self, overdue: Overdue, text: str) -> None:
        """Keep the summary that a model wrote."""
        with transaction(self._database):
            self._summaries.write(overdue, without_secrets(readable(text)))

    def matching(self, scope: Scope, query: str | None) -> Matches:
        """Return the user's facts and turns that match a query or a memory id; all with none.

        A turn matches when it holds every word of the query, when a fact that matches was said in
        it, or when it holds every word of one. Where nobody is named, it is the thread's turns.
        """
        turns, person = self._transcript.turns(scope), person_of(scope)
        if query is None:
            facts = self._facts.facts(person, history=True) if scope.user else {}
            return Matches(facts=tuple(facts.values()), turns=tuple(turns))
        rows = self._search.matching(_query(query), person) if scope.user else []
        found = tuple(self._facts.facts(person, history=True, rows=rows).values()) if rows else ()
        wanted = [words_of(fact.text) for fact in found]
        if row_of(query) is None:
            wanted.append(words_of(_query(query)))
        runs = {fact.run_id for fact in found if fact.run_id}
        about = tuple(kept for kept in turns if kept.turn.run_id in runs or _holds(kept, wanted))
        return Matches(facts=found, turns=about)

    def still_says(self, texts: Sequence[str]) -> set[str]:
        """Return which of the texts are still remembered, of whomever, as a fact or as a turn."""
        found = set()
        for text in texts:
            row = self._database.execute(
                "SELECT 1 FROM facts WHERE text = ?1 UNION ALL "
                "SELECT 1 FROM turns WHERE question || char(10) || answer = ?1 LIMIT 1",
                (text,),
            ).fetchone()
            if row is not None:
                found.add(text)
        return found

    def erase(self, scope: Scope, *, facts: Sequence[str], runs: Sequence[str]) -> None:
        """Delete the user's facts, and the turns of runs with what they found, from every file."""
        ids, run_ids, person = set(facts), set(runs), person_of(scope)
        with transaction(self._database):
            rows = [row for row in self._facts.facts(person, history=True) if fact_id(row) in ids]
            every = self._transcript.turns(scope)
            turns = [kept for kept in every if kept.turn.run_id in run_ids]
            self._transcript.drop_cited(every, run_ids)
            self._delete(scope, rows, turns)
        self._erase()

    def forget(self, scope: Scope, query: str | None) -> int:
        """Delete from every file what was asked for, and return how many memories that were.

        With a query, the facts that match and no turns.
        """
        person = person_of(scope)
        with transaction(self._database):
            if query is None:
                rows = list(self._facts.facts(person, history=True)) if scope.user else []
                turns = self._transcript.turns(scope)
            else:
                rows = self._search.matching(_query(query), person) if scope.user else []
                turns = []
            self._delete(scope, rows, turns)
        self._erase()
        return len(rows) + len(turns)

    def forget_thread(self, scope: Scope) -> int:
        """Delete the turns of one thread from every file, and return how many."""
        with transaction(self._database):
            turns = self._transcript.turns(scope, in_thread=True)
            self._delete(scope, [], turns)
        self._erase()
        return len(turns)

    def retain(self, policy: Retention) -> int:
        """Delete from every file what is too old or too many; return how many memories."""
        now, number = self._clock(), 0
        with transaction(self._database):
            for (tenant, user), rows in outdated_facts(self._database, policy, now=now).items():
                self._delete(Scope(tenant=tenant, user=user, thread_id=""), rows, [])
                number += len(rows)
            old = outdated_turns(self._database, self._transcript, policy, now=now)
            for scope, turns in old:
                self._delete(scope, [], turns)
                number += len(turns)
        self._erase()
        return number

    def reembed(self) -> None:
        """Make all vectors again."""
        self._meaning.clear()
        self._facts.without_vectors()
        self._transcript.without_vectors()
        self._facts.embed_new()
        for scope in self._transcript.threads_to_embed():
            while self._transcript.embed_fallen_out(scope):
                pass

    def _delete(self, scope: Scope, rows: list[int], turns: list[Kept]) -> None:
        """Delete within the caller's transaction, and note what is to be erased."""
        if rows:
            collection, vectors = self._facts.delete(person_of(scope), rows)
            self._erasure.note({collection: vectors})
        if turns:
            self._erasure.note(self._transcript.delete(scope, turns))

    def _erase(self) -> None:
        self._erasure.finish(self._facts.keywords, self._transcript.keywords)


def _holds(kept: Kept, wanted: Sequence[set[str]]) -> bool:
    """Return whether a turn holds all words of one of several sets."""
    have = words_of(f"{kept.turn.question}\n{kept.turn.answer}")
    return any(words and words <= have for words in wanted)


def _query(text: str) -> str:
    return readable(text[:_MAX_QUERY_CHARS])
