"""Names for tables, made of the names of files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from itertools import count

from .catalog import quoted

_LONGEST = 60
_SYSTEM = ("duckdb_", "sqlite_", "pragma_", "pg_")


def table_name(stem: str, taken: Collection[str]) -> str:
    """Return a plain lower-case name after `stem` that is not `taken`."""
    text = unicodedata.normalize("NFKC", stem).casefold()
    name = re.sub(r"\W+", "_", text).strip("_")[:_LONGEST] or "table"
    if name[0].isdigit():
        name = f"t_{name}"
    elif name.startswith(_SYSTEM):
        name = f"t_{name}"
    elif quoted(name) != name:
        name = f"{name}_table"
    folded = {other.casefold() for other in taken}
    return next(unique for unique in numbered(name) if unique not in folded)


def numbered(name: str) -> Iterator[str]:
    """Yield `name`, `name_2`, `name_3`, …"""
    yield name
    for number in count(2):
        yield f"{name}_{number}"
