"""Statements about tables: said from what DuckDB computes, and broken by what it does not."""

from __future__ import annotations

import random
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import JsonValue

from surefoot.errors import InputError
from surefoot.evidence import Finding, TableSource

from .statements import HERE, Fault, Statement
from .subjects import DATED, FILTERED, GROUPED, KEPT, Dated, Filtered, Grouped

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Tables:
    """The tables the statements are about, and what queries find in them."""

    def __init__(self, workspace: Path) -> None:
        import duckdb

        self._connection: DuckDBPyConnection = duckdb.connect(
            config={"autoinstall_known_extensions": False, "threads": 1}
        )
        files = {path.stem: path for path in workspace.glob("*.csv")}
        home = _kept()
        files |= {name: home / path for name, path in KEPT.items()}
        for name, path in files.items():
            self._connection.execute(
                f"CREATE TABLE {name} AS FROM read_csv(?, nullstr = ['NA', ''])", [str(path)]
            )

    def find(self, sql: str) -> tuple[Finding, list[list[JsonValue]]]:
        """Return what a query finds, as evidence and as rows."""
        cursor = self._connection.execute(sql)
        columns = [str(one[0]) for one in cursor.description or ()]
        rows: list[list[JsonValue]] = [list(row) for row in cursor.fetchall()]
        lines = [columns, ["---"] * len(columns), *([str(cell) for cell in row] for row in rows)]
        named: list[JsonValue] = [*columns]
        listed: list[JsonValue] = [*rows]
        finding = Finding(
            source=TableSource(sql=sql, row_count=len(rows)),
            content="\n".join(f"| {' | '.join(line)} |" for line in lines),
            data={"columns": named, "rows": listed},
        )
        return finding, rows


def table_statements(tables: Tables, seed: int) -> Iterator[Statement]:
    """Yield every statement about tables."""
    for grouped in GROUPED:
        yield from _grouped(tables, grouped, random.Random(f"{seed}{grouped.sql}"))
    for filtered in FILTERED:
        yield from _filtered(tables, filtered, random.Random(f"{seed}{filtered.sql}"))
    for dated in DATED:
        yield from _dated(tables, dated, random.Random(f"{seed}{dated.sql}"))


def _grouped(tables: Tables, about: Grouped, chance: random.Random) -> Iterator[Statement]:
    finding, found = tables.find(about.sql)
    rows = [(str(key), float(str(value))) for key, value in found if value is not None]
    unlike = _distinct(rows, about.decimals)

    def number(value: float, unit: str = about.unit) -> str:
        return f"{value:,.{about.decimals}f} {unit}".strip()

    def make(kind: str, text: str, faults: dict[Fault, str]) -> Statement:
        return _statement(kind, text, faults, finding, about.table, about.frozen)

    for key, value in chance.sample(unlike, min(6, len(unlike))):
        other = chance.choice([one for one in unlike if one[0] != key])
        faults: dict[Fault, str] = {
            "number": about.says.format(key=key, number=number(_off(value, rows, about, chance))),
            "entity": about.says.format(key=chance.choice(about.strangers), number=number(value)),
            "wrong_row": about.says.format(key=key, number=number(other[1])),
            "negation": about.denies.format(key=key, number=number(value)),
        }
        if about.units:
            wrong = number(value, chance.choice(about.units))
            faults["unit"] = about.says.format(key=key, number=wrong)
        yield make("value", about.says.format(key=key, number=number(value)), faults)
    ordered = sorted(unlike, key=lambda row: row[1])
    most, least = about.most
    for (key, value), word, wrong_word in (
        (ordered[-1], most, least),
        (ordered[0], least, most),
    ):
        if value not in (max(rows, key=_size)[1], min(rows, key=_size)[1]):
            continue  # One of those that share a number, or nothing at all, is the real end.
        middle = chance.choice(ordered[1:-1] or ordered[:1])
        said = {"key": key, "number": number(value), "most": word}
        faults = {
            "superlative": about.tops.format(**said | {"most": wrong_word}),
            "entity": about.tops.format(**said | {"key": chance.choice(about.strangers)}),
            "wrong_row": about.tops.format(**said | {"key": middle[0], "number": number(middle[1])})
            if middle[0] != key
            else about.tops.format(**said | {"number": number(ordered[-1][1])}),
        }
        if about.units:
            wrong = number(value, chance.choice(about.units))
            faults["unit"] = about.tops.format(**said | {"number": wrong})
        yield make("superlative", about.tops.format(**said), faults)
    for _ in range(2):
        low, high = sorted(chance.sample(unlike, 2), key=lambda row: row[1])
        more, less = about.more
        said = {"key": high[0], "more": more, "other": low[0]}
        yield make(
            "comparison",
            about.compares.format(**said),
            {
                "superlative": about.compares.format(**said | {"more": less}),
                "wrong_row": about.compares.format(**said | {"key": low[0], "other": high[0]}),
            },
        )
        if about.gaps:
            gap = round(high[1] - low[1], 6)
            said = {"key": high[0], "other": low[0], "gap": number(gap)}
            wrong = number(_off(gap, rows, about, chance))
            faults = {"number": about.gaps.format(**said | {"gap": wrong})}
            if about.units:
                faults["unit"] = about.gaps.format(
                    **said | {"gap": number(gap, chance.choice(about.units))}
                )
            yield make("difference", about.gaps.format(**said), faults)
    if about.totals:
        total = sum(value for _, value in rows)
        wrong = number(_off(total, rows, about, chance))
        yield make(
            "total",
            about.totals.format(total=number(total)),
            {"number": about.totals.format(total=wrong)},
        )


