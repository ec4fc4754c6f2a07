"""Building: what has changed on disk becomes the next snapshot."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .catalog import Catalog, Table, literal, quoted
from .declared import declared
from .loading import Unreadable, load, loader_of
from .naming import numbered
from .printing import print_catalog
from .profile import find_keys, profile_table
from .report import TableReport
from .snapshot import FORMAT, Snapshot, Source, clear, publish, read_snapshot

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_DRAFT = "building.duckdb"
_LONGEST_COLUMN = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to bring in."""

    folder: Path
    """Where snapshots are kept."""
    paths: tuple[Path, ...]
    """Files, and folders that are searched for files. Absolute."""
    root: Path | None = None
    """Files are named as seen from here; by default from the path they were found under."""
    max_bytes: int
    skip: Mapping[str, str] = field(default_factory=dict[str, str])
    """Files that must not be opened, with the reason to report."""


def build(order: Order, reading: Callable[[Path], None]) -> TableReport:
    """Publish a snapshot with what is new, changed or gone. `reading` is told of each file."""
    before = read_snapshot(order.folder)
    if before.format != FORMAT or not before.database(order.folder).exists():
        before = Snapshot(generation=before.generation)
    work = _Work(order, before, reading)
    work.compare()
    if not work.is_needed:
        return work.report()
    draft = order.folder / _DRAFT
    for stale in order.folder.glob(f"{_DRAFT}*"):
        stale.unlink()
    clear(order.folder, keep={before.generation, before.generation - 1})
    after = work.write(draft)
    if work.is_changed:
        publish(order.folder, after, draft)
    else:
        draft.unlink()
    return work.report()


