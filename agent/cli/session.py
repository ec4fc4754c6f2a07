"""A session: runs driven from plain code, so that the loop rests while a person types."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from types import TracebackType
from typing import TypeVar

import click

from surefoot.errors import DataDirInUse, SurefootError
from surefoot.events import RunCancelled, RunFailed
from surefoot.graphs import Decision
from surefoot.limits import ReleasePolicy
from surefoot.messages import Image

from .answering import Answering, Begun, Ending
from .approvals import advice, ask_person
from .asked import Question
from .here import Here
from .host import Host
from .views import View

T = TypeVar("T")


class RunFailure(SurefootError):
    """A run ended without an answer."""


class Session:
    """Opens what answers the host's questions and closes it at the end.

    That is an assistant of its own, or the server that has the data folder already.
    """

    def __init__(self, host: Host, *, release: ReleasePolicy | None = None) -> None:
        self._host = host
        self._release = release
        self._runner = asyncio.Runner()
        self._answering: Answering | None = None

    def __enter__(self) -> Session:
        try:
            self._answering = self.run(self._opened())
            if left := self.run(self._answering.left()):
                runs = "1 run that was" if left == 1 else f"{left} runs that were"
                told = f"Taking up {runs} left unfinished; this command ends after that."
                click.echo(told, err=True)
        except BaseException:
            self._runner.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for the runs that an earlier process left behind, and close."""
        try:
            self.run(self.answering.close(finish=kind is None))
        finally:
            self._runner.close()

    @property
    def answering(self) -> Answering:
        """Who answers."""
        assert self._answering is not None, "the session is not open"
        return self._answering

    def run(self, work: Coroutine[object, None, T]) -> T:
        """Do `work` in the session's loop. Ctrl-C cancels it and raises `KeyboardInterrupt`."""
        return self._runner.run(work)

    def answer(self, question: Question, view: View, images: Sequence[Image] = ()) -> None:
        """Answer a question in a view. Raises `InputError`, and `RunFailure` without an answer."""
        self.see_through(self.run(self.answering.begin(question, images)), view)

    def see_through(self, run: Begun, view: View) -> None:
        """Show a run to its end, asking the person here for approvals, or saying how to give them.

        Raises `RunFailure` when it ends without an answer.
        """
        while True:
            try:
                ending = self.run(self.answering.attend(run, view.show))
            finally:
                view.close()
            if ending.last is not None:
                return _conclude(ending)
            if not self._host.has_person or not ending.waiting:
                click.echo(advice(run, ending.waiting), err=True)
                return None
            run = replace(run, after=ending.seq)
            for request in ending.waiting:
                if (decision := ask_person(request)) is None:
                    click.echo(advice(run, ending.waiting), err=True)
                    return None
                self.decide(request.run_id, request.call_id, decision)

    def decide(self, run_id: str, call_id: str, decision: Decision) -> Begun:
        """Hand in a person's decision; return the run it is about. Raises `NotFound`."""
        return self.run(self.answering.decide(run_id, call_id, decision))

    async def _opened(self) -> Answering:
        host, settings = self._host, self._host.settings()
        assistant = host.make_assistant(settings=settings, model=host.model, release=self._release)
        try:
            await assistant.open()
        except DataDirInUse as in_use:
            from .there import There

            return There.at(settings, in_use, model=host.model, release=self._release)
        return Here(assistant)


def _conclude(ending: Ending) -> None:
    match ending.last:
        case RunFailed(error=error):
            raise RunFailure(error) from ending.cause
        case RunCancelled(reason=reason):
            raise RunFailure(f"The run was stopped: {reason}.")
        case _:
            pass
