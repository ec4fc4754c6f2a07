"""The report of an ingest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReport:
    """What became of each file, by its name."""

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    """Files that are gone; so are their tables."""
    errors: tuple[str, ...] = ()
    """One line for each file that could not be read, beginning with its name."""

    def joined(self, other: TableReport) -> TableReport:
        """Return what both say."""
        return TableReport(
            added=self.added + other.added,
            updated=self.updated + other.updated,
            unchanged=self.unchanged + other.unchanged,
            removed=self.removed + other.removed,
            errors=self.errors + other.errors,
        )
