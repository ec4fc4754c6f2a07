from __future__ import annotations

import re
from typing import Annotated, Literal

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from surefoot.tools import foreign_names, from_strict, provider_name, strict_schema, tool


class Item(BaseModel):
    name: str
    size: int | None = None
    tags: list[str] = []


@tool(side_effects=False)
async def order(
    item: Item, mode: Literal["fast", "slow"] = "fast", count: Annotated[int, Field(ge=1)] = 1
) -> str:
    """Order something."""
    return item.name


@tool(side_effects=False)
async def store(values: dict[str, int]) -> str:
    """Store values by name."""
    return "stored"


def test_strict_mode_requires_every_property_and_allows_null_for_what_may_be_left_out() -> None:
    strict = strict_schema(order.parameters)
    assert strict is not None
    assert strict["required"] == ["item", "mode", "count"]
    assert strict["additionalProperties"] is False
    assert strict["properties"] == {
        "item": {"$ref": "#/$defs/Item"},
        "mode": {"anyOf": [{"enum": ["fast", "slow"], "type": "string"}, {"type": "null"}]},
        "count": {"anyOf": [{"minimum": 1, "type": "integer"}, {"type": "null"}]},
    }


def test_arguments_of_strict_mode_are_valid_once_their_nulls_are_out() -> None:
    said = {"item": {"name": "x", "size": None, "tags": None}, "mode": None, "count": None}
    args = order.validate(from_strict(said, order.parameters))  # type: ignore[arg-type]
    assert args["item"] == {"name": "x", "size": None, "tags": []}
    assert (args["mode"], args["count"]) == ("fast", 1)


def test_what_strict_mode_cannot_say_is_left_as_it_is() -> None:
    assert strict_schema(store.parameters) is None


@given(st.sets(st.text(max_size=80), max_size=30))
def test_every_name_becomes_a_legal_one_and_maps_back(names: set[str]) -> None:
    back = foreign_names(names)
    assert len(back) == len(names)
    for name in names:
        legal = provider_name(name)
        assert back[legal] == name
        assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", legal)
