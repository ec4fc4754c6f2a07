"""A session: one assistant driven from plain code, so that its loop rests while a person types."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import TypeVar

import click

from surefoot.errors import SurefootError
from surefoot.events import RunCancelled, RunFailed
from surefoot.graphs import Decision
from surefoot.limits import ReleasePolicy

from ..assistant import Assistant
from ..runs import Job
from .approvals import advice, ask_person
from .attending import Ending, attend, left_runs, rest_of, waiting_calls
from .host import Host
from .views import View

T = TypeVar("T")


class RunFailure(SurefootError):
    """A run ended without an answer."""


class Session:
    """Opens the host's assistant and closes it at the end."""

    def __init__(self, host: Host, *, release: ReleasePolicy | None = None) -> None:
        self._host = host
        self._release = release
        self._runner = asyncio.Runner()
        self._assistant: Assistant | None = None

    def __enter__(self) -> Session:
        host = self._host
        try:
            assistant = host.make_assistant(
                settings=host.settings(), model=host.model, release=self._release
            )
            self.run(assistant.__aenter__())
        except BaseException:
            self._runner.close()
            raise
        self._assistant = assistant
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.run(self.assistant.close())
        finally:
            self._runner.close()

    @property
    def assistant(self) -> Assistant:
        """The open assistant."""
        assert self._assistant is not None, "the session is not open"
        return self._assistant

    def run(self, work: Coroutine[object, None, T]) -> T:
        """Do `work` in the session's loop. Ctrl-C cancels it and raises `KeyboardInterrupt`."""
        return self._runner.run(work)

    def note_left_runs(self) -> None:
        """Say on standard error that runs of an earlier process go on, if any do."""
        if left := self.run(left_runs(self.assistant)):
            runs = "1 run that was" if left == 1 else f"{left} runs that were"
            told = f"Taking up {runs} left unfinished; this command ends after that."
            click.echo(told, err=True)

    def finish_left_runs(self) -> None:
        """Wait for the runs that an earlier process left behind."""
        self.run(rest_of(self.assistant))

    def see_through(self, job: Job, view: View, *, after: int) -> None:
        """Show a run to its end, asking the person here for approvals, or saying how to give them.

        Raises `RunFailure` when it ends without an answer.
        """
        while True:
            try:
                ending = self.run(attend(self.assistant, job, view.show, after=after))
            finally:
                view.close()
            if ending.last is not None:
                return self._conclude(job, ending)
            waiting = self.run(waiting_calls(self.assistant, job))
            if not self._host.has_person or not waiting:
                click.echo(advice(job, waiting), err=True)
                return None
            after = ending.seq
            for request in waiting:
                if (decision := ask_person(request)) is None:
                    click.echo(advice(job, waiting), err=True)
                    return None
                self.decide(request.run_id, request.call_id, decision)

    def decide(self, run_id: str, call_id: str, decision: Decision) -> None:
        """Hand in a person's decision. Raises `NotFound`."""
        self.run(
            self.assistant.approve(
                run_id, call_id, decision.decision, args=decision.args, reason=decision.reason
            )
        )

    def _conclude(self, job: Job, ending: Ending) -> None:
        match ending.last:
            case RunFailed(error=error):
                raise RunFailure(error) from _cause(job)
            case RunCancelled(reason=reason):
                raise RunFailure(f"The run was stopped: {reason}.")
            case _:
                pass


def _cause(job: Job) -> BaseException | None:
    return job.result.exception() if job.result.done() else None
