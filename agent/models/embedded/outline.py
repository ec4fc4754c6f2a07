"""Outline: a message's parts, each routed to the tool that can answer it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import JsonValue

from .about import EMPTY, NO_WRITING, small_talk
from .blocks import Block
from .chains import chained
from .changes import EVERYTHING, correction, is_confirmed, to_forget
from .classifier import Classifier
from .clauses import clauses, follow_up
from .code.program import program
from .foreign import foreign_call
from .lexicon import lexicon
from .memories import asks_for_memory, fact_to_keep, is_statement, recalled
from .parts import (
    CONFIRM_FIRST,
    WHAT_TO_FORGET,
    ComputedPart,
    DifferencePart,
    DocumentPart,
    ForeignPart,
    ForgetPart,
    LeftOver,
    RecallPart,
    RememberPart,
    TablePart,
    abstention,
)
from .sql.catalog import Catalog, parse_catalog
from .sql.draft import Draft
from .sql.links import read
from .sql.writer import write
from .steps import Note, Part, Step, ref
from .toolbox import Toolbox
from .words import content_words

if TYPE_CHECKING:
    from .steps import Embed

_SURE = 0.15
_DOCUMENTS = re.compile(
    r"\b(?:docs?|documentation|manual|handbook|polic(?:y|ies)|guide(?:lines?)?|procedure"
    r"|according to|"
    r"section|chapter|instructions|licen[cs]e)\b|^how (?:do|can|should) (?:i|we|you)\b"
    r"|^(?:look up|explain|summari[sz]e|describe|search)\b",
    re.IGNORECASE,
)
_FILE = re.compile(
    r"(?<![\w/:.-])[\w./-]*\w\.(?:md|markdown|txt|html?|pdf|docx)\b(?![/\w-])", re.IGNORECASE
)
"""A document that is named by its file."""
_QUESTION = re.compile(
    r"\?\s*$|^(?:(?:in|on|at|from|to|for|by|of) (?:what|which)|what|which|who|whom|whose"
    r"|when|where|why|how|is|are|was|were|does|do|did|can|could|explain|describe|"
    r"summari[sz]e|find|look up|search|list|show|tell)\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Outliner:
    """Turns one message into parts; used once."""

    toolbox: Toolbox
    classifier: Classifier
    embed: Embed
    context: tuple[Block, ...] = ()
    _count: int = field(default=0, init=False)

    @property
    def catalog(self) -> Catalog:
        """The tables there are."""
        return parse_catalog(self.toolbox.catalog_text)

    def outline(self, message: str, earlier: Sequence[str]) -> list[Part]:
        """Return the parts of a message, in order."""
        texts = clauses(message)
        if not texts:
            return [Note(EMPTY)]
        parts: list[Part] = []
        past = list(earlier)
        tells_only = all(is_statement(text) for text in texts)
        for text in texts:
            filled = follow_up(text, past, self.catalog) or text
            made = self._part(filled, parts, past, alone=len(texts) == 1 or tells_only)
            parts.append(made)
            past.append(filled)
        return parts

    def step(self, tool: str, args: dict[str, JsonValue]) -> Step:
        """Return a new step with the next id."""
        self._count += 1
        return Step(f"s{self._count}", tool, args)

    def _part(self, text: str, before: list[Part], past: Sequence[str], *, alone: bool) -> Part:
        if (changes := self._changes(text, past)) is not None:
            return changes
        if (reply := small_talk(text)) is not None:
            return Note(reply)
        remembered = self._memory(text, explicit_only=not alone)
        if remembered is not None:
            return remembered
        if before and (follows := chained(text, before[-1], self)) is not None:
            return follows
        draft = write(text, self.catalog) if self.catalog.tables else None
        if (code := program(text)) is not None and "run_code" in self.toolbox:
            return ComputedPart(text, self.step("run_code", {"code": code}))
        if draft is not None and draft.is_sure:
            return self._table(text, draft)
        return self._foreign(text) or self._open(text, draft)

    def _memory(self, text: str, *, explicit_only: bool) -> Part | None:
        fact = fact_to_keep(text, explicit_only=explicit_only)
        if fact is not None:
            if "remember" not in self.toolbox:
                return Note("I cannot remember that, because no memory is connected here.")
            return RememberPart(fact, self.step("remember", {"fact": fact}))
        if is_statement(text) and "remember" in self.toolbox:
            return Note("")  # Told beside a question: it is learned when the answer is out.
        if asks_for_memory(text):
            if recalled(text, self.context) is not None:
                return RecallPart(text, None, self.context)
            if "recall" in self.toolbox:
                return RecallPart(text, self.step("recall", {"query": text}), self.context)
            return RecallPart(text, None, self.context)
        return None

    def _changes(self, text: str, past: Sequence[str]) -> Part | None:
        """Return what corrects or forgets something remembered."""
        if (about := to_forget(text, past)) is not None:
            if "forget_memory" not in self.toolbox:
                return Note("I cannot forget that, because no memory is connected here.")
            if not about:
                return Note(WHAT_TO_FORGET)
            if about == EVERYTHING and not is_confirmed(text):
                return Note(CONFIRM_FIRST)
            return ForgetPart(self.step("forget_memory", {"about": about}))
        if "correct_memory" in self.toolbox and (right := correction(text, past)) is not None:
            args: dict[str, JsonValue] = {"about": right.about, "fact": right.fact}
            return RememberPart(right.fact, self.step("correct_memory", args))
        return None

    def _table(self, text: str, draft: Draft) -> Part:
        computes = "run_code" in self.toolbox
        if draft.terms and computes:
            first, second = draft.terms
            queries = (
                self.step("run_sql", {"sql": first.sql}),
                self.step("run_sql", {"sql": second.sql}),
            )
            inputs: JsonValue = {
                "first": ref(f"{queries[0].id}.rows.0.{first.column}"),
                "second": ref(f"{queries[1].id}.rows.0.{second.column}"),
            }
            code = self.step(
                "run_code", {"code": f"first {draft.operation} second", "inputs": inputs}
            )
            return DifferencePart(text, draft, queries, code)
        return TablePart(text, self.step("run_sql", {"sql": draft.sql}), draft)

    def _foreign(self, text: str) -> Part | None:
        match = foreign_call(text, self.toolbox.foreign)
        if match is None:
            return None
        return ForeignPart(text, self.step(match.tool.name, match.args))

    def _open(self, text: str, draft: Draft | None) -> Part:
        """Decide what no rule decided: search the documents, or say why not."""
        left = _left_over(text, draft)
        searchable = "search_documents" in self.toolbox and _QUESTION.search(text) is not None
        files = _FILE.findall(text)
        is_for_documents = bool(files) or _DOCUMENTS.search(text) is not None
        if searchable and (is_for_documents or left.guess or not self._is_beyond(text)):
            args: dict[str, JsonValue] = {"query": text}
            if files and self.toolbox.takes("search_documents", "paths"):
                args["paths"] = list(files)
            step = self.step("search_documents", args)
            return DocumentPart(text, step, self.embed, left if left.guess else LeftOver())
        return Note(abstention(left)) if left.guess or left.unused else Note(NO_WRITING)

    def _is_beyond(self, text: str) -> bool:
        """True when the question asks for general knowledge or for a text to be written."""
        if read(text, self.catalog).links:
            return False
        tools = frozenset({"search_documents", "run_sql", "none"})
        guess = self.classifier.guess(text, tools)
        return guess.tool == "none" and guess.margin >= _SURE


def _left_over(text: str, draft: Draft | None) -> LeftOver:
    """Return what a query could not use; there is no guess when that is most of the question."""
    if draft is None:
        return LeftOver()
    words = content_words(text, lexicon().stop)
    is_far = len(draft.unused) > len(words) / 2
    return LeftOver(draft.unused, draft.doubts, "" if is_far else draft.sql)