@dataclass(slots=True)
class _Work:
    order: Order
    before: Snapshot
    reading: Callable[[Path], None]
    found: dict[str, str] = field(default_factory=dict[str, str])
    digests: dict[str, str] = field(default_factory=dict[str, str])
    removed: list[str] = field(default_factory=list[str])
    loaded: dict[str, Source] = field(default_factory=dict[str, Source])
    errors: list[str] = field(default_factory=list[str])

    @property
    def is_needed(self) -> bool:
        return bool(self.digests or self.removed)

    @property
    def is_changed(self) -> bool:
        return bool(self.loaded or self.removed)

    def compare(self) -> None:
        """Find what differs from the snapshot before."""
        self.found = dict(_files(self.order))
        for path, name in self.found.items():
            known = self.before.sources.get(path)
            if path in self.order.skip:
                self.errors.append(f"{name}: {self.order.skip[path]}.")
                continue
            try:
                digest = _digest(Path(path))
            except OSError as error:
                self.errors.append(f"{name}: {error.strerror or 'it cannot be read'}.")
                continue
            if known is None or known.digest != digest:
                self.digests[path] = digest
        for scope in self.order.paths:
            held = [p for p in self.before.sources if _is_within(Path(p), scope)]
            self.removed.extend(p for p in held if p not in self.found and p not in self.removed)
            if not held and not scope.exists():
                self.errors.append(f"{scope.name}: there is no such file.")

    def write(self, draft: Path) -> Snapshot:
        """Write the tables that stay and those of new and changed files into `draft`."""
        import duckdb

        with duckdb.connect(str(draft), config={"autoinstall_known_extensions": False}) as target:
            self._attach(target)
            tables: dict[str, Table] = {}
            sources: dict[str, Source] = {}
            for path, source in self.before.sources.items():
                if path not in self.removed and path not in self.digests:
                    sources[path] = source
                    tables |= self._keep(target, source)
            for path in self.digests:
                source_and_tables = self._bring_in(target, path, tables)
                if source_and_tables is not None:
                    sources[path], fresh = source_and_tables
                    tables |= fresh
            ordered = tuple(tables[name] for name in sorted(tables))
            known = [key for source in sources.values() for key in source.keys]
            catalog = Catalog(tables=ordered, keys=find_keys(target, ordered, known))
            if self.before.sources:
                target.execute("DETACH before")
            target.execute("CHECKPOINT")
        return Snapshot(
            generation=self.before.generation + 1,
            sources=sources,
            catalog=catalog,
            text=print_catalog(catalog),
        )

    def report(self) -> TableReport:
        """Say what became of each file."""
        known = self.before.sources
        return TableReport(
            added=tuple(s.name for p, s in self.loaded.items() if p not in known),
            updated=tuple(s.name for p, s in self.loaded.items() if p in known),
            unchanged=tuple(
                name
                for p, name in self.found.items()
                if p in known and p not in self.digests and p not in self.order.skip
            ),
            removed=tuple(known[path].name for path in self.removed),
            errors=tuple(self.errors),
        )

    def _attach(self, target: DuckDBPyConnection) -> None:
        if self.before.sources:
            database = literal(str(self.before.database(self.order.folder)))
            target.execute(f"ATTACH {database} AS before (READ_ONLY)")

    def _keep(self, target: DuckDBPyConnection, source: Source) -> dict[str, Table]:
        kept: dict[str, Table] = {}
        for name in source.tables:
            target.execute(f"CREATE TABLE {quoted(name)} AS FROM before.{quoted(name)}")
            if (table := self.before.catalog.table(name)) is not None:
                kept[name] = table
        return kept

    def _bring_in(
        self, target: DuckDBPyConnection, path: str, taken: Mapping[str, Table]
    ) -> tuple[Source, dict[str, Table]] | None:
        name, known = self.found[path], self.before.sources.get(path)
        self.reading(Path(path))
        before = _names(target)
        try:
            names = load(
                target, Path(path), self._taken(path, taken), max_bytes=self.order.max_bytes
            )
            for table in names:
                _tidy_columns(target, table)
            said = declared(target, Path(path), names)
            tables = {t: said.about(profile_table(target, t, name)) for t in names}
        except Unreadable as error:
            for half_made in _names(target) - before:
                target.execute(f"DROP TABLE {quoted(half_made)}")
            kept = "; the tables of before are kept" if known is not None else ""
            self.errors.append(f"{name}: {error}{kept}.")
            return (known, self._keep(target, known)) if known is not None else None
        source = Source(name=name, digest=self.digests[path], tables=names, keys=said.keys)
        self.loaded[path] = source
        return source, tables

    def _taken(self, path: str, tables: Mapping[str, Table]) -> set[str]:
        """Return the names in use, among them those that other changed files had before."""
        others = (p for p in self.digests if p != path and p not in self.loaded)
        held = (self.before.sources[p].tables for p in others if p in self.before.sources)
        return {*tables, *(name for names in held for name in names)}


def _tidy_columns(target: DuckDBPyConnection, table: str) -> None:
    """Give columns names of one line, without spaces around them."""
    described = target.execute(f"DESCRIBE {quoted(table)}").fetchall()
    names = [str(row[0]) for row in described]
    for name in names:
        tidy = " ".join(name.split())[:_LONGEST_COLUMN] or "column"
        if tidy != name:
            tidy = next(n for n in numbered(tidy) if n.casefold() not in map(str.casefold, names))
            target.execute(f"ALTER TABLE {quoted(table)} RENAME {quoted(name)} TO {quoted(tidy)}")
            names.append(tidy)


def _names(target: DuckDBPyConnection) -> set[str]:
    found = target.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()"
    ).fetchall()
    return {str(name) for (name,) in found}


def _files(order: Order) -> Iterator[tuple[str, str]]:
    for path in order.paths:
        base = order.root or (path if path.is_dir() else path.parent)
        for file in sorted(_inside(path)):
            name = file.relative_to(base) if file.is_relative_to(base) else file
            yield str(file), name.as_posix()


def _inside(path: Path) -> Iterable[Path]:
    if path.is_dir():
        visible = (f for f in path.rglob("*") if not _is_hidden(f.relative_to(path)))
        return (file for file in visible if file.is_file() and loader_of(file) is not None)
    return [path] if path.exists() else []


def _is_within(file: Path, scope: Path) -> bool:
    """True when the file is what a look into the scope would have found."""
    return file.is_relative_to(scope) and not _is_hidden(file.relative_to(scope))


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
