"""The web side: Slack's requests on a FastAPI server, and the pages on which one installs."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from slack_bolt.adapter.starlette.async_handler import (
    AsyncSlackRequestHandler,
    to_async_bolt_request,
    to_starlette_response,
)
from slack_bolt.async_app import AsyncApp

from .installations import Installations, oauth_flow
from .manifest import EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH
from .settings import SlackSettings
from .workspaces import Workspaces

_MOST_BYTES = 1_000_000


def slack_routes(app: AsyncApp, settings: SlackSettings, workspaces: Workspaces) -> APIRouter:
    """Return the routes that Slack calls. Slack signs its requests, so they ask for no key."""
    router, handler = APIRouter(include_in_schema=False), AsyncSlackRequestHandler(app)

    async def events(request: Request) -> Response:
        if int(request.headers.get("content-length") or _MOST_BYTES + 1) > _MOST_BYTES:
            return Response("too large", 413)
        return await handler.handle(request)

    router.post(EVENTS_PATH)(events)
    if isinstance(workspaces, Installations):
        flow = oauth_flow(settings, workspaces)

        async def install(request: Request) -> Response:
            asked = to_async_bolt_request(request, await request.body())
            return to_starlette_response(await flow.handle_installation(asked))

        async def redirect(request: Request) -> Response:
            asked = to_async_bolt_request(request, await request.body())
            return to_starlette_response(await flow.handle_callback(asked))

        router.get(INSTALL_PATH)(install)
        router.get(REDIRECT_PATH)(redirect)
    return router
