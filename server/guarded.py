"""Guarded routes: every request is identified, admitted, counted and answered in our own words."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Coroutine
from typing import Annotated
from uuid import uuid4

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from surefoot.errors import SurefootError

from .bodies import Intake
from .problems import problem_response, refusal_of
from .service import Caller, Service

logger = logging.getLogger(__name__)

OPEN_PATHS = frozenset({"/", "/healthz", "/readyz", "/ok", "/info"})
"""Where nobody has to say who they are."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

Handler = Callable[[Request], Coroutine[object, object, Response]]


def guarded_route(service: Service) -> type[APIRoute]:
    """Return a route class whose routes admit only whom the service admits."""
    intake = Intake(service.settings)

    class GuardedRoute(APIRoute):
        def get_route_handler(self) -> Handler:
            return _guarded(service, intake, self.path, super().get_route_handler())

    return GuardedRoute


async def caller_of(request: Request) -> Caller:
    """Return who makes a request. Async, or FastAPI would give it a thread."""
    caller = request.scope["surefoot.caller"]
    assert isinstance(caller, Caller)
    return caller


CallerHere = Annotated[Caller, Depends(caller_of)]


async def service_of(request: Request) -> Service:
    """Return the service that a request came to."""
    service = request.scope["surefoot.service"]
    assert isinstance(service, Service)
    return service


ServiceHere = Annotated[Service, Depends(service_of)]


def request_id_of(headers: dict[str, str] | Request) -> str:
    """Return the id that the client gave its request, or a new one."""
    given = headers.headers if isinstance(headers, Request) else headers
    named = given.get("x-request-id", "")
    return named if _REQUEST_ID.fullmatch(named) else uuid4().hex


def _guarded(service: Service, intake: Intake, path: str, handle: Handler) -> Handler:
    async def guarded(request: Request) -> Response:
        began = time.perf_counter()
        request_id = request_id_of(request)
        request.scope["surefoot.service"] = service
        try:
            await _admit(service, path, request)
            with intake.bounded(path, request) as bounded:
                response = await handle(bounded)
        except (SurefootError, RequestValidationError, HTTPException) as error:
            refusal = refusal_of(error)
            if refusal.status >= 500:
                logger.error("request %s failed: %s", request_id, error)
            response = problem_response(refusal, path=path, request_id=request_id)
        except Exception as error:
            logger.exception("request %s failed", request_id)
            response = problem_response(refusal_of(error), path=path, request_id=request_id)
        response.headers["X-Request-Id"] = request_id
        _count(service, request.method, path, response.status_code, time.perf_counter() - began)
        return response

    return guarded


async def _admit(service: Service, path: str, request: Request) -> None:
    if request.method not in _SAFE_METHODS or service.gate.is_open:
        service.gate.check_origin(request.headers)
    if path in OPEN_PATHS or path.startswith("/static"):
        return
    principal = await service.gate.principal(request.headers)
    service.quotas.request(principal)
    request.scope["surefoot.caller"] = Caller(service, principal)


def _count(service: Service, method: str, path: str, status: int, seconds: float) -> None:
    service.metrics.requests.labels(method, path, status).inc()
    service.metrics.request_seconds.labels(path).observe(seconds)
    if path not in OPEN_PATHS:
        logger.info("%s %s %d %.1f ms", method, path, status, seconds * 1000)
