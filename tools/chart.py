"""`chart`: a small declarative description of a drawing becomes an SVG that anybody can read."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from surefoot.evidence import Finding, ToolSource

from .decorator import tool
from .drawing import draw
from .tool import Tool, ToolOutput

Number = int | float


class Series(BaseModel):
    """One line, or one set of bars or points."""

    model_config = ConfigDict(extra="forbid")

    name: str = ""
    values: Annotated[list[Number | None], Field(min_length=1, max_length=1_000)]
    """One for each label; null leaves a gap."""


class ChartSpec(BaseModel):
    """What to draw."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["bar", "line", "point"]
    title: Annotated[str, Field(max_length=200)]
    labels: Annotated[list[str | Number], Field(min_length=1, max_length=1_000)]
    """What stands along the bottom: categories, dates or numbers."""
    series: Annotated[list[Series], Field(min_length=1, max_length=8)]
    x_title: Annotated[str, Field(max_length=100)] = ""
    y_title: Annotated[str, Field(max_length=100)] = ""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for series in self.series:
            if len(series.values) != len(self.labels):
                raise ValueError(
                    f"series {series.name!r} has {len(series.values)} values for "
                    f"{len(self.labels)} labels; give one for each"
                )
        return self


def chart_tool() -> Tool:
    """Let the assistant draw bars, lines and points."""

    @tool(side_effects=False, trust="trusted", result_characters=400)
    async def chart(spec: ChartSpec) -> ToolOutput:
        """Draw numbers you have found as a chart for the user.

        Take labels and values from earlier results, by reference where you can: `labels` holds
        what stands along the bottom, and each of `series` one value for each label.
        """
        svg = draw(spec)
        value: JsonValue = {"svg": svg, "media_type": "image/svg+xml", "title": spec.title}
        finding = Finding(
            source=ToolSource(tool="chart", args={"spec": spec.model_dump(mode="json")}),
            content=_told(spec),
            trust="untrusted",
            data=value,
        )
        return ToolOutput(value=value, findings=(finding,))

    return chart


def _told(spec: ChartSpec) -> str:
    """Say in words what the chart shows, for those who do not see it."""
    count = len(spec.labels)
    parts = [f"A {spec.kind} chart, \u201c{spec.title}\u201d, of {count} labels."]
    for series in spec.series:
        known = [value for value in series.values if value is not None]
        name = series.name or "The values"
        parts.append(f"{name}: {min(known):g} to {max(known):g}." if known else f"{name}: none.")
    return " ".join(parts)
