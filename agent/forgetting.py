"""Forgetting: memory, runs, recordings, caches and accounts lose what they hold of something.

An erasure is planned by ids and written down first, then carried out step by step, each of which
can be done again, then proved by reading every file to the last byte. What a crash leaves undone
is done at the next start.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import rmtree

from langgraph.store.base import Item

from surefoot.errors import InputError, StorageError
from surefoot.memory import (
    Embedder,
    Matches,
    OwnMemory,
    PersonalStores,
    item_id,
    needles_of,
    needles_of_vectors,
    scan_files,
    words_of,
)
from surefoot.scope import Scope
from surefoot.settings import Settings

from .budgets.ledger import SpendLedger, account_of_run, account_of_user
from .clock import Clock
from .erasures import Erasure, Erasures
from .home import Home
from .receipts import Receipt, ReceiptBook, Removed, hashed
from .runs.erasing import Erased, Saying, erase, sayings
from .stored import texts_of

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_MOST_VECTORS = 256
"""Vectors that are looked for in the files; making one takes as long as keeping one did."""


Wanted = Sequence[set[str]]
"""Sets of words; a text that holds all of one is about what is to be forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Everything that holds something of a person."""

    home: Home
    memory: OwnMemory
    store: PersonalStores
    embedder: Embedder
    folder: Path | None
    """Where all of it lies; None when it is only in memory."""
    elsewhere: tuple[str, ...] = ()
    """Where vectors lie that are no files here: what cannot be scanned."""
    stop_run: Callable[[str], Awaitable[None]] | None = None
    """Stops a run that has not ended; None when none can be running."""
    forget_answers: Callable[[Scope], Awaitable[None]] | None = None
    """Drops kept answers of models; None when no model is open, and their files go."""


class Forgetter:
    """Forgets, everywhere, and gives a receipt."""

    def __init__(self, keeping: Keeping, *, clock: Clock) -> None:
        self.keeping = keeping
        self._clock = clock
        folder = keeping.folder
        self._erasures = Erasures(None if folder is None else folder / "erasures")
        self._book = None if folder is None else ReceiptBook(folder / "receipts")
        self._given: list[Receipt] = []
        """Receipts where there is no folder for them."""

    async def forget(
        self,
        *,
        tenant: str,
        user: str | None = None,
        thread: str | None = None,
        query: str | None = None,
    ) -> Receipt:
        """Forget everything of a user, or of a thread, or only what matches a query."""
        return await self.carry_out(
            await self.plan(tenant=tenant, user=user, thread=thread, query=query)
        )

    async def plan(
        self,
        *,
        tenant: str,
        user: str | None = None,
        thread: str | None = None,
        query: str | None = None,
        with_run: str | None = None,
    ) -> Erasure:
        """Find what is to be forgotten and write it down; `with_run` is forgotten besides."""
        if user is None and thread is None:
            raise InputError("Say whose memories are to be forgotten, or those of which thread.")
        scope = Scope(tenant=tenant, user=user, thread_id=thread or "")
        held = await self.keeping.memory.matching(scope, query=query)
        if thread is not None:
            held = _in_thread(held, thread)
        wanted = _wanted(held, query)
        said = await self._said(scope, held, wanted, with_run)
        matter = tuple(dict.fromkeys(_matter(held, said, wanted)))
        items = await self._items(scope, wanted)
        sought = (*matter, *(text for item in items for text in texts_of(item)))
        erasure = Erasure(
            erasure_id=self._clock.new_id(),
            tenant=tenant,
            user=user,
            thread=thread,
            query=query,
            asked_at=self._clock.now(),
            facts=tuple(fact.memory_id for fact in held.facts),
            runs=tuple(dict.fromkeys(_runs(held, said, with_run))),
            items=tuple(item_id(item.namespace, item.key) for item in items),
            words=() if query is None else matter,
            needles=tuple(sorted(needle.hex() for needle in needles_of(sought, query or ""))),
            vectors_of=tuple(_embedded(held))[:_MOST_VECTORS],
            counted=Removed(
                facts=len(held.facts),
                turns=len(held.turns),
                summaries=len({kept.thread_id for kept in held.turns}),
                items=len(items),
            ),
        )
        self._erasures.note(erasure)
        return erasure

    def unfinished(self) -> list[Erasure]:
        """Return the erasures that an earlier process left undone."""
        return self._erasures.unfinished()

    async def forget_facts(self, erasure: Erasure) -> None:
        """Do at once what a person notices: the facts are gone."""
        await self.keeping.memory.erase(erasure.scope, facts=erasure.facts)

    async def carry_out(self, erasure: Erasure) -> Receipt:
        """Erase, scan the files, and give the receipt. Can be done again from the start."""
        keeping, scope = self.keeping, erasure.scope
        if keeping.stop_run is not None:
            for run_id in erasure.runs:
                await keeping.stop_run(run_id)
        await keeping.memory.erase(scope, facts=erasure.facts, runs=erasure.runs)
        await keeping.store.erase(scope, None if erasure.is_of_person else erasure.items)
        erased = await self._erase_runs(erasure)
        if keeping.forget_answers is not None:
            await keeping.forget_answers(scope)
        still = await keeping.memory.still_says(erasure.vectors_of)
        vectors_of = [text for text in erasure.vectors_of if text not in still]
        receipt = await asyncio.to_thread(self._clean_and_scan, erasure, erased, vectors_of)
        if self._book is not None:
            self._book.keep(receipt)
        else:
            self._given.append(receipt)
        self._erasures.done(erasure)
        return receipt

    def receipts(self) -> list[Receipt]:
        """Return the receipts of all that was forgotten, oldest first."""
        return self._book.all() if self._book is not None else list(self._given)

    async def _said(
        self, scope: Scope, held: Matches, wanted: Wanted | None, with_run: str | None
    ) -> list[Saying]:
        """Return the runs that are about what is to be forgotten."""
        database = self.keeping.home.database
        if database is None:
            return []
        in_thread = bool(scope.thread_id)
        every = await database.run(lambda c: sayings(c, scope, in_thread=in_thread))
        if wanted is None:
            return every
        about = {kept.turn.run_id for kept in held.turns} | {fact.run_id for fact in held.facts}
        about.add(with_run)
        return [
            each
            for each in every
            if each.run_id in about or _speaks_of(" ".join(each.texts), wanted)
        ]

    async def _items(self, scope: Scope, wanted: Wanted | None) -> list[Item]:
        """Return the person's items that are to be forgotten; an item belongs to no thread."""
        if scope.user is None or scope.thread_id:
            return []
        items = await self.keeping.store.everything(scope)
        if wanted is None:
            return items
        return [item for item in items if _speaks_of(" ".join(texts_of(item)), wanted)]

    async def _erase_runs(self, erasure: Erasure) -> Erased:
        home = self.keeping.home
        if home.database is None:
            return Erased()
        done = await home.database.run(
            lambda c: erase(c, erasure.scope, runs=erasure.runs, words=erasure.words)
        )
        home.log.drop_recent()
        return done

    def _clean_and_scan(
        self, erasure: Erasure, erased: Erased, vectors_of: Sequence[str]
    ) -> Receipt:
        """Rewrite the databases without what was deleted, then read every file. Blocks."""
        folder, accounts = self.keeping.folder, 0
        needles = {bytes.fromhex(needle) for needle in erasure.needles}
        if vectors_of and folder is not None:
            needles |= needles_of_vectors(self.keeping.embedder.embed(vectors_of))
        if folder is not None:
            accounts = _forget_spending(folder, erasure)
            if self.keeping.forget_answers is None:
                _drop_answers(folder)
            scrub_databases(folder)
        found = None
        if folder is not None:
            found = scan_files(folder, needles, but=self._erasures.files())
        return Receipt(
            receipt_id=erasure.erasure_id,
            tenant=erasure.tenant,
            user=hashed(erasure.user),
            thread=hashed(erasure.thread),
            query=hashed(erasure.query),
            asked_at=erasure.asked_at,
            finished_at=self._clock.now(),
            removed=replace(
                erasure.counted,
                runs=erased.runs,
                events=erased.events,
                calls=erased.calls,
                recordings=erased.recordings,
                threads=erased.threads,
                changed=erased.changed,
                accounts=accounts,
            ),
            files=found.files if found else 0,
            bytes=found.size if found else 0,
            needles=found.needles if found else 0,
            hits=len(found.residue) if found else 0,
            residue=found.residue if found else (),
            also_live=found.also_live if found else 0,
            unscanned=self.keeping.elsewhere,
        ).sealed()


