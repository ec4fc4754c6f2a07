"""Query: one SELECT in parts, written out with the joins it needs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .catalog import Catalog, Column, Key
from .joins import NoPath, first_fork, upward

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*\Z", re.IGNORECASE)
_RESERVED = frozenset(
    "all and any as asc between by case cast column create desc distinct end else except from"
    " group having in intersect into is join limit not null on or order select table then to"
    " union unique using when where with window user default check primary references".split()
)


@dataclass(frozen=True, slots=True)
class Expr:
    """A piece of SQL, with columns where their names will stand."""

    parts: tuple[str | Column, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns it reads."""
        return tuple(part for part in self.parts if isinstance(part, Column))

    @property
    def tables(self) -> frozenset[str]:
        """The tables it reads."""
        return frozenset(column.table for column in self.columns)


def expr(*parts: str | Column) -> Expr:
    """Make an expression of its pieces."""
    return Expr(parts)


@dataclass(frozen=True, slots=True)
class Item:
    """One selected value and the name it gets; an empty name keeps the column's own."""

    value: Expr
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Related:
    """Whether rows of another table exist for a row: `where` says which."""

    table: str
    where: tuple[Expr, ...] = ()
    absent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One SELECT. Conditions on tables that cannot be joined without repeating rows become
    subqueries, so that nothing is counted twice."""

    base: str
    select: tuple[Item, ...]
    distinct: bool = False
    where: tuple[Expr, ...] = ()
    related: tuple[Related, ...] = ()
    group: tuple[Expr, ...] = ()
    having: str = ""
    qualify: str = ""
    order: str = ""
    limit: int | None = None
    outer: bool = False
    """Keep the joined tables' rows that have no match (RIGHT JOIN)."""

    def sql(self, catalog: Catalog) -> str:
        """Write it out. Raises `NoPath` when the tables do not hang together."""
        shown = {t for item in self.select for t in item.value.tables}
        shown |= {t for key in self.group for t in key.tables}
        ways = upward(catalog, self.base)
        if far := shown - set(ways):
            raise NoPath(self.base, min(far))
        near = [cond for cond in self.where if cond.tables <= set(ways)]
        far_conditions = [cond for cond in self.where if cond not in near]
        joined = shown | {t for cond in near for t in cond.tables}
        related = [*self.related, *_related(far_conditions)]
        forks = [first_fork(catalog, self.base, item.table) for item in related]
        joined |= {fork.parent.table for fork in forks}
        source, tables = self._from(catalog, joined)
        names = _Names(qualified=len(tables) > 1)
        where = [names.write(cond) for cond in near]
        where += _memberships(catalog, self.base, related, names)
        return self._clauses(names, source, where)

    def _from(self, catalog: Catalog, wanted: set[str]) -> tuple[str, list[str]]:
        ways, tables, text = upward(catalog, self.base), [self.base], quoted(self.base)
        kind = "RIGHT JOIN" if self.outer else "JOIN"
        for goal in sorted(wanted - {self.base}, key=lambda t: (len(ways[t]), t)):
            for key in ways[goal]:
                if key.parent.table not in tables:
                    tables.append(key.parent.table)
                    text += f" {kind} {quoted(key.parent.table)} ON {_full(key.child)} = "
                    text += _full(key.parent)
        return text, tables

    def _clauses(self, names: _Names, source: str, where: list[str]) -> str:
        chosen = ", ".join(names.item(item) for item in self.select)
        text = f"SELECT {'DISTINCT ' if self.distinct else ''}{chosen} FROM {source}"
        if where:
            text += " WHERE " + " AND ".join(dict.fromkeys(where))
        if self.group:
            text += " GROUP BY " + ", ".join(names.write(key) for key in self.group)
        text += f" HAVING {self.having}" if self.having else ""
        text += f" QUALIFY {self.qualify}" if self.qualify else ""
        text += f" ORDER BY {self.order}" if self.order else ""
        return text + (f" LIMIT {self.limit}" if self.limit is not None else "")


@dataclass(frozen=True, slots=True)
class _Names:
    qualified: bool

    def write(self, value: Expr) -> str:
        return "".join(
            part if isinstance(part, str) else _full(part) if self.qualified else quoted(part.name)
            for part in value.parts
        )

    def item(self, item: Item) -> str:
        text = self.write(item.value)
        return f"{text} AS {quoted(item.alias)}" if item.alias else text


def _memberships(catalog: Catalog, base: str, related: list[Related], names: _Names) -> list[str]:
    """Return one `id IN (SELECT …)` for each fork of the ways to the related tables."""
    forks: dict[tuple[Key, bool], list[Related]] = {}
    for item in related:
        fork = first_fork(catalog, base, item.table)
        forks.setdefault((fork, item.absent), []).append(item)
    return [
        f"{names.write(expr(fork.parent))} {'NOT IN' if absent else 'IN'} "
        f"({_members(fork, items, absent).sql(catalog)})"
        for (fork, absent), items in forks.items()
    ]


def _members(fork: Key, items: list[Related], absent: bool) -> Query:
    where = [cond for item in items for cond in item.where]
    if absent:
        where.append(expr(fork.child, " IS NOT NULL"))
    return Query(base=fork.child.table, select=(Item(expr(fork.child)),), where=tuple(where))


def _related(conditions: Iterable[Expr]) -> list[Related]:
    return [Related(min(cond.tables), (cond,)) for cond in conditions]


def _full(column: Column) -> str:
    return f"{quoted(column.table)}.{quoted(column.name)}"


def quoted(name: str) -> str:
    """Return an identifier as SQL takes it: quoted only when it must be."""
    if _PLAIN.match(name) and name.lower() not in _RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"
