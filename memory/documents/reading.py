"""Reading: a file's bytes as a document."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from surefoot.errors import InputError

from .chunks import paragraphs
from .data import objects_text, rows_text
from .document import Document, Section
from .docx import docx_text
from .html import html_text
from .kinds import DATA_KINDS, KINDS, kind_of
from .markdown import markdown_sections
from .pdf import pdf_text

MAX_BYTES = 50_000_000
FORMAT = "2"
"""Part of every fingerprint: a new number makes the next ingest read all files again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileText:
    """What a file holds, under a fingerprint of its bytes."""

    fingerprint: str
    document: Document


def fingerprint_of(data: bytes) -> str:
    """Return what two files have in common only when reading them gives the same document."""
    return f"{FORMAT}:{sha256(data).hexdigest()}"


def read_bytes(file: Path, shown: str, *, max_bytes: int = MAX_BYTES) -> bytes:
    """Return a file's bytes. Raises `InputError` that names it as `shown`."""
    try:
        if (size := file.stat().st_size) > max_bytes:
            raise InputError(
                f"{shown!r} has {size:,} bytes, more than the {max_bytes:,} allowed; split it."
            )
        data = file.read_bytes()
    except OSError as error:
        raise InputError(f"{shown!r} cannot be read: {error.strerror or error}.") from None
    if not data.strip():
        raise InputError(f"{shown!r} is empty.")
    return data


def document_of(data: bytes, path: str) -> Document:
    """Return the document that a file's bytes hold; the suffix of `path` tells the format.

    Raises `InputError` that names the file.
    """
    match kind_of(path):
        case "pdf":
            text, sections = pdf_text(data, path)
        case "docx":
            text, sections = docx_text(data, path)
        case "html":
            text, sections = html_text(_refuse_binary(data, path), path)
        case "markdown":
            text = _decoded(data, path)
            sections = markdown_sections(text)
        case "text":
            text = _decoded(data, path)
            sections = tuple(Section(start=start, end=end) for start, end in paragraphs(text))
        case "table":
            text, sections = rows_text(_decoded(data, path), path)
        case "json":
            text, sections = objects_text(_decoded(data, path), path)
        case None:
            known = ", ".join(sorted(KINDS | DATA_KINDS))
            raise InputError(f"{path!r} is not a document of a kind we read ({known}).")
    if not text.strip():
        raise InputError(f"{path!r} holds no text.")
    return Document(path=path, text=text, sections=_whole_if_none(text, sections))


def _whole_if_none(text: str, sections: tuple[Section, ...]) -> tuple[Section, ...]:
    """Keep a text of nothing but headings findable."""
    return sections or (Section(start=0, end=len(text)),)


def _decoded(data: bytes, path: str) -> str:
    """Return the text with every line end as one newline."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not wide:
        _refuse_binary(data, path)
    encoding = "utf-16" if wide else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path!r} is not UTF-8 text (byte {error.start}); save it as UTF-8."
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _refuse_binary(data: bytes, path: str) -> bytes:
    if b"\0" in data[:65_536]:
        raise InputError(f"{path!r} is a binary file, not text.")
    return data
