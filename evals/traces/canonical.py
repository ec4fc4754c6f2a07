"""Canonical JSON: one spelling for every value, so that equal content has equal hashes."""

from __future__ import annotations

import hashlib
import json
from functools import cache

from pydantic import JsonValue, TypeAdapter

from .trace import Trace

HASH_CHARS = 32


def canonical(value: JsonValue) -> str:
    """Return the one way in which `value` is written: sorted keys, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: JsonValue) -> str:
    """Return the hash of a value's canonical form."""
    return digest_text(canonical(value))


def digest_text(text: str) -> str:
    """Return the hash of a text; half a surrogate pair counts as itself."""
    data = text.encode("utf-8", "surrogatepass")
    return hashlib.sha256(data).hexdigest()[:HASH_CHARS]


@cache
def _adapter() -> TypeAdapter[Trace]:
    return TypeAdapter(Trace)


def as_json(trace: Trace) -> dict[str, JsonValue]:
    """Return a trace as JSON, what is at its default left out."""
    body: dict[str, JsonValue] = _adapter().dump_python(
        trace,
        mode="json",
        exclude_defaults=True,
        exclude={"evidence", "verdicts"},
        warnings=False,
    )
    # Here a default may say which kind of thing it is, so all of it stays.
    if trace.evidence:
        body["evidence"] = [item.model_dump(mode="json") for item in trace.evidence]
    if trace.verdicts:
        body["verdicts"] = [verdict.model_dump(mode="json") for verdict in trace.verdicts]
    return body


def from_json(body: object) -> Trace:
    """Read a trace from JSON. Raises `ValueError`."""
    return _adapter().validate_python(body)


def content_hash(trace: Trace) -> str:
    """Return the hash of what a trace says; where it was read does not count."""
    body = as_json(trace)
    body.pop("provenance", None)
    return digest(body)
