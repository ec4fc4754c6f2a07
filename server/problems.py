"""Problems: what a client is told when something is refused or fails (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import JsonValue
from starlette.exceptions import HTTPException

from surefoot.agent import ThreadBusy, redacted
from surefoot.errors import (
    ConfigurationError,
    InputError,
    LimitReached,
    ModelError,
    NotFound,
    StorageError,
    SurefootError,
    ToolError,
)

OPENAI_PATHS = ("/v1/chat/", "/v1/responses", "/v1/models")


class Refusal(SurefootError):
    """A request that is not served, and why."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str = "",
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code or HTTPStatus(status).phrase.lower().replace(" ", "_")
        self.retry_after = retry_after
        self.headers = dict(headers or {})


def refusal_of(error: Exception) -> Refusal:
    """Return what a client is told of an error. It never names what it must not know."""
    match error:
        case Refusal():
            return error
        case RequestValidationError():
            return Refusal(422, _validation(error), code="invalid_request")
        case HTTPException():
            return Refusal(error.status_code, str(error.detail), headers=error.headers)
        case ThreadBusy():
            return Refusal(409, str(error), code="thread_busy", retry_after=1)
        case NotFound():
            return Refusal(404, str(error), code="not_found")
        case InputError() | ToolError():
            return Refusal(422, str(error), code="invalid_request")
        case LimitReached():
            return Refusal(429, str(error), code="limit_reached")
        case ModelError():
            return Refusal(502, str(error), code="model_error", retry_after=error.retry_after)
        case StorageError():
            told = "What the server keeps on disk cannot be read or written; see its log."
            return Refusal(503, told, code="storage_error", retry_after=5)
        case ConfigurationError():
            told = "The server is not set up for this; see its log."
            return Refusal(503, told, code="configuration_error")
        case SurefootError():
            return Refusal(500, str(error), code="run_failed")
        case _:
            told = "An internal error stopped this request; see the server's log."
            return Refusal(500, told, code="internal")


def problem_response(refusal: Refusal, *, path: str, request_id: str) -> JSONResponse:
    """Return the response for a refusal, in a shape that every client of ours can read."""
    told = redacted(str(refusal))
    body: dict[str, JsonValue] = {
        "type": "about:blank",
        "title": HTTPStatus(refusal.status).phrase,
        "status": refusal.status,
        "detail": told,
        "code": refusal.code,
        "request_id": request_id,
    }
    if path.startswith(OPENAI_PATHS):
        body["error"] = {"message": told, "type": refusal.code, "code": refusal.code}
    headers = dict(refusal.headers)
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(max(1, round(refusal.retry_after)))
    if refusal.status == 401:
        headers.setdefault("WWW-Authenticate", "Bearer")
    return JSONResponse(
        body, refusal.status, headers=headers, media_type="application/problem+json"
    )


def _validation(error: RequestValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}." if place else f"{first['msg']}."
