"""The bot: one assistant in Slack, inside any Bolt app."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from uuid import uuid4

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from surefoot.agent import Assistant, Database
from surefoot.errors import ConfigurationError

from .answering import Answering, Asking
from .calls import Calls
from .courier import Courier
from .inbox import IN_MEMORY, Inbox, Item, checkpoint, open_database
from .listeners import WARM_UP, Listeners
from .people import People
from .places import tenant_of, user_of
from .settings import SlackSettings
from .shared import Prepared, SharedFiles
from .threads import AssistantThreads
from .workspaces import OneWorkspace, Workspace, Workspaces

_TRIES = 5


class SlackBot:
    """Answers in Slack what people ask the app, in direct messages and where it is mentioned.

    Give it the assistant and your Bolt app and use it as an async context manager while the app
    receives events. It registers its own listeners beside yours. The assistant stays yours to
    close. Events are kept before they are acknowledged, so none is lost when the process ends.
    """

    def __init__(
        self,
        assistant: Assistant,
        app: AsyncApp,
        *,
        settings: SlackSettings | None = None,
        workspaces: Workspaces | None = None,
    ) -> None:
        self.assistant = assistant
        self.settings = settings or SlackSettings.load(api_url=app.client.base_url)
        self.workspaces = workspaces or _workspace_of(app)
        self.calls = Calls(self.settings.api_url, retry_seconds=self.settings.retry_seconds)
        self._owner = uuid4().hex
        self._app = app
        self._open: _Open | None = None
        self._later: set[asyncio.Task[None]] = set()
        Listeners(self).add_to(app)

    async def __aenter__(self) -> SlackBot:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Open what messages are kept in and begin to answer them, those of the past too."""
        if self._open is not None:
            return
        await self.assistant.open()
        data_dir = self.assistant.home.data_dir
        own = IN_MEMORY if data_dir is None else data_dir.path / "slack.db"
        path = self.settings.inbox or own
        database = open_database(path)
        self.calls.open()
        try:
            await self.workspaces.open(self.calls, database)
            await self._begin(database, path)
        except BaseException:
            await self.calls.close()
            await database.close()
            raise
        await self._warm_up()

    async def _begin(self, database: Database, path: Path) -> None:
        settings = self.settings
        inbox = Inbox(
            database, owner=self._owner, lease_seconds=settings.lease_seconds, now=time.time
        )
        if settings.inbox is None:
            # Nobody else may use the data folder, so whoever held something has ended.
            await inbox.let_go(of_everybody=True)
        courier = Courier(
            inbox,
            self._answering(inbox).answer,
            tidy=partial(checkpoint, path),
            most=settings.concurrent_answers,
            lease_seconds=settings.lease_seconds,
            again_seconds=settings.retry_seconds * 10,
        )
        self._open = _Open(database, inbox, courier, People(database, now=time.time))
        courier.open()

    async def close(self) -> None:
        """Stop answering and let go of every task, connection and file."""
        if self._open is not None:
            here, self._open = self._open, None
            await asyncio.gather(*self._later, return_exceptions=True)
            await here.courier.close()
            await here.database.close()
            await self.calls.close()

    async def _warm_up(self) -> None:
        """Let a Bolt app with a token of its own ask Slack now who it is.

        It would do so at the first event, and acknowledge that one when Slack does not answer.
        """
        if self._app.client.token is None:
            return
        for _ in range(_TRIES):
            request = AsyncBoltRequest(
                mode="socket_mode", body={"type": "event_callback", "event": {"type": WARM_UP}}
            )
            response = await self._app.async_dispatch(request)
            if response.status == 200 and not response.body:
                return
            await asyncio.sleep(self.settings.retry_seconds)

    async def idle(self) -> None:
        """Wait until everything that has been accepted is answered."""
        await self._opened.courier.idle()

    @property
    def inbox(self) -> Inbox:
        """The messages that are kept. Raises `ConfigurationError` before the bot is open."""
        return self._opened.inbox

    @property
    def people(self) -> People:
        """What people have chosen and thought."""
        return self._opened.people

    def later(self, work: Coroutine[None, None, None]) -> None:
        """Do something that an acknowledgement does not wait for."""
        task = asyncio.create_task(work)
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    def wake(self) -> None:
        """Say that something has been accepted."""
        self._opened.courier.wake()

    def tenant(self, team: str) -> str | None:
        """Return the tenant that a workspace is to the assistant; None is its own."""
        return tenant_of(team) if self.workspaces.has_many else None

    @property
    def _opened(self) -> _Open:
        if self._open is None:
            raise ConfigurationError("The Slack bot is not open; use `async with`.")
        return self._open

    def _answering(self, inbox: Inbox) -> Answering:
        return Answering(
            assistant=self.assistant,
            settings=self.settings,
            calls=self.calls,
            inbox=inbox,
            workspaces=self.workspaces,
            asking=self._asking,
            prepare=self._prepare,
            greet=AssistantThreads(self).name,
        )

    async def _asking(self, item: Item) -> Asking:
        question = item.question
        team = question.place.team
        is_personal = not question.is_shared or await self.people.recalls_everywhere(
            team, question.user
        )
        return Asking(
            tenant=self.tenant(team), user=user_of(team, question.user) if is_personal else None
        )

    async def _prepare(self, workspace: Workspace, item: Item, asking: Asking) -> Prepared:
        if item.run_id is not None:
            return Prepared(text=item.question.text or "Go on.")  # The run knows its question.
        files = SharedFiles(self.assistant, self.calls, most_bytes=self.settings.max_file_bytes)
        return await files.prepare(workspace, item, asking.tenant)


@dataclass(frozen=True, slots=True)
class _Open:
    """What exists while the bot is open."""

    database: Database
    inbox: Inbox
    courier: Courier
    people: People


def _workspace_of(app: AsyncApp) -> Workspaces:
    if app.client.token is None:
        raise ConfigurationError(
            "The Bolt app has no token of its own; give the bot `workspaces` to speak in."
        )
    return OneWorkspace(app.client.token)
