"""Matching: pair the calls that were made with those that were expected, as well as can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from ..traces.trace import Call
from .reference import ExpectedCall
from .typed_json import STRICT, Coercions, key_fits, unknown_keys

Mode = Literal["exact", "in_order", "any_order", "subset", "superset", "partial_order"]

_MOST_NODES = 50_000
"""How far the search for a partial order goes before it takes the best it has found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """Which call answers which expectation."""

    pairs: tuple[tuple[int, int], ...]
    """Places in the expected and in the made calls."""
    expected: int
    made: int
    is_best: bool = True
    """False when the search was cut short, so that a better alignment may exist."""

    @property
    def precision(self) -> float:
        """The share of made calls that were expected; 1 when none was made."""
        return len(self.pairs) / self.made if self.made else 1.0

    @property
    def recall(self) -> float:
        """The share of expected calls that were made; 1 when none was expected."""
        return len(self.pairs) / self.expected if self.expected else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both; 1 when nothing was expected and nothing was made."""
        both = self.expected + self.made
        return 2 * len(self.pairs) / both if both else 1.0

    @property
    def missing(self) -> tuple[int, ...]:
        """Expected calls that nothing answers."""
        used = {expected for expected, _ in self.pairs}
        return tuple(place for place in range(self.expected) if place not in used)

    @property
    def extra(self) -> tuple[int, ...]:
        """Made calls that nothing expected."""
        used = {made for _, made in self.pairs}
        return tuple(place for place in range(self.made) if place not in used)


def fits(call: Call, expected: ExpectedCall, coercions: Coercions = STRICT) -> bool:
    """Return whether a call is the one that was expected."""
    if call.tool != expected.tool:
        return False
    if expected.match == "ignore":
        return True
    if call.args_error is not None:
        return False
    return args_fit(call.args, expected, coercions)


def args_fit(args: Mapping[str, JsonValue], expected: ExpectedCall, coercions: Coercions) -> bool:
    """Return whether arguments are those expected, by the expectation's own mode."""
    mode, wanted = expected.match, expected.args
    if mode in ("exact", "subset") and unknown_keys(args, wanted, coercions):
        return False
    if mode == "subset":
        return all(key_fits(args, key, wanted[key], coercions) for key in args if key in wanted)
    return all(key_fits(args, key, value, coercions) for key, value in wanted.items())


def align(
    made: Sequence[Call],
    expected: Sequence[ExpectedCall],
    *,
    mode: Mode = "any_order",
    coercions: Coercions = STRICT,
) -> Alignment:
    """Pair as many calls as the mode allows."""
    if mode == "exact":
        at_place = enumerate(zip(expected, made, strict=False))
        pairs = [(n, n) for n, (want, call) in at_place if fits(call, want, coercions)]
        return _alignment(pairs, made, expected)
    table = [[fits(call, want, coercions) for call in made] for want in expected]
    if mode == "in_order":
        return _alignment(longest_common(table, len(made)), made, expected)
    if mode == "partial_order" and any(want.after for want in expected):
        pairs, is_best = _Search(table, expected, len(made)).run()
        return _alignment(pairs, made, expected, is_best=is_best)
    found = maximum_matching(table)
    pairs = [(want, call) for want, call in enumerate(found) if call is not None]
    return _alignment(pairs, made, expected)


def _alignment(
    pairs: Sequence[tuple[int, int]],
    made: Sequence[Call],
    expected: Sequence[ExpectedCall],
    *,
    is_best: bool = True,
) -> Alignment:
    return Alignment(pairs=tuple(pairs), expected=len(expected), made=len(made), is_best=is_best)


def maximum_matching(table: Sequence[Sequence[bool]]) -> list[int | None]:
    """Return for each row the column it gets, so that as many rows as possible get one."""
    holder: dict[int, int] = {}
    for row in range(len(table)):
        _augment(table, row, holder, set())
    found: list[int | None] = [None] * len(table)
    for column, row in holder.items():
        found[row] = column
    return found


def _augment(
    table: Sequence[Sequence[bool]], start: int, holder: dict[int, int], seen: set[int]
) -> bool:
    """Give `start` a column, moving others along a path where that is needed. Never recurses."""
    stack = [(start, iter(range(len(table[start]))))]
    path: list[int] = []
    while stack:
        row, columns = stack[-1]
        for column in columns:
            if not table[row][column] or column in seen:
                continue
            seen.add(column)
            path.append(column)
            if column in holder:
                other = holder[column]
                stack.append((other, iter(range(len(table[other])))))
                break
            for (owner, _), taken in zip(stack, path, strict=True):
                holder[taken] = owner
            return True
        else:
            stack.pop()
            if path:
                path.pop()
    return False


def longest_common(table: Sequence[Sequence[bool]], width: int) -> list[tuple[int, int]]:
    """Return the longest run of pairs that keeps the order on both sides."""
    height = len(table)
    best = [[0] * (width + 1) for _ in range(height + 1)]
    for row in range(height - 1, -1, -1):
        for column in range(width - 1, -1, -1):
            best[row][column] = (
                best[row + 1][column + 1] + 1
                if table[row][column]
                else max(best[row + 1][column], best[row][column + 1])
            )
    pairs: list[tuple[int, int]] = []
    row = column = 0
    while row < height and column < width:
        if table[row][column]:
            pairs.append((row, column))
            row, column = row + 1, column + 1
        elif best[row + 1][column] >= best[row][column + 1]:
            row += 1
        else:
            column += 1
    return pairs


class _Search:
    """Finds the most pairs such that every call comes behind those it must come after."""

    def __init__(
        self, table: Sequence[Sequence[bool]], expected: Sequence[ExpectedCall], width: int
    ) -> None:
        self._table = table
        self._width = width
        names = {want.id: place for place, want in enumerate(expected) if want.id}
        self._after = [[names[name] for name in want.after if name in names] for want in expected]
        self._order = _sorted(self._after)
        self._best: dict[int, int] = {}
        self._nodes = 0

    def run(self) -> tuple[list[tuple[int, int]], bool]:
        """Return the best pairs, and whether they are known to be the best."""
        self._visit(0, {}, set())
        return sorted(self._best.items()), self._nodes < _MOST_NODES

    def _visit(self, depth: int, taken: dict[int, int], used: set[int]) -> None:
        self._nodes += 1
        left = len(self._order) - depth
        if len(taken) > len(self._best):
            self._best = dict(taken)
        if not left or len(taken) + left <= len(self._best) or self._nodes >= _MOST_NODES:
            return
        row = self._order[depth]
        needs = self._after[row]
        if all(need in taken for need in needs):
            first = max((taken[need] for need in needs), default=-1)
            for column in range(first + 1, self._width):
                if self._table[row][column] and column not in used:
                    taken[row] = column
                    used.add(column)
                    self._visit(depth + 1, taken, used)
                    del taken[row]
                    used.discard(column)
        self._visit(depth + 1, taken, used)


def _sorted(after: Sequence[Sequence[int]]) -> list[int]:
    """Return the places in an order in which each comes behind its needs; cycles come last."""
    order: list[int] = []
    left = list(range(len(after)))
    while left:
        ready = [place for place in left if all(need in order for need in after[place])]
        order += ready or left
        left = [] if not ready else [place for place in left if place not in ready]
    return order
