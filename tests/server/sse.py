"""Reading server-sent events, by the rules and not by ours."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class Sent:
    """One event as it came."""

    event: str
    data: JsonValue
    id: str | None

    def __getitem__(self, name: str) -> JsonValue:
        assert isinstance(self.data, dict)
        return self.data[name]


async def sent(response: httpx.Response) -> AsyncIterator[Sent]:
    """Yield what comes until the stream ends."""
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            fields[name] = f"{fields[name]}\n{value}" if name in fields else value
            continue
        if "data" in fields:
            data = fields["data"]
            parsed: JsonValue = data if data == "[DONE]" else json.loads(data)
            yield Sent(fields.get("event", "message"), parsed, fields.get("id"))
        fields = {}