def elsewhere_of(settings: Settings) -> tuple[str, ...]:
    """Return where else than in the data folder memories lie."""
    server = settings.memory.chroma
    return () if server is None else (f"the Chroma server {server}",)


def scrub_databases(folder: Path) -> None:
    """Rewrite every database of the folder so that no byte of a deleted row is left."""
    for file in sorted((*folder.rglob("*.db"), *folder.rglob("*.sqlite"))):
        try:
            with closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as database:
                database.execute("VACUUM")
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            raise StorageError(
                f"{str(file)!r} cannot be rewritten without what was forgotten: {error}. "
                "Free some space, close what else uses it, and start again: it is then finished."
            ) from error


def _in_thread(held: Matches, thread: str) -> Matches:
    return Matches(
        facts=tuple(fact for fact in held.facts if fact.thread_id == thread),
        turns=tuple(kept for kept in held.turns if kept.thread_id == thread),
    )


def _runs(held: Matches, said: Sequence[Saying], with_run: str | None) -> Iterable[str]:
    yield from (each.run_id for each in said)
    yield from (kept.turn.run_id for kept in held.turns)
    if with_run is not None:
        yield with_run


def _wanted(held: Matches, query: str | None) -> Wanted | None:
    """Return the words of which a text must hold one set to be about it; None when all of it is."""
    if query is None:
        return None
    return [words for text in (query, *(f.text for f in held.facts)) if (words := words_of(text))]