def _filtered(tables: Tables, about: Filtered, chance: random.Random) -> Iterator[Statement]:
    values = {
        which: float(str(tables.find(about.sql.format(where=where))[1][0][0]))
        for which, where in about.choices.items()
    }

    def number(value: float, unit: str = about.unit) -> str:
        return f"{value:,.{about.decimals}f} {unit}".strip()

    def said(text: str, which: str, value: str) -> str:
        return " ".join(text.format(which=which, number=value).split())

    for which, where in about.choices.items():
        finding, _ = tables.find(about.sql.format(where=where))
        value = values[which]
        other = chance.choice([one for one in values if one != which])
        faults: dict[Fault, str] = {
            "condition": said(about.says, "", number(value)),
            "wrong_row": said(about.says, other, number(value)),
            "number": said(about.says, which, number(_off(value, [], about, chance))),
            "negation": said(about.denies, which, number(value)),
        }
        if about.strangers:
            stranger = chance.choice(about.strangers)
            faults["entity"] = said(about.says, stranger, number(value))
        if about.units:
            wrong = number(value, chance.choice(about.units))
            faults["unit"] = said(about.says, which, wrong)
        if "{which} was" in about.says or about.says.startswith("The average value"):
            faults["condition"] = said(about.says, "a firm", number(value))
        text = said(about.says, which, number(value))
        yield _statement("filtered", text, faults, finding, about.table, about.frozen)


def _dated(tables: Tables, about: Dated, chance: random.Random) -> Iterator[Statement]:
    finding, found = tables.find(about.sql)
    rows = [(str(year), float(str(value))) for year, value in found]
    unlike = _distinct(rows, about.decimals)

    def number(value: float, unit: str = about.unit) -> str:
        return f"{value:,.{about.decimals}f} {unit}".strip()

    for date, value in chance.sample(unlike, min(6, len(unlike))):
        other = chance.choice([one for one in _ends(rows, about.decimals) if one[0] != date])
        away = chance.choice([-11, -4, 5, 30])
        faults: dict[Fault, str] = {
            "date": about.says.format(
                date=chance.choice([other[0], str(int(date) + away)]), number=number(value)
            ),
            "number": about.says.format(date=date, number=number(_off(value, rows, about, chance))),
            "wrong_row": about.says.format(date=date, number=number(other[1])),
            "negation": about.denies.format(date=date, number=number(value)),
        }
        if about.units:
            wrong = number(value, chance.choice(about.units))
            faults["unit"] = about.says.format(date=date, number=wrong)
        text = about.says.format(date=date, number=number(value))
        yield _statement("dated", text, faults, finding, about.table, about.frozen)
    for _ in range(2):
        first, last = sorted(chance.sample(_ends(rows, about.decimals), 2))
        up = last[1] > first[1]
        rose, fell = about.rose if up else about.rose[::-1]
        said = {
            "rose": rose,
            "first": number(first[1]),
            "start": first[0],
            "last": number(last[1]),
            "end": last[0],
        }
        faults = {
            "superlative": about.grows.format(**said | {"rose": fell}),
            "date": about.grows.format(**said | {"end": str(int(last[0]) + 9)}),
            "wrong_row": about.grows.format(**said | {"start": last[0], "end": first[0]}),
        }
        text = about.grows.format(**said)
        yield _statement("trend", text, faults, finding, about.table, about.frozen)


def _statement(
    kind: str, text: str, faults: dict[Fault, str], finding: Finding, table: str, frozen: bool
) -> Statement:
    return Statement(
        kind=kind,
        text=f"{text} {HERE}.",
        faults={fault: f"{wrong} {HERE}." for fault, wrong in faults.items()},
        finding=finding,
        source=table,
        frozen=frozen,
    )


def _size(row: tuple[str, float]) -> float:
    return row[1]


def _distinct(rows: list[tuple[str, float]], decimals: int) -> list[tuple[str, float]]:
    """Return the rows whose number, as it is said, is that of no other."""
    said = [round(value, decimals) for _, value in rows]
    return [row for row in rows if said.count(round(row[1], decimals)) == 1 and row[1]]


def _ends(rows: list[tuple[str, float]], decimals: int) -> list[tuple[str, float]]:
    """Return rows of which every two have different numbers, as they are said."""
    return list({round(value, decimals): (key, value) for key, value in reversed(rows)}.values())


def _off(
    value: float,
    rows: list[tuple[str, float]],
    about: Grouped | Filtered | Dated,
    chance: random.Random,
) -> float:
    """Return another number of the same size that is nowhere in the rows."""
    there = {round(one, about.decimals) for _, one in rows} | {round(value, about.decimals)}
    wrong = value
    while wrong in there or wrong <= 0 or wrong == value:
        step = max(abs(value) * chance.choice([0.04, 0.1, 0.3]), 10.0**-about.decimals)
        wrong = round(wrong + step * chance.choice([-1, 1, 2]), about.decimals)
    return wrong


def _kept() -> Path:
    spec = find_spec("statsmodels")
    if spec is None or spec.origin is None:
        raise InputError(
            "The fault-injection suite reads tables of the package statsmodels; get it with "
            "`pip install statsmodels`."
        )
    return Path(spec.origin).parent / "datasets"
