"""Units: what a number counts or measures must be what the evidence gives it in."""

from __future__ import annotations

from surefoot.verdicts import Verdict

from ..check import timed
from ..subjects import Claim
from .alignment import align
from .computed import derivation
from .lexicon import UNITS, Unit, units_in
from .quantities import Quantity, cell_units, is_count, is_physical, quantity, text_units
from .standing import Standing
from .words import words

_RESTATES = 0.6


@timed(0.5)
def units_agree(claim: Claim) -> Verdict | None:
    """Find quantities whose number is in the evidence, but in another unit."""
    standing = Standing.of(claim)
    text = standing.saying.text
    found = [quantity(text, one) for one in standing.saying.figures.numbers]
    measured = [one for one in found if one.unit is not None and not one.number.word]
    wrong = any(_differs(one, standing) for one in measured) or _renamed(standing)
    if wrong:
        return claim.contradicted(
            "unit_differs",
            "The evidence gives a number of the sentence in another unit.",
            repair="Give the number in the unit of the evidence, or convert it with a tool.",
        )
    return claim.supported() if measured else None


def _differs(said: Quantity, standing: Standing) -> bool:
    """Return whether every place that has the number has it in another unit."""
    told: list[bool | None] = []
    for witness in standing.witnesses:
        if (grid := witness.grid) is not None:
            for reading in said.readings(standing):
                for cell in grid.stating(reading):
                    units = cell_units(grid, cell, standing)
                    if units is None and is_count(grid.columns[cell.column]):
                        told.append(said.unit is None or not is_physical(said.unit))
                    else:
                        told.append(None if units is None else said.unit in units)
        else:
            told += [
                None if unit is None else unit == said.unit
                for unit in text_units(witness, said.number)
            ]
    if not told:
        hows = (derivation(one, standing) for one in said.readings(standing))
        columns = [how.column for how in hows if how is not None]
        return any((units := units_in(one)) and said.unit not in units for one in columns)
    return all(one is False for one in told)


def _renamed(standing: Standing) -> bool:
    """Return whether the sentence names another unit than the passage that it restates."""
    if not standing.texts or not (ours := _units_named(standing.saying.plain)):
        return False
    alignment = align(standing.saying, standing.texts)
    if alignment is None or alignment.coverage < _RESTATES:
        return False
    theirs = _units_named(alignment.passage.plain)
    return any(
        any(one.measures == other.measures for other in theirs - ours) for one in ours - theirs
    )


def _units_named(text: str) -> set[Unit]:
    return {
        UNITS[one.text.lower()]
        for one in words(text)
        if one.text.lower() in UNITS and one.text != "US"  # a country, not microseconds
    }
