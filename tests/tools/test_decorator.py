from __future__ import annotations

import datetime
import enum
import threading
from typing import Annotated, Literal

import pytest
from inline_snapshot import snapshot
from pydantic import BaseModel, Field

from surefoot.errors import ConfigurationError, ToolError
from surefoot.evidence import Finding, MemorySource, ToolSource
from surefoot.tools import CallContext, Tool, Toolbox, ToolOutput, tool


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Item(BaseModel):
    name: str
    title: str = "none"


@tool(side_effects=False)
async def order(
    item: Item,
    colour: Colour,
    speed: Literal["fast", "slow"] = "fast",
    day: datetime.date | None = None,
    count: Annotated[int, Field(ge=1, le=5)] = 2,
) -> Item:
    """Order one item.

    It arrives at noon.

    Args:
        item: What to order,
            by its name.
        count (int): How many.

    Returns:
        The item.
    """
    assert isinstance(colour, Colour) and (day is None or isinstance(day, datetime.date))
    return item


def test_a_typed_function_becomes_a_schema_that_a_model_can_read() -> None:
    assert (order.name, order.description) == ("order", "Order one item.\n\nIt arrives at noon.")
    assert order.parameters == snapshot(
        {
            "$defs": {
                "Colour": {"enum": ["red", "blue"], "type": "string"},
                "Item": {
                    "properties": {
                        "name": {"type": "string"},
                        "title": {"default": "none", "type": "string"},
                    },
                    "required": ["name"],
                    "type": "object",
                },
            },
            "additionalProperties": False,
            "properties": {
                "item": {
                    "$ref": "#/$defs/Item",
                    "description": "What to order, by its name.",
                },
                "colour": {"$ref": "#/$defs/Colour"},
                "speed": {"default": "fast", "enum": ["fast", "slow"], "type": "string"},
                "day": {
                    "anyOf": [{"format": "date", "type": "string"}, {"type": "null"}],
                    "default": None,
                },
                "count": {
                    "default": 2,
                    "description": "How many.",
                    "maximum": 5,
                    "minimum": 1,
                    "type": "integer",
                },
            },
            "required": ["item", "colour"],
            "type": "object",
        }
    )
    assert order.returns is not None and order.returns["required"] == ["name"]


def test_valid_arguments_come_back_as_json_with_defaults() -> None:
    args = order.validate({"item": {"name": "tea"}, "colour": "red", "day": "2026-01-02"})
    assert args == {
        "item": {"name": "tea", "title": "none"},
        "colour": "red",
        "speed": "fast",
        "day": "2026-01-02",
        "count": 2,
    }


def test_every_problem_is_listed_with_its_path_the_allowed_and_the_nearest() -> None:
    with pytest.raises(ToolError) as caught:
        order.validate({"itme": 1, "colour": "Rad", "speed": "fsat", "count": 9})
    assert caught.value.code == "invalid_arguments"
    assert str(caught.value) == snapshot(
        "The arguments of 'order' are not valid: 'item' is missing; colour: should be 'red' or "
        "'blue', not 'Rad' (did you mean 'red'?); speed: should be 'fast' or 'slow', not 'fsat' "
        "(did you mean 'fast'?); count: should be less than or equal to 5, not 9; there is no "
        "argument 'itme' (did you mean 'item'?), it takes item, colour, speed, day, count."
    )


def test_nested_problems_are_told_by_their_path() -> None:
    @tool
    async def pack(items: list[Item]) -> int:
        """Pack."""
        return len(items)

    with pytest.raises(ToolError) as caught:
        pack.validate({"items": [{"name": "a"}, {"name": 3}]})
    assert "items[1].name: should be a valid string, not 3" in str(caught.value)


@pytest.mark.anyio
async def test_the_function_is_called_with_typed_values(context: CallContext) -> None:
    args = order.validate({"item": {"name": "tea"}, "colour": "blue", "day": "2026-01-02"})
    output = await order.run(args, context)
    assert output.value == {"name": "tea", "title": "none"}
    [finding] = output.findings
    assert finding == Finding(
        source=ToolSource(tool="order", args=args),
        content='{"name": "tea", "title": "none"}',
        trust="untrusted",
        data={"name": "tea", "title": "none"},
    )


