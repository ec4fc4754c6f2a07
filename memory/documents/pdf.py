"""PDF: the text of each page."""

from __future__ import annotations

import io
import logging

from surefoot.errors import InputError

from .chunks import paragraphs
from .document import Section

logger = logging.getLogger(__name__)


def pdf_text(data: bytes, path: str) -> tuple[str, tuple[Section, ...]]:
    """Return the text of all pages and where on which page it stands. Raises `InputError`."""
    pages = _pages(data, path)
    text = "\n\n".join(pages)
    sections: list[Section] = []
    at = 0
    for number, page in enumerate(pages, 1):
        spans = paragraphs(text, at, at + len(page))
        sections.extend(Section(start=start, end=end, page=number) for start, end in spans)
        at += len(page) + 2
    if not sections:
        raise InputError(f"{path!r} holds no text; if it is a scan, run text recognition first.")
    return text, tuple(sections)


def _pages(data: bytes, path: str) -> list[str]:
    from pypdf import PdfReader

    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError(f"{path!r} is locked with a password; save it without one.")
        return [page.extract_text().replace("\r\n", "\n") for page in reader.pages]
    except InputError:
        raise
    # A boundary: a broken PDF makes the parser fail in more ways than it names.
    except Exception as error:
        logger.debug("%r could not be parsed", path, exc_info=True)
        raise InputError(
            f"{path!r} is not a PDF that can be read ({type(error).__name__}); "
            "try to open it in a viewer and save it again."
        ) from error
