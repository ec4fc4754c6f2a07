"""Sockets: who may open a WebSocket, and how many there are."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from fastapi import WebSocket

from surefoot.errors import SurefootError

from .principal import Principal
from .problems import Refusal, refusal_of
from .service import Caller, Service
from .socket import Closed, Conversation, close, closed_by

logger = logging.getLogger(__name__)

SUBPROTOCOL = "surefoot"
_TICKET = "ticket."


def socket_endpoint(service: Service) -> Callable[[WebSocket], Awaitable[None]]:
    """Return the endpoint of `WS /v1/threads/{thread_id}/ws`."""
    open_sockets = 0

    async def endpoint(websocket: WebSocket) -> None:
        nonlocal open_sockets
        offered = websocket.scope.get("subprotocols", [])
        chosen = SUBPROTOCOL if SUBPROTOCOL in offered else None
        await websocket.accept(chosen)
        open_sockets += 1
        service.metrics.sockets.inc()
        try:
            if open_sockets > service.settings.max_sockets:
                raise Refusal(503, "There are too many open sockets.", retry_after=5)
            conversation, after = await _admitted(service, websocket, offered)
            await conversation.hold(after=after)
        except SurefootError as error:
            await close(websocket, closed_by(refusal_of(error)))
        except Exception:
            logger.exception("a socket failed")
            await close(websocket, Closed(1011, "An internal error; see the server's log."))
        finally:
            open_sockets -= 1
            service.metrics.sockets.dec()

    return endpoint


async def _admitted(
    service: Service, websocket: WebSocket, offered: list[str]
) -> tuple[Conversation, int | None]:
    service.gate.check_origin(websocket.headers)
    principal = await _principal(service, websocket, offered)
    service.quotas.request(principal)
    caller = Caller(service, principal)
    thread_id = websocket.path_params["thread_id"]
    caller.key(thread_id)
    caller.require("runs")
    await caller.assistant.open()
    known = await caller.assistant.home.threads.find(caller.key(thread_id))
    if known is not None:
        await caller.thread(thread_id)
    return Conversation(websocket, caller, thread_id), _after(websocket)


async def _principal(service: Service, websocket: WebSocket, offered: list[str]) -> Principal:
    tickets = [p.removeprefix(_TICKET) for p in offered if p.startswith(_TICKET)]
    if not tickets:
        return await service.gate.principal(websocket.headers)
    principal = service.tickets.redeem(tickets[0])
    if principal is None:
        raise Refusal(401, "The ticket is not valid any more; get a new one.", code="bad_ticket")
    return principal


def _after(websocket: WebSocket) -> int | None:
    given = websocket.query_params.get("after")
    if given is None:
        return None
    if not given.isascii() or not given.isdigit() or len(given) > 18:
        raise Refusal(422, f"{given[:40]!r} is not a seq.", code="bad_cursor")
    return int(given)
