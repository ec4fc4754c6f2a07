"""A batch: many questions, some at the same time, told in the order of the file."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import click

from surefoot.errors import InputError
from surefoot.events import AnswerCompleted, Event, RunFailed
from surefoot.limits import ReleasePolicy

from .answering import Answering, Begun
from .approvals import advice
from .asked import Question
from .host import Host
from .lines import short
from .session import Session
from .sources import Findings
from .views import JsonView, plain_answer


def answer_batch(
    host: Host,
    questions: Sequence[Question],
    *,
    user: str,
    as_json: bool,
    parallel: int,
    release: ReleasePolicy | None,
) -> int:
    """Answer the questions; return 1 when a run failed, else 0."""
    with Session(host, release=release) as session:
        batch = _Batch(session.answering, questions, user=user, as_json=as_json)
        session.run(batch.answer(parallel))
    return 1 if batch.failed else 0


class _Batch:
    """Starts questions in order, so that those of one thread follow each other."""

    def __init__(
        self, answering: Answering, questions: Sequence[Question], *, user: str, as_json: bool
    ) -> None:
        self._answering = answering
        self._questions = questions
        self._user = user
        self._as_json = as_json
        self._told: dict[int, str] = {}
        self._next = 0
        self.failed = 0

    async def answer(self, parallel: int) -> None:
        gate = asyncio.Semaphore(parallel)
        async with asyncio.TaskGroup() as group:
            for number, question in enumerate(self._questions):
                await gate.acquire()
                try:
                    mine = question.model_copy(update={"user": question.user or self._user})
                    run = await self._answering.begin(mine)
                except InputError as error:
                    gate.release()
                    self._tell(number, [f"Not asked: {error}"], failed=True)
                    continue
                group.create_task(self._attend(number, run, gate))

    async def _attend(self, number: int, run: Begun, gate: asyncio.Semaphore) -> None:
        try:
            view = JsonView() if self._as_json else _Kept()
            ending = await self._answering.attend(run, view.show)
            lines = view.lines if isinstance(view, _Kept) else []
            if ending.last is None:
                lines = [*lines, advice(run, ending.waiting)]
            failed = isinstance(ending.last, RunFailed)
            self._tell(number, lines, failed=failed)
        finally:
            gate.release()

    def _tell(self, number: int, lines: Sequence[str], *, failed: bool) -> None:
        """Print what is ready, in the order of the file."""
        self.failed += failed
        question = self._questions[number]
        name = question.id or str(number + 1)
        if self._as_json:
            if failed:
                click.echo(f"surefoot: question {name}: {' '.join(lines)}".rstrip(": "), err=True)
            return
        self._told[number] = "\n".join([f"## {name}: {short(question.text)}", "", *lines, ""])
        while self._next in self._told:
            click.echo(self._told.pop(self._next))
            self._next += 1


class _Kept:
    """An answer on its way into its place in the order."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._found = Findings()

    def show(self, event: Event) -> None:
        self._found.take(event)
        match event:
            case AnswerCompleted():
                self.lines = [plain_answer(event, self._found)]
            case RunFailed(error=error):
                self.lines = [f"The run failed: {short(error, 1000)}"]
            case _:
                pass
