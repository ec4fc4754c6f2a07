"""Evidence as claims are compared with it: read once for a run, when first needed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from surefoot.evidence import CodeSource, DocumentSource, Evidence, TableSource, ToolSource

from .grid import LARGEST, Grid, grid_of
from .passages import MOST_CHARACTERS, Reading
from .words import flat, words_of


@dataclass(frozen=True)
class Witness:
    """One piece of evidence and all that a claim may be held against in it."""

    item: Evidence

    @property
    def id(self) -> str:
        """How it is cited."""
        return self.item.id

    @property
    def is_table(self) -> bool:
        """True when it is a table whose rows are known."""
        return self.grid is not None

    @cached_property
    def is_prose(self) -> bool:
        """True when it is text that people write, not values or what a program prints."""
        return self.item.kind in ("document", "memory") and not self.is_table

    @cached_property
    def grid(self) -> Grid | None:
        """Its rows."""
        return grid_of(self.item) if isinstance(self.item.data, dict | list) else None

    @property
    def numbers(self) -> tuple[float, ...]:
        """What it holds as a value, when that is one number."""
        match self.item.data:
            case bool():
                return ()
            case int() | float() as value if abs(value) < LARGEST:
                return (float(value),)
            case _:
                return ()

    @cached_property
    def reading(self) -> Reading:
        """Its sentences."""
        source = self.item.source
        heading = f"{source.path} {source.heading}" if isinstance(source, DocumentSource) else ""
        return Reading(self.item.content, heading)

    @cached_property
    def is_whole(self) -> bool:
        """False when there is more of it than is read."""
        return len(self.text) <= MOST_CHARACTERS

    @cached_property
    def text(self) -> str:
        """All that a reader of it sees: what it says and where it comes from."""
        names = " ".join(self.grid.columns).replace("_", " ") if self.grid is not None else ""
        return f"{seen(self.item)}\n{names}" if names else seen(self.item)

    @cached_property
    def flat(self) -> str:
        """Its text without what typography makes of it."""
        return flat(self.text[:MOST_CHARACTERS])

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The stems of all its words, those of labels that are not shown included."""
        stems = {one.stem for one in words_of(self.text[:MOST_CHARACTERS])}
        if self.grid is not None and not self.grid.is_whole:
            return frozenset(stems)
        return frozenset(stems | set(self._labels))

    @cached_property
    def _labels(self) -> frozenset[str]:
        if self.grid is None:
            return frozenset()
        texts = (
            str(row[column])
            for column in self.grid.labels
            for row in self.grid.rows[:500]
            if row[column] is not None
        )
        return frozenset(one.stem for text in texts for one in words_of(text))


def seen(item: Evidence) -> str:
    """Return all that a reader of the evidence sees: its content and where it comes from."""
    match item.source:
        case TableSource() as source:
            return f"{item.content}\n{source.sql}"
        case CodeSource() as source:
            return f"{item.content}\n{source.code}"
        case DocumentSource() as source:
            return f"{item.content}\n{source.heading}\n{source.path}"
        case ToolSource() as source:
            return f"{item.content}\n{' '.join(map(str, source.args.values()))}"
        case _:
            return item.content
