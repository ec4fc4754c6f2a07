"""Disagreement: where pieces of evidence contradict each other, an answer must say so."""

from __future__ import annotations

from collections.abc import Iterator

from surefoot.verdicts import Verdict

from ..check import timed
from ..numbers import Number
from ..subjects import Claim
from .alignment import Alignment
from .evidence import Witness
from .standing import Standing

_SAME = 0.85
_MOST_PIECES = 30


@timed(0.5)
def evidence_agrees(claim: Claim) -> Verdict | None:
    """Find claims of which the run has other evidence that says otherwise.

    A sentence that cites both sides passes: it says that they differ.
    """
    standing = Standing.of(claim)
    if not claim.cited or not standing.saying.figures.numbers:
        return None
    others = [one for one in claim.evidence[-_MOST_PIECES:] if one.id not in claim.cited_ids]
    for witness in map(claim.facts.witness, others):
        if _says_otherwise(witness, standing):
            return claim.contradicted(
                "evidence_disagrees",
                f"Other evidence of this run, {witness.id}, says otherwise.",
                repair=f"Say what each shows, and cite {witness.id} as well.",
                evidence_ids=(*claim.grounds, witness.id),
            )
    return None


def _says_otherwise(witness: Witness, standing: Standing) -> bool:
    if witness.is_table:
        return any(True for _ in _other_cells(witness, standing))
    if not standing.texts or not witness.is_prose:
        return False
    found = witness.reading.best(standing.saying.stems, width=1)
    return (
        found is not None
        and found.coverage >= _SAME
        and Alignment(standing.saying, witness, found).misnumbers()
    )


def _other_cells(witness: Witness, standing: Standing) -> Iterator[Number]:
    """Yield the numbers that the same question to the data, asked again, gives another value."""
    theirs = witness.grid
    for table in standing.tables:
        ours = table.grid
        if ours is None or theirs is None or ours.columns != theirs.columns:
            continue
        if ours.query.sql != theirs.query.sql and not (ours.labels and _same_scope(table, witness)):
            continue
        for number in standing.saying.figures.numbers:
            for cell in ours.stating(number):
                label = [ours.rows[cell.row][one] for one in ours.labels]
                for row, values in enumerate(theirs.rows):
                    other = theirs.cell.get((row, cell.column))
                    if [values[one] for one in ours.labels] == label and other not in (
                        None,
                        cell.value,
                    ):
                        yield number


def _same_scope(one: Witness, other: Witness) -> bool:
    """Return whether two tables are about the same rows: the same tables under no condition."""
    if one.grid is None or other.grid is None:
        return False
    first, second = one.grid.query, other.grid.query
    return first.source == second.source and "where" not in (first.sql + second.sql).lower()
