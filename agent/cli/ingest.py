"""The command `ingest`: files, folders and databases become documents and tables."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from .host import Host, with_settings

if TYPE_CHECKING:
    from surefoot.settings import Settings

    from ..rooms import Ingested, Progress

KINDS = (
    "documents (md, txt, html, pdf, docx) nor tables "
    "(csv, tsv, json, jsonl, xlsx, parquet, duckdb, sqlite)"
)


class Source(click.ParamType[Path | str]):
    """A file or folder that exists, or the address of a Postgres database."""

    name = "path"
    _path = click.Path(path_type=Path, exists=True)

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path | str:
        """Return the path or the address."""
        from surefoot.tools import is_postgres

        text = str(value)
        return text if is_postgres(text) else Path(self._path.convert(text, param, ctx))


class Counts(Protocol):
    """What both kinds of report say, by file."""

    @property
    def added(self) -> tuple[str, ...]: ...
    @property
    def updated(self) -> tuple[str, ...]: ...
    @property
    def unchanged(self) -> tuple[str, ...]: ...
    @property
    def removed(self) -> tuple[str, ...]: ...


@click.command()
@click.argument("sources", nargs=-1, type=Source(), metavar="PATH…")
@click.option(
    "--as-text",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Make a document of a csv, tsv, json or jsonl file instead of a table.",
)
@with_settings
@click.pass_obj
def ingest(host: Host, sources: tuple[Path | str, ...], as_text: tuple[Path, ...]) -> int:
    """Read files and whole folders in, so that questions can be asked about them.

    Only what is new or changed is read again, and what is gone from a folder goes. A file that
    cannot be read is named, and the rest is taken in. A Postgres database is copied as it is now:
    postgresql://user@host/database?tables=a,b
    """
    from .bar import bar

    if not sources and not as_text:
        raise click.UsageError("Name what to read: a file, a folder, or --as-text FILE.")
    settings = host.settings()
    with bar(visible=host.has_reader) as progress:
        done = asyncio.run(_ingest(settings, sources, as_text, progress))
    for line in failures(done):
        click.echo(f"surefoot: {line}", err=True)
    lines = summary(done)
    if lines:
        click.echo("\n".join(lines))
    elif not failures(done):
        click.echo(f"surefoot: there is nothing to read there, neither {KINDS}.", err=True)
    return 0 if lines else 1


async def _ingest(
    settings: Settings,
    sources: Sequence[Path | str],
    as_text: Sequence[Path],
    progress: Progress | None,
) -> Ingested:
    from surefoot.errors import DataDirInUse

    from .folder import open_rooms

    paths = [source for source in sources if isinstance(source, Path)]
    databases = [source for source in sources if isinstance(source, str)]
    try:
        async with open_rooms(settings) as rooms:
            return await rooms.ingest(
                paths, as_text=as_text, databases=databases, progress=progress
            )
    except DataDirInUse as in_use:
        from .owner import Owner

        owner = Owner.of(settings, in_use)
        async with owner:
            return await owner.ingest(paths, as_text=as_text, databases=databases)


def failures(done: Ingested) -> list[str]:
    """Return one line for each file that could not be read, naming it."""
    return [failure.reason for failure in done.documents.errors] + list(done.tables.errors)


def summary(done: Ingested) -> list[str]:
    """Return what became of the files, and the new tables; nothing when nothing was taken in."""
    from .lines import counted

    documents, read = done.documents, done.tables
    lines: list[str] = []
    if counts := _counts(documents):
        lines.append(f"Documents: {counts} ({counted(documents.chunks, 'passage')})")
    if counts := _counts(read):
        lines.append(f"Tables: {counts}")
    return lines + [
        f"  {table.name}: {counted(table.rows, 'row')} from {table.source}" for table in done.fresh
    ]


def _counts(report: Counts) -> str:
    counts = {
        "added": len(report.added),
        "updated": len(report.updated),
        "unchanged": len(report.unchanged),
        "removed": len(report.removed),
    }
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count)