@pytest.mark.anyio
async def test_the_context_is_filled_in_and_hidden_from_the_model(context: CallContext) -> None:
    @tool(name="who-am-i", description="Says who asks.", trust="trusted", timeout_seconds=2)
    async def whoami(*, call: CallContext) -> str:
        return call.scope.user or "nobody"

    assert whoami.parameters["properties"] == {}
    output = await whoami.run(whoami.validate({}), context)
    assert output.value == output.findings[0].content == "ann"
    assert (whoami.name, whoami.trust, whoami.timeout_seconds) == ("who-am-i", "trusted", 2)
    assert whoami.spec().description == "Says who asks."


@pytest.mark.anyio
async def test_a_sync_function_runs_beside_the_event_loop(context: CallContext) -> None:
    @tool
    def thread_name() -> str:
        """Say which thread this is."""
        return threading.current_thread().name

    assert thread_name.side_effects
    output = await thread_name.run({}, context)
    assert output.value != threading.current_thread().name


@pytest.mark.anyio
async def test_findings_and_ready_outputs_pass_through(context: CallContext) -> None:
    fact = Finding(source=MemorySource(memory_id="m1"), content="likes tea")

    @tool
    async def one() -> Finding:
        """One."""
        return fact

    @tool
    async def many(n: int) -> list[Finding]:
        """Many."""
        return [fact] * n

    @tool
    async def ready() -> ToolOutput:
        """Ready."""
        return ToolOutput(value=7)

    assert (await one.run({}, context)).findings == (fact,)
    assert await many.run({"n": 2}, context) == ToolOutput(
        value=["likes tea", "likes tea"], findings=(fact, fact)
    )
    assert await many.run({"n": 0}, context) == ToolOutput(value=[])
    assert await ready.run({}, context) == ToolOutput(value=7)
    assert many.returns is None and ready.returns is None


@pytest.mark.anyio
async def test_a_function_that_returns_nothing_still_leaves_evidence(context: CallContext) -> None:
    @tool
    async def ring() -> None:
        """Ring the bell."""

    output = await ring.run({}, context)
    assert output.value is None and output.findings[0].content == "Done; it returned nothing."


def test_types_that_only_the_surrounding_function_knows_are_resolved() -> None:
    class Size(enum.Enum):
        S = "s"

    @tool
    async def fit(size: Size) -> str:
        """Fit."""
        return size.value

    assert fit.validate({"size": "s"}) == {"size": "s"}


def test_argument_names_that_models_use_themselves_are_no_trouble() -> None:
    @tool
    async def shape(schema: str, copy: bool, json: int, self_: int = 1) -> str:
        """Shape."""
        return schema

    assert shape.validate({"schema": "a", "copy": True, "json": 2})["self_"] == 1


@pytest.mark.parametrize("name", ["", "a b", "a.b", "ä", "x" * 65, "a\n"])
def test_a_name_that_providers_refuse_is_refused_at_once(name: str) -> None:
    with pytest.raises(ConfigurationError):

        @tool(name=name or "\t")
        async def anything() -> None:
            """Anything."""


def test_a_function_that_a_model_could_not_call_is_refused_at_once() -> None:
    async def bare(x) -> None:  # type: ignore[no-untyped-def]
        """Bare."""

    async def rest(*x: int) -> None:
        """Rest."""

    async def silent(x: int) -> None: ...

    async def opaque(x: threading.Lock) -> None:
        """Opaque."""

    for function in (bare, rest, silent, opaque):
        with pytest.raises(ConfigurationError) as caught:
            tool(function)
        assert function.__name__ in str(caught.value)


def test_a_toolbox_keeps_order_and_refuses_two_tools_of_one_name() -> None:
    box = Toolbox([order])
    assert box.get("order") is order and list(box) == [order] and len(box) == 1
    assert "order" in box and "other" not in box
    assert [spec.name for spec in box.specs()] == ["order"]
    with pytest.raises(ConfigurationError):
        Toolbox([order, order])


def test_an_unknown_tool_is_answered_with_the_nearest() -> None:
    with pytest.raises(ToolError) as caught:
        Toolbox([order]).get("odrer")
    assert caught.value.code == "unknown_tool"
    assert str(caught.value) == (
        "There is no tool 'odrer' (did you mean 'order'?). The tools are: order."
    )


def test_a_method_is_a_tool_like_any_function() -> None:
    class Desk:
        async def find(self, key: str) -> str:
            """Find."""
            return key

    found: Tool = tool(Desk().find)
    assert found.parameters["required"] == ["key"]
