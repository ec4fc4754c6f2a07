"""Models: the assistant, as a model that a client can choose."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from surefoot.errors import NotFound

from ..guarded import CallerHere

NAME = "surefoot"


class ModelView(BaseModel):
    """A model."""

    id: str = NAME
    object: Literal["model"] = "model"
    created: int = 1_767_225_600
    owned_by: str = "surefoot"


class ModelList(BaseModel):
    """All models."""

    object: Literal["list"] = "list"
    data: list[ModelView]


async def list_models(caller: CallerHere) -> ModelList:
    """List the models: the assistant is the only one."""
    caller.require("runs")
    return ModelList(data=[ModelView()])


async def get_model(model: str, caller: CallerHere) -> ModelView:
    """Return a model."""
    caller.require("runs")
    if model != NAME:
        raise NotFound(f"There is no model {model!r}; use {NAME!r}.")
    return ModelView()


def add_routes(router: APIRouter) -> None:
    """Serve models."""
    router.get("/v1/models")(list_models)
    router.get("/v1/models/{model}")(get_model)
