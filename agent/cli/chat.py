"""The command `chat`: questions and answers in one thread until the end of input."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import click

from .ask import ME
from .host import Host, with_model, with_settings

if TYPE_CHECKING:
    from .session import Session

HELP = "/new starts a new conversation, /quit ends (so does Ctrl-D); anything else is a question."


@click.command()
@click.option("--thread", metavar="T", help="Go on with an earlier conversation.")
@click.option("--user", metavar="U", default=ME, show_default=True, help="Who asks.")
@with_model
@with_settings
@click.pass_obj
def chat(host: Host, thread: str | None, user: str) -> int:
    """Hold a conversation: each question knows the ones before it."""
    from .session import Session

    with Session(host) as session:
        talk = _Talk(host, session, thread=thread, user=user)
        talk.hold(_reader(host))
    return 1 if talk.failed else 0


class _Talk:
    """A conversation that is being held."""

    def __init__(self, host: Host, session: Session, *, thread: str | None, user: str) -> None:
        self._host = host
        self._session = session
        self._thread = thread or _new_thread()
        self._user = user
        self.failed = False
        """True when the last run failed."""

    def hold(self, read: Callable[[], str]) -> None:
        """Answer what is read until it ends."""
        self._say(f"Thread {self._thread}. {HELP}")
        while True:
            try:
                said = read().strip()
            except EOFError:
                return
            match said:
                case "":
                    continue
                case "/quit" | "/exit":
                    return
                case "/new":
                    self._thread = _new_thread()
                    self._say(f"Thread {self._thread}.")
                case "/help":
                    self._say(HELP)
                case _ if said.startswith("/"):
                    self._say(f"There is no {said.split()[0]}. {HELP}")
                case _:
                    self._answer(said)

    def _answer(self, question: str) -> None:
        from surefoot.errors import InputError

        from .asked import Question, sound
        from .session import RunFailure
        from .views import view_for

        view = view_for(as_json=False, has_reader=self._host.has_reader)
        self.failed = False
        try:
            text = sound(question, "The question")
            self._session.answer(Question(text=text, thread=self._thread, user=self._user), view)
        except (InputError, RunFailure) as error:
            self.failed = isinstance(error, RunFailure)
            click.echo(f"surefoot: {error}", err=True)
        except KeyboardInterrupt:
            if not self._host.has_person:
                raise
        click.echo()

    def _say(self, text: str) -> None:
        if self._host.has_person:
            click.echo(click.style(text, dim=True), err=True)


def _new_thread() -> str:
    from ..clock import new_id

    return f"chat-{new_id()[:16]}"


def _reader(host: Host) -> Callable[[], str]:
    """Return what reads a line: an editor where `prompt_toolkit` is installed, else the terminal's.

    It raises `EOFError` at the end.
    """
    if not (host.has_person and sys.stdin.isatty()):
        return _line
    from importlib.util import find_spec

    if find_spec("prompt_toolkit") is None:
        import readline  # noqa: F401  # It gives `input` arrows and history.

        return lambda: input("you> ")
    from importlib import import_module

    session: _Prompts = import_module("prompt_toolkit").PromptSession()
    return lambda: session.prompt("you> ")


class _Prompts(Protocol):
    """What is used of `prompt_toolkit`, which only some have."""

    def prompt(self, message: str) -> str: ...


def _line() -> str:
    if not (line := sys.stdin.readline()):
        raise EOFError
    return line
