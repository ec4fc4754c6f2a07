"""The OpenAI surface: models, chat completions and responses, as views of runs."""

from __future__ import annotations

from fastapi import APIRouter

from . import chat, models, responses

__all__ = ["add_routes"]


def add_routes(router: APIRouter) -> None:
    """Serve what OpenAI's own clients ask for."""
    models.add_routes(router)
    chat.add_routes(router)
    responses.add_routes(router)
