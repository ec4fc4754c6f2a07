"""The command line: `surefoot ask`, `ingest`, `chat` and what looks after them."""

from __future__ import annotations

from .program import main

__all__ = ["main"]