def _matter(held: Matches, said: Sequence[Saying], wanted: Wanted | None) -> Iterable[str]:
    """Return all that was said of what is to be forgotten, and nothing else that was."""
    for fact in held.facts:
        yield from (fact.said, fact.text)
    texts = [text for kept in held.turns for text in (kept.turn.question, kept.turn.answer)]
    texts += [text for each in said for text in each.texts]
    for text in texts:
        if wanted is None:
            yield text
            continue
        about = [part for part in _SENTENCE.split(text) if _speaks_of(part, wanted)]
        yield from about or ([text] if _speaks_of(text, wanted) else [])


def _embedded(held: Matches) -> Iterable[str]:
    """Return the texts whose vectors are kept."""
    yield from (fact.text for fact in held.facts)
    yield from (f"{kept.turn.question}\n{kept.turn.answer}" for kept in held.turns)


def _speaks_of(text: str, wanted: Wanted) -> bool:
    have = words_of(text)
    return any(words <= have for words in wanted)


def _forget_spending(folder: Path, erasure: Erasure) -> int:
    if not (file := folder / "spending.sqlite").exists():
        return 0
    names = [account_of_run(run_id) for run_id in erasure.runs]
    if erasure.is_of_person:
        names.append(account_of_user(erasure.scope))
    ledger = SpendLedger(file)
    try:
        return ledger.forget_accounts(names)
    finally:
        ledger.close()


def _drop_answers(folder: Path) -> None:
    """Delete the files of kept answers, which are made anew when they are needed."""
    for file in folder.glob("answers.sqlite*"):
        file.unlink()
    rmtree(folder / "questions", ignore_errors=True)
