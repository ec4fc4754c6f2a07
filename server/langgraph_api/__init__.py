"""The LangGraph surface: what the LangGraph SDK and chat pages made for it speak."""

from __future__ import annotations

from fastapi import APIRouter

from . import assistants, lacking, runs, stopping, store, threads

__all__ = ["add_routes"]


def add_routes(router: APIRouter) -> None:
    """Serve what LangGraph's own clients ask for."""
    assistants.add_routes(router)
    threads.add_routes(router)
    store.add_routes(router)
    lacking.add_routes(router)
    stopping.add_routes(router)
    runs.add_routes(router)
