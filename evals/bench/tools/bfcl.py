"""BFCL's function documents, all of them loaded as tools.

`python -m surefoot.evals.bench.tools.bfcl --data WHEEL`, where WHEEL is the file or unpacked folder
of the package `bfcl-eval`. Prints how many documents give a tool with a valid schema, and whether
every name maps back.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import JsonValue

from surefoot.errors import ConfigurationError
from surefoot.tools import (
    Arguments,
    CallContext,
    foreign_names,
    provider_name,
    strict_schema,
    tool_from_schema,
)

Document = dict[str, JsonValue]

TYPES = {
    "dict": "object", "float": "number", "tuple": "array", "hashmap": "object", "char": "string",
    "long": "integer", "byte": "integer", "short": "integer", "double": "number",
    "arraylist": "array", "bool": "boolean", "list": "array", "set": "array",
}  # fmt: skip
KNOWN = frozenset("object array string integer number boolean null".split())
KEPT = frozenset(("description", "enum", "required", "format", "minimum", "maximum", "pattern"))


def main(argv: Sequence[str] | None = None) -> int:
    """Load every document and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the wheel, or where it lies open")
    options = parser.parse_args(argv)
    unique = {json.dumps(one, sort_keys=True): one for one in documents(options.data)}
    began = time.perf_counter()
    bad: list[str] = []
    strict = 0
    for one in unique.values():
        try:
            made = tool_from_schema(str(one["name"]), str(one["description"]), schema(one), _run)
        except (ConfigurationError, ValueError) as error:
            bad.append(f"{one['name']}: {error}")
        else:
            strict += strict_schema(made.parameters) is not None
    seconds = time.perf_counter() - began
    names = {str(one["name"]) for one in unique.values()}
    back = foreign_names(names)
    mapped = sum(back[provider_name(name)] == name for name in names)
    print(f"documents {len(unique)}, valid {len(unique) - len(bad)}, strict {strict}")
    print(f"names {len(names)}, changed {sum(provider_name(n) != n for n in names)}, back {mapped}")
    print(f"{seconds / max(len(unique), 1) * 1000:.2f} ms for each")
    for line in bad:
        print(f"  invalid: {line}")
    return 0 if len(bad) <= 1 and mapped == len(names) == len(back) else 1


def documents(data: Path) -> Iterator[Document]:
    """Yield every function document of the package."""
    for name, text in _files(data):
        for line in text.splitlines():
            if not line.strip():
                continue
            entry = json.loads(line)
            if "multi_turn_func_doc" in name:
                yield entry
                continue
            found = entry.get("function", [])
            yield from found if isinstance(found, list) else (found,)


def _files(data: Path) -> Iterator[tuple[str, str]]:
    if data.is_dir():
        for path in sorted(data.rglob("*.json")):
            if _wanted(path.as_posix()):
                yield path.as_posix(), path.read_text(encoding="utf-8")
        return
    with zipfile.ZipFile(data) as archive:
        for name in sorted(archive.namelist()):
            if name.endswith(".json") and _wanted(name):
                yield name, archive.read(name).decode()


def _wanted(name: str) -> bool:
    inside = "/data/BFCL_v4_" in name or "multi_turn_func_doc" in name
    return inside and not re.search("possible_answer|format_sensitivity", name)


def schema(document: Document) -> Document:
    """Return the parameters of a document as JSON Schema."""
    parameters = document["parameters"]
    assert isinstance(parameters, dict)
    return _converted(parameters)


def _converted(old: Document) -> Document:
    new: Document = {key: value for key, value in old.items() if key in KEPT}
    kind = str(old.get("type", "any")).lower()
    kind = TYPES.get(kind, kind)
    if kind != "any":
        if kind not in KNOWN:
            raise ValueError(f"there is no type {old.get('type')!r}")
        new["type"] = kind
    if isinstance(properties := old.get("properties"), dict):
        new["properties"] = {n: _converted(p) for n, p in properties.items() if isinstance(p, dict)}
    if isinstance(items := old.get("items"), dict):
        new["items"] = _converted(items)
    return new


async def _run(args: Arguments, context: CallContext) -> object:
    return dict(args)


if __name__ == "__main__":
    sys.exit(main())
