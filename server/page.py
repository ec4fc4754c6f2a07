"""The page: the files of the web page, as they lie in `static/`."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

from surefoot.errors import NotFound

_STATIC = (Path(__file__).parent / "static").resolve()
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}


async def index() -> FileResponse:
    """Return the web page."""
    return _file("index.html")


async def static(path: str) -> FileResponse:
    """Return a file of the web page."""
    return _file(path)


def _file(path: str) -> FileResponse:
    file = (_STATIC / path).resolve()
    if not file.is_relative_to(_STATIC) or not file.is_file() or file.suffix not in _TYPES:
        raise NotFound(f"There is no file {path!r}.")
    headers = {"Cache-Control": "no-cache"}
    return FileResponse(file, media_type=_TYPES[file.suffix], headers=headers)


def add_routes(router: APIRouter) -> None:
    """Serve the page."""
    router.get("/", include_in_schema=False)(index)
    router.get("/static/{path:path}", include_in_schema=False)(static)
