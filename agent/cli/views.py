"""Views: a run's events on the way to standard output, as JSON, as plain text or for a person."""

from __future__ import annotations

from typing import Protocol

import click
from rich.console import Console
from rich.status import Status
from rich.text import Text

from surefoot.events import (
    AnswerCompleted,
    AnswerDelta,
    AnswerRetracted,
    ApprovalRequested,
    Event,
    RunCancelled,
    RunStarted,
    StepStarted,
)

from .flow import Flow
from .lines import call_line, safe
from .rendering import answer_text, lines_of
from .sources import Findings, source_lines
from .spoken import Spoken


class View(Protocol):
    """Shows one run."""

    def show(self, event: Event) -> None:
        """Show an event."""
        ...

    def close(self) -> None:
        """Leave the terminal as it was."""
        ...


class JsonView:
    """One event per line on standard output."""

    def show(self, event: Event) -> None:
        click.echo(event.model_dump_json())

    def close(self) -> None:
        pass


class PlainView:
    """The answer and its sources, once the answer is whole, or what there is when it is stopped."""

    def __init__(self) -> None:
        self._found = Findings()
        self._spoken = Spoken()

    def show(self, event: Event) -> None:
        self._found.take(event)
        self._spoken.take(event)
        match event:
            case AnswerCompleted():
                click.echo(plain_answer(event, self._found))
            case RunCancelled() if self._spoken.text:
                click.echo(safe(self._spoken.text))
            case _:
                pass

    def close(self) -> None:
        pass


class TerminalView:
    """Everything that happens, as it happens, for a person at a terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._found = Findings()
        self._flow = Flow(console.width)
        self._status: Status | None = None
        self._answering = False
        self._withdrawn = False

    def show(self, event: Event) -> None:
        self._found.take(event)
        match event:
            case RunStarted():
                self._wait("thinking")
            case StepStarted():
                self._wait(f"{event.tool}  {call_line(event.args, 60)}")
            case AnswerDelta(text=text):
                self._say(text)
            case AnswerCompleted():
                self._complete(event)
            case _:
                self._tell(event)

    def close(self) -> None:
        """Stop what moves, and end the line."""
        self._rest()
        self._end_answer()

    def _wait(self, doing: str) -> None:
        """Show what is being waited for, beneath what has been told."""
        if self._answering:
            return
        words = Text(safe(doing), style="dim")
        if self._status is None:
            self._status = self._console.status(words)
            self._status.start()
        else:
            self._status.update(words)

    def _rest(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None

    def _tell(self, event: Event) -> None:
        self._withdrawn = self._withdrawn or isinstance(event, AnswerRetracted)
        lines = lines_of(event)
        if not lines:
            return
        if isinstance(event, ApprovalRequested):
            self._rest()
        self._end_answer()
        for line in lines:
            self._console.print(line, soft_wrap=True)

    def _say(self, text: str) -> None:
        self._rest()
        if not self._answering:
            self._console.print()
            self._answering = True
        self._console.print(answer_text(self._flow.feed(safe(text))), end="", soft_wrap=True)

    def _end_answer(self) -> None:
        if self._answering:
            self._console.print(self._flow.end(), end="")
            self._answering = False

    def _complete(self, event: AnswerCompleted) -> None:
        if self._withdrawn:
            self._end_answer()
            self._console.print("\nThe answer as it stands:", style="bold")
            self._say(event.text)
        self._rest()
        self._end_answer()
        if sources := source_lines(event.citations, self._found):
            self._console.print()
            for line in sources:
                self._console.print(line, soft_wrap=True)
        self._console.print()


def plain_answer(answer: AnswerCompleted, found: Findings) -> str:
    """Return an answer and its sources as text without colours."""
    text = safe(answer.text).strip()
    sources = "\n".join(line.plain for line in source_lines(answer.citations, found))
    return f"{text}\n\n{sources}" if sources else text


def view_for(*, as_json: bool, has_reader: bool) -> View:
    """Return the view that fits where standard output goes."""
    if as_json:
        return JsonView()
    return TerminalView(Console(force_terminal=True)) if has_reader else PlainView()
