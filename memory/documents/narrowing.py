"""Narrowing: which documents and headings a search is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from ..words import folded
from .kinds import kind_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """What a passage must be part of to be found. An empty field asks for nothing."""

    paths: tuple[str, ...] = ()
    """Files, folders and patterns, of which one must fit; see `fits`."""
    heading: str = ""
    """Part of the headings above the passage, in any case and without accents."""
    kinds: tuple[str, ...] = ()
    """Kinds of file, such as `pdf` or `markdown`, or endings such as `htm`."""

    def __bool__(self) -> bool:
        return bool(self.paths or self.heading.strip() or self.kinds)

    def admits_path(self, path: str) -> bool:
        """True when passages of this document may be found."""
        return self._is_of_kind(path) and (
            not self.paths or any(fits(pattern, path) for pattern in self.paths)
        )

    def admits_heading(self, heading: str) -> bool:
        """True when passages under these headings may be found."""
        if not self.heading:
            return True
        return " ".join(folded(self.heading).split()) in folded(heading)

    def _is_of_kind(self, path: str) -> bool:
        if not self.kinds:
            return True
        names = {kind_of(path), PurePosixPath(path).suffix.lower().removeprefix(".")}
        return any(kind.lower().strip(". ") in names for kind in self.kinds)


def fits(pattern: str, path: str) -> bool:
    """True when a document is meant by a pattern, in any case.

    A pattern without `/` means a file or folder of that name anywhere; one with `/` begins at the
    top. A folder means all that lies beneath it. `*` and `?` stand for characters of one name,
    `**` for any number of folders.
    """
    if pattern == path:
        return True
    wanted, parts = _parts(pattern), _parts(path)
    if not wanted:
        return False
    if "/" not in pattern.rstrip("/"):
        return any(_is_called(part, wanted[0]) for part in parts)
    return _leads_to(wanted, parts)


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part for part in path.casefold().split("/") if part not in ("", "."))


def _leads_to(pattern: Sequence[str], path: Sequence[str]) -> bool:
    """Follow every way to read `**` at once, so that no pattern takes long."""
    used = _with_skips(pattern, {0})
    for part in path:
        if len(pattern) in used:
            return True
        used = _with_skips(
            pattern,
            {at + 1 for at in used if _is_called(part, pattern[at])}
            | {at for at in used if pattern[at] == "**"},
        )
    return len(pattern) in used


def _with_skips(pattern: Sequence[str], used: set[int]) -> set[int]:
    """Add the places that are reached when a `**` stands for no folder."""
    reached = set(used)
    for at, part in enumerate(pattern):
        if at in reached and part == "**":
            reached.add(at + 1)
    return reached


def _is_called(name: str, part: str) -> bool:
    if "*" not in part and "?" not in part:
        return name == part
    return fnmatchcase(name, part.replace("[", "[[]"))
