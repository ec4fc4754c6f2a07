"""Health: whether the process lives, whether it can work, and what it has counted."""

from __future__ import annotations

import asyncio
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from surefoot.agent import ThreadKey
from surefoot.errors import SurefootError

from .guarded import CallerHere, ServiceHere
from .service import Service

_CHECK_SECONDS = 5
_PROBE = ThreadKey("-", "-")
_NEITHER = "cannot be read or written"


class Health(BaseModel):
    """That the process answers."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """Whether each part can work."""

    status: Literal["ready", "not ready"]
    checks: dict[str, str]
    """By part: `ok`, or what is wrong."""


class TicketView(BaseModel):
    """Opens one WebSocket, once, within half a minute."""

    ticket: str
    expires_in: int


async def healthz() -> Health:
    """Say that the process answers."""
    return Health()


async def readyz(service: ServiceHere) -> Response:
    """Say whether the server can take runs: the log can be read and written, memory answers."""
    checks = {
        "runs": "draining" if service.is_draining else "ok",
        "log": await _check_log(service),
        "memory": await _check_memory(service),
    }
    is_ready = all(found == "ok" for found in checks.values())
    ready = Readiness(status="ready" if is_ready else "not ready", checks=checks)
    return JSONResponse(ready.model_dump(), 200 if is_ready else 503)


async def metrics(caller: CallerHere) -> Response:
    """Return what was counted, for Prometheus."""
    caller.require("metrics")
    return Response(caller.service.metrics.text(), media_type="text/plain; version=0.0.4")


async def ticket(caller: CallerHere) -> TicketView:
    """Give a ticket for a WebSocket."""
    from .tickets import TICKET_SECONDS

    issued = caller.service.tickets.issue(caller.principal)
    return TicketView(ticket=issued, expires_in=TICKET_SECONDS)


async def _check_log(service: Service) -> str:
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            await service.assistant.open()
            home = service.assistant.home
            await home.log.read(_PROBE)
            if home.database is not None:
                await home.database.check()
    except TimeoutError:
        return "does not answer"
    except SurefootError:
        return _NEITHER
    # Threads whose events could not be kept go on by themselves once they can be again.
    return "ok" if home.log.trouble is None else f"{_NEITHER}: waits for room"


async def _check_memory(service: Service) -> str:
    memory = service.assistant.rooms.memory()
    if memory is None:
        return "ok"
    from surefoot.scope import Scope

    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            await memory.search("ready", Scope(tenant="-", user="-", thread_id="-"), limit=1)
    except TimeoutError:
        return "does not answer"
    except (SurefootError, OSError):
        return _NEITHER
    return "ok"


def add_routes(router: APIRouter) -> None:
    """Serve health, metrics and tickets."""
    router.get("/healthz")(healthz)
    router.get("/readyz", response_model=Readiness)(readyz)
    router.get("/metrics")(metrics)
    router.post("/v1/tickets", status_code=201)(ticket)
