"""What `doctor` says of one part of a set-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How one part is."""

    state: Literal["ok", "warn", "fail"] = "ok"
    what: str
    told: str
    advice: str = ""
