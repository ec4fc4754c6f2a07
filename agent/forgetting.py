"""Forgetting: memory, runs, recordings, caches and accounts lose what they hold of something.

An erasure is planned by ids and written down first, then carried out step by step, each of which
can be done again, then proved by reading every file to the last byte. What a crash leaves undone
is done at the next start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from langgraph.store.base import Item

from surefoot.errors import InputError
from surefoot.memory import (
    ChromaDocuments,
    Embedder,
    Matches,
    OwnMemory,
    PersonalStores,
    item_id,
    needles_of,
)
from surefoot.scope import Scope
from surefoot.settings import Settings

from .clock import Clock
from .erasures import Erasure, Erasures
from .home import Home
from .matter import Wanted, embedded_in, in_thread, matter_of, runs_of, speaks_of, wanted_of
from .proof import cleaned, receipt_for, scanned
from .receipts import Receipt, ReceiptBook, Removed
from .runs import ThreadKey
from .runs.erasing import Erased, Saying, erase, sayings
from .stored import texts_of
from .thread_files import ThreadFiles

_MOST_VECTORS = 256
"""Vectors that are looked for in the files; making one takes as long as keeping one did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Everything that holds something of a person."""

    home: Home
    memory: OwnMemory
    store: PersonalStores
    embedder: Embedder
    folder: Path | None
    """Where all of it lies; None when it is only in memory."""
    thread_files: ThreadFiles
    documents: ChromaDocuments | None = None
    """None when nothing is kept on disk."""
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
            held = in_thread(held, thread)
        wanted = wanted_of(held, query)
        said = await self._said(scope, held, wanted, with_run)
        matter = tuple(dict.fromkeys(matter_of(held, said, wanted)))
        items = await self._items(scope, wanted)
        threads = tuple(dict.fromkeys(each.thread_id for each in said))
        key_of = partial(ThreadKey, tenant)
        sought = (*matter, *(text for item in items for text in texts_of(item)))
        erasure = Erasure(
            erasure_id=self._clock.new_id(),
            tenant=tenant,
            user=user,
            thread=thread,
            query=query,
            asked_at=self._clock.now(),
            facts=tuple(fact.memory_id for fact in held.facts),
            runs=tuple(dict.fromkeys(runs_of(held, said, with_run))),
            items=tuple(item_id(item.namespace, item.key) for item in items),
            threads=threads,
            documents=any(map(self.keeping.thread_files.has, map(key_of, threads))),
            words=() if query is None else matter,
            needles=_written(needles_of(sought, query or "")),
            vectors_of=tuple(embedded_in(held))[:_MOST_VECTORS],
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

    async def plan_thread(self, key: ThreadKey, users: Sequence[str | None]) -> Erasure:
        """Write down that a thread is to be deleted for everybody who asked in it."""
        scope = Scope(tenant=key.tenant, user=None, thread_id=key.thread_id)
        await self.keeping.home.log.open_thread(key)
        kept = [
            each
            for user in users
            for each in await self.keeping.memory.kept(replace(scope, user=user))
            if each.thread_id == key.thread_id
        ]
        held = Matches(turns=tuple(kept))
        said = await self._said(scope, held, None, None)
        erasure = Erasure(
            erasure_id=self._clock.new_id(),
            tenant=key.tenant,
            user=None,
            thread=key.thread_id,
            query=None,
            asked_at=self._clock.now(),
            runs=tuple(dict.fromkeys(runs_of(held, said, None))),
            needles=_written(needles_of(matter_of(held, said, None))),
            vectors_of=tuple(embedded_in(held))[:_MOST_VECTORS],
            threads=(key.thread_id,),
            documents=self.keeping.thread_files.has(key),
            deleted_for=tuple(users) or (None,),
            is_to_delete=True,
            counted=Removed(
                turns=len(kept),
                summaries=1 if kept else 0,
                runs=len(said),
                events=self.keeping.home.log.last_seq(key),
                threads=1,
            ),
        )
        self._erasures.note(erasure)
        return erasure

    async def plan_documents(self) -> Erasure | None:
        """Write down that what was removed of documents is to leave the files, if anything was."""
        documents = self.keeping.documents
        if documents is None or not (await documents.leftover()).documents:
            return None
        erasure = Erasure(
            erasure_id=self._clock.new_id(),
            tenant="",
            user=None,
            thread=None,
            query=None,
            asked_at=self._clock.now(),
            documents=True,
        )
        self._erasures.note(erasure)
        return erasure

    def deleted(self, erasure: Erasure) -> Erasure:
        """Note that a thread's rows and files are deleted; its bytes are still to go."""
        done = replace(erasure, is_to_delete=False, threads=())
        self._erasures.note(done)
        return done

    async def carry_out(self, erasure: Erasure) -> Receipt:
        """Erase, scan the files, and give the receipt. Can be done again from the start."""
        if erasure.is_of_documents:
            erased = Erased()
        else:
            erased = await self._erase(erasure)
        if erasure.documents:
            erasure = await self._purge_documents(erasure)
        receipt = await self._proved(erasure, erased)
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
            if each.run_id in about or speaks_of(" ".join(each.texts), wanted)
        ]

    async def _items(self, scope: Scope, wanted: Wanted | None) -> list[Item]:
        """Return the person's items that are to be forgotten; an item belongs to no thread."""
        if scope.user is None or scope.thread_id:
            return []
        items = await self.keeping.store.everything(scope)
        if wanted is None:
            return items
        return [item for item in items if speaks_of(" ".join(texts_of(item)), wanted)]

    async def _erase(self, erasure: Erasure) -> Erased:
        keeping = self.keeping
        if keeping.stop_run is not None:
            for run_id in erasure.runs:
                await keeping.stop_run(run_id)
        for scope in erasure.scopes:
            await keeping.memory.erase(scope, facts=erasure.facts, runs=erasure.runs)
        if erasure.user is not None:
            items = None if erasure.is_of_person else erasure.items
            await keeping.store.erase(erasure.scope, items)
        erased = await self._erase_runs(erasure)
        for key in map(partial(ThreadKey, erasure.tenant), erasure.threads):
            if not await self._has_runs(key):
                await keeping.thread_files.forget(key)
        if keeping.forget_answers is not None:
            for scope in erasure.scopes:
                await keeping.forget_answers(scope)
        return erased

    async def _erase_runs(self, erasure: Erasure) -> Erased:
        home = self.keeping.home
        if erasure.is_to_delete and erasure.thread is not None:
            await home.drop_thread(ThreadKey(erasure.tenant, erasure.thread))
        if home.database is None:
            return Erased()
        done = await home.database.run(
            lambda c: erase(c, erasure.scope, runs=erasure.runs, words=erasure.words)
        )
        home.log.drop_recent()
        return done

    async def _has_runs(self, key: ThreadKey) -> bool:
        store = self.keeping.home.store
        return store is not None and bool(await store.of_thread(key))

    async def _purge_documents(self, erasure: Erasure) -> Erasure:
        """Rid the files of removed documents; return the erasure with what to look for."""
        if (documents := self.keeping.documents) is None:
            return erasure
        left, counted = await documents.leftover(), erasure.counted
        erasure = replace(
            erasure,
            needles=tuple(sorted({*erasure.needles, *_written(left.pieces)})),
            counted=replace(
                counted,
                documents=max(counted.documents, left.documents),
                passages=max(counted.passages, left.passages),
            ),
        )
        self._erasures.note(erasure)
        await documents.purge()
        return erasure

    async def _proved(self, erasure: Erasure, erased: Erased) -> Receipt:
        """Rewrite the databases without what was deleted, read every file, and tell."""
        keeping, found, accounts = self.keeping, None, 0
        if (folder := keeping.folder) is not None:
            if erasure.is_of_documents:
                folder = folder / "documents"
            else:
                answers = keeping.forget_answers is None
                accounts = await asyncio.to_thread(cleaned, folder, erasure, answers=answers)
            still = await keeping.memory.still_says(erasure.vectors_of)
            vectors_of = [text for text in erasure.vectors_of if text not in still]
            found = await asyncio.to_thread(
                scanned,
                folder,
                erasure,
                vectors_of,
                embedder=keeping.embedder,
                but=self._erasures.files(),
            )
        return receipt_for(
            erasure,
            erased,
            found,
            accounts=accounts,
            now=self._clock.now(),
            unscanned=keeping.elsewhere,
        )


def _written(needles: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(sorted(needle.hex() for needle in needles))


def elsewhere_of(settings: Settings) -> tuple[str, ...]:
    """Return where else than in the data folder memories lie."""
    server = settings.memory.chroma
    return () if server is None else (f"the Chroma server {server}",)
