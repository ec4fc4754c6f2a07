"""Parts: each kind of question part, with the steps it needs and how it is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .answers.figures import figure, name_of, with_unit
from .answers.passages import closest, not_spoken_of, passages_said
from .answers.restating import bare, capital, number_stated, truth_stated
from .answers.tables import table_said
from .blocks import Block, Result, grid_of
from .memories import recalled
from .sql.draft import Draft
from .steps import Step
from .words import listed

if TYPE_CHECKING:
    from .steps import Embed


WHAT_TO_FORGET = "Tell me what to forget, in the words in which you told me."
CONFIRM_FIRST = (
    "That deletes everything I remember of you, and cannot be undone. "
    "To confirm it, say: yes, forget everything."
)


def failed(step: Step, result: Result | None) -> str | None:
    """Say that a step failed, or was not done; None when it has evidence."""
    if result is None:
        return f"The step {step.tool} was not done."
    if result.error is not None:
        told = " ".join(result.error.split())
        return f"The step {step.tool} failed: {told[:300].rstrip('.')}."
    if not result.blocks:
        return f"The step {step.tool} found nothing."
    return None


@dataclass(frozen=True, slots=True)
class TablePart:
    """A question that one query answers."""

    question: str
    step: Step
    draft: Draft

    @property
    def steps(self) -> tuple[Step, ...]:
        """The query."""
        return (self.step,)

    def say(self, found: Mapping[str, Result]) -> str:
        """State what the query found."""
        block = _block(self.step, found)
        if isinstance(block, str):
            return block
        return table_said(self.question, block, self.draft.shape)


@dataclass(frozen=True, slots=True)
class DifferencePart:
    """Two queries and the difference of what they find."""

    question: str
    draft: Draft
    queries: tuple[Step, Step]
    subtraction: Step

    @property
    def steps(self) -> tuple[Step, ...]:
        """Both queries, then the subtraction."""
        return (*self.queries, self.subtraction)

    def say(self, found: Mapping[str, Result]) -> str:
        """State both numbers and their difference."""
        for step in self.steps:
            if (trouble := failed(step, found.get(step.id))) is not None:
                return trouble
        said, column = [], self.draft.terms[0].column
        for term, step in zip(self.draft.terms, self.queries, strict=True):
            block = found[step.id].blocks[0]
            grid = grid_of(block)
            if grid is None or not grid.rows:
                return failed(step, Result(step.tool)) or ""
            said.append(f"{with_unit(column, grid.rows[0][0])} for {term.name} {block.cite}")
        block = found[self.subtraction.id].blocks[0]
        printed = block.content.strip().splitlines()[-1]
        what = "The number" if column == "n" else f"The {name_of(column)}"
        if self.draft.operation == "/":
            end = (
                f"That is {figure(printed)} times as much"
                if column != "n"
                else f"That is {figure(printed)} times as many"
            )
        else:
            end = f"The difference is {with_unit(column, printed)}"
        return f"{what} is {said[0]} and {said[1]}. {end} {block.cite}."


@dataclass(frozen=True, slots=True)
class ComputedPart:
    """A program, perhaps on the results of other steps."""

    question: str
    step: Step
    before: tuple[Step, ...] = ()
    suffix: str = ""
    """What follows the number, such as a percent sign."""
    form: str = ""
    """The statement with `{}` for the number; empty restates the question."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """What it computes with, then the program."""
        return (*self.before, self.step)

    def say(self, found: Mapping[str, Result]) -> str:
        """State what the program printed."""
        block = _block(self.step, found)
        if isinstance(block, str):
            return block
        text = block.content.strip().strip("'")
        if text in ("True", "False"):
            return f"{truth_stated(self.question, text == 'True')} {block.cite}."
        if self.form:
            return f"{self.form.format(figure(text) + self.suffix)} {block.cite}."
        return f"{number_stated(self.question, figure(text) + self.suffix)} {block.cite}."


@dataclass(frozen=True, slots=True)
class LeftOver:
    """What keeps a query from being run."""

    unused: tuple[str, ...] = ()
    """Words of the question that it does not rest on."""
    doubts: tuple[str, ...] = ()
    """Why it may not be what was meant."""
    guess: str = ""
    """The query itself, when it is near enough to be worth showing."""


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """A question for the documents."""

    question: str
    step: Step
    embed: Embed = field(repr=False, compare=False)
    left: LeftOver = LeftOver()
    """What kept the tables from answering, when the question seemed to be about them."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """The search."""
        return (self.step,)

    def say(self, found: Mapping[str, Result]) -> str:
        """Quote the sentence that answers, or say that none does."""
        result = found.get(self.step.id)
        blocks = result.of_kind("document") if result is not None else []
        if not blocks:
            trouble = failed(self.step, result)
            if result is not None and result.error is not None:
                return trouble or ""
            return self._abstention(())
        said = passages_said(self.question, blocks, self.embed, strict=bool(self.left.guess))
        if said is not None:
            return said
        where = f"The closest passage is in {closest(blocks)} {blocks[0].cite}."
        return f"{self._abstention(blocks)} {where}"

    def _abstention(self, blocks: Sequence[Block]) -> str:
        text = abstention(self.left)
        if not self.left.guess and (missing := not_spoken_of(self.question, blocks)):
            text += f" Nothing I found speaks of {_quoted(missing)}."
        return text


def abstention(left: LeftOver) -> str:
    """Say that a question cannot be answered, and which of its words could not be used."""
    text = "I cannot answer that from the documents and tables here."
    if left.unused:
        text += f" I could not use the word{'s' * (len(left.unused) > 1)} {_quoted(left.unused)}."
    for doubt in left.doubts:
        text += f" {capital(doubt)}."
    if left.guess:
        text += f" My best guess at a query, which I did not run, is `{left.guess}`."
    return text


def _quoted(words: Sequence[str]) -> str:
    return listed([f"“{word}”" for word in words])


@dataclass(frozen=True, slots=True)
class RememberPart:
    """Something to keep."""

    fact: str
    step: Step

    @property
    def steps(self) -> tuple[Step, ...]:
        """The keeping."""
        return (self.step,)

    def say(self, found: Mapping[str, Result]) -> str:
        """Confirm it."""
        result = found.get(self.step.id)
        trouble = failed(self.step, result)
        if result is None or result.error is not None:
            return trouble or ""
        cite = f" {result.blocks[0].cite}" if result.blocks else ""
        return f"I will remember this: {self.fact.rstrip('.')}{cite}."


@dataclass(frozen=True, slots=True)
class ForgetPart:
    """Something to forget."""

    step: Step

    @property
    def steps(self) -> tuple[Step, ...]:
        """The forgetting."""
        return (self.step,)

    def say(self, found: Mapping[str, Result]) -> str:
        """Say how much was forgotten, and not what."""
        block = _block(self.step, found)
        if isinstance(block, str):
            return block
        if block.content.startswith("0 "):
            return f"I found nothing to forget: {block.content.strip().rstrip('.')} {block.cite}."
        return f"Done: {block.content.strip().rstrip('.')} {block.cite}."


@dataclass(frozen=True, slots=True)
class RecallPart:
    """Something the person said before."""

    question: str
    step: Step | None
    context: tuple[Block, ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """The recall, unless the context holds the answer already."""
        return (self.step,) if self.step is not None else ()

    def say(self, found: Mapping[str, Result]) -> str:
        """Repeat it to the person."""
        blocks = list(self.context)
        if self.step is not None:
            result = found.get(self.step.id)
            if result is not None and result.error is not None:
                return failed(self.step, result) or ""
            blocks += list(result.blocks) if result is not None else []
        return recalled(self.question, blocks) or (
            f"I remember nothing that answers “{bare(self.question)}”. Tell me, and I will"
            f" remember it."
        )


@dataclass(frozen=True, slots=True)
class ForeignPart:
    """A question for a tool the user registered."""

    question: str
    step: Step

    @property
    def steps(self) -> tuple[Step, ...]:
        """The call."""
        return (self.step,)

    def say(self, found: Mapping[str, Result]) -> str:
        """State what the tool gave."""
        block = _block(self.step, found)
        if isinstance(block, str):
            return block
        return value_said(self.question, self.step, block)


def value_said(question: str, step: Step, block: Block) -> str:
    """State a tool's value, in the question's words where it is short."""
    text = " ".join(block.content.split())
    args = ", ".join(f"{name} {value}" for name, value in step.args.items())
    called = f"{step.tool} ({args})" if args else step.tool
    if len(text) <= 80:
        said = number_stated(question, figure(text.strip('"')))
        if not said.startswith("The answer to"):
            return f"{said} {block.cite}."
    return f"{capital(called)} gives {text[:600].rstrip('.')} {block.cite}."


def _block(step: Step, found: Mapping[str, Result]) -> Block | str:
    """Return what a step found, or what is said when it found nothing."""
    result = found.get(step.id)
    trouble = failed(step, result)
    if trouble is not None or result is None:
        return trouble or ""
    return result.blocks[0]
