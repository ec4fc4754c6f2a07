"""Names for tables, made of the names of files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

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
    taken = {other.casefold() for other in taken}
    number, unique = 1, name
    while unique in taken:
        number += 1
        unique = f"{name}_{number}"
    return unique
