"""A progress bar for an ingest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from ..rooms import Progress as Told
from .lines import short


@contextmanager
def bar(*, visible: bool) -> Iterator[Told | None]:
    """Show what is being read, on a terminal; yield what is to be told of each document."""
    if not visible:
        yield None
        return
    columns = (
        SpinnerColumn(),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=Console(force_terminal=True), transient=True) as progress:
        task = progress.add_task("reading tables", total=None)

        def told(done: int, files: int, path: str) -> None:
            progress.update(task, completed=done, total=files, description=short(path, 50))

        yield told
