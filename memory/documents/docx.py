"""Word documents: paragraphs, headings, lists and tables, as Markdown."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from surefoot.errors import InputError

from .document import Section
from .markdown import markdown_sections

if TYPE_CHECKING:
    from docx.table import Table
    from docx.text.paragraph import Paragraph

_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_MOST_BYTES = 500_000_000
"""What a file may hold once it is unpacked."""


def docx_text(data: bytes, path: str) -> tuple[str, tuple[Section, ...]]:
    """Return a document's text and its sections. Raises `InputError` that names the file."""
    try:
        from docx import Document
        from docx.opc.exceptions import PackageNotFoundError
        from docx.table import Table
    except ImportError:
        raise InputError(
            f"{path!r}: Word documents need the package `python-docx`; install `surefoot[office]`."
        ) from None
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            if sum(item.file_size for item in archive.infolist()) > _MOST_BYTES:
                raise InputError(f"{path!r} is too large once it is unpacked; split it.")
        document = Document(io.BytesIO(data))
    except (BadZipFile, PackageNotFoundError, KeyError, ValueError) as error:
        raise InputError(f"{path!r} is no sound Word document: {error}.") from None
    blocks = [
        "\n".join(_rows(item)) if isinstance(item, Table) else _line(item)
        for item in document.iter_inner_content()
    ]
    text = "\n\n".join(block for block in blocks if block.strip())
    return text, markdown_sections(text)


def _line(paragraph: Paragraph) -> str:
    text = " ".join(paragraph.text.split())
    style = (paragraph.style.name or "") if paragraph.style is not None else ""
    if not text:
        return ""
    if style.lower() == "title":
        return f"# {text}"
    if found := _HEADING.match(style):
        return f"{'#' * min(int(found[1]), 6)} {text}"
    return f"- {text}" if style.lower().startswith("list") else text


def _rows(table: Table) -> Iterator[str]:
    for number, row in enumerate(table.rows):
        cells = [" ".join(cell.text.split()).replace("|", "\\|") for cell in row.cells]
        yield f"| {' | '.join(cells)} |"
        if number == 0:
            yield f"| {' | '.join('---' for _ in cells)} |"
