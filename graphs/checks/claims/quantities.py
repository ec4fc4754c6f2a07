"""Quantities: numbers of a claim with their units, and what the evidence measures in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..numbers import Number, states
from .evidence import Witness
from .grid import Cell, Grid
from .lexicon import UNITS, Unit, unit_behind, units_in
from .standing import Standing

_SCALES = {1e2: "hundr", 1e3: "thousand", 1e6: "million", 1e9: "billion", 1e12: "trillion"}
_COUNTS = re.compile(r"^(?:n|count|num|number|cnt|total)$|^(?:count|num|n)_|_count$", re.IGNORECASE)
_PHYSICAL = frozenset({"mass", "length", "time", "size", "temperature", "power"})


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit, in every way it may be meant."""

    number: Number
    unit: Unit | None

    def readings(self, standing: Standing) -> Iterator[Number]:
        """Yield the number, and counted in millions where the evidence counts in millions."""
        yield self.number
        for scale, word in _SCALES.items():
            if abs(self.number.value) >= scale and word in standing.vocabulary:
                yield replace(
                    self.number,
                    value=self.number.value / scale,
                    unit=self.number.unit / scale,
                    scale=1.0,
                )

    def converted(self, units: frozenset[Unit]) -> Iterator[Number]:
        """Yield the number as it is in other units."""
        for other in units:
            factor = self.unit.per(other) if self.unit is not None else None
            if factor is not None and factor != 1:
                yield replace(
                    self.number, value=self.number.value * factor, unit=self.number.unit * factor
                )


def quantity(text: str, number: Number) -> Quantity:
    """Return a number of a text with its unit."""
    if number.percent:
        return Quantity(number, UNITS["%"])
    sign = number.text.lstrip("-−–")[:1]
    if sign in UNITS:
        return Quantity(number, UNITS[sign])
    return Quantity(number, unit_behind(text, number.end))


def cell_units(grid: Grid, cell: Cell, standing: Standing) -> frozenset[Unit] | None:
    """Return the units of a table's cell; None when nothing tells them."""
    name = grid.columns[cell.column]
    if units := units_in(name):
        return units
    pattern = re.compile(rf"`?\b{re.escape(name)}\b`?[^.\n]{{0,80}}\bin (\w+)")
    for item in standing.claim.evidence:
        if name in item.content[:20_000] and (match := pattern.search(item.content[:20_000])):
            if match[1] in UNITS:
                return frozenset({UNITS[match[1]]})
    return None


def is_count(name: str) -> bool:
    """Return whether a column counts, by its name."""
    return bool(_COUNTS.search(name))


def text_units(witness: Witness, number: Number) -> list[Unit | None]:
    """Return the unit of each place where a text states a number."""
    found: list[Unit | None] = []
    for passage in witness.reading.passages:
        for one in passage.figures.numbers:
            if any(states(number, value) for value in one.readings()):
                found.append(quantity(passage.text, one).unit)
    return found


def is_physical(unit: Unit) -> bool:
    """Return whether a unit measures, so that a count cannot have it."""
    return unit.measures in _PHYSICAL
