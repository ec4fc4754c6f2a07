"""`docs/events.schema.json` says what the events are; `make schema` writes it from this file."""

from __future__ import annotations

import json
from pathlib import Path

from surefoot.events import known_events

WRITTEN = Path(__file__).parent.parent / "docs" / "events.schema.json"


def schema() -> str:
    """Return the JSON Schema of every event as it stands on the wire."""
    described = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Surefoot events",
        **known_events().json_schema(mode="serialization"),
    }
    return json.dumps(described, indent=2, sort_keys=True)


def test_the_written_schema_is_the_schema_of_the_events() -> None:
    written = WRITTEN.read_text(encoding="utf-8").rstrip("\n")
    assert written == schema(), "The events changed; run `make schema`."


if __name__ == "__main__":
    print(schema())
