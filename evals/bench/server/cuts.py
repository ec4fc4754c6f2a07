"""Cuts: connections cut behind every piece of a run, on every protocol, and the server killed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from .processes import Running, running
from .views import VIEWS, Heard, Told, View

QUESTION = "tell 3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """What came of cutting one protocol's connections."""

    protocol: str
    cuts: int
    lost: int
    doubled: int
    reordered: int

    def __str__(self) -> str:
        return (
            f"{self.protocol}: cut at {self.cuts} places, {self.lost} lost, "
            f"{self.doubled} doubled, {self.reordered} out of order"
        )


async def cut_everywhere(server: Running) -> list[Cuts]:
    """Cut each protocol's connection behind each piece of a finished run, and take it up again."""
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as http:
        told = await _begin(http, "cuts")
        return [await _cut(name, view, told) for name, view in VIEWS.items()]


async def kill_everywhere(module: str, folder: Path) -> list[Cuts]:
    """Kill the server in the middle of a run while readers have come to each of its pieces.

    The next process takes the run up, and each reader goes on with what it heard last.
    """
    before: dict[str, list[list[Heard]]] = {}
    with running(module, str(folder), "hold") as first:
        async with httpx.AsyncClient(base_url=first.url, timeout=60) as http:
            told = await _begin(http, "killed")
            for name, view in VIEWS.items():
                parts = await _until_quiet(view, told)
                before[name] = [parts[:cut] for cut in range(1, len(parts) + 1)]
    found: list[Cuts] = []
    with running(module, str(folder)) as second:
        async with httpx.AsyncClient(base_url=second.url, timeout=60) as http:
            told = replace(told, http=http)
            for name, view in VIEWS.items():
                whole = await _heard(view, told)
                heard = [[*p, *await _heard(view, told, behind=p[-1].place)] for p in before[name]]
                found.append(_compared(name, whole, heard))
    return found


async def _begin(http: httpx.AsyncClient, thread_id: str) -> Told:
    begun = await http.post(f"/v1/threads/{thread_id}/runs", json={"text": QUESTION})
    return Told(http=http, thread_id=thread_id, run_id=begun.json()["run_id"])


async def _cut(name: str, view: View, told: Told) -> Cuts:
    whole = await _heard(view, told)
    heard: list[list[Heard]] = []
    for cut in range(1, len(whole)):
        parts = await _heard(view, told, most=cut)
        heard.append([*parts, *await _heard(view, told, behind=parts[-1].place)])
    return _compared(name, whole, heard)


async def _heard(
    view: View, told: Told, *, behind: str | None = None, most: int | None = None
) -> list[Heard]:
    """Listen to the end, or hang up after `most` pieces."""
    heard: list[Heard] = []
    async with aclosing(view(told, behind)) as pieces:
        async for piece in pieces:
            heard.append(piece)
            if len(heard) == most:
                break
    return heard


async def _until_quiet(view: View, told: Told, seconds: float = 0.7) -> list[Heard]:
    """Listen to a run that goes on until nothing has come for a while."""
    heard: list[Heard] = []
    async with aclosing(view(told, None)) as pieces:
        try:
            while True:
                async with asyncio.timeout(seconds):
                    heard.append(await anext(pieces))
        except TimeoutError:
            return heard


def _compared(name: str, whole: Sequence[Heard], heard: Sequence[Sequence[Heard]]) -> Cuts:
    order = {piece: place for place, piece in enumerate(whole)}
    lost = doubled = reordered = 0
    for pieces in heard:
        places = [order.get(piece, -1) for piece in pieces]
        lost += len(set(whole) - set(pieces))
        doubled += len(pieces) - len(set(pieces))
        reordered += places != sorted(places) or -1 in places
    return Cuts(protocol=name, cuts=len(heard), lost=lost, doubled=doubled, reordered=reordered)
