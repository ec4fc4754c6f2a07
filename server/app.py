"""The app: every protocol over one assistant, on its own or inside somebody's FastAPI."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware

from surefoot.agent import Assistant
from surefoot.errors import SurefootError

from . import (
    conversations,
    evidence,
    health,
    langgraph_api,
    library,
    memories,
    openai_api,
    owning,
    page,
    threads,
)
from .guarded import guarded_route, request_id_of
from .headers import SecurityHeaders
from .problems import problem_response, refusal_of
from .service import Service
from .settings import ServerSettings
from .sockets import socket_endpoint

if TYPE_CHECKING:
    from .slack import SlackService, SlackSettings

logger = logging.getLogger(__name__)

_RETENTION_SECONDS = 3600
_EXPOSED = ["X-Request-Id", "X-Run-Id", "Location", "Content-Location", "Retry-After"]


def router(assistant: Assistant, settings: ServerSettings | None = None) -> APIRouter:
    """Return all routes, to be included in an app of your own.

    The app opens and closes the assistant; everything else, authentication and limits included,
    comes with the routes.
    """
    routes = APIRouter()
    add_routes(routes, Service(assistant, settings or ServerSettings.load()))
    return routes


def create_app(
    assistant: Assistant,
    settings: ServerSettings | None = None,
    *,
    slack: SlackSettings | None = None,
) -> FastAPI:
    """Return an app that serves the assistant, which it opens and closes; with `slack`, in Slack
    too."""
    return app_of(Service(assistant, settings or ServerSettings.load()), slack=slack)


def app_of(service: Service, *, slack: SlackSettings | None = None) -> FastAPI:
    """Return an app for a service."""
    in_slack = _in_slack(service, slack)
    bot = nullcontext() if in_slack is None else in_slack.bot

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with service.assistant, _expiring(service), bot:
            yield

    app = FastAPI(
        title="Surefoot",
        summary="Every step checked, every claim cited, every run replayable.",
        version=version("surefoot"),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    add_routes(app.router, service)
    if in_slack is not None:
        app.include_router(in_slack.routes())
    app.add_exception_handler(HTTPException, _unrouted)
    app.add_middleware(SecurityHeaders)
    if service.settings.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=service.settings.allowed_origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Last-Event-ID", "X-Request-Id"],
            expose_headers=_EXPOSED,
        )
    return app


def add_routes(routes: APIRouter, service: Service) -> None:
    """Serve everything. An app has the routes as its own: FastAPI looks twice in a router's."""
    routes.route_class = guarded_route(service)
    health.add_routes(routes)
    threads.add_routes(routes)
    conversations.add_routes(routes)
    evidence.add_routes(routes)
    library.add_routes(routes)
    memories.add_routes(routes)
    owning.add_routes(routes)
    openai_api.add_routes(routes)
    langgraph_api.add_routes(routes)
    page.add_routes(routes)
    routes.add_api_websocket_route("/v1/threads/{thread_id}/ws", socket_endpoint(service))


async def _unrouted(request: Request, error: Exception) -> Response:
    """Answer what no route has taken."""
    return problem_response(
        refusal_of(error), path=request.url.path, request_id=request_id_of(request)
    )


def _in_slack(service: Service, settings: SlackSettings | None) -> SlackService | None:
    if settings is None:
        return None
    from .slack import SlackService

    return SlackService(service.assistant, settings)


@asynccontextmanager
async def _expiring(service: Service) -> AsyncIterator[None]:
    """Erase what is too old to be kept, now and every hour."""
    if not service.settings.retention_days:
        yield
        return
    task = asyncio.create_task(_expire(service), name="retention")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _expire(service: Service) -> None:
    while True:
        oldest = datetime.now(UTC) - timedelta(days=service.settings.retention_days)
        before = oldest.isoformat(timespec="microseconds").replace("+00:00", "Z")
        try:
            if erased := await service.assistant.expire(before=before):
                logger.info("erased %d events of runs that ended before %s", erased, before)
        except SurefootError:
            logger.exception("old runs could not be erased")
        await asyncio.sleep(_RETENTION_SECONDS)
