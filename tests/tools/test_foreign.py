from __future__ import annotations

import pytest
from langchain_core.tools import ToolException, tool

from surefoot.errors import ConfigurationError, ToolError
from surefoot.tools import Arguments, CallContext, tool_from_langchain, tool_from_schema

WEATHER: dict[str, object] = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "unit": {"enum": ["celsius", "kelvin"], "default": "celsius"},
        "days": {"type": "array", "items": {"type": "integer"}},
    },
    "required": ["city"],
    "additionalProperties": False,
}


async def forecast(args: Arguments, context: CallContext) -> object:
    return {"city": args["city"], "asked_by": context.scope.user}


weather = tool_from_schema("weather", "The weather.", WEATHER, forecast)  # type: ignore[arg-type]


@pytest.mark.anyio
async def test_a_tool_described_by_a_schema_fills_defaults_and_runs(context: CallContext) -> None:
    args = weather.validate({"city": "Oslo"})
    assert args == {"city": "Oslo", "unit": "celsius"}
    assert (await weather.run(args, context)).value == {"city": "Oslo", "asked_by": "ann"}


def test_wrong_arguments_of_a_schema_are_listed_with_the_nearest() -> None:
    with pytest.raises(ToolError) as caught:
        weather.validate({"ctiy": 1, "unit": "kelwin", "days": [1, "x"]})
    assert caught.value.code == "invalid_arguments"
    for part in (
        "'city' is missing",
        "there is no argument 'ctiy' (did you mean 'city'?), it takes city, unit, days",
        "unit: 'kelwin' is not one of ['celsius', 'kelvin'] (did you mean 'kelvin'?)",
        "days[1]: 'x' is not of type 'integer'",
    ):
        assert part in str(caught.value)


@pytest.mark.parametrize("schema", [{"type": "array"}, {"type": "objekt"}])
def test_a_schema_that_is_none_is_refused_at_once(schema: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        tool_from_schema("x", "X.", schema, forecast)  # type: ignore[arg-type]


@pytest.mark.anyio
async def test_a_langchain_tool_keeps_its_schema_and_its_errors(context: CallContext) -> None:
    @tool
    def divide(a: int, b: int = 1) -> float:
        """Divide a by b."""
        if b == 0:
            raise ToolException("Give a divisor that is not 0.")
        return a / b

    ours = tool_from_langchain(divide, side_effects=False)
    assert (ours.name, ours.description) == ("divide", "Divide a by b.")
    assert (await ours.run(ours.validate({"a": 3, "b": 2}), context)).value == 1.5
    with pytest.raises(ToolError):
        ours.validate({"b": 2})
    with pytest.raises(ToolError) as caught:
        await ours.run({"a": 1, "b": 0}, context)
    assert str(caught.value) == "Give a divisor that is not 0."
