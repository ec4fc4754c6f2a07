"""Sending batches: each request is asked about once, also when a process ends in between."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from surefoot.errors import StorageError, SurefootError
from surefoot.model import ModelRequest

from .batch_book import BatchBook, KeptBatch
from .batch_desk import Answer, BatchDesk, Pause
from .diagnosis import as_fault
from .faults import ModelUnknown, ProviderDown, ProviderFault, Stalled, StreamBroken, Unreachable

logger = logging.getLogger(__name__)

_PERHAPS_SENT = (ProviderDown, Stalled, StreamBroken, Unreachable)
"""Faults that leave open whether a batch has reached the provider."""

Outcome = dict[int, Answer] | ProviderFault
"""What came of a batch, by the numbers of its requests, or why it cannot be asked after now."""


@dataclass(slots=True)
class _Sent:
    """A batch that this process waits for, or will look for with the provider."""

    kept: KeptBatch
    given: set[int] = field(default_factory=set[int])
    """The requests whose answers are spoken for; each is the answer to one call."""
    coming: asyncio.Task[Outcome] | None = None

    @property
    def is_over(self) -> bool:
        """True when all that it was asked has been answered."""
        is_done = self.coming is not None and self.coming.done() and not self.coming.cancelled()
        return is_done and len(self.given) == len(self.kept.keys)


Place = tuple[_Sent, int]
"""A request of a batch."""


class BatchSending:
    """The batches of one model that this process answers calls from."""

    def __init__(
        self, desk: BatchDesk, book: BatchBook, *, name: str, secret: str, pause: Pause
    ) -> None:
        self._desk = desk
        self._book = book
        self._name = name
        self._secret = secret
        self._pause = pause
        self._sent: list[_Sent] = []
        self._placing = asyncio.Lock()

    async def ask(self, requests: Sequence[ModelRequest], keys: Sequence[str]) -> list[Answer]:
        """Return what became of each request, in order; `keys` tell equal ones from others.

        What an earlier process has sent is waited for, and the rest is sent as one batch. Raises
        `StorageError` when it cannot be noted, and then nothing was sent.
        """
        try:
            async with self._placing:
                places = await self._places(requests, keys)
        except SurefootError:
            raise
        except Exception as error:
            return [self._fault(error)] * len(requests)
        return await asyncio.gather(*(self._answer(sent, number) for sent, number in places))

    async def close(self) -> None:
        """Stop waiting, and delete with the provider the batches that are over."""
        coming = [sent.coming for sent in self._sent if sent.coming is not None]
        for task in coming:
            task.cancel()
        await asyncio.gather(*coming, return_exceptions=True)
        for sent in self._sent:
            await self._close(sent)

    async def _places(self, requests: Sequence[ModelRequest], keys: Sequence[str]) -> list[Place]:
        self._sent += map(_Sent, self._book.take_up(set(keys)))
        for sent in [one for one in self._sent if not one.kept.batch_id]:
            await self._locate(sent)
        free = self._free()
        places = [free[key].popleft() if free[key] else None for key in keys]
        new = [number for number, place in enumerate(places) if place is None]
        if new:
            sent = await self._send([requests[one] for one in new], [keys[one] for one in new])
            for line, number in enumerate(new):
                places[number] = (sent, line)
        found = [place for place in places if place is not None]
        for sent, number in found:
            sent.given.add(number)
        return found

    def _free(self) -> defaultdict[str, deque[Place]]:
        """Return the requests whose answers no call has been given, by their keys."""
        free: defaultdict[str, deque[Place]] = defaultdict(deque)
        for sent in self._sent:
            for number, key in enumerate(sent.kept.keys):
                if number not in sent.given:
                    free[key].append((sent, number))
        return free

    async def _locate(self, sent: _Sent) -> None:
        """Find out whether a batch reached the provider; forget it when it did not."""
        batch_id = await self._desk.find(sent.kept, self._pause)
        if batch_id is None:
            self._forget(sent)
        else:
            self._note(sent, batch_id)

    async def _send(self, requests: Sequence[ModelRequest], keys: Sequence[str]) -> _Sent:
        sent = _Sent(self._book.begin(tuple(keys)))
        self._sent.append(sent)
        try:
            batch_id = await self._desk.send(sent.kept.mark, requests)
        except Exception as error:
            if not isinstance(self._fault(error), _PERHAPS_SENT):
                self._forget(sent)
            raise
        self._note(sent, batch_id)
        return sent

    def _note(self, sent: _Sent, batch_id: str) -> None:
        try:
            sent.kept = self._book.note(sent.kept, batch_id)
        except StorageError as error:
            logger.warning("batch %s will have to be looked for: %s", batch_id, error)
            sent.kept = sent.kept.model_copy(update={"batch_id": batch_id})

    async def _answer(self, sent: _Sent, number: int) -> Answer:
        coming = sent.coming = sent.coming or asyncio.ensure_future(self._outcome(sent))
        outcome = await asyncio.shield(coming)
        if isinstance(outcome, ProviderFault):
            sent.given.discard(number)
            sent.coming = None if sent.coming is coming else sent.coming
            return outcome
        missing = ProviderDown(f"{self._name} left the call out of its batch. Ask again.")
        return outcome.get(number, missing)

    async def _outcome(self, sent: _Sent) -> Outcome:
        """Wait for a batch. One that is over without an answer has the same for each request."""
        try:
            return await self._desk.answers(sent.kept.batch_id, self._pause)
        except ProviderFault as nothing:
            fault = nothing
        except Exception as error:
            fault = self._fault(error)
            if not isinstance(fault, ModelUnknown):
                return fault
            fault = ProviderDown(f"{self._name} knows a batch no more. Ask again.")
        return dict.fromkeys(range(len(sent.kept.keys)), fault)

    async def _close(self, sent: _Sent) -> None:
        if not sent.is_over:
            self._book.leave(sent.kept)
            return
        try:
            await self._desk.delete(sent.kept.batch_id)
        except Exception as error:
            batch_id, fault = sent.kept.batch_id, self._fault(error)
            logger.warning("batch %s could not be deleted: %s", batch_id, fault)
        self._book.drop(sent.kept)

    def _forget(self, sent: _Sent) -> None:
        self._book.drop(sent.kept)
        self._sent.remove(sent)

    def _fault(self, error: Exception) -> ProviderFault:
        if isinstance(error, ProviderFault):
            return error
        return as_fault(self._name, error, secret=self._secret)
