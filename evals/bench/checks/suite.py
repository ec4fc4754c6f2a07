"""The suite: two hundred true answers, half over tables and half over documents."""

from __future__ import annotations

import random
from collections.abc import Sequence
from hashlib import sha256
from itertools import cycle, islice
from pathlib import Path

from .documents import document_statements, passages, quote_statements
from .statements import Answer, Statement, numbered
from .tables import Tables, table_statements

WORKSPACE = Path(__file__).parents[3] / "examples" / "workspace"
SEED = 20130101
_A_QUARTER = 50


def answers(workspace: Path = WORKSPACE, *, per_quarter: int = _A_QUARTER) -> list[Answer]:
    """Return the answers: a quarter each over tables and documents, tuned on and frozen."""
    chance = random.Random(SEED)
    tabular = list(table_statements(Tables(workspace), SEED))
    by_kind = {
        "dated": [one for one in tabular if one.kind in ("dated", "trend")],
        "filtered": [one for one in tabular if one.kind == "filtered"],
        "grouped": [one for one in tabular if one.kind not in ("dated", "trend", "filtered")],
    }
    written = list(document_statements(workspace, SEED))
    quotes = list(quote_statements(workspace, SEED))
    aside = passages(workspace)
    made: list[Answer] = []
    for frozen in (False, True):
        told = _spread(_of(quotes, frozen), 2 * per_quarter)
        pages = _spread(_of(written, frozen), 2 * per_quarter)
        columns = [_spread(_of(one, frozen), per_quarter) for one in by_kind.values()]
        rows: list[tuple[Statement, ...]] = [
            *zip(*columns, told[:per_quarter], strict=True),
            *zip(pages[::2], pages[1::2], told[per_quarter:], strict=True),
        ]
        for statements in rows:
            noise = [one.finding for one in chance.sample(aside, 2)]
            noise = [one for one in noise if all(one != two.finding for two in statements)]
            evidence = numbered((*(one.finding for one in statements), *noise))
            made.append(Answer(statements=statements, evidence=evidence))
    return made


def _of(statements: Sequence[Statement], frozen: bool) -> list[Statement]:
    return [one for one in statements if one.frozen is frozen]


def _spread(statements: list[Statement], count: int) -> list[Statement]:
    """Draw statements so that every way they are made and every source has its share.

    The order goes by what they say, so that a page that changes leaves the others' as they are.
    """
    groups: dict[tuple[str, str], list[Statement]] = {}
    for one in sorted(statements, key=lambda one: sha256(one.text.encode()).digest()):
        groups.setdefault((one.kind, one.source), []).append(one)
    drawn: list[Statement] = []
    while len(drawn) < count:
        left = [group for group in groups.values() if group]
        if not left:  # Fewer than were asked for: say them again with other company.
            return [*drawn, *islice(cycle(drawn), count - len(drawn))]
        drawn += [group.pop() for group in left]
    return drawn[:count]
