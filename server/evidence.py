"""Evidence: what a thread has found, and texts shown as HTML that can do no harm."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from surefoot.errors import NotFound
from surefoot.events import Event, evidence_of
from surefoot.evidence import Evidence

from .bodies import Strict
from .guarded import CallerHere
from .markdown import html_of


class EvidenceView(BaseModel):
    """Evidence with its content as safe HTML."""

    evidence: Evidence
    html: str


class Texts(Strict):
    """Markdown to be shown."""

    text: str = Field(max_length=500_000)


class Html(BaseModel):
    """Safe HTML."""

    html: str


async def list_evidence(thread_id: str, caller: CallerHere) -> list[Evidence]:
    """List what a thread has found so far."""
    return evidence_in(await caller.events(thread_id))


async def get_evidence(thread_id: str, evidence_id: str, caller: CallerHere) -> EvidenceView:
    """Return one piece of evidence."""
    for item in evidence_in(await caller.events(thread_id)):
        if item.id == evidence_id:
            return EvidenceView(evidence=item, html=html_of(item.content))
    raise NotFound(f"There is no evidence {evidence_id!r} in thread {thread_id!r}.")


async def render(body: Texts) -> Html:
    """Turn Markdown into HTML that can do no harm; citations become links."""
    return Html(html=html_of(body.text))


def evidence_in(events: list[Event]) -> list[Evidence]:
    """Return the evidence that events tell of, each once, as it is first told."""
    found: dict[str, Evidence] = {}
    for event in events:
        for item in evidence_of(event):
            found.setdefault(item.id, item)
    return list(found.values())


def add_routes(router: APIRouter) -> None:
    """Serve evidence and Markdown."""
    router.get("/v1/threads/{thread_id}/evidence")(list_evidence)
    router.get("/v1/threads/{thread_id}/evidence/{evidence_id}")(get_evidence)
    router.post("/v1/render")(render)
