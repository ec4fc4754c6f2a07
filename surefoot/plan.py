"""Plans: steps that call tools and may refer to each other's results."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, JsonValue


class Step(BaseModel):
    """One tool call of a plan."""

    model_config = ConfigDict(frozen=True)

    id: str
    """Unique in the run, such as `s2`; other steps refer to it."""
    tool: str
    args: dict[str, JsonValue] = Field(default_factory=dict)
    """May hold `{"$ref": "s1.rows.0.total"}` wherever a value may stand."""
    depends_on: tuple[str, ...] = ()
    """Ids of the steps whose results it needs, those of its references included."""
    call_id: str
    """Ours; a provider's own id is mapped to it."""


class Plan(BaseModel):
    """What the run means to do next, as a graph without cycles."""

    model_config = ConfigDict(frozen=True)

    steps: tuple[Step, ...] = ()
    revision: int = 0
    """0 for the first plan, then one more with each revision."""
